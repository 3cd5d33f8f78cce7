"""What can go wrong, as data: a rule says which calls, what happens to them, and how often."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal, Self, get_args

Kind = Literal["deny", "throttle", "fail", "expired", "reset", "hang", "malformed", "last-page", "wrong-type"]
"""``deny`` no permission; ``throttle`` too many requests; ``fail`` a 500, or whatever ``code`` and ``status`` say; ``expired`` the credentials have run out;
``reset`` the connection breaks; ``hang`` no answer ever; ``malformed`` the answer breaks off in the middle; ``last-page`` the listing announces another page and
that page is refused; ``wrong-type`` one item of the answer holds values of another type than the API declares (XML knows only text: there it shows in numbers and times)."""

CONTROL = "/-/simulation/"
"""The path under which the simulation is steered: ``-`` is too short for a bucket's name."""

KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule. The first rule that fits a call and is not used up decides it."""

    operation: str
    """``service:Operation`` with boto3's service name; ``*`` and ``?`` match as in a file name."""
    kind: Kind = "deny"
    region: str | None = None
    """Only calls signed for this region."""
    contains: str | None = None
    """Only calls with this text in their path, query or body: a bucket's name, a key's id."""
    times: int | None = None
    """Only so many calls, then the rule is used up; without it, always."""
    after: int = 0
    """So many fitting calls are left alone first."""
    code: str | None = None
    """Another error code than the kind's own."""
    status: int | None = None
    """Another HTTP status than the kind's own."""
    member: str | None = None
    """``wrong-type``: only the members of this name, as they are written on the wire."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of fault: {', '.join(KINDS)}")
        if ":" not in self.operation:
            raise ValueError(f"{self.operation!r} is no operation: write service:Operation")

    def fits(self, operation: str, region: str, text: str) -> bool:
        """Whether this rule speaks of such a call."""
        return fnmatchcase(operation, self.operation) and self.region in (None, region) and (self.contains is None or self.contains in text)

    def to_json(self) -> dict[str, Any]:
        """As it travels to the server."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """As it arrives there."""
        return cls(**data)
