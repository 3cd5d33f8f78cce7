"""Snapshots: what is saved comes back equal, and what is not as it was written is told."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from cloudsoc import Inventory, SnapshotError
from cloudsoc.engine.inventory import CallRecord
from cloudsoc.engine.snapshot import Raw, content_hash
from cloudsoc.model import NotApplicable, Unread
from tests.engine.house import AT, DENIED, HERE, LIT, OPEN, OTHER, SHUT, THERE, Door, Lamp, Room, Street

LATER = AT + timedelta(minutes=3)


def street(*, backwards: bool = False) -> Street:
    made = Street()
    steps: list[Callable[[], object]] = [
        lambda: made.room("hall", door=SHUT),
        lambda: made.room("attic", THERE, door=None, lamp=DENIED),
        lambda: made.garden("front"),
        lambda: made.miss(Room, DENIED, made.regions[THERE]),
        lambda: made.miss(Room, Unread("kms:ListKeys", "ThrottlingException", HERE), made.regions[HERE]),
    ]
    for step in reversed(steps) if backwards else steps:
        step()
    made.inventory.facts["kms.Lamp"]["nowhere"] = NotApplicable("it has no ceiling")
    made.inventory.calls.append(CallRecord("kms:ListKeys", HERE, "", AT, LATER, 2, 101, "read", "", ("r-1", "r-2")))
    made.inventory.vanished = {"kms.Room": 1}
    made.inventory.finished_at = LATER
    return made


def test_it_comes_back_equal(tmp_path: Path) -> None:
    inventory = Inventory([street().inventory, Street(OTHER).inventory])
    inventory.save(tmp_path / "a")
    loaded = Inventory.load(tmp_path / "a")
    for before, after in zip(inventory.accounts, loaded.accounts, strict=True):
        for name in ("account", "partition", "caller", "observed_at", "finished_at", "regions", "facts", "gaps", "vanished", "calls", "settings"):
            assert getattr(after, name) == getattr(before, name), name
        assert {name: set(known) for name, known in after.addresses.items()} == {name: set(known) for name, known in before.addresses.items()}
        assert content_hash(after) == before.content_hash == after.content_hash
    hall = next(one for one in loaded.accounts[0].known(Room).values() if one.short == "hall")
    assert hall.parent is not None
    assert (hall.parent.region, hall.names, hall.kind) == (HERE, {"KeyId": "hall"}, Room)


def test_it_is_for_its_owner_alone_and_there_whole_or_not_at_all(tmp_path: Path) -> None:
    Inventory([street().inventory]).save(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["a"]


def test_the_hash_depends_on_content_alone() -> None:
    first = street().inventory
    again = street(backwards=True).inventory
    again.observed_at, again.caller = LATER, "somebody else"
    again.calls.clear()
    assert first.content_hash == again.content_hash
    again.learn(Door, "new", OPEN)
    assert first.content_hash != again.content_hash


def test_times_of_another_zone_are_the_same_times() -> None:
    """A time becomes UTC at the door; written in another zone it would be another text."""
    from cloudsoc.aws.kms import Key
    from cloudsoc.engine.door import Door as TheDoor
    from cloudsoc.engine.door import Way

    said = {"KeyId": "1", "KeyManager": "CUSTOMER", "KeySpec": "X", "KeyState": "Enabled", "Origin": "AWS_KMS"}
    times = (AT, AT.astimezone(timezone(timedelta(hours=5, minutes=30))))
    facts = [TheDoor().fact(Way(Key, Key.source, lists=False), said | {"DeletionDate": at}, None, HERE, "1") for at in times]  # type: ignore[arg-type]
    assert facts[0] == facts[1]


@pytest.mark.parametrize(("zone", "seed"), [("UTC", "1"), ("Asia/Kolkata", "2"), ("America/St_Johns", "77")])
def test_one_hash_on_every_machine(zone: str, seed: str) -> None:
    code = "from tests.engine.test_snapshot import street; print(street().inventory.content_hash)"
    env = os.environ | {"TZ": zone, "PYTHONHASHSEED": seed}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == street().inventory.content_hash


# -- what is not as it was written ----------------------------------------------------------------------------------------


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    Inventory([street().inventory]).save(tmp_path / "a")
    return gzip.decompress((tmp_path / "a").read_bytes()).splitlines(keepends=True)


def told(tmp_path: Path, content: bytes) -> str:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(SnapshotError) as error:
        Inventory.load(tmp_path / "b")
    assert str(tmp_path / "b") in str(error.value)
    return str(error.value)


def test_a_file_that_breaks_off(tmp_path: Path, lines: list[bytes]) -> None:
    whole = (tmp_path / "a").read_bytes()
    for length in (len(whole) // 2, len(whole) - 9, 11):
        assert "breaks off" in told(tmp_path, whole[:length])
    assert "not written to its end" in told(tmp_path, gzip.compress(b"".join(lines[:-1])))
    assert "not written to its end" in told(tmp_path, b"")


def test_a_file_that_was_edited(tmp_path: Path, lines: list[bytes]) -> None:
    edited = [line.replace(b'"Enabled"', b'"Disabled"') for line in lines]
    assert edited != lines
    assert "edited" in told(tmp_path, gzip.compress(b"".join(edited)))
    assert "edited" in told(tmp_path, gzip.compress(b"".join(lines[:3] + lines[4:])))
    assert "after its end" in told(tmp_path, gzip.compress(b"".join([*lines, lines[-2]])))
    assert "cannot be understood" in told(tmp_path, gzip.compress(b"".join([lines[0], b"{]\n", *lines[1:]])))


def test_a_file_of_another_kind_or_a_newer_one(tmp_path: Path, lines: list[bytes]) -> None:
    assert "not a snapshot" in told(tmp_path, b"PK\x03\x04 something else entirely")
    assert "not a snapshot" in told(tmp_path, gzip.compress(b'{"other": {}}\n'))
    newer = lines[0].replace(b'"version":1', b'"version":99')
    assert "use the version that wrote it" in told(tmp_path, gzip.compress(newer + b"".join(lines[1:])))


def rewritten(tmp_path: Path, change: Callable[[bytes], bytes]) -> Inventory:
    """A file as an older or other cloudsoc would have written it: with an end that fits."""
    import hashlib

    Inventory([street().inventory]).save(tmp_path / "a")
    *body, _ = [change(line) for line in gzip.decompress((tmp_path / "a").read_bytes()).splitlines(keepends=True)]
    end = {"end": {"lines": len(body), "sha256": hashlib.sha256(b"".join(body)).hexdigest()}}
    (tmp_path / "old").write_bytes(gzip.compress(b"".join(body) + json.dumps(end).encode() + b"\n"))
    return Inventory.load(tmp_path / "old")


def test_a_field_that_did_not_exist_is_unread(tmp_path: Path) -> None:
    loaded = rewritten(tmp_path, lambda line: line.replace(b'"kms.Lamp":["key_rotation_enabled"]', b'"kms.Lamp":[]'))
    lamps = [value for value in loaded.accounts[0].values(Lamp).values() if not isinstance(value, NotApplicable) and value != DENIED]
    assert lamps
    assert all(isinstance(value, Unread) and value.error == "the snapshot is older than kms.Lamp.key_rotation_enabled" for value in lamps)


def test_a_class_that_did_not_exist_is_unread(tmp_path: Path) -> None:
    loaded = rewritten(tmp_path, lambda line: line.replace(b'"kms.Lamp":["key_rotation_enabled"],', b"").replace(b',"kms.Lamp":["key_rotation_enabled"]', b""))
    (gap,) = loaded.accounts[0].missing(Lamp)
    assert "not in this inventory" in gap.unread.error


def test_a_value_that_does_not_fit_any_more_is_unread(tmp_path: Path) -> None:
    loaded = rewritten(tmp_path, lambda line: line.replace(b'{"key_rotation_enabled":true}', b'{"key_rotation_enabled":"perhaps"}'))
    assert any(isinstance(value, Unread) and "does not fit" in value.error for value in loaded.accounts[0].values(Lamp).values())
    assert LIT not in loaded.accounts[0].values(Lamp).values()


def test_a_class_that_is_not_installed_keeps_the_content_whole(tmp_path: Path) -> None:
    loaded = rewritten(tmp_path, lambda line: line.replace(b"kms.Lamp", b"kms.Laser"))
    account = loaded.accounts[0]
    assert any(isinstance(value, Raw) for value in account.facts["kms.Laser"].values())
    assert content_hash(account) == account.content_hash
    loaded.save(tmp_path / "again")
    assert Inventory.load(tmp_path / "again").accounts[0].content_hash == account.content_hash


def test_observed_at_is_utc(tmp_path: Path) -> None:
    Inventory([street().inventory]).save(tmp_path / "a")
    assert Inventory.load(tmp_path / "a").accounts[0].observed_at == datetime(2026, 3, 1, tzinfo=UTC)
