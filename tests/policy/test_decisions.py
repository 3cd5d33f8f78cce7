"""Runs the rows of `decisions.md`, and sees to it that they are as many and as different as they should be."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cloudsoc.policy import Decision, Policies, Request, decide

TABLE = (Path(__file__).parent / "decisions.md").read_text(encoding="utf-8")
KINDS = {
    "identity": "identity policy",
    "resource": "resource policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "SCP": "service control policy",
    "RCP": "resource control policy",
    "endpoint": "VPC endpoint policy",
}
COMMA = re.compile(r",\s+(?![^{]*\})")  # but not the one in ${name, 'default'}


class Row(NamedTuple):
    line: int
    page: str
    columns: tuple[str, ...]
    cells: tuple[str, ...]


def rows() -> Iterator[Row]:
    page, columns = "", tuple[str, ...]()
    for number, line in enumerate(TABLE.splitlines(), start=1):
        if line.startswith("## "):
            page, columns = line[3:], ()
        elif line.startswith("|---"):
            continue
        elif line.startswith("|"):
            cells = tuple(cell.strip() for cell in line.strip("| ").split(" | "))
            if not columns:
                columns = cells
            else:
                yield Row(number, page, columns, cells)


ROWS = tuple(rows())
WHO = {row.cells[0]: row.cells[1] for row in ROWS if row.page == "Who is who"}
DECIDED = tuple(row for row in ROWS if row.page != "Who is who")


def texts(cell: str) -> list[str]:
    return ["" if text == "''" else text for text in COMMA.split(cell)]


def context(cell: str) -> dict[str, list[str]]:
    if cell == "-":
        return {}
    pairs = (pair.split(" = ", 1) for pair in cell.split("; "))
    return {key: texts(values) for key, values in pairs}


def conditions(text: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for part in text.split(" and "):
        operator, rest = part.split(" ", 1)
        key, values = rest.split(" = ", 1)
        found.setdefault(operator, {})[key] = texts(values)
    return found


def principals(names: list[str]) -> dict[str, list[str]] | str:
    found: dict[str, list[str]] = {}
    for name in names:
        value = WHO.get(name, name)
        if value == "*":
            return "*"
        is_provider = "-provider/" in value or value in ("accounts.google.com", "cognito-identity.amazonaws.com")
        found.setdefault("Federated" if is_provider else "Service" if value.endswith(".amazonaws.com") else "AWS", []).append(value)
    return found


def statement(text: str, *, is_about_itself: bool) -> dict[str, Any]:
    text, _, when = text.partition(" when ")
    text, _, to = text.partition(" to ")
    text, _, on = text.partition(" on ")
    effect, _, actions = text.partition(" ")
    found: dict[str, Any] = {"Effect": effect}

    def element(name: str, cell: str) -> list[str]:
        negated = cell.startswith("not ")
        values = texts(cell.removeprefix("not "))
        found["Not" + name if negated else name] = values
        return values

    element("Action", actions)
    if on or not is_about_itself:
        element("Resource", on or "*")[:] = [WHO.get(name, name) for name in texts((on or "*").removeprefix("not "))]
    if to:
        key = "NotPrincipal" if to.startswith("not ") else "Principal"
        found[key] = principals(texts(to.removeprefix("not ")))
    if when:
        found["Condition"] = conditions(when)
    return found


def grant(text: str, name: str) -> dict[str, Any]:
    text, _, retiring = text.partition(" retired by ")
    text, _, constraint = text.partition(" if ")
    text, _, source = text.partition(" from ")
    operations, _, grantee = text.partition(" to ")
    found: dict[str, Any] = {"name": name, "grantee": WHO[grantee], "operations": texts(operations)}
    if source:
        found["source_arn"] = source
    if retiring:
        found["retiring"] = WHO[retiring]
    if constraint:
        kind, pair = constraint.split(" ", 1)
        key, value = pair.split(" = ")
        found[f"encryption_context_{kind}"] = {key: value}
    return found


def policies(cell: str) -> dict[str, Any]:
    documents: dict[str, dict[str, Any]] = {}
    found: dict[str, Any] = {}
    for number, part in enumerate(cell.split(" // ") if cell != "-" else ()):
        kind, text = part.split(": ", 1)
        if kind == "grant":
            found.setdefault("grants", []).append(grant(text, f"grant {number}"))
            continue
        document = documents.setdefault(kind, {"Version": "2012-10-17", "Statement": []})
        document["Statement"].append(statement(text, is_about_itself=kind in ("resource", "rcp1", "rcp2")))
    for kind, document in documents.items():
        if kind.startswith(("scp", "rcp")):
            levels = found.setdefault("service_control" if kind.startswith("scp") else "resource_control", [])
            levels.append([{"name": kind, "document": document}])
        elif kind in ("identity", "group", "session", "session2"):
            name = {"group": "groups", "session2": "session"}.get(kind, kind)
            found.setdefault(name, []).append({"name": kind, "document": document})
        else:
            found[kind] = {"name": kind, "document": document}
    return found


def answer(row: Row, effect: str = "Allow") -> Decision:
    """What `decide` says about a row; rows about conditions and patterns stand for one statement of that effect."""
    cells = dict(zip(row.columns, row.cells, strict=True))
    if "caller" in cells:
        action, _, resource = cells["asks"].partition(" on ")
        resource, _, owner = resource.partition(" of ")
        raw: dict[str, Any] = {
            "principal": WHO[cells["caller"]],
            "action": action,
            "resource": WHO.get(resource, resource),
            "context": context(cells["the request has"]),
        }
        if owner:
            raw["resource_account"] = WHO[owner]
        if cells["caller"] == "slr-session":
            raw["role"] = "arn:aws:iam::111122223333:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        if cells["caller"] == "fed-bob":
            raw["user"] = WHO["bob"]
        return decide(Request.parse(raw), Policies.parse(policies(cells["policies"])))
    version, written = "2012-10-17", dict[str, Any]()
    asked: dict[str, Any] = {"principal": WHO["bob"], "action": "s3:GetObject", "resource": WHO["photo"]}
    if "condition" in cells:
        text = cells["condition"]
        if text.startswith("2008: "):
            version, text = "2008-10-17", text.removeprefix("2008: ")
        written = {"Action": "*", "Resource": "*", "Condition": conditions(text)}
        asked["context"] = context(cells["the request has"])
    else:
        element = cells["element"]
        if element.startswith("2008 "):
            version, element = "2008-10-17", element.removeprefix("2008 ")
        written = {"Action": "*", "Resource": "*"}
        del written[element.removeprefix("Not")]
        written[element] = texts(cells["patterns"])
        asked["action" if element.endswith("Action") else "resource"] = cells["asked for"]
        asked["resource_account"] = "111122223333"
    statements = [{"Effect": effect, **written}]
    if effect == "Deny":
        statements.append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    return decide(Request.parse(asked), Policies.parse({"identity": [{"Version": version, "Statement": statements}]}))


def name(row: Row) -> str:
    return f"line {row.line}: {row.cells[-1]}"


@pytest.mark.parametrize("row", [row for row in DECIDED if "caller" in row.columns], ids=name)
def test_a_request_under_several_policies(row: Row) -> None:
    decision = answer(row)
    expected, _, kind = row.cells[-2].partition(": ")
    assert decision.outcome == {"allowed": "allowed", "explicit deny": "explicitly denied", "implicit deny": "implicitly denied"}[expected], (
        decision.explanation
    )
    assert decision.blocked_by == (KINDS[kind] if kind else None), decision.explanation
    assert decision.reason
    if decision.outcome == "explicitly denied":
        assert {met.policy_type for met in decision.statements} >= {KINDS[kind]}
        assert all(met.statement is not None and met.statement.denies for met in decision.statements)
    if decision.outcome == "implicitly denied":
        assert not decision.statements


@pytest.mark.parametrize("row", [row for row in DECIDED if "caller" not in row.columns], ids=name)
def test_a_statement_and_a_request(row: Row) -> None:
    holds = {"yes": True, "no": False}[row.cells[-2]]
    assert answer(row).outcome == ("allowed" if holds else "implicitly denied")
    assert answer(row, "Deny").outcome == ("explicitly denied" if holds else "allowed")


def test_the_table_is_long_enough_and_every_row_has_its_page() -> None:
    assert len(DECIDED) >= 300
    assert all(row.page for row in DECIDED)
    assert all(len(row.cells) == len(row.columns) for row in ROWS)


def test_no_two_rows_differ_only_in_names() -> None:
    kinds = {"bob": "user", "carol": "user", "mallory": "foreign user", "cloudtrail": "service", "config-service": "service"}

    def shape(row: Row) -> tuple[str, ...]:
        if "caller" not in row.columns:
            return row.columns[:1] + row.cells[:-1]
        used: dict[str, str] = {}

        def same(match: re.Match[str]) -> str:
            word = match.group()
            return used.setdefault(word, f"{kinds[word]} {sum(kinds[word] in label for label in used.values())}") if word in kinds else word

        return tuple(re.sub(r"[\w-]+", same, cell) for cell in row.cells[:-1])

    shapes = [shape(row) for row in DECIDED]
    assert [row.line for row, found in zip(DECIDED, shapes, strict=True) if shapes.count(found) > 1] == []
    sayings = [row.cells[-1] for row in DECIDED if "caller" in row.columns]
    assert len(set(sayings)) == len(sayings)
