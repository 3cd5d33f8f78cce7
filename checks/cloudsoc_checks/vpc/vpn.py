"""Connections to other networks: VPNs and transit gateways."""

from __future__ import annotations

from cloudsoc.aws.connections import ClientVpnEndpoint, TransitGateway, VpnConnection
from cloudsoc.model import EXTENDED, HIGH, LOW, MEDIUM, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import A1_2, CC6_6, CC6_7, CC7_2

GOING = ("deleting", "deleted")


@check(
    direct=(A1_2,),
    supporting=(CC6_7,),
    severity=MEDIUM,
    refs=("SecurityHub:EC2.20", "Config:vpc-vpn-2-tunnels-up", "Prowler:vpc_vpn_connection_tunnels_up", "Steampipe:vpc_vpn_tunnel_up"),
)
def vpn_has_both_tunnels_up(connection: VpnConnection) -> Verdict:
    """Both tunnels of a site-to-site VPN connection are up.

    Why: AWS maintains one tunnel at a time and counts on the other; with one down, the next maintenance cuts the connection.

    Fix: ``aws ec2 describe-vpn-connections --region {connection.region} --vpn-connection-ids {connection.vpn_connection_id}`` says which one is down and why;
    it is set up on the customer gateway.

    Terraform: ``aws_vpn_connection.tunnel1_*``, ``.tunnel2_*``.
    """
    if connection.state in GOING:
        return NotApplicable(f"the connection is {connection.state}")
    up = [one for one in connection.vgw_telemetry if one.status == "UP"]
    if len(up) >= 2:
        return Passed("both tunnels are up")
    why = "; ".join(sorted({one.status_message for one in connection.vgw_telemetry if one.status != "UP" and one.status_message}))
    return Failed(f"{len(up)} of 2 tunnels up" + (f": {why}" if why else ""))


@check(
    direct=(CC7_2,),
    severity=LOW,
    profile=EXTENDED,
    refs=("SecurityHub:EC2.171", "Config:ec2-vpn-connection-logging-enabled", "Steampipe:vpc_vpn_connection_logging_enabled"),
)
def vpn_connection_logs_tunnels(connection: VpnConnection) -> Verdict:
    """Site-to-site VPN connections log what happens to their tunnels.

    Why: without a log nobody can say when a tunnel was down, who negotiated it and with which algorithms.

    Fix: ``aws ec2 modify-vpn-tunnel-options --region {connection.region} --vpn-connection-id {connection.vpn_connection_id}
    --vpn-tunnel-outside-ip-address ADDRESS --tunnel-options 'LogOptions={{CloudWatchLogOptions={{LogEnabled=true,LogGroupArn=ARN}}}}'``, for each tunnel.

    Terraform: ``aws_vpn_connection.tunnel1_log_options``, ``.tunnel2_log_options``.
    """
    if connection.state in GOING:
        return NotApplicable(f"the connection is {connection.state}")
    tunnels = connection.options.tunnel_options if connection.options else ()
    logging = [one for one in tunnels if one.log_options and one.log_options.cloud_watch_log_options and one.log_options.cloud_watch_log_options.log_enabled]
    there = max(len(tunnels), 2)  # a connection always has two, whatever was told of them
    return Passed(f"all {there} tunnels log") if len(logging) == there else Failed(f"{len(logging)} of {there} tunnels log")


@check(
    direct=(CC6_6, CC7_2),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:EC2.51", "Config:ec2-client-vpn-connection-log-enabled"),
        "Prowler:ec2_client_vpn_endpoint_connection_logging_enabled",
    ),
)
def client_vpn_logs_connections(endpoint: ClientVpnEndpoint) -> Verdict:
    """Client VPN endpoints log connections.

    Why: who dialled in, when, from where: the first question when an account was taken over.

    Fix: ``aws ec2 modify-client-vpn-endpoint --region {endpoint.region} --client-vpn-endpoint-id {endpoint.client_vpn_endpoint_id} --connection-log-options
    Enabled=true,CloudwatchLogGroup=GROUP``

    Terraform: ``aws_ec2_client_vpn_endpoint.connection_log_options``.
    """
    if endpoint.status.code in GOING:
        return NotApplicable(f"the endpoint is {endpoint.status.code}")
    return Passed("connections are logged") if endpoint.connection_log_options.enabled else Failed("connections are not logged")


@check(
    direct=(CC6_6,),
    supporting=(CC6_7,),
    severity=HIGH,
    refs=(
        *("SecurityHub:EC2.23", "Config:ec2-transit-gateway-auto-vpc-attach-disabled"),
        *("Prowler:ec2_transitgateway_auto_accept_vpc_attachments", "Steampipe:ec2_transit_gateway_auto_cross_account_attachment_disabled"),
    ),
)
def transit_gateway_requires_attachment_acceptance(gateway: TransitGateway) -> Verdict:
    """Transit gateways do not accept attachments by themselves.

    Why: an attachment joins a network to all others; a gateway that accepts by itself lets every account that it is shared with do that alone.

    Fix: ``aws ec2 modify-transit-gateway --region {gateway.region} --transit-gateway-id {gateway.transit_gateway_id} --options AutoAcceptSharedAttachments=disable``

    Terraform: ``aws_ec2_transit_gateway.auto_accept_shared_attachments``.
    """
    if gateway.state in GOING:
        return NotApplicable(f"the gateway is {gateway.state}")
    accepts = gateway.options.auto_accept_shared_attachments
    return Passed("attachments need acceptance") if accepts == "disable" else Failed("attachments of other accounts are accepted by themselves")
