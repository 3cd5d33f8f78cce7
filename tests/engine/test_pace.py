"""The limiter and the circuit breaker, on a clock that stands until it is moved."""

from __future__ import annotations

import threading
import time as clock
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError

import cloudsoc
from cloudsoc import Interrupted
from cloudsoc.aws.rates import RATES
from cloudsoc.engine.breaker import Endpoint, GivenUp
from cloudsoc.engine.clients import Clients
from cloudsoc.engine.pace import Bucket, Lane, Pace, Rate
from cloudsoc.engine.plan import Plan
from cloudsoc.engine.workers import Ended, Task, Workers
from tests.end_to_end.account import ACCOUNT, REGION, Simulated
from tests.engine.house import CHECKS, IS_NAMED, IS_SHUT
from tests.engine.virtual_time import VirtualTime
from tests.engine.wire import Answer, answering, refusal

pytest_plugins = ["tests.end_to_end.conftest"]
BOTH = {id: CHECKS[id] for id in (IS_SHUT, IS_NAMED)}
ROOMS = {IS_SHUT: CHECKS[IS_SHUT]}


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> VirtualTime:
    virtual = VirtualTime()
    virtual.install(monkeypatch)
    return virtual


def calls_in(bucket: Bucket, begin: float, seconds: float, every: float = 0.01) -> int:
    """How many calls get through in that time, if as many are made as go."""
    count, now = 0, begin
    while now < begin + seconds:
        while not bucket.delay(now):
            bucket.take()
            count += 1
        now += every
    return count


# -- the bucket -------------------------------------------------------------------------------------------------------------


def test_a_burst_and_then_its_rate() -> None:
    bucket = Bucket(Rate(20, 100), 0.0)
    assert calls_in(bucket, 0.0, 0.01) == 100
    assert calls_in(bucket, 1.0, 10.0) == pytest.approx(20 * 11, abs=2)


def test_it_says_how_long_to_wait() -> None:
    bucket = Bucket(Rate(2, 1), 0.0)
    assert bucket.delay(0.0) == 0.0
    bucket.take()
    assert bucket.delay(0.0) == pytest.approx(0.5)
    assert bucket.delay(0.4) == pytest.approx(0.1)
    assert bucket.delay(0.5) == 0.0


def test_it_halves_once_for_all_calls_that_were_under_way_and_again_for_later_ones() -> None:
    bucket = Bucket(Rate(16, 16), 0.0)
    for _ in range(10):
        bucket.slower(sent=0.0, now=1.0, code="SlowDown")
    assert bucket.rate == 8
    assert bucket.delay(1.0) > 0  # what it had saved is gone
    bucket.slower(sent=1.5, now=2.0, code="SlowDown")
    assert bucket.rate == 4


def test_it_never_stops_and_it_recovers_while_it_is_used() -> None:
    bucket = Bucket(Rate(20, 20), 0.0)
    for second in range(100):
        bucket.slower(sent=second, now=second, code="SlowDown")
    assert bucket.rate == 1.0
    calls_in(bucket, 100.0, 30.0)
    assert 3 < bucket.rate < 6
    calls_in(bucket, 130.0, 60.0)
    assert bucket.rate == 20


def test_a_rest_is_no_evidence_that_more_would_be_well() -> None:
    bucket = Bucket(Rate(20, 20), 0.0)
    bucket.slower(sent=0.0, now=1.0, code="SlowDown")
    bucket.delay(1000.0)
    assert bucket.rate < 11


def test_what_aws_does_not_document_grows_up_to_its_most() -> None:
    bucket = Bucket(Rate(20, 40, most=100), 0.0)
    calls_in(bucket, 0.0, 60.0)
    assert bucket.rate == 100


# -- the lanes --------------------------------------------------------------------------------------------------------------


def test_operations_share_their_services_bucket_unless_they_have_one_of_their_own() -> None:
    now = [0.0]
    pace = Pace({"*": Rate(1, 3), "ec2": Rate(1, 3, each=True), "cloudtrail:LookupEvents": Rate(2, 2)}, clock=lambda: now[0])

    def through(*operations: str, region: str = "eu-west-1") -> int:
        return sum(not pace.lane(one, region).take(0.0) for one in operations for _ in range(10))

    assert through("iam:ListUsers", "iam:ListRoles") == 3
    assert through("iam:ListUsers", region="us-east-1") == 3
    assert through("ec2:DescribeVpcs", "ec2:DescribeSubnets") == 6
    assert through("cloudtrail:LookupEvents", "cloudtrail:DescribeTrails") == 2 + 3


def test_a_highest_rate_is_of_the_whole_service() -> None:
    now = [0.0]
    pace = Pace({"*": Rate(100, 100, each=True)}, max_rate=5, clock=lambda: now[0])
    lanes = [pace.lane(f"iam:{name}", "eu-west-1") for name in ("ListUsers", "ListRoles")]
    count = 0
    for tick in range(1000):
        now[0] = tick / 100
        count += sum(not lane.take(now[0]) for lane in lanes)
    assert count == pytest.approx(5 * 10, abs=1)


def test_throttling_is_given_up_after_a_while_without_one_answer_and_not_before() -> None:
    pace = Pace({"*": Rate(20, 20)}, clock=lambda: 0.0)
    lane, other = pace.lane("iam:ListUsers", "r"), pace.lane("iam:ListRoles", "r")
    for second in range(100):
        lane.slower(second, second, code="SlowDown")
    lane.answered(100)
    for second in range(101, 221):
        lane.slower(second, second, code="SlowDown")
    assert lane.given_up(220) is None
    lane.slower(221, 221, code="SlowDown")
    why = lane.given_up(221)
    assert why is not None
    assert (why.error, str(why)) == ("throttled for too long (SlowDown)", "121 calls in 120 s were each one too many for AWS; not asked again")
    assert other.given_up(221) is not None  # they share the bucket that nobody got anything from
    other.answered(222)
    assert (other.given_up(222), lane.given_up(222) is None) == (None, False)


def test_the_table_of_rates_names_services_and_operations_that_exist() -> None:
    session = botocore.session.get_session()
    for name, rate in RATES.items():
        assert 0 < rate.per_second <= (rate.most or rate.per_second)
        assert rate.burst >= 1
        service, _, operation = name.partition(":")
        if name != "*":
            model = session.get_service_model(service)
            assert not operation or operation in model.operation_names, name


def test_every_operation_that_checks_need_has_a_rate() -> None:
    pace = Pace(RATES, clock=lambda: 0.0)
    for operation in Plan(cloudsoc.load_checks()).operations:
        assert pace.lane(operation, "eu-west-1").take(0.0) == 0.0


# -- the circuit breaker ----------------------------------------------------------------------------------------------------


def test_one_call_at_a_time_tries_a_service_that_does_not_answer_and_then_none() -> None:
    endpoint = Endpoint("kms", "af-south-1")
    for _ in range(32):  # all at once: that is one failure
        endpoint.failed(sent=0.0, now=5.0, what="ConnectTimeoutError")
    assert 0 < endpoint.delay(5.0) <= 0.5
    assert endpoint.delay(6.0) == 0.0
    endpoint.sending(6.0)
    assert endpoint.delay(7.0) > 0  # one is trying
    now = 6.0
    while not endpoint.dead:
        endpoint.failed(now, now + 5.0, "ConnectTimeoutError")
        now += 5.0
        while endpoint.delay(now):
            now += 0.5
        endpoint.sending(now)
        assert now < 60
    assert endpoint.dead[0] == "not reachable (ConnectTimeoutError)"
    assert "kms in af-south-1: " in endpoint.dead[1]


def test_an_answer_closes_the_circuit_and_calls_that_were_sent_before_it_count_no_more() -> None:
    endpoint = Endpoint("kms", "af-south-1")
    endpoint.failed(0.0, 5.0, "X")
    endpoint.sending(6.0)
    endpoint.answered(6.1)
    assert endpoint.delay(6.1) == 0.0
    for second in range(10, 100):
        endpoint.failed(sent=6.05, now=second, what="X")
    assert (endpoint.dead, endpoint.delay(100.0)) == (None, 0.0)


def test_a_trial_of_which_nothing_was_heard_is_not_waited_for_for_ever() -> None:
    endpoint = Endpoint("kms", "af-south-1")
    endpoint.failed(0.0, 5.0, "X")
    endpoint.sending(6.0)
    assert endpoint.delay(50.0) > 0
    assert endpoint.delay(52.0) == 0.0


# -- workers ----------------------------------------------------------------------------------------------------------------


def nothing() -> None:
    pass


def test_a_slow_lane_holds_up_no_other_and_the_time_is_used(time: VirtualTime) -> None:
    pace = Pace({"*": Rate(1, 1)})
    workers = Workers(4, pace)
    done: list[tuple[str, float]] = []
    begin = time.now()

    def calling(name: str, lane: Lane) -> Task:
        def run() -> None:
            pace._before(lane, {"retries": {"attempt": 1}})
            done.append((name, time.now() - begin))

        return Task(run, lambda _: None, lane)

    for number in range(20):
        workers.submit(calling(f"slow {number}", pace.lane("iam:ListUsers", "r")))
    for number in range(20):
        workers.submit(calling(f"free {number}", pace.lane(f"kms{number}:ListKeys", "r")))
    assert workers.wait(None, nothing) == ""
    workers.close()
    assert len(done) == 40
    assert max(at for name, at in done if name.startswith("free")) == 0.0
    assert [name for name, _ in done if name.startswith("slow")] == [f"slow {number}" for number in range(20)]
    assert max(at for _, at in done) == pytest.approx(19, abs=0.5)


def test_threads_that_wait_in_the_middle_of_a_task_are_replaced(time: VirtualTime) -> None:
    workers = Workers(2, Pace())
    begin = time.now()
    done: list[float | str] = []

    def long() -> None:
        workers.pause(100.0)
        done.append("long")

    for _ in range(2):
        workers.submit(Task(long, lambda _: None))
    for _ in range(5):
        workers.submit(Task(lambda: done.append(time.now() - begin), lambda _: None))
    assert workers.wait(None, nothing) == ""
    workers.close()
    assert done == [0.0] * 5 + ["long"] * 2
    assert time.now() - begin == pytest.approx(100, abs=0.5)


def test_threads_that_hang_in_a_call_are_replaced_up_to_a_number(time: VirtualTime) -> None:
    workers = Workers(2, Pace())
    begin, done = time.now(), []
    for _ in range(20):
        workers.submit(Task(lambda: time.sleep(30.0), lambda _: None))
    workers.submit(Task(lambda: done.append(time.now() - begin), lambda _: None))
    assert workers.wait(None, nothing) == ""
    workers.close()
    assert done[0] == pytest.approx(64, abs=3)  # eight threads at most, a few seconds after each other
    assert time.now() - begin == pytest.approx(94, abs=3)


def test_a_deadline_ends_waits_and_calls_each_with_the_reason(time: VirtualTime) -> None:
    workers = Workers(2, Pace())
    cut: list[str] = []
    ended = []

    def wait() -> None:
        try:
            workers.pause(1e6)
        except Ended:
            ended.append(True)
            raise

    for run in (wait, wait, wait, lambda: time.sleep(1e3)):
        workers.submit(Task(run, cut.append))
    begin = time.now()
    assert workers.wait(begin + 60.0, nothing) == "deadline"
    workers.close("it was over")
    assert time.now() - begin < 61
    assert cut == ["it was over"] * 4
    time.sleep(0.0)
    assert ended == [True] * 3


# -- as clients see it ------------------------------------------------------------------------------------------------------


def a_client(aws: Simulated, pace: Pace, answer: Callable[[dict[str, Any]], Answer]) -> tuple[Clients, list[dict[str, Any]]]:
    sent = answering(aws.session, "kms.DescribeKey", answer)
    return Clients(aws.session, ["kms:DescribeKey"], 2, pace=pace), sent


def test_every_attempt_is_paced_and_told_those_that_botocore_retries_as_well(aws: Simulated, time: VirtualTime) -> None:
    pace = Pace({"*": Rate(10, 10)})
    turn = iter([refusal("ThrottlingException"), refusal("ThrottlingException"), (200, {"KeyMetadata": {"KeyId": "1"}})])
    clients, sent = a_client(aws, pace, lambda _: next(turn))
    (page,) = clients.pages("kms:DescribeKey", "eu-west-1", {"KeyId": "1"})
    assert page["KeyMetadata"]["KeyId"] == "1"
    assert (len(sent), pace.tally()) == (3, (2, 2))
    assert pace.lane("kms:DescribeKey", "eu-west-1")._buckets[0].rate < 5.5


def test_a_call_is_made_again_as_long_as_there_is_hope_and_then_says_what_aws_said(aws: Simulated, time: VirtualTime) -> None:
    pace = Pace({"*": Rate(10, 10)})
    clients, sent = a_client(aws, pace, lambda _: refusal("ThrottlingException"))
    begin = time.now()
    with pytest.raises(GivenUp) as told:
        list(clients.pages("kms:DescribeKey", "eu-west-1", {"KeyId": "1"}))
    assert told.value.error == "throttled for too long (ThrottlingException)"
    assert 120 <= time.now() - begin < 180
    assert len(sent) > 20
    with pytest.raises(GivenUp, match="each one too many for AWS; not asked again"):
        list(clients.pages("kms:DescribeKey", "eu-west-1", {"KeyId": "2"}))
    assert sent[-1] == {"KeyId": "1"}


def test_ten_minutes_of_throttling_and_nothing_is_lost(aws: Simulated, time: VirtualTime) -> None:
    """AWS lets two calls a second through, the limiter starts at a hundred; what else there is does not wait for it."""
    count = 1100
    rooms = [{"KeyId": str(number), "KeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number}"} for number in range(count)]
    aws.client("s3").create_bucket(Bucket="garden", CreateBucketConfiguration={"LocationConstraint": REGION})
    begin, lock = time.now(), threading.Lock()
    theirs = [5.0, begin]
    gardens: list[float] = []
    refused = [0]

    def describe(asked: dict[str, Any]) -> Answer:
        time.sleep(0.05)
        with lock:
            theirs[0], theirs[1] = min(5.0, theirs[0] + 2.0 * (time.now() - theirs[1])), time.now()
            if theirs[0] < 1.0:
                refused[0] += 1
                return refusal("ThrottlingException")
            theirs[0] -= 1.0
        return 200, {"KeyMetadata": {"KeyId": asked["KeyId"], "KeyState": "Enabled"}}

    answering(aws.session, "kms.ListKeys", lambda _: (200, {"Keys": rooms}))
    sent = answering(aws.session, "kms.DescribeKey", describe)
    aws.session.events.register("before-send.s3.ListBuckets", lambda **_: gardens.append(time.now() - begin))
    report = cloudsoc.scan(aws.session, checks=BOTH, regions=[REGION])
    assert report.complete, report.not_assessed[:1]
    assert sum(one.check == IS_SHUT for one in report.findings if one.verdict.value == "passed") == count
    assert len(sent) == count + refused[0]
    took = time.now() - begin
    assert (count - 5) / 2 <= took < count / 2 * 1.4
    assert 0 < refused[0] < count / 2
    assert max(gardens) < 2
    described = [call for call in report.accounts[0].calls if call.operation == "kms:DescribeKey"]
    assert sum(call.retries or 0 for call in described) == sum(call.throttled or 0 for call in described) == refused[0]


def test_a_region_that_does_not_answer_costs_less_than_a_minute_and_says_so(aws: Simulated, time: VirtualTime) -> None:
    begin = time.now()

    def unreachable(_: dict[str, Any]) -> Answer:
        time.sleep(5.0)
        return ConnectTimeoutError(endpoint_url="https://kms.eu-west-1.amazonaws.com/")

    answering(aws.session, "kms.DescribeKey", unreachable)
    rooms = [{"KeyId": str(number), "KeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number}"} for number in range(200)]
    answering(aws.session, "kms.ListKeys", lambda _: (200, {"Keys": rooms}))
    report = cloudsoc.scan(aws.session, checks=BOTH, regions=[REGION])
    assert time.now() - begin < 60
    assert len(report.not_assessed) == 200
    told = {cause.error for one in report.not_assessed for cause in one.causes}
    assert "not reachable (ConnectTimeoutError)" in told
    assert told <= {"not reachable (ConnectTimeoutError)", "ConnectTimeoutError"}
    assert {one.verdict.value for one in report.findings if one.check == IS_NAMED} == {"not_applicable"}


@pytest.mark.parametrize("takes", [0.0, 5.0])
def test_without_a_network_that_is_said_before_anything_is_waited_for(takes: float, aws: Simulated, time: VirtualTime) -> None:
    begin = time.now()

    def unreachable(**_: Any) -> None:
        time.sleep(takes)
        raise EndpointConnectionError(endpoint_url="https://sts.eu-west-1.amazonaws.com/")

    aws.session.events.register_first("before-send.sts.GetCallerIdentity", unreachable)
    with pytest.raises(cloudsoc.CredentialsError, match="AWS could not be asked whose account this is: Could not connect"):
        cloudsoc.collect(aws.session, checks=ROOMS)
    assert time.now() - begin < 5 * takes + 2


def test_a_short_outage_loses_nothing(aws: Simulated, time: VirtualTime) -> None:
    begin = time.now()

    def describe(asked: dict[str, Any]) -> Answer:
        time.sleep(0.05)
        if 0.3 < time.now() - begin < 8:
            return ConnectTimeoutError(endpoint_url="https://kms.eu-west-1.amazonaws.com/")
        return 200, {"KeyMetadata": {"KeyId": asked["KeyId"], "KeyState": "Enabled"}}

    answering(aws.session, "kms.DescribeKey", describe)
    rooms = [{"KeyId": str(number), "KeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number}"} for number in range(400)]
    answering(aws.session, "kms.ListKeys", lambda _: (200, {"Keys": rooms}))
    report = cloudsoc.scan(aws.session, checks=ROOMS, regions=[REGION])
    assert report.complete, report.not_assessed[:1]


# -- ends -------------------------------------------------------------------------------------------------------------------


def test_ctrl_c_ends_threads_that_wait_for_the_limiter_at_once(aws: Simulated) -> None:
    """The second page waits twenty seconds for its turn, and so do the rooms of the first."""
    rooms = [{"KeyId": str(number), "KeyArn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number}"} for number in range(50)]
    sent = answering(aws.session, "kms.ListKeys", lambda _: (200, {"Keys": rooms, "Truncated": True, "NextMarker": "two"}))
    pressed: list[float] = []
    before = set(threading.enumerate())  # another test may have left one that hangs

    def interrupt(progress: cloudsoc.Progress) -> None:
        if progress.queued > 50:
            pressed.append(clock.monotonic())
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as ended:
        cloudsoc.collect(aws.session, checks=ROOMS, regions=[REGION], max_rate=0.05, on_progress=interrupt)
    for thread in [one for one in threading.enumerate() if one.name.startswith("cloudsoc-") and one not in before]:
        thread.join(5.0)
        assert not thread.is_alive()
    assert clock.monotonic() - pressed[0] < 1.0
    assert len(sent) == 1
    report = cloudsoc.evaluate(ended.value.inventory, checks=ROOMS)
    assert {cause.error for one in report.not_assessed for cause in one.causes} == {"interrupted"}
    assert len(report.not_assessed) == 51  # the listing as well: there may be more
    assert [(call.outcome, call.pages, call.items) for call in report.accounts[0].calls if call.operation == "kms:ListKeys"] == [("interrupted", 1, 50)]
