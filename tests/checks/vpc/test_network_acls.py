"""Network ACLs on hand-made facts."""

from __future__ import annotations

from hypothesis import given as any_of
from hypothesis import strategies as st

from cloudsoc.aws.vpc import NetworkAcl, NetworkAclAssociation, NetworkAclEntry, PortRange
from cloudsoc.graphs.inhabited import Inhabited
from cloudsoc.graphs.network_acls import admitted
from cloudsoc.graphs.ranges import Addresses
from cloudsoc.model import LOW
from cloudsoc_checks.vpc.network_acls import network_acl_blocks_public_admin_ports, network_acl_blocks_public_all_ports, network_acl_in_use
from tests.checks.table import UNREAD, but, given, table


def entry(
    number: int, action: str, network: str = "0.0.0.0/0", ports: tuple[int, int] | None = None, protocol: str = "6", *, egress: bool = False
) -> NetworkAclEntry:
    return NetworkAclEntry(
        rule_number=number,
        protocol=protocol,
        rule_action=action,
        egress=egress,
        cidr_block=network if ":" not in network else None,
        ipv6_cidr_block=network if ":" in network else None,
        port_range=PortRange(from_=ports[0], to=ports[1]) if ports else None,
    )


ACL = NetworkAcl(
    arn="arn:aws:ec2:eu-west-1:111122223333:network-acl/acl-1",
    region="eu-west-1",
    network_acl_id="acl-1",
    vpc_id="vpc-1",
    is_default=False,
    associations=(NetworkAclAssociation(subnet_id="subnet-1"),),
)
LAST = entry(32767, "deny", protocol="-1")
ALL = (entry(100, "allow", protocol="-1"), LAST)


def acl(*entries: NetworkAclEntry) -> NetworkAcl:
    return but(ACL, entries=entries)


SSH = (22, 22)

LIVELY = Inhabited(frozenset({"subnet-1"}))

test_network_acl_blocks_public_admin_ports = table(
    network_acl_blocks_public_admin_ports,
    passed={
        "no rule at all: refused": (acl(), LIVELY),
        "web only": (acl(entry(100, "allow", ports=(443, 443)), LAST), LIVELY),
        "a lower deny wins": (acl(entry(100, "deny", ports=SSH), entry(101, "deny", ports=(3389, 3389)), entry(200, "allow")), LIVELY),
        "from inside": (acl(entry(100, "allow", "10.0.0.0/8")), LIVELY),
        "what goes out": (acl(entry(100, "allow", egress=True)), LIVELY),
        "UDP": (acl(entry(100, "allow", protocol="17", ports=SSH)), LIVELY),
        "other ports": given(acl(entry(100, "allow", ports=SSH)), LIVELY, ports=("23",)),
    },
    failed={
        "everything": given(acl(*ALL), LIVELY, says="22, 3389"),
        "SSH": given(acl(entry(100, "allow", ports=SSH), LAST), LIVELY, says="TCP 22 comes in"),
        "NET-1: IPv6 only": (acl(entry(100, "deny", ports=SSH), entry(101, "allow", "::/0", ports=SSH)), LIVELY),
        "a deny that comes too late": (acl(entry(200, "deny", ports=SSH), entry(100, "allow", ports=SSH)), LIVELY),
        "NET-3: two halves": (acl(entry(100, "allow", "0.0.0.0/1", ports=SSH), entry(101, "allow", "128.0.0.0/1", ports=SSH)), LIVELY),
        "the whole ephemeral range, which answers need": given(acl(entry(100, "allow", ports=(1024, 65535)), LAST), LIVELY, severity=LOW, says="ephemeral"),
        "a part of it, which they do not": (acl(entry(100, "allow", ports=(3000, 4000)), LAST), LIVELY),
        "before nothing": given(acl(*ALL), Inhabited(frozenset({"subnet-2"})), severity=LOW, says="in which there is nothing"),
        "nobody knows before what": (acl(*ALL), Inhabited(frozenset(), (UNREAD,))),
        "before no subnet so far": given(but(acl(*ALL), associations=()), LIVELY, severity=LOW, says="no subnet so far"),
        "the default one, in use": (but(acl(*ALL), is_default=True), LIVELY),
    },
    not_applicable={"the default one, unused": (but(acl(*ALL), is_default=True, associations=()), LIVELY)},
    not_assessed={"unread": (UNREAD, LIVELY)},
)

test_network_acl_blocks_public_all_ports = table(
    network_acl_blocks_public_all_ports,
    passed={
        "web only": (acl(entry(100, "allow", ports=(443, 443))),),
        "all but SSH": (acl(entry(50, "deny", ports=SSH), entry(100, "allow")),),
        "a deny of everything before it": (acl(entry(50, "deny", protocol="-1"), *ALL),),
    },
    failed={
        "everything": given(acl(*ALL), says="tcp and udp"),
        "all of TCP": given(acl(entry(100, "allow")), says="ports of tcp"),
        "all but port 0, where nothing listens": given(acl(entry(100, "allow", ports=(1, 65535))), says="ports of tcp"),
        "NET-1: all of IPv6": (acl(entry(100, "allow", "::/0", protocol="-1")),),
    },
    not_applicable={"unused": (but(acl(*ALL), associations=()),)},
    not_assessed={"unread": (UNREAD,)},
)

test_network_acl_in_use = table(
    network_acl_in_use,
    passed={"before a subnet": (ACL,)},
    failed={"left over": (but(ACL, associations=()),)},
    not_applicable={"the default one": (but(ACL, associations=(), is_default=True),)},
    not_assessed={"unread": (UNREAD,)},
)

networks = st.sampled_from(("0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8", "10.1.0.0/16", "52.0.0.0/8"))
entries = st.lists(
    st.builds(
        entry,
        st.integers(1, 30),
        st.sampled_from(("allow", "deny")),
        networks,
        st.sampled_from((None, (22, 22), (20, 30), (0, 100))),
        st.sampled_from(("6", "17", "-1")),
    ),
    max_size=6,
    unique_by=lambda one: one.rule_number,
)


@any_of(entries, st.sampled_from((0, 20, 22, 25, 30, 31, 100, 101, 65535)), st.sampled_from(("10.1.2.3", "10.9.9.9", "52.1.1.1", "99.1.1.1", "200.1.1.1")))
def test_the_first_rule_that_matches_decides(found: list[NetworkAclEntry], port: int, address: str) -> None:
    one = Addresses.of([address])
    expected = False
    for rule in sorted(found, key=lambda rule: rule.rule_number):
        in_ports = rule.port_range is None or rule.protocol == "-1" or rule.port_range.from_ <= port <= rule.port_range.to
        if rule.protocol in ("6", "-1") and in_ports and Addresses.of([rule.cidr_block or ""]).covers(one):
            expected = rule.rule_action == "allow"
            break
    assert any(port in ports and allowed.covers(one) for ports, allowed in admitted(acl(*found), "tcp")) is expected
