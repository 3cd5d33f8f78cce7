"""What happens to a request.

An explicit deny anywhere ends it, one in an RCP too. Then each guardrail (SCPs level by level, the VPC endpoint's policy) must allow. Then someone must grant:
within one account the caller's side or the resource's side, across accounts both, for KMS keys and role trust always the resource's side. What narrows an
identity (a permissions boundary, session policies) narrows every grant that does not name the caller itself.

AWS source: IAM User Guide, "Policy evaluation logic", "How AWS enforcement code logic evaluates requests to allow or deny access", "Cross-account policy
evaluation logic"; AWS KMS Developer Guide, "Troubleshooting key access"; AWS Organizations User Guide, "SCP evaluation", "RCP evaluation".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from cloudsoc.policy.decision import ContextKey, Decision, Met, Outcome
from cloudsoc.policy.kms_grants import granted
from cloudsoc.policy.policies import Policies, Policy, PolicyType
from cloudsoc.policy.principals import Named
from cloudsoc.policy.request import Request
from cloudsoc.policy.special import needs_no_permission, needs_resource_policy, owner_keeps_access, rcp_applies, root_cannot

__all__ = ["decide"]


def decide(request: Request, policies: Policies) -> Decision:
    """What happens to ``request`` under ``policies``.

    Never raises for what a request or a document says: actions, services and context keys that nobody has heard of are matched like all others, as AWS does.
    """
    return _Evaluation(request, policies).decision()


@dataclass(slots=True)
class _Side:
    """What one set of policies says: the statements that allow and those that deny, and how directly the former name the caller."""

    allows: list[Met] = field(default_factory=list)
    denies: list[Met] = field(default_factory=list)
    named: Named | None = None


class _Evaluation:
    __slots__ = ("allowing", "keys", "policies", "request")

    def __init__(self, request: Request, policies: Policies) -> None:
        self.request = request
        self.policies = policies
        self.keys: dict[str, str] = {}
        self.allowing: list[Met] = []

    def decision(self) -> Decision:
        request, policies = self.request, self.policies
        caller = request.caller
        if needs_no_permission(request):
            return self.answer("allowed", "This action needs no permission, and no policy can take it away.")
        scps = [] if not caller.has_account or caller.is_service_linked else [self.side("service control policy", level) for level in policies.service_control]
        rcps = [self.side("resource control policy", level) for level in policies.resource_control] if rcp_applies(request) else []
        endpoint = self.side("VPC endpoint policy", _some(policies.endpoint))
        resource = self.side("resource policy", _some(policies.resource))
        has_identity = caller.has_account and caller.kind != "root"
        identity = self.side("identity policy", policies.identity if has_identity else ())
        boundary = self.side("permissions boundary", _some(policies.boundary if has_identity else None))
        session = self.side("session policy", policies.session if caller.is_session else ())

        if owner_keeps_access(request):
            resource.denies.clear()
        denies = [met for side in (*scps, *rcps, resource, identity, boundary, session, endpoint) for met in side.denies]
        if denies:
            return self.answer(
                "explicitly denied", f"A Deny in the {denies[0].policy_type} applies, and a Deny is final.", denies, blocked_by=denies[0].policy_type
            )

        # RCPs can only deny: RCPFullAWSAccess is attached to every level and cannot be detached.
        for depth, level in enumerate(scps):
            if not level.allows:
                where = "the organisation's root" if depth == 0 else f"level {depth} below the organisation's root"
                return self.refused("service control policy", f"No service control policy at {where} allows it; every level must.")
        if policies.endpoint is not None and not endpoint.allows:
            return self.refused("VPC endpoint policy", "The policy of the VPC endpoint does not allow it.")
        if root_cannot(request):
            return self.refused("identity policy", "The root user of an account cannot assume a role.")
        return self.granting(resource, identity, boundary, session)

    def granting(self, resource: _Side, identity: _Side, boundary: _Side, session: _Side) -> Decision:
        request, policies = self.request, self.policies
        caller = request.caller
        own_policy = needs_resource_policy(request)
        from_resource, named, by_grant = resource.allows, resource.named, None
        if own_policy == "key policy" and policies.grants:
            grants = [(Met("grant", grant.name), how) for grant in policies.grants if (how := granted(grant, request)) is not None]
            self.allowing += [met for met, _ in grants]
            from_resource = resource.allows + [met for met, _ in grants]
            by_grant = max((how for _, how in grants), default=None)
            named = max((how for how in (named, by_grant) if how is not None), default=None)

        if not caller.has_account:
            who = {"anonymous": "An anonymous caller", "service": "A service", "user": "An origin access identity"}.get(caller.kind, "A federated identity")
            if named is not None:
                return self.answer("allowed", f"{who} needs the resource's own policy alone, and that allows it.", from_resource)
            return self.refused("resource policy", f"{who} has no policies of its own, and the policy of the resource does not allow it.")

        narrowed = self.narrowed_by(boundary, session)
        identity_allows = bool(identity.allows) or caller.kind == "root"
        if request.resource_account not in (None, caller.account):
            return self.across(named, from_resource, identity, narrowed, identity_allows=identity_allows or by_grant is not None)

        if named is Named.ITSELF:
            return self.answer("allowed", "The policy of the resource names the caller itself, which nothing but a Deny can take away.", from_resource)
        if own_policy is not None and named is None:
            return self.refused("resource policy", f"The {own_policy} names neither the caller nor its account, and nothing else can grant it.")
        if caller.kind == "root":
            return self.answer("allowed", "The root user may do everything in its account.", from_resource if own_policy else [])
        granting = (from_resource if named is Named.SOURCE or (own_policy and identity_allows) else []) + identity.allows
        if not granting:
            if named is Named.ACCOUNT:
                return self.refused("identity policy", "The policy of the resource leaves it to the account, and no identity policy allows it.")
            return self.refused("identity policy", "No identity policy allows it, and neither does the policy of the resource.")
        if narrowed is not None:
            return narrowed
        source = "An identity policy" if identity.allows else "The policy of the resource"
        return self.answer("allowed", f"{source} allows it, in the caller's own account.", granting + boundary.allows + session.allows)

    def across(self, named: Named | None, from_resource: list[Met], identity: _Side, narrowed: Decision | None, *, identity_allows: bool) -> Decision:
        """Between two accounts: both must allow."""
        if named is None:
            return self.refused("resource policy", "The resource belongs to another account, and its policy does not allow the caller.")
        if not identity_allows:
            return self.refused("identity policy", "The resource's account allows it, but no identity policy of the caller's own account does.")
        if narrowed is not None:
            return narrowed
        return self.answer("allowed", "Both accounts allow it: the resource's with its policy, the caller's with its own.", from_resource + identity.allows)

    def narrowed_by(self, boundary: _Side, session: _Side) -> Decision | None:
        caller, policies = self.request.caller, self.policies
        if policies.boundary is not None and caller.kind != "root" and not boundary.allows:
            return self.refused("permissions boundary", "The permissions boundary does not allow it.")
        if caller.is_session and policies.session and not session.allows:
            return self.refused("session policy", "The session was made with a session policy, and that does not allow it.")
        if caller.kind == "federated user" and not policies.session:
            return self.refused("session policy", "A federated user has only what a session policy allows, and none was passed.")
        return None

    def side(self, kind: PolicyType, policies: Iterable[Policy]) -> _Side:
        found = _Side()
        needs_principal = kind == "resource policy"
        bounded = self.policies.boundary is not None and self.request.caller.kind in ("user", "role")
        for policy in policies:
            for met, named in policy.prepared.met(self.request, self.keys, needs_principal=needs_principal, bounded=bounded):
                statement = Met(kind, policy.name, met.index, met.statement)
                if met.allows:
                    found.allows.append(statement)
                    if found.named is None or named > found.named:
                        found.named = named
                else:
                    found.denies.append(statement)
        self.allowing += found.allows
        return found

    def refused(self, kind: PolicyType, reason: str) -> Decision:
        return self.answer("implicitly denied", reason, blocked_by=kind)

    def answer(self, outcome: Outcome, reason: str, statements: Iterable[Met] = (), blocked_by: PolicyType | None = None) -> Decision:
        context = self.request.context
        keys = tuple(ContextKey(name, context.get(key, ())) for key, name in self.keys.items())
        return Decision(self.request, outcome, reason, tuple(statements), () if outcome == "allowed" else tuple(self.allowing), blocked_by, keys)


def _some(policy: Policy | None) -> tuple[Policy, ...]:
    return () if policy is None else (policy,)
