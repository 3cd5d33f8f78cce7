"""``python -m tests.mutation vpc kms``: mutates the check modules of services and says which mutants no table notices."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter

from tests.mutation.mutants import Mutant, modules, mutants
from tests.mutation.run import survivors
from tests.mutation.survivors import FILE, entry, justified, key

LEAST = 90


def main() -> int:
    """Exit status 1: a survivor that nobody looked at, a listed one that is none, or a service of which less than 90 % is killed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("service", nargs="+", help="a service (vpc) or a module of it (vpc.endpoints)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="mutants tried side by side (default: %(default)s)")
    asked = parser.parse_args()
    made = {service: [one for module in modules(service) for one in mutants(module)] for service in asked.service}
    alive = survivors([one for some in made.values() for one in some], asked.processes)
    return max([_told(service, some, [one for one in alive if one in set(some)]) for service, some in made.items()])


def _told(service: str, made: list[Mutant], alive: list[Mutant]) -> int:
    here = {one.module for one in made}
    listed = Counter({one: times for one, times in justified().items() if one[0] in here})
    found = Counter(map(key, alive))
    unlisted, stale = found - listed, listed - found
    for one in unlisted.elements():
        print(entry(one))
    for one in stale.elements():
        print(f"listed in {FILE.name}, and no survivor any more:\n{entry(one)}")
    killed = len(made) - len(alive)
    share = 100 * killed / max(len(made), 1)
    print(
        f"{service}: {len(made)} mutants, {killed} killed, {len(alive)} survive: {share:.1f} %; {len(alive) - unlisted.total()} of them justified"
        + (f", {unlisted.total()} not" if unlisted else "")
        + (f"; {stale.total()} listed without cause" if stale else "")
    )
    return int(bool(unlisted or stale or (made and share < LEAST)))


if __name__ == "__main__":
    sys.exit(main())
