"""Sessions: where credentials come from, and whose account they lead to."""

from __future__ import annotations

from typing import Any

import boto3
import botocore.session
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError, ProfileNotFound

from cloudsoc.engine.clients import Clients, code_of, shortened
from cloudsoc.engine.collect import Identity

DEFAULT_REGION = "us-east-1"


class CredentialsError(RuntimeError):
    """The credentials cannot be used, and why."""


class NoCredentials(CredentialsError):
    """There are no credentials."""


def session(*, profile: str | None = None, role_arn: str | None = None, external_id: str | None = None, region: str | None = None) -> boto3.Session:
    """A boto3 session: of a profile of the AWS configuration, and in a role where one is named. Credentials of a role are renewed before they run out.

    Raises ``CredentialsError`` for a profile that does not exist.
    """
    try:
        own = boto3.Session(profile_name=profile, region_name=region)
    except ProfileNotFound as error:
        raise CredentialsError(f"{error}; `aws configure list-profiles` lists those that exist") from error
    if role_arn is None:
        return own
    source = own.get_credentials()
    if source is None:
        raise NoCredentials("there are no AWS credentials to assume the role with")
    more = {"RoleSessionName": "cloudsoc"} | ({"ExternalId": external_id} if external_id else {})
    home = own.region_name or DEFAULT_REGION

    def client(service: str, **given: Any) -> Any:  # botocore asks the global endpoint of STS otherwise
        return own._session.create_client(service, **({"region_name": home} | given))

    fetcher = AssumeRoleCredentialFetcher(client_creator=client, source_credentials=source, role_arn=role_arn, extra_args=more)
    inner = botocore.session.get_session()
    inner._credentials = DeferredRefreshableCredentials(refresh_using=fetcher.fetch_credentials, method="assume-role")  # type: ignore[attr-defined]
    return boto3.Session(botocore_session=inner, region_name=home)


def who(clients: Clients, region: str | None) -> Identity:
    """The account that the credentials lead to. Raises ``NoCredentials`` or ``CredentialsError``."""
    home = region or DEFAULT_REGION
    try:
        answer = clients.ahead("sts:GetCallerIdentity", home)
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise NoCredentials(str(error)) from error
    except ClientError as error:
        said = shortened(str(error.response.get("Error", {}).get("Message", "")))
        raise CredentialsError(f"AWS does not accept the credentials: {code_of(error)}: {said} (asked in {home})") from error
    except BotoCoreError as error:
        raise CredentialsError(f"AWS could not be asked whose account this is: {shortened(str(error))}") from error
    arn = str(answer["Arn"])
    return Identity(str(answer["Account"]), arn.split(":")[1], arn, home)
