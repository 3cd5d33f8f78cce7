"""Acorn Analytics: forty people who sell dashboards to shops, and the AWS account that they run on.

They work from Dublin, so everything began in eu-west-1; two years ago an American customer asked for its data to stay at home, and us-east-1 was added in a hurry. An audit is due. Most things are as they
should be, some were forgotten, and one bucket nobody may look into.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cloudsoc.demo.fault import Fault

if TYPE_CHECKING:
    import boto3

HOME: Final = "eu-west-1"
AMERICA: Final = "us-east-1"
ACCOUNT = "123456789012"

ACCESS_KEY_ID = "AKIAACORNDEMO0000001"
SECRET_ACCESS_KEY = "canary-credentials-in-use-7Qw3"  # noqa: S105 - invented
LAMBDA_SECRET = "canary-lambda-environment-b41f"  # noqa: S105 - invented
USER_DATA_SECRET = "canary-instance-user-data-88d2"  # noqa: S105 - invented

CANARIES = (SECRET_ACCESS_KEY, LAMBDA_SECRET, USER_DATA_SECRET)
"""Secrets that lie about in the account, as they do. None of them may ever be seen in anything that cloudsoc writes."""

DENIED = (Fault("s3:GetBucketPolicy", "deny", contains="acorn-billing-exports"),)
"""The finance team's bucket has a policy that locks everybody out, auditors included."""


def found(session: boto3.Session) -> None:
    """Founds the company, from the first employee to the last forgotten gateway."""
    from cloudsoc.demo.company import data, network, people, records

    keys = data.make_keys(session)
    people.hire(session)
    data.fill_buckets(session, keys)
    records.keep(session, keys)
    network.build(session)
