"""Whether trails record: CloudTrail checks on hand-made facts."""

from __future__ import annotations

from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.cloudtrail import (
    AdvancedEventSelector,
    AdvancedFieldSelector,
    EventSelector,
    EventSelectors,
    InsightSelector,
    InsightSelectors,
    Trail,
    TrailStatus,
)
from cloudsoc.aws.organizations import Organization
from cloudsoc.graphs.trails import Recording, recording
from cloudsoc.model import HIGH, Everywhere
from cloudsoc_checks.cloudtrail.trails import (
    global_service_events_included,
    insights_enabled,
    multi_region_trail_enabled,
    organization_trail_covers_account,
    records_all_management_events,
    security_trail_complete,
    trail_is_logging,
)
from tests.checks.table import UNREAD, but, given, table

ACCOUNT = Account(arn="111122223333", region="global", account="111122223333")
REGION = Region(arn="111122223333/eu-west-1", region="eu-west-1", region_name="eu-west-1", opt_in_status="opt-in-not-required")
TRAIL = Trail(
    arn="arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit",
    region="eu-west-1",
    name="audit",
    home_region="eu-west-1",
    s3_bucket_name="logs",
    is_multi_region_trail=True,
    is_organization_trail=False,
    include_global_service_events=True,
    log_file_validation_enabled=True,
)
SECOND = but(TRAIL, arn="arn:aws:cloudtrail:eu-west-1:111122223333:trail/second", name="second")
ON, OFF = TrailStatus(is_logging=True), TrailStatus(is_logging=False)
BROKEN = but(ON, latest_delivery_error="AccessDenied")
ALL = EventSelector(read_write_type="All", include_management_events=True)
READS, WRITES = but(ALL, read_write_type="ReadOnly"), but(ALL, read_write_type="WriteOnly")
NO_KMS = but(ALL, exclude_management_event_sources=("kms.amazonaws.com",))
NO_TWO = ("rdsdata.amazonaws.com", "kms.amazonaws.com")
NO_RDS_DATA = but(ALL, exclude_management_event_sources=("rdsdata.amazonaws.com",))


def field(name: str, *equals: str, **others: tuple[str, ...]) -> AdvancedFieldSelector:
    return AdvancedFieldSelector(field=name, equals=equals, **others)


def advanced(*fields: AdvancedFieldSelector) -> AdvancedEventSelector:
    return AdvancedEventSelector(field_selectors=fields)


def records(*selectors: EventSelector | AdvancedEventSelector, status: TrailStatus = ON) -> Recording:
    """What a trail with these selectors records, in truth: through the derivation."""
    basic = tuple(one for one in selectors if isinstance(one, EventSelector))
    other = tuple(one for one in selectors if isinstance(one, AdvancedEventSelector))
    return recording(TRAIL, status, EventSelectors(event_selectors=basic, advanced_event_selectors=other))


MANAGEMENT = field("eventCategory", "Management")
ONLY_READS, ONLY_WRITES = field("readOnly", "true"), field("readOnly", "false")
DATA = advanced(field("eventCategory", "Data"), field("resources.type", "AWS::S3::Object"))
ONE_CALL = advanced(MANAGEMENT, field("eventName", "RunInstances"))
ADVANCED_NO_KMS = advanced(MANAGEMENT, field("eventSource", not_equals=("kms.amazonaws.com",)))

Rows = Everywhere[tuple[Trail, Recording]]


def rows(*found: tuple[Trail, Recording]) -> Rows:
    return Everywhere(found)


EVERYTHING, NOTHING = records(ALL), records()
HALF: Rows = Everywhere([(TRAIL, records(READS))], [UNREAD])
NONE_KNOWN: Rows = Everywhere((), [UNREAD])
ORGANIZATION = but(TRAIL, arn="arn:aws:cloudtrail:eu-west-1:999988887777:trail/org", name="org", is_organization_trail=True)
OF_ONE_REGION = but(TRAIL, is_multi_region_trail=False)

test_multi_region_trail_enabled = table(
    multi_region_trail_enabled,
    passed={
        "one trail for all": given(ACCOUNT, rows((TRAIL, EVERYTHING)), says="trail audit"),
        "CT-1: the organization's trail": given(ACCOUNT, rows((ORGANIZATION, EVERYTHING)), says="organization trail org of account 999988887777"),
        "CT-3: advanced selectors": (ACCOUNT, rows((TRAIL, records(advanced(MANAGEMENT))))),
        "CT-3: the last selector takes nothing from an earlier one": (ACCOUNT, rows((TRAIL, records(ALL, but(READS, include_management_events=False))))),
        "CT-3: two halves, in one trail": (ACCOUNT, rows((TRAIL, records(advanced(MANAGEMENT, ONLY_READS), advanced(MANAGEMENT, ONLY_WRITES))))),
        "two halves, in two trails": given(ACCOUNT, rows((TRAIL, records(READS)), (SECOND, records(WRITES))), says="audit and trail second"),
        "one is known and enough, others are not": (ACCOUNT, Everywhere([(TRAIL, EVERYTHING)], [UNREAD])),
        "one for all behind one of one region": (ACCOUNT, rows((OF_ONE_REGION, EVERYTHING), (SECOND, EVERYTHING))),
        "one that works beside one that does not": (ACCOUNT, rows((TRAIL, records(ALL, status=BROKEN)), (SECOND, EVERYTHING))),
        "without two noisy sources, in two trails, told": given(
            ACCOUNT,
            rows(
                (TRAIL, records(but(READS, exclude_management_event_sources=NO_TWO))), (SECOND, records(but(WRITES, exclude_management_event_sources=NO_TWO)))
            ),
            says="trail audit and trail second, but not the events of kms.amazonaws.com, rdsdata.amazonaws.com",
        ),
        "without a noisy source, told": given(ACCOUNT, rows((TRAIL, records(NO_KMS))), says="not the events of kms.amazonaws.com"),
    },
    failed={
        "none": given(ACCOUNT, rows(), says="no trail that covers all regions"),
        "CT-1: the organization's trail, stopped": given(ACCOUNT, rows((ORGANIZATION, records(ALL, status=OFF))), says="it is stopped"),
        "of one region": (ACCOUNT, rows((OF_ONE_REGION, EVERYTHING))),
        "stopped": given(ACCOUNT, rows((TRAIL, records(ALL, status=OFF))), says="trail audit: it is stopped"),
        "cannot deliver": given(ACCOUNT, rows((TRAIL, records(ALL, status=BROKEN))), says="AccessDenied"),
        "reads only": given(ACCOUNT, rows((TRAIL, records(READS))), says="only read", severity=HIGH),
        "writes only": given(ACCOUNT, rows((TRAIL, records(WRITES))), says="only write", severity=HIGH),
        "writes only, twice": given(ACCOUNT, rows((TRAIL, records(WRITES)), (SECOND, records(WRITES))), says="audit and trail second: only", severity=HIGH),
        "two that do not log": given(
            ACCOUNT, rows((TRAIL, records(ALL, status=OFF)), (SECOND, records(ALL, status=BROKEN))), says="trail audit: it is stopped; trail second: it cannot"
        ),
        "data events only, twice": given(ACCOUNT, rows((TRAIL, records(DATA)), (SECOND, records(DATA))), says="by trail audit and trail second"),
        "CT-3: data events only": given(ACCOUNT, rows((TRAIL, records(DATA))), says="no management events"),
        "a condition that takes in only some events": given(ACCOUNT, rows((TRAIL, records(ONE_CALL))), says="no management events"),
    },
    not_assessed={
        "CT-2: trails unread": (ACCOUNT, NONE_KNOWN),
        "half is known, the rest is not": (ACCOUNT, HALF),
    },
)

Logging = Everywhere[tuple[Trail, TrailStatus]]


def logging(*found: tuple[Trail, TrailStatus]) -> Logging:
    return Everywhere(found)


test_trail_is_logging = table(
    trail_is_logging,
    passed={
        "one of the region": given(REGION, logging((OF_ONE_REGION, ON)), says="trail audit is logging"),
        "CT-2: one of another region that covers all": (REGION, logging((but(TRAIL, home_region="us-east-1"), ON))),
        "CT-1: the organization's": given(REGION, logging((ORGANIZATION, ON)), says="of account 999988887777"),
        "one is known, whatever else there is": (REGION, Everywhere([(TRAIL, ON)], [UNREAD])),
        "one beside one that is stopped": (REGION, logging((TRAIL, OFF), (SECOND, ON))),
    },
    failed={
        "none": given(REGION, logging(), says="no trail covers"),
        "one of another region only": given(REGION, logging((but(OF_ONE_REGION, home_region="us-east-1"), ON)), says="no trail covers"),
        "stopped": given(REGION, logging((TRAIL, OFF)), says="trail audit: stopped"),
        "two, both stopped": given(REGION, logging((TRAIL, OFF), (SECOND, OFF)), says="trail audit and trail second: stopped"),
    },
    not_assessed={
        "CT-6: trails unread": (REGION, Everywhere((), [UNREAD])),
        "CT-6: one that covers it may live in a region that was not read": (REGION, Everywhere([(but(OF_ONE_REGION, home_region="us-east-1"), ON)], [UNREAD])),
    },
)

test_records_all_management_events = table(
    records_all_management_events,
    passed={
        "all": given(ACCOUNT, rows((TRAIL, EVERYTHING)), says="trail audit"),
        "CT-3: what one leaves out the other takes in": (ACCOUNT, rows((TRAIL, records(NO_KMS)), (SECOND, records(NO_RDS_DATA)))),
        "CT-3: within one trail": (ACCOUNT, rows((TRAIL, records(NO_KMS, ALL)))),
        "CT-3: advanced selectors": (ACCOUNT, rows((TRAIL, records(advanced(MANAGEMENT))))),
        "one is known and enough": (ACCOUNT, Everywhere([(TRAIL, EVERYTHING)], [UNREAD])),
    },
    failed={
        "an excluded source": given(ACCOUNT, rows((TRAIL, records(NO_KMS))), says="kms.amazonaws.com are left out"),
        "two excluded sources, in each of two trails": given(
            ACCOUNT,
            rows(*((one, records(but(ALL, exclude_management_event_sources=NO_TWO))) for one in (TRAIL, SECOND))),
            says="trail audit and trail second: the events of kms.amazonaws.com, rdsdata.amazonaws.com are left out",
        ),
        "reads only, twice": given(ACCOUNT, rows((TRAIL, records(READS)), (SECOND, records(READS))), says="trail audit and trail second: write events"),
        "CT-3: an excluded source, in the other grammar": given(ACCOUNT, rows((TRAIL, records(ADVANCED_NO_KMS))), says="kms.amazonaws.com are left out"),
        "reads only": given(ACCOUNT, rows((TRAIL, records(READS))), says="write events are not recorded"),
        "writes only": given(ACCOUNT, rows((TRAIL, records(WRITES))), says="read events are not recorded"),
        "nothing": given(ACCOUNT, rows((TRAIL, NOTHING)), says="read and write"),
        "no trail": given(ACCOUNT, rows(), says="no trail that covers all regions"),
        "of one region": given(ACCOUNT, rows((OF_ONE_REGION, EVERYTHING)), says="no trail that covers all regions"),
        "stopped": given(ACCOUNT, rows((TRAIL, records(ALL, status=OFF))), says="no trail that covers all regions"),
    },
    not_assessed={"unread": (ACCOUNT, NONE_KNOWN), "half is known": (ACCOUNT, HALF)},
)

WITHOUT_GLOBAL = but(OF_ONE_REGION, include_global_service_events=False)
OF_GOVCLOUD = but(OF_ONE_REGION, arn="arn:aws-us-gov:cloudtrail:us-gov-west-1:111122223333:trail/audit", home_region="us-gov-west-1")

test_global_service_events_included = table(
    global_service_events_included,
    passed={
        "included": given(ACCOUNT, rows((TRAIL, EVERYTHING)), says="trail audit"),
        "by a trail of the one region that has them": (ACCOUNT, rows((but(OF_ONE_REGION, home_region="us-east-1"), records(WRITES)))),
        "by one of GovCloud's": (ACCOUNT, rows((OF_GOVCLOUD, records(WRITES)))),
        "by one of two": given(ACCOUNT, rows((WITHOUT_GLOBAL, EVERYTHING), (SECOND, EVERYTHING)), says="second"),
    },
    failed={
        "left out": given(ACCOUNT, rows((WITHOUT_GLOBAL, EVERYTHING)), says="trail audit: global services are left out"),
        "asked for by a trail of a region that has none": given(ACCOUNT, rows((OF_ONE_REGION, EVERYTHING)), says="trail audit: global services are left out"),
        "of GovCloud's other region": (ACCOUNT, rows((but(OF_GOVCLOUD, home_region="us-gov-east-1"), EVERYTHING))),
        "left out by two": given(
            ACCOUNT, rows(*((one, EVERYTHING) for one in (WITHOUT_GLOBAL, but(WITHOUT_GLOBAL, name="second")))), says="audit and trail second"
        ),
        "no trail": given(ACCOUNT, rows(), says="no trail records"),
        "stopped": given(ACCOUNT, rows((TRAIL, records(ALL, status=OFF))), says="no trail records"),
        "reads only": given(ACCOUNT, rows((TRAIL, records(READS))), says="no trail records"),
    },
    not_assessed={"unread": (ACCOUNT, NONE_KNOWN), "left out by those that are known": (ACCOUNT, Everywhere([(WITHOUT_GLOBAL, EVERYTHING)], [UNREAD]))},
)

KEYED = but(TRAIL, kms_key_id="arn:aws:kms:eu-west-1:111122223333:key/1")

test_security_trail_complete = table(
    security_trail_complete,
    passed={
        "one with all of it": given(ACCOUNT, rows((KEYED, EVERYTHING)), says="trail audit"),
        "beside one that lacks much": (ACCOUNT, rows((but(OF_ONE_REGION, name="old"), NOTHING), (KEYED, EVERYTHING))),
        "whatever was not read": (ACCOUNT, Everywhere([(KEYED, EVERYTHING)], [UNREAD])),
    },
    failed={
        "no key": given(ACCOUNT, rows((TRAIL, EVERYTHING)), says="lacks a KMS key"),
        "no key and no digests": given(ACCOUNT, rows((but(TRAIL, log_file_validation_enabled=False), EVERYTHING)), says="validation, a KMS key"),
        "no digests": given(ACCOUNT, rows((but(KEYED, log_file_validation_enabled=False), EVERYTHING)), says="lacks log file validation"),
        "no global services": given(ACCOUNT, rows((but(KEYED, include_global_service_events=False), EVERYTHING)), says="lacks the events of global services"),
        "one region": given(ACCOUNT, rows((but(KEYED, is_multi_region_trail=False), EVERYTHING)), says="lacks all regions"),
        "an excluded source": given(ACCOUNT, rows((KEYED, records(NO_KMS))), says="lacks all management events"),
        "reads only": given(ACCOUNT, rows((KEYED, records(READS))), says="lacks all management events"),
        "stopped": given(ACCOUNT, rows((KEYED, records(ALL, status=OFF))), says="lacks working deliveries"),
        "all of it, but in two trails": given(
            ACCOUNT,
            rows((TRAIL, EVERYTHING), (but(KEYED, name="second", log_file_validation_enabled=False, include_global_service_events=False), EVERYTHING)),
            says="trail audit comes nearest",
        ),
        "two that lack as much": given(ACCOUNT, rows((TRAIL, EVERYTHING), (SECOND, EVERYTHING)), says="trail audit comes nearest"),
        "no trail": given(ACCOUNT, rows(), says="there is no trail"),
    },
    not_assessed={"unread": (ACCOUNT, NONE_KNOWN), "none of those that are known": (ACCOUNT, HALF)},
)


def looks_for(*kinds: str) -> InsightSelectors:
    return InsightSelectors(insight_selectors=tuple(InsightSelector(insight_type=kind) for kind in kinds))


Insights = Everywhere[tuple[Trail, TrailStatus, InsightSelectors | None]]
NO_INSIGHTS: Insights = Everywhere([(TRAIL, ON, None)])
RATES, ERRORS = looks_for("ApiErrorRateInsight", "ApiCallRateInsight"), looks_for("ApiErrorRateInsight")

test_insights_enabled = table(
    insights_enabled,
    passed={
        "rates of calls and errors": given(ACCOUNT, Everywhere([(TRAIL, ON, RATES)]), says="ApiCallRateInsight and ApiErrorRateInsight"),
        "by one of two": (ACCOUNT, Everywhere([(TRAIL, ON, None), (SECOND, ON, RATES)])),
        "whatever was not read": (ACCOUNT, Everywhere([(TRAIL, ON, RATES)], [UNREAD])),
    },
    failed={
        "no insights": given(ACCOUNT, NO_INSIGHTS, says="no trail that is logging"),
        "errors only": given(ACCOUNT, Everywhere([(TRAIL, ON, ERRORS)]), says="trail audit: ApiErrorRateInsight"),
        "an empty list": given(ACCOUNT, Everywhere([(TRAIL, ON, looks_for())]), says="trail audit: none"),
        "of a trail that is stopped": given(ACCOUNT, Everywhere([(TRAIL, OFF, RATES)]), says="no trail that is logging"),
        "errors only, by each of two": given(ACCOUNT, Everywhere([(TRAIL, ON, ERRORS), (SECOND, ON, ERRORS)]), says="ErrorRateInsight; trail second: Api"),
        "in one region": given(ACCOUNT, Everywhere([(but(TRAIL, is_multi_region_trail=False), ON, RATES)]), says="in one region"),
    },
    not_assessed={"unread": (ACCOUNT, Everywhere((), [UNREAD])), "none of those that are known": (ACCOUNT, Everywhere([(TRAIL, ON, None)], [UNREAD]))},
)

IN_ONE = Organization(id="o-abcdef1234", master_account_id="999988887777")

test_organization_trail_covers_account = table(
    organization_trail_covers_account,
    passed={
        "CT-1: the shadow of the organization's trail": given(
            ACCOUNT, rows((ORGANIZATION, EVERYTHING)), IN_ONE, says="organization trail org of account 999988887777"
        ),
        "in the management account, where it is its own": given(ACCOUNT, rows((but(TRAIL, is_organization_trail=True), EVERYTHING)), IN_ONE),
        "although the organization was not read": (ACCOUNT, rows((ORGANIZATION, EVERYTHING)), UNREAD),
        "beside one that is stopped": (ACCOUNT, rows((ORGANIZATION, records(ALL, status=OFF)), (ORGANIZATION, records(WRITES))), IN_ONE),
    },
    failed={
        "CT-1: its own trail only": given(ACCOUNT, rows((TRAIL, EVERYTHING)), IN_ONE, says="no trail of organization o-abcdef1234"),
        "CT-1: stopped": given(ACCOUNT, rows((ORGANIZATION, records(ALL, status=OFF))), IN_ONE, says="it is stopped"),
        "of one region": given(ACCOUNT, rows((but(ORGANIZATION, is_multi_region_trail=False), EVERYTHING)), IN_ONE, says="one region only"),
        "reads only": given(ACCOUNT, rows((ORGANIZATION, records(READS))), IN_ONE, says="does not record what is changed"),
        "two, both stopped, one its own": (
            ACCOUNT,
            rows(*((one, records(ALL, status=OFF)) for one in (ORGANIZATION, but(TRAIL, is_organization_trail=True)))),
            IN_ONE,
        ),
    },
    not_applicable={"in no organization": (ACCOUNT, rows((TRAIL, EVERYTHING)), None)},
    not_assessed={
        "CT-1: the organization unread, and no trail of it": (ACCOUNT, rows((TRAIL, EVERYTHING)), UNREAD),
        "trails unread": (ACCOUNT, NONE_KNOWN, IN_ONE),
    },
)
