"""Policies and identities by hand, for tables about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cloudsoc.aws.iam.attached import InlinePolicy
from cloudsoc.aws.iam.policies import ManagedPolicy, PolicyVersion
from cloudsoc.aws.iam.roles import Role
from cloudsoc.aws.iam.users import Group, User
from cloudsoc.policy import PolicyDocument

OWN, SISTER, OTHER = "111122223333", "222233334444", "444455556666"
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def document(*statements: Mapping[str, Any]) -> PolicyDocument:
    """A policy of these statements."""
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    """A statement; conditions by operator."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **({"Condition": condition} if condition else {})}


def deny(action: Any, resource: Any = "*", **condition: Any) -> dict[str, Any]:
    """The opposite."""
    return allow(action, resource, **condition) | {"Effect": "Deny"}


def managed(*statements: Mapping[str, Any], count: int = 1, boundaries: int = 0) -> ManagedPolicy:
    """A customer managed policy; an older version of it allowed everything."""
    versions = tuple(PolicyVersion(version_id=f"v{n}", is_default_version=n == 2, document=document(*(statements if n == 2 else [allow("*")]))) for n in (1, 2))
    return ManagedPolicy(
        arn=f"arn:aws:iam::{OWN}:policy/app",
        region="global",
        attachment_count=count,
        permissions_boundary_usage_count=boundaries,
        policy_version_list=versions,
    )


def _inline(statements: tuple[Mapping[str, Any], ...]) -> tuple[InlinePolicy, ...]:
    return (InlinePolicy(policy_name="extra", policy_document=document(*statements)),) if statements else ()


def user(*statements: Mapping[str, Any]) -> User:
    """A user with an inline policy, if there are statements."""
    return User(arn=f"arn:aws:iam::{OWN}:user/ann", region="global", user_name="ann", path="/", create_date=AT, user_policy_list=_inline(statements))


def group(*statements: Mapping[str, Any]) -> Group:
    """A group with an inline policy, if there are statements."""
    return Group(arn=f"arn:aws:iam::{OWN}:group/ops", region="global", group_name="ops", path="/", group_policy_list=_inline(statements))


def role(*statements: Mapping[str, Any], path: str = "/", trust: PolicyDocument | None = None) -> Role:
    """A role with an inline policy, if there are statements."""
    return Role(
        arn=f"arn:aws:iam::{OWN}:role{path}app",
        region="global",
        role_name="app",
        path=path,
        create_date=AT,
        assume_role_policy_document=trust or document(),
        role_policy_list=_inline(statements),
    )
