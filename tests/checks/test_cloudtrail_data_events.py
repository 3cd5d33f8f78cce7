"""Data events: CloudTrail checks on hand-made facts."""

from __future__ import annotations

from typing import Any

from cloudsoc.aws.cloudtrail import DataResource, EventSelector, Trail
from cloudsoc.aws.s3 import Bucket, BucketTagging, Tag
from cloudsoc.graphs.trails import Recording
from cloudsoc.model import Everywhere
from cloudsoc_checks.cloudtrail.data_events import records_bedrock_events, s3_read_events_recorded, s3_write_events_recorded
from tests.checks.table import UNREAD, Case, but, given, table
from tests.checks.test_cloudtrail import (
    ACCOUNT,
    ALL,
    EVERYTHING,
    NO_KMS,
    NONE_KNOWN,
    OF_ONE_REGION,
    OFF,
    ONLY_READS,
    ONLY_WRITES,
    TRAIL,
    WRITES,
    advanced,
    field,
    records,
    rows,
)

FILES = Bucket(arn="arn:aws:s3:::files", region="eu-west-1", name="files")
FILES_TOO = but(FILES, arn="arn:aws:s3:::files-too", name="files-too")
LOGS = but(FILES, arn="arn:aws:s3:::logs", name="logs")
TWO = Everywhere([FILES, FILES_TOO])
Tags = Everywhere[tuple[Bucket, BucketTagging | None]]
NO_TAGS: Tags = Everywhere([(FILES, None), (FILES_TOO, None)])


def objects(*values: str, kind: str = "All") -> EventSelector:
    """A selector of the first grammar for objects alone."""
    return EventSelector(read_write_type=kind, include_management_events=False, data_resources=(DataResource(type="AWS::S3::Object", values=values),))


def tagged(bucket: Bucket, key: str, value: str) -> tuple[Bucket, BucketTagging]:
    return bucket, BucketTagging(tag_set=(Tag(key=key, value=value),))


OBJECTS = (field("eventCategory", "Data"), field("resources.type", "AWS::S3::Object"))
EVERY = advanced(*OBJECTS)
BUT_LOGS = advanced(*OBJECTS, field("resources.ARN", not_starts_with=("arn:aws:s3:::logs/",)))
ONLY_FILES = advanced(*OBJECTS, field("resources.ARN", starts_with=("arn:aws:s3:::files/",)))
DELETIONS = advanced(*OBJECTS, field("eventName", "DeleteObject"))


def case(recorded: Recording, buckets: Everywhere[Bucket] = TWO, tags: Tags = NO_TAGS, says: str = "", trail: Trail = TRAIL, **settings: Any) -> Case:
    return given(ACCOUNT, rows((trail, recorded)), buckets, tags, says=says, **settings)


RIGHT = {
    "all buckets": case(records(objects("arn:aws:s3")), says="all buckets"),
    "all buckets, as AWS wrote it once": case(records(objects("arn:aws:s3:::"))),
    "all buckets, although they were not read": case(records(objects("arn:aws:s3")), Everywhere((), [UNREAD]), Everywhere((), [UNREAD])),
    "CT-3: all buckets, in the other grammar": case(records(EVERY), says="all buckets"),
    "CT-3: one selector a bucket": case(records(objects("arn:aws:s3:::files/"), objects("arn:aws:s3:::files-too/")), says="each of 2"),
    "a beginning that two share": case(records(advanced(*OBJECTS, field("resources.ARN", starts_with=("arn:aws:s3:::files",)))), says="each of 2"),
    "by a trail of the buckets' region": case(records(EVERY), trail=OF_ONE_REGION, says="each of 2"),
    "the bucket of the logs left out": case(records(BUT_LOGS), Everywhere([FILES, LOGS]), Everywhere([(FILES, None), (LOGS, None)]), says="hold trail logs"),
    "one that is tagged as public": case(records(ONLY_FILES), tags=Everywhere([(FILES, None), tagged(FILES_TOO, "DataClassification", "public")])),
    "one that is tagged as the company does": case(
        records(ONLY_FILES), tags=Everywhere([tagged(FILES_TOO, "data", "open")]), classification_tag="data", not_sensitive=("open", "internal")
    ),
}
WRONG = {
    "no data events": case(EVERYTHING, says="2 of 2 buckets: files, files-too"),
    "stopped": case(records(EVERY, status=OFF), says="2 of 2"),
    "one of two": case(records(objects("arn:aws:s3:::files/")), says="1 of 2 buckets: files-too"),
    "a bucket without its slash is that bucket alone": case(records(objects("arn:aws:s3:::files")), says="1 of 2 buckets: files-too"),
    "a folder of a bucket": case(records(objects("arn:aws:s3:::files/secret/")), says="2 of 2"),
    "CT-3: another bucket left out": case(
        records(advanced(*OBJECTS, field("resources.ARN", not_starts_with=("arn:aws:s3:::files/a",)))), says="1 of 2 buckets: files"
    ),
    "only one call": case(records(DELETIONS), says="2 of 2"),
    "another type of resource": case(records(advanced(field("eventCategory", "Data"), field("resources.type", "AWS::Lambda::Function"))), says="2 of 2"),
    "a source left out": case(records(advanced(*OBJECTS, field("eventSource", not_equals=("s3.amazonaws.com",)))), says="2 of 2"),
    "by a trail of another region": case(records(EVERY), trail=but(OF_ONE_REGION, home_region="us-east-1"), says="2 of 2"),
    "one that is tagged as secret": case(records(ONLY_FILES), tags=Everywhere([tagged(FILES_TOO, "DataClassification", "secret")]), says="files-too"),
    "one that has another tag": case(records(ONLY_FILES), tags=Everywhere([tagged(FILES_TOO, "access", "public")]), says="files-too"),
    "five": case(
        EVERYTHING, Everywhere([but(FILES, arn=f"arn:aws:s3:::b{number}", name=f"b{number}") for number in range(5)]), says="of 5 buckets: b0, b1, b2, b3, b4"
    ),
    "six": case(EVERYTHING, Everywhere([but(FILES, arn=f"arn:aws:s3:::b{number}", name=f"b{number}") for number in range(6)]), says="b0, b1, b2, b3, b4 ..."),
    "many": case(EVERYTHING, Everywhere([but(FILES, arn=f"arn:aws:s3:::b{number}", name=f"b{number}") for number in range(7)]), says="b0, b1, b2, b3, b4 ..."),
}
OPEN = {
    "trails unread": given(ACCOUNT, NONE_KNOWN, TWO, NO_TAGS),
    "buckets unread": case(records(ONLY_FILES), Everywhere([FILES], [UNREAD])),
    "one trail is known, and it is not enough": given(ACCOUNT, Everywhere([(TRAIL, EVERYTHING)], [UNREAD]), TWO, NO_TAGS),
    "the tag that might exempt a bucket unread": case(records(ONLY_FILES), tags=Everywhere((), [UNREAD])),
}
NONE = {"no bucket": given(ACCOUNT, rows((TRAIL, EVERYTHING)), Everywhere[Bucket](), NO_TAGS)}
ONLY = {
    "write": (objects("arn:aws:s3", kind="WriteOnly"), advanced(*OBJECTS, ONLY_WRITES)),
    "read": (objects("arn:aws:s3", kind="ReadOnly"), advanced(*OBJECTS, ONLY_READS)),
}

test_s3_write_events_recorded = table(
    s3_write_events_recorded,
    passed={**RIGHT, "writes alone": case(records(ONLY["write"][0])), "CT-3: writes alone, in the other grammar": case(records(ONLY["write"][1]))},
    failed={**WRONG, "reads alone": case(records(*ONLY["read"]), says="writes are not recorded in 2 of 2")},
    not_applicable=NONE,
    not_assessed=OPEN,
)
test_s3_read_events_recorded = table(
    s3_read_events_recorded,
    passed={**RIGHT, "reads alone": case(records(ONLY["read"][0])), "CT-3: reads alone, in the other grammar": case(records(ONLY["read"][1]))},
    failed={**WRONG, "writes alone": case(records(*ONLY["write"]), says="reads are not recorded in 2 of 2")},
    not_applicable=NONE,
    not_assessed=OPEN,
)

AGENTS = advanced(field("eventCategory", "Data"), field("resources.type", "AWS::Bedrock::AgentAlias"))
BOTH = records(ALL, AGENTS)
TYPES = ("AWS::Bedrock::AgentAlias",)
HALF_OF_IT = advanced(field("eventCategory", "Data"), field("resources.type", "AWS::Bedrock::AgentAlias"), ONLY_READS)
SOME_AGENTS = advanced(
    field("eventCategory", "Data"),
    field("resources.type", "AWS::Bedrock::AgentAlias"),
    field("resources.ARN", not_starts_with=("arn:aws:bedrock:us-east-1",)),
)
NOT_B = advanced(field("eventCategory", "Management"), field("eventSource", not_starts_with=("bedrock",)))
NOT_AWS = advanced(field("eventCategory", "Management"), field("eventSource", not_ends_with=("rock.amazonaws.com",)))
NO_BEDROCK = advanced(field("eventCategory", "Management"), field("eventSource", not_equals=("bedrock.amazonaws.com",)))

test_records_bedrock_events = table(
    records_bedrock_events,
    passed={
        "calls of models and agents": given(ACCOUNT, rows((TRAIL, BOTH)), resource_types=TYPES, says="trail audit"),
        "in two trails": given(ACCOUNT, rows((TRAIL, EVERYTHING), (but(TRAIL, name="second"), records(AGENTS))), resource_types=TYPES, says="second"),
        "calls of models, where that is all that is used": given(ACCOUNT, rows((TRAIL, EVERYTHING)), resource_types=()),
        "without another source": given(ACCOUNT, rows((TRAIL, records(NO_KMS, AGENTS))), resource_types=TYPES),
    },
    failed={
        "no data events": given(
            ACCOUNT,
            rows((TRAIL, EVERYTHING)),
            says="trail audit: not recorded are data events of AWS::Bedrock::AgentAlias, data events of AWS::Bedrock::FlowAlias, "
            "data events of AWS::Bedrock::Guardrail, data events of AWS::Bedrock::KnowledgeBase",
        ),
        "no data events, in two trails": given(
            ACCOUNT, rows((TRAIL, EVERYTHING), (but(TRAIL, name="second"), EVERYTHING)), resource_types=TYPES, says="trail audit and trail second: not"
        ),
        "some agents left out": given(ACCOUNT, rows((TRAIL, records(ALL, SOME_AGENTS))), resource_types=TYPES, says="AWS::Bedrock::AgentAlias"),
        "sources that begin so left out": given(ACCOUNT, rows((TRAIL, records(NOT_B, AGENTS))), resource_types=TYPES, says="read management events"),
        "sources that end so left out": given(ACCOUNT, rows((TRAIL, records(NOT_AWS, AGENTS))), resource_types=TYPES, says="read management events"),
        "half of the data events": given(ACCOUNT, rows((TRAIL, records(ALL, HALF_OF_IT))), resource_types=TYPES, says="AWS::Bedrock::AgentAlias"),
        "no management events": given(ACCOUNT, rows((TRAIL, records(AGENTS))), resource_types=TYPES, says="read management events, write management events"),
        "writes only": given(ACCOUNT, rows((TRAIL, records(WRITES, AGENTS))), resource_types=TYPES, says="not recorded are read management events"),
        "Bedrock left out": given(ACCOUNT, rows((TRAIL, records(NO_BEDROCK, AGENTS))), resource_types=TYPES, says="read management events"),
        "of one region": given(ACCOUNT, rows((OF_ONE_REGION, BOTH)), resource_types=TYPES, says="no trail that covers all regions"),
        "stopped": given(ACCOUNT, rows((TRAIL, records(ALL, AGENTS, status=OFF))), resource_types=TYPES, says="no trail that covers all regions"),
    },
    not_assessed={"unread": (ACCOUNT, NONE_KNOWN), "not by those that are known": (ACCOUNT, Everywhere([(TRAIL, EVERYTHING)], [UNREAD]))},
)
