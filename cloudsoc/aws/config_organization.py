"""AWS Config: aggregators, which see many accounts and regions in one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Account, Region
from cloudsoc.model import Address, Calls, Fact, Part, Resource, listed, part, reading, reads


@part
class OrganizationAggregationSource(Part):
    """That all accounts of the organization are seen, and in which regions."""

    all_aws_regions: bool | None = None
    aws_regions: tuple[str, ...] = ()


@part
class AggregatorFilter(Part):
    """What is let through; nothing else is seen."""

    type: str | None = None
    value: tuple[str, ...] = ()


@part
class AggregatorFilters(Part):
    """By which an aggregator leaves things out."""

    resource_type: AggregatorFilter | None = None
    service_principal: AggregatorFilter | None = None


@listed(
    "config:DescribeConfigurationAggregators.ConfigurationAggregators[]",
    arn="{ConfigurationAggregatorArn}",
    names={"ConfigurationAggregatorName": "{ConfigurationAggregatorName}"},
    gone="NoSuchConfigurationAggregatorException",
    resource_type="AWS::Config::ConfigurationAggregator",
)
class Aggregator(Resource[Region]):
    """An aggregator, of the organization or of accounts that were named one by one."""

    configuration_aggregator_name: str
    organization_aggregation_source: OrganizationAggregationSource | None = None
    aggregator_filters: AggregatorFilters | None = None


@reading("config:DescribeConfigurationAggregatorSourcesStatus")
def sources(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """How many sources there are, and those that do not deliver."""
    path = "config:DescribeConfigurationAggregatorSourcesStatus.AggregatedSourceStatusList[]"
    found = list(call.items(path, ConfigurationAggregatorName=about.names["ConfigurationAggregatorName"]))
    failing = {f"{one['SourceId']} in {one.get('AwsRegion', 'all regions')}" for one in found if one["LastUpdateStatus"] != "SUCCEEDED"}
    yield {"sources": len(found), "failing": tuple(sorted(failing))}


@reads(sources)
class AggregatorSources(Fact[Aggregator]):
    """Whether what should be seen is seen."""

    sources: int
    failing: tuple[str, ...]


@reading("organizations:ListDelegatedAdministrators")
def delegates(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 the one account that asks
    """Only the management account and delegated administrators are told."""
    path = "organizations:ListDelegatedAdministrators.DelegatedAdministrators[]"
    yield {"accounts": tuple(one["Id"] for one in call.items(path, ServicePrincipal="config.amazonaws.com"))}


@reads(delegates, absent="AWSOrganizationsNotInUseException")
class ConfigDelegates(Fact[Account]):
    """The accounts that aggregate for the organization in place of its management account."""

    accounts: tuple[str, ...]
