"""Verdicts a second over 100,000 keys, beside a bare loop that calls the same function; and what a finding costs on top."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.kms import Key, KeyRotation
from cloudsoc.engine.evaluate import Evaluation
from cloudsoc.engine.fields import field_paths
from cloudsoc.engine.findings import finding
from cloudsoc.engine.inventory import AccountInventory, Inventory
from cloudsoc.engine.plan import fact_name
from cloudsoc.model import Address, Check
from cloudsoc_checks.kms.keys import key_not_pending_deletion, key_rotation_enabled

SUBJECTS, WANTED = 100_000, 200_000
ACCOUNT, REGION = "111122223333", "eu-west-1"


def account(subjects: int = SUBJECTS) -> AccountInventory:
    made = AccountInventory(ACCOUNT, observed_at=datetime(2026, 1, 1, tzinfo=UTC))
    kinds: tuple[Any, ...] = (Account, Region, Key, KeyRotation)
    made.fields = {fact_name(kind): field_paths(kind) for kind in kinds}
    made.regions = {REGION: ("read", "")}
    root = Address(Account, ACCOUNT, "global", ACCOUNT, "aws")
    region = Address(Region, f"{ACCOUNT}/{REGION}", REGION, ACCOUNT, "aws", root)
    for address in (root, region):
        made.found(address)
    for number in range(subjects):
        arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number:08}"
        made.found(Address(Key, arn, REGION, ACCOUNT, "aws", region))
        key = Key(
            arn=arn,
            region=REGION,
            key_id=str(number),
            key_manager="CUSTOMER",
            key_spec="SYMMETRIC_DEFAULT",
            key_state="Enabled",
            origin="AWS_KMS",
            creation_date=made.observed_at,
        )
        made.learn(Key, arn, key)
        made.learn(KeyRotation, arn, KeyRotation(key_rotation_enabled=number % 7 > 0))
    return made


def rate(work: Callable[[], int]) -> float:
    """The best of three: how many a second."""
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        best = max(best, work() / (time.perf_counter() - start))
    return best


def main() -> None:
    found = account()
    checks: tuple[Check[...], ...] = (key_rotation_enabled, key_not_pending_deletion)

    def settings(check: Check[...]) -> dict[str, Any]:
        return {"max_rotation_days": 365} if check is key_rotation_enabled else {}

    def judge() -> int:
        return sum(1 for _ in Evaluation(Inventory([found])).run(checks, settings))

    keys, rotations = found.facts["kms.Key"], found.facts["kms.KeyRotation"]

    def bare() -> int:
        for arn, key in keys.items():
            key_rotation_enabled.function(key, rotations[arn], max_rotation_days=365)  # type: ignore[arg-type]
            key_not_pending_deletion.function(key)  # type: ignore[arg-type]
        return 2 * len(keys)

    def told() -> int:
        return len([finding(one) for one in Evaluation(Inventory([found])).run(checks[:1], settings)])

    ours, floor, whole = rate(judge), rate(bare), rate(told)
    print(f"evaluation: {ours:,.0f} verdicts/s on one core ({ours / WANTED:.1f} x the aim; {floor / ours:.1f} x the time of a bare loop over the functions)")
    print(f"evaluation: {whole:,.0f} findings/s, evidence and remedy included ({ours / whole:.1f} x the time of the verdict)")


if __name__ == "__main__":
    main()
