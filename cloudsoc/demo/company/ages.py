"""Makes things older than they are. AWS has no such call, and neither has moto: this reaches into moto's own memory."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from moto.backends import get_backend
from moto.core.utils import utcnow

from cloudsoc.demo.company import ACCOUNT


def user_joined(name: str, *, days_ago: int, last_seen_days_ago: int | None = None) -> None:
    """The user was created so long ago, and last used the password then."""
    user = _iam().users[name]
    user.create_date = _before(days_ago)
    if last_seen_days_ago is not None:
        user.password_last_used = _before(last_seen_days_ago)


def access_key_made(user_name: str, access_key_id: str, *, days_ago: int) -> None:
    """The access key was created so long ago."""
    for key in _iam().users[user_name].access_keys:
        if key.access_key_id == access_key_id:
            key.create_date = _before(days_ago)


def _before(days: int) -> datetime:
    return utcnow() - timedelta(days=days)


def _iam() -> Any:
    return get_backend("iam")[ACCOUNT]["aws"]
