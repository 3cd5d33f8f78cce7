"""Security groups: defaults, wide ranges, what goes out, and whether anybody can keep an eye on them. Their open ports are in ``public_ports``."""

from __future__ import annotations

from cloudsoc.aws.security_groups import IpPermission, SecurityGroup
from cloudsoc.graphs.attachments import GroupUses, Guarded
from cloudsoc.graphs.openings import Egress, Ingress
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_6, CC6_7, CC8_1


@check(
    direct=(CC6_1, CC6_6),
    severity=MEDIUM,
    refs=(
        "SecurityHub:EC2.2",
        "Config:vpc-default-security-group-closed",
        "CIS:3.0:5.4",
        "CIS:5.0:5.5",
        "CIS:6.0:6.5",
        "CIS:7.0:6.5",
        "Prowler:ec2_securitygroup_default_restrict_traffic",
        "Steampipe:vpc_default_security_group_restricts_all_traffic",
    ),
)
def default_security_group_blocks_all_traffic(group: SecurityGroup, guarded: Guarded) -> Verdict:
    """The default security group of a VPC has no rules.

    Why: whatever is launched without a group of its own gets the default one; with no rules in it, nobody opens anything by forgetting to choose.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}`` lists its rules;
    ``aws ec2 revoke-security-group-ingress`` and ``revoke-security-group-egress`` take them out by their ids.

    Terraform: ``aws_default_security_group`` without ``ingress`` and ``egress``.
    """
    if group.group_name != "default":
        return NotApplicable("not the default group of its VPC")
    into, out = len(group.ip_permissions), len(group.ip_permissions_egress)
    if not into and not out:
        return Passed("it has no rules")
    return Failed(f"it has rules ({into} for what comes in, {out} for what goes out), {guarded}", severity=guarded.severity and LOW)


@check(
    direct=(CC6_1, CC6_6),
    severity=MEDIUM,
    refs=("Prowler:ec2_securitygroup_allow_wide_open_public_ipv4",),
)
def security_group_avoids_wide_public_ranges(
    group: SecurityGroup, ingress: Ingress, guarded: Guarded, *, min_ipv4_prefix: int = 24, min_ipv6_prefix: int = 48
) -> Verdict:
    """No rule lets in a large part of the internet.

    Why: a network of thousands of strangers is hardly better than all of them; and halves of the internet, written apart, are a way round other checks.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 modify-security-group-rules`` with the networks that are meant.

    Terraform: ``aws_vpc_security_group_ingress_rule.cidr_ipv4``, ``.cidr_ipv6``.
    """
    wide = ingress.wide({4: min_ipv4_prefix, 6: min_ipv6_prefix})
    if not wide:
        return Passed(f"no range wider than /{min_ipv4_prefix} (IPv4) or /{min_ipv6_prefix} (IPv6)")
    return Failed(f"lets in {', '.join(wide[:3])}{' and more' if len(wide) > 3 else ''}, {guarded}", severity=guarded.severity and LOW)


@check(direct=(CC6_6,), supporting=(CC6_7,), severity=LOW, profile=EXTENDED)
def security_group_limits_egress(group: SecurityGroup, egress: Egress, *, applies_to_tag: str = "DataClassification=confidential") -> Verdict:
    """Groups around sensitive workloads do not let everything out.

    Why: stolen data leaves through rules that nobody looks at; where confidential data is handled, what may go out is as much a decision as what may come in.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-egress`` for the rule, after rules for the destinations that are meant.

    Terraform: ``aws_vpc_security_group_egress_rule``.
    """
    if applies_to_tag not in {f"{tag.key}={tag.value}" for tag in group.tags}:
        return NotApplicable(f"not tagged {applies_to_tag}")
    found = egress.wholly_public(("tcp", "udp"))
    return Failed(f"everything may go out to the internet ({' and '.join(found)}, all ports)") if found else Passed("what may go out is limited")


@check(
    direct=(CC6_1,),
    supporting=(CC6_6,),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        *("SecurityHub:EC2.22", "Config:ec2-security-group-attached-to-eni", "Config:ec2-security-group-attached-to-eni-periodic"),
        *("Prowler:ec2_securitygroup_not_used", "Steampipe:vpc_security_group_associated_to_eni", "Steampipe:vpc_security_group_unused"),
    ),
)
def security_group_in_use(group: SecurityGroup, uses: GroupUses) -> Verdict:
    """Security groups are attached to something, or removed.

    Why: a left-over group is an opening in waiting: whoever attaches it gets rules that were made for something else.

    Fix: ``aws ec2 delete-security-group --region {group.region} --group-id {group.group_id}``; AWS refuses as long as anything needs it.

    Terraform: remove ``aws_security_group``.
    """
    if group.group_name == "default":
        return NotApplicable("the default group of a VPC cannot be deleted")
    use = uses.of(group.group_id)
    return Passed(use) if use else Failed("attached to no network interface, named by no other group, launch template or function")


@check(
    direct=(CC6_6,),
    supporting=(CC8_1,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:ec2_securitygroup_from_launch_wizard", "Steampipe:vpc_security_group_not_uses_launch_wizard_sg"),
)
def security_group_not_created_by_wizard(group: SecurityGroup) -> Verdict:
    """Security groups are made on purpose, not by the console's launch wizard.

    Why: the wizard's groups open SSH or Remote Desktop to make a first login easy, and nobody wrote down what they are for.

    Fix: make a group with a purpose, put it on what uses {group.group_id}, then
    ``aws ec2 delete-security-group --region {group.region} --group-id {group.group_id}``

    Terraform: ``aws_security_group.name``.
    """
    if group.group_name.startswith("launch-wizard-") or group.description.startswith("launch-wizard-"):
        return Failed(f"{group.group_name} was made by the launch wizard")
    return Passed("not made by the launch wizard")


@check(
    direct=(CC6_6,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:ec2_securitygroup_with_many_ingress_egress_rules",),
)
def security_group_rule_count_limited(group: SecurityGroup, *, max_rules: int = 50) -> Verdict:
    """Security groups have few enough rules to be reviewed.

    Why: in a group of a hundred rules nobody notices the one that should not be there.

    Fix: split {group.group_id} by purpose, or gather its networks in a prefix list: ``aws ec2 create-managed-prefix-list --region {group.region}``

    Terraform: ``aws_ec2_managed_prefix_list``.
    """
    count = sum(map(_rules, (*group.ip_permissions, *group.ip_permissions_egress)))
    return Passed(f"{count} rules") if count <= max_rules else Failed(f"{count} rules, the limit is {max_rules}")


def _rules(permission: IpPermission) -> int:
    """AWS counts each source or destination as a rule."""
    return sum(map(len, (permission.ip_ranges, permission.ipv6_ranges, permission.prefix_list_ids, permission.user_id_group_pairs)))
