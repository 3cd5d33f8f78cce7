"""What a security group opens to the internet, over all of its rules together; and what it guards, hence how much that matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from cloudsoc.aws.security_groups import IpPermission, NetworkInterface, PrefixList, PrefixListEntries, SecurityGroup
from cloudsoc.graphs.ranges import EVERY_PORT, Addresses, Ranges, is_internet, public_part
from cloudsoc.model import LOW, MEDIUM, Every, Incomplete, Severity, Unread, derivation

PROTOCOLS: Mapping[str, str] = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6"}
"""Protocol numbers that have names of their own in AWS's answers."""
ALL = "-1"


@dataclass(frozen=True, slots=True)
class Opening:
    """Networks that a rule lets in on some ports of a protocol; ``-1`` is every protocol. ``unknown``: networks that could not be read."""

    protocol: str
    ports: Ranges
    written: tuple[str, ...]
    unknown: tuple[Unread, ...] = ()

    @property
    def networks(self) -> Addresses:
        """All of them together."""
        return Addresses.of(self.written)


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
            if Ranges.of(pair for ports, networks, _ in here if is_internet(networks) for pair in ports.pairs) == EVERY_PORT
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
def ingress(group: SecurityGroup, lists: Every[PrefixList], entries: Every[tuple[PrefixList, PrefixListEntries]]) -> Ingress:
    """The rules with the networks of their prefix lists; other groups, the group itself included, are not the internet."""
    return Ingress(tuple(_openings(group, group.ip_permissions, lists, entries)))


@derivation
def egress(group: SecurityGroup, lists: Every[PrefixList], entries: Every[tuple[PrefixList, PrefixListEntries]]) -> Egress:
    """The same for what may go out."""
    return Egress(tuple(_openings(group, group.ip_permissions_egress, lists, entries)))


def _openings(
    group: SecurityGroup, permissions: Iterable[IpPermission], lists: Every[PrefixList], entries: Every[tuple[PrefixList, PrefixListEntries]]
) -> Iterator[Opening]:
    for permission in permissions:
        named = [one.prefix_list_id for one in permission.prefix_list_ids]
        cidrs = [one.cidr_ip for one in permission.ip_ranges] + [one.cidr_ipv6 for one in permission.ipv6_ranges]
        unknown: list[Unread] = []
        for id in named:
            held = next((found.cidrs for one, found in entries.known if one.prefix_list_id == id), None)
            if held is not None:
                cidrs += held
            elif not any(one.prefix_list_id == id and one.owner_id == "AWS" for one in lists.known):
                unknown += (entries.unread or lists.unread)[:1] or [
                    Unread("ec2:GetManagedPrefixListEntries", f"prefix list {id} is not visible here", group.region)
                ]
        protocol = PROTOCOLS.get(permission.ip_protocol, permission.ip_protocol)
        yield Opening(protocol, _ports(protocol, permission), tuple(cidrs), tuple(unknown))


def _ports(protocol: str, permission: IpPermission) -> Ranges:
    """Of ICMP the numbers are types and codes, not ports; of other protocols than TCP and UDP AWS gives none: all of them then."""
    if protocol not in ("tcp", "udp") or permission.from_port is None or permission.to_port is None or permission.from_port < 0:
        return EVERY_PORT
    return Ranges.of([(permission.from_port, permission.to_port)])


# -- what it guards ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guarded:
    """What a group is attached to: something that has a public address, something else, or nothing; ``unread`` where that is not known."""

    public: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """How severe an opening is at most: None leaves it as it is, as long as something public may be behind it."""
        if self.public or self.unread:
            return None
        return MEDIUM if self.private else LOW

    def __str__(self) -> str:
        if self.public:
            return f"attached to {self.public[0]}" + (f" and {len(self.public) - 1} more" if len(self.public) > 1 else "") + ", which has a public address"
        if self.unread:
            return f"what it is attached to was not read ({self.unread[0]})"
        return f"attached to {len(self.private)} interface{'s' * (len(self.private) > 1)} without a public address" if self.private else "attached to nothing"


@derivation
def guarded(group: SecurityGroup, interfaces: Every[NetworkInterface]) -> Guarded:
    """By the network interfaces of the region: of load balancers, endpoints and functions as of instances."""
    mine = [one for one in interfaces.known if any(by.group_id == group.group_id for by in one.groups)]
    public = tuple(one.network_interface_id for one in mine if (one.association and one.association.public_ip) or one.ipv6_addresses)
    private = tuple(one.network_interface_id for one in mine if one.network_interface_id not in public)
    return Guarded(public, private, interfaces.unread)
