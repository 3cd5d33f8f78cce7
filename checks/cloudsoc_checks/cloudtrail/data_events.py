"""Whether trails record what happens to data: objects in S3, calls of models."""

from __future__ import annotations

from collections.abc import Iterator

from cloudsoc.aws.account import Account
from cloudsoc.aws.cloudtrail import Trail
from cloudsoc.aws.s3 import Bucket, BucketTagging
from cloudsoc.graphs.trails import Recording, named, together
from cloudsoc.model import EXTENDED, LOW, MEDIUM, Everywhere, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import C1_1, CC2_1, CC7_2, P6_3, PI1_2, PI1_4
from cloudsoc_checks.s3.tags import ClassificationTag

OBJECTS = "AWS::S3::Object"


@check(
    direct=(CC7_2, PI1_2, PI1_4),
    supporting=(CC2_1,),
    severity=MEDIUM,
    refs=(
        "SecurityHub:S3.22",
        "Config:cloudtrail-all-write-s3-data-event-check",
        "Config:cloudtrail-s3-dataevents-enabled",
        "CIS:3.0:3.8",
        "CIS:5.0:3.8",
        "CIS:6.0:4.8",
        "CIS:7.0:4.8",
        "Prowler:cloudtrail_s3_dataevents_write_enabled",
        "Steampipe:cloudtrail_s3_data_events_enabled",
        "Steampipe:cloudtrail_s3_object_write_events_audit_enabled",
    ),
)
def s3_write_events_recorded(
    account: Account,
    trails: Everywhere[tuple[Trail, Recording]],
    buckets: Everywhere[Bucket],
    tags: Everywhere[tuple[Bucket, BucketTagging | None]],
    *,
    classification_tag: ClassificationTag = "DataClassification",
    not_sensitive: tuple[str, ...] = ("public",),
) -> Verdict:
    """Writes to the objects of all sensitive buckets are recorded.

    Why: who replaced or deleted a file stands in no management event; a bucket is exempt only if its tag says that nothing in it is sensitive, or if it holds
    the logs themselves.

    Fix: ``aws cloudtrail put-event-selectors --trail-name TRAIL --advanced-event-selectors file://s3.json`` for a trail of account {account.account}, with
    eventCategory Data, resources.type AWS::S3::Object and readOnly false.

    Terraform: ``aws_cloudtrail.advanced_event_selector``.
    """
    return _objects(account, trails, buckets, tags, "write", classification_tag, not_sensitive)


@check(
    direct=(CC7_2,),
    supporting=(CC2_1, C1_1, P6_3),
    severity=LOW,
    profile=EXTENDED,
    refs=(
        "SecurityHub:S3.23",
        "Config:cloudtrail-all-read-s3-data-event-check",
        "Config:cloudtrail-s3-dataevents-enabled",
        "CIS:3.0:3.9",
        "CIS:5.0:3.9",
        "CIS:6.0:4.9",
        "CIS:7.0:4.9",
        "Prowler:cloudtrail_s3_dataevents_read_enabled",
        "Steampipe:cloudtrail_s3_data_events_enabled",
        "Steampipe:cloudtrail_s3_object_read_events_audit_enabled",
    ),
)
def s3_read_events_recorded(
    account: Account,
    trails: Everywhere[tuple[Trail, Recording]],
    buckets: Everywhere[Bucket],
    tags: Everywhere[tuple[Bucket, BucketTagging | None]],
    *,
    classification_tag: ClassificationTag = "DataClassification",
    not_sensitive: tuple[str, ...] = ("public",),
) -> Verdict:
    """Reads of the objects of all sensitive buckets are recorded.

    Why: without them nobody can say after a leak which files were taken; a bucket is exempt only if its tag says that nothing in it is sensitive, or if it
    holds the logs themselves.

    Fix: ``aws cloudtrail put-event-selectors --trail-name TRAIL --advanced-event-selectors file://s3.json`` for a trail of account {account.account}, with
    eventCategory Data, resources.type AWS::S3::Object and readOnly true.

    Terraform: ``aws_cloudtrail.advanced_event_selector``.
    """
    return _objects(account, trails, buckets, tags, "read", classification_tag, not_sensitive)


def _objects(
    account: Account,
    trails: Everywhere[tuple[Trail, Recording]],
    buckets: Everywhere[Bucket],
    tags: Everywhere[tuple[Bucket, BucketTagging | None]],
    kind: str,
    tag: str,
    not_sensitive: tuple[str, ...],
) -> Verdict:
    for trail, recording in trails.known:
        if trail.is_multi_region_trail and kind in recording.data(OBJECTS, "arn:"):
            return Passed(f"{named(trail, account.account)} records {kind}s in all buckets")
    if not buckets:
        len(trails)  # one that was not read might record them all
        return NotApplicable("there is no bucket")
    missing = {bucket.arn: bucket for bucket in buckets if kind not in _recorded(bucket, trails.known)}
    if not missing:
        return Passed(f"{kind}s are recorded in each of {len(buckets)} buckets")
    len(trails)  # one that was not read might record them
    logs = {trail.s3_bucket_name for trail, _ in trails}
    exempt = {arn for arn, bucket in missing.items() if bucket.name in logs}
    exempt |= {bucket.arn for bucket, tagging in tags.known if tagging and tagging.value(tag) in not_sensitive}
    if left := sorted(bucket.name for arn, bucket in missing.items() if arn not in exempt):
        len(tags)  # one that was not read might exempt them
        return Failed(f"{kind}s are not recorded in {len(left)} of {len(buckets)} buckets: {', '.join(left[:5])}{' ...' if len(left) > 5 else ''}")
    return Passed(f"{kind}s are recorded in all of {len(buckets)} buckets but {len(missing)}, which hold trail logs or are tagged as not sensitive")


def _recorded(bucket: Bucket, trails: tuple[tuple[Trail, Recording], ...]) -> frozenset[str]:
    there = (recording for trail, recording in trails if trail.is_multi_region_trail or trail.home_region == bucket.region)
    return frozenset[str]().union(*(recording.data(OBJECTS, f"{bucket.arn}/") for recording in there))


@check(direct=(CC7_2,), severity=LOW, profile=EXTENDED, refs=("Prowler:cloudtrail_bedrock_logging_enabled",))
def records_bedrock_events(
    account: Account,
    trails: Everywhere[tuple[Trail, Recording]],
    *,
    resource_types: tuple[str, ...] = ("AWS::Bedrock::AgentAlias", "AWS::Bedrock::FlowAlias", "AWS::Bedrock::Guardrail", "AWS::Bedrock::KnowledgeBase"),
) -> Verdict:
    """Calls to Bedrock are recorded, those of its agents and knowledge bases too.

    Why: what was asked of a model, and what an agent did with the answer, is found again only by these calls; the second kind are data events, off by default.

    Fix: ``aws cloudtrail put-event-selectors --trail-name TRAIL --advanced-event-selectors file://bedrock.json`` for a trail of account {account.account}, with
    one selector of eventCategory Data for each type of resource.

    Terraform: ``aws_cloudtrail.advanced_event_selector``.
    """
    management: dict[str, frozenset[str]] = {}
    data: dict[str, frozenset[str]] = dict.fromkeys(resource_types, frozenset())
    names: list[str] = []
    for trail, recording in trails:
        if trail.is_multi_region_trail and not recording.stopped:
            names.append(named(trail, account.account))
            management = together((*management.items(), *recording.management()))
            data = {of: kinds | recording.data(of, "arn:") for of, kinds in data.items()}
            if not (lacking := list(_lacking(management, data))):
                return Passed(f"recorded by {' and '.join(names)}")
    if not names:
        return Failed("no trail that covers all regions records anything")
    return Failed(f"{' and '.join(names)}: not recorded are {', '.join(lacking)}")


def _lacking(management: dict[str, frozenset[str]], data: dict[str, frozenset[str]]) -> Iterator[str]:
    source = "bedrock.amazonaws.com"
    for kind in ("read", "write"):
        if kind not in management or any(source.startswith(one) or source.endswith(one) for one in management[kind]):
            yield f"{kind} management events"
    yield from (f"data events of {of}" for of, kinds in data.items() if len(kinds) < 2)
