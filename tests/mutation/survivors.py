"""The survivors that were looked at, each with the reason why it may live."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

from tests.mutation.mutants import Mutant

FILE = Path(__file__).with_name("survivors.toml")
Key = tuple[str, str, str]
"""Module, function and change; the same change in two places of a function is listed twice."""


def key(mutant: Mutant) -> Key:
    """By what a mutant is listed."""
    return mutant.module, mutant.function, mutant.change


def justified() -> Counter[Key]:
    """What is listed; each has a reason."""
    listed = tomllib.loads(FILE.read_text()).get("survivor", [])
    for one in listed:
        if not str(one.get("reason", "")).strip():
            raise SystemExit(f"{FILE.name}: no reason given for {one.get('function')}: {one.get('change')}")
    return Counter((one["module"], one["function"], one["change"].strip()) for one in listed)


def entry(listed: Key) -> str:
    """A survivor as the file has it, its reason still to be written."""
    module, function, change = listed
    return f"[[survivor]]\nmodule = \"{module}\"\nfunction = \"{function}\"\nchange = '''\n{change}\n'''\nreason = \"\"\n"
