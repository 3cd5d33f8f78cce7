"""One measured run, in a process of its own: ``python -m benchmarks.load.runs (record|scan|polite|floor) URL FILE``. It prints its figures as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config

import cloudsoc
from benchmarks.load.account import HOME
from cloudsoc.demo.session import simulated_session

THREADS = 32
PLACES = ("sts:GetCallerIdentity", "ec2:DescribeRegions")
Requests = list[tuple[str, str, list[dict[str, Any]]]]
"""Operation, region, and the requests of its pages, one after the other."""


def used() -> float:
    """Seconds of CPU of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak() -> float:
    """The most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What it gave, and the seconds of wall clock and of CPU that it took."""
    wall, cpu = time.perf_counter(), used()
    given = work()
    return given, time.perf_counter() - wall, used() - cpu


def record(session: boto3.Session, file: Path) -> dict[str, Any]:
    """Which calls a scan makes: in the order in which they were made, pages of one question together."""
    made: list[tuple[str, str, dict[str, Any]]] = []
    make: Any = session.client
    services = {make(name, region_name=HOME).meta.service_model.service_id.hyphenize(): name for name in _services()}

    def note(params: Mapping[str, Any], model: Any, context: Mapping[str, Any], **_: Any) -> None:
        made.append((f"{services[model.service_model.service_id.hyphenize()]}:{model.name}", context["client_region"], dict(params)))

    session.events.register("before-parameter-build", note)
    inventory = cloudsoc.collect(session, rates=None)
    report = cloudsoc.evaluate(inventory)
    chains: dict[str, tuple[str, str, list[dict[str, Any]]]] = {}
    for operation, region, params in made:
        bare = {name: value for name, value in params.items() if name not in ("Marker", "NextToken", "nextToken", "ContinuationToken")}
        chains.setdefault(json.dumps([operation, region, bare], default=str), (operation, region, []))[2].append(params)
    file.write_text(json.dumps(list(chains.values()), default=str))
    asked = Counter(json.dumps([operation, region, params], default=str) for operation, region, params in made)
    return {
        "calls": len(made),
        "duplicates": sum(number - 1 for number in asked.values()),
        "resources": sum(len(found) for found in inventory.accounts[0].addresses.values()),
        "verdicts": Counter(one.verdict.value for one in report.findings),
        "unread": Counter(f"{one.operation} {one.outcome}" for one in report.accounts[0].calls if one.outcome != "read").most_common(12),
    }


def _services() -> Iterable[str]:
    from cloudsoc.engine.plan import Plan

    return {operation.partition(":")[0] for operation in Plan(cloudsoc.load_checks()).operations} | {"sts", "ec2"}


def polite(session: boto3.Session, file: Path) -> dict[str, Any]:
    """A scan at the rates that AWS documents, and 20 calls a second where there is none."""
    return _scan(lambda: cloudsoc.collect(session))


def scan(session: boto3.Session, file: Path) -> dict[str, Any]:
    """A scan as fast as the threads go: what the floor can be held against."""
    return _scan(lambda: cloudsoc.collect(session, rates=None))


def _scan(collect: Callable[[], cloudsoc.Inventory]) -> dict[str, Any]:
    """Collection, then judgement."""
    inventory, wall, cpu = measured(collect)
    held = peak()
    report, judging, judging_cpu = measured(lambda: cloudsoc.evaluate(inventory))
    return {"wall": wall, "cpu": cpu, "peak": held, "judging": judging, "judging_cpu": judging_cpu, "peak_judged": peak(), "findings": len(report.findings)}


def floor(session: boto3.Session, file: Path) -> dict[str, Any]:
    """The same calls from a bare pool of threads: where and who, then what is listed, then what is asked about each."""
    chains: Requests = json.loads(file.read_text())
    clients: dict[tuple[str, str], Any] = {}
    lock = Lock()
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 5},
        connect_timeout=5,
        read_timeout=30,
        max_pool_connections=THREADS,
        s3={"addressing_style": "path"},
    )

    def ask(chain: tuple[str, str, list[dict[str, Any]]]) -> None:
        operation, region, requests = chain
        service, _, name = operation.partition(":")
        with lock:
            if (service, region) not in clients:
                make: Any = session.client
                clients[service, region] = make(service, region_name=region, config=config)
        client = clients[service, region]
        for request in requests:
            try:
                getattr(client, xform_name(name))(**request)
            except client.exceptions.ClientError:
                break  # an answer as well: that something is not there

    of_places = _of_places()

    def all_of_them() -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            for phase in (
                [one for one in chains if one[0] in PLACES],
                [one for one in chains if one[0] in of_places - {*PLACES}],
                [one for one in chains if one[0] not in of_places],
            ):
                list(pool.map(ask, phase))

    _, wall, cpu = measured(all_of_them)
    return {"wall": wall, "cpu": cpu, "peak": peak()}


def _of_places() -> set[str]:
    """What is asked of an account or a region, not of a single resource."""
    from cloudsoc.engine.door import ways
    from cloudsoc.engine.plan import Plan
    from cloudsoc.engine.signature import is_place

    found = ways(Plan(cloudsoc.load_checks()).facts)
    return {
        operation for way in found if way.asked_about is None or is_place(way.asked_about) or not way.asked_about.about for operation in way.source.operations
    }


if __name__ == "__main__":
    what, url, file = sys.argv[1:]
    print(json.dumps({"record": record, "scan": scan, "polite": polite, "floor": floor}[what](simulated_session(url, HOME), Path(file))))
