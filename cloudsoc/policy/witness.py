"""A request for an answer: one that the policy allows, made from the values that the search has left, and tried."""

from collections.abc import Iterator, Sequence

from cloudsoc.policy.conditions import PreparedCondition
from cloudsoc.policy.domains import ABSENT, Values
from cloudsoc.policy.evaluation import decide
from cloudsoc.policy.matching import PreparedStatement
from cloudsoc.policy.policies import Policies, Policy
from cloudsoc.policy.request import Request
from cloudsoc.policy.variables import Template
from cloudsoc.policy.worlds import RESOURCE, Masks, View, Worlds

__all__ = ["Witnesses"]


class Witnesses:
    """Makes requests that one Allow admits and that no Deny stops, and tries them; the caller's own side allows everything, the resource belongs to ``owner``."""

    def __init__(self, worlds: Worlds, written: Policy, owner: str, everything: Policy) -> None:
        self.worlds = worlds
        self.owner = owner
        # Another Allow can take nothing away, so that none of them is needed.
        part = written.part([worlds.allow.index, *(deny.index for deny in worlds.denials.statements)])
        self.asked = {key for item in part.prepared.statements for key in (*item.resources.keys, *(key for test in item.tests for key in test.keys))}
        self.policies = Policies(identity=(everything,), resource=part)
        self.federated = Policies(identity=(everything,), session=(everything,), resource=part)  # a federated user has nothing without a session policy

    def find(self, action: str, denies: Sequence[PreparedStatement], view: View, masks: Masks) -> Request | None:
        """A request that is allowed, for what the search has left; None if none was found."""
        self.worlds.effort.spend(30)
        policies = self.federated if view.caller.kind == "federated user" else self.policies
        for request in self._made(action, denies, view, masks):
            if decide(request, policies).allowed:
                return request
        return None

    def _made(self, action: str, denies: Sequence[PreparedStatement], view: View, masks: Masks) -> Iterator[Request]:
        item = self.worlds.allow
        context: dict[str, Values] = {key: value for key, value in view.pins.items() if key in self.asked or value == ABSENT}
        for key, domain in self.worlds.domains.items():
            mask = masks.get(key, view.masks.get(key, 0))
            if mask and domain.meaning != "unknown":
                context[key] = domain.values[(mask & -mask).bit_length() - 1]
        resource = self.worlds.places.texts[((mask := masks[RESOURCE]) & -mask).bit_length() - 1] if masks[RESOURCE] else "*"
        yield Request(action, resource, view.caller, context, self.owner)
        stopping = [deny for deny in denies if deny.means(view.caller)]
        if any(test.templates for each in (item, *stopping) for test in each.tests) or item.resources.templates:
            yield from self._with_variables((item,), action, view, context, resource)
            yield from self._with_variables((item, *stopping), action, view, context, resource)

    def _with_variables(self, items: Sequence[PreparedStatement], action: str, view: View, context: dict[str, Values], resource: str) -> Iterator[Request]:
        """What variables stand for is up to the caller, unless it follows from who that is. An Allow is met, a Deny is not, if a value is what it compares with."""
        filled = dict(context)
        allow, tests = items[0], [test for item in items for test in item.tests if test.templates]
        templates = [template for test in tests for template in test.templates] + allow.resources.templates
        for key in {key for template in templates for key in template.keys}:
            if not filled.get(key) and key not in view.pins and view.masks.get(key, 2) > 1:
                filled[key] = ("x",)
        for test in tests:
            if test.key not in view.pins and (text := _resolved(test.templates[0], filled, wild=_has_wildcards(test))) is not None:
                domain = self.worlds.domains[test.key]
                name = domain.name(text)
                if name is not None and not view.masks.get(test.key, -1) & domain.such(name):
                    return  # this class of callers cannot have it
                filled[test.key] = ABSENT if test in allow.tests and test.condition.operator.negated else (text,)
        places = [text for template in allow.resources.templates if (text := _resolved(template, filled, wild=True)) is not None]
        for place in [*places, resource]:
            yield Request(action, place, view.caller, filled, self.owner)


def _has_wildcards(test: PreparedCondition) -> bool:
    return test.condition.operator.comparison in ("StringLike", "Arn")


def _resolved(template: Template, context: dict[str, Values], *, wild: bool) -> str | None:
    parts = template.resolved(context)
    return None if parts is None else "".join(text.replace("*", "x").replace("?", "x") if wild and open_ else text for text, open_ in parts)
