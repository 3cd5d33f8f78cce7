"""What a network ACL admits: rules by their number, the first that matches decides, and what none matches is refused."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cloudsoc.aws.vpc import NetworkAcl, NetworkAclEntry
from cloudsoc.graphs.openings import ALL, PROTOCOLS
from cloudsoc.graphs.ranges import EVERY_PORT, EVERYWHERE, Addresses, Ranges, is_internet


def admitted(acl: NetworkAcl, protocol: str) -> Iterator[tuple[Ranges, Addresses]]:
    """Ranges of ports of a protocol, with the networks from which traffic to them comes in."""
    rules = [
        (_ports(one), _networks(one), one.rule_action == "allow") for one in sorted(acl.entries, key=lambda one: one.rule_number) if _is_about(one, protocol)
    ]
    edges = sorted({0, 65536, *(edge for ports, _, _ in rules for low, high in ports.pairs for edge in (low, high + 1))})
    for low, after in pairwise(edges):
        open_, allowed = EVERYWHERE, Addresses()
        for ports, networks, allow in rules:
            if low in ports:
                if allow:
                    allowed |= open_ & networks
                open_ -= networks
        if allowed:
            yield Ranges(((low, after - 1),)), allowed


def admitted_from_internet(acl: NetworkAcl, protocol: str) -> Ranges:
    """The ports of a protocol to which the internet comes in."""
    return Ranges.of(pair for ports, networks in admitted(acl, protocol) if is_internet(networks) for pair in ports.pairs)


def _is_about(entry: NetworkAclEntry, protocol: str) -> bool:
    return not entry.egress and PROTOCOLS.get(entry.protocol, entry.protocol) in (protocol, ALL)


def _ports(entry: NetworkAclEntry) -> Ranges:
    return EVERY_PORT if entry.port_range is None or entry.protocol == ALL else Ranges.of([(entry.port_range.from_, entry.port_range.to)])


def _networks(entry: NetworkAclEntry) -> Addresses:
    return Addresses.of(text for text in (entry.cidr_block, entry.ipv6_cidr_block) if text)
