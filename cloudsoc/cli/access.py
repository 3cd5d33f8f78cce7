"""Which account is read, and where: the options that ``scan`` and ``collect`` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    import boto3

F = TypeVar("F", bound=Callable[..., Any])
NO_CREDENTIALS = """no AWS credentials. There are three ways to give some:

  a profile      cloudsoc {command} --profile NAME   (`aws configure sso` makes one)
  variables      AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, if temporary, AWS_SESSION_TOKEN
  the machine    run it where a role is attached: EC2, ECS, Lambda, CloudShell, a CI job with OIDC

Without any, `cloudsoc demo` shows what a scan looks like."""


@dataclass(frozen=True)
class Access:
    """The regions that were asked for (none: all that are enabled), the identity that reads, and how long (seconds) and fast (calls a second) it may."""

    regions: tuple[str, ...]
    profile: str | None
    role_arn: str | None
    external_id: str | None
    deadline: float | None
    max_rate: float | None

    @property
    def limits(self) -> dict[str, Any]:
        """How long and how fast, as ``cloudsoc.scan`` and ``cloudsoc.collect`` take it; what was not given the file of settings may say."""
        return {name: value for name, value in (("deadline", self.deadline), ("max_rate", self.max_rate)) if value is not None}

    def session(self) -> boto3.Session:
        """The session of that identity; use it within ``reachable``."""
        import cloudsoc

        return cloudsoc.session(profile=self.profile, role_arn=self.role_arn, external_id=self.external_id)


@contextmanager
def reachable() -> Iterator[None]:
    """What whoever typed the command can mend about the account, its credentials and its regions, as click tells it."""
    import cloudsoc

    try:
        yield
    except cloudsoc.NoCredentials as error:
        raise click.UsageError(NO_CREDENTIALS.format(command=click.get_current_context().info_name)) from error
    except (cloudsoc.CredentialsError, cloudsoc.UnknownRegion, cloudsoc.SettingsError) as error:
        raise click.UsageError(str(error)) from error


def _limit(_: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """A duration or a rate, as the library reads it."""
    from cloudsoc import durations

    if value is None:
        return None
    try:
        return (durations.rate if param.name == "max_rate" else durations.seconds)(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def reaching(command: F) -> F:
    """Give a command the options about the account; it gets them as one ``Access``."""

    @wraps(command)
    def with_access(
        *,
        region: tuple[str, ...],
        profile: str | None,
        role_arn: str | None,
        external_id: str | None,
        deadline: float,
        max_rate: float | None,
        **rest: Any,
    ) -> Any:
        if external_id and not role_arn:
            raise click.UsageError("--external-id goes with --role-arn")
        given = click.get_current_context().get_parameter_source("deadline") is not ParameterSource.DEFAULT
        return command(access=Access(region, profile, role_arn, external_id, deadline if given else None, max_rate), **rest)

    options = (
        click.option(
            "--region", metavar="NAME", multiple=True, help="Only this region; global services are always in scope. Repeat for more.  [default: all enabled]"
        ),
        click.option("--profile", metavar="NAME", help="A profile of the AWS configuration."),
        click.option("--role-arn", metavar="ARN", help="A role to assume, as in another account."),
        click.option("--external-id", metavar="ID", help="The external id that the role's trust policy asks for."),
        click.option(
            "--deadline",
            metavar="TIME",
            callback=_limit,
            default="30m",
            show_default=True,
            help="When reading ends by itself: seconds, or 90s, 30m, 1h. What is left then is not assessed.",
        ),
        click.option(
            "--max-rate",
            metavar="N",
            callback=_limit,
            help="The most calls a second to any one service of any one region.  [default: AWS's documented quotas, or 20, less when AWS throttles]",
        ),
    )
    decorated: Any = with_access
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]
