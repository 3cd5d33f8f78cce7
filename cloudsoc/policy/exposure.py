"""Who outside could ever be allowed to do what, over all requests.

AWS source: IAM User Guide, "Policy evaluation logic", "AWS global condition context keys"; Amazon S3 User Guide, "Blocking public access to your Amazon S3
storage" (the meaning of public).
"""

from collections.abc import Mapping

from cloudsoc.policy.actions import statement_actions
from cloudsoc.policy.document import PolicyDocument
from cloudsoc.policy.exposed import Exposure, ExposureGrant, Who
from cloudsoc.policy.statement import Principal, Statement

__all__ = ["exposure"]


def exposure(
    document: "str | Mapping[str, object] | PolicyDocument",
    *,
    account: str | None = None,
    resource: str | None = None,
    organization: str | None = None,
    service: str | None = None,
) -> Exposure:
    """Who outside the account could ever be allowed something by the policy of a resource, if their own policies allow everything.

    ``account`` is the owner of the resource: its own principals are not outside. ``organization`` is the organisation that the account is in
    (``o-...``), where it is known; it is what ``aws:ResourceOrgID`` stands for. ``resource`` is the ARN of what the policy is attached to, ``service`` the
    prefix of its actions where the ARN does not say it; without either, actions of all services count.

    Raises:
        MalformedPolicy: it is not a policy.

    """
    parsed = PolicyDocument.parse(document)
    denies = any(statement.denies for statement in parsed)
    grants = [
        grant
        for index, statement in enumerate(parsed)
        if statement.allows
        for grant in _grants(index, statement, account, service, needs_review="the policy has a Deny" if denies else None)
    ]
    return Exposure(tuple(grants))


def _grants(index: int, statement: Statement, account: str | None, service: str | None, *, needs_review: str | None) -> list[ExposureGrant]:
    reason = f"condition {statement.conditions[0].key}" if statement.conditions else needs_review
    actions = tuple(sorted(action for action in statement_actions(statement) if service in (None, action.partition(":")[0])))
    resources = statement.resources if statement.not_resources is None else tuple(f"not {text}" for text in statement.not_resources)
    everyone = Principal("AWS", "*")
    whos = {_who(principal) for principal in ((everyone,) if statement.not_principals is not None else statement.principals or ())}
    return [
        ExposureGrant(who, actions, resources or (), index, statement, guarded=who.kind not in ("service", "federated"), needs_review=reason)
        for who in sorted(whos)
        if account is None or who.account != account
    ]


def _who(principal: Principal) -> Who:
    if principal.is_everyone:
        return Who("public")
    if principal.kind == "AWS":
        return Who("account", principal.account) if principal.names_account and principal.account is not None else Who("principal", principal.value)
    if principal.kind == "CanonicalUser":
        return Who("account", principal.value)
    return Who("service" if principal.kind == "Service" else "federated", principal.value)
