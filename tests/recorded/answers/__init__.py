"""What a small company's account answers, by operation: for most questions there is one thing that is right and one that is wrong.

An answer is given once for all, or is a function of the request; an ``Answer`` is one as it goes over the wire, such as an error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

ACCOUNT, OTHER, FOREIGN = "123456789012", "210987654321", "999988887777"
HOME, AMERICA, CLOSED = "eu-west-1", "us-east-1", "ap-east-1"
NOW = datetime.now(UTC).replace(microsecond=0)

REGION = "@region"
"""Under this name a request says which region was asked."""

Request = Mapping[str, Any]
Said = Mapping[str, Any]
Given = Said | Callable[[Request], Said]


class Refused(Exception):
    """An error of AWS in the place of an answer: ``absent`` ones are answers too."""

    def __init__(self, code: str, status: int = 404) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def refuse(code: str, status: int = 404) -> Said:
    """Answer with an error."""
    raise Refused(code, status)


def ago(days: float) -> datetime:
    """So many days before now."""
    return NOW - timedelta(days=days)


def policy(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}
