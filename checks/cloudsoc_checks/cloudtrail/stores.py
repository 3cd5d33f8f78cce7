"""CloudTrail Lake: stores of events."""

from __future__ import annotations

from typing import Annotated

from cloudsoc.aws.cloudtrail import EventDataStore
from cloudsoc.aws.kms import Key
from cloudsoc.graphs.retention import days_asked_for
from cloudsoc.model import MEDIUM, Failed, Passed, Ref, Verdict, check
from cloudsoc.model.criterion import C1_1, CC6_1, CC7_2


@check(
    direct=(CC6_1, CC7_2),
    supporting=(C1_1,),
    severity=MEDIUM,
    refs=("SecurityHub:CloudTrail.10", "Config:event-data-store-cmk-encryption-enabled", "Config:cloudtrail-event-data-store-multi-region"),
)
def event_data_store_protected(store: EventDataStore, key: Annotated[Key | None, Ref("kms_key_id")], *, min_days: int = 365) -> Verdict:
    """Event data stores have a customer's key, keep events long enough and cannot be deleted in passing.

    Why: where a store is what investigations ask, it is the record itself.

    Fix: ``aws cloudtrail update-event-data-store --region {store.region} --event-data-store {store.arn} --termination-protection-enabled --retention-period
    365``; a key can be given with ``--kms-key-id KEY`` and never be taken away again.

    Terraform: ``aws_cloudtrail_event_data_store``.
    """
    if store.status == "PENDING_DELETION":
        return Failed("the store is being deleted")
    lacks = []
    if not store.termination_protection_enabled:
        lacks.append("it can be deleted")
    if store.retention_period < (limit := days_asked_for(min_days)):
        lacks.append(f"it keeps events for {store.retention_period} days, fewer than {limit}")
    if lacks:
        return Failed("; ".join(lacks))
    if key is None:
        return Failed("it has no key of its own")
    if key.key_manager != "CUSTOMER" or key.key_state != "Enabled":
        return Failed(f"its key {key.key_id} is {key.key_manager} managed and {key.key_state}")
    reach = "all regions" if store.multi_region_enabled else "one region"
    return Passed(f"keeps the events of {reach} for {store.retention_period} days, protected from deletion, under key {key.key_id}")
