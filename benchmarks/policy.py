"""Measures the policy engine: decisions a second for a role with ten managed policies, and the time that importing it takes.

Every request is another one, so nothing is answered from memory. Run it with ``python -m benchmarks.policy``.
"""

import json
import random
import subprocess
import sys
import time

from cloudsoc.policy import Caller, Policies, Policy, Request, decide

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


def decisions_per_second(count: int = 30_000) -> float:
    policies, wanted = ten_managed_policies(), distinct_requests(count)
    start = time.perf_counter()
    for action, resource, context in wanted:
        decide(Request(action, resource, ROLE, context), policies)
    return count / (time.perf_counter() - start)


def import_seconds(statement: str, runs: int = 5) -> float:
    """How long a statement takes in a fresh interpreter; the best of several."""
    code = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    return min(float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout) for _ in range(runs))


def main() -> None:
    decided = decisions_per_second()
    print(f"policy: {decided:,.0f} decisions/s over distinct requests, ten managed policies ({decided / WANTED_DECISIONS:.1f} x the aim)")
    for statement in ("import cloudsoc.policy", "from cloudsoc.policy import decide"):
        imported = import_seconds(statement)
        print(f"policy: {statement}: {imported * 1000:.1f} ms ({imported / WANTED_IMPORT:.2f} of the limit)")


if __name__ == "__main__":
    main()
