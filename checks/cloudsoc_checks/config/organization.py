"""Whether the configuration of all accounts can be seen in one place."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.config_organization import Aggregator, AggregatorSources, ConfigDelegates
from cloudsoc.aws.organizations import Organization
from cloudsoc.model import EXTENDED, LOW, Everywhere, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC4_1, CC5_2, CC7_1


@check(
    direct=(CC4_1,),
    supporting=(CC5_2, CC7_1),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:config_delegated_admin_and_org_aggregator_all_regions",),
)
def aggregator_covers_organization(
    account: Account, aggregators: Everywhere[tuple[Aggregator, AggregatorSources]], organization: Organization | None, delegates: ConfigDelegates | None
) -> Verdict:
    """An aggregator sees all accounts and regions of the organization.

    Why: whoever must look into each account for itself looks into none of the new ones.

    Fix: ``aws configservice put-configuration-aggregator --configuration-aggregator-name organization --organization-aggregation-source
    RoleArn=ROLE,AllAwsRegions=true`` in account {account.account}, or in one to which it delegates this.

    Terraform: ``aws_config_configuration_aggregator.organization_aggregation_source``.
    """
    weak: list[str] = []
    for aggregator, sources in aggregators:
        if lacks := _lacks(aggregator, sources):
            weak.append(f"aggregator {aggregator.configuration_aggregator_name} {lacks}")
        elif aggregator.organization_aggregation_source is not None:
            return Passed(f"aggregator {aggregator.configuration_aggregator_name} in {aggregator.region} sees all accounts and regions")
    if organization is None:
        return NotApplicable("the account is in no organization")
    if weak:
        return Failed("; ".join(weak))
    if delegates is not None and (others := [one for one in delegates.accounts if one != account.account]):
        return NotApplicable(f"account {' and '.join(sorted(others))} sees to this for the organization: it is judged there")
    return Failed(f"no aggregator sees organization {organization.id}")


def _lacks(aggregator: Aggregator, sources: AggregatorSources) -> str:
    """What an aggregator of the organization lacks; empty where nothing, and for those of single accounts."""
    source, filters = aggregator.organization_aggregation_source, aggregator.aggregator_filters
    if source is None:
        return ""
    if not source.all_aws_regions:
        return f"sees only {', '.join(sorted(source.aws_regions)) or 'no region'}"
    if filters is not None and (filters.resource_type or filters.service_principal):
        return "leaves some resources out"
    if sources.failing:
        return f"gets nothing from {', '.join(sources.failing[:3])}{' ...' if len(sources.failing) > 3 else ''}"
    return "" if sources.sources else "has got nothing yet"
