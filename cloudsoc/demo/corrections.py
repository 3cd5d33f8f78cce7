"""Where moto answers unlike AWS and the demo would show something untrue: put right on the way out, each with its reason."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs

from moto.backends import get_backend
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from cloudsoc.demo.answer import Answer, error, not_opted_in
from cloudsoc.demo.call import Call, Request
from cloudsoc.demo.company import ACCOUNT


def refused(call: Call, request: Request) -> Answer | None:
    """The error that AWS would give where moto gives none."""
    if call.region in regions_not_opted_in():  # moto answers in every region it has heard of
        return not_opted_in(call)
    if call.name == "kms:GetKeyRotationStatus":  # moto says False for keys of which AWS says that the question makes no sense
        key = _kms_key(call.region, json.loads(request.body).get("KeyId", ""))
        if key is not None and (key.key_spec != "SYMMETRIC_DEFAULT" or key.origin != "AWS_KMS"):
            return error(
                call, "UnsupportedOperationException", 400, f"You cannot perform this operation on a key of spec {key.key_spec} and origin {key.origin}"
            )
    return None


def corrected(call: Call, request: Request, answer: Answer) -> Answer:
    """Moto's answer, or what AWS would have said."""
    correct = CORRECTIONS.get(call.name)
    return correct(request, answer) if correct is not None and answer.status < 300 else answer


def _enabled_regions_only(request: Request, answer: Answer) -> Answer:
    """Without AllRegions, DescribeRegions names the enabled ones; moto lists all either way."""
    if parse_qs(request.body.decode()).get("AllRegions") == ["true"]:
        return answer
    return answer.with_body(re.sub(rb"<item>(?:(?!</item>).)*?<optInStatus>not-opted-in</optInStatus>.*?</item>", b"", answer.body, flags=re.DOTALL))


def _credential_report(_: Request, answer: Answer) -> Answer:
    """The root user has the first row of the report, moto leaves it out; and moto writes ``not_supported`` where AWS writes ``N/A`` or ``no_information``."""
    written = re.search(rb"<Content>(.*?)</Content>", answer.body, re.DOTALL)
    if written is None:
        return answer
    header, *rows = base64.b64decode(written[1]).decode().splitlines()
    columns = header.split(",")
    lines = [header, _root_row(columns), *(_as_aws_says(dict(zip(columns, row.split(","), strict=True))) for row in rows)]
    return answer.with_body(answer.body.replace(written[1], base64.b64encode("\n".join(lines).encode())))


def _root_row(columns: Iterable[str]) -> str:
    created = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1500)
    known = {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{ACCOUNT}:root",
        "user_creation_time": created.isoformat(),
        "password_enabled": "not_supported",
        "password_last_used": (created + timedelta(days=1)).isoformat(),
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": "true",
    }
    return ",".join(known.get(column, "false" if column.endswith("_active") else "N/A") for column in columns)


def _as_aws_says(row: dict[str, str]) -> str:
    no_password = ("password_last_used", "password_last_changed") if row["password_enabled"] != "true" else ()  # noqa: S105 - the names of columns
    no_key = [f"access_key_{n}_last_used_{what}" for n in (1, 2) if row[f"access_key_{n}_last_used_date"] == "N/A" for what in ("region", "service")]
    return ",".join("N/A" if column in (*no_password, *no_key, "password_next_rotation") else value for column, value in row.items())


def _root_has_mfa(_: Request, answer: Answer) -> Answer:
    """Moto knows no root user; here it has what the credential report says, a second factor and no keys."""
    return answer.with_body(re.sub(rb"(<key>AccountMFAEnabled</key>\s*<value>)0", rb"\g<1>1", answer.body))


def _config_has_delivered(_: Request, answer: Answer) -> Answer:
    """Moto's recorders stay PENDING for ever; a recorder that has run for a while has succeeded."""
    data = json.loads(answer.body)
    for status in data.get("ConfigurationRecordersStatus", ()):
        if status.get("recording"):
            status.update(lastStatus="SUCCESS", lastStatusChangeTime=status.get("lastStartTime"))
    return answer.with_body(json.dumps(data).encode())


def _default_event_selectors(_: Request, answer: Answer) -> Answer:
    """A trail without selectors of its own records all management events; moto shows an empty list."""
    data = json.loads(answer.body)
    if not data.get("EventSelectors") and not data.get("AdvancedEventSelectors"):
        data["EventSelectors"] = [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}]
        data.pop("AdvancedEventSelectors", None)
    return answer.with_body(json.dumps(data).encode())


def _rotation_period(request: Request, answer: Answer) -> Answer:
    """AWS says how often a key rotates, and when next; moto only whether."""
    data: dict[str, Any] = json.loads(answer.body)
    data.setdefault("KeyId", json.loads(request.body).get("KeyId"))
    if data.get("KeyRotationEnabled"):
        data.setdefault("RotationPeriodInDays", 365)
        data.setdefault("NextRotationDate", (datetime.now(UTC) + timedelta(days=200)).timestamp())
    return answer.with_body(json.dumps(data).encode())


def _auditor_calls(_: Request, answer: Answer) -> Answer:
    """To moto all credentials that it did not issue belong to its user "moto"; here they are the auditor role's."""
    body = answer.body.replace(b":user/moto", b":assumed-role/cloudsoc-auditor/demo").replace(b"AKIAIOSFODNN7EXAMPLE", b"AROAACORNDEMOAUDITOR1:demo")
    return answer.with_body(body)


def _unused_aws_aliases(_: Request, answer: Answer) -> Answer:
    """An alias/aws/... that no service has used yet has no key; moto invents an id for it, of a key that does not exist."""
    data = json.loads(answer.body)
    for alias in data.get("Aliases", ()):
        if alias["AliasName"].startswith("alias/aws/") and _kms_key(alias["AliasArn"].split(":")[3], alias.get("TargetKeyId", "")) is None:
            alias.pop("TargetKeyId", None)
    return answer.with_body(json.dumps(data).encode())


CORRECTIONS: dict[str, Callable[[Request, Answer], Answer]] = {
    "sts:GetCallerIdentity": _auditor_calls,
    "ec2:DescribeRegions": _enabled_regions_only,
    "iam:GetCredentialReport": _credential_report,
    "iam:GetAccountSummary": _root_has_mfa,
    "config:DescribeConfigurationRecorderStatus": _config_has_delivered,
    "cloudtrail:GetEventSelectors": _default_event_selectors,
    "kms:ListAliases": _unused_aws_aliases,
    "kms:GetKeyRotationStatus": _rotation_period,
}


def put_regions_right() -> None:
    """Once, before anything is served: three regions ask for an opt-in, as all have done that opened after March 2019, and those of other partitions are not this account's. Moto has them all enabled."""
    RegionsAndZonesBackend.regions[:] = [region for region in RegionsAndZonesBackend.regions if not region.name.startswith(("cn-", "us-gov-"))]
    for region in RegionsAndZonesBackend.regions:
        if region.name in ("af-south-1", "ap-southeast-3", "eu-south-1"):
            region.opt_in_status = "not-opted-in"


@cache
def regions_not_opted_in() -> frozenset[str]:
    """The regions that exist and that the account has not enabled."""
    return frozenset(region.name for region in RegionsAndZonesBackend.regions if region.opt_in_status == "not-opted-in")


def _kms_key(region: str, key_id: str) -> Any:
    backends = get_backend("kms")[ACCOUNT]
    return backends[region].keys.get(key_id.rpartition("/")[2]) if region in backends else None
