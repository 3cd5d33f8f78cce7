"""Grants on KMS keys.

AWS source: AWS KMS Developer Guide, "Grants in AWS KMS", "Grant constraints"; AWS KMS API Reference, "GrantConstraints"; "Retiring and revoking grants".
"""

from collections.abc import Mapping
from typing import Final

from cloudsoc.policy.policies import Grant
from cloudsoc.policy.principals import Named, names
from cloudsoc.policy.request import Request
from cloudsoc.policy.statement import Principal

__all__ = ["granted"]

_ENCRYPTION_CONTEXT: Final = "kms:encryptioncontext:"
# Only these take an encryption context, so only these can be constrained by one.
_CONSTRAINED: Final = frozenset(
    "kms:" + operation
    for operation in (
        "encrypt",
        "decrypt",
        "generatedatakey",
        "generatedatakeywithoutplaintext",
        "generatedatakeypair",
        "generatedatakeypairwithoutplaintext",
        "reencryptfrom",
        "reencryptto",
    )
)


def granted(grant: Grant, request: Request) -> Named | None:
    """How a grant names the caller of a request that it allows; None if it does not allow it. The retiring principal may retire it, whatever the operations."""
    caller = request.caller
    if request.folded == "kms:retiregrant" and grant.retiring is not None:
        named = names(_principal(grant.retiring), caller)
        if named is not None:
            return named
    if request.folded not in {f"kms:{operation.lower()}" for operation in grant.operations}:
        return None
    if request.folded in _CONSTRAINED and not _constraints_hold(grant, request):
        return None
    source = request.context.get("aws:sourcearn", ())
    if grant.source_arn is not None and source != (grant.source_arn,) and (source or request.folded != "kms:describekey"):
        return None  # DescribeKey is bound where it says for whom it asks; retiring is not
    return names(_principal(grant.grantee), caller)


def _principal(text: str) -> Principal:
    return Principal("Service" if text.endswith(".amazonaws.com") else "AWS", text)


def _constraints_hold(grant: Grant, request: Request) -> bool:
    start = len(_ENCRYPTION_CONTEXT)
    given = {key[start:]: values for key, values in request.context.items() if key.startswith(_ENCRYPTION_CONTEXT)}
    if grant.encryption_context_equals is not None and given != _wanted(grant.encryption_context_equals):
        return False
    subset = grant.encryption_context_subset
    return subset is None or _wanted(subset).items() <= given.items()


def _wanted(pairs: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {key.lower(): (value,) for key, value in pairs.items()}
