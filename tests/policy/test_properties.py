"""What holds for every request and all policies, tried on what hypothesis makes up."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudsoc.policy import Decision, Policies, Policy, PolicyDocument, Request, Statement, decide
from cloudsoc.policy.operators import COMPARISONS
from cloudsoc.policy.statement import Condition

OWN, OTHER = "111122223333", "999988887777"
PRINCIPALS = [
    f"arn:aws:iam::{OWN}:user/bob",
    f"arn:aws:iam::{OTHER}:user/mallory",
    f"arn:aws:iam::{OWN}:role/ops",
    f"arn:aws:sts::{OWN}:assumed-role/ops/monday",
    f"arn:aws:sts::{OWN}:federated-user/fed",
    f"arn:aws:iam::{OWN}:root",
    OTHER,
    "*",
    "cloudtrail.amazonaws.com",
    f"arn:aws:iam::{OWN}:saml-provider/corp",
]
ACTIONS = ["s3:GetObject", "s3:PutBucketPolicy", "kms:Decrypt", "sts:AssumeRole", "sqs:SendMessage", "nosuch:Thing"]
RESOURCES = [
    "arn:aws:s3:::photos/cat.jpg",
    f"arn:aws:kms:eu-west-1:{OWN}:key/1",
    f"arn:aws:iam::{OWN}:role/admin",
    f"arn:aws:sqs:eu-west-1:{OTHER}:jobs",
    "*",
]
KEYS = ["aws:SourceIp", "aws:PrincipalOrgID", "aws:TagKeys", "aws:CurrentTime", "aws:SecureTransport", "aws:username", "nosuch:key"]
VALUES = [
    "",
    "true",
    "false",
    "10",
    "203.0.113.5",
    "203.0.113.0/24",
    "2020-01-01",
    "o-1",
    "o-*",
    "a?c",
    "${aws:username}",
    "${nosuch:key, 'x'}",
    "QQ==",
    PRINCIPALS[0],
]

patterns = st.sampled_from(["*", "s3:*", "s3:Get*", "kms:Decrypt", "*:*", "sts:?ssumeRole", *ACTIONS])
places = st.sampled_from(["*", "arn:aws:s3:::photos/*", "arn:aws:s3:::${aws:username}/*", "arn:aws:sqs", *RESOURCES])
operators = st.builds(
    lambda quantifier, name, suffix: (quantifier + name if name != "Null" else name) + (suffix if name != "Null" else ""),
    st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(sorted(COMPARISONS)),
    st.sampled_from(["", "IfExists"]),
)
blocks = st.dictionaries(operators, st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), max_size=3), min_size=1, max_size=2), max_size=2)


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None, principal: bool | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(["Allow", "Deny"]))}
    found[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(st.lists(patterns, min_size=1, max_size=2))
    found[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(st.lists(places, min_size=1, max_size=2))
    if draw(st.booleans()) if principal is None else principal:
        element = draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))
        if draw(st.booleans()):
            found[element] = "*"
        else:
            listed = draw(st.lists(st.sampled_from(PRINCIPALS), min_size=1, max_size=2))
            found[element] = {kind: [name for name in listed if kind_of(name) == kind] for kind in {kind_of(name) for name in listed}}
    if draw(st.booleans()):
        found["Condition"] = draw(blocks)
    return found


def kind_of(name: str) -> str:
    return "Federated" if "saml" in name else "Service" if name.endswith(".com") else "AWS"


@st.composite
def documents(draw: st.DrawFn, principal: bool | None = False) -> dict[str, Any]:
    return {
        "Version": draw(st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"])),
        "Statement": draw(st.lists(statements(principal=principal), min_size=1, max_size=3)),
    }


@st.composite
def requests(draw: st.DrawFn) -> Request:
    context = draw(st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), max_size=2), max_size=3))
    raw = {
        "principal": draw(st.sampled_from(PRINCIPALS)),
        "action": draw(st.sampled_from(ACTIONS)),
        "resource": draw(st.sampled_from(RESOURCES)),
        "context": context,
    }
    if draw(st.booleans()):
        raw["resource_account"] = draw(st.sampled_from([OWN, OTHER]))
    return Request.parse(raw)


grants = st.fixed_dictionaries({"grantee": st.sampled_from(PRINCIPALS), "operations": st.just(["Decrypt"])})
levels = st.lists(st.lists(documents(), min_size=1, max_size=2), max_size=2)
any_policies = st.fixed_dictionaries(
    {"identity": st.lists(documents(), max_size=2)},
    optional={
        "resource": documents(principal=True),
        "boundary": documents(),
        "session": st.lists(documents(), max_size=2),
        "service_control": levels,
        "resource_control": st.lists(st.lists(documents(principal=True), min_size=1, max_size=2), max_size=2),
        "endpoint": documents(principal=True),
        "grants": st.lists(grants, max_size=1),
    },
)


def opened(raw: dict[str, Any]) -> dict[str, Any]:
    """The same policies, each of which allows everything besides: so that what takes something away has something to take away."""
    found: dict[str, Any] = json.loads(json.dumps(raw))
    found.setdefault("identity", []).append({"Statement": []})
    found.setdefault("resource", {"Statement": []})

    def open_up(kind: str, value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                open_up(kind, item)
        elif "Statement" in value:
            named = {"Principal": "*"} if kind in ("resource", "resource_control", "endpoint") else {}
            value["Statement"].append({"Effect": "Allow", "Action": "*", "Resource": "*"} | named)

    for kind, value in found.items():
        open_up(kind, value)
    return found


policy_sets = st.one_of(any_policies, any_policies.map(opened))
RANK = {"explicitly denied": 0, "implicitly denied": 1, "allowed": 2}
some = settings(max_examples=300, deadline=None)


def says(request: Request, raw: Mapping[str, Any]) -> Decision:
    return decide(request, Policies.parse(raw))


@st.composite
def with_one_more(draw: st.DrawFn, effect: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Policies, and the same with one statement more in one of their documents."""
    raw = draw(policy_sets)
    more = draw(statements(effect=effect, principal=draw(st.booleans())))
    larger = json.loads(json.dumps(raw))
    found: list[dict[str, Any]] = []

    def collect(value: object) -> None:
        if isinstance(value, list):
            for item in value:
                collect(item)
        elif isinstance(value, dict) and "Statement" in value:
            found.append(value)

    for value in larger.values():
        collect(value)
    if not found:
        found.append({"Version": "2012-10-17", "Statement": []})
        larger["identity"] = found[:]
    draw(st.sampled_from(found))["Statement"].append(more)
    return raw, larger


@some
@given(requests(), with_one_more("Deny"))
def test_a_deny_more_never_allows_more(request: Request, pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = (says(request, raw).outcome for raw in pair)
    assert RANK[after] <= RANK[before]


@some
@given(requests(), with_one_more("Allow"))
def test_an_allow_more_never_denies_more(request: Request, pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = (says(request, raw).outcome for raw in pair)
    assert RANK[after] >= RANK[before]


@some
@given(requests(), policy_sets, st.randoms(use_true_random=False))
def test_order_is_irrelevant(request: Request, raw: dict[str, Any], random: Any) -> None:
    other = json.loads(json.dumps(raw))

    def shuffle(value: Any) -> None:
        if isinstance(value, dict):
            for item in value.values():
                shuffle(item)
        elif isinstance(value, list):
            random.shuffle(value)
            for item in value:
                shuffle(item)

    shuffle(other)
    one, two = says(request, raw), says(request, other)
    assert one.outcome == two.outcome
    if one.outcome != "implicitly denied":
        assert {str(met.statement) for met in one.statements} == {str(met.statement) for met in two.statements}


@some
@given(
    requests(), policy_sets, st.sampled_from(["boundary", "session", "service_control", "resource_control", "endpoint"]), documents(), documents(principal=True)
)
def test_what_narrows_only_takes_away(request: Request, raw: dict[str, Any], kind: str, own: dict[str, Any], named: dict[str, Any]) -> None:
    without = {name: value for name, value in raw.items() if name != kind}
    values: dict[str, Any] = {"boundary": own, "session": [own], "service_control": [[own]], "resource_control": [[named]], "endpoint": named}
    before, after = says(request, without), says(request, without | {kind: values[kind]})
    if kind == "session" and request.caller.kind == "federated user" and not before.allowed:
        return  # for a federated user, a session policy is what gives anything at all
    assert RANK[after.outcome] <= RANK[before.outcome]


@some
@given(requests(), st.lists(patterns, min_size=1, max_size=3), st.lists(places, min_size=1, max_size=3), st.booleans())
def test_not_is_the_complement(request: Request, actions: list[str], resources: list[str], old: bool) -> None:
    version = "2008-10-17" if old else "2012-10-17"

    def meets(**elements: object) -> bool:
        statement = {"Effect": "Deny", "Action": "*", "Resource": "*"} | elements
        for element in ("Action", "Resource"):
            if f"Not{element}" in statement:
                del statement[element]
        return says(request, {"endpoint": {"Version": version, "Statement": statement}}).outcome == "explicitly denied"

    assert meets(Action=actions) is not meets(NotAction=actions)
    assert meets(Resource=resources) is not meets(NotResource=resources)


@some
@given(requests(), st.lists(st.sampled_from(PRINCIPALS[:4] + PRINCIPALS[7:]), min_size=1, max_size=3))
def test_not_principal_is_the_complement_but_for_accounts(request: Request, listed: list[str]) -> None:
    named: Any = "*" if "*" in listed else {kind: [name for name in listed if kind_of(name) == kind] for kind in {kind_of(name) for name in listed}}

    def meets(element: str) -> bool:
        statement = {"Effect": "Deny", "Action": "*", "Resource": "*", element: named}
        return says(request, {"endpoint": {"Statement": statement}}).outcome == "explicitly denied"

    assert meets("Principal") is not meets("NotPrincipal")


@some
@given(requests(), st.sampled_from(sorted(COMPARISONS)), st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), min_size=1, max_size=3))
def test_a_negated_operator_is_the_complement(request: Request, operator: str, key: str, values: list[str]) -> None:
    names = {"ArnEquals": "ArnNotEquals", "ArnLike": "ArnNotLike", "IpAddress": "NotIpAddress", "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase"}
    negated = names.get(operator) or (operator.replace("Equals", "NotEquals") if "Equals" in operator else operator.replace("Like", "NotLike"))
    if negated == operator or negated not in COMPARISONS or "Not" in operator:
        return

    def holds(name: str) -> bool:
        statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {name: {key: values}}}
        return says(request, {"endpoint": {"Version": "2012-10-17", "Statement": statement | {"Principal": "*"}}}).outcome == "explicitly denied"

    assert holds(operator) is not holds(negated)
    assert not holds(operator) or holds(operator + "IfExists")


@some
@given(documents(principal=None))
def test_json_round_trip(raw: dict[str, Any]) -> None:
    document = PolicyDocument.parse(raw)
    assert PolicyDocument.parse(document.to_json()) == document
    assert PolicyDocument.parse(document.to_json()).to_json() == document.to_json()
    assert PolicyDocument.parse(json.dumps(raw)) == document


@some
@given(documents(principal=None), requests())
def test_the_answer_names_statements_of_the_policies(raw: dict[str, Any], request: Request) -> None:
    policy = Policy.of(raw, "p")
    for met in decide(request, Policies(identity=(policy,), resource=policy)).statements:
        assert met.index is not None
        assert policy.document.statements[met.index] == met.statement


@some
@given(requests(), policy_sets)
def test_other_keys_do_not_matter(request: Request, raw: dict[str, Any]) -> None:
    """What the answer does not list as looked at can be anything."""
    decision = says(request, raw)
    looked_at = {key.name.lower() for key in decision.keys}
    context = {key: values for key, values in request.context.items() if key in looked_at}
    context |= {key.lower(): () for key in KEYS if key.lower() not in looked_at}
    again = Request(request.action, request.resource, request.caller, context, request.resource_account)
    assert says(again, raw).outcome == decision.outcome


def test_statements_made_by_hand_need_no_parsing() -> None:
    from cloudsoc.policy.operators import Operator

    made = PolicyDocument(
        (Statement("Allow", actions=("s3:*",), resources=("*",), conditions=(Condition(Operator("Bool"), "aws:SecureTransport", ("true",)),)),),
        version="2012-10-17",
    )
    assert PolicyDocument.parse(made.to_json()) == made
    request = Request.parse({"principal": PRINCIPALS[0], "action": "s3:GetObject", "context": {"aws:SecureTransport": True}})
    assert decide(request, Policies(identity=(Policy("made", made),))).allowed
