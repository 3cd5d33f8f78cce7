"""Administrators by effective rights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.attached import AttachedPolicy, InlinePolicy, PermissionsBoundary
from cloudsoc.aws.iam.policies import ManagedPolicy, PolicyVersion
from cloudsoc.aws.iam.roles import Role
from cloudsoc.aws.iam.users import Group, User
from cloudsoc.graphs.administrators import Administrators, administrators
from cloudsoc.graphs.effective_policies import EffectivePolicies, effective_policies
from cloudsoc.model import Every, Incomplete, Unread
from cloudsoc.policy import PolicyDocument
from tests.checks.iam_policies import AT, OWN, allow, deny, document

ACCOUNT = Account(arn=OWN, region="global", account=OWN)
ADMIN, POWER = "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/PowerUserAccess"
GAP = Unread("iam:GetAccountAuthorizationDetails", "malformed answer")


def managed(arn: str, written: PolicyDocument) -> ManagedPolicy:
    version = PolicyVersion(version_id="v2", is_default_version=True, document=written)
    old = PolicyVersion(version_id="v1", is_default_version=False, document=document(allow("*")))
    return ManagedPolicy(arn=arn, region="global", attachment_count=1, policy_version_list=(old, version))


MANAGED = (
    managed(ADMIN, document(allow("*"))),
    managed(
        POWER,
        document(
            {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
            allow(["iam:CreateServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"]),
        ),
    ),
    managed(f"arn:aws:iam::{OWN}:policy/own", document(allow("s3:GetObject"))),
    managed(f"arn:aws:iam::{OWN}:policy/fence", document(allow(["s3:*", "ec2:*"]))),
    managed(f"arn:aws:iam::{OWN}:policy/no-iam", document(allow("*"), deny("iam:*"))),
)


def attached(*arns: str) -> tuple[AttachedPolicy, ...]:
    return tuple(AttachedPolicy(policy_name=arn.rpartition("/")[2], policy_arn=arn) for arn in arns)


def inline(*documents: PolicyDocument) -> tuple[InlinePolicy, ...]:
    return tuple(InlinePolicy(policy_name=f"p{index}", policy_document=one) for index, one in enumerate(documents))


def user(*documents: PolicyDocument, policies: tuple[str, ...] = (), groups: tuple[str, ...] = (), boundary: str = "") -> User:
    return User(
        arn=f"arn:aws:iam::{OWN}:user/ann",
        region="global",
        user_name="ann",
        path="/",
        create_date=AT,
        group_list=groups,
        attached_managed_policies=attached(*policies),
        user_policy_list=inline(*documents),
        permissions_boundary=PermissionsBoundary(permissions_boundary_arn=boundary) if boundary else None,
    )


def role(*documents: PolicyDocument, policies: tuple[str, ...] = ()) -> Role:
    return Role(
        arn=f"arn:aws:iam::{OWN}:role/ci/deploy",
        region="global",
        role_name="deploy",
        path="/ci/",
        create_date=AT,
        assume_role_policy_document=document(),
        attached_managed_policies=attached(*policies),
        role_policy_list=inline(*documents),
    )


def group(name: str, *documents: PolicyDocument, policies: tuple[str, ...] = ()) -> Group:
    arn = f"arn:aws:iam::{OWN}:group/{name}"
    return Group(arn=arn, region="global", group_name=name, path="/", attached_managed_policies=attached(*policies), group_policy_list=inline(*documents))


def effective(*principals: User | Role, groups: Every[Group] = Every(), policies: Every[ManagedPolicy] = Every(MANAGED)) -> EffectivePolicies:  # noqa: B008
    users = Every([one for one in principals if isinstance(one, User)])
    return effective_policies(ACCOUNT, users, groups, Every([one for one in principals if isinstance(one, Role)]), policies)


def found(*principals: User | Role, **more: Any) -> Administrators:
    return administrators(ACCOUNT, effective(*principals, **more))


def why(principal: User | Role, **more: Any) -> str:
    """Why the principal is an administrator; empty if he is none."""
    administrator = found(principal, **more).of(principal.arn)
    return administrator.why if administrator else ""


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}

ADMINISTRATORS: Mapping[str, tuple[User | Role, str]] = {
    "AWS's own policy": (user(policies=(ADMIN,)), "may do everything"),
    "any policy that says the same": (role(document(allow("*"))), "may do everything"),
    "a star for service and action": (user(document(allow("*:*"))), "may do everything"),
    "IAM-10: all but an action that does not exist": (user(document({"Effect": "Allow", "NotAction": "bogus:Thing", "Resource": "*"})), "may do everything"),
    "all resources but one": (user(document({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::ledger"})), "may do everything"),
    "every ARN": (user(document(allow("*", "arn:aws:*"))), "may do everything"),
    "a condition that he can meet": (user(document(allow("*", **MFA))), "may do everything"),
    "a Deny that he can avoid": (user(document(allow("*"), deny("*", **NO_MFA))), "may do everything"),
    "a Deny for others": (user(document(allow("*"), deny("*", StringEquals={"aws:username": "bob"}))), "may do everything"),
    "all but a little": (user(document(allow("*"), deny("s3:DeleteBucket"))), "may do 99 %"),
    "a Deny on one resource": (user(document(allow("*"), deny("*", "arn:aws:s3:::ledger"))), "may do everything"),
    "two halves": (user(document(allow("iam:*")), policies=(POWER,)), "may do 99 %"),
    "all but IAM": (role(policies=(POWER,)), "may do 98 %"),
    "IAM whole": (user(document(allow("iam:*"))), "iam:PutUserPolicy on every user"),
    "IAM-11: whatever the case": (user(document(allow("IAM:attachROLEpolicy"))), "iam:AttachRolePolicy on every role"),
    "all roles by pattern": (user(document(allow("iam:Put*", f"arn:aws:iam::{OWN}:role/*"))), "iam:PutRolePolicy on every role"),
    "new versions of every policy": (role(document(allow("iam:CreatePolicyVersion"))), "iam:CreatePolicyVersion on every policy"),
    "its own policies": (user(document(allow("iam:PutUserPolicy", f"arn:aws:iam::{OWN}:user/ann"))), "iam:PutUserPolicy on itself"),
    "its own policies by variable": (user(document(allow("iam:PutUserPolicy", "arn:aws:iam::*:user/${aws:username}"))), "iam:PutUserPolicy on itself"),
    "a role's own policies": (role(document(allow("iam:AttachRolePolicy", f"arn:aws:iam::{OWN}:role/ci/*"))), "iam:AttachRolePolicy on itself"),
    "a policy that it holds": (
        user(document(allow("iam:CreatePolicyVersion", f"arn:aws:iam::{OWN}:policy/own")), policies=(f"arn:aws:iam::{OWN}:policy/own",)),
        "iam:CreatePolicyVersion on own, which it holds",
    ),
    "all AWS managed policies but one": (
        user(document(allow("iam:AttachUserPolicy", ArnNotEquals={"iam:PolicyARN": ADMIN}))),
        "iam:AttachUserPolicy on every user",
    ),
    "the one that matters": (user(document(allow("iam:AttachUserPolicy", ArnEquals={"iam:PolicyARN": ADMIN}))), "iam:AttachUserPolicy on every user"),
}


@pytest.mark.parametrize("name", ADMINISTRATORS)
def test_administrator(name: str) -> None:
    principal, because = ADMINISTRATORS[name]
    assert why(principal).startswith(because)


OTHERS: Mapping[str, User | Role] = {
    "nothing": user(),
    "one service": user(document(allow("s3:*"))),
    "everything on one resource": user(document(allow("*", "arn:aws:s3:::a/*"))),
    "reading everything": user(document(allow(["s3:Get*", "ec2:Describe*", "iam:Get*", "iam:List*"]))),
    "denied everything": user(document(allow("*"), deny("*"))),
    "IAM-11: denied by another policy": user(document(allow("iam:*")), document(deny(["iam:Put*", "iam:Attach*", "iam:CreatePolicyVersion"]))),
    "a Deny for him": user(document(allow("*"), deny("*", StringEquals={"aws:username": "ann"}))),
    "an Allow for another": user(document(allow("*", StringEquals={"aws:PrincipalArn": f"arn:aws:iam::{OWN}:user/bob"}))),
    "a policy named like the administrators'": user(policies=(f"arn:aws:iam::{OWN}:policy/own",)),
    "other users by name": user(document(allow("iam:PutUserPolicy", f"arn:aws:iam::{OWN}:user/bob"))),
    "rights with a boundary only": user(document(allow("iam:PutUserPolicy", StringEquals={"iam:PermissionsBoundary": "arn:aws:iam::1:policy/b"}))),
    "some policies only": user(document(allow("iam:AttachUserPolicy", ArnEquals={"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}))),
    "tagged roles only": user(document(allow("iam:PutRolePolicy", StringEquals={"aws:ResourceTag/team": "a"}))),
    "within a boundary": user(document(allow("*")), boundary=f"arn:aws:iam::{OWN}:policy/fence"),
    "itself within a boundary": user(
        document(allow("iam:PutUserPolicy", f"arn:aws:iam::{OWN}:user/ann")), document(allow("s3:*")), boundary=f"arn:aws:iam::{OWN}:policy/own"
    ),
    "access of its own that gives none": user(document(allow(["iam:CreateAccessKey", "iam:ChangePassword"], "arn:aws:iam::*:user/${aws:username}"))),
}


@pytest.mark.parametrize("name", OTHERS)
def test_no_administrator(name: str) -> None:
    assert why(OTHERS[name]) == ""


def test_a_boundary_that_takes_iam_away_leaves_nearly_everything() -> None:
    assert why(user(document(allow("*")), boundary=f"arn:aws:iam::{OWN}:policy/no-iam")).startswith("may do 99 %")


def test_by_a_group() -> None:
    member = user(groups=("ops",))
    assert why(member, groups=Every([group("ops", policies=(ADMIN,))])) != ""
    assert why(member, groups=Every([group("ops", document(allow("*")))])) != ""
    assert why(member, groups=Every([group("ops", document(allow("s3:*"))), group("admins", policies=(ADMIN,))])) == ""


def test_by_giving_to_a_group_that_he_is_in() -> None:
    giving = document(allow("iam:AttachGroupPolicy", f"arn:aws:iam::{OWN}:group/ops"))
    assert why(user(giving, groups=("ops",)), groups=Every([group("ops")])) == "iam:AttachGroupPolicy on group ops, which it is in"
    assert why(user(groups=("ops",)), groups=Every([group("ops", giving)])) == "iam:AttachGroupPolicy on group ops, which it is in"
    assert why(user(giving, groups=("devs",)), groups=Every([group("devs"), group("ops")])) == ""
    assert why(user(giving, groups=("ops",), boundary=f"arn:aws:iam::{OWN}:policy/no-iam"), groups=Every([group("ops")])) == ""


def test_by_the_version_in_force_alone() -> None:
    assert why(user(policies=(f"arn:aws:iam::{OWN}:policy/own",))) == ""


def test_what_was_not_read_leaves_its_holders_open_and_no_one_else() -> None:
    ann, deploy = user(policies=(ADMIN,)), role(document(allow("*")))
    for lacking in ({"policies": Every(MANAGED[1:], [GAP])}, {"policies": Every(MANAGED[1:])}):
        who = found(ann, deploy, **lacking)
        assert who.of(deploy.arn) is not None
        with pytest.raises(Incomplete):
            who.of(ann.arn)
        assert [one.held.arn for one in who.every().known] == [deploy.arn]
        assert who.every().unread
    with pytest.raises(Incomplete, match="group ops"):
        found(user(groups=("ops",))).of(ann.arn)
    with pytest.raises(Incomplete, match="malformed"):
        found(user(groups=("ops",)), groups=Every([], [GAP])).of(ann.arn)
    with pytest.raises(Incomplete, match="fence"):
        found(user(boundary=f"arn:aws:iam::{OWN}:policy/fence"), policies=Every([])).of(ann.arn)


def test_whom_nobody_mentions_is_not_known() -> None:
    with pytest.raises(Incomplete, match="does not mention"):
        found().of("arn:aws:iam::111122223333:user/new")
    lacking = effective_policies(ACCOUNT, Every([], [GAP]), Every(), Every(), Every())
    with pytest.raises(Incomplete, match="malformed"):
        administrators(ACCOUNT, lacking).of("arn:aws:iam::111122223333:user/new")
    assert administrators(ACCOUNT, lacking).every().unread == (GAP,)
