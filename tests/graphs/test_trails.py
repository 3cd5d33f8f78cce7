"""What selectors take in, of both grammars."""

from __future__ import annotations

import pytest

from cloudsoc.aws.cloudtrail import AdvancedEventSelector, DataResource, EventSelector
from cloudsoc.graphs.trails import Recording, named, together
from tests.checks.table import but
from tests.checks.test_cloudtrail import ALL, BROKEN, DATA, MANAGEMENT, OFF, ORGANIZATION, READS, TRAIL, advanced, field, records

OBJECTS = "AWS::S3::Object"


def of(kind: str, *values: str) -> EventSelector:
    return EventSelector(read_write_type="All", include_management_events=False, data_resources=(DataResource(type=kind, values=values),))


def test_a_trail_that_is_off_or_broken_records_nothing() -> None:
    assert records(ALL, status=OFF) == Recording("it is stopped")
    assert records(ALL, status=BROKEN) == Recording("it cannot deliver: AccessDenied")
    assert records(ALL, status=but(BROKEN, latest_delivery_error="")).stopped == ""


def test_what_is_left_out_is_what_all_leave_out() -> None:
    some = [("read", frozenset({"a", "b"})), ("read", frozenset({"b", "c"})), ("write", frozenset({"a"}))]
    assert together(some) == {"read": {"b"}, "write": {"a"}}
    assert together([]) == {}


def test_conditions_that_take_in_only_some() -> None:
    narrow: list[EventSelector | AdvancedEventSelector] = [
        advanced(MANAGEMENT, field("eventSource", "kms.amazonaws.com")),
        advanced(MANAGEMENT, field("userIdentity.arn", not_equals=("arn:aws:iam::111122223333:role/ci",))),
        advanced(MANAGEMENT, field("readOnly", "maybe")),
        advanced(MANAGEMENT, field("eventName", starts_with=("Delete",))),
        advanced(field("eventCategory", not_equals=("Data",))),
        advanced(field("readOnly", "true")),
        but(READS, read_write_type="Whatever"),
    ]
    for one in narrow:
        assert not list(records(one).management()), one


def test_both_kinds_are_none_where_two_conditions_contradict() -> None:
    assert not list(records(advanced(MANAGEMENT, field("readOnly", "true"), field("readOnly", "false"))).management())


@pytest.mark.parametrize(
    ("value", "covered", "left"),
    [
        ("arn:aws:s3", "arn:aws:s3:::any/", ""),
        ("arn:aws-cn:s3:::", "arn:aws-cn:s3:::any/", ""),
        ("arn:aws:s3:::logs/", "arn:aws:s3:::logs/", "arn:aws:s3:::logs-2/"),
        ("arn:aws:s3:::logs", "arn:aws:s3:::logs/", "arn:aws:s3:::logs-2/"),
        ("arn:aws:s3:::logs/a", "arn:aws:s3:::logs/abc", "arn:aws:s3:::logs/"),
    ],
)
def test_beginnings_of_arns(value: str, covered: str, left: str) -> None:
    recorded = records(of(OBJECTS, value))
    assert recorded.data(OBJECTS, covered) == {"read", "write"}
    assert not recorded.data("AWS::Lambda::Function", covered)
    if left:
        assert not recorded.data(OBJECTS, left)


def test_other_types_of_the_first_grammar() -> None:
    function = "arn:aws:lambda:eu-west-1:111122223333:function:one"
    assert records(of("AWS::Lambda::Function", "arn:aws:lambda")).data("AWS::Lambda::Function", function)
    assert records(of("AWS::Lambda::Function", function)).data("AWS::Lambda::Function", function)
    assert not records(of("AWS::Lambda::Function", function + "2")).data("AWS::Lambda::Function", function)


def test_management_selectors_take_no_data_and_data_selectors_no_management() -> None:
    assert not records(ALL).data(OBJECTS, "arn:")
    assert not records(advanced(MANAGEMENT)).data(OBJECTS, "arn:")
    assert records(DATA).data(OBJECTS, "arn:") == {"read", "write"}
    assert not list(records(DATA, of(OBJECTS, "arn:aws:s3")).management())


def test_data_of_some_resources_only() -> None:
    bucket = "arn:aws:s3:::files/"
    for narrow in (field("resources.ARN", bucket), field("resources.ARN", ends_with=(".key",)), field("resources.ARN", not_ends_with=(".tmp",))):
        assert not records(advanced(*DATA.field_selectors, narrow)).data(OBJECTS, bucket)
    twice = (field("resources.ARN", starts_with=("arn:aws:s3:::a",)), field("resources.ARN", starts_with=("arn:aws:s3:::ab",)))
    assert not records(advanced(*DATA.field_selectors, *twice)).data(OBJECTS, "arn:aws:s3:::abc/")


def test_names() -> None:
    assert named(TRAIL, "111122223333") == "trail audit"
    assert named(TRAIL, "444455556666") == "trail audit of account 111122223333"
    assert named(ORGANIZATION, "999988887777") == "organization trail org of account 999988887777"
