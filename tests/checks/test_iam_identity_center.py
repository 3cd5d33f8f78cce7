"""IAM checks of IAM Identity Center on hand-made facts."""

from __future__ import annotations

from typing import Any

from cloudsoc.aws.identity_center import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryUser,
    GroupMembership,
    IdentityCenterInstance,
    MemberId,
    PermissionSet,
    PermissionSetPolicies,
    has_permission_sets,
)
from cloudsoc.graphs.directory import directory
from cloudsoc.model import Every, Everywhere, Its, NotApplicable, Unread
from cloudsoc.policy import PolicyDocument
from cloudsoc_checks.iam.identity_center import identity_center_assignments_listed_for_review, permission_set_grants_administrator_only_to_approved
from tests.checks.iam_facts import ACCOUNT, MANAGEMENT, MASTER, MEMBER, OWN
from tests.checks.table import UNREAD, but, given, table

CENTER = IdentityCenterInstance(
    arn="arn:aws:sso:::instance/ssoins-1",
    region="eu-west-1",
    instance_arn="arn:aws:sso:::instance/ssoins-1",
    identity_store_id="d-1",
    owner_account_id=OWN,
    status="ACTIVE",
)
SET = PermissionSet(
    arn="arn:aws:sso:::permissionSet/ssoins-1/ps-1", region="eu-west-1", name="Admins", permission_set_arn="arn:aws:sso:::permissionSet/ssoins-1/ps-1"
)
ADMIN = PermissionSetPolicies(managed=("arn:aws:iam::aws:policy/AdministratorAccess",), customer_managed=(), inline=None)
READER = but(ADMIN, managed=("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",))


def allows(*actions: str, resource: str = "*") -> PolicyDocument:
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": resource}})


def person(name: str, status: str | None = "ENABLED") -> DirectoryUser:
    return DirectoryUser(arn=f"d-1/u-{name}", region="eu-west-1", user_id=f"u-{name}", user_name=name, user_status=status)


def group(name: str) -> DirectoryGroup:
    return DirectoryGroup(arn=f"d-1/g-{name}", region="eu-west-1", group_id=f"g-{name}", display_name=name)


def member(of: str, name: str) -> GroupMembership:
    return GroupMembership(arn=f"d-1/{of}-{name}", region="eu-west-1", group_id=f"g-{of}", member_id=MemberId(user_id=f"u-{name}"))


def to(id: str, account: str = OWN) -> AccountAssignment:
    kind = "GROUP" if id.startswith("g-") else "USER"
    return AccountAssignment(
        arn=f"{SET.arn}/{account}/{kind}/{id}", region="eu-west-1", permission_set_arn=SET.arn, account_id=account, principal_type=kind, principal_id=id
    )


PEOPLE = Its([person("ann"), person("ben"), person("carl", "DISABLED"), person("dora", None)])
GROUPS = Its([group("ops"), group("empty"), group("mixed"), group("unsaid")])
MEMBERS = Its([member("ops", "ann"), member("ops", "ben"), member("mixed", "ann"), member("mixed", "carl"), member("unsaid", "dora")])


def of(users: Any = PEOPLE, groups: Any = GROUPS, members: Any = MEMBERS) -> Any:
    return Every([directory(CENTER, users, groups, members)])


DIRECTORIES = of()
OTHER = directory(but(CENTER, instance_arn="arn:aws:sso:::instance/ssoins-2"), Its(), Its(), Its())
NOTHING: Any = Its((), [UNREAD])
OUTSIDE = Unread("sso-admin:ListInstances", "outside the scope", outside=True)
CENTERS, SETS, ADMINS = Everywhere([CENTER]), Every([SET]), Its([ADMIN])


def admins(
    *assignments: AccountAssignment,
    subject: Any = SET,
    policies: Any = ADMINS,
    its: Any = None,
    directories: Any = DIRECTORIES,
    centers: Any = CENTERS,
    organization: Any = MASTER,
) -> tuple[Any, ...]:
    return (subject, policies, Its(assignments) if its is None else its, directories, centers, ACCOUNT, organization)


ANN, BEN, OPS = to("u-ann"), to("u-ben"), to("g-ops")
HERE = {"subject": ACCOUNT, "organization": MEMBER}

test_permission_set_grants_administrator_only_to_approved = table(
    permission_set_grants_administrator_only_to_approved,
    passed={
        "a person": given(*admins(ANN), approved_admin_principals=("ann",), says="ann in account"),
        "a person by id": given(*admins(ANN), approved_admin_principals=("u-ann",)),
        "a person in this account": given(*admins(ANN), approved_admin_principals=(f"{OWN}/ann",)),
        "IAM-14: a group": given(*admins(OPS), approved_admin_principals=("ops",), says="group ops (ann, ben)"),
        "IAM-14: all people of a group": given(*admins(OPS), approved_admin_principals=("ann", "ben")),
        "a group by id, which is gone": given(*admins(to("g-gone")), approved_admin_principals=("g-gone",)),
        "two": given(*admins(ANN, OPS), approved_admin_principals=("ann", "ops"), says=f"ann in account {OWN}; group ops"),
        "nobody": given(*admins(), says="assigned to nobody"),
        "a person decides although groups are unread": given(*admins(ANN, directories=of(groups=NOTHING, members=NOTHING)), approved_admin_principals=("ann",)),
    },
    failed={
        "a person": given(*admins(ANN, BEN), approved_admin_principals=("ann",), says="ben in account"),
        "two": given(*admins(ANN, BEN), approved_admin_principals=(), says=f"ann in account {OWN}; ben in"),
        "a person in another account": given(*admins(ANN), approved_admin_principals=(f"{MANAGEMENT}/ann",)),
        "IAM-14: one of a group": given(*admins(OPS), approved_admin_principals=("ann",), says="group ops (ann, ben)"),
        "an empty group": given(*admins(to("g-empty")), approved_admin_principals=("ann",), says="nobody"),
        "somebody who is gone": given(*admins(to("u-gone")), approved_admin_principals=("ann",), says="u-gone"),
        "a group that is called like somebody": given(*admins(to("u-gone")), approved_admin_principals=("ops",)),
        "by an inline policy": given(*admins(ANN, policies=Its([but(READER, inline=allows("*"))])), approved_admin_principals=(), says="its inline policy"),
        "by giving rights": given(*admins(ANN, policies=Its([but(READER, inline=allows("iam:*"))])), approved_admin_principals=()),
        "by IAMFullAccess": given(
            *admins(ANN, policies=Its([but(READER, managed=("arn:aws-us-gov:iam::aws:policy/IAMFullAccess",))])), approved_admin_principals=()
        ),
    },
    not_applicable={
        "no administrators": given(*admins(ANN, policies=Its([READER])), says="nobody an administrator"),
        "an inline policy that is limited": admins(ANN, policies=Its([but(READER, inline=allows("s3:*", resource="arn:aws:s3:::a/*"))])),
        "the account: it is seen from here": given(*admins(subject=ACCOUNT), says="1 permission sets, each judged by itself"),
        "the account: other regions are outside the scope": admins(subject=ACCOUNT, centers=Everywhere([CENTER], [OUTSIDE]), policies=Its([ADMIN], [OUTSIDE])),
        "the account: a delegated administrator": admins(centers=Everywhere([but(CENTER, owner_account_id=MANAGEMENT)]), **HERE),
        "the account: there is none": given(*admins(subject=ACCOUNT, centers=Everywhere(), organization=None), says="no IAM Identity Center"),
        "the account: one of the account alone": given(
            *admins(subject=ACCOUNT, policies=Its(), centers=Everywhere([CENTER], [OUTSIDE]), organization=None),
            says="an instance of one account has no permission sets",
        ),
        "the account: there is none in the management account": admins(subject=ACCOUNT, centers=Everywhere()),
    },
    not_assessed={
        "nobody said who is approved": given(*admins(ANN), says="approved_admin_principals is not declared"),
        "policies unread": given(*admins(ANN, policies=Its((), [UNREAD])), approved_admin_principals=("ann",)),
        "assignments unread": given(*admins(its=Its([ANN], [UNREAD])), approved_admin_principals=("ann",)),
        "people unread": given(*admins(to("u-gone"), directories=of(users=Its(PEOPLE.known, [UNREAD]))), approved_admin_principals=("ann",)),
        "groups unread": given(*admins(to("g-gone"), directories=of(groups=Its(GROUPS.known, [UNREAD]))), approved_admin_principals=("ann",)),
        "who is in a group unread": given(*admins(OPS, directories=of(members=Its(MEMBERS.known, [UNREAD]))), approved_admin_principals=("ann", "ben")),
        "the directory unread": given(*admins(ANN, directories=Every((), [UNREAD])), approved_admin_principals=("ann",)),
        "another instance's directory": given(
            *admins(ANN, directories=Every([OTHER])), approved_admin_principals=("ann",), says="ssoins-1/ps-1 was not listed"
        ),
        "policies of each account": given(*admins(ANN, policies=Its([but(READER, customer_managed=("/Admin",))])), says="/Admin"),
        "IAM-14: a member does not see it": given(
            *admins(centers=Everywhere(), **HERE),
            says=f"sso-admin:ListInstances: no IAM Identity Center can be seen from a member account; for review from account {MANAGEMENT}",
        ),
        "IAM-14: a member that sees it is not told": given(
            *admins(centers=Everywhere([but(CENTER, owner_account_id=MANAGEMENT)]), policies=Its((), [UNREAD]), **HERE), says=f"account {MANAGEMENT}"
        ),
        "the account: no instance in the scope": admins(subject=ACCOUNT, centers=Everywhere((), [OUTSIDE]), policies=Its((), [OUTSIDE])),
        "the account: policies unread": admins(subject=ACCOUNT, policies=Its([ADMIN], [UNREAD])),
        "IAM-14: a member sees one of its own alone": given(*admins(policies=Its(), **HERE), says=f"for review from account {MANAGEMENT}"),
        "the account: an instance, and the organization unread": admins(subject=ACCOUNT, policies=Its(), organization=UNREAD),
        "instances unread": admins(subject=ACCOUNT, centers=Everywhere((), [UNREAD])),
        "the organization unread": admins(subject=ACCOUNT, centers=Everywhere(), organization=UNREAD),
    },
)


def review(
    subject: Any,
    *assignments: AccountAssignment,
    sets: Any = SETS,
    its: Any = None,
    directories: Any = DIRECTORIES,
    **more: Any,
) -> tuple[Any, ...]:
    return (
        subject, sets, Its(assignments or (subject,)) if its is None else its, directories, more.get("centers", CENTERS), ACCOUNT, more.get("organization", MASTER)
    )  # fmt: skip


test_identity_center_assignments_listed_for_review = table(
    identity_center_assignments_listed_for_review,
    passed={
        "a person": given(*review(ANN), says="Admins: ann in account 111122223333"),
        "a group": given(*review(OPS), says="Admins: group ops (ann, ben) in account 111122223333"),
        "a person decides although groups are unread": review(ANN, directories=of(groups=NOTHING, members=NOTHING)),
        "the set is gone": given(*review(ANN, sets=Every([but(SET, arn="other")])), says=SET.arn),
        "the account: the whole population": given(*review(ACCOUNT, ANN, OPS), says="2 assignments of 1 permission sets"),
    },
    failed={
        "a disabled person": given(*review(to("u-carl")), says="carl disabled"),
        "IAM-14: a disabled person in a group": given(*review(to("g-mixed")), says="carl disabled, yet in group mixed"),
        "IAM-14: an empty group": given(*review(to("g-empty")), says="has no members"),
        "a person who is gone": given(*review(to("u-gone")), says="not in the directory"),
        "a group that is gone": given(*review(to("g-gone")), says="not in the directory"),
    },
    not_applicable={
        "the account: no assignments": given(*review(ACCOUNT, its=Its()), says="no assignments"),
        "the account: no Identity Center": review(ACCOUNT, its=Its(), centers=Everywhere(), organization=None),
    },
    not_assessed={
        "AWS does not say whether somebody may sign in": given(*review(to("g-unsaid")), says="whether dora may sign in"),
        "people unread": review(ANN, directories=of(users=NOTHING)),
        "groups unread": review(to("g-gone"), directories=of(groups=NOTHING)),
        "who is in a group unread": review(to("g-empty"), directories=of(members=NOTHING)),
        "sets unread": review(ANN, sets=Every((), [UNREAD])),
        "the account: assignments unread": review(ACCOUNT, its=Its([ANN], [UNREAD])),
        "IAM-14: a member does not see it": given(*review(ACCOUNT, its=Its(), centers=Everywhere(), organization=MEMBER), says=f"account {MANAGEMENT}"),
    },
)


def test_an_instance_of_one_account_has_no_permission_sets() -> None:
    assert has_permission_sets(CENTER, ACCOUNT, MASTER) is None
    assert has_permission_sets(but(CENTER, owner_account_id=MANAGEMENT), ACCOUNT, MEMBER) is None
    assert isinstance(has_permission_sets(CENTER, ACCOUNT, MEMBER), NotApplicable)
    assert isinstance(has_permission_sets(CENTER, ACCOUNT, None), NotApplicable)
