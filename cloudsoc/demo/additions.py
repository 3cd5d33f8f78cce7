"""What moto does not answer at all, answered as AWS would about this company: an analyzer of outside access, deliveries of Config, and what it has none of."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.backends import get_backend

from cloudsoc.demo.answer import Answer, json_answer
from cloudsoc.demo.call import Call, Request
from cloudsoc.demo.company import ACCOUNT, HOME

ANALYZER = f"arn:aws:access-analyzer:{HOME}:{ACCOUNT}:analyzer/outside-access"
STARTED = datetime.now(UTC).replace(microsecond=0)
"""Nothing happens here between two scans."""


def added(call: Call, request: Request) -> Answer | None:
    """The answer to a call that moto knows nothing of; None for all others."""
    answer = ADDITIONS.get(call.name)
    return None if answer is None else answer(call, request)


def _ago(days: float) -> datetime:
    return STARTED - timedelta(days=days)


def _analyzers(call: Call, _: Request) -> Answer:
    """Somebody made one at home, for Ireland alone."""
    made = {"arn": ANALYZER, "name": "outside-access", "type": "ACCOUNT", "status": "ACTIVE", "createdAt": f"{_ago(300):%Y-%m-%dT%H:%M:%SZ}"}
    return json_answer({"analyzers": [made] if call.region == HOME else []})


def _analyzer_findings(_: Call, request: Request) -> Answer:
    """It found the website's bucket, which is meant to be read by all; nobody has said so."""
    found = {
        "id": "0a4e1f6c-3f0e-4c9b-9a57-5d1c2b7e8f10",
        "resource": "arn:aws:s3:::acorn-website",
        "resourceType": "AWS::S3::Bucket",
        "resourceOwnerAccount": ACCOUNT,
        "findingType": "ExternalAccess",
        "status": "ACTIVE",
        **{name: f"{_ago(45):%Y-%m-%dT%H:%M:%SZ}" for name in ("analyzedAt", "createdAt", "updatedAt")},
    }
    return json_answer({"findings": [found] if json.loads(request.body or b"{}").get("analyzerArn") == ANALYZER else []})


def _no_event_data_stores(_: Call, __: Request) -> Answer:
    return json_answer({"EventDataStores": []})


def _deliveries(call: Call, _: Request) -> Answer:
    """What a recorder records goes out every few hours; the one that was stopped has delivered for as long as it ran."""
    backends: Any = get_backend("config")[ACCOUNT]
    channels = backends[call.region].delivery_channels if call.region in backends else ()
    at = _ago(0.1).timestamp()
    went = {"lastStatus": "SUCCESS", "lastAttemptTime": at, "lastSuccessfulTime": at}
    said = [
        {
            "name": name,
            "configHistoryDeliveryInfo": went,
            "configSnapshotDeliveryInfo": {},
            "configStreamDeliveryInfo": {"lastStatus": "NOT_APPLICABLE", "lastStatusChangeTime": at},  # no topic is told
        }
        for name in channels
    ]
    return json_answer({"DeliveryChannelsStatus": said})


def _no_client_vpn(_: Call, __: Request) -> Answer:
    body = b'<DescribeClientVpnEndpointsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><clientVpnEndpoint/></DescribeClientVpnEndpointsResponse>'
    return Answer(200, (("Content-Type", "text/xml;charset=UTF-8"),), b"").with_body(body)


ADDITIONS: dict[str, Callable[[Call, Request], Answer]] = {
    "accessanalyzer:ListAnalyzers": _analyzers,
    "accessanalyzer:ListFindingsV2": _analyzer_findings,
    "cloudtrail:ListEventDataStores": _no_event_data_stores,
    "config:DescribeDeliveryChannelStatus": _deliveries,
    "ec2:DescribeClientVpnEndpoints": _no_client_vpn,
}
