"""Whether trails record what is done in the account, in all regions and by all services."""

from __future__ import annotations

from cloudsoc.aws.account import HOMES, Account, Region
from cloudsoc.aws.cloudtrail import InsightSelectors, Trail, TrailStatus
from cloudsoc.aws.organizations import Organization
from cloudsoc.graphs.trails import Recording, named, together
from cloudsoc.model import CRITICAL, EXTENDED, HIGH, LOW, MEDIUM, Everywhere, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC2_1, CC3_3, CC4_1, CC5_2, CC7_2, CC7_3, PI1_3


@check(
    direct=(CC7_2,),
    supporting=(CC2_1, CC4_1, PI1_3),
    severity=CRITICAL,
    refs=(
        "SecurityHub:CloudTrail.1",
        "Config:multi-region-cloudtrail-enabled",
        "CIS:3.0:3.1",
        "CIS:5.0:3.1",
        "CIS:6.0:4.1",
        "CIS:7.0:4.1",
        "Prowler:cloudtrail_multi_region_enabled",
        "Steampipe:cloudtrail_multi_region_trail_enabled",
    ),
)
def multi_region_trail_enabled(account: Account, trails: Everywhere[tuple[Trail, Recording]]) -> Verdict:
    """Trails that cover all regions record what is done in the account.

    Why: what nobody recorded cannot be noticed, investigated or proven; attackers work in the regions that nobody looks at.

    Fix: ``aws cloudtrail create-trail --name account-{account.account} --is-multi-region-trail --s3-bucket-name NAME``, then ``aws cloudtrail start-logging``;
    in an organization one organization trail does it for all accounts.

    Terraform: ``aws_cloudtrail.is_multi_region_trail``, ``aws_cloudtrail.enable_logging``.
    """
    recorded: dict[str, frozenset[str]] = {}
    names: list[str] = []
    stopped: list[str] = []
    for trail, recording in trails:
        name = named(trail, account.account)
        if not trail.is_multi_region_trail:
            continue
        if recording.stopped:
            stopped.append(f"; {name}: {recording.stopped}")
            continue
        names.append(name)
        recorded = together((*recorded.items(), *recording.management()))
        if len(recorded) == 2 and not any(recorded.values()):
            return Passed(f"recorded by {' and '.join(names)}")
    if len(recorded) == 2:
        return Passed(f"recorded by {' and '.join(names)}, but not the events of {', '.join(sorted(frozenset().union(*recorded.values())))}")
    if recorded:
        return Failed(f"{' and '.join(names)}: only {next(iter(recorded))} events are recorded", severity=HIGH)
    if names:
        return Failed(f"no management events are recorded by {' and '.join(names)}")
    return Failed(f"no trail that covers all regions is logging{''.join(stopped)}")


@check(
    direct=(CC7_2,),
    supporting=(CC2_1,),
    severity=HIGH,
    refs=(
        "SecurityHub:CloudTrail.3",
        "Config:cloud-trail-enabled",
        "Steampipe:cloudtrail_trail_enabled",
        "Steampipe:cloudtrail_trail_enabled_account",
    ),
)
def trail_is_logging(region: Region, trails: Everywhere[tuple[Trail, TrailStatus]]) -> Verdict:
    """A trail is logging in every region.

    Why: a trail that exists and is switched off records nothing, and looks like one that does.

    Fix: ``aws cloudtrail describe-trails --region {region.region_name}`` lists the trails; ``aws cloudtrail start-logging --name TRAIL`` starts one, and
    ``aws cloudtrail update-trail --is-multi-region-trail --name TRAIL`` makes it cover this region.

    Terraform: ``aws_cloudtrail.enable_logging``.
    """
    account = region.arn.partition("/")[0]
    stopped: list[str] = []
    for trail, status in trails:
        if trail.is_multi_region_trail or trail.home_region == region.region_name:
            if status.is_logging:
                return Passed(f"{named(trail, account)} is logging")
            stopped.append(named(trail, account))
    return Failed(f"{' and '.join(stopped)}: stopped" if stopped else "no trail covers the region")


@check(
    direct=(CC7_2,),
    supporting=(CC2_1,),
    severity=HIGH,
    refs=("Prowler:cloudtrail_multi_region_enabled_logging_management_events", "Steampipe:cloudtrail_multi_region_read_write_enabled"),
)
def records_all_management_events(account: Account, trails: Everywhere[tuple[Trail, Recording]]) -> Verdict:
    """Reading and writing management events of every service are recorded in all regions.

    Why: an excluded source, or reads that are left out, is a hole in the evidence: keys are used and secrets are listed unseen.

    Fix: ``aws cloudtrail put-event-selectors --trail-name TRAIL --event-selectors ReadWriteType=All,IncludeManagementEvents=true`` for a trail of account
    {account.account} that covers all regions.

    Terraform: ``aws_cloudtrail.event_selector.exclude_management_event_sources``, ``aws_cloudtrail.advanced_event_selector``.
    """
    recorded: dict[str, frozenset[str]] = {}
    names: list[str] = []
    for trail, recording in trails:
        if trail.is_multi_region_trail and not recording.stopped:
            names.append(named(trail, account.account))
            recorded = together((*recorded.items(), *recording.management()))
            if len(recorded) == 2 and not any(recorded.values()):
                return Passed(f"all management events are recorded by {' and '.join(names)}")
    if not names:
        return Failed("no trail that covers all regions records anything")
    if missing := sorted({"read", "write"} - set(recorded)):
        return Failed(f"{' and '.join(names)}: {' and '.join(missing)} events are not recorded")
    return Failed(f"{' and '.join(names)}: the events of {', '.join(sorted(frozenset().union(*recorded.values())))} are left out")


@check(direct=(CC7_2,), supporting=(CC2_1,), severity=MEDIUM)
def global_service_events_included(account: Account, trails: Everywhere[tuple[Trail, Recording]]) -> Verdict:
    """Events of global services such as IAM and STS are recorded.

    Why: who became whom, and who gave which right, is said by these services alone.

    Fix: ``aws cloudtrail update-trail --name TRAIL --is-multi-region-trail --include-global-service-events`` for a trail of account {account.account}.

    Terraform: ``aws_cloudtrail.include_global_service_events``.
    """
    without: list[str] = []
    for trail, recording in trails:
        if not recording.stopped and "write" in dict(recording.management()):
            # Of a single region only the one in which they are recorded has them, whatever the trail asks for.
            if trail.include_global_service_events and (trail.is_multi_region_trail or trail.home_region == HOMES.get(trail.arn.split(":")[1])):
                return Passed(f"{named(trail, account.account)} includes them")
            without.append(named(trail, account.account))
    return Failed(f"{' and '.join(without)}: global services are left out" if without else "no trail records management events")


@check(
    direct=(CC7_2,),
    supporting=(CC2_1,),
    severity=MEDIUM,
    refs=("Config:cloudtrail-security-trail-enabled", "Steampipe:cloudtrail_security_trail_enabled"),
)
def security_trail_complete(account: Account, trails: Everywhere[tuple[Trail, Recording]]) -> Verdict:
    """One trail has all that makes it proof: all regions, all management events, digests and a key.

    Why: pieces that lie in several trails with different protection are hard to put together, and the weakest of them is what an attacker edits.

    Fix: ``aws cloudtrail update-trail --name TRAIL --is-multi-region-trail --include-global-service-events --enable-log-file-validation --kms-key-id KEY`` for
    a trail of account {account.account} whose selectors take in all management events.

    Terraform: ``aws_cloudtrail``.
    """
    nearest: tuple[str, list[str]] | None = None
    for trail, recording in trails:
        lacks = _lacks(trail, recording)
        if not lacks:
            return Passed(f"{named(trail, account.account)} has all of it")
        if nearest is None or len(lacks) < len(nearest[1]):
            nearest = named(trail, account.account), lacks
    return Failed(f"{nearest[0]} comes nearest and lacks {', '.join(nearest[1])}" if nearest else "there is no trail")


def _lacks(trail: Trail, recording: Recording) -> list[str]:
    recorded = together(recording.management())
    wanted = (
        (not recording.stopped, "working deliveries"),
        (trail.is_multi_region_trail, "all regions"),
        (trail.include_global_service_events, "the events of global services"),
        (trail.log_file_validation_enabled, "log file validation"),
        (trail.kms_key_id is not None, "a KMS key"),
        (bool(recording.stopped) or (len(recorded) == 2 and not any(recorded.values())), "all management events"),
    )
    return [what for there, what in wanted if not there]


@check(
    direct=(CC7_2,),
    supporting=(CC7_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:cloudtrail_insights_exist", "Steampipe:cloudtrail_trail_insight_selectors_and_logging_enabled"),
)
def insights_enabled(account: Account, trails: Everywhere[tuple[Trail, TrailStatus, InsightSelectors | None]]) -> Verdict:
    """Unusual rates of API calls are detected.

    Why: a stolen key is often noticed by how much it calls, long before by what.

    Fix: ``aws cloudtrail put-insight-selectors --trail-name TRAIL --insight-selectors InsightType=ApiCallRateInsight InsightType=ApiErrorRateInsight`` for a
    trail of account {account.account}.

    Terraform: ``aws_cloudtrail.insight_selector``.
    """
    partly: list[str] = []
    for trail, status, insights in trails:
        if status.is_logging and insights is not None:
            found = sorted(one.insight_type for one in insights.insight_selectors)
            said = f"{named(trail, account.account)}: {' and '.join(found) or 'none'}"
            if trail.is_multi_region_trail and "ApiCallRateInsight" in found:
                return Passed(said)
            partly.append(said if trail.is_multi_region_trail else f"{said} in one region")
    return Failed(f"the rate of calls is not looked at everywhere by {'; '.join(partly)}" if partly else "no trail that is logging looks for unusual rates")


@check(direct=(CC7_2,), supporting=(CC3_3, CC5_2), severity=MEDIUM)
def organization_trail_covers_account(account: Account, trails: Everywhere[tuple[Trail, Recording]], organization: Organization | None) -> Verdict:
    """A trail of the organization, which the account cannot change, covers it.

    Why: an administrator can stop the trails of his own account; that of the organization only its management account can.

    Fix: ``aws cloudtrail create-trail --name organization --is-organization-trail --is-multi-region-trail --s3-bucket-name NAME`` in the management account,
    then ``aws cloudtrail start-logging``; it covers account {account.account} with all others.

    Terraform: ``aws_cloudtrail.is_organization_trail``.
    """
    weak: list[str] = []
    for trail, recording in trails:
        if trail.is_organization_trail:
            recorded = together(recording.management())
            if trail.is_multi_region_trail and "write" in recorded:
                return Passed(f"covered by {named(trail, account.account)}")
            why = recording.stopped or ("it covers one region only" if "write" in recorded else "it does not record what is changed")
            weak.append(f"{named(trail, account.account)}: {why}")
    if organization is None:
        return NotApplicable("the account is in no organization")
    return Failed("; ".join(weak) or f"no trail of organization {organization.id} covers the account")
