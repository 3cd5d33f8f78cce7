"""What SOC 2 asks of the record of API calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from cloudsoc.aws.account import Account
from cloudsoc.aws.cloudtrail import AdvancedEventSelector, EventSelectors, Trail, TrailStatus
from cloudsoc.aws.kms import Key
from cloudsoc.model import CRITICAL, HIGH, MEDIUM, Everywhere, Failed, Passed, Ref, Verdict, check
from cloudsoc.model.criterion import C1_1, CC2_1, CC4_1, CC6_1, CC7_2, PI1_3

KINDS = {"All": ("read", "write"), "ReadOnly": ("read",), "WriteOnly": ("write",)}
"""The kinds of management events, by AWS's words for them."""


@check(
    direct=(CC7_2,),
    supporting=(CC2_1, CC4_1, PI1_3),
    severity=CRITICAL,
    refs=(
        "SecurityHub:CloudTrail.1",
        "Config:multi-region-cloudtrail-enabled",
        "CIS:3.0:3.1",
        "CIS:5.0:3.1",
        "CIS:6.0:4.1",
        "CIS:7.0:4.1",
        "Prowler:cloudtrail_multi_region_enabled",
        "Steampipe:cloudtrail_multi_region_trail_enabled",
    ),
)
def multi_region_trail_enabled(account: Account, trails: Everywhere[tuple[Trail, TrailStatus, EventSelectors]]) -> Verdict:
    """Trails that cover all regions record what is done in the account.

    Why: what nobody recorded cannot be noticed, investigated or proven; attackers work in the regions that nobody looks at.

    Fix: ``aws cloudtrail create-trail --name account-{account.account} --is-multi-region-trail --s3-bucket-name NAME``, then ``aws cloudtrail start-logging``;
    in an organization one organization trail does it for all accounts.

    Terraform: ``aws_cloudtrail.is_multi_region_trail``, ``aws_cloudtrail.enable_logging``.
    """
    recorded: dict[str, frozenset[str]] = {}
    names: list[str] = []
    for trail, status, selectors in trails:
        if trail.is_multi_region_trail and status.is_logging:
            names.append(_named(trail, account))
            recorded = _together((*recorded.items(), *management_events(selectors)))
            if len(recorded) == 2 and not any(recorded.values()):
                return Passed(f"recorded by {' and '.join(names)}")
    if len(recorded) == 2:
        return Passed(f"recorded by {' and '.join(names)}, but not the events of {', '.join(sorted(frozenset().union(*recorded.values())))}")
    if recorded:
        return Failed(f"{' and '.join(names)}: only {next(iter(recorded))} events are recorded", severity=HIGH)
    return Failed(f"no management events are recorded by {' and '.join(names)}" if names else "no trail that covers all regions is logging")


def management_events(selectors: EventSelectors) -> Iterator[tuple[str, frozenset[str]]]:
    """Which kinds of management events the selectors take in, each with the event sources that they leave out."""
    for basic in selectors.event_selectors:
        if basic.include_management_events:
            for kind in KINDS.get(basic.read_write_type, ()):
                yield kind, frozenset(basic.exclude_management_event_sources)
    for advanced in selectors.advanced_event_selectors:
        yield from _advanced(advanced)


def _advanced(selector: AdvancedEventSelector) -> Iterator[tuple[str, frozenset[str]]]:
    kinds, excluded, management = KINDS["All"], frozenset[str](), False
    for one in selector.field_selectors:
        if one.field == "eventCategory" and one.equals == ("Management",):
            management = True
        elif one.field == "readOnly" and one.equals in (("true",), ("false",)):
            kinds = KINDS["ReadOnly" if one.equals == ("true",) else "WriteOnly"]
        elif one.field == "eventSource" and one.not_equals and not (one.equals or one.starts_with or one.ends_with):
            excluded |= {*one.not_equals, *one.not_starts_with, *one.not_ends_with}
        else:
            return  # some other condition: it takes in only what meets it
    if management:
        yield from ((kind, excluded) for kind in kinds)


def _together(found: Iterable[tuple[str, frozenset[str]]]) -> dict[str, frozenset[str]]:
    recorded: dict[str, frozenset[str]] = {}
    for kind, excluded in found:  # what one selector leaves out another may take in
        recorded[kind] = recorded.get(kind, excluded) & excluded
    return recorded


def _named(trail: Trail, account: Account) -> str:
    owner = trail.arn.split(":")[4]
    if trail.is_organization_trail:
        return f"organization trail {trail.name} of account {owner}"
    return f"trail {trail.name}" if owner == account.account else f"trail {trail.name} of account {owner}"


@check(
    direct=(CC6_1,),
    supporting=(C1_1,),
    severity=MEDIUM,
    refs=(
        "SecurityHub:CloudTrail.2",
        "Config:cloud-trail-encryption-enabled",
        "CIS:3.0:3.5",
        "CIS:5.0:3.5",
        "CIS:6.0:4.5",
        "CIS:7.0:4.5",
        "Prowler:cloudtrail_kms_encryption_enabled",
        "Steampipe:cloudtrail_trail_logs_encrypted_with_kms_cmk",
    ),
)
def logs_encrypted_with_kms(trail: Trail, key: Annotated[Key | None, Ref("kms_key_id")]) -> Verdict:
    """Trails encrypt their log files with a customer managed key.

    Why: the logs tell an intruder where to go and what was noticed; with a key of its own, reading them takes a second permission, which can be watched.

    Fix: ``aws cloudtrail update-trail --region {trail.home_region} --name {trail.arn} --kms-key-id KEY``; the key's policy lets CloudTrail encrypt with it.

    Terraform: ``aws_cloudtrail.kms_key_id``.
    """
    if key is None:
        return Failed(f"trail {trail.name} names no KMS key: its log files have S3's own encryption only")
    if key.key_manager != "CUSTOMER":
        return Failed(f"key {key.key_id} is managed by AWS: nobody can say who may use it")
    if key.key_state != "Enabled":
        return Failed(f"key {key.key_id} is {key.key_state}: logs cannot be read, or not for long")
    return Passed(f"customer managed key {key.key_id}")
