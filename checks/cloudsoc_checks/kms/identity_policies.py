"""What the policies of identities say about keys."""

from __future__ import annotations

from cloudsoc.graphs.written import Holder, exposed, written
from cloudsoc.model import LOW, MEDIUM, Failed, NotApplicable, Passed, Verdict, check
from cloudsoc.model.criterion import C1_1, CC6_1, CC6_3


@check(
    direct=(CC6_1, CC6_3),
    supporting=(C1_1,),
    severity=MEDIUM,
    refs=(
        "SecurityHub:KMS.1",
        "SecurityHub:KMS.2",
        "Config:iam-customer-policy-blocked-kms-actions",
        "Config:iam-inline-policy-blocked-kms-actions",
        "Steampipe:kms_key_decryption_restricted_in_iam_customer_managed_policy",
        "Steampipe:kms_key_decryption_restricted_in_iam_inline_policy",
        "Steampipe:iam_policy_custom_no_blocked_kms_actions",
        "Steampipe:iam_policy_inline_no_blocked_kms_actions",
    ),
)
def decrypt_restricted_in_iam_policies(holder: Holder, *, actions: tuple[str, ...] = ("kms:Decrypt", "kms:ReEncryptFrom")) -> Verdict:
    """Policies allow decryption with named keys only.

    Why: who may decrypt with every key reads all that is encrypted, that of other teams and of keys to come included.

    Fix: put the ARNs of the keys, or a condition on their aliases or tags, in place of the star, and store it for {holder.arn}: ``aws iam
    create-policy-version --set-as-default`` for a managed policy, ``put-user-policy``, ``put-group-policy`` or ``put-role-policy`` for an inline one.

    Terraform: ``aws_iam_policy.policy``, ``aws_iam_role_policy.policy``.
    """
    documents = written(holder)
    if isinstance(documents, NotApplicable):
        return documents
    through: str = ""
    for one in documents:
        for action in actions:
            for key in one.rights.unnamed("kms", "key"):
                if found := one.rights.allowing(action, key):
                    if not all(any(condition.key.lower() == "kms:viaservice" for condition in statement.conditions) for statement in found):
                        return Failed(one.told(f"allows {action} with every key"), severity=exposed(holder))
                    through = through or one.told(f"allows {action} with every key, though through certain services only")
    return Failed(through, severity=LOW) if through else Passed("decryption is allowed with named keys only, if at all")
