"""IAM Identity Center: permission sets, who they are assigned to, and the directory of people and groups behind that.

All of it is told to the management account of the organization, and to the account that it made a delegated administrator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.organizations import Organization
from cloudsoc.model import Address, Calls, Fact, NotApplicable, Part, Resource, listed, part, reading, reads
from cloudsoc.policy import PolicyDocument


@reading("sso-admin:ListInstances")
def instances(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """Those that can be seen from a region. One that is used in several regions lives in its first."""
    for one in call.items("sso-admin:ListInstances.Instances[]"):
        yield {
            "instance_arn": one["InstanceArn"],
            "identity_store_id": one["IdentityStoreId"],
            "owner_account_id": one["OwnerAccountId"],
            "status": one["Status"],
            "primary_region": one.get("PrimaryRegion") or about.region,
        }


@listed(
    instances,
    arn="{instance_arn}",
    region="{primary_region}",
    names={"InstanceArn": "{instance_arn}", "IdentityStoreId": "{identity_store_id}"},
    resource_type="AWS::SSO::Instance",
)
class IdentityCenterInstance(Resource[Region]):
    """IAM Identity Center of an organization, or of one account alone."""

    instance_arn: str
    identity_store_id: str
    owner_account_id: str
    status: str


def has_permission_sets(instance: IdentityCenterInstance, account: Account, organization: Organization | None) -> NotApplicable | None:
    """An instance that a member or a single account made for itself has applications, but gives no access to accounts."""
    if instance.owner_account_id == account.account and (organization is None or organization.master_account_id != account.account):
        return NotApplicable("an instance of one account has no permission sets")
    return None


@reading("sso-admin:ListPermissionSets")
def permission_sets(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """The permission sets of an instance, by ARN."""
    for arn in call.items("sso-admin:ListPermissionSets.PermissionSets[]", InstanceArn=about.names["InstanceArn"]):
        yield {"permission_set_arn": arn}


@listed(
    permission_sets,
    arn="{permission_set_arn}",
    names={"PermissionSetArn": "{permission_set_arn}"},
    gone="ResourceNotFoundException",
    when=has_permission_sets,
    resource_type="AWS::SSO::PermissionSet",
)
@reads("sso-admin:DescribePermissionSet.PermissionSet")
class PermissionSet(Resource[IdentityCenterInstance]):
    """What somebody may do in the accounts that it is assigned for."""

    name: str
    permission_set_arn: str


def _asked(about: Address) -> dict[str, str]:
    return {"InstanceArn": about.parent.names["InstanceArn"] if about.parent else "", "PermissionSetArn": about.names["PermissionSetArn"]}


@reading(
    "sso-admin:ListManagedPoliciesInPermissionSet",
    "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
    "sso-admin:GetInlinePolicyForPermissionSet",
)
def policies_of_permission_set(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """All three kinds of policies of a set."""
    asked = _asked(about)
    managed = call.items("sso-admin:ListManagedPoliciesInPermissionSet.AttachedManagedPolicies[]", **asked)
    own = call.items("sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet.CustomerManagedPolicyReferences[]", **asked)
    yield {
        "managed": tuple(one["Arn"] for one in managed),
        "customer_managed": tuple(one.get("Path", "/") + one["Name"] for one in own),
        "inline": call("sso-admin:GetInlinePolicyForPermissionSet", **asked).get("InlinePolicy") or None,  # an empty text where there is none
    }


@reads(policies_of_permission_set)
class PermissionSetPolicies(Fact[PermissionSet]):
    """The policies of a permission set: AWS's by ARN, the customer's by path and name (each account has its own of that name), and the one in the set itself."""

    managed: tuple[str, ...]
    customer_managed: tuple[str, ...]
    inline: PolicyDocument | None


@reading("sso-admin:ListAccountsForProvisionedPermissionSet", "sso-admin:ListAccountAssignments")
def assignments(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """Who has a permission set, account by account."""
    asked = _asked(about)
    for account in tuple(call.items("sso-admin:ListAccountsForProvisionedPermissionSet.AccountIds[]", **asked)):
        for one in call.items("sso-admin:ListAccountAssignments.AccountAssignments[]", AccountId=account, **asked):
            yield {
                "permission_set_arn": one["PermissionSetArn"],
                "account_id": one["AccountId"],
                "principal_type": one["PrincipalType"],
                "principal_id": one["PrincipalId"],
            }


@listed(assignments, arn="{permission_set_arn}/{account_id}/{principal_type}/{principal_id}", resource_type="AWS::SSO::Assignment")
class AccountAssignment(Resource[PermissionSet]):
    """A person or group may use a permission set in an account."""

    permission_set_arn: str
    account_id: str
    principal_type: str
    principal_id: str


@listed("identitystore:ListUsers.Users[]", arn="{IdentityStoreId}/{UserId}", resource_type="AWS::IdentityStore::User")
class DirectoryUser(Resource[IdentityCenterInstance]):
    """A person in the directory: the name to sign in with, and nothing else that is personal."""

    user_id: str
    user_name: str | None = None
    user_status: str | None = None


@listed(
    "identitystore:ListGroups.Groups[]",
    arn="{IdentityStoreId}/{GroupId}",
    names={"GroupId": "{GroupId}"},
    gone="ResourceNotFoundException",
    resource_type="AWS::IdentityStore::Group",
)
class DirectoryGroup(Resource[IdentityCenterInstance]):
    """A group in the directory."""

    group_id: str
    display_name: str | None = None


@part
class MemberId(Part):
    """Whom a membership is about; only people can be members."""

    user_id: str


@listed("identitystore:ListGroupMemberships.GroupMemberships[]", arn="{IdentityStoreId}/{MembershipId}", resource_type="AWS::IdentityStore::GroupMembership")
class GroupMembership(Resource[DirectoryGroup]):
    """A person in a group."""

    group_id: str
    member_id: MemberId
