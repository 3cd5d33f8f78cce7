"""A scan of simulated accounts behind a fixed latency, beside a bare pool of threads that issues the same calls.

Three processes: the account (``server``), the scan and the floor (``runs``), so that neither memory nor CPU of one counts as another's.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SIZES, LATENCY, RUNS = (300, 3_000, 30_000), 0.05, 3
"""Resources, seconds before each answer, and runs of which the median counts."""


@contextmanager
def account(resources: int) -> Iterator[str]:
    """The address of an account of that size."""
    command = [sys.executable, "-m", "benchmarks.load.server", str(resources), str(LATENCY)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.kill()


def run(what: str, url: str, calls: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "benchmarks.load.runs", what, url, str(calls)], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def medians(runs: Sequence[dict[str, Any]]) -> dict[str, float]:
    return {name: statistics.median(one[name] for one in runs) for name in runs[0]}


def main(sizes: Sequence[int] = SIZES) -> None:
    for size in sizes:
        with account(size) as url, tempfile.TemporaryDirectory() as folder:
            calls = Path(folder, "calls.json")
            asked = run("record", url, calls)
            # By turns, so that what else the machine does falls on both.
            pairs = [(run("scan", url, calls), run("floor", url, calls)) for _ in range(RUNS)]
            slow = run("polite", url, calls)
        ours, floor = medians([one for one, _ in pairs]), medians([one for _, one in pairs])
        print(f"load: {asked['resources']:,} resources, {asked['calls']:,} calls, {asked['duplicates']} of them twice; median of {RUNS} runs")
        print(f"load:   collection {ours['wall']:.1f} s wall, {asked['calls'] / ours['wall']:.0f} calls/s: {ours['wall'] / floor['wall']:.2f} x the floor")
        print(
            f"load:   collection {ours['cpu']:.1f} s CPU, of which {max(0.0, 1 - floor['cpu'] / ours['cpu']):.0%} is not botocore's (the floor takes {floor['cpu']:.1f})"
        )
        print(f"load:   collection {ours['peak']:.0f} MB at most (the floor {floor['peak']:.0f}); with its report {ours['peak_judged']:.0f}")
        print(f"load:   at the limiter's own pace {slow['wall']:.1f} s wall: {slow['wall'] / floor['wall']:.2f} x the floor")
        print(f"load:   judgement {ours['judging_cpu']:.1f} s CPU for {ours['findings']:,.0f} findings")
