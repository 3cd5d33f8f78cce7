"""What `exposure` answers against what `decide` says, on what hypothesis makes up.

A caller outside the classes that are named is never allowed anything; whoever is named certainly is allowed something, and the witness shows what.
"""

import re
from ipaddress import ip_address, ip_network
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cloudsoc.policy import Caller, Exposure, ExposureGrant, Policies, Policy, Request, access_level, decide, exposure
from cloudsoc.policy.operators import COMPARISONS
from cloudsoc.policy.patterns import glob
from cloudsoc.policy.reviews import REASONS

OWN, PARTNER, STRANGER = "111122223333", "999988887777", "444455556666"
ORG = "o-friends"
ORGANIZATIONS = {
    OWN: (ORG, f"{ORG}/r-1/ou-own/"),
    PARTNER: (ORG, f"{ORG}/r-1/ou-far/"),
    STRANGER: ("o-nobody", "o-nobody/r-1/ou-own/"),
    "222233334444": (None, None),
}
ENTRIES = [
    PARTNER,
    f"arn:aws:iam::{PARTNER}:root",
    f"arn:aws:iam::{PARTNER}:role/app",
    f"arn:aws:iam::{PARTNER}:user/mallory",
    f"arn:aws:sts::{PARTNER}:assumed-role/app/visit",
    OWN,
    f"arn:aws:iam::{OWN}:role/ops",
]
CANONICAL = "c0ffee"
"""S3's id of the partner's account."""
PROVIDER = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
SERVICES = ["sns.amazonaws.com", "config.amazonaws.com"]
ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:PutBucketPolicy", "s3:ListBucket", "s3:NoSuchAction"]
BUCKET = "arn:aws:s3:::photos"
SOURCES = [f"arn:aws:sns:eu-west-1:{OWN}:news", f"arn:aws:sns:eu-west-1:{STRANGER}:news", "arn:aws:s3:::logs", "arn:aws:s3:::other"]
VALUES: dict[str, list[str]] = {
    "aws:PrincipalOrgID": [ORG, "o-nobody", "o-*", "*", "${aws:ResourceOrgID}"],
    "aws:PrincipalOrgPaths": [f"{ORG}/*", f"{ORG}/r-1/ou-own/*", f"{ORG}/r-1/ou-own/", "o-*/r-1/*", "*"],
    "aws:PrincipalAccount": [OWN, PARTNER, "9999*", "*", "${aws:ResourceAccount}"],
    "kms:CallerAccount": [OWN, PARTNER],
    "aws:PrincipalArn": [
        *ENTRIES[2:4],
        f"arn:aws:iam::{PARTNER}:*",
        "arn:aws:iam::*:role/app*",
        f"arn:aws:iam::{PARTNER}:role/a*",
        "*:user/*",
        f"arn:aws:iam::{OWN}:root",
        "arn:aws:iam::9999????7777:*",
        f"arn:aws:iam::{PARTNER}*",
        f"arn:aws:iam::{PARTNER}",
        "arn:aws:iam::44*",
        "arn:*:role/app",
        f"*{STRANGER}*",
        f"arn:aws:iam::{PARTNER}:user/${{aws:username}}",
        f"arn:aws:iam::{PARTNER}:user/team/${{aws:username}}",
    ],
    "aws:PrincipalType": ["User", "AssumedRole", "Anonymous", "A*"],
    "aws:username": ["mallory", "m*", "*/x"],
    "aws:userid": ["AROAAPP:*", "AIDAM", PARTNER, "A*"],
    "aws:PrincipalIsAWSService": ["true", "false"],
    "aws:PrincipalServiceName": [*SERVICES, "*.amazonaws.com", "s*"],
    "aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "::/0", "203.0.113.128/25"],
    "aws:SourceVpce": ["vpce-1", "vpce-2", "vpce-*"],
    "aws:SourceVpc": ["vpc-1", "*"],
    "aws:SourceAccount": [OWN, PARTNER, "*", "${aws:ResourceAccount}"],
    "aws:SourceArn": [*SOURCES, f"arn:aws:sns:*:{OWN}:*", "arn:aws:s3:*:*:*", "arn:aws:s3:::logs*", f"*{OWN}*"],
    "aws:SourceOrgID": [ORG, "o-*"],
    "aws:SecureTransport": ["true", "false"],
    "aws:PrincipalTag/team": ["a", "b*"],
    "aws:TagKeys": ["a", "b", "c*"],
    "aws:CurrentTime": ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"],
    "s3:prefix": ["${aws:username}/*", "home/*", "home/bob"],
    "s3:DataAccessPointAccount": [OWN, "*"],
    "s3:max-keys": ["10", "100"],
    "aws:ResourceAccount": [OWN, STRANGER],
    "token.actions.githubusercontent.com:sub": ["repo:us/*", "repo:us/app:*", "repo:*", "*"],
    "token.actions.githubusercontent.com:aud": ["sts.amazonaws.com"],
    "s3:ExistingObjectTag/kind": ["foo", "FOO", "fo*", "bar"],
    "nosuch:key": ["x"],
}
KNOWN = [key for key in VALUES if key != "nosuch:key"]
FITTING: dict[str, list[str]] = {
    "aws:SourceIp": ["IpAddress", "NotIpAddress"],
    "aws:PrincipalArn": ["ArnLike", "ArnNotLike", "ArnEquals", "StringLike", "StringEquals", "StringNotLike"],
    "aws:SourceArn": ["ArnLike", "ArnNotLike", "ArnEquals", "StringLike", "StringEquals", "StringNotEquals"],
    "aws:CurrentTime": ["DateGreaterThan", "DateLessThan"],
    "s3:max-keys": ["NumericLessThanEquals", "NumericGreaterThan", "NumericEquals"],
    "aws:SecureTransport": ["Bool"],
    "aws:PrincipalIsAWSService": ["Bool"],
}
TEXTUAL = ["StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"]
MULTIVALUED = ("aws:PrincipalOrgPaths", "aws:TagKeys")


@st.composite
def conditions(draw: st.DrawFn, keys: list[str], *, wild: bool) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for _ in range(draw(st.integers(0, 3))):
        key = draw(st.sampled_from(keys))
        operator = draw(st.sampled_from(["Null", *FITTING.get(key, TEXTUAL)] if not wild else sorted(COMPARISONS)))
        if operator == "Null":
            found.setdefault(operator, {})[key] = draw(st.sampled_from([["true"], ["false"]]))
            continue
        operator += draw(st.sampled_from(["", "", "IfExists"]))
        if key in MULTIVALUED or (wild and draw(st.booleans())):
            operator = draw(st.sampled_from(["ForAnyValue:", "ForAllValues:", ""])) + operator
        found.setdefault(operator, {})[key] = draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=3, unique=True))
    return found


@st.composite
def principals(draw: st.DrawFn) -> Any:
    if draw(st.booleans()):
        return "*"
    found: dict[str, list[str]] = {}
    for kind, values in (("AWS", ENTRIES), ("AWS", ENTRIES), ("Service", [*SERVICES, "*"]), ("Federated", [PROVIDER, "*"]), ("CanonicalUser", [CANONICAL])):
        if draw(st.booleans()):
            found.setdefault(kind, []).append(draw(st.sampled_from(values)))
    return found or {"AWS": "*"}


@st.composite
def statements(draw: st.DrawFn, keys: list[str], *, wild: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    found[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(
        st.lists(st.sampled_from([*ACTIONS, "s3:*", "*", "s3:Get*", "s3:?ut*", "s3:NoSuch*"]), min_size=1, max_size=2, unique=True)
    )
    found[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        st.lists(st.sampled_from([BUCKET, f"{BUCKET}/*", f"{BUCKET}/${{aws:username}}/*", f"{BUCKET}/home*", "*"]), min_size=1, max_size=2, unique=True)
    )
    found[draw(st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]))] = draw(principals())
    found["Condition"] = draw(conditions(keys, wild=wild))
    return found


@st.composite
def documents(draw: st.DrawFn, keys: list[str], *, wild: bool = False) -> dict[str, Any]:
    several = draw(st.lists(statements(keys, wild=wild), min_size=1, max_size=4))
    if draw(st.booleans()):
        several[0] |= {"Effect": "Allow", "Principal": "*"}
        several[0].pop("NotPrincipal", None)
    return {"Version": draw(st.sampled_from(["2012-10-17"] * 4 + ["2008-10-17"])), "Statement": several}


def concrete(text: str) -> str:
    return text.replace("*", "zz").replace("?", "8")


@st.composite
def callers(draw: st.DrawFn) -> tuple[Caller, str | None, dict[str, Any]]:
    kind = draw(st.sampled_from(["anonymous", "service", "federated", "account", "account", "account"]))
    if kind == "anonymous":
        return Caller.of("*"), None, {}
    if kind == "service":
        source = draw(st.sampled_from([None, *SOURCES]))
        by = None if source is None else source.split(":")[4] or draw(st.sampled_from([OWN, STRANGER]))
        context: dict[str, Any] = {"aws:SourceArn": source, "aws:SourceAccount": by, "aws:SourceOrgID": ORGANIZATIONS.get(by or "", (None,))[0]}
        dropped = draw(st.lists(st.sampled_from(sorted(context)), max_size=2))
        return Caller.of(draw(st.sampled_from([*SERVICES, "other.amazonaws.com"]))), None, {key: value for key, value in context.items() if key not in dropped}
    if kind == "federated":
        sub = draw(st.sampled_from(["repo:us/app:main", "repo:them/app:main", "other"]))
        key = "token.actions.githubusercontent.com:"
        return Caller.of(PROVIDER), None, {key + "sub": sub, key + "aud": "sts.amazonaws.com"}
    account = draw(st.sampled_from(sorted(set(ORGANIZATIONS) - {OWN})))
    organization, path = ORGANIZATIONS[account]
    name = draw(st.sampled_from(["app", "apple", "mallory", "team/mallory", "x"]))
    arn = draw(
        st.sampled_from(
            [
                f"arn:aws:iam::{account}:role/{name}",
                f"arn:aws:iam::{account}:user/{name}",
                f"arn:aws:iam::{account}:root",
                f"arn:aws:sts::{account}:assumed-role/{name.rpartition('/')[2]}/visit",
                f"arn:aws:sts::{account}:federated-user/{name}",
            ]
        )
    )
    user_id = account if arn.endswith(":root") else draw(st.sampled_from(["AROAAPP:visit", "AIDAM", "AIDAOTHER", "ZZZ"]))
    team = draw(st.sampled_from([None, "a", "bb", "c"]))
    return Caller.of(arn), path, {"aws:PrincipalOrgID": organization, "aws:PrincipalOrgPaths": path, "aws:userid": user_id, "aws:PrincipalTag/team": team}


@st.composite
def requests(draw: st.DrawFn) -> Request:
    caller, _, context = draw(callers())
    if draw(st.booleans()):
        context["aws:SourceIp"] = draw(st.sampled_from(["203.0.113.5", "203.0.113.200", "10.1.2.3", "198.51.100.7", "64.0.0.1", "2001:db8::1", "200.1.1.1"]))
    else:
        context["aws:SourceVpce"] = draw(st.sampled_from(["vpce-1", "vpce-2", "vpce-3", "x"]))
        context["aws:SourceVpc"] = draw(st.sampled_from([None, "vpc-1", "vpc-2"]))
    context["aws:SecureTransport"] = draw(st.sampled_from(["true", "false"]))
    context["aws:CurrentTime"] = draw(st.sampled_from(["2019-06-01T00:00:00Z", "2025-06-01T00:00:00Z", "2031-06-01T00:00:00Z"]))
    for key in ("s3:prefix", "s3:DataAccessPointAccount", "s3:max-keys", "nosuch:key", "s3:ExistingObjectTag/kind"):
        context[key] = draw(st.sampled_from([None, "50", *map(concrete, VALUES[key]), "mallory/x", "Foo", STRANGER]))
    context["aws:TagKeys"] = draw(st.lists(st.sampled_from(["a", "b", "cc", "d"]), max_size=3, unique=True))
    context["aws:ResourceOrgID"] = ORG
    action = draw(st.sampled_from(ACTIONS))
    resource = draw(st.sampled_from([BUCKET, f"{BUCKET}/cat.jpg", f"{BUCKET}/mallory/cat.jpg", f"{BUCKET}/home/x"]))
    return Request.parse(
        {
            "principal": caller.arn,
            "action": action,
            "resource": resource,
            "resource_account": OWN,
            **({"canonical_user": CANONICAL} if caller.account == PARTNER else {}),
            "context": {k: v for k, v in context.items() if v is not None},
        }
    )


def covers(grant: ExposureGrant, request: Request) -> bool:
    """Is the request from a caller of the grant's class?"""
    caller, value, context = request.caller, grant.who.value, request.context

    def one(key: str) -> str:
        return next(iter(context.get(key.lower(), ())), "")

    match grant.who.kind:
        case "public":
            return True
        case "any AWS account":
            return caller.account is not None
        case "organization":
            return one("aws:PrincipalOrgID") == value
        case "organization path":
            return glob(value).matches(one("aws:PrincipalOrgPaths"))
        case "account":
            return value in (caller.account, caller.canonical_user)
        case "principal":
            return value in (caller.arn, caller.role, one("aws:PrincipalArn")) or glob(value).matches(one("aws:userid"))
        case "service":
            return caller.kind == "service" and value in ("*", caller.arn) and (not grant.guarded or guarded_for(grant, request))
        case "federated":
            sub = one("token.actions.githubusercontent.com:sub")
            return (
                caller.kind == "federated identity"
                and value in ("*", caller.arn)
                and (not grant.guarded or any(glob(guard).matches(sub) for guard in grant.guards))
            )
        case "network":
            if "/" in value:
                address = one("aws:SourceIp")
                return bool(address) and ip_address(address) in ip_network(value)
            return value in (one("aws:SourceVpce"), one("aws:SourceVpc"))
        case "access points":
            return one("s3:DataAccessPointAccount") == value


def guarded_for(grant: ExposureGrant, request: Request) -> bool:
    sources = [value for key in ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid") for value in request.context.get(key, ())]
    return any(glob(guard).matches(source) for guard in grant.guards for source in sources)


def allowed(document: dict[str, Any], request: Request) -> bool:
    everything = Policy.of({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    return decide(request, Policies(identity=(everything,), session=(everything,), resource=Policy.of(document))).allowed


def does(grant: ExposureGrant, request: Request) -> bool:
    """Is the action one of the grant's? Known actions stand for the unknown ones that the statement takes in besides."""
    if access_level(request.action) == "Unknown" and grant.statement.covers_action(request.action):
        return True
    return any(glob(action.lower()).matches(request.folded) for action in grant.actions)


def reasons(exposed: Exposure) -> set[str]:
    """The short names of the reasons why something needs a review; a reason that is not on the list is a failure."""
    found = set()
    for text in (part for reason in exposed.needs_review for part in reason.split("; ")):
        (name,) = [name for name, template in REASONS.items() if re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(template)), text)]
        found.add(name)
    return found


def check(document: dict[str, Any], tried: list[Request], known: dict[str, Any], open_for: set[str]) -> None:
    exposed = exposure(document, **known)
    everything = Policy.of({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    policies = Policies(identity=(everything,), session=(everything,), resource=Policy.of(document))
    for request in tried:
        if decide(request, policies).allowed:
            named = any(covers(grant, request) and does(grant, request) for grant in exposed)
            assert named, f"{request} {document} {exposed.explanation}"
    for grant in exposed:
        assert (grant.witness is None) == (grant.needs_review is not None)
        if grant.witness is not None:
            assert decide(grant.witness, policies).allowed
            assert grant.witness.caller.account != known.get("account", "")
    assert reasons(exposed) <= open_for, exposed.explanation


ALL_KNOWN: dict[str, Any] = {"account": OWN, "resource": BUCKET, "organization": ORG}
what_is_known = st.sampled_from([ALL_KNOWN, ALL_KNOWN, {"account": OWN}, {"resource": BUCKET}, {"account": OWN, "resource": BUCKET}, {"service": "s3"}])


@settings(max_examples=250, deadline=None)
@given(documents(list(VALUES)), st.lists(requests(), min_size=20, max_size=20), what_is_known)
def test_nobody_outside_the_classes_is_allowed(document: dict[str, Any], tried: list[Request], known: dict[str, Any]) -> None:
    check(document, tried, known, {"unknown key", "open variable", "two comparisons", "other resources"})


@settings(max_examples=100, deadline=None)
@given(documents(KNOWN), st.lists(requests(), min_size=5, max_size=5))
def test_what_is_known_is_decided(document: dict[str, Any], tried: list[Request]) -> None:
    """With keys and operators of known meaning, only variables can leave something open."""
    check(document, tried, ALL_KNOWN, {"open variable"} if "${" in str(document) else set())


@settings(max_examples=100, deadline=None)
@given(documents(list(VALUES), wild=True), st.lists(requests(), min_size=20, max_size=20))
def test_whatever_the_operators(document: dict[str, Any], tried: list[Request]) -> None:
    check(document, tried, ALL_KNOWN, set(REASONS))


MANY = [f"*{one}{other}*" for one in "abcdefg" for other in "hijklmn"]
"""Patterns of which more combinations can be matched than can be tried."""


@settings(max_examples=60, deadline=None)
@given(
    documents(KNOWN),
    st.lists(requests(), min_size=20, max_size=20),
    st.sampled_from(
        ["Action", "Resource", "aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:userid", "s3:prefix", "aws:PrincipalServiceName"]
    ),
    what_is_known,
)
def test_too_many_patterns_are_not_nobody(document: dict[str, Any], tried: list[Request], where: str, known: dict[str, Any]) -> None:
    more: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BUCKET + "/rare"}
    if where == "Action":
        more["Action"] = [f"s3:{text}" for text in MANY]
    elif where == "Resource":
        more["Resource"] = [f"{BUCKET}/{text}" for text in MANY]
    else:
        more["Condition"] = {"StringLike": {where: MANY}}
    document["Statement"].append(more)
    check(document, tried, known, {"too large", "open variable", "two comparisons", "other resources"})
