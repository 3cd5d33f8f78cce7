"""Conditions against the context of a request.

A condition is prepared once (`prepared`): its values are parsed, its variables cut out. What then happens to a request's values is the table that AWS
documents: a missing key fails, save for negated operators, ``IfExists`` and ``ForAllValues``; several policy values are alternatives, for a negated operator
none of them may compare; several request values need a quantifier, and without one a condition holds if one of them compares (negated: if none does).

AWS source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or values", "Single-valued vs. multivalued
context keys".
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from cloudsoc.policy.arns import ArnPattern, arn_pattern, fields
from cloudsoc.policy.comparisons import COMPARE
from cloudsoc.policy.operators import Comparison
from cloudsoc.policy.patterns import Glob, glob
from cloudsoc.policy.statement import Condition, any_value
from cloudsoc.policy.variables import Context, Part, Template

__all__ = ["PreparedCondition", "opened", "prepared"]

Matcher = Callable[[str], bool]
"""Does a request's value compare with one of the policy's values?"""

_WITH_VARIABLES = frozenset({"String", "StringIgnoreCase", "StringLike", "Arn", "Bool"})


@dataclass(frozen=True, slots=True)
class PreparedCondition:
    """A condition, prepared. ``key`` is in lower case; ``keys`` are all the context keys that its answer depends on."""

    condition: Condition
    key: str
    keys: tuple[str, ...]
    fixed: Matcher
    templates: tuple[Template, ...]

    def holds(self, context: Context) -> bool:
        """Does the condition hold for a request with this context?"""
        operator = self.condition.operator
        values = context.get(self.key, ())
        if operator.test == "Null":
            return ("false" if values else "true") in (value.lower() for value in self.condition.values)
        quantifier, negated = operator.quantifier, operator.negated
        if quantifier is not None and values == ("",):
            return quantifier == "ForAllValues"  # AWS: an empty text is an empty set of values
        if not values:
            if operator.if_exists:
                return True
            return quantifier == "ForAllValues" if quantifier else negated
        matcher = self.fixed if not self.templates else self._resolved(context)
        if quantifier is None:
            return any(map(matcher, values)) is not negated
        if quantifier == "ForAllValues":
            return all(matcher(value) is not negated for value in values)
        return any(matcher(value) is not negated for value in values)

    def _resolved(self, context: Context) -> Matcher:
        found = [parts for template in self.templates if (parts := template.resolved(context)) is not None]
        dynamic = _of_parts(self.condition.operator.comparison, found)
        fixed = self.fixed
        return lambda value: fixed(value) or dynamic(value)


@lru_cache(maxsize=1 << 14)
def prepared(condition: Condition, *, variables: bool) -> PreparedCondition:
    """The condition, ready for requests; ``variables`` says whether the document's version has them."""
    comparison = condition.operator.comparison
    dynamic: list[Template] = []
    fixed: list[str] = []
    for value in condition.values:
        if variables and "${" in value and comparison in _WITH_VARIABLES:
            dynamic.append(Template.of(value))
        else:
            fixed.append(value)
    key = condition.key.lower()
    keys = tuple(dict.fromkeys([key, *(named for template in dynamic for named in template.keys)]))
    return PreparedCondition(condition, key, keys, _of_texts(comparison, fixed), tuple(dynamic))


@lru_cache(maxsize=1 << 10)
def opened(test: PreparedCondition) -> PreparedCondition | None:
    """The condition with a star wherever it has a variable, so that it compares with more; None where its operator knows no stars."""
    operator = test.condition.operator
    if operator.comparison == "String":
        operator = replace(operator, test="StringNotLike" if operator.negated else "StringLike")
    if operator.comparison not in ("StringLike", "Arn"):
        return None
    return prepared(replace(test.condition, operator=operator, values=tuple(map(any_value, test.condition.values))), variables=False)


def _of_texts(comparison: Comparison, values: list[str]) -> Matcher:
    if comparison == "String":
        return frozenset(values).__contains__
    if comparison == "StringIgnoreCase":
        folded = frozenset(value.lower() for value in values)
        return lambda value: value.lower() in folded
    if comparison == "StringLike":
        return _globs([glob(value) for value in values])
    if comparison == "Arn":
        return _arns([arn_pattern(value) for value in values])
    if comparison == "Null":
        return frozenset[str]().__contains__
    return COMPARE[comparison](values)


def _of_parts(comparison: Comparison, values: Iterable[list[Part]]) -> Matcher:
    if comparison == "StringLike":
        return _globs([Glob.of(parts) for parts in values])
    if comparison == "Arn":
        return _arns([ArnPattern.of(parts) for parts in values])
    return _of_texts(comparison, ["".join(text for text, _ in parts) for parts in values])


def _globs(patterns: list[Glob]) -> Matcher:
    return lambda value: any(pattern.matches(value) for pattern in patterns)


def _arns(patterns: list[ArnPattern]) -> Matcher:
    def matches(value: str) -> bool:
        cut = fields(value)
        return any(pattern.matches(value, cut) for pattern in patterns)

    return matches
