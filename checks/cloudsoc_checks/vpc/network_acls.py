"""Network ACLs: what they let in before any security group is asked."""

from __future__ import annotations

from cloudsoc.aws.vpc import NetworkAcl
from cloudsoc.graphs.inhabited import Inhabited
from cloudsoc.graphs.network_acls import admitted_from_internet
from cloudsoc.graphs.ranges import Ranges, is_every_port
from cloudsoc.graphs.ranges import ports as among
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_6

# Answers to what goes out come back to a port from this range, and a network ACL keeps no note of what went out: it has to let them in.
# AWS source: Amazon VPC User Guide, "Custom network ACLs", Ephemeral ports.
EPHEMERAL = Ranges(((1024, 65535),))


@check(
    direct=(CC6_1, CC6_6),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:EC2.21", "Config:nacl-no-unrestricted-ssh-rdp", "CIS:3.0:5.1", "CIS:5.0:5.2", "CIS:6.0:6.2", "CIS:7.0:6.2"),
        *("Prowler:ec2_networkacl_allow_ingress_tcp_port_22", "Prowler:ec2_networkacl_allow_ingress_tcp_port_3389"),
        "Steampipe:vpc_network_acl_remote_administration",
    ),
)
def network_acl_blocks_public_admin_ports(acl: NetworkAcl, inhabited: Inhabited, *, ports: tuple[str, ...] = ("22", "3389")) -> Verdict:
    """Network ACLs keep SSH and Remote Desktop from the internet out.

    Why: a network ACL holds where a security group was opened by mistake; it is the second lock on the same door.

    Fix: ``aws ec2 create-network-acl-entry --region {acl.region} --network-acl-id {acl.network_acl_id} --ingress --rule-number N --protocol tcp
    --port-range From=22,To=22 --cidr-block 0.0.0.0/0 --rule-action deny``, with a number below the rule that admits, and likewise for ``::/0``.

    Terraform: ``aws_network_acl_rule``.
    """
    if acl.is_default and not acl.associations:
        return NotApplicable("a default network ACL that no subnet uses")
    admitted = admitted_from_internet(acl, "tcp")
    found = admitted & among(ports)
    if not found:
        return Passed(f"TCP {', '.join(ports)} from the internet: refused")
    if not found - EPHEMERAL and (1023 not in admitted) and EPHEMERAL - admitted == Ranges():
        return Failed(f"TCP {found} comes in from the internet with the whole ephemeral range 1024-65535", severity=LOW)
    if not acl.associations:
        return Failed(f"TCP {found} comes in from the internet, to no subnet so far", severity=LOW)
    behind = [one.subnet_id for one in acl.associations]
    told = f"TCP {found} comes in from the internet, to {len(behind)} subnets"
    return Failed(told + ("" if inhabited.severity(*behind) is None else ", in which there is nothing"), severity=inhabited.severity(*behind))


@check(
    direct=(CC6_6,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("CIS:3.0:5.1", "CIS:5.0:5.2", "CIS:6.0:6.2", "CIS:7.0:6.2"),
        *("Prowler:ec2_networkacl_allow_ingress_any_port",),
    ),
)
def network_acl_blocks_public_all_ports(acl: NetworkAcl) -> Verdict:
    """Network ACLs do not let everything in from the internet.

    Why: AWS's own ACL lets all in and leaves the work to security groups; one that refuses what nobody needs is a lock of its own.

    Fix: ``aws ec2 describe-network-acls --region {acl.region} --network-acl-ids {acl.network_acl_id}``, then ``aws ec2 replace-network-acl-entry`` with the
    ports that are meant.

    Terraform: ``aws_network_acl_rule``, ``aws_default_network_acl.ingress``.
    """
    if not acl.associations:
        return NotApplicable("no subnet uses it")
    found = [protocol for protocol in ("tcp", "udp") if is_every_port(admitted_from_internet(acl, protocol))]
    return Failed(f"all ports of {' and '.join(found)} come in from the internet") if found else Passed("not all ports come in from the internet")


@check(
    direct=(CC6_6,),
    severity=LOW,
    profile=EXTENDED,
    refs=("SecurityHub:EC2.16", "Config:vpc-network-acl-unused-check", "Prowler:ec2_networkacl_unused", "Steampipe:vpc_network_acl_unused"),
)
def network_acl_in_use(acl: NetworkAcl) -> Verdict:
    """Network ACLs are associated with a subnet, or removed.

    Why: a left-over ACL looks like protection in every review, and protects nothing.

    Fix: ``aws ec2 delete-network-acl --region {acl.region} --network-acl-id {acl.network_acl_id}``

    Terraform: remove ``aws_network_acl``.
    """
    if acl.is_default:
        return NotApplicable("the default network ACL of a VPC cannot be deleted")
    return Passed(f"{len(acl.associations)} subnets") if acl.associations else Failed("no subnet uses it")
