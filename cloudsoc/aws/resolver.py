"""Route 53 Resolver: which VPCs log their DNS queries."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.model import Resource, listed


@listed(
    "route53resolver:ListResolverQueryLogConfigs.ResolverQueryLogConfigs[]",
    arn="{Arn}",
    resource_type="AWS::Route53Resolver::ResolverQueryLoggingConfig",
)
class ResolverQueryLogConfig(Resource[Region]):
    """Where DNS queries are logged to; another account may share its own."""

    id: str
    status: str
    destination_arn: str


@listed(
    "route53resolver:ListResolverQueryLogConfigAssociations.ResolverQueryLogConfigAssociations[]",
    arn="{account}/{region}/query-log-association/{Id}",
    resource_type="AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
)
class ResolverQueryLogConfigAssociation(Resource[Region]):
    """A VPC whose queries are logged."""

    resolver_query_log_config_id: str
    resource_id: str
    status: str
