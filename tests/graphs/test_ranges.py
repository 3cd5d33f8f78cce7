"""Sets of numbers, ports and addresses, against brute force."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudsoc.graphs.ranges import EVERY_PORT, EVERYWHERE, INTERNET, Addresses, Ranges, is_every_port, is_internet, ports, public_part

SMALL = 40
pairs = st.lists(st.tuples(st.integers(0, SMALL), st.integers(0, SMALL)).map(lambda pair: (min(pair), max(pair))), max_size=6)
ranges = pairs.map(Ranges.of)


def numbers(some: Ranges) -> set[int]:
    return {number for low, high in some.pairs for number in range(low, high + 1)}


@given(pairs)
def test_a_union_is_sorted_disjoint_and_exact(found: list[tuple[int, int]]) -> None:
    made = Ranges.of(found)
    assert numbers(made) == {number for low, high in found for number in range(low, high + 1)}
    assert made.size == len(numbers(made))
    assert all(one[1] + 1 < other[0] for one, other in zip(made.pairs, made.pairs[1:], strict=False))


@given(ranges, ranges)
def test_set_operations(a: Ranges, b: Ranges) -> None:
    assert numbers(a | b) == numbers(a) | numbers(b)
    assert numbers(a & b) == numbers(a) & numbers(b)
    assert numbers(a - b) == numbers(a) - numbers(b)
    assert (a == b) == (numbers(a) == numbers(b))  # one set has one form
    assert bool(a) == bool(numbers(a))
    assert all((number in a) == (number in numbers(a)) for number in range(SMALL + 2))


blocks = st.lists(
    st.builds(lambda address, length: str(ip_network((address << 24 | address, length), strict=False)), st.integers(0, 255), st.integers(0, 32)), max_size=4
)
blocks6 = st.lists(
    st.builds(lambda address, length: str(ip_network((address << 112, length), strict=False)), st.integers(0, 2**16 - 1), st.integers(0, 128)), max_size=4
)
probes = st.one_of(st.integers(0, 2**32 - 1).map(ip_address), st.integers(2**40, 2**128 - 1).map(ip_address))


def holds(some: Addresses, probe: object) -> bool:
    address = ip_address(str(probe))
    return int(address) in (some.v4 if address.version == 4 else some.v6)


@given(blocks, blocks6, blocks, probes)
def test_addresses_against_the_standard_library(four: list[str], six: list[str], other: list[str], probe: object) -> None:
    mine, theirs = Addresses.of([*four, *six]), Addresses.of(other)
    within = any(probe in ip_network(text) for text in (*four, *six) if ip_network(text).version == ip_address(str(probe)).version)
    assert holds(mine, probe) == within
    assert holds(mine - theirs, probe) == (within and not holds(theirs, probe))
    assert holds(mine & theirs, probe) == (within and holds(theirs, probe))
    assert (mine | theirs).covers(mine)
    assert Addresses.of(map(str, mine.networks())) == mine


@given(blocks)
def test_what_is_private_makes_nothing_public(found: list[str]) -> None:
    assert public_part(Addresses.of(["10.0.0.0/8", "192.168.0.0/16", "fd00::/8"])) == Addresses()
    mine = Addresses.of(found)
    assert INTERNET.covers(public_part(mine))


@pytest.mark.parametrize(
    ("networks", "expected"),
    [
        (["0.0.0.0/0"], True),
        (["::/0"], True),
        (["2000::/3"], True),
        # NET-3: in pieces it is the same
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        ([f"{first}.0.0.0/8" for first in range(1, 224)], True),
        (["0.0.0.0/1"], True),
        (["128.0.0.0/1"], True),
        (["0.0.0.0/2"], True),
        (["0.0.0.0/3"], False),
        (["192.0.0.0/2"], False),  # most of it is nobody's
        # NET-3: all that was ever given out, though the smaller part of the space
        (["2000::/4"], True),
        (["2400::/6", "2800::/6", "2c00::/6"], True),
        (["2a00::/11", "2400::/11"], True),
        (["2a00::/12"], False),
        (["3000::/4"], False),
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], False),
        (["203.0.113.0/24"], False),
        (["fc00::/7"], False),
        ([], False),
    ],
)
def test_what_is_the_internet(networks: list[str], expected: bool) -> None:
    assert is_internet(Addresses.of(networks)) is expected


def test_ports_as_settings_write_them() -> None:
    assert str(ports(["22", "137-139", "138"])) == "22, 137-139"
    assert ports(["0-65535"]) == EVERY_PORT
    for wrong in ("ssh", "70000", "9-1", "-1", ""):
        with pytest.raises(ValueError):  # noqa: PT011 int's own words are as good
            ports([wrong])


def test_every_port_but_the_one_that_nothing_listens_on() -> None:
    assert is_every_port(EVERY_PORT)
    assert is_every_port(ports(["1-65535"]))
    assert not is_every_port(ports(["2-65535"]))
    assert not is_every_port(ports(["0-65534"]))
    assert not is_every_port(Ranges())


def test_words() -> None:
    assert str(Addresses.of(["10.0.0.0/9", "10.128.0.0/9", "::1/128"])) == "10.0.0.0/8, ::1/128"
    assert str(EVERYWHERE) == "0.0.0.0/0, ::/0"
    assert "and" in str(Addresses.of([f"10.0.{n}.0/32" for n in range(0, 20, 2)]))
