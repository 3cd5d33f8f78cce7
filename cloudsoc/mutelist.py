"""Prowler's mutelists as waivers: as far as they say the same, and never wider.

A mutelist matches parts of names, has no end and nobody who answers for it. A waiver matches whole names, ends, and names who accepted it. What cannot be said
in a waiver (exceptions, tags, regular expressions, all checks at once) is left out and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from cloudsoc.model.check import Check
from cloudsoc.model.report import Waiver

_LITERAL = re.compile(r"[\w:/@=,. -]+")
PREFIX = "Prowler:"
"""How our checks name theirs."""


class MutelistError(ValueError):
    """A file that is no mutelist."""


@dataclass(frozen=True)
class Accepted:
    """Who accepts what is taken over, why and until when: what a mutelist does not say."""

    owner: str
    approver: str
    ticket: str
    expires: date
    reason: str = "taken over from a mutelist"


def waivers(document: Any, checks: Mapping[str, Check[...]], accepted: Accepted) -> tuple[list[Waiver], list[str]]:
    """The waivers that a mutelist (its YAML, read) comes to, and a line for each entry that has none. Raises ``MutelistError``."""
    accounts = document.get("Mutelist", {}).get("Accounts") if isinstance(document, Mapping) and isinstance(document.get("Mutelist"), Mapping) else None
    if not isinstance(accounts, Mapping):
        raise MutelistError("not a mutelist: there is no Mutelist with Accounts in it")
    theirs = _theirs(checks)
    found: list[Waiver] = []
    left: list[str] = []
    for account, body in accounts.items():
        entries = body.get("Checks") if isinstance(body, Mapping) else None
        if not isinstance(entries, Mapping):
            raise MutelistError(f"account {account}: there are no Checks")
        for name, entry in entries.items():
            try:
                found += _entry(str(account), str(name), entry, theirs, accepted)
            except ValueError as error:
                left.append(f"{name} in account {account}: {error}")
    return list(dict.fromkeys(found)), left


def _theirs(checks: Mapping[str, Check[...]]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for id, check in checks.items():
        for ref in check.refs:
            if ref.startswith(PREFIX):
                names.setdefault(ref.removeprefix(PREFIX), []).append(id)
    return names


def _entry(account: str, name: str, entry: Any, theirs: Mapping[str, list[str]], accepted: Accepted) -> Iterator[Waiver]:
    if not isinstance(entry, Mapping):
        raise ValueError("it is no table")
    if any(entry.get(one) for one in ("Exceptions", "Tags")):
        raise ValueError("it has exceptions or tags, which a waiver cannot say")
    if "*" in name or name not in theirs:
        raise ValueError("no check is known under that name" if "*" not in name else "it mutes many checks at once; name each")
    resources = [_glob(str(one)) for one in entry.get("Resources") or ()]
    regions = [str(one) for one in entry.get("Regions") or ()]
    if not resources or not regions:
        raise ValueError("it names no resources or no regions")
    if any(re.search(r"[^\w*-]", one) for one in regions):
        raise ValueError("a region is not a plain name")
    if account != "*" and not re.fullmatch("[0-9]{12}", account):
        raise ValueError("the account is neither * nor an account id of 12 digits; one that begins with 0 needs quotes, or YAML takes it for another number")
    reason = str(entry.get("Description") or accepted.reason).strip() or accepted.reason
    more = {"owner": accepted.owner, "approver": accepted.approver, "ticket": accepted.ticket, "expires": accepted.expires, "reason": reason}
    return (
        Waiver.model_validate({"check": id, "resource": resource, "account": account, "region": region} | more)
        for id, resource, region in product(theirs[name], resources, regions)
    )


def _glob(pattern: str) -> str:
    """A pattern of theirs as a whole name of ours: plain text is that name alone, and only a trailing ``.*`` or ``*`` is any text."""
    if pattern in {"*", ".*"}:
        return "*"
    plain = pattern.removeprefix("^").removesuffix("$")
    for end in (".*", "*"):
        if plain.endswith(end) and _LITERAL.fullmatch(plain.removesuffix(end)):
            return plain.removesuffix(end) + "*"
    if not _LITERAL.fullmatch(plain):
        raise ValueError(f"{pattern!r} is a regular expression; write what it stands for")
    return plain


def toml(found: list[Waiver], left: list[str]) -> str:
    """The file of waivers; what was left out stands in it as comments."""
    parts = [f"# left out: {_string(line)}\n" for line in left]
    for waiver in found:
        values = waiver.model_dump(exclude_defaults=True)
        lines = (f"{name} = {value.isoformat() if isinstance(value, date) else _string(value)}" for name, value in values.items())
        parts.append("[[waiver]]\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _string(text: str) -> str:
    """A TOML string of ASCII: whatever is in a name, the file shows it."""
    return '"' + "".join(one if " " <= one <= "~" and one not in '"\\' else f"\\U{ord(one):08X}" for one in text) + '"'
