"""Administrators and their approval, on hand-made facts."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.roles import Role, RoleLastUsed
from cloudsoc.aws.iam.users import User
from cloudsoc.graphs.administrators import Administrators, administrators
from cloudsoc.graphs.effective_policies import effective_policies
from cloudsoc.model import Every
from cloudsoc_checks.iam.administrators import administrator_access_limited_to_approved_principals
from tests.checks.iam_policies import AT, OWN, allow, role, user
from tests.checks.table import UNDECLARED, UNREAD, but, given, table

ACCOUNT = Account(arn=OWN, region="global", account=OWN)
ANN, BOB = user(allow("*")), but(user(allow("s3:*")), arn=f"arn:aws:iam::{OWN}:user/bob", user_name="bob")
DEPLOY = but(role(allow("iam:*")), role_last_used=RoleLastUsed(last_used_date=AT))


def among(*principals: User | Role, gap: bool = False) -> Administrators:
    users = Every([one for one in principals if isinstance(one, User)], [UNREAD] if gap else [])
    roles = Every([one for one in principals if isinstance(one, Role)])
    return administrators(ACCOUNT, effective_policies(ACCOUNT, users, Every(), roles, Every()))


MANY = among(*(but(ANN, arn=f"{ANN.arn}{n}") for n in range(5)), ANN, BOB)

test_administrator_access_limited_to_approved_principals = table(
    administrator_access_limited_to_approved_principals,
    passed={
        "approved by name": given(ANN, among(ANN), approved_principals=("ann",), says="approved: may do everything"),
        "approved by ARN": given(DEPLOY, among(DEPLOY), approved_principals=(DEPLOY.arn,), says="last used on 2026-11-25"),
        "approved by pattern": given(DEPLOY, among(DEPLOY), approved_principals=("arn:aws:iam::*:role/a*",)),
        "as many as are allowed": given(ANN, MANY, approved_principals=("ann",), max_admin_principals=6),
    },
    failed={
        "approved is another": given(ANN, among(ANN), approved_principals=("bob", "an"), says="nobody approved: may do everything"),
        "nobody is approved": given(DEPLOY, among(DEPLOY), approved_principals=(), says="iam:PutUserPolicy on every user"),
        "never used": given(but(DEPLOY, role_last_used=None), among(DEPLOY), approved_principals=(), says="not used in 400 days"),
        "too many": given(ANN, MANY, approved_principals=UNDECLARED, says="one of 6 administrators, more than 5"),
        "too many, gaps or not": given(ANN, among(ANN, DEPLOY, gap=True), approved_principals=("ann",), max_admin_principals=1),
    },
    not_applicable={
        "no administrator": given(BOB, among(ANN, BOB), approved_principals=(), says="no administrator"),
        "IAM-12: a service-linked role": given(role(path="/aws-service-role/a.amazonaws.com/"), UNREAD, approved_principals=(), says="service-linked"),
    },
    not_assessed={
        "nobody said who is approved": given(ANN, among(ANN), says="approved_principals is not declared"),
        "policies unread": given(ANN, UNREAD, approved_principals=("ann",)),
        "its own policies unread": given(ANN, among(BOB, gap=True), approved_principals=("ann",)),
    },
)
