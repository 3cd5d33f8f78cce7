"""The policies that the account itself writes, managed and inline, as what they are reviewed as: documents with a name."""

from __future__ import annotations

from dataclasses import dataclass

from cloudsoc.aws.iam.policies import ManagedPolicy, inline_policies
from cloudsoc.aws.iam.roles import Role, service_linked
from cloudsoc.aws.iam.users import Group, User
from cloudsoc.graphs.rights import Rights
from cloudsoc.model import LOW, NotApplicable, Severity
from cloudsoc.policy import PolicyDocument

Holder = ManagedPolicy | User | Group | Role
"""What a document can stand in: a managed policy, or an identity with inline policies."""


@dataclass(frozen=True, slots=True)
class Written:
    """A document, and what it is called: empty for a managed policy, which is the resource itself."""

    name: str
    document: PolicyDocument
    holder: str

    @property
    def rights(self) -> Rights:
        """What it lets whoever holds it do."""
        return Rights.written(self.holder, self.document)

    def told(self, what: str) -> str:
        """What it does, in words."""
        return f"inline policy {self.name} {what}" if self.name else what


def written(holder: Holder) -> tuple[Written, ...] | NotApplicable:
    """The documents in which an account gives rights; why there are none to judge, where there are none."""
    if isinstance(holder, ManagedPolicy):
        if holder.attachment_count == 0 and holder.permissions_boundary_usage_count:
            return NotApplicable("a permissions boundary only: it limits and gives nothing")
        return (Written("", holder.document, holder.arn),)
    if isinstance(holder, Role) and (fixed := service_linked(holder)):
        return fixed
    found = tuple(Written(one.policy_name, one.policy_document, holder.arn) for one in inline_policies(holder))
    return found or NotApplicable("there is no inline policy")


def exposed(holder: Holder) -> Severity | None:
    """The severity of what is wrong with a policy: low while nobody holds it."""
    return LOW if isinstance(holder, ManagedPolicy) and holder.attachment_count == 0 else None
