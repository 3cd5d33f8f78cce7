"""The callers outside that a document can tell apart, class by class.

Strangers are callers about whom the document says nothing: an account, an organisation, a name that no statement pins. Whoever is pinned is tried by name.

AWS source: IAM User Guide, "IAM identifiers", "AWS global condition context keys"; AWS Organizations API Reference (the form of ids).
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from cloudsoc.policy.arns import arn_pattern
from cloudsoc.policy.domains import ABSENT, Values, patterns_of
from cloudsoc.policy.meanings import fixed_part
from cloudsoc.policy.patterns import glob
from cloudsoc.policy.representatives import Machine, representatives
from cloudsoc.policy.request import Caller
from cloudsoc.policy.statement import Principal
from cloudsoc.policy.worlds import Worlds

__all__ = ["OWN_ORGANIZATION", "Outsiders"]

_ACCOUNT_KEYS: Final = ("aws:principalaccount", "kms:calleraccount")
_STRANGE_ACCOUNTS: Final = ("999999999999", "888888888888", "777777777777")
_STRANGE_SERVICE: Final = "any-service.amazonaws.com"
OWN_ORGANIZATION: Final = "the owner's organization"
"""Stands for the organisation of the owner where its id is not known."""


def _is_account(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdigit()


class Outsiders:
    """Who is outside ``account`` (its id), as far as a document can tell."""

    def __init__(self, worlds: Worlds, account: str | None, partition: str | None) -> None:
        self.worlds = worlds
        self.account = account
        self.entries: list[Principal] = list(
            dict.fromkeys(entry for item in worlds.statements for entry in (*(item.statement.principals or ()), *(item.statement.not_principals or ())))
        )
        self._partition = partition

    def texts(self, *keys: str) -> list[tuple[str, bool]]:
        """The values that the document compares keys with, and whether they have wildcards."""
        found = [pattern for key in keys if key in self.worlds.domains for pattern in patterns_of(self.worlds.domains[key].tests)]
        return list(dict.fromkeys((text, wild and ("*" in text or "?" in text)) for text, wild, _ in found))

    @cached_property
    def partitions(self) -> list[str]:
        """The partitions that callers can be from: the resource's, and those that the document names."""
        texts = [entry.value for entry in self.entries] + [text for text, _ in self.texts("aws:principalarn")]
        named = [part for text in texts if text.startswith("arn:aws") and (part := text.split(":", 2)[1]) in ("aws", "aws-cn", "aws-us-gov")]
        return list(dict.fromkeys([self._partition or "aws", *named]))

    @cached_property
    def _account_patterns(self) -> list[str]:
        found = [text for text, wild in self.texts(*_ACCOUNT_KEYS) if wild]
        for text, _ in self.texts("aws:principalarn"):
            cut = text.split(":", 5)
            if len(cut) == 6 and not _is_account(cut[4]) and cut[4] not in ("", "*"):
                found.append(cut[4])
        return found

    @cached_property
    def accounts(self) -> list[str]:
        """The accounts that the document names, without the owner's."""
        found = [entry.account for entry in self.entries if entry.account is not None and _is_account(entry.account)]
        found += [text for text, wild in self.texts(*_ACCOUNT_KEYS, "aws:userid") if not wild]
        found += [cut[4] for text, _ in self.texts("aws:principalarn") if len(cut := text.split(":", 5)) == 6]
        return [account for account in dict.fromkeys(found) if _is_account(account) and account != self.account]

    @cached_property
    def strange_accounts(self) -> list[str]:
        """Accounts that it does not name, one for each pattern of account ids that it has."""
        taken = frozenset({*self.accounts, self.account or ""})
        plain = next(account for account in _STRANGE_ACCOUNTS + tuple(str(10**11 + number) for number in range(len(taken) + 1)) if account not in taken)
        if not self._account_patterns:
            return [plain]
        machine = Machine()
        within = machine.add_glob(glob("?" * 12))
        for text in self._account_patterns:
            machine.add_glob(glob(text))
        return [plain, *(text for text in representatives([machine], within=within, alphabet="0123456789", but=taken) if text not in taken)]

    @cached_property
    def organizations(self) -> list[str]:
        """The organisations that the document names."""
        found = [text for text, wild in self.texts("aws:principalorgid") if not wild]
        found += [text.partition("/")[0] for text, wild in self.texts("aws:principalorgpaths") if fixed_part("aws:principalorgpaths", text, wild=wild)]
        return [name for name in dict.fromkeys(found) if name]

    @cached_property
    def strange_organizations(self) -> list[str | None]:
        """Organisations that it does not name; None is an account without one."""
        patterns = [text for text, wild in self.texts("aws:principalorgid") if wild]
        patterns += [text.partition("/")[0] for text, _ in self.texts("aws:principalorgpaths") if fixed_part("aws:principalorgpaths", text, wild=True) is None]
        machine = Machine()
        for text in patterns:
            machine.add_glob(glob(text))
        taken = frozenset(self.organizations)
        return [None, *(text for text in representatives([machine], prefix="o-", but=taken) if text not in taken)]

    def pins(self, caller: Caller, organization: str | None) -> dict[str, Values]:
        """The keys that follow from a caller in an organisation, those that it cannot have included."""
        found: dict[str, Values] = dict.fromkeys(
            (
                "aws:principalarn",
                "aws:principalaccount",
                "aws:principaltype",
                "aws:username",
                "aws:principalisawsservice",
                "aws:principalservicename",
                "aws:principalservicenameslist",
                "kms:calleraccount",
            ),
            ABSENT,
        )
        found |= caller.context()
        found["aws:principalorgid"] = ABSENT if organization is None else (organization,)
        if not caller.account:
            found.setdefault("aws:userid", ABSENT)
        elif caller.kind == "root":
            found["aws:userid"] = (caller.account,)
        return found

    @cached_property
    def _name_machines(self) -> list[Machine]:
        arns, names = Machine(), Machine(tail=True)
        for text, wild in self.texts("aws:principalarn"):
            if wild or text.count(":") < 5:
                arns.add_arn(arn_pattern(text)) if text.startswith("arn:") else arns.add_glob(glob(text))
        for text, _ in self.texts("aws:username"):
            names.add_glob(glob(text))
        return [arns, names]

    @cached_property
    def named(self) -> list[str]:
        """The ARNs of principals that the document names, without those of whole accounts and of the owner."""
        found = [entry.value for entry in self.entries if entry.kind == "AWS" and not entry.is_everyone and not entry.names_account]
        found += [text for text, wild in self.texts("aws:principalarn") if not wild]
        return [
            text
            for text in dict.fromkeys(found)
            if len(cut := text.split(":", 5)) == 6 and cut[0] == "arn" and cut[4] and cut[4] != self.account and cut[5] != "root" and "*" not in cut[4]
        ]

    def of_account(self, account: str) -> Iterator[Caller]:
        """The callers of an account whom nobody names: a role, a user, its root, a federated user, one of each class of names."""
        taken = frozenset(self.named)
        plain = not self.texts("aws:principalarn", "aws:username")
        for partition in self.partitions:
            for kind in ("iam::{}:role/", "iam::{}:user/", "sts::{}:federated-user/"):
                prefix = f"arn:{partition}:{kind.format(account)}"
                names = [prefix + "anyone"] if plain and prefix + "anyone" not in taken else representatives(self._name_machines, prefix=prefix, but=taken)
                yield from (Caller.of(name) for name in names)
            yield Caller.of(f"arn:{partition}:iam::{account}:root")

    def like(self, name: str) -> Iterator[Caller]:
        """The callers that the ARN of a principal stands for."""
        cut = name.split(":", 5)
        if cut[5].startswith("assumed-role/"):
            role = cut[5].split("/")[1]
            yield Caller.of(name)
            for other in self.named:
                if ":role/" in other and other.endswith("/" + role) and other.split(":")[4] == cut[4]:
                    yield Caller.of(name, role=other)
            return
        yield Caller.of(name)
        if cut[5].startswith("role/"):
            yield Caller.of(f"arn:{cut[1]}:sts::{cut[4]}:assumed-role/{name.rpartition('/')[2]}/anyone", role=name)
        if cut[5].startswith("user/"):
            yield Caller.of(f"arn:{cut[1]}:sts::{cut[4]}:federated-user/anyone", user=name)

    @cached_property
    def canonical_users(self) -> list[str]:
        """The canonical users that the document names."""
        return [entry.value for entry in self.entries if entry.kind == "CanonicalUser"]

    @cached_property
    def services(self) -> list[str]:
        """The services that the document names."""
        found = [entry.value for entry in self.entries if entry.kind == "Service" and entry.value != "*"]
        found += [text for text, wild in self.texts("aws:principalservicename", "aws:principalservicenameslist") if not wild]
        return [name for name in dict.fromkeys(found) if name]

    @cached_property
    def strange_services(self) -> list[str]:
        """Services that it does not name."""
        machine = Machine()
        within = machine.add_glob(glob("?*.amazonaws.com"))
        patterns = [text for text, wild in self.texts("aws:principalservicename", "aws:principalservicenameslist") if wild]
        for text in patterns:
            machine.add_glob(glob(text))
        more = representatives([machine], within=within, but=frozenset(self.services)) if patterns else []
        return [_STRANGE_SERVICE, *more]

    @cached_property
    def providers(self) -> list[str]:
        """The identity providers that it names."""
        return [entry.value for entry in self.entries if entry.kind == "Federated" and entry.value != "*"]

    def fill_caller_domains(self) -> None:
        """The values of the keys about callers that do not follow from their ARNs: unique ids, paths in organisations."""
        domains = self.worlds.domains
        paths = domains.get("aws:principalorgpaths")
        if paths is not None:
            machine = Machine()
            exact = [text for text, wild in self.texts("aws:principalorgpaths") if not wild]
            for text, _ in self.texts("aws:principalorgpaths"):
                machine.add_glob(glob(text))
            paths.only(ABSENT)
            for organization in [*self.organizations, *filter(None, self.strange_organizations)]:
                mine: Iterable[str] = [text for text in exact if text.startswith(organization + "/")]
                for text in [*mine, *representatives([machine], prefix=organization + "/", but=frozenset(exact))]:
                    paths.only((text,))
