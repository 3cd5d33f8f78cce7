"""IAM: what hangs on users, groups and roles: policies, a boundary, tags."""

from __future__ import annotations

from cloudsoc.model import Part, part
from cloudsoc.policy import PolicyDocument


@part
class AttachedPolicy(Part):
    """A managed policy on an identity, AWS's or the customer's own."""

    policy_name: str
    policy_arn: str


@part
class InlinePolicy(Part):
    """A policy that is part of the identity itself."""

    policy_name: str
    policy_document: PolicyDocument


@part
class PermissionsBoundary(Part):
    """The managed policy that limits what all others can give."""

    permissions_boundary_arn: str


@part
class Tag(Part):
    """A tag."""

    key: str
    value: str
