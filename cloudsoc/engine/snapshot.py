"""Snapshots: an inventory as one compressed file, and back. What a snapshot does not hold is unread when it is loaded, never a default.

The file is gzip over lines of canonical JSON: a head, for each account its description, resources, gaps, facts and calls, and an end that counts and hashes
all lines before it. The *content* of an account is what was found in it: resources, facts, gaps, regions and settings, in an order that depends on names
alone. Who read it, when, and the record of the calls are kept and protected by the end's hash, but two readings of one state have one content hash.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from cloudsoc.engine.inventory import AccountInventory, CallRecord, Gap, Inventory, Value
from cloudsoc.engine.plan import fact_name, sources
from cloudsoc.engine.registry import load_checks
from cloudsoc.engine.signature import UNDECLARED, Kind, hints
from cloudsoc.model.fact import Address, Fact
from cloudsoc.model.verdict import NotApplicable, Unread

FORMAT, VERSION = "cloudsoc-snapshot", 1


class SnapshotError(ValueError):
    """A file that is no snapshot, is damaged or was edited, or was written by a newer cloudsoc."""


# -- content ----------------------------------------------------------------------------------------------------------


def content_hash(account: AccountInventory) -> str:
    """SHA-256 over the content of an account: the same on every machine, in every time zone, in whatever order the answers came."""
    digest = hashlib.sha256()
    for line in _content(account):
        digest.update(line)
    return digest.hexdigest()


def _content(account: AccountInventory) -> Iterator[bytes]:
    about = {
        "account": account.account,
        "partition": account.partition,
        "regions": {name: list(state) for name, state in account.regions.items()},
        "fields": {name: sorted(fields) for name, fields in account.fields.items()},
        "settings": {name: {key: _plain(value) for key, value in values.items()} for name, values in account.settings.items()},
    }
    yield _line("account", about)
    for name in sorted(account.addresses):
        for id, address in sorted(account.addresses[name].items()):
            parent = [fact_name(address.parent.kind), address.parent.id] if address.parent else None
            yield _line("resource", [name, id, address.region, parent, dict(address.names)])
    for name in sorted(account.gaps):
        rows = [[name, _unread(gap.unread), list(gap.within)] for gap in account.gaps[name]]
        yield from (_line("gap", row) for row in sorted(rows, key=_text))
    for name in sorted(account.facts):
        write: Callable[..., Any] | None = None
        for id, value in sorted(account.facts[name].items()):
            if isinstance(value, Fact):
                write = write or _writer(type(value))
                yield _line("fact", [name, id, {"fact": write(value)}])
            else:
                yield _line("fact", [name, id, _other(value)])


def _other(value: Any) -> Any:
    match value:
        case Unread():
            return {"unread": _unread(value)}
        case NotApplicable():
            return {"not_applicable": value.reason}
        case Raw():
            return value.written
    return None


def _unread(unread: Unread) -> dict[str, Any]:
    return {name: value for name, value in asdict(unread).items() if value}


def _plain(value: Any) -> Any:
    return "undeclared" if value is UNDECLARED else json.loads(json.dumps(value, default=str))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _line(what: str, value: Any) -> bytes:
    return f'{{"{what}":{_text(value)}}}\n'.encode()


class Raw:
    """A fact of a class that is not installed here: kept as it was written, so that the content stays whole."""

    __slots__ = ("written",)

    def __init__(self, written: Any) -> None:
        self.written = written

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Raw) and self.written == other.written

    def __hash__(self) -> int:
        return hash(_text(self.written))


# -- writing ----------------------------------------------------------------------------------------------------------


def save(inventory: Inventory, file: str | os.PathLike[str]) -> None:
    """Write a snapshot, readable by its owner alone; the file is there whole or not at all."""
    target = Path(file)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out, gzip.GzipFile("", "wb", 6, out, mtime=0) as packed:
            _write(inventory, packed)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)


def _write(inventory: Inventory, out: gzip.GzipFile) -> None:
    digest, lines = hashlib.sha256(), 0
    for line in _lines(inventory):
        digest.update(line)
        lines += 1
        out.write(line)
    out.write(_line("end", {"lines": lines, "sha256": digest.hexdigest()}))


def _lines(inventory: Inventory) -> Iterator[bytes]:
    yield _line("snapshot", {"format": FORMAT, "version": VERSION, "accounts": [one.account for one in inventory.accounts]})
    for account in inventory.accounts:
        yield from _content(account)
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
    load_checks()  # a class is known by its name once its module is imported
    inventory = Inventory()
    builder: _Builder | None = None
    for what, value in _verified(Path(file)):
        if what == "account":
            if builder:
                builder.finish()
            builder = _Builder(value)
            inventory.accounts.append(builder.account)
        elif builder:
            builder.take(what, value)
    if builder:
        builder.finish()
    return inventory


def _verified(file: Path) -> Iterator[tuple[str, Any]]:
    """The lines of a file; what is wrong with it is found out before its end at the latest."""
    digest, lines, ended = hashlib.sha256(), 0, False
    try:
        with gzip.open(file, "rb") as packed:
            for line in packed:
                if ended:
                    raise SnapshotError(f"{file}: something was added after its end")
                ((what, value),) = json.loads(line).items()
                if lines == 0:
                    _check_head(file, what, value)
                elif what == "end":
                    ended = True
                    if (value["lines"], value["sha256"]) != (lines, digest.hexdigest()):
                        raise SnapshotError(f"{file}: the content does not fit its hash: the file was edited or damaged; take it from where it was kept")
                    continue
                digest.update(line)
                lines += 1
                yield what, value
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        told = "is not a snapshot of cloudsoc" if lines == 0 and not isinstance(error, EOFError) else f"breaks off or is damaged after line {lines}"
        raise SnapshotError(f"{file}: {told}") from error
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, SnapshotError):
            raise
        raise SnapshotError(f"{file}: line {lines + 1} cannot be understood: the file was edited or damaged") from error
    if not ended:
        raise SnapshotError(f"{file}: breaks off after line {lines}: it was not written to its end")


def _check_head(file: Path, what: str, value: Any) -> None:
    if what != "snapshot" or value.get("format") != FORMAT:
        raise SnapshotError(f"{file}: is not a snapshot of cloudsoc")
    if value["version"] > VERSION:
        raise SnapshotError(f"{file}: has format {value['version']}, this cloudsoc reads up to {VERSION}: use the version that wrote it, or a newer one")


class _Builder:
    """Builds one account from its lines."""

    def __init__(self, about: Mapping[str, Any]) -> None:
        self.account = AccountInventory(about["account"], about["partition"])
        self.account.regions = {name: (state, reason) for name, (state, reason) in about["regions"].items()}
        self.account.fields = {name: tuple(fields) for name, fields in about["fields"].items()}
        self.account.settings = about["settings"]
        self._resources: dict[tuple[str, str], list[Any]] = {}
        self._made: dict[tuple[str, str], Address] = {}
        self._kinds = classes()
        self._readers: dict[str, Callable[[Any], Value]] = {}
        self._digest = hashlib.sha256(_line("account", about))

    def take(self, what: str, value: Any) -> None:
        if what in ("resource", "gap", "fact"):
            self._digest.update(_line(what, value))
        match what:
            case "resource":
                self._resources[value[0], value[1]] = value
            case "gap":
                name, unread, within = value
                self.account.gaps[name].append(Gap(Unread(**unread), tuple(within)))
            case "fact":
                name, id, written = value
                self.account.facts[name][id] = self._value(name, written)
            case "read":
                self.account.caller = value["caller"]
                self.account.observed_at = datetime.fromisoformat(value["observed_at"])
                self.account.finished_at = datetime.fromisoformat(value["finished_at"]) if value["finished_at"] else None
                self.account.vanished = value["vanished"]
            case "call":
                times = {name: datetime.fromisoformat(value[name]) for name in ("started", "ended")}
                self.account.calls.append(CallRecord(**(value | times | {"request_ids": tuple(value["request_ids"])})))

    def finish(self) -> None:
        """Make the addresses, parents first."""
        for name, id in self._resources:
            address = self._address(name, id)
            self.account.addresses[name][id] = address
        self.account.kept_hash = self._digest.hexdigest()

    def _address(self, name: str, id: str) -> Address:
        if (name, id) not in self._made:
            _, _, region, parent, names = self._resources[name, id]
            kind = self._kinds.get(name) or missing_class(name)
            self._made[name, id] = Address(kind, id, region, self.account.account, self.account.partition, self._address(*parent) if parent else None, names)
        return self._made[name, id]

    def _value(self, name: str, written: Any) -> Any:
        if written is None:
            return None
        if "unread" in written:
            return Unread(**written["unread"])
        if "not_applicable" in written:
            return NotApplicable(written["not_applicable"])
        if name not in self._readers:
            self._readers[name] = self._reader(name)
        return self._readers[name](written["fact"])

    def _reader(self, name: str) -> Callable[[Any], Any]:
        kind = self._kinds.get(name)
        if kind is None:
            return lambda written: Raw({"fact": written})
        lacking = sorted(set(field_paths(kind)) - set(self.account.fields.get(name, ())))
        account = self.account.account
        if lacking:
            unread = Unread(sources(kind)[-1].operations[-1], f"the snapshot is older than {name}.{lacking[0]}", account=account)
            return lambda _: unread
        validate = _adapter(kind).validate_json

        def read(written: Any) -> Any:
            try:
                return validate(json.dumps(written))
            except ValidationError:
                return Unread(sources(kind)[-1].operations[-1], f"the snapshot does not fit {name} as it is now", account=account)

        return read


@cache
def missing_class(name: str) -> Any:
    """Stands for the class of resources that a snapshot holds and that is not installed here."""
    service, _, own = name.partition(".")
    return type(own, (), {"__module__": service, "listing": None, "source": None, "about": None})


# -- classes ----------------------------------------------------------------------------------------------------------


def classes() -> dict[str, Kind]:
    """The fact classes that are imported, by the name under which their facts are kept."""
    found: dict[str, Kind] = {}
    open_: list[Any] = [Fact]
    while open_:
        for kind in open_.pop().__subclasses__():
            open_.append(kind)
            if "__dataclass_fields__" in vars(kind) and ("listing" in vars(kind) or "source" in vars(kind)) and sources(kind):
                found[fact_name(kind)] = kind
    return found


def _writer(kind: Kind) -> Callable[[Any], Any]:
    write = _adapter(kind).dump_python
    return lambda fact: write(fact, mode="json")


@cache
def _adapter(kind: Kind) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@cache
def field_paths(kind: Kind) -> tuple[str, ...]:
    """The fields of a fact, those of its parts included: ``recording_group.all_supported``."""
    return tuple(sorted(_paths(kind, "")))


def _paths(model: Any, before: str) -> Iterator[str]:
    for name, annotation in hints(model).items():
        yield before + name
        for inner in _parts(annotation):
            if inner is not model:
                yield from _paths(inner, f"{before}{name}.")


def _parts(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and is_dataclass(annotation) and not hasattr(annotation, "to_mapping"):
        yield annotation
    for inner in get_args(annotation):
        yield from _parts(inner)
