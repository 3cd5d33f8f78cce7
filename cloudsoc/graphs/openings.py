"""What a security group opens to the internet, over all of its rules together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from cloudsoc.aws.security_groups import IpPermission, SecurityGroup
from cloudsoc.graphs.prefix_lists import PrefixListNetworks, networks_of
from cloudsoc.graphs.ranges import EVERY_PORT, Addresses, Ranges, is_every_port, is_internet, public_part
from cloudsoc.model import Every, Incomplete, Unread, derivation

PROTOCOLS: Mapping[str, str] = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
"""Protocol numbers that have names of their own in AWS's answers."""
ALL = "-1"


@dataclass(frozen=True, slots=True)
class Opening:
    """Networks that a rule lets in on some ports of a protocol, as ``written`` and together; ``-1`` is every protocol. ``unknown`` are those not read."""

    protocol: str
    ports: Ranges
    written: tuple[str, ...]
    networks: Addresses
    unknown: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Openings:
    """All that a group lets in (or out)."""

    openings: tuple[Opening, ...]

    def protocols(self) -> tuple[str, ...]:
        """The protocols that the rules name."""
        return tuple(sorted({one.protocol for one in self.openings}))

    def segments(self, protocol: str) -> Iterator[tuple[Ranges, Addresses, tuple[Unread, ...]]]:
        """Ranges of ports with the networks that all rules together let in on them."""
        mine = [one for one in self.openings if one.protocol in (protocol, ALL)]
        edges = sorted({edge for one in mine for low, high in one.ports.pairs for edge in (low, high + 1)})
        for low, after in pairwise(edges):
            here = [one for one in mine if low in one.ports]
            if here:
                networks = Addresses()
                for one in here:
                    networks |= one.networks
                yield Ranges(((low, after - 1),)), networks, tuple(gap for one in here for gap in one.unknown)

    def public(self, wanted: Mapping[str, Ranges]) -> dict[str, Ranges]:
        """Of the wanted ports, by protocol, those that are open to the internet.

        Raises ``Incomplete`` where none is known to be and some network could not be read.
        """
        found: dict[str, Ranges] = {}
        gaps: dict[Unread, None] = {}
        for protocol, among in wanted.items():
            for ports, networks, unknown in self.segments(protocol):
                if not (here := ports & among):
                    continue
                if is_internet(networks):
                    found[protocol] = found.get(protocol, Ranges()) | here
                else:
                    gaps |= dict.fromkeys(unknown)
        if not found and gaps:
            raise Incomplete(*gaps)
        return found

    def wholly_public(self, protocols: Iterable[str]) -> tuple[str, ...]:
        """The protocols of which every port is open to the internet. Raises ``Incomplete`` where none is known to be and some network could not be read."""
        rows = {protocol: list(self.segments(protocol)) for protocol in protocols}
        found = tuple(
            protocol
            for protocol, here in rows.items()
            if is_every_port(Ranges.of(pair for ports, networks, _ in here if is_internet(networks) for pair in ports.pairs))
        )
        if not found and (gaps := {gap: None for here in rows.values() for _, _, unknown in here for gap in unknown}):
            raise Incomplete(*gaps)
        return found

    def wide(self, limits: Mapping[int, int]) -> tuple[str, ...]:
        """The networks, written so or put together by several rules, that are wider than the limit of their IP version.

        The whole internet, written as such, is another question and not among them. Raises ``Incomplete`` where there is none and some network was not read.
        """
        apart = [Addresses.of([text]) for one in self.openings for text in one.written if not text.endswith("/0")]
        together = [networks for protocol in self.protocols() for _, networks, _ in self.segments(protocol) if not is_internet(networks)]
        found = {str(one) for some in (*apart, *together) for one in public_part(some).networks() if one.prefixlen < limits[one.version]}
        if not found and (gaps := {gap: None for one in self.openings for gap in one.unknown}):
            raise Incomplete(*gaps)
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Ingress(Openings):
    """What a group lets in."""


@dataclass(frozen=True, slots=True)
class Egress(Openings):
    """What a group lets out."""


@derivation
def ingress(group: SecurityGroup, lists: Every[PrefixListNetworks]) -> Ingress:
    """The rules with the networks of their prefix lists; other groups, the group itself included, are not the internet."""
    return Ingress(tuple(_opening(one, lists, group.region) for one in group.ip_permissions))


@derivation
def egress(group: SecurityGroup, lists: Every[PrefixListNetworks]) -> Egress:
    """The same for what may go out."""
    return Egress(tuple(_opening(one, lists, group.region) for one in group.ip_permissions_egress))


def _opening(permission: IpPermission, lists: Every[PrefixListNetworks], region: str) -> Opening:
    found = [networks_of(one.prefix_list_id, lists, region) for one in permission.prefix_list_ids]
    cidrs = (*(one.cidr_ip for one in permission.ip_ranges), *(one.cidr_ipv6 for one in permission.ipv6_ranges))
    written = (*cidrs, *(cidr for one in found if not isinstance(one, Unread) for cidr in one))
    protocol = PROTOCOLS.get(permission.ip_protocol, permission.ip_protocol)
    return Opening(protocol, _ports(protocol, permission), written, Addresses.of(written), tuple(one for one in found if isinstance(one, Unread)))


def _ports(protocol: str, permission: IpPermission) -> Ranges:
    """Of ICMP the numbers are types and codes, not ports; of other protocols than TCP and UDP AWS gives none: all of them then."""
    if protocol not in ("tcp", "udp") or permission.from_port is None or permission.to_port is None or permission.from_port < 0:
        return EVERY_PORT
    return Ranges.of([(permission.from_port, permission.to_port)])
