"""Managed and inline policies on hand-made facts."""

from __future__ import annotations

from typing import Any

from cloudsoc.aws.account import Account
from cloudsoc.aws.iam.attached import AttachedPolicy, InlinePolicy
from cloudsoc.aws.iam.users import User
from cloudsoc.model import Every
from cloudsoc_checks.iam.policies import (
    cloudshell_full_access_restricted,
    customer_policy_avoids_full_admin,
    identity_has_no_inline_policy,
    inline_policy_avoids_full_admin,
    managed_policy_in_use,
    unattached_policy_avoids_full_admin,
)
from tests.checks.iam_policies import OWN, allow, deny, document, group, managed, role, user
from tests.checks.table import UNREAD, but, given, table

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
SPARED = {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::ledger"}

FULL: dict[str, tuple[dict[str, Any], ...]] = {
    "everything": (allow("*"),),
    "as lists": (allow(["*"], ["*"]),),
    "two stars": (allow("*:*"),),
    "IAM-10: all but an action that does not exist": ({"Effect": "Allow", "NotAction": "bogus:Thing", "Resource": "*"},),
    "all resources but one": (SPARED,),
    "by any ARN": (allow("*", "arn:aws:*"),),
    "in halves": ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, allow("iam:*")),
    "in the second statement": (allow("s3:GetObject"), allow("*")),
    "a Deny of little": (allow("*"), deny("s3:DeleteBucket")),
    "a Deny that can be avoided": (allow("*"), deny("*", Bool={"aws:MultiFactorAuthPresent": "false"})),
}
PARTS: dict[str, tuple[dict[str, Any], ...]] = {
    "IAM-10: one service is not all": (allow("s3:*"),),
    "all but IAM": ({"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"},),
    "everything, on one bucket": (allow("*", "arn:aws:s3:::a/*"),),
    "on all of S3": (allow("*", "arn:aws:s3:::*"),),
    "nothing of IAM's resources": ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:*"},),
    "denied again": (allow("*"), deny("*")),
    "IAM denied": (allow("*"), deny("iam:*")),
    "a Deny alone": (deny("*"),),
}
GIVEN = "allows every action on every resource"

test_customer_policy_avoids_full_admin = table(
    customer_policy_avoids_full_admin,
    passed={name: given(managed(*statements), says="attached 1 times") for name, statements in PARTS.items()},
    failed={name: given(managed(*statements), says=GIVEN) for name, statements in FULL.items()}
    | {
        "under a condition": given(managed(allow("*", **MFA)), says="under conditions on aws:MultiFactorAuthPresent"),
        "under two": given(managed(allow("*", **MFA, StringEquals={"aws:RequestedRegion": "eu-west-1"})), says="aws:MultiFactorAuthPresent, aws:Requested"),
    },
    not_applicable={"attached to nobody": given(managed(allow("*"), count=0), says="attached to nobody")},
    not_assessed={"unread": (UNREAD,), "no version is the default one": (but(managed(), policy_version_list=()),)},
)

test_unattached_policy_avoids_full_admin = table(
    unattached_policy_avoids_full_admin,
    passed={"a part": (managed(allow("s3:*"), count=0),)},
    failed={"everything": given(managed(allow("*"), count=0), says=GIVEN)},
    not_applicable={"attached": (managed(allow("*")),), "a boundary": given(managed(allow("*"), count=0, boundaries=1), says="limits")},
    not_assessed={"unread": (UNREAD,)},
)

LINKED = "/aws-service-role/support.amazonaws.com/"
CENTER = "/aws-reserved/sso.amazonaws.com/eu-west-1/"

test_inline_policy_avoids_full_admin = table(
    inline_policy_avoids_full_admin,
    passed={"a part": given(role(allow("s3:*")), says="no inline policy allows everything"), "IAM denied": (user(allow("*"), deny("iam:*")),)},
    failed={
        "a user": given(user(allow("*")), says=f"inline policy extra {GIVEN}"),
        "a group": (group(allow("*")),),
        "a role": (role(allow("*")),),
        "one made by Identity Center": (role(allow("*"), path=CENTER),),
        "under a condition": given(role(allow("*", **MFA)), says="aws:MultiFactorAuthPresent"),
    },
    not_applicable={"none": given(user(), says="no inline policy"), "IAM-12: a service-linked role": (role(allow("*"), path=LINKED),)},
    not_assessed={"unread": (UNREAD,)},
)


def with_inline(names: str) -> User:
    return but(user(), user_policy_list=tuple(InlinePolicy(policy_name=name, policy_document=document(allow("s3:*"))) for name in names))


test_identity_has_no_inline_policy = table(
    identity_has_no_inline_policy,
    passed={"a user": (user(),), "a group": (group(),), "a role": (role(),)},
    failed={
        "a user": given(user(allow("s3:*")), says="inline: extra"),
        "a group": (group(allow("s3:*")),),
        "a role": (role(deny("s3:*")),),
        "five": given(with_inline("abcde"), says="inline: a, b, c, d, e"),
        "six": given(with_inline("abcdef"), says="c, d, e and 1 more"),
        "eight": given(with_inline("abcdefgh"), says="c, d, e and 3 more"),
    },
    not_applicable={
        "IAM-12: a service-linked role": given(role(allow("s3:*"), path=LINKED), says="service-linked"),
        "made by Identity Center": given(role(allow("s3:*"), path=CENTER), says="permission set"),
    },
    not_assessed={"unread": (UNREAD,)},
)

test_managed_policy_in_use = table(
    managed_policy_in_use,
    passed={
        "attached": given(managed(count=3), says="attached 3 times"),
        "a boundary": given(managed(count=0, boundaries=2), says="the boundary of 2"),
        "both": given(managed(count=3, boundaries=2), says="attached 3 times, the boundary of 2"),
    },
    failed={
        "neither": given(managed(count=0), says="attached to nobody"),
        "without word of boundaries": (but(managed(count=0), permissions_boundary_usage_count=None),),
    },
    not_assessed={"unread": (UNREAD,)},
)

ACCOUNT = Account(arn=OWN, region="global", account=OWN)
SHELL = but(managed(allow("cloudshell:*")), arn="arn:aws:iam::aws:policy/AWSCloudShellFullAccess", attachment_count=2)
ATTACHED = (AttachedPolicy(policy_name="AWSCloudShellFullAccess", policy_arn=SHELL.arn),)
ANN, OPS = but(user(), attached_managed_policies=ATTACHED), but(group(), attached_managed_policies=ATTACHED)


def crowd(count: int) -> list[User]:
    return [but(ANN, arn=f"arn:aws:iam::{OWN}:user/p{number}") for number in range(count)]


NOBODY: tuple[Any, ...] = (Every(), Every(), Every())

test_cloudshell_full_access_restricted = table(
    cloudshell_full_access_restricted,
    passed={
        "not among what is attached": (ACCOUNT, Every([managed()]), *NOBODY),
        "listed, attached to nobody": (ACCOUNT, Every([but(SHELL, attachment_count=0)]), *NOBODY),
        "an own policy of that name": (ACCOUNT, Every([but(SHELL, arn=f"arn:aws:iam::{OWN}:policy/AWSCloudShellFullAccess")]), *NOBODY),
    },
    failed={
        "attached": given(ACCOUNT, Every([SHELL]), Every([ANN]), Every([OPS]), Every([role()]), says="attached to user/ann, group/ops"),
        "attached to five": given(ACCOUNT, Every([but(SHELL, attachment_count=5)]), Every(crowd(5)), Every(), Every(), says="user/p2, user/p3, user/p4"),
        "attached to seven": given(ACCOUNT, Every([but(SHELL, attachment_count=7)]), Every(crowd(7)), Every(), Every(), says="user/p3, user/p4 and 2 more"),
        "attached to seven, of whom one was read": given(
            ACCOUNT, Every([but(SHELL, attachment_count=7)]), Every([ANN], [UNREAD]), Every(), Every(), says="user/ann and 6 more"
        ),
        "in another partition": (ACCOUNT, Every([but(SHELL, arn="arn:aws-us-gov:iam::aws:policy/AWSCloudShellFullAccess")]), *NOBODY),
        "attached to whom was not read": given(ACCOUNT, Every([SHELL], [UNREAD]), Every([], [UNREAD]), Every(), Every(), says="2 identities"),
    },
    not_assessed={"unread": (ACCOUNT, Every([], [UNREAD]), *NOBODY)},
)
