"""How long the engine and the checks are: what must stay readable in one sitting."""

from __future__ import annotations

import inspect
from pathlib import Path
from statistics import median

import cloudsoc
import cloudsoc.engine

WANTED_ENGINE, WANTED_CHECK = 1500, 20


def code(text: str) -> int:
    """Lines that are neither blank nor comment."""
    return sum(1 for line in text.splitlines() if line.strip() and not line.strip().startswith("#"))


def main() -> None:
    (folder,) = cloudsoc.engine.__path__
    files = [code(path.read_text(encoding="utf-8")) for path in Path(folder).glob("*.py")]
    print(f"size: engine {sum(files):,} lines in {len(files)} modules ({sum(files) / WANTED_ENGINE:.1f} of the aim), the longest {max(files)}")
    bodies = []
    for check in cloudsoc.load_checks().values():
        source = inspect.getsource(check.function)
        bodies.append(len(source[source.index("def ") :].splitlines()))
    print(
        f"size: {len(bodies)} checks, median {median(bodies):.0f} lines with docstring, without the decorator ({median(bodies) / WANTED_CHECK:.1f} of the aim)"
    )


if __name__ == "__main__":
    main()
