"""A simulated account in this process, for tests from a call of AWS to a verdict: moto where it holds the state, recorded answers where it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

import cloudsoc
from cloudsoc import Finding, Report

ACCOUNT, REGION = "123456789012", "eu-west-1"
Answer = Mapping[str, Any] | list[Mapping[str, Any]] | Callable[[Mapping[str, Any]], Mapping[str, Any]] | Exception


class Simulated:
    """What a test gets: clients to build the account with, answers that moto cannot give, and the scan."""

    def __init__(self) -> None:
        self.session = boto3.Session(aws_access_key_id="testing", aws_secret_access_key="testing", region_name=REGION)
        self._answers: dict[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {}

    def client(self, service: Any, region: str = REGION) -> Any:
        """A client to build with."""
        make: Any = self.session.client
        return make(service, region_name=region)

    def answers(self, operation: str, answer: Answer) -> None:
        """From now on ``service:Operation`` is answered so: one answer for every call, a list of them in turn (pages: put the tokens in), a function of the
        request, or an error to raise. The answer is checked against botocore's model of the operation.
        """
        service, _, name = operation.partition(":")
        model = self.client(service).meta.service_model.operation_model(name)
        turn = iter(answer) if isinstance(answer, list) else None
        new = operation not in self._answers

        def answered(request: Mapping[str, Any]) -> Mapping[str, Any]:
            if isinstance(answer, Exception):
                raise answer
            found = next(turn) if turn else answer(request) if callable(answer) else answer
            assert isinstance(found, Mapping)
            if model.output_shape is not None:
                told = ParamValidator().validate(dict(found), model.output_shape)
                assert not told.has_errors(), f"{operation}: AWS gives no such answer: {told.generate_report()}"
            return found

        def remember(params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
            context["cloudsoc-test-asked"] = params

        def give(context: Mapping[str, Any], **_: Any) -> Any:
            found = self._answers[operation](context["cloudsoc-test-asked"])
            return AWSResponse("https://recorded", 200, HTTPHeaders(), None), {**found, "ResponseMetadata": {"HTTPStatusCode": 200, "RequestId": "recorded"}}

        self._answers[operation] = answered
        if new:  # botocore hears the handler that was there first
            event = model.service_model.service_id.hyphenize()
            self.session.events.register_first(f"provide-client-params.{event}.{name}", remember)
            self.session.events.register_first(f"before-call.{event}.{name}", give)

    def refuses(self, operation: str, code: str = "AccessDenied") -> None:
        """From now on AWS answers with an error."""
        self.answers(operation, ClientError({"Error": {"Code": code, "Message": "not today"}}, operation.partition(":")[2]))

    def scan(self, *checks: str, regions: Iterable[str] | None = (REGION,), settings: Mapping[str, Any] | None = None) -> Found:
        """The findings of some checks (globs over ids)."""
        return Found(cloudsoc.scan(self.session, checks=checks, regions=regions, settings=settings))


class Found:
    """The findings of a scan, looked up by check and resource."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def verdicts(self, check: str, *, population: bool = False) -> dict[str, str]:
        """Resource (last part of the ARN) to verdict."""
        return {one.resource.id: one.verdict.value for one in self.report.findings if one.check == check and one.population is population}

    def one(self, check: str, resource: str | None = None) -> Finding:
        """The finding about a resource (by ARN or the last part of it), or the only one of the check."""
        found = [one for one in self.report.findings if one.check == check and (resource in (None, one.resource.id, one.resource.arn))]
        assert len(found) == 1, [(one.resource.arn, one.verdict.value) for one in self.report.findings if one.check == check]
        return found[0]
