"""The names of condition operators: ``ForAnyValue:StringLikeIfExists`` taken apart.

AWS source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Set operators for multivalued context keys".
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

__all__ = ["COMPARISONS", "Comparison", "Operator", "Quantifier"]

Comparison = Literal["String", "StringIgnoreCase", "StringLike", "Numeric", "NumericLess", "NumericLessOrEqual", "NumericGreater", "NumericGreaterOrEqual",
                     "Date", "DateLess", "DateLessOrEqual", "DateGreater", "DateGreaterOrEqual", "Bool", "Binary", "IpAddress", "Arn", "Null"]  # fmt: skip
Quantifier = Literal["ForAllValues", "ForAnyValue"]

# Each operator's comparison, and whether the operator is its negation ("Not...": holds when no value compares).
COMPARISONS: Final[dict[str, tuple[Comparison, bool]]] = {
    "StringEquals": ("String", False),
    "StringNotEquals": ("String", True),
    "StringEqualsIgnoreCase": ("StringIgnoreCase", False),
    "StringNotEqualsIgnoreCase": ("StringIgnoreCase", True),
    "StringLike": ("StringLike", False),
    "StringNotLike": ("StringLike", True),
    "NumericEquals": ("Numeric", False),
    "NumericNotEquals": ("Numeric", True),
    "NumericLessThan": ("NumericLess", False),
    "NumericLessThanEquals": ("NumericLessOrEqual", False),
    "NumericGreaterThan": ("NumericGreater", False),
    "NumericGreaterThanEquals": ("NumericGreaterOrEqual", False),
    "DateEquals": ("Date", False),
    "DateNotEquals": ("Date", True),
    "DateLessThan": ("DateLess", False),
    "DateLessThanEquals": ("DateLessOrEqual", False),
    "DateGreaterThan": ("DateGreater", False),
    "DateGreaterThanEquals": ("DateGreaterOrEqual", False),
    "Bool": ("Bool", False),
    "BinaryEquals": ("Binary", False),
    "IpAddress": ("IpAddress", False),
    "NotIpAddress": ("IpAddress", True),
    "ArnEquals": ("Arn", False),
    "ArnLike": ("Arn", False),
    "ArnNotEquals": ("Arn", True),
    "ArnNotLike": ("Arn", True),
    "Null": ("Null", False),
}
_BY_FOLDED_NAME: Final = {name.lower(): name for name in COMPARISONS}


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator: ``test`` is AWS's name without what stands before (``quantifier``) and behind (``if_exists``)."""

    test: str
    quantifier: Quantifier | None = None
    if_exists: bool = False

    @classmethod
    def parse(cls, name: str) -> "Operator":
        """The operator that ``name`` writes; case does not count.

        Raises:
            ValueError: there is no such operator.

        """
        return _parsed(name)

    @property
    def comparison(self) -> Comparison:
        """What it compares, without the negation."""
        return COMPARISONS[self.test][0]

    @property
    def negated(self) -> bool:
        """Does it hold where the comparison does not (``StringNotEquals``, ``NotIpAddress``)?"""
        return COMPARISONS[self.test][1]

    @property
    def name(self) -> str:
        """AWS's name of it."""
        return f"{self.quantifier + ':' if self.quantifier else ''}{self.test}{'IfExists' if self.if_exists else ''}"


@lru_cache(maxsize=1024)
def _parsed(name: str) -> Operator:
    prefix, colon, rest = name.rpartition(":")
    quantifiers: dict[str, Quantifier] = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}
    folded = rest.lower()
    if_exists = folded.endswith("ifexists")
    test = _BY_FOLDED_NAME.get(folded.removesuffix("ifexists"))
    quantifier = quantifiers.get(prefix.lower())
    if test is None or (colon and quantifier is None) or (test == "Null" and if_exists):
        raise ValueError(f"there is no condition operator {name[:80]!r}")
    return Operator(test, quantifier, if_exists)
