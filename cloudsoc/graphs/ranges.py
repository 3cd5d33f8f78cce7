"""Sets of whole numbers, and of addresses and ports as such: sorted, disjoint, exact. Everything about reachability stands on these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network, summarize_address_range

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ranges:
    """A set of whole numbers as sorted, disjoint pairs that do not touch; both ends of a pair belong to it."""

    pairs: tuple[Pair, ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[Pair]) -> Ranges:
        """The union of some ranges, in any order."""
        merged: list[Pair] = []
        for low, high in sorted(pair for pair in pairs if pair[0] <= pair[1]):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return cls(tuple(merged))

    def __or__(self, other: Ranges) -> Ranges:
        return Ranges.of((*self.pairs, *other.pairs)) if self.pairs and other.pairs else self if self.pairs else other

    def __and__(self, other: Ranges) -> Ranges:
        return Ranges.of((max(a, c), min(b, d)) for a, b in self.pairs for c, d in other.pairs)

    def __sub__(self, other: Ranges) -> Ranges:
        return Ranges.of(part for pair in self.pairs for part in _without(pair, other.pairs))

    def __contains__(self, number: int) -> bool:
        return any(low <= number <= high for low, high in self.pairs)

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def __len__(self) -> int:
        """How many ranges; ``size`` is how many numbers."""
        return len(self.pairs)

    @property
    def size(self) -> int:
        """How many numbers."""
        return sum(high - low + 1 for low, high in self.pairs)

    def __str__(self) -> str:
        return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in self.pairs)


def _without(pair: Pair, others: tuple[Pair, ...]) -> Iterator[Pair]:
    low, high = pair
    for start, end in others:
        if end < low or start > high:
            continue
        if start > low:
            yield low, start - 1
        low = end + 1
    if low <= high:
        yield low, high


# -- ports ------------------------------------------------------------------------------------------------------------

EVERY_PORT = Ranges(((0, 65535),))


def is_every_port(ports: Ranges) -> bool:
    """Whether a set has all ports. Port 0 need not be among them: nothing listens there."""
    return not EVERY_PORT - ports - Ranges(((0, 0),))


def ports(text: Iterable[str]) -> Ranges:
    """Ports as settings write them: ``22``, ``137-139``. Raises ``ValueError`` for what is none."""
    pairs = []
    for one in text:
        low, _, high = one.partition("-")
        pair = int(low), int(high or low)
        if not 0 <= pair[0] <= pair[1] <= 65535:
            raise ValueError(f"{one!r} is no port and no range of ports")
        pairs.append(pair)
    return Ranges.of(pairs)


# -- addresses --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Addresses:
    """A set of addresses of both families."""

    v4: Ranges = Ranges()
    v6: Ranges = Ranges()

    @classmethod
    def of(cls, cidrs: Iterable[str]) -> Addresses:
        """The union of some networks, as AWS writes them. Raises ``ValueError`` for what is none."""
        four: list[Pair] = []
        six: list[Pair] = []
        for text in cidrs:
            network = ip_network(text, strict=False)
            pair = int(network.network_address), int(network.broadcast_address)
            (four if isinstance(network, IPv4Network) else six).append(pair)
        return cls(Ranges.of(four), Ranges.of(six))

    def __or__(self, other: Addresses) -> Addresses:
        return Addresses(self.v4 | other.v4, self.v6 | other.v6)

    def __and__(self, other: Addresses) -> Addresses:
        return Addresses(self.v4 & other.v4, self.v6 & other.v6)

    def __sub__(self, other: Addresses) -> Addresses:
        return Addresses(self.v4 - other.v4, self.v6 - other.v6)

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6)

    def covers(self, other: Addresses) -> bool:
        """Whether all of another set are in it."""
        return not (other - self)

    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The fewest networks that make up the set."""
        found: list[IPv4Network | IPv6Network] = []
        for low, high in self.v4.pairs:
            found += summarize_address_range(IPv4Address(low), IPv4Address(high))
        for low, high in self.v6.pairs:
            found += summarize_address_range(IPv6Address(low), IPv6Address(high))
        return tuple(found)

    def __str__(self) -> str:
        networks = [str(one) for one in self.networks()]
        return ", ".join(networks) if len(networks) <= 4 else f"{', '.join(networks[:3])} and {len(networks) - 3} more"


EVERYWHERE = Addresses.of(("0.0.0.0/0", "::/0"))
# What nobody on the internet has: RFC 1918, 6598, 1122, 3927, 5735, 1112 and, of IPv6, all but the global unicast space (RFC 4291) less ORCHID and documentation.
_NOT_PUBLIC = Addresses.of(
    (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"),
        *("192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "2001:db8::/32"),
    )
)
INTERNET = Addresses(EVERYWHERE.v4, Addresses.of(("2000::/3",)).v6) - _NOT_PUBLIC
"""The addresses from which the internet comes."""

# Of the global unicast space only a few blocks have been given out; whoever lets those in lets everybody in, however small a part of the whole they are.
# Source: IANA, "IPv6 Global Unicast Address Assignments".
_GIVEN_OUT = Addresses.of(("2001::/16", "2003::/18", "2400::/11", "2600::/12", "2630::/12", "2800::/12", "2a00::/11", "2c00::/12"))
_WHOLE = (INTERNET.v4, (INTERNET & _GIVEN_OUT).v6)


def is_internet(addresses: Addresses) -> bool:
    """Whether a set is the internet: a quarter or more of its addresses in one of the two families, in how many pieces whatsoever.

    So ``0.0.0.0/1`` and ``128.0.0.0/1`` together are, and each of them alone is as well; a company's or a provider's ranges are not.
    """
    return any(4 * (mine & whole).size >= whole.size for mine, whole in zip((addresses.v4, addresses.v6), _WHOLE, strict=True))


def public_part(addresses: Addresses) -> Addresses:
    """Those of a set that are on the internet."""
    return addresses & INTERNET
