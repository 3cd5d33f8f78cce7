"""CloudTrail's event history: what was called by name, by whom and when, for up to 90 days; management events only, whatever the trails take in.

AWS answers about two of these calls a second and region, 50 events each, and one event name at a time: every reading has a budget of seconds. What it did not
come to is a gap of the population. Of an event nothing is kept that its caller chose: no request parameters, no answer, no user agent.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError
from pydantic import PositiveInt

from cloudsoc.aws.account import Region
from cloudsoc.model import Address, Calls, NotApplicable, Part, Resource, Unread, listed, part, reading

LOOKUP_DAYS = 90
"""How far back the event history reaches."""

_EVENTS = "cloudtrail:LookupEvents.Events[]"

TRAIL_CHANGES = ("StopLogging", "DeleteTrail", "UpdateTrail", "PutEventSelectors")
RECORDER_CHANGES = ("StopConfigurationRecorder", "DeleteConfigurationRecorder", "DeleteDeliveryChannel")
IDENTITY_CHANGES = (
    *("CreateUser", "DeleteUser", "CreateLoginProfile", "CreateAccessKey", "DeleteAccessKey", "UpdateAccessKey"),
    *("AddUserToGroup", "AttachUserPolicy", "PutUserPolicy", "AttachRolePolicy", "PutRolePolicy", "UpdateAssumeRolePolicy"),
)
ESCALATING = (
    *("CreateAccessKey", "CreateLoginProfile", "UpdateLoginProfile", "AddUserToGroup", "AttachUserPolicy", "AttachGroupPolicy", "AttachRolePolicy"),
    *("PutUserPolicy", "PutGroupPolicy", "PutRolePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion", "UpdateAssumeRolePolicy", "CreateRole"),
    *("DeleteUserPermissionsBoundary", "DeleteRolePermissionsBoundary", "PutUserPermissionsBoundary", "PutRolePermissionsBoundary"),
    *("AddRoleToInstanceProfile", "AssociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation", "ModifyInstanceAttribute"),
    *("UpdateFunctionCode20150331v2", "AddPermission20150331v2", "CreateDevEndpoint", "UpdateDevEndpoint", "CreateAccessEntry", "AssociateAccessPolicy"),
)
"""Calls by which an identity gains rights, its own or another's; Lambda writes the version of its API into the names."""
ENUMERATING = (
    *("GetAccountAuthorizationDetails", "GetAccountSummary", "ListUsers", "ListRoles", "ListGroups", "ListPolicies", "ListAccessKeys", "ListMFADevices"),
    *("ListAttachedUserPolicies", "ListAttachedRolePolicies", "ListUserPolicies", "ListRolePolicies", "ListGroupsForUser", "GetLoginProfile"),
    *("SimulatePrincipalPolicy", "GetCredentialReport", "ListBuckets", "GetBucketAcl", "GetBucketPolicy", "GetBucketPublicAccessBlock"),
    *("DescribeInstances", "DescribeSecurityGroups", "DescribeSnapshots", "DescribeVpcs", "DescribeDBInstances", "DescribeDBSnapshots"),
    *("ListFunctions20150331", "ListSecrets", "DescribeParameters", "ListKeys", "DescribeTrails", "ListDetectors", "DescribeOrganization", "ListAccounts"),
)
"""Calls by which an intruder looks around."""
MODEL_CALLS = (
    *("InvokeModel", "InvokeModelWithResponseStream", "Converse", "ConverseStream", "ListFoundationModels", "GetFoundationModelAvailability"),
    *("PutFoundationModelEntitlement", "PutUseCaseForModelAccess", "GetUseCaseForModelAccess", "CreateFoundationModelAgreement"),
    *("GetModelInvocationLoggingConfiguration", "PutModelInvocationLoggingConfiguration", "DeleteModelInvocationLoggingConfiguration"),
)
"""Calls that stand in the reports of stolen keys with which others' models were used."""


class LookupBudgetSpent(BotoCoreError):
    """The seconds for a lookup are over; its message says how far it came."""

    fmt = "{name} was read back to {reached}; the {seconds} seconds of event_lookup_seconds are over"


class _Budget:
    """The seconds that one reading may take."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    def check(self, name: str, reached: str) -> None:
        """Raise ``LookupBudgetSpent`` once they are over."""
        if time.monotonic() > self._until:
            raise LookupBudgetSpent(name=name, reached=reached, seconds=self.seconds)


def _looked_up(call: Calls, name: str, since: datetime, budget: _Budget) -> Iterator[Mapping[str, Any]]:
    """The events of a name, newest first. Raises ``LookupBudgetSpent``."""
    reached = "the present"
    budget.check(name, reached)
    for event in call.items(_EVENTS, LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}], StartTime=since):
        yield event
        reached = event["EventTime"].astimezone(UTC).isoformat(timespec="seconds")
        budget.check(name, reached)
    call.pause(0.4)  # two calls a second are all that AWS answers


def _changes(call: Calls, names: tuple[str, ...], seconds: int) -> Iterator[Mapping[str, Any]]:
    since, budget = _since(LOOKUP_DAYS), _Budget(seconds)
    for name in names:
        yield from map(_row, _looked_up(call, name, since, budget))


def _row(event: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an event. ``EventId``, ``EventTime`` and the like stand in AWS's answer itself, the rest in the record that it quotes."""
    row: dict[str, Any] = {
        "event_id": event["EventId"],
        "resources": tuple({"resource_type": one.get("ResourceType"), "resource_name": one.get("ResourceName")} for one in event.get("Resources", ())),
    }
    try:
        record = json.loads(event["CloudTrailEvent"])
        who = record.get("userIdentity") or {}
        said = record.get("eventTime")
        return row | {
            "event_name": record.get("eventName"),
            "event_source": record.get("eventSource"),
            "event_time": datetime.fromisoformat(said) if said else None,
            "aws_region": record.get("awsRegion"),
            "actor": _actor(who),
            "actor_type": _kind(who),
            "source_ip_address": record.get("sourceIPAddress"),
            "error_code": record.get("errorCode"),
        }
    except (KeyError, ValueError, AttributeError, TypeError):
        return row | {"event_name": Unread("cloudtrail:LookupEvents", "malformed answer")}


def _actor(who: Mapping[str, Any]) -> str | None:
    """The identity behind a call, by the most telling name that AWS gives it."""
    return next((str(who[name]) for name in ("arn", "invokedBy", "userName", "principalId", "accountId") if who.get(name)), None)


def _kind(who: Mapping[str, Any]) -> str | None:
    return who.get("type") or ("AWSService" if who.get("invokedBy") else None)


@part
class EventResource(Part):
    """What a call was about, as far as AWS says it."""

    resource_type: str | None = None
    resource_name: str | None = None


def _since(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@reading("cloudtrail:LookupEvents")
def trail_changes(call: Calls, about: Address, *, event_lookup_seconds: int = 300) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 its own region
    """The calls that stop, delete or narrow a trail."""
    yield from _changes(call, TRAIL_CHANGES, event_lookup_seconds)


@reading("cloudtrail:LookupEvents")
def recorder_changes(call: Calls, about: Address, *, event_lookup_seconds: int = 300) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 its own region
    """The calls that stop or delete a configuration recorder or its delivery."""
    yield from _changes(call, RECORDER_CHANGES, event_lookup_seconds)


@reading("cloudtrail:LookupEvents")
def identity_changes(call: Calls, about: Address, *, event_lookup_seconds: int = 300) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 its own region
    """The calls by which users, keys and rights come, change and go."""
    yield from _changes(call, IDENTITY_CHANGES, event_lookup_seconds)


@reading("cloudtrail:LookupEvents")
def latest_events(call: Calls, about: Address, *, event_sample_size: PositiveInt = 50) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 its own region
    """The latest events of any name: a sample, not a look at all."""
    for number, event in enumerate(call.items(_EVENTS), 1):
        yield _row(event)
        if number >= event_sample_size:
            return


@listed(trail_changes, arn="{event_id}", resource_type="AWS::CloudTrail::Event")
class TrailChange(Resource[Region]):
    """A call of the last 90 days that stopped, deleted or changed a trail, or tried to."""

    event_id: str
    event_name: str
    event_time: datetime
    actor: str | None
    source_ip_address: str | None
    error_code: str | None
    resources: tuple[EventResource, ...]


@listed(recorder_changes, arn="{event_id}", resource_type="AWS::CloudTrail::Event")
class RecorderChange(Resource[Region]):
    """A call of the last 90 days that stopped or deleted a configuration recorder or its delivery channel, or tried to."""

    event_id: str
    event_name: str
    event_time: datetime
    actor: str | None
    source_ip_address: str | None
    error_code: str | None


_HOME_OF_IAM = frozenset({"us-east-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1", "us-isob-east-1"})
"""The region of each partition in which IAM's own calls are recorded."""


def records_iam(region: Region) -> NotApplicable | None:
    """IAM's calls are recorded in one region of each partition."""
    return None if region.region_name in _HOME_OF_IAM else NotApplicable("IAM's calls are recorded in another region")


@listed(identity_changes, arn="{event_id}", resource_type="AWS::CloudTrail::Event", when=records_iam)
class IdentityChange(Resource[Region]):
    """A call of the last 90 days that created, changed or removed a user, a key or a right, or tried to."""

    event_id: str
    event_name: str
    event_time: datetime
    actor: str | None
    source_ip_address: str | None
    error_code: str | None
    resources: tuple[EventResource, ...]


@listed(latest_events, arn="{event_id}", resource_type="AWS::CloudTrail::Event")
class SampledEvent(Resource[Region]):
    """One of the latest events; what is None is missing in AWS's record."""

    event_id: str
    event_name: str | None
    event_source: str | None
    event_time: datetime | None
    aws_region: str | None
    actor: str | None
    actor_type: str | None
    source_ip_address: str | None
    error_code: str | None


def _activity(call: Calls, names: tuple[str, ...], minutes: int, seconds: int) -> Iterator[Mapping[str, Any]]:
    """Who made which of these calls how often. What the scan itself calls, as its own identity and under its own name, is left out."""
    own = call("sts:GetCallerIdentity")["UserId"].partition(":")[0]
    since, budget = _since(minutes / (24 * 60)), _Budget(seconds)
    for name in names:
        found: dict[str, dict[str, Any]] = {}
        spent: LookupBudgetSpent | None = None
        try:
            for event in _looked_up(call, name, since, budget):
                record = json.loads(event["CloudTrailEvent"])
                who = record.get("userIdentity") or {}
                if str(who.get("principalId")).partition(":")[0] == own and "cloudsoc" in str(record.get("userAgent")):
                    continue
                actor = str(_actor(who))
                row = found.setdefault(
                    actor,
                    {"id": f"{actor} {name}", "actor": actor, "actor_type": _kind(who), "event_name": name, "times": 0, "refused": 0, "addresses": set()},
                )
                row["times"] += 1
                row["refused"] += bool(record.get("errorCode"))
                row["addresses"].add(str(record.get("sourceIPAddress")))
        except LookupBudgetSpent as error:  # who was seen by then was seen
            spent = error
        yield from ({**row, "source_ip_addresses": tuple(sorted(row["addresses"])[:10])} for row in found.values())
        if spent:
            raise spent


@reading("cloudtrail:LookupEvents", "sts:GetCallerIdentity")
def escalating_calls(call: Calls, about: Address, *, lookback_minutes: int = 1440, event_lookup_seconds: int = 300) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001
    """Who gained or gave rights."""
    yield from _activity(call, ESCALATING, lookback_minutes, event_lookup_seconds)


@reading("cloudtrail:LookupEvents", "sts:GetCallerIdentity")
def enumerating_calls(call: Calls, about: Address, *, lookback_minutes: int = 1440, event_lookup_seconds: int = 300) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001
    """Who looked around."""
    yield from _activity(call, ENUMERATING, lookback_minutes, event_lookup_seconds)


@reading("cloudtrail:LookupEvents", "sts:GetCallerIdentity")
def model_calls(call: Calls, about: Address, *, lookback_minutes: int = 1440, event_lookup_seconds: int = 300) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001
    """Who used models, or opened the access to them."""
    yield from _activity(call, MODEL_CALLS, lookback_minutes, event_lookup_seconds)


@listed(escalating_calls, arn="{region}/escalating/{id}", resource_type="AWS::CloudTrail::Event")
class EscalatingCalls(Resource[Region]):
    """How often an identity made one of the calls that give rights, in a region and the last minutes (``lookback_minutes``)."""

    actor: str
    actor_type: str | None
    event_name: str
    times: int
    refused: int
    source_ip_addresses: tuple[str, ...]


@listed(enumerating_calls, arn="{region}/enumerating/{id}", resource_type="AWS::CloudTrail::Event")
class EnumeratingCalls(Resource[Region]):
    """How often an identity made one of the calls that look around, in a region and the last minutes (``lookback_minutes``)."""

    actor: str
    actor_type: str | None
    event_name: str
    times: int
    refused: int
    source_ip_addresses: tuple[str, ...]


@listed(model_calls, arn="{region}/model/{id}", resource_type="AWS::CloudTrail::Event")
class ModelCalls(Resource[Region]):
    """How often an identity made one of the calls about generative models, in a region and the last minutes (``lookback_minutes``)."""

    actor: str
    actor_type: str | None
    event_name: str
    times: int
    refused: int
    source_ip_addresses: tuple[str, ...]
