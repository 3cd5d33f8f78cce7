"""The page of one check: what it asks and why, its criteria and settings, what it reads how often, and its rule."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType
from typing import Any

import networkx as nx

from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.permissions import EVERY_SCAN, iam_actions
from cloudsoc.cli.catalogue import instructions
from cloudsoc.criteria import texts
from cloudsoc.engine.door import Way, ways
from cloudsoc.engine.plan import Plan
from cloudsoc.engine.signature import UNDECLARED, Setting, derived, signature
from cloudsoc.model import Check, Criterion
from cloudsoc.model.fact import Reading


def check_page(check: Check[...], plan: Plan) -> str:
    """The manual page of one check."""
    return "\n\n".join(_check_parts(check, plan))


def _check_parts(check: Check[...], plan: Plan) -> Iterator[str]:
    manual = check.manual
    yield f"# {prose(manual.title)}"
    yield f"[Checks](index.md#{check.service}) › `{check.id}`"
    about = " or ".join(f"{_article(words(one))} {words(one)} (`{one.listing.resource_type}`)" for one in signature(check.function).subjects)
    yield f"Severity **{check.severity.value}**, {check.profile.value} profile. One verdict about every resource of its kind: {about}."
    yield f"**Why.** {_sentence(prose(manual.why))}"
    yield f"**Fix.** {_sentence(prose(instructions(manual.fix)))}"
    if manual.terraform:
        yield f"**Terraform.** {prose(instructions(manual.terraform))}"
    yield "## Criteria"
    strengths = [(one, "direct: a failure contradicts it") for one in check.direct] + [(one, "supporting: a failure weakens it") for one in check.supporting]
    yield table(("criterion", "asks that", "strength"), [(criterion_link(one, "../"), texts()[one].summary, strength) for one, strength in strengths])
    if asked := plan.settings_of(check):
        yield "## Settings"
        yield f"As they are without a file; [`cloudsoc.toml`](../settings.md) changes them.\n\n```toml\n{_settings(check, asked)}\n```"
    yield from _facts(check, plan)
    yield "## The rule"
    yield (
        "This is the function that judges, as it runs. A fact that could not be read ends it as *not assessed* where it is looked at "
        "([why](../concepts.md#check-and-verdict))."
    )
    yield f"```python\n{_source(check)}\n```"
    if called := list(_called(check)):
        yield "\n".join(called)
    if check.refs:
        yield "## Compare"
        yield "\n".join(_references(check.refs))
    if check.formerly:
        yield "Formerly " + ", ".join(f"`{one}`" for one in check.formerly) + "."


def _facts(check: Check[...], plan: Plan) -> Iterator[str]:
    """What the check looks at, which calls answer it, and how often each is made."""
    asked = [way for way in ways(plan.facts_of(check)) if not {*way.source.operations} <= {*EVERY_SCAN}]
    yield "## What it reads"
    yield _counts(asked, signature(check.function).subjects)
    rows: list[tuple[object, ...]] = [
        (
            f"`{way.kind.__name__}`" if way.kind.source and not way.lists and way.kind.listing else f"`{way.kind.__name__}`: {_first_sentence(way.kind)}",
            "<br>".join(f"`{one}`" for one in way.source.operations),
            _each(way),
        )
        for way in asked
    ]
    if rows:
        yield table(("fact", "call", "made for each"), rows)
    yield f"IAM actions: {', '.join(f'`{one}`' for one in sorted(iam_actions(Plan({check.id: check}))))}."
    if computed := [one for one in nx.ancestors(plan.graph, check) if isinstance(one, type) and derived(one)]:
        yield "From these facts is computed:"
        yield "\n".join(sorted(f"- `{one.__name__}`: {_first_sentence(one)}" for one in computed))


def _counts(asked: Iterable[Way], subjects: tuple[Any, ...]) -> str:
    """How many calls there are for each resource: what shares a call is asked together, and a reading function calls again as its first answer demands."""
    calls = {(way.asked_about, way.key): way.source for way in asked}
    numbers = Counter(about for about, _ in calls)
    own: dict[int, list[str]] = {}
    for one in subjects:
        own.setdefault(numbers[one], []).append(words(one))
    around = sorted(set(numbers) - set(subjects), key=lambda one: (one in (Account, Region), words(one)))
    parts = [f"**{number or 'no'} {'call' if number == 1 else 'calls'} for each {_listed(several)}**" for number, several in own.items()]
    parts += [f"{numbers[one]} for each {words(one)}" for one in around]
    more = sorted({one for source in calls.values() if isinstance(source.call, Reading) for one in source.operations[1:]} - {*EVERY_SCAN})
    needed = f" Besides, as earlier answers demand: {_listed(f'`{one}`' for one in more)}." if more else ""
    return f"{_sentence(', '.join(parts))}.{needed} All pages of an answer are one call, made once a scan, whichever checks need it. {_ALWAYS}"


def _settings(check: Check[...], asked: Mapping[str, Setting]) -> str:
    """The tables of ``cloudsoc.toml`` with the defaults in them: those of the check itself, and those that several share."""
    own = {name: one for name, one in asked.items() if one.shared is None}
    shared = {one.shared.name: one for one in asked.values() if one.shared}
    parts = []
    for table_name, several in ((f"checks.{check.id}", own), ("settings", shared)):
        if several:
            parts.append("\n".join([f"[{table_name}]", *(_setting(name, one) for name, one in sorted(several.items()))]))
    return "\n\n".join(parts)


def _setting(name: str, one: Setting) -> str:
    meaning = f"  # {one.shared.meaning}" if one.shared and one.shared.meaning else ""
    if one.default is UNDECLARED:
        return f"# has to be declared; until then, what depends on it is not assessed\n# {name} = ..."
    return f"{name} = {json.dumps(one.default)}{meaning}"


_ALWAYS = f"Every scan begins with {' and '.join(f'`{one}`' for one in EVERY_SCAN)}."


def _each(way: Way) -> str:
    where = f", in {way.source.asked_in}" if way.source.asked_in else ""
    only = f" ({_first_sentence(way.source.when)})" if way.source.when and way.source.when.__doc__ else ""
    return f"{words(way.asked_about)}{where}{only}"


def _source(check: Check[...]) -> str:
    """The body of a check's function under its signature, without the docstring that is on the page already."""
    text = inspect.getsource(check.function)
    return re.sub(r'\n *"""[^"]*(?:"(?!"")[^"]*)*"""', "", text[text.index("def ") :], count=1).rstrip()


def _called(check: Check[...]) -> Iterator[str]:
    """The functions of ours that a check calls, each with what it does."""
    module = sys.modules[check.function.__module__]
    for name in sorted(set(_names(check.function.__code__))):
        found = getattr(module, name, None)
        if inspect.isfunction(found) and found.__module__.partition(".")[0] in {"cloudsoc", "cloudsoc_checks"} and found.__doc__:
            yield f"- `{name}`: {_first_sentence(found)}"


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


_CATALOGUES: Mapping[str, str] = {"SecurityHub": "AWS Security Hub", "Config": "AWS Config rule", "CIS": "CIS AWS Foundations Benchmark"}


def _references(refs: Iterable[str]) -> Iterator[str]:
    """Like items of other catalogues, a line for each catalogue."""
    found: dict[str, list[str]] = {}
    for one in refs:
        catalogue, _, item = one.partition(":")
        version, _, number = item.rpartition(":")
        text = f"{number} (v{version})" if version else item
        if catalogue == "SecurityHub" and (match := re.fullmatch(r"(\w+)\.(\d+)", item)):
            service, number = match.groups()
            text = f"[{item}](https://docs.aws.amazon.com/securityhub/latest/userguide/{service.lower()}-controls.html#{service.lower()}-{number})"
        elif catalogue == "Config":
            text = f"[{item}](https://docs.aws.amazon.com/config/latest/developerguide/{item}.html)"
        elif not version:
            text = f"`{item}`"
        found.setdefault(_CATALOGUES.get(catalogue, catalogue), []).append(text)
    yield from (f"- {catalogue}: {', '.join(items)}" for catalogue, items in found.items())


_SHORT = re.compile(r"\b(acl|iam|kms|mfa|saml|sns|vpc|vpn|ssh)\b")


def words(kind: Any) -> str:
    """The name of a class as people say it: ``AccessPoint`` is an access point."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", kind.__name__).lower()
    return _SHORT.sub(lambda found: found[0].upper(), spaced)


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" and not noun.startswith("us") else "a"


def _first_sentence(thing: Any) -> str:
    text = " ".join(prose(inspect.getdoc(thing) or "").split())
    return re.split(r"(?<=[.:])\s(?=[A-Z`])", text, maxsplit=1)[0].rstrip(".:")


def _sentence(text: str) -> str:
    """What stands after ``Why:`` begins small; on a page it is a sentence of its own."""
    return re.sub(r"^(\**)(\w)", lambda found: found[1] + found[2].upper(), text)


def _listed(parts: Iterable[str]) -> str:
    *before, last = parts
    return f"{', '.join(before)} and {last}" if before else last


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def prose(text: str) -> str:
    """The text of a docstring as Markdown: code in single backticks, placeholders as well, which would be taken for markup."""
    code = iter(re.split(r"(``.*?``|`.*?`)", text))
    return "".join(re.sub(r"<[\w-]+>", r"`\g<0>`", part) if number % 2 == 0 else part.replace("``", "`") for number, part in enumerate(code))


def criterion_link(one: Criterion, root: str = "") -> str:
    """A link to a criterion's own section."""
    return f"[{one.value}]({root}criteria.md#{one.value.lower().replace('.', '')})"
