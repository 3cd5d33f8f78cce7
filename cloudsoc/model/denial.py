"""What AWS says when it refuses a call: which action, and which kind of policy decided. Where it does not say, neither do we.

AWS source: IAM User Guide, "Troubleshoot access denied error messages"; Amazon S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final


class PolicyKind(Enum):
    """The kinds of policy that AWS may name, in AWS's words."""

    IDENTITY = "identity-based policy"
    RESOURCE = "resource-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SERVICE_CONTROL = "service control policy"
    RESOURCE_CONTROL = "resource control policy"
    VPC_ENDPOINT = "VPC endpoint policy"
    ROLE_TRUST = "role trust policy"


@dataclass(frozen=True, slots=True)
class Denial:
    """What a refusal says. ``explicit``: a Deny in that policy, or the lack of an Allow; ``through``: the policy that the named one stands for."""

    action: str | None = None
    policy: PolicyKind | None = None
    explicit: bool | None = None
    policy_arn: str = ""
    through: PolicyKind | None = None


_CODE: Final = re.compile(r"AccessDenied|Unauthori[sz]ed(?!SSOToken)|NotAuthori[sz]ed|Forbidden|AuthorizationError|^403$", re.IGNORECASE)
_KINDS: Final = {kind.value.lower(): kind for kind in PolicyKind} | {"sessions policy": PolicyKind.SESSION}
_KIND: Final = "|".join(_KINDS)
_PERFORM: Final = re.compile(r"not authorized to perform:? ([A-Za-z0-9-]+):([A-Za-z0-9]+)")
_EXPLICIT: Final = re.compile(
    rf"explicit deny in (?:an? |the )?(?P<policy>{_KIND})(?: transitively through (?:an? |the )?(?P<through>{_KIND}))?"
    r"(?:(?:, with policy ARN)?: (?P<arn>arn:[^\s\"',]*[^\s\"',.]))?",
    re.IGNORECASE,
)
_IMPLICIT: Final = re.compile(rf"because no (?P<policy>{_KIND}) allows", re.IGNORECASE)
_EITHER: Final = re.compile(r"no resource-based policies allow access, or a resource-based policy explicitly denies", re.IGNORECASE)
"""How AWS KMS and others say that they do not say which of the two."""


@lru_cache(maxsize=4096)
def denial(error: str, message: str) -> Denial | None:
    """What a call that failed with an error code and a message was refused by; None where it failed for another reason than a lack of rights."""
    said = " ".join(message.split())
    action = _PERFORM.search(said)
    if not _CODE.search(error) and action is None:
        return None
    named = f"{action[1].lower()}:{action[2]}" if action else None  # some services write their prefix in capitals
    # The reason comes last; before it stand names that anybody may have given.
    reasons = sorted((*_EXPLICIT.finditer(said), *_IMPLICIT.finditer(said)), key=lambda found: found.start())
    if reasons:
        policy, *more = (found := reasons[-1]).groupdict().values()
        through, arn = more or (None, None)
        return Denial(named, _KINDS[policy.lower()], found.re is _EXPLICIT, arn or "", _KINDS[through.lower()] if through else None)
    if _EITHER.search(said):
        return Denial(named, PolicyKind.RESOURCE)
    return Denial(named, explicit=True if "explicit deny" in said else None)
