"""The callers outside that a document can tell apart, class by class.

Strangers are callers about whom the statements say nothing: an account, an organisation, a name that no statement pins. Whoever is pinned is tried by name.

AWS source: IAM User Guide, "IAM identifiers", "AWS global condition context keys"; AWS Organizations API Reference (the form of ids).
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from cloudsoc.policy.arns import arn_pattern
from cloudsoc.policy.domains import ABSENT, Values, Written
from cloudsoc.policy.meanings import fixed_part
from cloudsoc.policy.patterns import glob
from cloudsoc.policy.representatives import Machine, representatives, runs
from cloudsoc.policy.request import Caller
from cloudsoc.policy.statement import Principal
from cloudsoc.policy.worlds import Worlds

__all__ = ["OWN_ORGANIZATION", "Outsiders"]

_ACCOUNT_KEYS: Final = ("aws:principalaccount", "kms:calleraccount")
_STRANGE_ACCOUNTS: Final = ("999999999999", "888888888888", "777777777777")
_STRANGE_SERVICE: Final = "any-service.amazonaws.com"
_ABSENT: Final[dict[str, Values]] = dict.fromkeys(
    "aws:principalarn aws:principalaccount aws:principaltype aws:username aws:principalisawsservice aws:principalservicename aws:principalservicenameslist "
    "kms:calleraccount".split(),
    ABSENT,
)
OWN_ORGANIZATION: Final = "the owner's organization"
"""Stands for the organisation of the owner where its id is not known."""


def _is_account(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdigit()


def _is_free(part: list[str]) -> bool:
    """Does this field of a pattern, which has an account, let any account in or one that is named? Then it tells no strangers apart."""
    return not part or part[0] in ("*", "") or _is_account(part[0])


def _machine(written: Iterable[Written]) -> Machine:
    made = Machine()
    for item in written:
        made.add_arn(arn_pattern(item.text)) if item.by_field else made.add_glob(glob(item.text))
    return made


class Outsiders:
    """Who is outside ``account`` (its id), as far as an Allow and the Deny statements can tell."""

    def __init__(self, worlds: Worlds, account: str | None, partition: str | None) -> None:
        self.worlds = worlds
        self.effort = worlds.effort
        self.account = account
        self.entries: list[Principal] = list(
            dict.fromkeys(
                entry
                for item in (worlds.allow, *worlds.denials.statements)
                for entry in (*(item.statement.principals or ()), *(item.statement.not_principals or ()))
            )
        )
        self._partition = partition

    def written(self, *keys: str) -> list[Written]:
        """The texts that the statements compare keys with."""
        found = [domain.written for key in keys if (domain := self.worlds.domains.get(key)) is not None]
        return found[0] if len(found) == 1 else list(dict.fromkeys(item for each in found for item in each))

    def exact(self, *keys: str) -> list[str]:
        """Those of them that only one text matches."""
        return [item.text for item in self.written(*keys) if not item.many]

    def patterns(self, *keys: str) -> list[Written]:
        """The others."""
        return [item for item in self.written(*keys) if item.many]

    @cached_property
    def partitions(self) -> list[str]:
        """The partitions that callers can be from: the resource's, and those that the statements name."""
        texts = [entry.value for entry in self.entries] + [item.text for item in self.written("aws:principalarn")]
        named = [part for text in texts if text.startswith("arn:aws") and (part := text.split(":", 2)[1]) in ("aws", "aws-cn", "aws-us-gov")]
        return list(dict.fromkeys([self._partition or "aws", *named]))

    @cached_property
    def accounts(self) -> list[str]:
        """The accounts that the statements name, without the owner's."""
        found = [entry.account for entry in self.entries if entry.account is not None]
        found += self.exact(*_ACCOUNT_KEYS, "aws:userid")
        found += [cut[4][:12] for item in self.written("aws:principalarn") if len(cut := item.text.split(":", 5)) > 4]
        return [account for account in dict.fromkeys(found) if _is_account(account) and account != self.account]

    @cached_property
    def strange_accounts(self) -> list[str]:
        """Accounts that they do not name, one for each class that their patterns tell apart."""
        taken = frozenset({*self.accounts, self.account or ""})
        plain = next(account for account in _STRANGE_ACCOUNTS + tuple(str(10**11 + number) for number in range(len(taken) + 1)) if account not in taken)
        ids, arns = self.patterns(*_ACCOUNT_KEYS), self.patterns("aws:principalarn")
        if not ids and all(item.by_field and item.text.startswith("arn:") and _is_free(item.text.split(":", 5)[4:5]) for item in arns):
            return [plain]
        started = [(_machine(ids), "")]
        if arns:
            started += [(_machine(arns), f"arn:{partition}:{service}::") for partition in self.partitions for service in ("iam", "sts")]
        return [plain, *(text for text in runs(started, "0123456789", 12, self.effort, but=taken | {plain}) if text not in taken | {plain})]

    @cached_property
    def organizations(self) -> list[str]:
        """The organisations that the statements name."""
        found = self.exact("aws:principalorgid")
        found += [
            item.text.partition("/")[0] for item in self.written("aws:principalorgpaths") if fixed_part("aws:principalorgpaths", item.text, wild=item.wild)
        ]
        return [name for name in dict.fromkeys(found) if name]

    @cached_property
    def strange_organizations(self) -> list[str | None]:
        """Organisations that it does not name; None is an account without one."""
        patterns = [item.text for item in self.patterns("aws:principalorgid")]
        patterns += [
            item.text.partition("/")[0] for item in self.written("aws:principalorgpaths") if fixed_part("aws:principalorgpaths", item.text, wild=True) is None
        ]
        if not patterns:
            return [None, "o-stranger" if "o-stranger" not in self.organizations else "o-stranger" * 2]
        machine = Machine()
        for text in patterns:
            machine.add_glob(glob(text))
        taken = frozenset(self.organizations)
        return [None, *(text for text in representatives([machine], self.effort, prefix="o-", but=taken) if text not in taken)]

    def pins(self, caller: Caller, organization: str | None) -> dict[str, Values]:
        """The keys that follow from a caller in an organisation, those that it cannot have included."""
        found = _ABSENT | caller.context()
        found["aws:principalorgid"] = ABSENT if organization is None else (organization,)
        if not caller.account:
            found.setdefault("aws:userid", ABSENT)
        elif caller.kind == "root":
            found["aws:userid"] = (caller.account,)
        return found

    @cached_property
    def _name_machines(self) -> list[Machine]:
        arns, names, folded = self.written("aws:principalarn"), self.written("aws:username"), Machine(folded=True, tail=True)
        tails = Machine(tail=True)
        for item in names:
            (folded if item.folded else tails).add_glob(glob(item.text.lower() if item.folded else item.text))
        spelt = Machine(folded=True)
        if len(arns) > 1:  # one text alone stands for all its spellings
            for item in arns:
                if item.folded:
                    spelt.add(item.text.lower())
        return [_machine([item for item in arns if item.many]), tails, *(machine for machine in (folded, spelt) if machine.size)]

    @cached_property
    def named(self) -> list[str]:
        """The ARNs of principals that the statements name, without those of whole accounts and of the owner."""
        found = [entry.value for entry in self.entries if entry.kind == "AWS" and not entry.is_everyone and not entry.names_account]
        found += self.exact("aws:principalarn")
        return [
            text
            for text in dict.fromkeys(found)
            if len(cut := text.split(":", 5)) == 6 and cut[0] == "arn" and cut[4] and cut[4] != self.account and cut[5] != "root" and "*" not in cut[4]
        ]

    def of_account(self, account: str) -> list[Caller]:
        """The callers of an account whom nobody names: a role, a user, its root, a federated user, one of each class of names."""
        taken = frozenset(name for name in self.named if name.split(":", 5)[4] == account)
        key = (account, taken, self._asked, tuple(self.partitions))
        found = self.worlds.denials.callers.get(key)
        if found is None:
            found = self.worlds.denials.callers[key] = list(self._made(account, taken))
        return found

    @cached_property
    def _asked(self) -> tuple[int, ...]:
        """Which conditions on names there are: statements that have the same ones tell the same callers apart."""
        return tuple(id(test) for key in ("aws:principalarn", "aws:username") if (domain := self.worlds.domains.get(key)) for test in domain.tests)

    def _made(self, account: str, taken: frozenset[str]) -> Iterator[Caller]:
        for partition in self.partitions:
            for kind in ("iam::{}:role/", "iam::{}:user/", "sts::{}:federated-user/"):
                prefix = f"arn:{partition}:{kind.format(account)}"
                names = (
                    [prefix + "anyone"]
                    if not self._asked and prefix + "anyone" not in taken
                    else representatives(self._name_machines, self.effort, prefix=prefix, but=taken)
                )
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
        """The canonical users that the statements name."""
        return [entry.value for entry in self.entries if entry.kind == "CanonicalUser"]

    @cached_property
    def services(self) -> list[str]:
        """The services that the statements name."""
        found = [entry.value for entry in self.entries if entry.kind == "Service" and entry.value != "*"]
        found += self.exact("aws:principalservicename", "aws:principalservicenameslist")
        return [name for name in dict.fromkeys(found) if name]

    @cached_property
    def strange_services(self) -> list[str]:
        """Services that it does not name."""
        patterns = self.patterns("aws:principalservicename", "aws:principalservicenameslist")
        if not patterns:
            return [_STRANGE_SERVICE]
        machine = Machine()
        within = machine.add_glob(glob("?*.amazonaws.com"))
        for item in patterns:
            machine.add_glob(glob(item.text))
        return [_STRANGE_SERVICE, *representatives([machine], self.effort, within=within, but=frozenset(self.services))]

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
            exact = self.exact("aws:principalorgpaths")
            for item in self.written("aws:principalorgpaths"):
                machine.add_glob(glob(item.text))
            paths.only(ABSENT)
            for organization in [*self.organizations, *filter(None, self.strange_organizations)]:
                mine: Iterable[str] = [text for text in exact if text.startswith(organization + "/")]
                for text in [*mine, *representatives([machine], self.effort, prefix=organization + "/", but=frozenset(exact))]:
                    paths.only((text,))
