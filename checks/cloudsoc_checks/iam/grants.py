"""What the account's own policies allow, each by itself: managed ones, and those that are written into users, groups and roles."""

from __future__ import annotations

from collections.abc import Callable

from cloudsoc.graphs.escalation import escalations
from cloudsoc.graphs.rights import Rights
from cloudsoc.graphs.written import Holder, exposed, written
from cloudsoc.model import EXTENDED, HIGH, LOW, MEDIUM, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import CC3_3, CC6_1, CC6_3, CC9_2
from cloudsoc.policy import PolicyDocument


def _judged(holder: Holder, wrong: Callable[[Rights], str], right: str) -> Verdict:
    """The first document of which something is wrong decides."""
    documents = written(holder)
    if isinstance(documents, NotApplicable):
        return documents
    for one in documents:
        if found := wrong(one.rights):
            return Failed(one.told(found), severity=exposed(holder))
    return Passed(right)


def _document(rights: Rights) -> PolicyDocument:
    return rights.policies[0]


@check(
    direct=(CC6_3,),
    severity=LOW,
    profile=EXTENDED,
    refs=("SecurityHub:IAM.21", "Config:iam-policy-no-statements-with-full-access", "Steampipe:iam_all_policy_no_service_wild_card"),
)
def policy_avoids_service_wildcards(holder: Holder) -> Verdict:
    """Policies do not allow all actions of a service.

    Why: a star takes in what the service has today and what AWS adds tomorrow, deletion and permissions included; hardly any work needs all of it.

    Fix: put the actions that are used (``aws iam generate-service-last-accessed-details --granularity ACTION_LEVEL --arn {holder.arn}`` tells them) in place of
    the star.

    Terraform: ``aws_iam_policy.policy``, ``aws_iam_role_policy.policy``.
    """

    def wrong(rights: Rights) -> str:
        services = rights.whole_services()
        return f"allows all actions of {', '.join(services[:3])}" + (f" and {len(services) - 3} more" if len(services) > 3 else "") if services else ""

    return _judged(holder, wrong, "allows no service as a whole")


@check(direct=(CC6_3,), severity=MEDIUM)
def policy_avoids_allow_with_notaction(holder: Holder) -> Verdict:
    """Policies do not allow all but what they list.

    Why: Allow with NotAction or NotResource gives everything that nobody thought of, each new service and each new resource included.

    Fix: list what {holder.arn} allows in Action and Resource; to forbid something, use a Deny: there NotAction does no harm.

    Terraform: ``aws_iam_policy.policy``, ``aws_iam_role_policy.policy``.
    """

    def wrong(rights: Rights) -> str:
        for one in _document(rights):
            if one.allows and (one.not_actions is not None or one.not_resources is not None):
                element, spared = ("NotAction", one.not_actions) if one.not_actions is not None else ("NotResource", one.not_resources)
                return f"Allow with {element}: all but {', '.join((spared or ('nothing',))[:3])}"
        return ""

    return _judged(holder, wrong, "what is allowed is listed")


def _whole(service: str) -> Callable[[Rights], str]:
    return lambda rights: f"allows all actions of {service}" if rights.whole(service) else ""


@check(
    direct=(CC6_3,),
    supporting=(CC3_3,),
    severity=MEDIUM,
    refs=(
        "Prowler:iam_policy_no_full_access_to_cloudtrail",
        "Prowler:iam_inline_policy_no_full_access_to_cloudtrail",
        "Steampipe:iam_policy_no_full_access_to_cloudtrail",
    ),
)
def policy_avoids_full_cloudtrail_access(holder: Holder) -> Verdict:
    """Policies do not allow all CloudTrail actions.

    Why: who can switch the record off leaves no trace of what he does next: that belongs to nobody whose work it records.

    Fix: allow {holder.arn} the actions that read (``cloudtrail:Get*``, ``Describe*``, ``List*``, ``LookupEvents``), and leave the others to few people.

    Terraform: ``aws_iam_policy.policy``, ``aws_iam_role_policy.policy``.
    """
    return _judged(holder, _whole("cloudtrail"), "does not allow all of CloudTrail")


@check(
    direct=(CC6_1, CC6_3),
    severity=MEDIUM,
    refs=(
        "Prowler:iam_policy_no_full_access_to_kms",
        "Prowler:iam_inline_policy_no_full_access_to_kms",
        "Steampipe:iam_policy_no_full_access_to_kms",
    ),
)
def policy_avoids_full_kms_access(holder: Holder) -> Verdict:
    """Policies do not allow all KMS actions.

    Why: all of them together read everything that is encrypted, and delete the keys to it.

    Fix: allow {holder.arn} either use (``kms:Encrypt``, ``kms:Decrypt``, ``kms:GenerateDataKey*``) or administration of keys, by their ARNs.

    Terraform: ``aws_iam_policy.policy``, ``aws_iam_role_policy.policy``.
    """
    return _judged(holder, _whole("kms"), "does not allow all of KMS")


@check(
    direct=(CC6_1, CC6_3),
    severity=HIGH,
    refs=(
        "Prowler:iam_no_custom_policy_permissive_role_assumption",
        "Steampipe:iam_policy_custom_no_assume_role",
        "Steampipe:iam_policy_custom_no_permissive_role_assumption",
    ),
)
def policy_limits_role_assumption(holder: Holder) -> Verdict:
    """Policies allow named roles to be assumed, not all of them.

    Why: with ``sts:AssumeRole`` on every role only the trust policies are left to stop anybody, and those that trust the account as a whole stop nobody in it.

    Fix: put the ARNs of the roles that {holder.arn} is for into Resource.

    Terraform: ``aws_iam_policy.policy``, ``aws_iam_role_policy.policy``.
    """

    def wrong(rights: Rights) -> str:
        open_ = [role for role in rights.unnamed("iam", "role") if rights.may("sts:AssumeRole", role)]
        return f"allows sts:AssumeRole on every role of account {open_[0].split(':')[4]}" if open_ else ""

    return _judged(holder, wrong, "roles can be assumed by name only, if at all")


@check(
    direct=(CC6_3,),
    supporting=(CC3_3,),
    severity=HIGH,
    refs=("Prowler:iam_policy_allows_privilege_escalation", "Prowler:iam_inline_policy_allows_privilege_escalation"),
)
def policy_avoids_privilege_escalation_actions(holder: Holder) -> Verdict:
    """No policy holds a set of actions that leads to higher rights.

    Why: whoever can write policies, take over identities or run something with any role he likes has in the end what he was never given.

    Fix: limit those actions of {holder.arn} to named resources, ``iam:PassRole`` to the roles that are meant and with ``iam:PassedToService``; where rights must
    be given, demand a permissions boundary with ``iam:PermissionsBoundary``.

    Terraform: ``aws_iam_policy.policy``, ``aws_iam_role_policy.policy``.
    """

    def wrong(rights: Rights) -> str:
        ways = list(escalations(rights))
        return f"allows {ways[0]}" + (f", and {len(ways) - 1} other ways to higher rights" if len(ways) > 1 else "") if ways else ""

    return _judged(holder, wrong, "allows no known way to higher rights")


@check(
    direct=(CC6_3, CC9_2),
    severity=LOW,
    profile=EXTENDED,
    refs=("Prowler:iam_policy_no_wildcard_marketplace_subscribe", "Prowler:iam_inline_policy_no_wildcard_marketplace_subscribe"),
)
def policy_limits_marketplace_subscribe(holder: Holder) -> Verdict:
    """Policies do not allow subscriptions to every product of AWS Marketplace.

    Why: a subscription is a contract with a vendor and brings his software into the account: that is decided before, not by whoever can click.

    Fix: limit ``aws-marketplace:Subscribe`` of {holder.arn} with the condition ``aws-marketplace:ProductId``, or leave it to those who approve vendors.

    Terraform: ``aws_iam_policy.policy``, ``aws_iam_role_policy.policy``.
    """

    def wrong(rights: Rights) -> str:
        return "allows aws-marketplace:Subscribe for every product" if rights.may("aws-marketplace:Subscribe", "*") else ""

    return _judged(holder, wrong, "does not allow every product to be subscribed to")
