"""Why an answer may be open: the whole list of reasons. A document that uses only keys and operators of known meaning is open for one of these or not at all."""

from typing import Final

__all__ = ["REASONS", "Effort", "TooLarge", "review"]

REASONS: Final[dict[str, str]] = {
    "unknown key": "the meaning of the condition key {key} is not known",
    "two comparisons": "{key} is compared in more than one way",
    "strange comparison": "{key} is compared as if it were something else",
    "open variable": "what {variables} stands for is open",
    "other resources": "its resources are written in another way than the ARN of the resource",
    "two classes": "whether {one} and {other} have callers in common",
    "no example": "no request was found that shows it",
    "too large": "it is too large to decide: {what}",
}
"""Each reason, by a short name. Only the first one can be helped by knowing more about AWS; the others are about how a document is written."""


def review(reason: str, **names: str) -> str:
    """A reason of the list, with the names in place."""
    return REASONS[reason].format(**names)


class TooLarge(Exception):
    """More would have to be tried than is worth it; the text is what there is too much of."""


class Effort:
    """What the search in one document may cost, in units of about a microsecond: so that no document makes it hang, and each gets the same answer everywhere."""

    __slots__ = ("left",)

    def __init__(self, units: int) -> None:
        self.left = units

    def spend(self, units: int) -> None:
        """Take some away. Raises `TooLarge` when nothing is left."""
        self.left -= units
        if self.left < 0:
            raise TooLarge("too many combinations of statements, conditions and callers")
