"""Whether anything stands in a network: AWS makes a default one in every region, and most of them stay empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cloudsoc.aws.account import Region
from cloudsoc.aws.security_groups import NetworkInterface
from cloudsoc.model import LOW, Every, Severity, Unread, derivation


@dataclass(frozen=True, slots=True)
class Inhabited:
    """The VPCs and subnets of a region in which there is a network interface; ``unread`` where there may be more."""

    places: frozenset[str]
    unread: tuple[Unread, ...] = ()

    def severity(self, *ids: str) -> Severity | None:
        """How severe a failure of some VPCs or subnets is at most: low where it is certain that nothing is in them, else None."""
        return None if self.unread or not self.places.isdisjoint(ids) else LOW

    def told(self, *ids: str) -> str:
        """The same in words, to be added to a reason."""
        return ", but nothing is in it" if self.severity(*ids) else ""


@derivation
def inhabited(region: Region, interfaces: Every[NetworkInterface]) -> Inhabited:
    """By the network interfaces: whatever takes part in a network has one."""
    return Inhabited(frozenset(_places(interfaces.known)), interfaces.unread)


def _places(interfaces: Iterable[NetworkInterface]) -> Iterable[str]:
    for one in interfaces:
        yield from (place for place in (one.vpc_id, one.subnet_id) if place)
