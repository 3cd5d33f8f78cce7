"""cloudsoc: from an AWS account to SOC 2 evidence.

``scan`` reads an account and gives a ``Report``; ``collect`` and ``evaluate`` are its two halves, with an ``Inventory`` between them. Checks are written with
``check`` and found by ``load_checks``. Names are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

__version__ = "0.1.0"

if TYPE_CHECKING:
    from cloudsoc.config import Configuration, configuration
    from cloudsoc.engine.credentials import CredentialsError, NoCredentials, session
    from cloudsoc.engine.inventory import Inventory
    from cloudsoc.engine.progress import Interrupted, Progress
    from cloudsoc.engine.regions import UnknownRegion
    from cloudsoc.engine.registry import LoadError, SelectionError, load_checks, select
    from cloudsoc.engine.snapshot import SnapshotError
    from cloudsoc.model import CORE, CRITICAL, EXTENDED, HIGH, LOW, MEDIUM, Check, Criterion, DeclarationError, Profile, Severity, check, derivation
    from cloudsoc.model.report import CriterionResult, CriterionState, Finding, Outcome, Report, ReportError
    from cloudsoc.scanning import collect, evaluate, scan
    from cloudsoc.settings import SettingsError

_HOMES: Final = {
    "config": ("Configuration", "configuration"),
    "engine.progress": ("Interrupted", "Progress"),
    "engine.regions": ("UnknownRegion",),
    "engine.credentials": ("CredentialsError", "NoCredentials", "session"),
    "engine.inventory": ("Inventory",),
    "engine.registry": ("LoadError", "SelectionError", "load_checks", "select"),
    "engine.snapshot": ("SnapshotError",),
    "model": (
        *("CORE", "CRITICAL", "EXTENDED", "HIGH", "LOW", "MEDIUM", "Check", "Criterion", "DeclarationError", "Profile", "Severity"),
        *("check", "derivation"),
    ),
    "model.report": ("CriterionResult", "CriterionState", "Finding", "Outcome", "Report", "ReportError"),
    "scanning": ("collect", "evaluate", "scan"),
    "settings": ("SettingsError",),
}
_HOME_OF: Final = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "CORE",
    "CRITICAL",
    "EXTENDED",
    "HIGH",
    "LOW",
    "MEDIUM",
    "Check",
    "Configuration",
    "CredentialsError",
    "Criterion",
    "CriterionResult",
    "CriterionState",
    "DeclarationError",
    "Finding",
    "Interrupted",
    "Inventory",
    "LoadError",
    "NoCredentials",
    "Outcome",
    "Profile",
    "Progress",
    "Report",
    "ReportError",
    "SelectionError",
    "SettingsError",
    "Severity",
    "SnapshotError",
    "UnknownRegion",
    "check",
    "collect",
    "configuration",
    "derivation",
    "evaluate",
    "load_checks",
    "scan",
    "select",
    "session",
]


def __getattr__(name: str) -> object:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = found
    return found
