"""What SOC 2 asks of IAM Identity Center: who may do what in which account."""

from __future__ import annotations

from dataclasses import replace

from cloudsoc.aws.account import Account
from cloudsoc.aws.identity_center import (
    AccountAssignment,
    IdentityCenterInstance,
    PermissionSet,
    PermissionSetPolicies,
    has_permission_sets,
)
from cloudsoc.aws.organizations import Organization
from cloudsoc.graphs.directory import Directory, holder
from cloudsoc.graphs.elsewhere import told_elsewhere
from cloudsoc.graphs.permission_sets import AWS_ADMINISTRATOR_POLICIES, administrator_by
from cloudsoc.model import HIGH, MEDIUM, Every, Everywhere, Failed, Incomplete, Its, NotApplicable, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import CC1_3, CC6_1, CC6_2, CC6_3


@check(
    direct=(CC6_3,),
    supporting=(CC1_3, CC6_1),
    severity=HIGH,
)
def permission_set_grants_administrator_only_to_approved(
    subject: PermissionSet | Account,
    policies: Its[PermissionSetPolicies],
    assignments: Its[AccountAssignment],
    directories: Every[Directory],
    centers: Everywhere[IdentityCenterInstance],
    account: Account,
    organization: Organization | None,
    *,
    approved_admin_principals: tuple[str, ...],
    administrator_policies: tuple[str, ...] = AWS_ADMINISTRATOR_POLICIES,
) -> Verdict:
    """Administrator permission sets are assigned to approved people alone.

    Why: most people come into AWS this way; one assignment too many makes an administrator of somebody, in a whole account. Approve people or groups by name, or
    in one account (``111122223333/name``).

    Fix: ``aws sso-admin list-account-assignments --permission-set-arn {subject.permission_set_arn} --account-id ACCOUNT --instance-arn INSTANCE`` shows them;
    ``delete-account-assignment`` takes one away.

    Terraform: ``aws_ssoadmin_account_assignment``.
    """
    if isinstance(subject, Account):
        return _seen("permission sets", policies, centers, account, organization)
    if not (why := next((found for one in policies if (found := administrator_by(one, subject.arn, administrator_policies))), "")):
        return NotApplicable(f"{subject.name} makes nobody an administrator")
    holders = [holder(one, directories) for one in assignments]
    if not holders:
        return Passed(f"{subject.name} ({why}) is assigned to nobody")
    if unapproved := [one.told for one in holders if not one.approved(approved_admin_principals)]:
        return Failed(f"{subject.name} ({why}) is assigned to {'; '.join(unapproved)}")
    return Passed(f"{subject.name} ({why}) is assigned to approved people alone: {'; '.join(one.told for one in holders)}")


@check(
    direct=(CC6_2,),
    supporting=(CC6_3,),
    severity=MEDIUM,
)
def identity_center_assignments_listed_for_review(
    subject: AccountAssignment | Account,
    sets: Every[PermissionSet],
    assignments: Its[AccountAssignment],
    directories: Every[Directory],
    centers: Everywhere[IdentityCenterInstance],
    account: Account,
    organization: Organization | None,
) -> Verdict:
    """Every assignment leads to people who exist and may sign in.

    Why: the access review goes through this list person by person; an empty group or a disabled person is access that waits for somebody.

    Fix: ``aws sso-admin delete-account-assignment --permission-set-arn {subject.permission_set_arn} --target-id {subject.account_id} --target-type AWS_ACCOUNT
    --principal-type {subject.principal_type} --principal-id {subject.principal_id} --instance-arn INSTANCE``.

    Terraform: remove ``aws_ssoadmin_account_assignment``.
    """
    if isinstance(subject, Account):
        found = _seen("assignments", assignments, centers, account, organization)
        count = len(assignments.known)
        return Passed(f"{count} assignments of {len(sets.known)} permission sets, each listed with the people behind it") if count else found
    name = next((one.name for one in sets if one.arn == subject.permission_set_arn), subject.permission_set_arn)
    behind = holder(subject, directories)
    return Failed(f"{name}: {behind.wrong}") if behind.wrong else Passed(f"{name}: {behind.told}")


def _seen(
    what: str,
    read: Its[PermissionSetPolicies] | Its[AccountAssignment],
    centers: Everywhere[IdentityCenterInstance],
    account: Account,
    organization: Organization | None,
) -> NotApplicable:
    """Whether this account is told at all; raises ``Incomplete`` naming the one to scan instead. An organization has one instance, in one region."""
    without = [has_permission_sets(one, account, organization) for one in centers.known]
    if None in without:
        gaps = [one for one in read.unread if not one.outside]
        if gaps and (foreign := next((one for one in centers.known if one.owner_account_id != account.account), None)):
            owner = foreign.owner_account_id
            error = f"{gaps[0].error}; for review from account {owner}, which IAM Identity Center belongs to, or from the one that it delegated this to"
            raise Incomplete(replace(gaps[0], error=error, account=owner))
        if gaps:
            raise Incomplete(*gaps)
        return NotApplicable(f"{len(read.known)} {what}, each judged by itself" if read.known else f"there are no {what}")
    alone = next((one for one in without if one), None)
    if alone and organization is None:
        return alone  # without an organization there is no other
    len(centers)
    if organization is not None and organization.master_account_id != account.account:
        raise told_elsewhere(Unread("sso-admin:ListInstances", "no IAM Identity Center can be seen from a member account"), account, organization)
    return NotApplicable("there is no IAM Identity Center")
