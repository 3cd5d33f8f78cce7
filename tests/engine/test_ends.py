"""The ends of a collection: Ctrl-C and the deadline, and what they leave behind."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

import cloudsoc
from cloudsoc import Interrupted, Outcome
from cloudsoc.aws.iam.credentials import AccessKey
from cloudsoc.aws.kms import Grant
from cloudsoc.engine.calls import Records
from cloudsoc.engine.clients import Clients
from cloudsoc.engine.collect import Collector
from cloudsoc.engine.workers import Task, Workers
from tests.end_to_end.account import REGION, Found, Simulated
from tests.engine.house import CHECKS, IS_SHUT, keys

pytest_plugins = ["tests.end_to_end.conftest"]


def hangs(aws: Simulated) -> tuple[threading.Event, threading.Event]:
    """DescribeKey does not answer: when it is reached, and what lets it go."""
    reached, let_go = threading.Event(), threading.Event()

    def hang(_: Mapping[str, Any]) -> Mapping[str, Any]:
        reached.set()
        let_go.wait(20)
        raise AssertionError("nobody waits for this")

    aws.answers("kms:DescribeKey", hang)
    return reached, let_go


def time_is_over_once(reached: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any time, however long, is over the moment that this is reached."""
    monkeypatch.setattr("cloudsoc.engine.pace.time", SimpleNamespace(sleep=time.sleep, monotonic=lambda: math.inf if reached.is_set() else 0.0))


def test_ctrl_c_ends_within_a_second_with_what_there_is(aws: Simulated) -> None:
    keys(aws, 2)
    _, hanging = hangs(aws)
    pressed: list[float] = []

    def interrupt(progress: cloudsoc.Progress) -> None:
        if progress.done >= 3:
            pressed.append(time.monotonic())
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as ended:
        cloudsoc.collect(aws.session, checks={IS_SHUT: CHECKS[IS_SHUT]}, regions=[REGION], on_progress=interrupt)
    assert time.monotonic() - pressed[0] < 1
    hanging.set()
    report = cloudsoc.evaluate(ended.value.inventory, checks={IS_SHUT: CHECKS[IS_SHUT]})
    found = Found(report)
    assert set(found.verdicts(IS_SHUT).values()) == {"not_assessed"}
    assert {cause.error for one in report.not_assessed for cause in one.causes} == {"interrupted"}


def test_a_deadline_leaves_the_rest_not_assessed(aws: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    (key,) = keys(aws, 1)
    reached, hanging = hangs(aws)
    time_is_over_once(reached, monkeypatch)
    inventory = cloudsoc.collect(aws.session, checks={IS_SHUT: CHECKS[IS_SHUT]}, regions=[REGION], deadline=900.0)
    hanging.set()
    (one,) = cloudsoc.evaluate(inventory, checks={IS_SHUT: CHECKS[IS_SHUT]}).not_assessed
    assert (one.resource.id, one.reason.partition(" (")[0]) == (key, "kms:DescribeKey: the deadline of 900 s was over")


def test_what_is_listed_in_a_resource_that_was_cut_off_is_not_known_either(aws: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Grants are listed for customer managed keys, and whether a key is one was not read: there may be grants."""
    (key,) = keys(aws, 1)
    reached, hanging = hangs(aws)
    time_is_over_once(reached, monkeypatch)
    inventory = cloudsoc.collect(aws.session, checks=["kms-*"], regions=[REGION], deadline="15m")
    hanging.set()
    (account,) = inventory.accounts
    gaps = [gap for gap in account.missing(Grant) if gap.within and gap.within[-1].endswith(key)]
    assert [gap.unread.error for gap in gaps] == ["the deadline of 900 s was over"]


def test_ctrl_c_while_conditions_are_decided_leaves_nothing_out(aws: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose access keys are listed depends on the credential report; a user whose turn did not come has not none."""
    for number in range(3):
        aws.client("iam").create_user(UserName=f"user-{number}")
    pressed: list[Any] = []

    def press(self: Any, way: Any, address: Any, **more: Any) -> None:
        if way.kind is AccessKey and way.lists:
            pressed.append(address)
            raise KeyboardInterrupt
        gated(self, way, address, **more)

    gated = Collector._gated
    monkeypatch.setattr(Collector, "_gated", press)
    with pytest.raises(Interrupted) as ended:
        cloudsoc.collect(aws.session, checks=["iam-user-has-single-active-access-key"], regions=[REGION])
    assert pressed
    (account,) = ended.value.inventory.accounts
    assert {gap.within[-1].rpartition("/")[2] for gap in account.missing(AccessKey)} == {"user-0", "user-1", "user-2"}
    report = cloudsoc.evaluate(ended.value.inventory, checks=["iam-user-has-single-active-access-key"])
    assert {one.verdict for one in report.findings} == {Outcome.NOT_ASSESSED}


def test_ctrl_c_while_what_is_left_is_cut_off_leaves_nothing_out() -> None:
    workers, cut = Workers(0), []

    def cut_off(why: str) -> None:
        cut.append(why)
        if len(cut) == 1:
            raise KeyboardInterrupt

    for _ in range(3):
        workers.submit(Task(lambda: None, cut_off))
    with pytest.raises(KeyboardInterrupt):
        workers.close("the deadline was over")
    workers.close("interrupted")
    assert cut == ["the deadline was over", *3 * ["interrupted"]]


def test_the_record_of_a_call_that_waited_when_all_ended_does_not_say_that_it_was_read(aws: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = threading.Event()

    def slow(self: Clients, operation: str, region: str, request: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        yield from pages(self, operation, region, request)
        if operation == "kms:ListKeys":
            waits.set()
            self.pace.pause(60)  # for its second page
            raise AssertionError("nobody waits for this")

    def interrupt(_: cloudsoc.Progress) -> None:
        if waits.is_set():
            raise KeyboardInterrupt

    def end(self: Records, why: str) -> None:
        time.sleep(0.2)
        ended_(self, why)

    pages, ended_ = Clients.pages, Records.end
    monkeypatch.setattr(Clients, "pages", slow)
    monkeypatch.setattr(Records, "end", end)
    keys(aws, 1)
    with pytest.raises(Interrupted) as ended:
        cloudsoc.collect(aws.session, checks={IS_SHUT: CHECKS[IS_SHUT]}, regions=[REGION], on_progress=interrupt)
    (account,) = ended.value.inventory.accounts
    assert [(call.outcome, call.pages) for call in account.calls if call.operation == "kms:ListKeys"] == [("interrupted", 1)]
