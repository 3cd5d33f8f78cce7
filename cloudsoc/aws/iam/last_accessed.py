"""IAM: which services users and roles have rights to, and when they last used them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError

from cloudsoc.aws.iam.credentials import CredentialRow
from cloudsoc.aws.iam.roles import Role, service_linked
from cloudsoc.aws.iam.users import User
from cloudsoc.model import Address, Calls, Fact, NotApplicable, Part, part, reading, reads

_ANSWER = "iam:GetServiceLastAccessedDetails"


class LastAccessedJobError(BotoCoreError):
    """AWS did not come to an answer."""

    fmt = "the job ended as {status}"


@reading("iam:GenerateServiceLastAccessedDetails", _ANSWER)
def services_last_accessed(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """AWS makes the answer first: asked again until it is there."""
    job = call("iam:GenerateServiceLastAccessedDetails", Arn=about.id)["JobId"]
    status = "IN_PROGRESS"
    for _ in range(300):
        pages = tuple(call.items(_ANSWER, JobId=job, MaxItems=1000))
        if (status := pages[0]["JobStatus"]) != "IN_PROGRESS":
            break
        call.pause(2)
    if status != "COMPLETED":
        raise LastAccessedJobError(status=status)
    found = [one for page in pages for one in page.get("ServicesLastAccessed", ())]
    yield {"services": tuple({"service_namespace": one["ServiceNamespace"], "last_authenticated": one.get("LastAuthenticated")} for one in found)}


@part
class ServiceAccess(Part):
    """A service that an identity has rights to. Without a date: not used in the 400 days that AWS looks back."""

    service_namespace: str
    last_authenticated: datetime | None


def has_credentials(user: User, row: CredentialRow) -> NotApplicable | None:
    """A user without password and active keys can use nothing."""
    if True in (row.access_key_1_active, row.access_key_2_active) or row.password_enabled is not False:
        return None
    return NotApplicable(f"{user.user_name} has neither a password nor an active key")


@reads(services_last_accessed, when=has_credentials)
class UserServiceAccess(Fact[User]):
    """Which services a user has rights to, and when each was last used, by whatever credential."""

    services: tuple[ServiceAccess, ...]


@reads(services_last_accessed, when=service_linked)
class RoleServiceAccess(Fact[Role]):
    """Which services a role has rights to, and when each was last used."""

    services: tuple[ServiceAccess, ...]
