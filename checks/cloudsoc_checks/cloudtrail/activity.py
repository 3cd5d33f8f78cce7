"""Patterns of an attack in the calls of the last minutes (``lookback_minutes``). Heuristics: a finding is a question to the identity, not a proof.

What the scan itself called is left out where it is read, and AWS's own services here. An identity is a role, whatever names its sessions give themselves; behind
a permission set stand people, told apart by their sessions.
"""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase

from cloudsoc.aws.account import Account
from cloudsoc.aws.cloudtrail_events import ENUMERATING, ESCALATING, MODEL_CALLS, EnumeratingCalls, EscalatingCalls, ModelCalls
from cloudsoc.model import EXTENDED, HIGH, MEDIUM, Everywhere, Failed, Passed, Verdict, check
from cloudsoc.model.criterion import CC3_3, CC7_2, CC7_3

Seen = EscalatingCalls | EnumeratingCalls | ModelCalls


@check(direct=(CC7_2, CC7_3), supporting=(CC3_3,), severity=HIGH, profile=EXTENDED, refs=("Prowler:cloudtrail_threat_detection_privilege_escalation",))
def activity_shows_no_privilege_escalation(
    account: Account, calls: Everywhere[EscalatingCalls], *, threshold: float = 0.2, approved_identities: tuple[str, ...] = ()
) -> Verdict:
    """Recent events show no pattern of privilege escalation.

    Why: who has found a key tries one way after the other to more rights, and each try is recorded.

    Fix: ``aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=AttachUserPolicy`` in account {account.account}: ask the identity
    that is named; if it does not know of it, disable its keys and sessions.

    Terraform: none.
    """
    return _pattern(calls, len(ESCALATING), threshold, approved_identities)


@check(direct=(CC7_2, CC7_3), supporting=(CC3_3,), severity=MEDIUM, profile=EXTENDED, refs=("Prowler:cloudtrail_threat_detection_enumeration",))
def activity_shows_no_enumeration(
    account: Account, calls: Everywhere[EnumeratingCalls], *, threshold: float = 0.3, approved_identities: tuple[str, ...] = ()
) -> Verdict:
    """Recent events show no pattern of reconnaissance.

    Why: who does not know an account lists everything in it first; other scanners do as well, and are named in ``approved_identities``.

    Fix: ``aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=ListUsers`` in account {account.account}: ask the identity that
    is named; if it does not know of it, disable its keys and sessions.

    Terraform: none.
    """
    return _pattern(calls, len(ENUMERATING), threshold, approved_identities)


@check(direct=(CC7_2, CC7_3), supporting=(CC3_3,), severity=MEDIUM, profile=EXTENDED, refs=("Prowler:cloudtrail_threat_detection_llm_jacking",))
def activity_shows_no_model_abuse(
    account: Account, calls: Everywhere[ModelCalls], *, threshold: float = 0.4, approved_identities: tuple[str, ...] = ()
) -> Verdict:
    """Recent events show no misuse of generative models.

    Why: stolen keys are sold for the models that they open; the thief first looks which there are, opens the access and switches the logging off.

    Fix: ``aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=InvokeModel`` in account {account.account}: ask the identity that
    is named; if it does not know of it, disable its keys and sessions.

    Terraform: none.
    """
    return _pattern(calls, len(MODEL_CALLS), threshold, approved_identities)


def _pattern(
    calls: Everywhere[EscalatingCalls] | Everywhere[EnumeratingCalls] | Everywhere[ModelCalls], names: int, threshold: float, approved: tuple[str, ...]
) -> Verdict:
    made: dict[str, list[Seen]] = defaultdict(list)
    for one in calls.known:
        if not _of_aws(one) and not any(fnmatchcase(one.actor, pattern) for pattern in approved):
            made[_identity(one.actor)].append(one)
    distinct = {identity: {one.event_name for one in several} for identity, several in made.items()}
    found = sorted((identity for identity, several in distinct.items() if len(several) > threshold * names), key=lambda one: (-len(distinct[one]), one))
    if found:
        return Failed("; ".join(_told(identity, made[identity], names) for identity in found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else ""))
    len(calls)  # what was not read might complete a pattern
    most = max((len(several) for several in distinct.values()), default=0)
    return Passed(f"of {names} calls of the pattern no identity made more than {most}, with {threshold:.0%} as limit")


def _of_aws(seen: Seen) -> bool:
    return seen.actor_type == "AWSService" or "role/aws-service-role/" in seen.actor or ":assumed-role/AWSServiceRoleFor" in seen.actor


def _identity(actor: str) -> str:
    parts = actor.split("/")
    sessions = len(parts) == 3 and parts[0].endswith(":assumed-role") and not parts[1].startswith("AWSReservedSSO_")
    return "/".join(parts[:2]) if sessions else actor


def _told(identity: str, calls: list[Seen], names: int) -> str:
    events = sorted({one.event_name for one in calls})
    places = sorted({address for one in calls for address in one.source_ip_addresses})
    refused = sum(one.refused for one in calls)
    return f"{identity} made {len(events)} of {names} calls of the pattern ({', '.join(events[:5])} ...), {refused} refused, from {', '.join(places[:3]) or 'nowhere'}"
