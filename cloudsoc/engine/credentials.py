"""Sessions: where credentials come from, and whose account they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3
import botocore.session
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError, PartialCredentialsError, ProfileNotFound
from botocore.exceptions import ConnectionError as NoConnection

from cloudsoc.engine.breaker import GivenUp
from cloudsoc.engine.clients import Clients, code_of, shortened
from cloudsoc.engine.expiry import REFUSED

DEFAULT_REGION = "us-east-1"
_KEPT_IN_FILES = frozenset({"shared-credentials-file", "config-file"})


@dataclass(frozen=True)
class Identity:
    """Whose account is read, and as whom; ``home`` is the region that answers for the account as a whole."""

    account: str
    partition: str
    caller: str
    home: str


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


def renew(session: boto3.Session) -> bool:
    """Read a profile's keys again, and say whether others stand there now. Credentials of a role or a sign-on are renewed by botocore, before they run out."""
    held = session.get_credentials()
    if held is None or held.method not in _KEPT_IN_FILES:
        return False
    found = botocore.session.Session(profile=session.profile_name).get_credentials()
    if found is None or (found.access_key, found.token) == (held.access_key, held.token):
        return False
    held.token, held.secret_key, held.access_key = found.token, found.secret_key, found.access_key  # the clients hold this one
    return True


def lost(clients: Clients, home: str) -> str | None:
    """Ask whether the credentials still hold: None if so or if that cannot be told, else why they do not. Nobody can be refused this call."""
    try:
        clients.client("sts", home).get_caller_identity()
    except ClientError as error:
        own = error.operation_name == "GetCallerIdentity"  # another call was made to renew them
        if own and code_of(error) not in REFUSED:
            return None
        return f"{'' if own else error.operation_name + ': '}{code_of(error)}: {shortened(str(error.response.get('Error', {}).get('Message', '')))}"
    except (GivenUp, NoConnection, HTTPClientError):
        return None
    except Exception as error:  # noqa: BLE001 whatever keeps them from being renewed: a file, a process, a sign-on that has ended
        return f"they cannot be renewed: {shortened(str(error)) if isinstance(error, BotoCoreError) else type(error).__name__}"
    return None
