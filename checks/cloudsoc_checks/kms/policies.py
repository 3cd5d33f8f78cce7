"""Who may use and administer keys: key policies and grants."""

from __future__ import annotations

from cloudsoc.aws.account import Account
from cloudsoc.aws.kms import Grant, Key, KeyPolicy, customer_managed
from cloudsoc.aws.organizations import Organization, OrganizationAccounts
from cloudsoc.graphs.exposures import KeyOpenings, Opening, told
from cloudsoc.graphs.trust import foreign
from cloudsoc.model import CRITICAL, EXTENDED, HIGH, LOW, MEDIUM, Failed, Incomplete, Its, Passed, TrustedAccounts, Unread, Verdict, check
from cloudsoc.model.criterion import C1_1, CC3_3, CC6_1, CC6_3, CC6_6, CC9_2
from cloudsoc.policy import Principal, Statement
from cloudsoc.policy.arns import fields

ADMINISTRATION = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation", "kms:DeleteImportedKeyMaterial")
USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:Sign", "kms:GenerateMac", "kms:DeriveSharedSecret")


@check(
    direct=(CC6_1, CC6_6),
    supporting=(C1_1,),
    severity=CRITICAL,
    refs=(
        "SecurityHub:KMS.5",
        "Config:kms-key-policy-no-public-access",
        "CIS:7.0:2.21",
        "Prowler:kms_key_not_publicly_accessible",
        "Steampipe:kms_cmk_policy_prohibit_public_access",
    ),
)
def key_policy_blocks_public_access(key: Key, openings: KeyOpenings) -> Verdict:
    """Key policies give no use to everyone.

    Why: encryption protects nothing from a stranger who may ask for decryption himself.

    Fix: ``aws kms put-key-policy --region {key.region} --key-id {key.key_id} --policy-name default --policy file://policy.json``, with accounts, roles or
    ``kms:CallerAccount`` where it says ``*`` now.

    Terraform: ``aws_kms_key.policy``.
    """
    if public := openings.such(lambda one: one.is_public):
        return Failed(f"{told(public)} may do {public[0].actions[0]}" + (" and more" if len(public[0].actions) > 1 else ""), evidence=_where(public))
    return Passed("nobody outside is let in" if not openings.exposed else f"outside are let in only: {told(openings.exposed)}")


@check(direct=(CC6_1, CC9_2), supporting=(CC6_6, C1_1), severity=HIGH)
def key_policy_limits_cross_account_use(
    key: Key,
    openings: KeyOpenings,
    members: OrganizationAccounts | None,
    organization: Organization | None,
    *,
    trusted_accounts: TrustedAccounts = (),
) -> Verdict:
    """Key policies let no foreign account in that is not trusted.

    Why: an account that may use the key reads whatever of ours it gets hold of, and whom it lets do so is for that account to say.

    Fix: ``aws kms put-key-policy --region {key.region} --key-id {key.key_id} --policy-name default --policy file://policy.json`` without the account, or add
    it to ``trusted_accounts``.

    Terraform: ``aws_kms_key.policy``.
    """
    if unknown := openings.foreign(trusted_accounts, organization, members):
        return Failed(f"{told(unknown)} may use the key and is not trusted", evidence=_where(unknown))
    others = openings.exposed.to("account", "principal", "organization", "organization path")
    return Passed(f"trusted: {told(others)}" if others else "no other account is let in")


@check(direct=(CC6_1,), severity=LOW, profile=EXTENDED)
def key_policy_scopes_service_principals(key: Key, openings: KeyOpenings) -> Verdict:
    """Services in key policies are bound to the account or organization that they work for.

    Why: a service works for everybody; without a bound, a stranger sends it with his own trail or log group and has the key used for him.

    Fix: ``aws kms put-key-policy --region {key.region} --key-id {key.key_id} --policy-name default --policy file://policy.json``, with ``aws:SourceAccount``,
    ``aws:SourceArn``, ``aws:SourceOrgID`` or an encryption context that names a resource of yours as a condition.

    Terraform: ``aws_kms_key.policy``.
    """
    if free := openings.such(lambda one: one.who.kind == "service" and not one.guarded and not _bound_by_context(one, openings.account)):
        return Failed(f"{told(free)} may be sent by anybody", evidence=_where(free))
    services = openings.exposed.to("service")
    return Passed(f"bound: {told(services)}" if services else "no service is let in")


def _bound_by_context(one: Opening, account: str) -> bool:
    """Whether a statement holds only for an encryption context that names a resource of the account, as CloudTrail and CloudWatch Logs send it."""
    return any(
        condition.key.lower().startswith("kms:encryptioncontext:")
        and not (condition.operator.negated or condition.operator.if_exists or condition.operator.quantifier == "ForAllValues")
        and condition.operator.comparison in ("String", "StringLike", "Arn")
        and all((cut := fields(value)) is not None and cut[4] == account for value in condition.values)
        for condition in one.statement.conditions
    )


@check(direct=(CC6_1, CC6_3), supporting=(CC3_3,), severity=LOW, profile=EXTENDED)
def key_policy_separates_admin_and_use(key: Key, policy: KeyPolicy, account: Account) -> Verdict:
    """Nobody whom a key policy names may both administer and use the key.

    Why: who can use a key and set its policy too can read the data and let others do so, with no second person in between.

    Fix: ``aws kms put-key-policy --region {key.region} --key-id {key.key_id} --policy-name default --policy file://policy.json`` with one statement for
    administrators and one for users.

    Terraform: ``aws_kms_key.policy``.
    """
    named = sorted({principal for one in policy.policy if one.allows for principal in _who(one)})
    both = [one for one in named if _may(key, policy, one, ADMINISTRATION) and _may(key, policy, one, USE)]
    delegated = [one for one in both if one.account == account.account and one.names_account]
    if mixed := [one.value for one in both if one not in delegated]:
        return Failed(f"{', '.join(mixed[:3])} may administer the key and use it")
    return Passed("administration and use are apart" + (", as far as the policy says: the rest is decided in IAM" if delegated else ""))


EVERYBODY = Principal("AWS", "*")


def _who(statement: Statement) -> tuple[Principal, ...]:
    """Whom a statement is about; one that spares somebody is, where it allows, about everybody."""
    return statement.principals or ((EVERYBODY,) if statement.allows else ())


def _may(key: Key, policy: KeyPolicy, who: Principal, actions: tuple[str, ...]) -> bool:
    """Whether a principal is given one of some actions, as everybody is or by name, and no Deny without conditions takes it away again."""
    his = [one for one in policy.policy if {who, EVERYBODY} & {*_who(one)} and one.touches_resource(key.arn)]
    given = [one for one in his if one.allows]
    taken = [one for one in his if one.denies and not one.conditions and one.covers_resource(key.arn)]
    return any(any(one.covers_action(action) for one in given) and not any(one.covers_action(action) for one in taken) for action in actions)


@check(direct=(CC6_1, CC6_3), severity=MEDIUM)
def key_grants_limited_to_trusted_principals(
    key: Key,
    grants: Its[Grant],
    account: Account,
    members: OrganizationAccounts | None,
    *,
    trusted_accounts: TrustedAccounts = (),
) -> Verdict:
    """Grants on keys go to principals of the own account, of trusted ones, and to services.

    Why: a grant lets its holder use the key although the key policy does not name him, and stays until somebody revokes it.

    Fix: ``aws kms revoke-grant --region {key.region} --key-id {key.key_id} --grant-id GRANT``, or add the account to ``trusted_accounts``.

    Terraform: remove ``aws_kms_grant``.
    """
    if own := customer_managed(key):
        return own
    holders = {who: grant for grant in grants.known if (who := grant.grantee_principal or grant.grantee_service_principal)}
    accounts = {cut[4]: who for who in holders if (cut := fields(who)) is not None}
    if unknown := foreign(accounts, account.account, trusted_accounts, members):
        holder = accounts[unknown[0]]
        return Failed(f"{holder} holds a grant and is in an account that is not trusted", evidence={"grant": holders[holder].grant_id})
    # Neither an ARN nor a service's name: what is left of a principal that was deleted.
    if gone := [who for who in holders if fields(who) is None and "." not in who]:
        return Failed(f"{gone[0]} does not exist any more, its grant does", severity=LOW, evidence={"grant": holders[gone[0]].grant_id})
    if nobody := [one.grant_id for one in grants if not (one.grantee_principal or one.grantee_service_principal)]:
        raise Incomplete(Unread("kms:ListGrants", f"needs review: AWS does not say to whom grant {nobody[0]} is", key.region))
    return Passed(f"{len(grants)} grants, all to known principals" if len(grants) else "there are no grants")


def _where(openings: tuple[Opening, ...]) -> dict[str, str]:
    return {"statement": openings[0].place}
