"""Names of buckets that AWS's services choose by a rule that everybody knows, and whether somebody else was there first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cloudsoc.aws.account import Region
from cloudsoc.model import Address, Calls, Fact, Unread, reading, reads

PREDICTABLE = {
    "Athena": "aws-athena-query-results-{account}-{region}",
    "CDK": "cdk-hnb659fds-assets-{account}-{region}",
    "CodeStar": "aws-codestar-{region}-{account}",
    "Elastic Beanstalk": "elasticbeanstalk-{region}-{account}",
    "EMR Studio": "aws-emr-studio-{account}-{region}",
    "Glue": "aws-glue-assets-{account}-{region}",
    "SageMaker": "sagemaker-{region}-{account}",
}
"""What the default buckets of services and tools are called."""

_CONTROL = "cloudsoc-nobody-{account}-{region}"
_NOBODY = frozenset({"404", "NoSuchBucket", "NotFound"})
_SOMEBODY = frozenset({"403", "Forbidden", "AccessDenied", "301", "PermanentRedirect"})


@reading("s3:HeadBucket")
def predictable_names(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """Which of the names are taken, by whomever. A name that surely nobody has is asked for as well: where AWS refuses even that, a refusal tells nothing."""
    control = _asked(call, _CONTROL, about)
    if not isinstance(control, Unread):
        yield {"taken": Unread("s3:HeadBucket", "says yes even to a name that nobody has", about.region, about.account)}
        return
    if control.error not in _NOBODY:
        refused = f"{control.error}: refused even for a name that nobody has" if control.error in _SOMEBODY else control.error
        yield {"taken": replace(control, error=refused)}
        return
    answers = {template: _taken(call, template, about) for template in PREDICTABLE.values()}
    unread = next((one for one in answers.values() if isinstance(one, Unread)), None)
    yield {"taken": unread or tuple(_name(template, about) for template, taken in answers.items() if taken)}


def _name(template: str, about: Address) -> str:
    return template.format(account=about.account, region=about.region)


def _asked(call: Calls, template: str, about: Address) -> Mapping[str, Any] | Unread:
    return call.tried("s3:HeadBucket", Bucket=_name(template, about), ExpectedBucketOwner=about.account)


def _taken(call: Calls, template: str, about: Address) -> bool | Unread:
    answer = _asked(call, template, about)
    if not isinstance(answer, Unread):
        return True
    if answer.error in _NOBODY:
        return False
    return True if answer.error in _SOMEBODY else answer


@reads(predictable_names, permission="s3:ListBucket")
class PredictableNames(Fact[Region]):
    """The names that services choose in a region and that somebody has; it may be this account."""

    taken: tuple[str, ...]
