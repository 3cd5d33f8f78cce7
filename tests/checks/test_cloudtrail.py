"""CloudTrail checks on hand-made facts."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.cloudtrail import AdvancedEventSelector, AdvancedFieldSelector, EventSelector, EventSelectors, Trail, TrailStatus
from cloudsoc.model import HIGH, Everywhere
from cloudsoc_checks.cloudtrail import logs_encrypted_with_kms, multi_region_trail_enabled
from tests.checks.table import UNREAD, but, given, table
from tests.checks.test_kms import KEY

ACCOUNT = Account(arn="111122223333", region="global", account="111122223333")
TRAIL = Trail(
    arn="arn:aws:cloudtrail:eu-west-1:111122223333:trail/audit",
    region="eu-west-1",
    name="audit",
    home_region="eu-west-1",
    s3_bucket_name="logs",
    is_multi_region_trail=True,
    is_organization_trail=False,
)
ON, OFF = TrailStatus(is_logging=True), TrailStatus(is_logging=False)
ALL = EventSelector(read_write_type="All", include_management_events=True)
READS, WRITES = but(ALL, read_write_type="ReadOnly"), but(ALL, read_write_type="WriteOnly")


def basic(*selectors: EventSelector) -> EventSelectors:
    return EventSelectors(event_selectors=selectors)


def advanced(*fields: AdvancedFieldSelector) -> AdvancedEventSelector:
    return AdvancedEventSelector(field_selectors=fields)


MANAGEMENT = AdvancedFieldSelector(field="eventCategory", equals=("Management",))
ONLY_READS = AdvancedFieldSelector(field="readOnly", equals=("true",))
ONLY_WRITES = AdvancedFieldSelector(field="readOnly", equals=("false",))
DATA = advanced(AdvancedFieldSelector(field="eventCategory", equals=("Data",)))


def rows(*found: tuple[Trail, TrailStatus, EventSelectors]) -> Everywhere[tuple[Trail, TrailStatus, EventSelectors]]:
    return Everywhere(found)


ORGANIZATION = but(TRAIL, arn="arn:aws:cloudtrail:eu-west-1:999988887777:trail/org", name="org", is_organization_trail=True)

test_multi_region_trail_enabled = table(
    multi_region_trail_enabled,
    passed={
        "one trail for all": given(ACCOUNT, rows((TRAIL, ON, basic(ALL))), says="trail audit"),
        "CT-1: the organization's trail": given(ACCOUNT, rows((ORGANIZATION, ON, basic(ALL))), says="organization trail org of account 999988887777"),
        "CT-3: advanced selectors": (ACCOUNT, rows((TRAIL, ON, EventSelectors(advanced_event_selectors=(advanced(MANAGEMENT),))))),
        "CT-3: the last selector takes nothing from an earlier one": (
            ACCOUNT,
            rows((TRAIL, ON, basic(ALL, EventSelector(read_write_type="ReadOnly", include_management_events=False)))),
        ),
        "CT-3: two halves, in one trail": (
            ACCOUNT,
            rows((TRAIL, ON, EventSelectors(advanced_event_selectors=(advanced(MANAGEMENT, ONLY_READS), advanced(MANAGEMENT, ONLY_WRITES))))),
        ),
        "two halves, in two trails": given(
            ACCOUNT, rows((TRAIL, ON, basic(READS)), (but(TRAIL, name="second"), ON, basic(WRITES))), says="audit and trail second"
        ),
        "one is known and enough, others are not": (ACCOUNT, Everywhere([(TRAIL, ON, basic(ALL))], [UNREAD])),
        "without a noisy source, told": given(
            ACCOUNT, rows((TRAIL, ON, basic(but(ALL, exclude_management_event_sources=("kms.amazonaws.com",))))), says="not the events of kms.amazonaws.com"
        ),
    },
    failed={
        "none": (ACCOUNT, rows()),
        "of one region": (ACCOUNT, rows((but(TRAIL, is_multi_region_trail=False), ON, basic(ALL)))),
        "stopped": (ACCOUNT, rows((TRAIL, OFF, basic(ALL)))),
        "reads only": given(ACCOUNT, rows((TRAIL, ON, basic(READS))), says="only read", severity=HIGH),
        "CT-3: data events only": given(ACCOUNT, rows((TRAIL, ON, EventSelectors(advanced_event_selectors=(DATA,)))), says="no management events"),
        "a condition that takes in only some events": (
            ACCOUNT,
            rows(
                (
                    TRAIL,
                    ON,
                    EventSelectors(advanced_event_selectors=(advanced(MANAGEMENT, AdvancedFieldSelector(field="eventName", equals=("RunInstances",))),)),
                )
            ),
        ),
    },
    not_assessed={
        "trails unread": (ACCOUNT, Everywhere((), [UNREAD])),
        "half is known, the rest is not": (ACCOUNT, Everywhere([(TRAIL, ON, basic(READS))], [UNREAD])),
    },
)

test_logs_encrypted_with_kms = table(
    logs_encrypted_with_kms,
    passed={"a key of the customer": (but(TRAIL, kms_key_id=KEY.arn), KEY)},
    failed={
        "no key": (TRAIL, None),
        "AWS's key": given(but(TRAIL, kms_key_id=KEY.arn), but(KEY, key_manager="AWS"), says="managed by AWS"),
        "a key that is going": given(but(TRAIL, kms_key_id=KEY.arn), but(KEY, key_state="PendingDeletion"), says="PendingDeletion"),
    },
    not_assessed={"the key is another account's, which is not in the inventory": (but(TRAIL, kms_key_id=KEY.arn), UNREAD)},
)
