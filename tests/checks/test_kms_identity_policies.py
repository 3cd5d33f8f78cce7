"""What identity policies say about keys, on hand-made facts."""

from __future__ import annotations

from cloudsoc.model import LOW
from cloudsoc_checks.kms.identity_policies import decrypt_restricted_in_iam_policies
from tests.checks.iam_policies import OTHER, OWN, allow, deny, group, managed, role, user
from tests.checks.table import UNREAD, given, table

KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

test_decrypt_restricted_in_iam_policies = table(
    decrypt_restricted_in_iam_policies,
    passed={
        "one key": (managed(allow("kms:Decrypt", KEY)),),
        "no decryption": (role(allow(["kms:Encrypt", "s3:*"])),),
        "denied again": (managed(allow("kms:*"), deny(["kms:Decrypt", "kms:ReEncrypt*"])),),
        "denied for all but one key": (managed(allow("kms:*"), {"Effect": "Deny", "Action": "kms:*", "NotResource": KEY}),),
        "keys by alias": (managed(allow("kms:Decrypt", **{"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"}})),),
        "keys by tag": (managed(allow("kms:Decrypt", StringEquals={"aws:ResourceTag/app": "a"})),),
        "other actions, where they are asked for": given(managed(allow("kms:Decrypt")), actions=("kms:Sign",)),
        "the old version does not count": (managed(allow("s3:*")),),
    },
    failed={
        "every key": given(managed(allow("kms:Decrypt")), says="allows kms:Decrypt with every key"),
        "every key of the account": (managed(allow("kms:Decrypt", f"arn:aws:kms:*:{OWN}:key/*")),),
        "every key of one region": (managed(allow("kms:Decrypt", f"arn:aws:kms:us-east-1:{OWN}:key/*")),),
        "every key of another account": (managed(allow("kms:Decrypt", f"arn:aws:kms:us-east-1:{OTHER}:key/*")),),
        "keys with whatever alias": (managed(allow("kms:Decrypt", **{"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/*"}})),),
        "keys with whatever value of a tag": (managed(allow("kms:Decrypt", StringLike={"aws:ResourceTag/app": "?*"})),),
        "keys with a tag": (managed(allow("kms:Decrypt", Null={"aws:ResourceTag/app": "false"})),),
        "every key of some regions": (managed(allow("kms:Decrypt", f"arn:aws:kms:us-*:{OWN}:key/*")),),
        "everything of one region": (managed(allow("kms:Decrypt", f"arn:aws:*:us-east-1:{OWN}:*")),),
        "an ARN that AWS completes": (managed(allow("kms:Decrypt", "arn:aws:kms:us-east-1:*")),),
        "all but one": (managed({"Effect": "Allow", "Action": "kms:*", "NotResource": KEY}),),
        "IAM-10: whatever it is not": (managed({"Effect": "Allow", "NotAction": "kms:bogus", "Resource": "*"}),),
        "only the other action": given(managed(allow("kms:reencrypt*")), says="kms:ReEncryptFrom"),
        "an inline policy of a user": given(user(allow("*")), says="inline policy extra allows"),
        "of a group": (group(allow("kms:*")),),
        "of a role": (role(allow("kms:De*")),),
        "under a condition that does not say which key": (managed(allow("kms:Decrypt", Bool={"aws:SecureTransport": "true"})),),
        "a Deny under a condition": (managed(allow("kms:Decrypt"), deny("kms:Decrypt", Bool={"aws:MultiFactorAuthPresent": "false"})),),
        "held by nobody": given(managed(allow("kms:Decrypt"), count=0), severity=LOW),
        "through a service": given(managed(allow("kms:Decrypt", StringLike={"kms:ViaService": "s3.*.amazonaws.com"})), severity=LOW, says="through"),
        "through a service, and without": (managed(allow("kms:Decrypt"), allow("kms:Decrypt", StringLike={"kms:ViaService": "s3.*.amazonaws.com"})),),
    },
    not_applicable={
        "a boundary": given(managed(allow("*"), count=0, boundaries=2), says="limits"),
        "no inline policy": (user(),),
        "IAM-12: a service-linked role": given(role(allow("*"), path="/aws-service-role/a.amazonaws.com/"), says="service-linked"),
    },
    not_assessed={"unread": (UNREAD,)},
)
