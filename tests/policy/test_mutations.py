"""100,000 documents that something went wrong with: each is a policy that can be decided on, or a typed error with a place. No crash, no hang."""

import json
import random
import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from cloudsoc.policy import MalformedPolicy, Policies, Policy, Request, decide, exposure

SHARDS = 10
DOCUMENTS = 100_000 // SHARDS

SEEDS: tuple[dict[str, Any], ...] = (
    {
        "Version": "2012-10-17",
        "Id": "bucket",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": {"AWS": ["111122223333", "arn:aws:iam::999988887777:root"], "Service": "cloudtrail.amazonaws.com"},
                "Action": ["s3:Get*", "s3:List*"],
                "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/${aws:username}/*"],
                "Condition": {"StringLike": {"s3:prefix": ["home/${aws:username, 'x'}/*"]}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "NotAction": "iam:*",
                "NotResource": "arn:aws:s3:::c/*",
                "Condition": {"Bool": {"aws:SecureTransport": False}},
            },
        ],
    },
    {
        "Statement": {
            "Effect": "Allow",
            "Action": "*",
            "Resource": "*",
            "Condition": {
                "ForAllValues:StringEqualsIfExists": {"aws:TagKeys": ["a", "b"]},
                "NumericLessThan": {"s3:max-keys": 10},
                "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"},
                "ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:n?ws"},
                "Null": {"aws:TokenIssueTime": "true"},
                "BinaryEquals": {"x:y": "QQ=="},
            },
        },
    },
)
ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1e999,
    10**30,
    "",
    "*",
    "${",
    "${}",
    "}",
    "?" * 40,
    "*a" * 40,
    "\x00",
    "\ud800",
    [],
    {},
    [[]],
    [None],
    {"": ""},
    "arn:",
    "a:b",
    "::::::",
)
CONTEXT = {
    "aws:SourceIp": "203.0.113.9",
    "aws:SecureTransport": True,
    "s3:prefix": "home/bob/x",
    "aws:TagKeys": ["a", "c"],
    "s3:max-keys": 5,
    "aws:CurrentTime": "2024",
    "aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:news",
    "x:y": "QQ==",
}
REQUESTS = tuple(
    Request.parse({"principal": principal, "action": action, "resource": resource, "context": CONTEXT})
    for principal, action, resource in (
        ("arn:aws:iam::111122223333:user/bob", "s3:GetObject", "arn:aws:s3:::b/bob/cat"),
        ("*", "s3:ListBucket", "arn:aws:s3:::b"),
        ("cloudtrail.amazonaws.com", "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1"),
    )
)


def places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        here = waiting.pop()
        keys: Any = list(here) if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
        for key in keys:
            found.append((here, key))
            waiting.append(here[key])
    return found


def change_structure(chance: random.Random) -> Any:
    document = json.loads(json.dumps(chance.choice(SEEDS)))
    for _ in range(chance.randint(1, 3)):
        where = places(document)
        if not where:
            break
        holder, key = chance.choice(where)
        what = chance.randrange(6)
        if what == 0:
            del holder[key]
        elif what == 1:
            holder[key] = deepcopy(chance.choice(where)[0])
        elif what == 2 and isinstance(holder, dict):
            holder[chance.choice(["Action", "Condition", "Effect", "NotPrincipal", "stringequals", "X", ""])] = holder.pop(key)
        elif what == 3 and isinstance(holder[key], str):
            text = holder[key]
            cut = chance.randint(0, len(text))
            holder[key] = text[:cut] + chance.choice(["*", "?", "${aws:username}", "${x:y, 'd'}", ":", "\u00e9", ""]) + text[cut + chance.randint(0, 2) :]
        elif what == 4:
            holder[key] = [holder[key], deepcopy(chance.choice(ODD))]
        else:
            holder[key] = deepcopy(chance.choice(ODD))
    return document


def change_text(chance: random.Random) -> str:
    text = json.dumps(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 4)):
        cut = chance.randint(0, len(text))
        text = text[:cut] + chance.choice(['"', "{", "}", "[", "]", ",", ":", "%7B", "\\", "1e9", "null", "*", ""]) + text[cut + chance.randint(0, 6) :]
    return text


def read(written: Any) -> Policy | MalformedPolicy:
    try:
        return Policy.of(written)
    except MalformedPolicy as error:
        return error


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_mutated_document_crashes_or_hangs(shard: int) -> None:
    chance = random.Random(shard)
    ways: tuple[Callable[[random.Random], Any], ...] = (change_structure, change_structure, change_structure, change_text)
    policies = 0
    for number in range(DOCUMENTS):
        written = chance.choice(ways)(chance)
        start = time.process_time()
        found = read(written)
        if isinstance(found, MalformedPolicy):
            assert found.place
            assert found.problem
        else:
            policies += 1
            assert Policy.of(found.document.to_json()).document == found.document
            decision = decide(REQUESTS[number % len(REQUESTS)], Policies(identity=(found,), resource=found))
            assert decision.explanation
            if number % 5 == 0:
                exposed = exposure(found.document, account="111122223333", resource="arn:aws:s3:::b")
                assert exposed.explanation
                assert all((grant.witness is None) == (grant.needs_review is not None) for grant in exposed)
        assert time.process_time() - start < 1, written
    assert policies > DOCUMENTS // 10
