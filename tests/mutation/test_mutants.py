"""The mutants themselves: which there are, and that a table notices one."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable

import pytest

from cloudsoc_checks.vpc import vpn
from tests.checks.test_reasons import reasons, record
from tests.checks.vpc.test_connections import test_vpn_connection_logs_tunnels as of_a_check
from tests.mutation.mutants import PACKAGE, install, mutants, of_source
from tests.mutation.survivors import justified

SOURCE = """
LIMIT = 3

@check(severity=HIGH, refs=("one",))
def rare(count: int, *, most: int = 7) -> str:
    \"\"\"Not often.\"\"\"
    return "few" if count < most else _many()


def _many() -> str:
    return "many"
"""


def test_what_stands_in_a_function_is_changed_and_nothing_else() -> None:
    changes = [(one.function, one.change.splitlines()[1]) for one in of_source("vpc.any", SOURCE)]
    assert ("rare", "+ def rare(count: int, *, most: int = 8) -> str:") in changes
    assert ("rare", '+ return "few" if count <= most else _many()') in changes
    assert ("_many", '+ return "MANY"') in changes
    assert not [change for _, change in changes if "LIMIT" in change or "HIGH" in change or "one" in change.split('"') or "often" in change]


def test_every_check_has_mutants() -> None:
    assert {"vpn_has_both_tunnels_up", "transit_gateway_requires_attachment_acceptance"} <= {one.function for one in mutants("vpc.vpn")}


def _in_a_child(what: Callable[[], bool]) -> bool:
    if not (pid := os.fork()):
        os._exit(int(not what()))
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_mutant_takes_the_place_of_its_function() -> None:
    made = next(one for one in mutants("vpc.vpn") if one.function == "vpn_connection_logs_tunnels" and one.change.startswith("- return NotApplicable("))
    table = of_a_check.table  # type: ignore[attr-defined]

    def noticed() -> bool:
        install(made)
        return reasons(table) != record()[table.check.id]

    assert _in_a_child(noticed)
    assert reasons(table) == record()[table.check.id]
    assert table.check is vpn.vpn_connection_logs_tunnels


def test_each_listed_survivor_has_a_reason_and_its_function() -> None:
    listed = justified()
    for module, function, _ in listed:
        assert function in vars(importlib.import_module(PACKAGE + module)), f"{module}.{function}"
