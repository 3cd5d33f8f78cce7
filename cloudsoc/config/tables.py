"""The tables of the file of settings; what is under ``settings`` and ``checks`` the installed checks decide."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cloudsoc.criteria import Category
from cloudsoc.durations import seconds
from cloudsoc.model.criterion import Criterion
from cloudsoc.model.report import Exclusion, Pattern
from cloudsoc.model.verdict import Profile, Severity


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scope(_Table):
    """What belongs to the system under audit: everything, but for what is excluded with a reason."""

    exclude: tuple[Exclusion, ...] = ()


class Select(_Table):
    """Which checks run. What several keys say holds together; what one list says holds by itself."""

    checks: tuple[Pattern, ...] = Field(default=(), description="ids of checks, or patterns over them, as in 'iam-*'; they look at all profiles")
    criteria: tuple[Criterion, ...] = Field(default=(), description="ids of criteria, as in 'CC6.1'")
    categories: tuple[Category, ...] = ()
    severity: Severity | None = Field(default=None, description="this severity or above")
    profile: Profile | None = Field(default=None, description="'core' is the default; 'extended' is both")


def _duration(value: str) -> str:
    seconds(value)
    return value


class Scan(_Table):
    """How long and how fast an account is read."""

    deadline: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?[smh]?$"), AfterValidator(_duration)] | None = Field(
        default=None, description="when reading ends by itself, as in '90s', '30m', '1h'; what is left then is not assessed"
    )
    max_rate: float | None = Field(default=None, gt=0, allow_inf_nan=False, description="the most calls a second to any one service of any one region")


class File(_Table):
    """Settings of cloudsoc: ``cloudsoc.toml``, or ``[tool.cloudsoc]`` in ``pyproject.toml``."""

    scope: Scope = Scope()
    select: Select = Select()
    scan: Scan = Scan()
    settings: dict[str, Any] = Field(default_factory=dict, description="settings that several checks share")
    checks: dict[str, dict[str, Any]] = Field(default_factory=dict, description="the own settings of single checks, by id")


TABLES: dict[tuple[str, ...], type[BaseModel]] = {(): File, ("scope",): Scope, ("scope", "exclude"): Exclusion, ("select",): Select, ("scan",): Scan}
"""Each table by the way to it."""
