"""Who outside could ever be allowed to do what, over all requests.

Each Allow statement is asked, from the largest class of callers to the smallest: is there a request from a caller of this class, about whom the document says
nothing else, that the statement admits and that no Deny stops? A smaller class is asked only for what the larger ones leave. Every yes is tried with `decide`.

AWS source: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "AWS global condition context keys", "The confused deputy
problem"; Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" (the meaning of public).
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from cloudsoc.policy.document import PolicyDocument
from cloudsoc.policy.exposed import Exposure

__all__ = ["exposure"]


def exposure(
    document: "str | Mapping[str, object] | PolicyDocument",
    *,
    account: str | None = None,
    resource: str | None = None,
    organization: str | None = None,
    service: str | None = None,
    at: datetime | None = None,
    foreign_resource: bool = False,
) -> Exposure:
    """Who outside the account could ever be allowed something by the policy of a resource, if their own policies allow everything.

    ``account`` is the owner of the resource: its own principals are not outside. Without it, all accounts are. ``organization`` is the organisation that the
    account is in (``o-...``), where it is known. ``resource`` is the ARN of what the policy is attached to, ``service`` the prefix of its actions where the
    ARN does not say it; without either, actions of all services count. ``at`` is a time that is over: what ended before it is not allowed any more.
    ``foreign_resource``: the policy is that of a VPC endpoint, and the question is what can be done through it to what others own.

    Raises:
        MalformedPolicy: it is not a policy.

    """
    moment = None if at is None else int(at.timestamp() * 1_000_000)
    return _exposure(PolicyDocument.parse(document), account, resource, organization, service, moment, foreign_resource)


@lru_cache(maxsize=1024)
def _exposure(
    document: PolicyDocument, account: str | None, resource: str | None, organization: str | None, service: str | None, moment: int | None, foreign: bool
) -> Exposure:
    from cloudsoc.policy.finding import Finder  # here: whoever only decides needs none of it

    if not any(statement.allows for statement in document):
        return Exposure()
    return Exposure(tuple(Finder(document, account, resource, organization, service, moment, foreign=foreign).grants()))
