"""IAM checks of unused rights, of the record of changes, of certificates, on hand-made facts."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Region
from cloudsoc.aws.cloudtrail_events import IdentityChange
from cloudsoc.aws.iam.certificates import ServerCertificate
from cloudsoc.aws.iam.last_accessed import RoleServiceAccess, ServiceAccess, UserServiceAccess, has_credentials
from cloudsoc.aws.iam.roles import service_linked
from cloudsoc.model import Everywhere, Unread
from cloudsoc_checks.iam.access import sensitive_service_access_not_stale, user_changes_recorded_for_review, user_sensitive_service_access_not_stale
from cloudsoc_checks.iam.certificates import server_certificate_not_expired
from tests.checks.iam_facts import ACCOUNT, AT, OWN, ROW, USER, ago
from tests.checks.table import UNREAD, but, given, table
from tests.checks.test_iam_users import ROLE

OLD = but(ROLE, create_date=ago(days=300))


def services(**used: datetime | None) -> tuple[ServiceAccess, ...]:
    return tuple(ServiceAccess(service_namespace=name, last_authenticated=time) for name, time in used.items())


def role(**used: datetime | None) -> RoleServiceAccess:
    return RoleServiceAccess(services=services(**used))


def user(**used: datetime | None) -> UserServiceAccess:
    return UserServiceAccess(services=services(**used))


LINKED = but(OLD, path="/aws-service-role/config.amazonaws.com/")

test_sensitive_service_access_not_stale = table(
    sensitive_service_access_not_stale,
    passed={
        "in use": given(OLD, role(s3=None, bedrock=ago(days=60)), AT, says="bedrock used on 2026-09-26"),
        "IAM-7: new": given(but(ROLE, create_date=ago(days=60)), role(bedrock=None), AT, says="60 days ago"),
        "another limit": given(OLD, role(bedrock=ago(days=80)), AT, max_unused_days=90),
    },
    failed={
        "not for long": given(OLD, role(bedrock=ago(days=61)), AT, says="the limit is 60"),
        "never": given(OLD, role(sagemaker=None, s3=AT), AT, says="sagemaker never used"),
        "one of two": given(OLD, role(sagemaker=None, bedrock=AT), AT, says="bedrock used on 2026-11-25, sagemaker never used"),
        "another service": given(OLD, role(kms=None), AT, services=("kms",)),
    },
    not_applicable={"no rights to them": given(OLD, role(s3=None), AT, says="bedrock, sagemaker"), "service-linked": (LINKED, service_linked(LINKED), AT)},
    not_assessed={"unread": (OLD, UNREAD, AT)},
)

IDLE = but(ROW, password_enabled=False)

test_user_sensitive_service_access_not_stale = table(
    user_sensitive_service_access_not_stale,
    passed={"in use": (USER, user(bedrock=AT), AT), "IAM-7: new": (but(USER, create_date=AT), user(bedrock=None), AT)},
    failed={
        "never": (USER, user(bedrock=None), AT),
        "not for long": (USER, user(bedrock=ago(days=61)), AT),
        "the other service": given(USER, user(sagemaker=None), AT, says="sagemaker never used"),
    },
    not_applicable={"no rights to them": (USER, user(s3=AT), AT), "no credentials": (USER, has_credentials(USER, IDLE), AT)},
    not_assessed={"unread": (USER, UNREAD, AT)},
)


def region(name: str) -> Region:
    return Region(arn=f"{OWN}/{name}", region=name, region_name=name, opt_in_status="opt-in-not-required")


def change(name: str, actor: str | None = "arn:aws:iam::111122223333:user/ann", id: str = "1") -> IdentityChange:
    return IdentityChange(
        arn=id, region="us-east-1", event_id=id, event_name=name, event_time=ago(days=2), actor=actor, source_ip_address=None, error_code=None, resources=()
    )


OUTSIDE = Unread("cloudtrail:LookupEvents", "outside the scope", outside=True)
REGIONS = Everywhere([region("eu-west-1"), region("us-east-1")])

test_user_changes_recorded_for_review = table(
    user_changes_recorded_for_review,
    passed={
        "some": given(
            ACCOUNT,
            REGIONS,
            Everywhere([change("CreateUser"), change("CreateUser", id="2"), change("DeleteUser")]),
            says="3 changes in 90 days, each with time",
        ),
        "counted": given(ACCOUNT, REGIONS, Everywhere([change("DeleteUser"), change("CreateUser")]), says="author: 1 CreateUser, 1 DeleteUser"),
        "none": given(ACCOUNT, REGIONS, Everywhere(), says="0 changes in 90 days, each with time and author"),
        "regions that record nothing of IAM are outside the scope": (ACCOUNT, REGIONS, Everywhere([change("CreateUser")], [OUTSIDE])),
    },
    failed={
        "by nobody": given(ACCOUNT, REGIONS, Everywhere([change("CreateUser"), change("PutRolePolicy", None)]), says="1 of 2"),
        "several by nobody": given(
            ACCOUNT, REGIONS, Everywhere(change(f"Call{n}", None, str(n)) for n in range(6)), says="Call3 on 2026-11-23, Call4 on 2026-11-23"
        ),
    },
    not_assessed={
        "cut short": (ACCOUNT, REGIONS, Everywhere([change("CreateUser")], [UNREAD])),
        "cut short, though one names nobody": (ACCOUNT, REGIONS, Everywhere([change("CreateUser", None)], [UNREAD])),
        "the home of IAM is not known": given(
            ACCOUNT, Everywhere([region("eusc-de-east-1")]), Everywhere(), says="cloudtrail:LookupEvents: needs review: it is not known in which region"
        ),
        "the home of IAM is outside the scope": (ACCOUNT, Everywhere([region("eu-west-1")], [OUTSIDE]), Everywhere((), [OUTSIDE])),
        "regions unread": (ACCOUNT, Everywhere((), [UNREAD]), Everywhere()),
    },
)

CERTIFICATE = ServerCertificate(
    arn=f"arn:aws:iam::{OWN}:server-certificate/shop", region="global", server_certificate_name="shop", expiration=datetime(2026, 12, 1, tzinfo=AT.tzinfo)
)

test_server_certificate_not_expired = table(
    server_certificate_not_expired,
    passed={"valid": given(CERTIFICATE, AT, says="2026-12-01")},
    failed={"expired": given(but(CERTIFICATE, expiration=ago(days=1)), AT, says="2026-11-24"), "this very second": (but(CERTIFICATE, expiration=AT), AT)},
    not_assessed={"unread": (UNREAD, AT)},
)
