"""Security groups on hand-made facts; what they open goes through the derivation, as in a scan."""

from __future__ import annotations

from typing import Any

import pytest

from cloudsoc.aws.account import Region
from cloudsoc.aws.group_users import (
    FunctionNetwork,
    LaunchTemplateInstanceNetworkInterfaceSpecification,
    LaunchTemplateVersion,
    ResponseLaunchTemplateData,
    VpcConfigResponse,
)
from cloudsoc.aws.security_groups import (
    GroupIdentifier,
    IpPermission,
    IpRange,
    Ipv6Range,
    NetworkInterface,
    NetworkInterfaceAssociation,
    NetworkInterfaceIpv6Address,
    NetworkInterfacePrivateIpAddress,
    PrefixList,
    PrefixListEntries,
    PrefixListId,
    SecurityGroup,
    Tag,
    UserIdGroupPair,
    is_not_of_aws,
)
from cloudsoc.graphs.attachments import GroupUses, Guarded, attachments, group_uses, guarded
from cloudsoc.graphs.openings import Egress, Ingress, egress, ingress
from cloudsoc.graphs.prefix_lists import PrefixListNetworks, prefix_list_networks
from cloudsoc.graphs.ranges import ports as port_set
from cloudsoc.model import LOW, MEDIUM, Every, Incomplete, NotApplicable
from cloudsoc_checks.vpc import public_ports as ports
from cloudsoc_checks.vpc.security_groups import (
    default_security_group_blocks_all_traffic,
    security_group_avoids_wide_public_ranges,
    security_group_in_use,
    security_group_limits_egress,
    security_group_not_created_by_wizard,
    security_group_rule_count_limited,
)
from tests.checks.table import UNREAD, but, given, table

GROUP = SecurityGroup(
    arn="arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1", region="eu-west-1", group_id="sg-1", group_name="web", description="The web", vpc_id="vpc-1"
)


def listed(id: str, owner: str = "111122223333") -> PrefixList:
    return PrefixList(arn=f"arn:aws:ec2:eu-west-1:{owner}:prefix-list/{id}", region="eu-west-1", prefix_list_id=id, owner_id=owner)


LISTS: Every[PrefixListNetworks] = Every(
    [
        prefix_list_networks(listed("pl-open"), PrefixListEntries(cidrs=("0.0.0.0/1", "128.0.0.0/1"))),
        prefix_list_networks(listed("pl-office"), PrefixListEntries(cidrs=("198.18.7.0/28", "52.1.2.0/28"))),
        prefix_list_networks(listed("pl-half"), PrefixListEntries(cidrs=("128.0.0.0/1",))),
        prefix_list_networks(listed("pl-aws", "AWS"), UNREAD),
        prefix_list_networks(listed("pl-shared", "444455556666"), UNREAD),
    ]
)


def rule(*sources: str, protocol: str = "tcp", at: tuple[int, int] | int | None = 22) -> IpPermission:
    low, high = at if isinstance(at, tuple) else (at, at)
    return IpPermission(
        ip_protocol=protocol,
        from_port=low,
        to_port=high,
        ip_ranges=tuple(IpRange(cidr_ip=one) for one in sources if "." in one),
        ipv6_ranges=tuple(Ipv6Range(cidr_ipv6=one) for one in sources if ":" in one),
        prefix_list_ids=tuple(PrefixListId(prefix_list_id=one) for one in sources if one.startswith("pl-")),
        user_id_group_pairs=tuple(UserIdGroupPair(group_id=one) for one in sources if one.startswith("sg-")),
    )


def opens(*rules: IpPermission) -> Ingress:
    return ingress(but(GROUP, ip_permissions=rules), LISTS)


def lets_out(*rules: IpPermission) -> Egress:
    return egress(but(GROUP, ip_permissions_egress=rules), LISTS)


PUBLIC, PRIVATE, NOTHING, UNKNOWN = Guarded(public=("eni-1",)), Guarded(private=("eni-2",)), Guarded(), Guarded(unread=(UNREAD,))
HALVES = ("0.0.0.0/1", "128.0.0.0/1")


def cases(port: int, *, what: str = "", **more: Any) -> dict[str, Any]:
    """What holds for every check of ports, with one of its ports."""
    return {
        "passed": {
            "nothing is open": (GROUP, opens(), PUBLIC),
            "another port is": (GROUP, opens(rule("0.0.0.0/0", at=port + 40_000 if port < 20_000 else 7)), PUBLIC),
            "from the office": (GROUP, opens(rule("52.1.2.3/32", at=port)), PUBLIC),
            "from inside": (GROUP, opens(rule("10.0.0.0/8", "fd00::/8", at=port)), PUBLIC),
            "NET-2: a prefix list without the internet": (GROUP, opens(rule("pl-office", at=port)), PUBLIC),
            "NET-2: another list was not read": (
                GROUP,
                ingress(but(GROUP, ip_permissions=(rule("pl-office", at=port),)), Every(LISTS.known, [UNREAD])),
                PUBLIC,
            ),
            "NET-2: a list of AWS's": (GROUP, opens(rule("pl-aws", at=port)), PUBLIC),
            "NET-3: a piece of the internet is not it": (GROUP, opens(rule("0.0.0.0/3", at=port)), PUBLIC),
            "from another group and itself": (GROUP, opens(rule("sg-1", "sg-2", at=port)), PUBLIC),
            "NET-5: going out is not coming in": (GROUP, ingress(but(GROUP, ip_permissions_egress=(rule("0.0.0.0/0", at=port),)), LISTS), PUBLIC),
            "ping": (GROUP, opens(rule("0.0.0.0/0", protocol="icmp", at=-1)), PUBLIC),
        },
        "failed": {
            "IPv4": given(GROUP, opens(rule("0.0.0.0/0", at=port)), PUBLIC, says=what),
            "NET-1: IPv6": (GROUP, opens(rule("::/0", at=port)), PUBLIC),
            "NET-2: through a prefix list": (GROUP, opens(rule("pl-open", at=port)), PUBLIC),
            "NET-3: half of it": (GROUP, opens(rule("128.0.0.0/1", at=port)), PUBLIC),
            "NET-3: all of IPv6 that was given out": (GROUP, opens(rule("2000::/4", at=port)), PUBLIC),
            "NET-3: two halves": (GROUP, opens(rule(*HALVES, at=port)), PUBLIC),
            "NET-3: two halves in two rules": (GROUP, opens(rule(HALVES[0], at=(0, port)), rule(HALVES[1], at=(port, 65535))), PUBLIC),
            "every protocol": (GROUP, opens(rule("0.0.0.0/0", protocol="-1", at=None)), PUBLIC),
            "in a range": (GROUP, opens(rule("0.0.0.0/0", at=(max(port - 3, 0), port + 3))), PUBLIC),
            "a witness, whatever was not read": (GROUP, opens(rule("0.0.0.0/0", "pl-shared", at=port)), PUBLIC),
            "NET-4: behind a private interface": given(GROUP, opens(rule("0.0.0.0/0", at=port)), PRIVATE, severity=MEDIUM, says="without a public address"),
            "NET-4: attached to nothing": given(GROUP, opens(rule("0.0.0.0/0", at=port)), NOTHING, severity=LOW, says="attached to nothing"),
            "NET-4: nobody knows to what": given(GROUP, opens(rule("0.0.0.0/0", at=port)), UNKNOWN, says="was not read"),
        },
        "not_assessed": {
            "rules unread": (GROUP, UNREAD, PUBLIC),
            "NET-2: a list of another account, which nobody may read": given(GROUP, opens(rule("pl-shared", at=port)), PUBLIC, says="of account 444455556666"),
            "NET-2: a list that is not there": given(GROUP, opens(rule("pl-gone", at=port)), PUBLIC, says="pl-gone cannot be seen here"),
            "NET-2: lists unread": given(
                GROUP, ingress(but(GROUP, ip_permissions=(rule("pl-1", at=port),)), Every((), [UNREAD])), PUBLIC, says="test:Withheld"
            ),
        },
    } | more


test_security_group_blocks_public_ssh = table(ports.security_group_blocks_public_ssh, **cases(22, what="tcp 22 (SSH)"))
test_security_group_blocks_public_rdp = table(ports.security_group_blocks_public_rdp, **cases(3389, what="tcp 3389 (Remote Desktop)"))
test_security_group_blocks_public_high_risk_ports = table(ports.security_group_blocks_public_high_risk_ports, **cases(8088))
test_security_group_blocks_public_database_ports = table(ports.security_group_blocks_public_database_ports, **cases(5432, what="tcp 5432 (PostgreSQL)"))
test_security_group_blocks_public_search_and_stream_ports = table(ports.security_group_blocks_public_search_and_stream_ports, **cases(9092, what="Kafka"))
test_security_group_blocks_public_cleartext_ports = table(ports.security_group_blocks_public_cleartext_ports, **cases(23, what="Telnet"))
test_security_group_blocks_public_file_sharing_ports = table(ports.security_group_blocks_public_file_sharing_ports, **cases(445, what="SMB"))

_unapproved = cases(8443)
_unapproved["passed"] = {name: case for name, case in _unapproved["passed"].items() if name != "another port is"} | {
    "approved": (GROUP, opens(rule("0.0.0.0/0", at=443), rule("0.0.0.0/0", protocol="udp", at=443), rule("::/0", at=80)), PUBLIC),
    "ping over IPv6": (GROUP, opens(rule("::/0", protocol="icmpv6", at=-1)), PUBLIC),
    "approved here": given(GROUP, opens(rule("0.0.0.0/0", at=8443)), PUBLIC, approved_tcp_ports=("8443",)),
}
_unapproved["failed"] |= {
    "four services": given(GROUP, opens(rule("0.0.0.0/0", at=(20, 23))), PUBLIC, says="Telnet) open"),
    "five services": given(GROUP, opens(rule("0.0.0.0/0", at=(20, 25))), PUBLIC, says="Telnet, ...)"),
    "another protocol": given(GROUP, opens(rule("0.0.0.0/0", protocol="47", at=None)), PUBLIC, says="47"),
    "approved for TCP only": given(GROUP, opens(rule("0.0.0.0/0", protocol="udp", at=80)), PUBLIC, says="udp 80"),
}
test_security_group_blocks_public_unapproved_ports = table(ports.security_group_blocks_public_unapproved_ports, **_unapproved)

EVERYTHING = rule("0.0.0.0/0", protocol="-1", at=None)

test_security_group_blocks_public_all_ports = table(
    ports.security_group_blocks_public_all_ports,
    passed={
        "nothing": (GROUP, opens(), PUBLIC),
        "NET-5: any port is not all ports": (GROUP, opens(rule("0.0.0.0/0", at=(2, 65535))), PUBLIC),
        "all, from inside": (GROUP, opens(rule("10.0.0.0/8", protocol="-1", at=None)), PUBLIC),
        "ICMP's -1 is every type, not every port": (GROUP, opens(rule("0.0.0.0/0", protocol="icmp", at=-1)), PUBLIC),
    },
    failed={
        "every protocol": given(GROUP, opens(EVERYTHING), PUBLIC, says="tcp and udp"),
        "all of TCP": given(GROUP, opens(rule("0.0.0.0/0", at=(0, 65535))), PUBLIC, says="all ports of tcp"),
        "all but port 0, where nothing listens": given(GROUP, opens(rule("0.0.0.0/0", at=(1, 65535))), PUBLIC, says="all ports of tcp"),
        "all of TCP, put together": (GROUP, opens(rule("0.0.0.0/0", at=(0, 1023)), rule("::/0", at=(1024, 65535))), PUBLIC),
        "NET-3: every protocol from two halves": (GROUP, opens(rule(*HALVES, protocol="-1", at=None)), PUBLIC),
        "NET-4: attached to nothing": given(GROUP, opens(EVERYTHING), NOTHING, severity=LOW),
    },
    not_assessed={
        "rules unread": (GROUP, UNREAD, PUBLIC),
        "NET-2: one port is open, of the others nobody knows": (GROUP, opens(rule("0.0.0.0/0", at=443), rule("pl-shared", protocol="-1", at=None)), PUBLIC),
    },
)

test_default_security_group_blocks_all_traffic = table(
    default_security_group_blocks_all_traffic,
    passed={"no rules": (but(GROUP, group_name="default"), NOTHING)},
    failed={
        "as AWS makes it": given(but(GROUP, group_name="default", ip_permissions=(rule("sg-1"),), ip_permissions_egress=(EVERYTHING,)), PUBLIC),
        "NET-4: behind a private interface": given(but(GROUP, group_name="default", ip_permissions=(rule("sg-1"),)), PRIVATE, severity=LOW),
        "what goes out": given(but(GROUP, group_name="default", ip_permissions_egress=(EVERYTHING,)), NOTHING, severity=LOW, says="1 for what goes out"),
    },
    not_applicable={"another group": (but(GROUP, ip_permissions=(EVERYTHING,)), PUBLIC)},
    not_assessed={"unread": (UNREAD, NOTHING)},
)

test_security_group_avoids_wide_public_ranges = table(
    security_group_avoids_wide_public_ranges,
    passed={
        "nothing": (GROUP, opens(), PUBLIC),
        "small": (GROUP, opens(rule("52.1.2.0/24", "2a01:4f8:1::/48")), PUBLIC),
        "private": (GROUP, opens(rule("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8")), PUBLIC),
        "the whole internet is what the checks of ports are for": (GROUP, opens(rule("0.0.0.0/0", "::/0", at=443)), PUBLIC),
        "as wide as was agreed": given(GROUP, opens(rule("52.0.0.0/16")), PUBLIC, min_ipv4_prefix=16),
    },
    failed={
        "IPv4": given(GROUP, opens(rule("52.0.0.0/16")), PUBLIC, says="52.0.0.0/16"),
        "IPv6": given(GROUP, opens(rule("2a01:4f8::/32")), PUBLIC, says="2a01:4f8::/32"),
        "NET-3: halves of the internet": given(GROUP, opens(rule(*HALVES)), PUBLIC, says="/"),
        "NET-2: through a list": given(GROUP, opens(rule("pl-half")), PUBLIC, says="/"),
        "behind a private interface": given(GROUP, opens(rule("52.0.0.0/16")), PRIVATE, severity=LOW),
        "put together by several rules": given(GROUP, opens(rule("52.1.2.0/24"), rule("52.1.3.0/24")), PUBLIC, says="52.1.2.0/23"),
        "attached to nothing": given(GROUP, opens(rule("52.0.0.0/16")), NOTHING, severity=LOW),
        "three": given(GROUP, opens(rule("52.0.0.0/16", "54.0.0.0/16", "56.0.0.0/16")), PUBLIC, says="56.0.0.0/16, "),
        "four": given(GROUP, opens(rule("52.0.0.0/16", "54.0.0.0/16", "56.0.0.0/16", "58.0.0.0/16")), PUBLIC, says="56.0.0.0/16 and more, "),
    },
    not_assessed={"rules unread": (GROUP, UNREAD, PUBLIC), "a list unread": (GROUP, opens(rule("pl-shared")), PUBLIC)},
)

SENSITIVE = but(GROUP, tags=(Tag(key="DataClassification", value="confidential"),))

test_security_group_limits_egress = table(
    security_group_limits_egress,
    passed={"to one port": (SENSITIVE, lets_out(rule("0.0.0.0/0", at=443))), "inside": (SENSITIVE, lets_out(rule("10.0.0.0/8", protocol="-1", at=None)))},
    failed={
        "everything": (SENSITIVE, lets_out(EVERYTHING)),
        "what is tagged here": given(but(GROUP, tags=(Tag(key="a", value="b"),)), lets_out(EVERYTHING), applies_to_tag="a=b"),
    },
    not_applicable={"not sensitive": (GROUP, lets_out(EVERYTHING))},
    not_assessed={"rules unread": (SENSITIVE, UNREAD), "a list unread": (SENSITIVE, lets_out(rule("pl-shared", protocol="-1", at=None)))},
)

INTERFACE = NetworkInterface(
    arn="arn:aws:ec2:eu-west-1:111122223333:network-interface/eni-1",
    region="eu-west-1",
    network_interface_id="eni-1",
    groups=(GroupIdentifier(group_id="sg-1"),),
)
NAMES_IT = but(GROUP, group_id="sg-2", ip_permissions=(rule("sg-1"),))
REGION = Region(arn="111122223333/eu-west-1", region="eu-west-1", region_name="eu-west-1", opt_in_status="opted-in")
TEMPLATE = LaunchTemplateVersion(
    arn="arn:aws:ec2:eu-west-1:111122223333:launch-template/lt-1/1",
    region="eu-west-1",
    launch_template_id="lt-1",
    version_number=1,
    launch_template_data=ResponseLaunchTemplateData(security_group_ids=("sg-1",)),
)
IN_AN_INTERFACE = but(
    TEMPLATE, launch_template_data=ResponseLaunchTemplateData(network_interfaces=(LaunchTemplateInstanceNetworkInterfaceSpecification(groups=("sg-1",)),))
)
FUNCTION = FunctionNetwork(
    arn="arn:aws:lambda:eu-west-1:111122223333:function:nightly",
    region="eu-west-1",
    function_name="nightly",
    vpc_config=VpcConfigResponse(security_group_ids=("sg-1",)),
)


def uses(*what: Any, unread: int | None = None) -> GroupUses:
    """With one of the four populations (interfaces, groups, templates, functions) not wholly read."""
    kinds = (NetworkInterface, SecurityGroup, LaunchTemplateVersion, FunctionNetwork)
    several: list[Every[Any]] = [Every([one for one in what if isinstance(one, kind)], [UNREAD] if unread == place else ()) for place, kind in enumerate(kinds)]
    return group_uses(REGION, *several)


test_security_group_in_use = table(
    security_group_in_use,
    passed={
        "attached": given(GROUP, uses(INTERFACE, GROUP), says="attached to eni-1"),
        "attached, whatever else there is": (GROUP, uses(INTERFACE, unread=1)),
        "named in another": given(GROUP, uses(GROUP, NAMES_IT), says="in the rules of sg-2"),
        "named in what another lets out": (GROUP, uses(but(NAMES_IT, ip_permissions=(), ip_permissions_egress=(rule("sg-1"),)))),
        "in a launch template": given(GROUP, uses(TEMPLATE), says="launch template lt-1"),
        "in an interface of one": given(GROUP, uses(IN_AN_INTERFACE), says="launch template lt-1"),
        "of a function that sleeps": given(GROUP, uses(FUNCTION), says="function nightly"),
    },
    failed={
        "left over": (GROUP, uses(GROUP, but(INTERFACE, groups=(GroupIdentifier(group_id="sg-2"),)), but(FUNCTION, vpc_config=None))),
        "named in itself only": (GROUP, uses(but(GROUP, ip_permissions=(rule("sg-1"),)))),
    },
    not_applicable={"the default group": (but(GROUP, group_name="default"), UNREAD)},
    not_assessed={
        "interfaces unread": (GROUP, uses(unread=0)),
        "groups unread": (GROUP, uses(unread=1)),
        "templates unread": (GROUP, uses(unread=2)),
        "functions unread": (GROUP, uses(unread=3)),
        "nothing read": (GROUP, UNREAD),
    },
)

test_security_group_not_created_by_wizard = table(
    security_group_not_created_by_wizard,
    passed={"made on purpose": (GROUP,), "a name that only sounds like it": (but(GROUP, group_name="my-launch-wizard-1"),)},
    failed={
        "made by the wizard": (but(GROUP, group_name="launch-wizard-12"),),
        "made by the wizard under another name": (but(GROUP, description="launch-wizard-3 created 2026-01-07T10:00:00.000Z"),),
    },
    not_assessed={"unread": (UNREAD,)},
)

test_security_group_rule_count_limited = table(
    security_group_rule_count_limited,
    passed={
        "few": given(but(GROUP, ip_permissions=(rule("10.0.0.0/8", "fd00::/8", "pl-1", "sg-2"),), ip_permissions_egress=(EVERYTHING,)), says="5 rules"),
        "exactly as many": given(but(GROUP, ip_permissions=(rule("10.0.0.0/8", "fd00::/8"),)), max_rules=2),
    },
    failed={"many": given(but(GROUP, ip_permissions=(rule(*(f"10.0.0.{n}/32" for n in range(51))),)), says="51 rules")},
    not_assessed={"unread": (UNREAD,)},
)


# -- what a group guards -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interfaces", "severity", "says"),
    [
        (Every([but(INTERFACE, association=NetworkInterfaceAssociation(public_ip="198.51.100.7"))]), None, "eni-1, which has a public address"),
        (Every([but(INTERFACE, ipv6_addresses=(NetworkInterfaceIpv6Address(ipv6_address="2a05::1"),))]), None, "public address"),
        (
            Every(
                [but(INTERFACE, private_ip_addresses=(NetworkInterfacePrivateIpAddress(association=NetworkInterfaceAssociation(public_ip="198.51.100.8")),))]
            ),
            None,
            "public address",
        ),
        (Every([but(INTERFACE, private_ip_addresses=(NetworkInterfacePrivateIpAddress(),))]), MEDIUM, "without a public address"),
        (Every([INTERFACE]), MEDIUM, "1 interface without a public address"),
        (Every([INTERFACE], [UNREAD]), None, "not read"),
        (Every([but(INTERFACE, groups=())]), LOW, "nothing"),
    ],
)
def test_what_a_group_guards(interfaces: Every[NetworkInterface], severity: object, says: str) -> None:
    found = guarded(GROUP, attachments(REGION, interfaces))
    assert found.severity is severity
    assert says in str(found)


def test_lists_of_aws_are_not_asked_for() -> None:
    assert isinstance(is_not_of_aws(listed("pl-1", "AWS")), NotApplicable)
    assert is_not_of_aws(listed("pl-1")) is None


def test_a_gap_does_not_hide_what_is_known() -> None:
    found = opens(rule("0.0.0.0/0", at=22), rule("pl-shared", at=3389))
    assert str(found.public({"tcp": port_set(["22", "3389"])})["tcp"]) == "22"
    with pytest.raises(Incomplete):
        found.public({"tcp": port_set(["3389"])})
