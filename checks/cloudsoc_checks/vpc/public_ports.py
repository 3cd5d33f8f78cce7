"""Ports that security groups open to the internet: one question a check, each over all rules of a group together."""

from __future__ import annotations

from collections.abc import Mapping

from cloudsoc.aws.security_groups import SecurityGroup
from cloudsoc.graphs.attachments import Guarded
from cloudsoc.graphs.openings import Ingress
from cloudsoc.graphs.ranges import EVERY_PORT, Ranges
from cloudsoc.graphs.ranges import ports as among
from cloudsoc.model import CRITICAL, HIGH, Failed, Passed, Verdict, check
from cloudsoc.model.criterion import C1_1, CC6_1, CC6_6, CC6_7, CC6_8, CC7_2
from cloudsoc_checks.vpc.services import SERVICES

BOTH = ("tcp", "udp")


def closed(ingress: Ingress, guarded: Guarded, wanted: Mapping[str, Ranges], what: str) -> Verdict:
    """Whether none of some ports is open to the internet. What is open is as severe as what stands behind the group makes it."""
    found = ingress.public(wanted)
    if not found:
        return Passed(f"{what}: closed to the internet")
    told = "; ".join(f"{protocol} {open_}{_services(open_)}" for protocol, open_ in sorted(found.items()))
    return Failed(f"{what}: {told} open to the internet, {guarded}", severity=guarded.severity)


def _services(open_: Ranges) -> str:
    names = [name for port, name in SERVICES.items() if port in open_] if open_ != EVERY_PORT else []
    return f" ({', '.join(names[:4])}{', ...' if len(names) > 4 else ''})" if names else ""


@check(
    direct=(CC6_1, CC6_6),
    supporting=(CC7_2,),
    severity=HIGH,
    refs=(
        *("SecurityHub:EC2.13", "SecurityHub:EC2.53", "SecurityHub:EC2.54", "Config:restricted-ssh"),
        *("CIS:3.0:5.2", "CIS:3.0:5.3", "CIS:5.0:5.3", "CIS:5.0:5.4", "CIS:6.0:6.3", "CIS:6.0:6.4", "CIS:7.0:6.3", "CIS:7.0:6.4"),
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
        *("Steampipe:vpc_security_group_restrict_ingress_ssh_all", "Steampipe:vpc_security_group_remote_administration"),
        *("Steampipe:vpc_security_group_remote_administration_ipv4", "Steampipe:vpc_security_group_remote_administration_ipv6"),
    ),
)
def security_group_blocks_public_ssh(
    group: SecurityGroup,
    ingress: Ingress,
    guarded: Guarded,
    *,
    ports: tuple[str, ...] = ("22",),
) -> Verdict:
    """SSH is closed to the internet.

    Why: an open SSH port is found within minutes and tried with stolen keys and passwords for as long as it is open.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-ingress`` for the rule; Session Manager or EC2 Instance Connect Endpoint lead in without an open port.

    Terraform: ``aws_vpc_security_group_ingress_rule.cidr_ipv4``, ``.cidr_ipv6``, ``.prefix_list_id``.
    """
    return closed(ingress, guarded, {"tcp": among(ports)}, "SSH")


@check(
    direct=(CC6_1, CC6_6),
    severity=HIGH,
    refs=(
        *("SecurityHub:EC2.14", "SecurityHub:EC2.53", "SecurityHub:EC2.54", "Config:restricted-common-ports"),
        *("CIS:3.0:5.2", "CIS:3.0:5.3", "CIS:5.0:5.3", "CIS:5.0:5.4", "CIS:6.0:6.3", "CIS:6.0:6.4", "CIS:7.0:6.3", "CIS:7.0:6.4"),
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389",
        *("Steampipe:vpc_security_group_restrict_ingress_rdp_all", "Steampipe:vpc_security_group_remote_administration"),
    ),
)
def security_group_blocks_public_rdp(
    group: SecurityGroup,
    ingress: Ingress,
    guarded: Guarded,
    *,
    ports: tuple[str, ...] = ("3389",),
) -> Verdict:
    """Remote Desktop is closed to the internet.

    Why: open Remote Desktop is a usual way in for ransomware: passwords are guessed, flaws of the service are used before they are patched.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-ingress`` for the rule; Fleet Manager or a VPN leads in without an open port.

    Terraform: ``aws_vpc_security_group_ingress_rule.cidr_ipv4``, ``.cidr_ipv6``, ``.prefix_list_id``.
    """
    return closed(ingress, guarded, dict.fromkeys(BOTH, among(ports)), "Remote Desktop")


@check(
    direct=(CC6_1, CC6_6),
    severity=CRITICAL,
    refs=(
        *("SecurityHub:EC2.18", "Config:vpc-sg-open-only-to-authorized-ports"),
        *("CIS:3.0:5.2", "CIS:3.0:5.3", "CIS:5.0:5.3", "CIS:5.0:5.4", "CIS:6.0:6.3", "CIS:6.0:6.4", "CIS:7.0:6.3", "CIS:7.0:6.4"),
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_all_ports",
        "Steampipe:vpc_security_group_restrict_ingress_tcp_udp_all",
    ),
)
def security_group_blocks_public_all_ports(group: SecurityGroup, ingress: Ingress, guarded: Guarded) -> Verdict:
    """No security group is open to the internet on all ports.

    Why: with every port open there is no boundary: whatever listens, meant for outside or not, is reached from everywhere.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-ingress`` for the rule, after rules for the ports that are meant.

    Terraform: ``aws_vpc_security_group_ingress_rule.ip_protocol``, ``.from_port``, ``.to_port``.
    """
    found = ingress.wholly_public(BOTH)
    if not found:
        return Passed("all ports: not open to the internet as a whole")
    return Failed(f"all ports of {' and '.join(found)} open to the internet, {guarded}", severity=guarded.severity)


@check(
    direct=(CC6_1, CC6_6),
    severity=HIGH,
    refs=(
        *("SecurityHub:EC2.18", "Config:vpc-sg-open-only-to-authorized-ports", "Config:vpc-sg-port-restriction-check"),
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_any_port",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_any_port_from_ip",
        "Steampipe:vpc_security_group_allows_ingress_authorized_ports",
    ),
)
def security_group_blocks_public_unapproved_ports(
    group: SecurityGroup,
    ingress: Ingress,
    guarded: Guarded,
    *,
    approved_tcp_ports: tuple[str, ...] = ("80", "443"),
    approved_udp_ports: tuple[str, ...] = ("443",),
) -> Verdict:
    """Only approved ports are open to the internet.

    Why: each open port is a service that strangers may talk to; those that nobody decided on are those that nobody patches.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-ingress`` for the rule, or approve the port in ``approved_tcp_ports``, ``approved_udp_ports``.

    Terraform: ``aws_vpc_security_group_ingress_rule.from_port``, ``.to_port``.
    """
    others = {one: EVERY_PORT for one in ingress.protocols() if one not in (*BOTH, "icmp", "icmpv6", "-1")}  # ping is no service
    wanted = {"tcp": EVERY_PORT - among(approved_tcp_ports), "udp": EVERY_PORT - among(approved_udp_ports)}
    return closed(ingress, guarded, wanted | others, "unapproved ports")


HIGH_RISK = (
    *("20", "21", "22", "23", "25", "110", "135", "137-139", "143", "445", "1433", "1434", "3000"),
    *("3306", "3389", "4333", "5000", "5432", "5500", "5601", "8080", "8088", "8888", "9200", "9300"),
)
DATABASES = (
    *("1433", "1434", "1521", "2483", "2484", "3306", "5432", "5439", "6379", "7000", "7001", "7199", "9042"),
    *("9160", "8888", "11211", "27017", "27018"),
)
SEARCH_AND_STREAMS = ("5601", "9200", "9300", "9092", "9094", "9096", "2181")
CLEARTEXT = ("20", "21", "23", "69", "110", "143", "161", "512-514")
FILE_SHARING = ("111", "135", "137-139", "445", "2049")


@check(
    direct=(CC6_1, CC6_6),
    severity=HIGH,
    refs=(
        *("SecurityHub:EC2.19", "Config:restricted-common-ports"),
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_high_risk_tcp_ports",
        *("Steampipe:vpc_security_group_restrict_ingress_common_ports_all", "Steampipe:vpc_security_group_restricted_common_ports"),
    ),
)
def security_group_blocks_public_high_risk_ports(
    group: SecurityGroup,
    ingress: Ingress,
    guarded: Guarded,
    *,
    ports: tuple[str, ...] = HIGH_RISK,
) -> Verdict:
    """No port of the high-risk list is open to the internet.

    Why: administration, databases, file shares and test servers are what attackers look for first; none of them is made to face strangers.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-ingress`` for the rule.

    Terraform: ``aws_vpc_security_group_ingress_rule.from_port``, ``.to_port``.
    """
    return closed(ingress, guarded, dict.fromkeys(BOTH, among(ports)), "high-risk ports")


@check(
    direct=(CC6_1, CC6_6),
    supporting=(C1_1,),
    severity=HIGH,
    refs=(
        "Config:restricted-common-ports",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mysql_3306",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_postgres_5432",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_oracle_1521_2483",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_sql_server_1433_1434",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_mongodb_27017_27018",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_cassandra_7199_9160_8888",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_redis_6379",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_memcached_11211",
        *("Steampipe:vpc_security_group_restrict_ingress_redis_port", "Steampipe:vpc_security_group_allows_ingress_to_cassandra_ports"),
        *("Steampipe:vpc_security_group_allows_ingress_to_memcached_port", "Steampipe:vpc_security_group_allows_ingress_to_mongodb_ports"),
        "Steampipe:vpc_security_group_allows_ingress_to_oracle_ports",
    ),
)
def security_group_blocks_public_database_ports(
    group: SecurityGroup,
    ingress: Ingress,
    guarded: Guarded,
    *,
    ports: tuple[str, ...] = DATABASES,
) -> Verdict:
    """No database port is open to the internet.

    Why: a database that strangers reach is one password, or one flaw, away from being copied or wiped.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-ingress`` for the rule, and one that names the application's group instead.

    Terraform: ``aws_vpc_security_group_ingress_rule.referenced_security_group_id``.
    """
    return closed(ingress, guarded, dict.fromkeys(BOTH, among(ports)), "database ports")


@check(
    direct=(CC6_1, CC6_6),
    supporting=(C1_1,),
    severity=HIGH,
    refs=(
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_elasticsearch_kibana_9200_9300_5601",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_kafka_9092",
        *("Steampipe:vpc_security_group_restrict_ingress_kafka_port", "Steampipe:vpc_security_group_restrict_ingress_kibana_port"),
    ),
)
def security_group_blocks_public_search_and_stream_ports(
    group: SecurityGroup,
    ingress: Ingress,
    guarded: Guarded,
    *,
    ports: tuple[str, ...] = SEARCH_AND_STREAMS,
) -> Verdict:
    """No port of a search engine or message stream is open to the internet.

    Why: search clusters and brokers hold copies of what the databases hold, often without a password of their own.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-ingress`` for the rule.

    Terraform: ``aws_vpc_security_group_ingress_rule.referenced_security_group_id``.
    """
    return closed(ingress, guarded, dict.fromkeys(BOTH, among(ports)), "search and stream ports")


@check(
    direct=(CC6_1, CC6_6, CC6_7),
    severity=HIGH,
    refs=(
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_ftp_20_21",
        "Prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_telnet_23",
    ),
)
def security_group_blocks_public_cleartext_ports(
    group: SecurityGroup,
    ingress: Ingress,
    guarded: Guarded,
    *,
    ports: tuple[str, ...] = CLEARTEXT,
) -> Verdict:
    """No port of a protocol without encryption is open to the internet.

    Why: FTP, Telnet, POP3 and their like send passwords and data readable by everyone on the way.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-ingress`` for the rule, and the encrypted protocol in its place (SFTP, SSH, IMAPS).

    Terraform: ``aws_vpc_security_group_ingress_rule.from_port``, ``.to_port``.
    """
    return closed(ingress, guarded, dict.fromkeys(BOTH, among(ports)), "cleartext ports")


@check(
    direct=(CC6_1, CC6_6),
    supporting=(CC6_8,),
    severity=HIGH,
    refs=(
        *("CIS:5.0:5.1.2", "CIS:6.0:6.1.2", "CIS:7.0:6.1.2"),
        "Steampipe:vpc_security_group_restrict_ingress_cifs_port_all",
    ),
)
def security_group_blocks_public_file_sharing_ports(
    group: SecurityGroup,
    ingress: Ingress,
    guarded: Guarded,
    *,
    ports: tuple[str, ...] = FILE_SHARING,
) -> Verdict:
    """No file-sharing port is open to the internet.

    Why: SMB and NFS were made for networks in which everybody is known; worms have used them for decades.

    Fix: ``aws ec2 describe-security-group-rules --region {group.region} --filters Name=group-id,Values={group.group_id}``, then
    ``aws ec2 revoke-security-group-ingress`` for the rule.

    Terraform: ``aws_vpc_security_group_ingress_rule.from_port``, ``.to_port``.
    """
    return closed(ingress, guarded, dict.fromkeys(BOTH, among(ports)), "file-sharing ports")
