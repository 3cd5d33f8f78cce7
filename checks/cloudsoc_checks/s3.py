"""What SOC 2 asks of buckets."""

from __future__ import annotations

from collections.abc import Iterable

from cloudsoc.aws.s3 import Bucket, BucketPolicy
from cloudsoc.graphs.public_access import EffectivePublicAccessBlock
from cloudsoc.model import HIGH, LOW, MEDIUM, Failed, Passed, Verdict, check
from cloudsoc.model.criterion import C1_1, CC6_1, CC6_6, CC6_7
from cloudsoc.policy import Condition, Statement
from cloudsoc.policy.conditions import prepared


@check(
    direct=(CC6_1, CC6_6),
    supporting=(C1_1,),
    severity=HIGH,
    refs=(
        "SecurityHub:S3.8",
        "Config:s3-bucket-level-public-access-prohibited",
        "CIS:3.0:2.1.4",
        "CIS:5.0:2.1.4",
        "CIS:6.0:3.1.4",
        "CIS:7.0:3.1.4",
        "Prowler:s3_bucket_level_public_access_block",
        "Steampipe:s3_public_access_block_bucket",
        "Steampipe:s3_public_access_block_bucket_account",
    ),
)
def bucket_blocks_public_access(bucket: Bucket, block: EffectivePublicAccessBlock) -> Verdict:  # noqa: ARG001 the subject
    """Buckets block public access, by themselves or through their account.

    Why: one careless grant shows a bucket to the whole internet; the block makes such a grant impossible, and void where there is one.

    Fix: ``aws s3api put-public-access-block --bucket {bucket.name} --public-access-block-configuration
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true``

    Terraform: ``aws_s3_bucket_public_access_block``, ``aws_s3_account_public_access_block``.
    """
    missing = block.missing()
    if not missing:
        return Passed(f"blocked by the setting of the {block.held_by()}")
    if not {"IgnorePublicAcls", "RestrictPublicBuckets"} & {*missing}:
        return Failed(f"public grants have no effect, but new ones can be made: {', '.join(missing)} off in bucket and account", severity=LOW)
    return Failed(f"{', '.join(missing)} off in bucket and account")


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
