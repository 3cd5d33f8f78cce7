"""What is no answer is an error, not an empty answer."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from cloudsoc.demo.answer import Answer
from cloudsoc.engine.answers import UnreadableAnswer
from cloudsoc.engine.clients import Clients
from tests.recorded.wire import as_http

PAGE = b"<html><head/><body>Please sign in to the network</body></html>"
ASKED: dict[str, dict[str, Any]] = {
    "kms:ListKeys": {},
    "lambda:ListFunctions": {},
    "iam:ListUsers": {},
    "ec2:DescribeVpcs": {},
    "s3:ListBuckets": {},
    "s3:GetBucketVersioning": {"Bucket": "photos"},
    "s3:GetBucketEncryption": {"Bucket": "photos"},
    "s3control:ListAccessPoints": {"AccountId": "123456789012"},
    "cloudfront:ListDistributions": {},
    "sns:ListTopics": {},
}
"""An operation of each protocol and kind of answer, and what it is asked with."""


@pytest.fixture(scope="module")
def session() -> boto3.Session:
    return boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name="eu-west-1")


def pages(session: boto3.Session, operation: str, body: bytes, status: int = 200) -> Iterator[Any]:
    """The operation, answered by this body."""
    clients = Clients(session, [operation], 1)
    client = clients.client(operation.partition(":")[0], "eu-west-1")
    client.meta.events.register_first("before-send", lambda request, **_: as_http(Answer(status, (), body), request.url))
    return clients.pages(operation, "eu-west-1", ASKED[operation])


@pytest.mark.parametrize(
    "body", [b"", PAGE, b'{"Keys": [{"KeyId": "1"', b'{"message": "Forbidden"}', b"[]"], ids=["empty", "page", "broken", "foreign", "list"]
)
@pytest.mark.parametrize("operation", ASKED)
def test_what_is_no_answer_is_an_error(operation: str, body: bytes, session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)  # S3 is asked again
    with pytest.raises(Exception):  # noqa: B017, PT011 botocore raises what it likes
        list(pages(session, operation, body))


@pytest.mark.parametrize(
    ("operation", "body", "said"),
    [
        ("kms:ListKeys", b'{"Keys": [{"KeyId": "1"', "breaks off"),
        ("kms:ListKeys", b"", "is empty"),
        ("kms:ListKeys", b'{"message": "Forbidden"}', "is another one: it holds message"),
        ("ec2:DescribeVpcs", PAGE, "is a web page"),
        ("ec2:DescribeVpcs", b"<DescribeSubnetsResponse><subnetSet/><requestId>1</requestId></DescribeSubnetsResponse>", "is another one: it holds subnetSet"),
        ("s3:ListBuckets", b"<Error><Oh>no</Oh></Error>", "is another one: it holds Oh"),
    ],
)
def test_it_says_what_came_instead(operation: str, body: bytes, said: str, session: boto3.Session) -> None:
    with pytest.raises(UnreadableAnswer, match=said):
        list(pages(session, operation, body))


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("kms:ListKeys", b"{}"),
        ("lambda:ListFunctions", b'{"Functions": []}'),
        ("kms:ListKeys", b'{"Keys": [], "Truncated": false, "New": 1}'),
        ("ec2:DescribeVpcs", b"<DescribeVpcsResponse><vpcSet/><requestId>1</requestId></DescribeVpcsResponse>"),
        ("iam:ListUsers", b"<ListUsersResponse><ListUsersResult><Users/><IsTruncated>false</IsTruncated></ListUsersResult></ListUsersResponse>"),
        ("s3:GetBucketVersioning", b'<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>'),
        ("s3:ListBuckets", b"<ListAllMyBucketsResult><Owner><ID>me</ID></Owner><Buckets/></ListAllMyBucketsResult>"),
        ("cloudfront:ListDistributions", b"<DistributionList><Marker/><Quantity>0</Quantity></DistributionList>"),
    ],
)
def test_an_empty_answer_is_an_answer(operation: str, body: bytes, session: boto3.Session) -> None:
    assert len(list(pages(session, operation, body))) == 1


def test_a_client_that_was_let_go_is_gone(session: boto3.Session) -> None:
    """Its models are most of what it holds; a program that scans one account after the other has hundreds."""
    clients = Clients(session, ["kms:ListKeys"], 1)
    client = clients.client("kms", "eu-west-1")
    client.meta.events.register_first("before-send", lambda request, **_: as_http(Answer(200, (), b'{"Keys": []}'), request.url))
    assert list(clients.pages("kms:ListKeys", "eu-west-1", {}))
    model = weakref.ref(client.meta.service_model)
    del clients, client
    gc.collect()
    assert model() is None
