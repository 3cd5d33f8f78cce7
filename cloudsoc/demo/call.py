"""Which operation a request asks for, read from the request as AWS's own front doors read it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

Protocol = Literal["ec2", "query", "json", "rest-xml", "rest-json"]

# Most services sign with the name that boto3 gives them. These share their signing name or have another: the candidates, the one to prefer last.
SIGNED_AS: dict[str, tuple[str, ...]] = {
    "s3": ("s3control", "s3"),
    "elasticloadbalancing": ("elb", "elbv2"),
    "monitoring": ("cloudwatch",),
    "access-analyzer": ("accessanalyzer",),
    "sso": ("sso-admin",),
    "elasticfilesystem": ("efs",),
    "apigateway": ("apigateway", "apigatewayv2"),
    "es": ("es", "opensearch"),
    "tagging": ("resourcegroupstaggingapi",),
    "ses": ("ses", "sesv2"),
    "states": ("stepfunctions",),
    "elasticmapreduce": ("emr",),
}

_SCOPE = re.compile(r"Credential=(?P<key>[^/,\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_PLACEHOLDER = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Request:
    """What came over the wire, as far as it matters here."""

    method: str
    path: str
    query: str
    body: bytes
    content_type: str = ""
    authorization: str = ""
    target: str = ""
    headers: frozenset[str] = frozenset()
    """The names of all headers, in lower case."""

    @property
    def text(self) -> str:
        """Everything in which a resource may be named, decoded."""
        return "\n".join((unquote(self.path), unquote(self.query), unquote(self.body.decode("utf-8", "replace"))))


@dataclass(frozen=True, slots=True)
class Call:
    """A request understood."""

    service: str
    operation: str
    region: str
    protocol: Protocol

    @property
    def name(self) -> str:
        """``service:Operation``."""
        return f"{self.service}:{self.operation}"


@cache
def _loader() -> Loader:
    return Loader()


@cache
def service_model(service: str) -> ServiceModel | None:
    """Botocore's own model of a service; ``None`` where it has none of that name."""
    loader = _loader()
    if service not in loader.list_available_services("service-2"):
        return None
    return ServiceModel(loader.load_service_model(service, "service-2"), service)


def operation_model(call: Call) -> OperationModel | None:
    """Botocore's own model of the operation."""
    model = service_model(call.service)
    return model.operation_model(call.operation) if model is not None and call.operation in model.operation_names else None


@cache
def pagination(service: str, operation: str) -> tuple[list[str], list[str], str | None] | None:
    """How an operation pages, from botocore's paginators: the members that take the token, those that give it, and the one that says that there is more."""
    if "paginators-1" not in _types_of(service):
        return None
    config = _loader().load_service_model(service, "paginators-1")["pagination"].get(operation)
    if config is None:
        return None
    takes, gives = ([names] if isinstance(names, str) else list(names) for names in (config["input_token"], config["output_token"]))
    return takes, gives, config.get("more_results")


@cache
def _types_of(service: str) -> tuple[str, ...]:
    loader = _loader()
    return tuple(kind for kind in ("service-2", "paginators-1") if service in loader.list_available_services(kind))


def recognise(request: Request) -> Call | None:
    """The call that a request makes; ``None`` for one that is not signed, or of a service that botocore does not know."""
    scope = _SCOPE.search(request.authorization)
    if scope is None:
        return None
    signed, region = scope["service"], scope["region"]
    candidates = SIGNED_AS.get(signed, (signed,))
    form = parse_qs(request.body.decode("utf-8", "replace") if "x-www-form-urlencoded" in request.content_type else request.query)
    if request.target:
        prefix, _, operation = request.target.rpartition(".")
        return Call(_among(candidates, "targetPrefix", prefix), operation, region, "json")
    if "Action" in form:
        service = _among(candidates, "apiVersion", form.get("Version", [""])[0])
        return Call(service, form["Action"][0], region, "ec2" if service == "ec2" else "query")
    return _by_route(candidates, region, request)


def _among(candidates: tuple[str, ...], key: str, value: str) -> str:
    if len(candidates) > 1:
        for service in candidates:
            model = service_model(service)
            if model is not None and model.metadata.get(key) == value:
                return service
    return candidates[-1]


@dataclass(frozen=True, slots=True)
class _Route:
    """One operation's address: the pattern of its path, and what must stand in the query."""

    service: str
    operation: str
    method: str
    path: re.Pattern[str]
    query: dict[str, str | None]
    literal: int
    """How much of the address is fixed: of two that fit, the one that fixes more is meant."""
    required: frozenset[str] = frozenset()
    """What must stand in query or headers besides: it tells apart what has one address, as S3's PutObject and CopyObject."""


@cache
def _routes(service: str) -> tuple[Protocol, tuple[_Route, ...]] | None:
    model = service_model(service)
    if model is None:
        return None
    protocols = [model.metadata["protocol"], *model.metadata.get("protocols", ())]
    protocol: Protocol | None = "rest-xml" if "rest-xml" in protocols else "rest-json" if "rest-json" in protocols else None
    if protocol is None:
        return None
    # What is deprecated has the address of what replaces it.
    operations = (model.operation_model(name) for name in model.operation_names)
    return protocol, tuple(_route(service, operation) for operation in operations if not operation.deprecated)


def _route(service: str, operation: OperationModel) -> _Route:
    address, _, query = operation.http["requestUri"].partition("?")
    pieces: list[str] = []
    literal = 0
    for index, piece in enumerate(_PLACEHOLDER.split(address)):
        if index % 2:
            pieces.append("(.+)" if piece.endswith("+") else "([^/]+)")
        else:
            pieces.append(re.escape(piece))
            literal += len(piece.replace("/", ""))
    wanted: dict[str, str | None] = {}
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        wanted[name] = value or None
    shape = operation.input_shape
    required = frozenset(
        member.serialization.get("name", name).lower()
        for name, member in (shape.members if shape is not None else {}).items()
        if shape is not None and name in shape.required_members and member.serialization.get("location") in ("querystring", "header")
    )
    return _Route(
        service, operation.name, operation.http["method"], re.compile("".join(pieces).rstrip("/") + "/?"), wanted, literal + 100 * len(wanted), required
    )


def _by_route(candidates: tuple[str, ...], region: str, request: Request) -> Call | None:
    asked = {name: values[0] for name, values in parse_qs(request.query, keep_blank_values=True).items()}
    there = {name.lower() for name in asked} | request.headers
    found: tuple[int, _Route, Protocol] | None = None
    for service in candidates:
        known = _routes(service)
        if known is None:
            continue
        protocol, routes = known
        for route in routes:
            if route.method != request.method or not route.path.fullmatch(request.path) or not route.required <= there:
                continue
            if any(name not in asked or (value is not None and asked[name] != value) for name, value in route.query.items()):
                continue
            weight = route.literal + 10 * len(route.required)
            if found is None or weight > found[0]:
                found = weight, route, protocol
    return None if found is None else Call(found[1].service, found[1].operation, region, found[2])


def sent_members(request: Request) -> set[str]:
    """The names of the top-level members that a request carries, wherever its protocol puts them."""
    names = set(parse_qs(request.query, keep_blank_values=True))
    if "x-www-form-urlencoded" in request.content_type:
        names |= set(parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    elif request.body[:1] == b"{":
        with suppress(ValueError):
            names |= set(json.loads(request.body))
    return names
