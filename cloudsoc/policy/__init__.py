"""The IAM policy language: documents as data, what happens to a request, who could ever be allowed. Usable alone; makes no AWS calls.

`PolicyDocument.parse` reads documents as AWS returns them, `decide` answers what happens to a `Request` under `Policies`, `exposure` who outside could ever be
allowed what. Names are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cloudsoc.policy.actions import AccessLevel, access_level, expand
    from cloudsoc.policy.buckets import AccessPoint, AclGrant, PublicAccessBlock, bucket_exposure, s3_calls_public
    from cloudsoc.policy.decision import ContextKey, Decision, Met
    from cloudsoc.policy.document import PolicyDocument
    from cloudsoc.policy.evaluation import decide
    from cloudsoc.policy.exposed import Exposure, ExposureGrant, NeedsReview, Who
    from cloudsoc.policy.exposing import exposure
    from cloudsoc.policy.policies import Grant, Policies, Policy
    from cloudsoc.policy.reading import MalformedPolicy
    from cloudsoc.policy.request import Caller, Request
    from cloudsoc.policy.statement import Condition, Principal, Statement

_HOMES: Final = {
    "AccessLevel": "actions",
    "AccessPoint": "buckets",
    "AclGrant": "buckets",
    "Caller": "request",
    "Condition": "statement",
    "ContextKey": "decision",
    "Decision": "decision",
    "Exposure": "exposed",
    "ExposureGrant": "exposed",
    "Grant": "policies",
    "MalformedPolicy": "reading",
    "Met": "decision",
    "NeedsReview": "exposed",
    "Policies": "policies",
    "Policy": "policies",
    "PolicyDocument": "document",
    "Principal": "statement",
    "PublicAccessBlock": "buckets",
    "Request": "request",
    "Statement": "statement",
    "Who": "exposed",
    "access_level": "actions",
    "bucket_exposure": "buckets",
    "decide": "evaluation",
    "expand": "actions",
    "exposure": "exposing",
    "s3_calls_public": "buckets",
}

__all__ = [
    "AccessLevel",
    "AccessPoint",
    "AclGrant",
    "Caller",
    "Condition",
    "ContextKey",
    "Decision",
    "Exposure",
    "ExposureGrant",
    "Grant",
    "MalformedPolicy",
    "Met",
    "NeedsReview",
    "Policies",
    "Policy",
    "PolicyDocument",
    "Principal",
    "PublicAccessBlock",
    "Request",
    "Statement",
    "Who",
    "access_level",
    "bucket_exposure",
    "decide",
    "expand",
    "exposure",
    "s3_calls_public",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found
