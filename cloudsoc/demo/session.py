"""A boto3 session that reaches the simulation and nothing else."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import boto3
import botocore.session
from botocore.config import Config

from cloudsoc.demo.company import ACCESS_KEY_ID, SECRET_ACCESS_KEY


class _Session(botocore.session.Session):
    """Its clients have the simulation as their endpoint. Botocore's own setting for that, AWS_ENDPOINT_URL, gives way to whatever the user's environment says of single services."""

    simulation: str

    def create_client(self, *args: Any, **kwargs: Any) -> Any:
        # boto3 hands over everything by name, botocore's own users the first three by position.
        if len(args) < 6 and not kwargs.get("endpoint_url"):
            kwargs["endpoint_url"] = self.simulation
        return super().create_client(*args, **kwargs)


def simulated_session(url: str, region_name: str) -> boto3.Session:
    """A session with invented credentials whose clients talk to this address."""
    session = _Session(
        session_vars={
            name: (None, [], value, None)
            for name, value in {
                # Neither a profile nor a file nor a switch of the user's own account has any say.
                "profile": None,
                "config_file": os.devnull,
                "credentials_file": os.devnull,
                "use_fips_endpoint": False,
                "use_dualstack_endpoint": False,
                "s3": None,
            }.items()
        }
    )
    session.simulation = url
    session.set_default_client_config(Config(proxies={}))  # 127.0.0.1 is not for the company's proxy to find
    session.register("before-send.s3-control", _without_account_in_host)
    return boto3.Session(aws_access_key_id=ACCESS_KEY_ID, aws_secret_access_key=SECRET_ACCESS_KEY, region_name=region_name, botocore_session=session)


def _without_account_in_host(**event: Any) -> None:
    """Botocore puts the account id in front of s3control's host, and no resolver knows 123456789012.127.0.0.1. The id is in a header as well."""
    request = event["request"]
    parts = urlsplit(request.url)
    _, _, host = parts.netloc.partition(".")
    if host.startswith("127.0.0.1"):
        request.url = urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))
