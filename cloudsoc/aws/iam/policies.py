"""IAM: managed policies, and the policies that are written into identities, from one call for the whole account."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.attached import InlinePolicy
from cloudsoc.aws.iam.roles import Role
from cloudsoc.aws.iam.users import Group, User
from cloudsoc.model import Incomplete, Part, Resource, Unread, listed, part
from cloudsoc.policy import PolicyDocument


@part
class PolicyVersion(Part):
    """A version of a managed policy; the default one is in force."""

    version_id: str
    is_default_version: bool
    document: PolicyDocument


@listed(
    "iam:GetAccountAuthorizationDetails.Policies[]",
    arn="{Arn}",
    names={"PolicyArn": "{Arn}"},
    gone="NoSuchEntity",
    resource_type="AWS::IAM::ManagedPolicy",
)
class ManagedPolicy(Resource[Account]):
    """A managed policy: the account's own ones, and those of AWS that are attached to something here."""

    attachment_count: int
    permissions_boundary_usage_count: int | None = None
    policy_version_list: tuple[PolicyVersion, ...]

    @property
    def policy_name(self) -> str:
        """Its name: what its ARN ends in."""
        return self.arn.rpartition("/")[2]

    @property
    def document(self) -> PolicyDocument:
        """What is in force: the document of the default version; raises ``Incomplete`` where AWS named none."""
        for version in self.policy_version_list:
            if version.is_default_version:
                return version.document
        raise Incomplete(
            Unread("iam:GetAccountAuthorizationDetails", f"the default version of {self.policy_name} needs review: it was not in the answer", self.region)
        )

    @property
    def is_aws_managed(self) -> bool:
        """Whether AWS wrote it: then nobody here can edit or delete it."""
        return self.arn.split(":")[4:5] == ["aws"]


def inline_policies(identity: User | Group | Role) -> tuple[InlinePolicy, ...]:
    """The policies that are written into an identity."""
    if isinstance(identity, User):
        return identity.user_policy_list
    return identity.group_policy_list if isinstance(identity, Group) else identity.role_policy_list
