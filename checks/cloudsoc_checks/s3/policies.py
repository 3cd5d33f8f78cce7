"""What the policy of a bucket says."""

from __future__ import annotations

from collections.abc import Iterable

from cloudsoc.aws.account import Account
from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.aws.s3 import Bucket, BucketPolicy
from cloudsoc.graphs.bucket_sharing import BucketSharing
from cloudsoc.graphs.trust import foreign
from cloudsoc.model import HIGH, MEDIUM, Failed, Passed, TrustedAccounts, Verdict, check
from cloudsoc.model.criterion import C1_1, CC6_1, CC6_3, CC6_6, CC6_7, CC9_2
from cloudsoc.policy import Condition, Statement
from cloudsoc.policy.callers import OWN_ORGANIZATION
from cloudsoc.policy.conditions import prepared

PERMISSION_CHANGES = ("s3:DeleteBucketPolicy", "s3:PutBucketAcl", "s3:PutBucketPolicy", "s3:PutEncryptionConfiguration", "s3:PutObjectAcl")
"""By these an outsider lets others in, or the owner out."""


@check(
    direct=(CC6_1, CC6_6),
    supporting=(CC6_3, C1_1),
    severity=HIGH,
    refs=("Steampipe:s3_bucket_policy_restrict_public_access",),
)
def bucket_policy_is_not_public(bucket: Bucket, sharing: BucketSharing) -> Verdict:
    """Bucket policies grant nothing to everyone, whatever blocks stand before them.

    Why: a public grant behind a block is one switch away from being public; it belongs out of the policy.

    Fix: ``aws s3api get-bucket-policy --bucket {bucket.name} --query Policy --output text > policy.json``, name the principals or add a condition that only
    yours can meet (``aws:PrincipalOrgID``), then ``aws s3api put-bucket-policy --bucket {bucket.name} --policy file://policy.json``.

    Terraform: ``aws_s3_bucket_policy.policy``.
    """
    if not sharing.has_policy:
        return Passed("the bucket has no policy")
    if public := sharing.public():
        return Failed("; ".join(map(str, public)))
    return Passed("; ".join(["the policy grants nothing to everyone", *sharing.told]))


@check(
    direct=(CC6_1, CC9_2),
    supporting=(CC6_3, CC6_6, C1_1),
    severity=HIGH,
    refs=(
        "SecurityHub:S3.6",
        "Config:s3-bucket-blacklisted-actions-prohibited",
        "Config:s3-bucket-policy-grantee-check",
        "Prowler:s3_bucket_cross_account_access",
        "Steampipe:s3_bucket_policy_restricts_cross_account_permission_changes",
    ),
)
def bucket_policy_limits_cross_account_access(
    bucket: Bucket,
    sharing: BucketSharing,
    account: Account,
    own: Organization | None,
    organization: OrganizationAccounts | None,
    *,
    trusted_accounts: TrustedAccounts = (),
    denied_actions: tuple[str, ...] = PERMISSION_CHANGES,
) -> Verdict:
    """Bucket policies let in trusted accounts only, and none of them to change permissions.

    Why: who shares data with an account answers for it; an account that may change the policy lets in whomever it likes.

    Fix: ``aws s3api put-bucket-policy --bucket {bucket.name} --policy file://policy.json`` without the statements for these accounts, or with ``s3:GetObject``
    and the like in place of ``s3:*``; an account that is meant is named in ``trusted_accounts``.

    Terraform: ``aws_s3_bucket_policy.policy``.
    """
    if public := sharing.public():
        return Failed(f"everybody is let in: {public[0]}")
    if able := sharing.able_to(denied_actions):
        return Failed("; ".join(f"{who} may {', '.join(actions)}" for who, actions in able))
    if strange := [one for one in sharing.organizations() if one != OWN_ORGANIZATION and (own is None or one != own.id)]:
        return Failed(f"let in without being trusted: {', '.join(strange)}")
    if unknown := foreign(sharing.accounts(), account.account, trusted_accounts, organization):
        return Failed(f"let in without being trusted: {', '.join(unknown)}")
    sharing.settle(foreign(sharing.possible(), account.account, trusted_accounts, organization))
    named = [*sharing.organizations(), *sharing.accounts(), *sharing.possible()]
    return Passed(f"let in, and trusted: {', '.join(dict.fromkeys(named))}" if named else "no other account is let in")


@check(
    direct=(CC6_1, CC6_7),
    supporting=(C1_1,),
    severity=MEDIUM,
    refs=(
        "SecurityHub:S3.5",
        "Config:s3-bucket-ssl-requests-only",
        "CIS:3.0:2.1.1",
        "CIS:5.0:2.1.1",
        "CIS:6.0:3.1.1",
        "CIS:7.0:3.1.1",
        "Prowler:s3_bucket_secure_transport_policy",
        "Steampipe:s3_bucket_enforces_ssl",
    ),
)
def bucket_requires_tls(bucket: Bucket, policy: BucketPolicy | None) -> Verdict:
    """Bucket policies deny every request that comes without TLS.

    Why: S3 also answers plain HTTP, where everybody on the way reads data and signed links; only a Deny stops that for all callers at once.

    Fix: ``aws s3api put-bucket-policy --bucket {bucket.name} --policy file://policy.json`` after adding to what the policy has a Deny of
    ``s3:*`` for principal ``*`` on both the bucket and its objects (``/*``), under the condition ``Bool``, ``aws:SecureTransport``, ``false``.

    Terraform: ``aws_s3_bucket_policy.policy``.
    """
    if policy is None:
        return Failed("the bucket has no policy")
    denying = [statement for statement in policy.policy if denies_plain_http(statement)]
    everyone = [statement for statement in denying if _for_everyone(statement)]
    whole = [part for part, arn in (("the bucket", bucket.arn), ("its objects", f"{bucket.arn}/*")) if _covered(everyone, arn)]
    if len(whole) == 2:
        return Passed("requests without TLS are denied" + _tls_floor(policy.policy, bucket.arn))
    if whole:
        return Failed(f"only requests about {whole[0]} are denied without TLS, not those about {'its objects' if whole == ['the bucket'] else 'the bucket'}")
    if denying:
        return Failed("requests without TLS are denied in part: not for everyone, or not for all actions, on the bucket and its objects")
    return Failed("no statement denies requests without TLS")


def denies_plain_http(statement: Statement) -> bool:
    """Whether a statement denies whatever it covers when it comes without TLS. An Allow that asks for TLS proves nothing: others may allow more."""
    return statement.denies and all(map(_holds_without_tls, statement.conditions))


def _holds_without_tls(condition: Condition) -> bool:
    """Whether a condition holds for every request without TLS: such a request always carries ``aws:SecureTransport``, as ``false``."""
    return condition.key.lower() == "aws:securetransport" and prepared(condition, variables=False).holds({"aws:securetransport": ("false",)})


def _for_everyone(statement: Statement) -> bool:
    return any(principal.is_everyone for principal in statement.principals or ())


def _covered(statements: Iterable[Statement], arn: str) -> bool:
    return any(statement.covers_action("s3:*") and statement.covers_resource(arn) for statement in statements)


def _tls_floor(statements: Iterable[Statement], arn: str) -> str:
    """What the policy says of TLS versions, in words; a plus that nothing depends on."""
    for statement in statements:
        if statement.denies and _for_everyone(statement) and _covered([statement], arn) and _covered([statement], f"{arn}/*"):
            for condition in statement.conditions:
                if condition.key.lower() == "s3:tlsversion" and condition.operator.test == "NumericLessThan" and len(statement.conditions) == 1:
                    return f", and so is TLS older than {max(condition.values)}"
    return ""
