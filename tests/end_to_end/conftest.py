"""Every test here has an account of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.end_to_end.account import Simulated


@pytest.fixture
def aws() -> Iterator[Simulated]:
    """An empty account, with AWS's managed policies in it."""
    with mock_aws():
        yield Simulated()
