"""A simulated AWS account: a company that does not exist, behind real HTTP on this machine.

``Simulation`` starts it and hands out a boto3 session that reaches it; nothing else of the scanner knows that it is there.
"""

from __future__ import annotations

from importlib.util import find_spec


class MissingExtraError(ImportError):
    """The simulation was asked for, and what it is made of is not installed."""


# moto is there without its server parts when somebody installed plain `moto` for their own tests.
for _module in ("moto", "flask", "flask_cors"):
    if find_spec(_module) is None:
        raise MissingExtraError("the demo needs its extra: pip install 'cloudsoc[demo]'", name=_module)

from cloudsoc.demo.company import CANARIES  # noqa: E402 - the two import what may be missing
from cloudsoc.demo.fault import Fault, Kind  # noqa: E402
from cloudsoc.demo.server import RecordedCall, Simulation, SimulationError  # noqa: E402

__all__ = ["CANARIES", "Fault", "Kind", "MissingExtraError", "RecordedCall", "Simulation", "SimulationError"]
