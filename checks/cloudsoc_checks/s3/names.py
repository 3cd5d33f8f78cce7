"""Buckets that services find by name alone."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.s3 import Bucket
from cloudsoc.aws.s3_names import PREDICTABLE, PredictableNames
from cloudsoc.model import HIGH, Every, Everywhere, Failed, Passed, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_6, CC6_8


@check(
    direct=(CC6_1,),
    supporting=(CC6_6, CC6_8),
    severity=HIGH,
    refs=("Prowler:s3_bucket_shadow_resource_vulnerability",),
)
def bucket_name_is_not_claimed_by_others(account: Account, buckets: Every[Bucket], names: Everywhere[PredictableNames]) -> Verdict:
    """Nobody else has a bucket by a name that a service would choose for this account.

    Why: some services and tools use a bucket whose name follows from account and region, and take it as theirs when it exists: who made it before you reads what
    they write to it, and writes what they run.

    Fix: do not use the service in that region with its default bucket: name one of your own in its settings, and demand the owner in policies
    (``s3:ResourceAccount`` = {account.account}); report the bucket to AWS.

    Terraform: the bucket arguments of the service, such as ``aws_glue_job.default_arguments``.
    """
    taken = [name for one in names.known for name in one.taken]
    own = {one.name for one in buckets} if taken else set()
    if claimed := [name for name in taken if name not in own]:
        return Failed(f"somebody else has {', '.join(claimed)}")
    regions = len(names)
    return Passed(f"the names of {len(PREDICTABLE)} services in {regions} regions: {len(taken)} are this account's, the rest nobody's")
