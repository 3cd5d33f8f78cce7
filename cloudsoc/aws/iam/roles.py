"""IAM: roles, with who may assume them and all that hangs on them, from one call for the whole account."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.attached import AttachedPolicy, InlinePolicy, PermissionsBoundary, Tag
from cloudsoc.model import NotApplicable, Part, Resource, listed, part
from cloudsoc.policy import PolicyDocument

_SERVICE_LINKED, _RESERVED = "/aws-service-role/", "/aws-reserved/"
"""Paths under which AWS alone can make roles."""


@part
class RoleLastUsed(Part):
    """When AWS saw the role in use last; it looks back 400 days. Without a date: not in that time."""

    last_used_date: datetime | None = None
    region: str | None = None


@part
class InstanceProfile(Part):
    """What hands a role to EC2 instances."""

    instance_profile_name: str
    arn: str


@listed(
    "iam:GetAccountAuthorizationDetails.RoleDetailList[]",
    arn="{Arn}",
    names={"RoleName": "{RoleName}"},
    gone="NoSuchEntity",
    resource_type="AWS::IAM::Role",
)
class Role(Resource[Account]):
    """A role: its trust policy says who may assume it."""

    role_name: str
    path: str
    create_date: datetime
    assume_role_policy_document: PolicyDocument
    attached_managed_policies: tuple[AttachedPolicy, ...] = ()
    role_policy_list: tuple[InlinePolicy, ...] = ()
    permissions_boundary: PermissionsBoundary | None = None
    role_last_used: RoleLastUsed | None = None
    instance_profile_list: tuple[InstanceProfile, ...] = ()
    tags: tuple[Tag, ...] = ()


def service_linked(role: Role) -> NotApplicable | None:
    """Roles that a service of AWS makes for itself: nobody else can edit them, their trust or their policies."""
    if role.path.startswith(_SERVICE_LINKED):
        return NotApplicable("a service-linked role: AWS alone writes its trust and its policies")
    return None


def from_identity_center(role: Role) -> NotApplicable | None:
    """Roles that IAM Identity Center makes of its permission sets: whoever edits one finds it put back."""
    if role.path.startswith(_RESERVED):
        return NotApplicable("made by IAM Identity Center from a permission set, which is where it is changed")
    return None
