"""Which Availability Zones subnets lie in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cloudsoc.aws.vpc import Subnet

# A Local or Wavelength Zone is named after its region and its town (us-west-2-lax-1a): it hangs on the region, and is no zone to fail over to.
# AWS source: AWS Regions and Availability Zones, "Availability Zones", "Local Zones".
_ZONE = re.compile(r"[a-z]")


def zones_of(subnets: Iterable[Subnet]) -> Iterator[str]:
    """The Availability Zone of each subnet that lies in one."""
    for subnet in subnets:
        if _ZONE.fullmatch(subnet.availability_zone.removeprefix(subnet.region)):
            yield subnet.availability_zone
