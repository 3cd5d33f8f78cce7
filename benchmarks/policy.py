"""Measures the policy engine: decisions a second for a role with ten managed policies, the exposure of a bucket policy of 20 KB, how often a review is needed,
and the time that importing it takes.

Every request and every document is another one, so nothing is answered from memory. What counts is the CPU time of the process. A machine that does other
things as well is slower by more than their share, so each figure is also given for a machine of reference speed, by a loop that is timed right before and after.
Run it with ``python -m benchmarks.policy``.
"""

import dataclasses
import json
import os
import random
import subprocess
import sys
from functools import partial
from statistics import median

from benchmarks.speed import timed
from cloudsoc.policy import Caller, Policies, Policy, PolicyDocument, Principal, Request, decide, exposure

ROLE = Caller.of("arn:aws:sts::111122223333:assumed-role/ops/monday")
NAMES = (
    "ReadOnlyAccess",
    "AmazonEC2FullAccess",
    "AmazonS3FullAccess",
    "AWSLambda_FullAccess",
    "AmazonRDSFullAccess",
    "CloudWatchFullAccess",
    "AmazonDynamoDBFullAccess",
    "AmazonSQSFullAccess",
    "IAMReadOnlyAccess",
    "AWSCloudTrail_FullAccess",
)
WANTED_DECISIONS = 10_000
WANTED_EXPOSURE = 0.010
WANTED_IMPORT = 0.050


def ten_managed_policies() -> Policies:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    raw = json.loads(aws_managed_policies_data)
    return Policies(identity=tuple(Policy.of(raw[name]["Document"], name) for name in NAMES if name in raw))


def distinct_requests(count: int) -> list[tuple[str, str, dict[str, tuple[str, ...]]]]:
    from cloudsoc.policy import expand

    chance = random.Random(0)
    actions = sorted(expand(["s3:*", "ec2:*", "lambda:*", "rds:*", "dynamodb:*", "sqs:*", "iam:*", "kms:*", "logs:*", "glue:*"]))
    return [
        (
            chance.choice(actions),
            f"arn:aws:s3:::bucket-{number}/object",
            {"aws:SourceIp": (f"203.0.{number % 256}.{number // 256 % 256}",), "aws:SecureTransport": ("true",)},
        )
        for number in range(count)
    ]


def decision_seconds(count: int = 1_000, runs: int = 30) -> tuple[float, float]:
    """How long a decision takes; the median of some runs, each over other requests."""
    policies, wanted = ten_managed_policies(), distinct_requests(count * runs)

    def some(run: int) -> None:
        for action, resource, context in wanted[run * count : (run + 1) * count]:
            decide(Request(action, resource, ROLE, context), policies)

    taken = [timed(partial(some, run)) for run in range(runs)]
    return median(here for here, _ in taken) / count, median(there for _, there in taken) / count


def bucket_policy(number: int, size: int = 20_000) -> dict[str, object]:
    """A bucket policy as companies have them, just below S3's limit: teams and partners with prefixes, perimeters, services, TLS. The number makes it unique."""
    bucket = f"arn:aws:s3:::lake-{number}"
    statements: list[dict[str, object]] = [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [bucket, f"{bucket}/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-example", "aws:SourceVpce": ["vpce-1", "vpce-2"]},
                "NotIpAddressIfExists": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:Delete*",
            "NotResource": f"{bucket}/tmp/*",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/admin"]}},
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/logs/*",
            "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}, "ArnLike": {"aws:SourceArn": "arn:aws:s3:::lake-*"}},
        },
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["s3:Get*", "s3:List*"],
            "Resource": f"{bucket}/shared/*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-example"}},
        },
    ]
    team = 0
    while len(json.dumps(statements)) < size:
        team += 1
        account = str(200_000_000_000 + team)
        statements.append(
            {
                "Sid": f"Team{team}",
                "Effect": "Allow",
                "Principal": {"AWS": [f"arn:aws:iam::{account}:role/reader", f"arn:aws:iam::{account}:role/writer"]},
                "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
                "Resource": [bucket, f"{bucket}/team-{team}/*"],
                "Condition": {"StringLike": {"s3:prefix": [f"team-{team}/*"]}},
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def exposure_seconds(runs: int = 40) -> tuple[float, float]:
    """How long the exposure of such a policy takes, parsing excluded; the median."""
    documents = [PolicyDocument.parse(bucket_policy(number)) for number in range(runs + 1)]
    taken = [timed(partial(exposure, document, account="111122223333", resource=f"arn:aws:s3:::lake-{number}")) for number, document in enumerate(documents)][
        1:
    ]  # the first one also reads the catalogue of S3's actions
    return median(here for here, _ in taken), median(there for _, there in taken)


def reviews() -> tuple[int, int, int]:
    """Over all AWS managed policies, as if each stood at a resource with everyone as principal: how many, how many with something to review, and of these
    how many for another reason than a condition key of unknown meaning.
    """
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    everyone = (Principal("AWS", "*"),)
    documents = [PolicyDocument.parse(item["Document"]) for item in json.loads(aws_managed_policies_data).values()]
    asked = [
        exposure(
            dataclasses.replace(one, statements=tuple(dataclasses.replace(item, principals=everyone) for item in one)), account="111122223333"
        ).needs_review
        for one in documents
    ]
    return len(asked), sum(bool(reasons) for reasons in asked), sum(any("meaning" not in reason for reason in reasons) for reasons in asked)


def import_seconds(statement: str, runs: int = 7) -> tuple[float, float]:
    """How long a statement takes in a fresh interpreter; the best of several, since files are read."""
    code = f"from benchmarks.speed import timed; print(*timed(lambda: exec({statement!r})))"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # compiling is not importing
    taken = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment).stdout.split() for _ in range(runs + 1)]
    return min((float(here), float(there)) for here, there in taken[1:])


def main() -> None:
    here, there = decision_seconds()
    print(
        f"policy: {1 / here:,.0f} decisions/s over distinct requests, ten managed policies ({1 / here / WANTED_DECISIONS:.1f} x the aim); "
        f"{1 / there:,.0f} at reference speed"
    )
    here, there = exposure_seconds()
    print(
        f"policy: exposure of a bucket policy of 20 KB: {here * 1000:.1f} ms ({here / WANTED_EXPOSURE:.2f} of the limit); {there * 1000:.1f} at reference speed"
    )
    every, some, other = reviews()
    print(f"policy: {some} of {every} managed policies, opened to everyone, need a review ({some / every:.1%}); {other} for another reason than an unknown key")
    for statement in ("import cloudsoc.policy", "from cloudsoc.policy import decide"):
        here, there = import_seconds(statement)
        print(f"policy: {statement}: {here * 1000:.1f} ms ({here / WANTED_IMPORT:.2f} of the limit); {there * 1000:.1f} at reference speed")


if __name__ == "__main__":
    main()
