"""One simulated account for all tests of a worker; each test gets it without faults and without memory of calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from cloudsoc.demo import Simulation

ONCE = Config(retries={"total_max_attempts": 1}, read_timeout=20)
"""Errors are to be seen, not tried again."""


@pytest.fixture(scope="session")
def company() -> Iterator[Simulation]:
    with Simulation() as simulation:
        yield simulation


@pytest.fixture(scope="session")
def session(company: Simulation) -> boto3.Session:
    """Its clients share what botocore has loaded."""
    return company.session()


@pytest.fixture
def simulation(company: Simulation) -> Simulation:
    company.faults()
    company.reset_calls()
    return company


@pytest.fixture
def call(session: boto3.Session, simulation: Simulation) -> Any:
    """Calls ``service``'s ``method`` once, without a second attempt."""

    def call(service: Any, method: str, region: str = "eu-west-1", config: Config = ONCE, **parameters: Any) -> Any:
        return getattr(session.client(service, region, config=config), method)(**parameters)

    return call
