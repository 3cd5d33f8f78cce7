"""Snapshots: an inventory as one compressed file, and back. What a snapshot does not hold is unread when it is loaded, never a default.

The file is gzip over lines of canonical JSON: a head, for each account its description, resources, gaps, facts and calls, and an end that counts and hashes
all lines before it. The *content* of an account is what was found in it: resources, facts, gaps, regions, settings and the fields that were asked for, in an
order that depends on names alone; a list inside a fact stands as AWS gave it. Who read it, when, the record of the calls, and the words of AWS's that came
with an error (they name the caller, the request and its time) are kept and protected by the end's hash, but they are no content: two readings of one state
have one content hash.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from cloudsoc.engine.fields import field_paths, reader, writer
from cloudsoc.engine.inventory import AccountInventory, CallRecord, Gap, Inventory
from cloudsoc.engine.plan import Plan, fact_name, settings_of_fact, sources
from cloudsoc.engine.registry import load_checks
from cloudsoc.engine.signature import UNDECLARED, Kind
from cloudsoc.model.fact import Address, Fact
from cloudsoc.model.verdict import NotApplicable, Unread

FORMAT, VERSION = "cloudsoc-snapshot", 1
_FACT = b',{"fact":'
_BLOCK = 1 << 18
_AGAIN = "take it from where it was kept, or collect again"
_ODD = (KeyError, IndexError, TypeError, AttributeError, ValueError, RecursionError)
"""What reading a line may raise when it is not what we wrote."""


class SnapshotError(ValueError):
    """A file that is no snapshot, is damaged or was edited, or was written by a newer cloudsoc."""


# -- content ----------------------------------------------------------------------------------------------------------


def content_hash(account: AccountInventory) -> str:
    """SHA-256 over the content of an account: the same on every machine, in every time zone, in whatever order the answers came."""
    digest = hashlib.sha256()
    for _, counted in _content(account):
        digest.update(counted)
    return digest.hexdigest()


def _content(account: AccountInventory) -> Iterator[tuple[bytes, bytes]]:
    """The lines of the content, each as it is written and as it counts."""
    about = {
        "account": account.account,
        "partition": account.partition,
        "regions": {name: list(state) for name, state in account.regions.items()},
        "fields": {name: sorted(fields) for name, fields in account.fields.items()},
        "settings": {name: {key: _setting(value) for key, value in values.items()} for name, values in account.settings.items()},
    }
    yield _whole(_line("account", about | ({"listings": account.listings} if account.listings else {})))
    # What exists in something comes after it, so that a reader knows that already.
    for _, name in sorted((max(map(_depth, found.values()), default=0), name) for name, found in account.addresses.items()):
        found = account.addresses[name]
        for id in sorted(found):
            address = found[id]
            parent = [fact_name(address.parent.kind), address.parent.id] if address.parent else None
            yield _whole(_line("resource", [name, id, address.region, parent, dict(address.names)]))
    for name, gaps in sorted(account.gaps.items()):
        rows = sorted((_gap(name, gap, said=False), _gap(name, gap, said=True)) for gap in gaps)
        before = b""
        for counted, written in rows:
            yield written, b"" if counted == before else counted  # one gap, told twice in other words
            before = counted
    for name, facts in sorted(account.facts.items()):
        kept = account.kept.get(name, {})
        for id in sorted(facts):
            value = facts[id]
            written = _line("fact", [name, id, kept[id] if id in kept else _written(value)])
            silent = isinstance(value, Unread) and value.message and id not in kept
            yield written, _line("fact", [name, id, _written(value, said=False)]) if silent else written


def _depth(address: Address) -> int:
    return 1 + _depth(address.parent) if address.parent else 0


def _whole(line: bytes) -> tuple[bytes, bytes]:
    return line, line


def _gap(name: str, gap: Gap, *, said: bool) -> bytes:
    return _line("gap", [name, _unread(gap.unread, said=said), list(gap.within)])


def _written(value: Any, *, said: bool = True) -> Any:
    match value:
        case Fact():
            kind: Kind = type(value)
            return {"fact": writer(kind)(value)}
        case Unread():
            return {"unread": _unread(value, said=said)}
        case NotApplicable():
            return {"not_applicable": value.reason}
    return None


def _unread(unread: Unread, *, said: bool = True) -> dict[str, Any]:
    """What is not known, with AWS's words about it or without."""
    return {one.name: value for one in fields(Unread) if (value := getattr(unread, one.name)) and (said or one.name != "message")}


def _setting(value: Any) -> dict[str, Any]:
    """A value, or nothing where it is not declared: None is a value too."""
    return {} if value is UNDECLARED else {"value": json.loads(json.dumps(value, default=_sorted))}


def _sorted(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"a setting of type {type(value).__name__} cannot be kept")


_text = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


def _line(what: str, value: Any) -> bytes:
    return f'{{"{what}":{_text(value)}}}\n'.encode()


# -- writing ----------------------------------------------------------------------------------------------------------


def save(inventory: Inventory, file: str | os.PathLike[str]) -> None:
    """Write a snapshot, readable by its owner alone; the file is there whole or not at all. Line by line: no second copy in memory."""
    target = Path(file)
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # for its owner alone, and nobody else's file
    try:
        with open(handle, "wb") as out:
            with gzip.GzipFile("", "wb", 6, out, mtime=0) as packed, io.BufferedWriter(packed, _BLOCK) as lines:
                _write(inventory, cast("IO[bytes]", lines))
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _write(inventory: Inventory, out: IO[bytes]) -> None:
    digest, lines = hashlib.sha256(), 0
    for line in _lines(inventory):
        digest.update(line)
        lines += 1
        out.write(line)
    out.write(_line("end", {"lines": lines, "sha256": digest.hexdigest()}))


def _lines(inventory: Inventory) -> Iterator[bytes]:
    yield _line("snapshot", {"format": FORMAT, "version": VERSION, "accounts": [one.account for one in inventory.accounts]})
    for account in inventory.accounts:
        yield from (line for line, _ in _content(account))
        yield _line(
            "read",
            {
                "caller": account.caller,
                "observed_at": account.observed_at.isoformat(),
                "finished_at": account.finished_at.isoformat() if account.finished_at else None,
                "vanished": account.vanished,
            },
        )
        for call in account.calls:
            yield _line("call", asdict(call) | {"started": call.started.isoformat(), "ended": call.ended.isoformat()})


# -- reading ----------------------------------------------------------------------------------------------------------


def load(file: str | os.PathLike[str]) -> Inventory:
    """Read a snapshot. Raises ``SnapshotError`` that says what is wrong with the file, and ``OSError`` where it cannot be opened."""
    kinds = classes()
    builders: list[_Builder] = []
    number = 0
    try:
        for number, what, value, line in _verified(Path(file)):
            if what == "account":
                builders.append(_Builder(value, kinds, line))
            elif number > 1:
                builders[-1].take(what, value, line)
        return Inventory([builder.finish() for builder in builders])
    except SnapshotError:
        raise
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        told = "is not a snapshot of cloudsoc" if number == 0 and not isinstance(error, EOFError) else f"breaks off or is damaged after line {number}; {_AGAIN}"
        raise SnapshotError(f"{file}: {told}") from error
    except _ODD as error:
        raise SnapshotError(f"{file}: line {number + 1} or what it refers to cannot be understood: the file was edited or damaged; {_AGAIN}") from error


def _verified(file: Path) -> Iterator[tuple[int, str, Any, bytes]]:
    """The lines of a file, numbered; what is wrong with it is found out before its end at the latest."""
    digest, number, ended = hashlib.sha256(), 0, False
    with gzip.open(file, "rb") as packed:
        for line in packed:
            if ended:
                raise SnapshotError(f"{file}: something was added after its end; {_AGAIN}")
            ((what, value),) = from_json(line).items()
            if number == 0:
                _check_head(file, what, value)
            elif what == "end":
                ended = True
                if (value["lines"], value["sha256"]) != (number, digest.hexdigest()):
                    raise SnapshotError(f"{file}: the content does not fit its hash: the file was edited or damaged; {_AGAIN}")
                continue
            digest.update(line)
            number += 1
            yield number, what, value, line
    if not ended:
        raise SnapshotError(f"{file}: breaks off after line {number}: it was not written to its end; {_AGAIN}")


def _check_head(file: Path, what: str, value: Any) -> None:
    if what != "snapshot" or value.get("format") != FORMAT:
        raise SnapshotError(f"{file}: is not a snapshot of cloudsoc")
    if value["version"] > VERSION:
        raise SnapshotError(f"{file}: has format {value['version']}, this cloudsoc reads up to {VERSION}: use the version that wrote it, or a newer one")


class _Builder:
    """Builds one account from its lines."""

    def __init__(self, about: Mapping[str, Any], kinds: Mapping[str, Kind], line: bytes) -> None:
        self.account = AccountInventory(about["account"], about["partition"])
        self.account.regions = {name: (state, reason) for name, (state, reason) in about["regions"].items()}
        self.account.fields = {name: tuple(fields) for name, fields in about["fields"].items()}
        self.account.listings = dict(about.get("listings", {}))
        self.account.settings = {name: _settings(kinds.get(name), values) for name, values in about["settings"].items()}
        self._kinds = kinds
        self._orphans: dict[tuple[str, str], list[Any]] = {}
        self._ids: dict[str, str] = {}
        self._readers: dict[str, Callable[[bytes], Any]] = {}
        self._exact: set[str] = set()
        self._digest = hashlib.sha256(line)
        self._before = b""

    def take(self, what: str, value: Any, line: bytes) -> None:
        if what in ("resource", "gap", "fact"):
            self._digest.update(self._counted(what, value, line))
        match what:
            case "resource":
                self._resource(*value)
            case "gap":
                name, unread, within = value
                self.account.gaps[name].append(Gap(Unread(**unread), tuple(within)))
            case "fact":
                name, id, written = value
                known = self.account.facts[name][self._ids.get(id, id)] = self._value(name, written, line)
                if written and "fact" in written and (name not in self._exact or not isinstance(known, Fact)):
                    self.account.kept[name][id] = written
            case "read":
                self.account.caller = value["caller"]
                self.account.observed_at = datetime.fromisoformat(value["observed_at"])
                self.account.finished_at = datetime.fromisoformat(value["finished_at"]) if value["finished_at"] else None
                self.account.vanished = value["vanished"]
            case "call":
                times = {name: datetime.fromisoformat(value[name]) for name in ("started", "ended")}
                self.account.calls.append(CallRecord(**(value | times | {"request_ids": tuple(value["request_ids"])})))
            case _:
                raise ValueError(what)

    def _counted(self, what: str, value: Any, line: bytes) -> bytes:
        """What of a line is content: see ``_content``."""
        if what == "gap":
            unread = {name: told for name, told in value[1].items() if name != "message"}
            counted = _line("gap", [value[0], unread, value[2]])
            self._before, before = counted, self._before
            return b"" if counted == before else counted
        if what == "fact" and value[2] and "message" in value[2].get("unread", ()):
            return _line("fact", [*value[:2], {"unread": {name: told for name, told in value[2]["unread"].items() if name != "message"}}])
        return line

    def finish(self) -> AccountInventory:
        """Make the addresses that came before those that they exist in."""
        for name, id in list(self._orphans):
            self._adopted(name, id)
        self.account.kept_hash = self._digest.hexdigest()
        return self.account

    def _resource(self, name: str, id: str, region: str, parent: list[str] | None, names: dict[str, str]) -> None:
        if parent and parent[1] not in self.account.addresses.get(parent[0], ()):
            self._orphans[name, id] = [region, parent, names]
        else:
            self._address(name, id, region, self.account.addresses[parent[0]][parent[1]] if parent else None, names)

    def _adopted(self, name: str, id: str) -> Address:
        known = self.account.addresses[name].get(id)
        if known is not None:
            return known
        region, parent, names = self._orphans[name, id]
        return self._address(name, id, region, self._adopted(*parent), names)

    def _address(self, name: str, id: str, region: str, parent: Address | None, names: dict[str, str]) -> Address:
        kind = self._kinds.get(name) or missing_class(name)
        self._ids[id] = id  # one text of it in memory, not one for each fact
        made = self.account.addresses[name][id] = Address(kind, id, sys.intern(region), self.account.account, self.account.partition, parent, names)
        return made

    def _value(self, name: str, written: Any, line: bytes) -> Any:
        if written is None:
            return None
        if "unread" in written:
            return Unread(**written["unread"])
        if "not_applicable" in written:
            return NotApplicable(written["not_applicable"])
        if name not in self._readers:
            self._readers[name] = self._reader(name)
        # The text of the fact itself: the first brace with a key behind it, since a quote inside a text is escaped.
        return self._readers[name](line[line.index(_FACT) + len(_FACT) : line.rindex(b"}]}")])

    def _reader(self, name: str) -> Callable[[bytes], Any]:
        """How the facts of a class are read. What cannot be read is unread, and kept as it was written, so that the content stays whole."""
        kind, account = self._kinds.get(name), self.account.account
        if kind is None:
            return lambda _: Unread(name, "no class of this name is installed here", account=account)
        operation = sources(kind)[-1].operations[-1]
        ours, theirs = set(field_paths(kind)), set(self.account.fields.get(name, ()))
        if ours == theirs:
            self._exact.add(name)
        if lacking := sorted(ours - theirs):
            return lambda _: Unread(operation, f"the snapshot is older than {name}.{lacking[0]}", account=account)
        validate = reader(kind)

        def read(written: bytes) -> Any:
            try:
                return validate(written)
            except ValidationError:
                return Unread(operation, f"the snapshot does not fit {name} as it is now", account=account)

        return read


def _settings(kind: Kind | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with which a fact was asked for: of their types, where the fact's class is installed and still has them."""
    asked = settings_of_fact(kind) if kind else {}
    found: dict[str, Any] = {}
    for name, written in values.items():
        found[name] = written["value"] if written else UNDECLARED
        if written and name in asked:
            try:
                found[name] = TypeAdapter(asked[name].type).validate_json(json.dumps(written["value"]))
            except ValidationError:
                continue
    return found


@cache
def missing_class(name: str) -> Any:
    """Stands for the class of resources that a snapshot holds and that is not installed here."""
    service, _, own = name.partition(".")
    return type(own, (), {"__module__": service, "listing": None, "source": None, "about": None})


# -- classes ----------------------------------------------------------------------------------------------------------


def classes() -> dict[str, Kind]:
    """The fact classes by the name under which their facts are kept: those that the installed checks need, and others that are imported."""
    needed = {fact_name(kind): kind for kind in Plan(load_checks()).facts}
    others: dict[str, Kind] = {}
    open_: list[Any] = [Fact]
    while open_:
        for kind in open_.pop().__subclasses__():
            open_.append(kind)
            if "__dataclass_fields__" in vars(kind) and ("listing" in vars(kind) or "source" in vars(kind)) and sources(kind):
                others[fact_name(kind)] = kind
    return others | needed
