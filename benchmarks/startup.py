"""The CPU that commands take which need no AWS, beside a bare interpreter."""

from __future__ import annotations

import resource
import subprocess
import sys

WANTED = 0.15
RUNS = 7


def cpu(*args: str) -> float:
    """User and system seconds of a process; the best of several."""
    best = float("inf")
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *args], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best


def main() -> None:
    bare = cpu("-c", "pass")
    for args in (("--version",), ("--help",), ("scan", "--help"), ("checks",)):
        took = cpu("-m", "cloudsoc", *args)
        print(f"startup: cloudsoc {' '.join(args)}: {took:.2f} s CPU ({took / WANTED:.1f} of the aim for --help; a bare interpreter takes {bare:.2f})")


if __name__ == "__main__":
    main()
