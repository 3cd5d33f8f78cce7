"""IAM checks of users and groups on hand-made facts."""

from __future__ import annotations

from cloudsoc.aws.iam.attached import AttachedPolicy, InlinePolicy, Tag
from cloudsoc.aws.iam.roles import Role
from cloudsoc.aws.iam.users import Group
from cloudsoc.model import Every
from cloudsoc.policy import PolicyDocument
from cloudsoc_checks.iam.users import (
    console_password_used_or_removed,
    group_has_members,
    identity_has_owner_tag,
    user_belongs_to_group,
    user_permissions_only_through_groups,
)
from tests.checks.iam_facts import AT, OWN, ROW, USER, ago
from tests.checks.table import UNREAD, but, given, table

NEVER = but(ROW, password_last_used="no_information")

test_console_password_used_or_removed = table(
    console_password_used_or_removed,
    passed={
        "lately": given(USER, ROW, AT, says="last used 3 days ago (report of 2026-11-25 11:00 UTC)"),
        "on the last day": (USER, but(ROW, password_last_used=ago(days=45)), AT),
        "another limit": given(USER, but(ROW, password_last_used=ago(days=80)), AT, max_unused_days=90),
        # IAM-7: who was invited today has not signed in yet
        "IAM-7: never, and just made": given(USER, but(NEVER, password_last_changed=ago(days=1)), AT, says="never used, and made 1 days ago"),
        "IAM-7: never, by a user of today": (but(USER, create_date=AT), but(NEVER, password_last_changed="N/A"), AT),
    },
    failed={
        "long ago": given(USER, but(ROW, password_last_used=ago(days=46)), AT, says="46 days ago"),
        "IAM-7: never, and grace has ended": given(USER, but(NEVER, password_last_changed=ago(days=46)), AT, says="never used"),
        "IAM-6: no word about when it was made": (USER, but(NEVER, password_last_changed="not_supported"), AT),
        "IAM-6: no word about whether there is one": (USER, but(NEVER, password_enabled="not_supported"), AT),
        "changed since, and not used since": (USER, but(ROW, password_last_used=ago(days=100), password_last_changed=ago(days=2)), AT),
    },
    not_applicable={
        # IAM-6: a password that is gone was used long ago, of course
        "IAM-6: no password": (USER, but(ROW, password_enabled=False, password_last_used=ago(days=400)), AT),
        "IAM-6: no password, and no information": (USER, but(NEVER, password_enabled=False), AT),
    },
    not_assessed={"not in the report yet": (USER, UNREAD, AT)},
)

READ = AttachedPolicy(policy_name="ReadOnlyAccess", policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess")
INLINE = InlinePolicy(
    policy_name="more", policy_document=PolicyDocument.parse({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
)

test_user_permissions_only_through_groups = table(
    user_permissions_only_through_groups,
    passed={"by groups": given(but(USER, group_list=("a", "b")), says="groups: a, b"), "none at all": given(USER, says="groups: none")},
    failed={
        "attached": given(but(USER, attached_managed_policies=(READ,)), says="ReadOnlyAccess"),
        "inline": given(but(USER, group_list=("engineers",), user_policy_list=(INLINE,)), says="more (inline)"),
        "both": given(but(USER, attached_managed_policies=(READ,), user_policy_list=(INLINE,)), says="ReadOnlyAccess, more (inline)"),
    },
    not_assessed={"unread": (UNREAD,)},
)

test_user_belongs_to_group = table(
    user_belongs_to_group,
    passed={"in two": given(but(USER, group_list=("a", "b")), says="in a, b")},
    failed={"in none": (USER,)},
    not_assessed={"unread": (UNREAD,)},
)

GROUP = Group(arn=f"arn:aws:iam::{OWN}:group/engineers", region="global", group_name="engineers", path="/")

test_group_has_members = table(
    group_has_members,
    passed={
        "one": given(GROUP, Every([USER, but(USER, user_name="ben", group_list=("engineers",))]), says="ben"),
        "one is known": (GROUP, Every([but(USER, group_list=("engineers",))], [UNREAD])),
    },
    failed={"none": (GROUP, Every()), "of another group": (GROUP, Every([but(USER, group_list=("engineers-old",))]))},
    not_assessed={"some users unread": (GROUP, Every([USER], [UNREAD]))},
)

ROLE = Role(
    arn=f"arn:aws:iam::{OWN}:role/app",
    region="global",
    role_name="app",
    path="/",
    create_date=ago(days=9),
    assume_role_policy_document=INLINE.policy_document,
)
OWNED = (Tag(key="team", value="x"), Tag(key="Owner", value="ann"))

test_identity_has_owner_tag = table(
    identity_has_owner_tag,
    passed={
        "a user": given(but(USER, tags=OWNED), says="Owner=ann"),
        "a role": (but(ROLE, tags=OWNED),),
        "in another case": (but(ROLE, tags=(Tag(key="owner", value="ann"),)),),
        "by another key": given(but(ROLE, tags=OWNED), tag_keys=("Contact", "team"), says="team=x"),
        "by two": given(but(ROLE, tags=OWNED), tag_keys=("Owner", "team"), says="team=x, Owner=ann"),
    },
    failed={
        "no tags": (USER,),
        "none of two": given(USER, tag_keys=("Owner", "Team"), says="no tag Owner or Team with a value"),
        "another tag": (but(ROLE, tags=OWNED[:1]),),
        "an empty tag": given(but(USER, tags=(Tag(key="Owner", value=" "),)), says="no tag Owner"),
    },
    not_applicable={
        "service-linked": (but(ROLE, path="/aws-service-role/config.amazonaws.com/"),),
        "of IAM Identity Center": (but(ROLE, path="/aws-reserved/sso.amazonaws.com/"),),
    },
    not_assessed={"unread": (UNREAD,)},
)
