"""Snapshots: what is saved comes back equal, and what is not as it was written is told."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cloudsoc
from cloudsoc import Inventory, SnapshotError
from cloudsoc.engine.fields import field_paths, reader, writer
from cloudsoc.engine.inventory import CallRecord
from cloudsoc.engine.plan import Plan, fact_name, listing_name
from cloudsoc.engine.registry import load_checks
from cloudsoc.engine.signature import UNDECLARED
from cloudsoc.engine.snapshot import classes, content_hash
from cloudsoc.model import DeclarationError, Fact, NotApplicable, Part, Unread, part, reads
from tests.engine.house import AT, CHECKS, DENIED, HERE, IS_NAMED, IS_SHUT, LIT, OPEN, OTHER, SHUT, THERE, Door, Garden, Lamp, Room, Street
from tests.facts import facts

LATER = AT + timedelta(minutes=3)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda more: st.lists(more, max_size=5) | st.dictionaries(st.text(max_size=5), more)
)


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
    assert loaded == inventory
    assert loaded.content_hash == inventory.content_hash
    for before, after in zip(inventory.accounts, loaded.accounts, strict=True):
        assert content_hash(after) == before.content_hash == after.content_hash
    hall = next(one for one in loaded.accounts[0].known(Room).values() if one.short == "hall")
    assert hall.parent is not None
    assert (hall.parent.region, hall.names, hall.kind) == (HERE, {"KeyId": "hall"}, Room)
    loaded.save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


KINDS = {fact_name(kind): kind for kind in Plan(load_checks()).facts}


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
@settings(max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_every_fact_comes_back_equal(name: str, data: st.DataObject) -> None:
    kind = KINDS[name]
    fact = data.draw(facts(kind, (kind.__module__,)))
    written = json.dumps(writer(kind)(fact))
    again = reader(kind)(written)
    assert again == fact
    assert json.dumps(writer(kind)(again)) == written


def test_the_settings_of_a_fact_come_back(tmp_path: Path) -> None:
    made = Street()
    given: dict[str, object] = {"days": 30, "names": ("b", "a"), "nothing": None, "left": UNDECLARED}
    made.inventory.settings = {"kms.Lamp": given, "kms.Laser": {"beams": frozenset(("b", "a"))}}
    made.whole.save(tmp_path / "a")
    (loaded,) = Inventory.load(tmp_path / "a").accounts
    assert loaded.settings == {"kms.Lamp": given | {"names": ["b", "a"]}, "kms.Laser": {"beams": ["a", "b"]}}  # of classes that do not have them any more


def test_it_is_for_its_owner_alone_and_there_whole_or_not_at_all(tmp_path: Path) -> None:
    Inventory([street().inventory]).save(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    before = (tmp_path / "a").read_bytes()
    made = street()
    made.inventory.settings = {"kms.Lamp": {"what": object()}}
    with pytest.raises(TypeError):
        made.whole.save(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == before
    assert os.listdir(tmp_path) == ["a"]


def test_a_hundred_thousand_facts_are_written_without_a_second_copy(tmp_path: Path) -> None:
    made = Street()
    made.inventory.facts["kms.Lamp"] = {f"arn:aws:kms:{HERE}:{made.inventory.account}:key/{number:06}": LIT for number in range(100_000)}
    tracemalloc.start()
    made.whole.save(tmp_path / "a")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4_000_000  # a list of the ids is all that grows: 8 bytes each


def test_reading_needs_little_beside_what_is_read(tmp_path: Path) -> None:
    made = Street()
    for number in range(5000):
        made.room(f"{number:05}", door=SHUT)
    made.whole.save(tmp_path / "a")
    tracemalloc.start()
    loaded = Inventory.load(tmp_path / "a")
    size, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(loaded.accounts[0].known(Room)) == 5000
    assert most < 1.2 * size + 500_000


def test_the_hash_depends_on_content_alone() -> None:
    first = street().inventory
    again = street(backwards=True).inventory
    again.observed_at, again.caller = LATER, "somebody else"
    again.calls.clear()
    assert first.content_hash == again.content_hash
    again.learn(Door, "new", OPEN)
    assert first.content_hash != again.content_hash
    neighbour = Street(OTHER).inventory
    assert Inventory([first, neighbour]).content_hash == Inventory([neighbour, first]).content_hash != Inventory([first]).content_hash


@pytest.mark.parametrize("change", ["fact", "region", "gap", "setting", "field", "resource", "absent"])
def test_all_content_counts(change: str) -> None:
    one, other = street(), street()
    (hall,) = (id for id in one.inventory.known(Room) if id.endswith("hall"))
    match change:
        case "fact":
            other.inventory.facts["kms.Door"][hall] = OPEN
        case "region":
            other.inventory.regions[THERE] = ("disabled", "")
        case "gap":
            other.miss(Door, DENIED, other.address)
        case "setting":
            other.inventory.settings["kms.Lamp"] = {"days": 1}
        case "field":
            other.inventory.fields["kms.Lamp"] = ()
        case "resource":
            other.inventory.addresses["kms.Room"].pop(hall)
        case "absent":
            other.inventory.facts["kms.Door"][hall] = None
    assert one.inventory.content_hash != other.inventory.content_hash


def test_two_different_answers_are_one_content_whichever_came_first() -> None:
    one, other = street().inventory, street().inventory
    answers = (SHUT, OPEN, DENIED, Unread("kms:DescribeKey", "Again", HERE))
    for inventory, order in ((one, answers), (other, answers[::-1])):
        for answer in order:
            inventory.learn(Door, "new", answer)
    assert one.content_hash == other.content_hash
    one.learn(Door, "newer", SHUT)
    other.learn(Door, "newer", OPEN)
    one.learn(Door, "newer", OPEN)
    other.learn(Door, "newer", SHUT)
    assert one.content_hash == other.content_hash


def test_the_words_of_an_error_are_kept_and_do_not_count(tmp_path: Path) -> None:
    """AWS's messages name the caller, the request and its time: nothing of the account has changed when they do."""

    def denied(*said: str) -> Street:
        made = street()
        for words in said:
            made.miss(Door, replace(DENIED, message=words), made.address)
        made.room("cellar", lamp=replace(DENIED, message=said[0]))
        return made

    one = denied("User: arn:aws:sts::1:assumed-role/a/monday is not authorized (request id 1)").inventory
    other = denied("User: arn:aws:sts::1:assumed-role/a/tuesday is not authorized (request id 2)", "and again (request id 3)").inventory
    assert one.content_hash == other.content_hash
    Inventory([other]).save(tmp_path / "a")
    (loaded,) = Inventory.load(tmp_path / "a").accounts
    assert loaded == other
    assert loaded.content_hash == content_hash(loaded) == one.content_hash
    other.miss(Door, replace(DENIED, error="ThrottlingException"), other.addresses["sts.Account"].keys())
    assert other.content_hash != one.content_hash


def test_what_exists_in_something_comes_after_it_and_is_found_before_it(tmp_path: Path) -> None:
    loaded = rewritten(tmp_path, lambda line: line)
    lines = [json.loads(line) for line in gzip.decompress((tmp_path / "a").read_bytes()).splitlines()]
    places = [line["resource"][1] for line in lines if "resource" in line]
    parents = {line["resource"][1]: line["resource"][3] for line in lines if "resource" in line}
    assert all(places.index(parent[1]) < places.index(id) for id, parent in parents.items() if parent)
    first, last = (next(at for at in order if "resource" in lines[at]) for order in (range(len(lines)), range(len(lines) - 1, -1, -1)))
    body = [*lines[:first], *lines[first : last + 1][::-1], *lines[last + 1 : -1]]
    text = b"".join(json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n" for line in body)
    end = {"end": {"lines": len(body), "sha256": hashlib.sha256(text).hexdigest()}}
    (tmp_path / "b").write_bytes(gzip.compress(text + json.dumps(end).encode()))
    assert Inventory.load(tmp_path / "b") == loaded


def test_what_a_loaded_snapshot_learns_counts(tmp_path: Path) -> None:
    Inventory([street().inventory]).save(tmp_path / "a")
    (loaded,) = Inventory.load(tmp_path / "a").accounts
    before = loaded.content_hash
    loaded.learn(Door, "new", OPEN)
    assert loaded.content_hash != before


@part
class Tools(Part):
    """Held in a set."""

    names: frozenset[str]


@reads("kms:GetKeyRotationStatus")
class Shed(Fact[Room]):
    """With tools."""

    tools: tuple[Tools, ...]


def test_a_set_is_refused_since_it_has_no_order() -> None:
    with pytest.raises(DeclarationError, match=r"Tools: names: a set has no order"):
        field_paths(Shed)


# -- what vanished --------------------------------------------------------------------------------------------------------


def test_what_vanishes_takes_along_what_is_in_it_and_what_was_noted_of_it() -> None:
    made = street()
    house = made.regions[THERE]
    made.inventory.forget(house)
    made.inventory.learn(Lamp, house.id, LIT)  # an answer that was still on its way
    made.inventory.miss(Room, DENIED, (made.address.id, house.id))
    assert made.inventory.found(house) is False
    assert made.inventory.vanished == {"ec2.Region": 1, "kms.Room": 2}
    left = [*(id for known in made.inventory.addresses.values() for id in known), *(id for known in made.inventory.facts.values() for id in known)]
    assert not [id for id in left if THERE in id]
    assert not [gap for gaps in made.inventory.gaps.values() for gap in gaps if house.id in gap.within]


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


@pytest.fixture
def known_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fact classes are looked for once, not for every damage."""
    known = classes()
    monkeypatch.setattr("cloudsoc.engine.snapshot.classes", lambda: known)


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


@given(data=st.data())
@settings(max_examples=150, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_damage_goes_unnoticed_and_all_of_it_is_told_the_same_way(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory, known_classes: None
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    inventory = street().whole
    inventory.save(folder / "a")
    whole = (folder / "a").read_bytes()
    unpacked = gzip.decompress(whole)
    inside = data.draw(st.booleans())
    body = bytearray(unpacked if inside else whole)
    match data.draw(st.sampled_from(("flip", "cut", "double", "value"))):
        case "flip":
            body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        case "cut":
            del body[data.draw(st.integers(0, len(body) - 1)) :]
        case "double":
            at = data.draw(st.integers(0, len(body) - 1))
            body[at:at] = body[at : at + data.draw(st.integers(1, 200))]
        case "value":
            lines = bytes(unpacked).splitlines(keepends=True)
            at = data.draw(st.integers(0, len(lines) - 1))
            lines[at] = json.dumps({json.loads(lines[at]).popitem()[0]: data.draw(JSON)}).encode() + b"\n"
            body, inside = bytearray(b"".join(lines)), True
    (folder / "b").write_bytes(gzip.compress(bytes(body)) if inside else bytes(body))
    try:
        loaded = Inventory.load(folder / "b")
    except SnapshotError as error:
        assert str(folder / "b") in str(error)  # noqa: PT017 either it is told, or nothing was changed
    else:
        assert loaded == inventory


def test_every_single_byte_is_watched(tmp_path: Path, lines: list[bytes], known_classes: None) -> None:
    whole, inside = (tmp_path / "a").read_bytes(), b"".join(lines)
    before = Inventory.load(tmp_path / "a")
    for at in range(len(inside)):
        flipped = bytearray(inside)
        flipped[at] ^= 1 << at % 8
        assert told(tmp_path, gzip.compress(bytes(flipped), 1))
    for at in range(len(whole)):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << at % 8
        (tmp_path / "b").write_bytes(bytes(flipped))
        try:
            assert Inventory.load(tmp_path / "b") == before  # a byte of the wrapping that says nothing
        except SnapshotError as error:
            assert str(tmp_path / "b") in str(error)  # noqa: PT017 either it is told, or nothing was changed
    for length in range(len(whole) - 1):
        told(tmp_path, whole[:length])


def test_a_file_of_another_kind_or_a_newer_one(tmp_path: Path, lines: list[bytes]) -> None:
    assert "not a snapshot" in told(tmp_path, b"PK\x03\x04 something else entirely")
    assert "not a snapshot" in told(tmp_path, gzip.compress(b'{"other": {}}\n'))
    newer = lines[0].replace(b'"version":1', b'"version":99')
    assert "use the version that wrote it" in told(tmp_path, gzip.compress(newer + b"".join(lines[1:])))


def rewritten(tmp_path: Path, change: Callable[[bytes], bytes], made: Street | None = None) -> Inventory:
    """A file as an older or other cloudsoc would have written it: with an end that fits. Saved again it is what it was."""
    (made or street()).whole.save(tmp_path / "a")
    *body, _ = [change(line) for line in gzip.decompress((tmp_path / "a").read_bytes()).splitlines(keepends=True)]
    end = {"end": {"lines": len(body), "sha256": hashlib.sha256(b"".join(body)).hexdigest()}}
    written = b"".join(body) + json.dumps(end, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    (tmp_path / "old").write_bytes(gzip.compress(written))
    loaded = Inventory.load(tmp_path / "old")
    loaded.save(tmp_path / "again")
    assert gzip.decompress((tmp_path / "again").read_bytes()) == written
    assert content_hash(loaded.accounts[0]) == loaded.accounts[0].content_hash
    return loaded


def lamps(loaded: Inventory) -> list[object]:
    return [value for value in loaded.accounts[0].values(Lamp).values() if not isinstance(value, NotApplicable) and value != DENIED]


def test_a_field_that_did_not_exist_is_unread(tmp_path: Path) -> None:
    found = lamps(rewritten(tmp_path, lambda line: line.replace(b'"kms.Lamp":["key_rotation_enabled"]', b'"kms.Lamp":[]')))
    assert found
    assert all(isinstance(value, Unread) and value.error == "the snapshot is older than kms.Lamp.key_rotation_enabled" for value in found)


def test_a_field_that_does_not_exist_any_more_is_kept(tmp_path: Path) -> None:
    def older(line: bytes) -> bytes:
        line = line.replace(b'{"key_rotation_enabled":true}', b'{"colour":"red","key_rotation_enabled":true}')
        return line.replace(b'"kms.Lamp":["key_rotation_enabled"]', b'"kms.Lamp":["colour","key_rotation_enabled"]')

    assert LIT in lamps(rewritten(tmp_path, older))


def test_a_class_that_did_not_exist_is_unread(tmp_path: Path) -> None:
    loaded = rewritten(tmp_path, lambda line: line.replace(b'"kms.Lamp":["key_rotation_enabled"],', b"").replace(b',"kms.Lamp":["key_rotation_enabled"]', b""))
    (gap,) = loaded.accounts[0].missing(Lamp)
    assert "not in this inventory" in gap.unread.error


def test_a_value_that_does_not_fit_any_more_is_unread(tmp_path: Path) -> None:
    found = lamps(rewritten(tmp_path, lambda line: line.replace(b'{"key_rotation_enabled":true}', b'{"key_rotation_enabled":"perhaps"}')))
    assert any(isinstance(value, Unread) and "does not fit" in value.error for value in found)
    assert LIT not in found


def test_a_class_that_is_not_installed_keeps_the_content_whole(tmp_path: Path) -> None:
    loaded = rewritten(tmp_path, lambda line: line.replace(b"kms.Lamp", b"kms.Laser").replace(b"kms.Room", b"kms.Roof"))
    (account,) = loaded.accounts
    assert all(isinstance(value, (Unread, NotApplicable)) for value in account.facts["kms.Laser"].values())
    assert {address.kind.__name__ for address in account.addresses["kms.Roof"].values()} == {"Roof"}


def test_observed_at_is_utc(tmp_path: Path) -> None:
    Inventory([street().inventory]).save(tmp_path / "a")
    assert Inventory.load(tmp_path / "a").accounts[0].observed_at == datetime(2026, 3, 1, tzinfo=UTC)


def test_what_was_listed_otherwise_is_not_the_whole_population(tmp_path: Path) -> None:
    """A listing that asks for more than it did when the snapshot was taken would have found more."""
    made = Street()
    made.inventory.listings = {fact_name(kind): listing_name(kind) for kind in (Room, Garden)}
    assert made.inventory.listings["kms.Room"] == "kms:ListKeys.Keys[] in each ec2.Region"
    made.whole.save(tmp_path / "now")
    now = Inventory.load(tmp_path / "now")
    assert now == made.whole
    assert now.accounts[0].missing(Room) == []
    older = rewritten(tmp_path, lambda line: line.replace(b"kms:ListKeys.Keys[] in", b"kms:ListKeys.Keys[] Limit=1 in"), made)
    (gap,) = older.accounts[0].missing(Room)
    assert gap.unread.error == "the snapshot was collected with another listing: kms:ListKeys.Keys[] Limit=1 in each ec2.Region, not " + listing_name(Room)
    report = cloudsoc.evaluate(older, checks=CHECKS)
    assert {one.verdict.value for one in report.findings if one.check == IS_SHUT} == {"not_assessed"}
    assert {one.verdict.value for one in report.findings if one.check == IS_NAMED} == {"not_applicable"}
