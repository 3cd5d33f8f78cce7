"""IAM: users and groups, with all that hangs on them, from one call for the whole account."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.attached import AttachedPolicy, InlinePolicy, PermissionsBoundary, Tag
from cloudsoc.model import Resource, listed


@listed(
    "iam:GetAccountAuthorizationDetails.UserDetailList[]",
    arn="{Arn}",
    names={"UserName": "{UserName}"},
    gone="NoSuchEntity",
    resource_type="AWS::IAM::User",
)
class User(Resource[Account]):
    """An IAM user. The root user is none."""

    user_name: str
    path: str
    create_date: datetime
    group_list: tuple[str, ...] = ()
    attached_managed_policies: tuple[AttachedPolicy, ...] = ()
    user_policy_list: tuple[InlinePolicy, ...] = ()
    permissions_boundary: PermissionsBoundary | None = None
    tags: tuple[Tag, ...] = ()


@listed(
    "iam:GetAccountAuthorizationDetails.GroupDetailList[]",
    arn="{Arn}",
    names={"GroupName": "{GroupName}"},
    gone="NoSuchEntity",
    resource_type="AWS::IAM::Group",
)
class Group(Resource[Account]):
    """A group of IAM users. Who is in it is said by the users."""

    group_name: str
    path: str
    attached_managed_policies: tuple[AttachedPolicy, ...] = ()
    group_policy_list: tuple[InlinePolicy, ...] = ()
