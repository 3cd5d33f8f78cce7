"""Which permission sets make administrators, by what their policies allow."""

from __future__ import annotations

from cloudsoc.aws.identity_center import PermissionSetPolicies
from cloudsoc.graphs.administrators import NEARLY_ALL, gives_any_right
from cloudsoc.graphs.rights import Rights, changing, share
from cloudsoc.model import Incomplete, Unread

AWS_ADMINISTRATOR_POLICIES = (
    *("AdministratorAccess", "AdministratorAccess-Amplify", "IAMFullAccess", "PowerUserAccess"),
    *("AIDevOpsAgentActionsPolicy", "AWSMcpServiceActionsFullAccess"),
)
"""Those of AWS's own policies that make an administrator by the same measure as in ``cloudsoc.graphs.administrators``; a permission set does not quote their text."""


def administrator_by(policies: PermissionSetPolicies, permission_set: str, aws_policies: tuple[str, ...]) -> str:
    """By which policy a set makes administrators; empty if it makes none. Raises ``Incomplete`` where that depends on policies that each account has of its own."""
    for arn in policies.managed:
        if (name := arn.rpartition("/")[2]) in aws_policies:
            return name
    if policies.inline is not None:
        rights = Rights.of(f"arn:{permission_set.split(':')[1]}:iam::000000000000:role/permission-set", (policies.inline,))
        if share(rights.on_everything(), changing()) >= NEARLY_ALL or gives_any_right(rights):
            return "its inline policy"
    if policies.customer_managed:
        names = ", ".join(policies.customer_managed)
        raise Incomplete(Unread("iam:GetPolicyVersion", f"needs review: it uses {names}, which each account has of its own"))
    return ""
