"""What condition keys tell about a request: who calls, for whom, from where; or only what is asked, which everybody may choose.

A key that is not known here has no meaning: whether it keeps somebody out cannot be told.

AWS source: IAM User Guide, "AWS global condition context keys", "Available keys for AWS OIDC federation", "Available keys for SAML-based AWS STS federation";
Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" (the meaning of public); AWS KMS Developer Guide, "AWS KMS condition keys".
"""

from functools import lru_cache
from typing import Final, Literal

from cloudsoc.policy.actions import condition_key

__all__ = ["ALWAYS", "BOOLEAN", "Meaning", "fixed_part", "meaning", "token_claim"]

Meaning = Literal["caller", "source", "network", "access point", "token", "signed", "request", "resource", "unknown"]
"""What a key tells.

caller        who calls; follows from the caller
source        for which account or resource a service calls; only services have such keys
network       where the request comes from
access point  through which S3 access point
token         what an identity provider says about who comes from it
signed        what every caller with credentials may arrange, and an anonymous one cannot have
request       what is asked, which every caller may choose
resource      what the owner of the resource has set; no caller can change it
"""

_CALLER: Final = (
    "aws:principalarn aws:principalaccount aws:principalorgid aws:principalorgpaths aws:principaltype aws:userid aws:username aws:principalisawsservice "
    "aws:principalservicename aws:principalservicenameslist kms:calleraccount"
)
_SOURCE: Final = "aws:sourceaccount aws:sourcearn aws:sourceowner aws:sourceorgid aws:sourceorgpaths"
_NETWORK: Final = (
    "aws:sourceip aws:vpcsourceip aws:sourcevpc aws:sourcevpce aws:sourcevpcarn aws:vpceaccount aws:vpceorgid aws:vpceorgpaths "
    "elasticfilesystem:accessedviamounttarget"
)
_ACCESS_POINT: Final = "s3:dataaccesspointaccount s3:dataaccesspointarn"
_SIGNED: Final = (
    "aws:tokenissuetime aws:multifactorauthpresent aws:multifactorauthage aws:calledvia aws:calledviafirst aws:calledvialast kms:viaservice aws:sourceidentity "
    "aws:federatedprovider aws:assumedroot"
)
_REQUEST: Final = "aws:securetransport aws:currenttime aws:epochtime aws:referer aws:useragent aws:requestedregion aws:tagkeys aws:viaawsservice"
_REQUEST_OF_SERVICES: Final = "organizations:serviceprincipal organizations:policytype autoscaling:operatorprincipal ram:resourcesharename ram:permissionarn"
_RESOURCE: Final = "aws:resourceaccount aws:resourceorgid aws:resourceorgpaths s3:resourceaccount"

_KNOWN: Final[dict[str, Meaning]] = {
    **dict.fromkeys(_CALLER.split(), "caller"),
    **dict.fromkeys(_SOURCE.split(), "source"),
    **dict.fromkeys(_NETWORK.split(), "network"),
    **dict.fromkeys(_ACCESS_POINT.split(), "access point"),
    **dict.fromkeys(_SIGNED.split(), "signed"),
    **dict.fromkeys(_REQUEST.split(), "request"),
    **dict.fromkeys(_REQUEST_OF_SERVICES.split(), "request"),
    **dict.fromkeys(_RESOURCE.split(), "resource"),
}
ALWAYS: Final = frozenset("aws:securetransport aws:currenttime aws:epochtime aws:requestedregion aws:resourceaccount aws:viaawsservice".split())
"""Keys that every request has."""
BOOLEAN: Final = frozenset("aws:securetransport aws:viaawsservice aws:multifactorauthpresent elasticfilesystem:accessedviamounttarget".split())
"""Keys that are either true or false."""

# Services that were looked through: their own keys all describe what is asked or what it is asked of, save for the keys above and the exceptions.
_DESCRIBING: Final = frozenset(
    "s3 kms sqs sns sts secretsmanager dynamodb ecr events logs kinesis iam glue lambda ses es apigateway execute-api backup elasticfilesystem cloudtrail "
    "codeartifact acm-pca s3-outposts s3express s3-object-lambda".split()
)
_NOT_DESCRIBING: Final = frozenset(
    "lambda:sourcefunctionarn glue:credentialissuingservice execute-api:viadomainarn s3express:accesspointnetworkorigin s3-outposts:accesspointnetworkorigin "
    "s3-outposts:dataaccesspointaccount s3-outposts:dataaccesspointarn s3express:dataaccesspointaccount s3express:dataaccesspointarn".split()
)
_SET_BY_SERVICES: Final = "kms:encryptioncontext:aws:"
"""What a service puts into the encryption context says for whom it works; anybody else may put in what they like."""
_TELLING_NAMES: Final = (
    "user",
    "principal",
    "caller",
    "requester",
    "source",
    "identity",
    "origin",
    "network",
    "org",
    "account",
    "token",
    "endpoint",
    "session",
)
_TELLING_WORDS: Final = (
    "caller", "requester", "requestor", "principal", "originat", "made from", "making the request", "request is ", "identity", "jwt", "claim", "oidc", "saml",
    "federat", "sign-in", "organizations id", "created by", "created the", "they created", "credential", "bearer",
)  # fmt: skip
_FREE_PARTS: Final[dict[str, Meaning]] = {"principaltag": "signed", "requesttag": "request", "resourcetag": "resource", "existingobjecttag": "resource"}

# Providers of tokens that anybody can have, with any audience: only these claims say whose workload it is.
_SHARED: Final = ("token.actions.githubusercontent.com", "gitlab.com", "app.terraform.io", "agent.buildkite.com", "api.pulumi.com/oidc", "oidc.vercel.com",
                  "oidc.codefresh.io", "firebase")  # fmt: skip
# Providers that every account may name, for the applications of anybody: an application (or a user) is known by its whole id alone. AWS source: IAM User
# Guide, "Available keys for AWS OIDC federation" (``oaud``: what a program asks Google for); Amazon Cognito Developer Guide, "Trust policies for IAM roles".
_BUILT_IN: Final = ("cognito-identity.", "cognito-identity-us-gov.", "accounts.google.com", "graph.facebook.com", "www.amazon.com")
_CHOSEN_CLAIMS: Final = frozenset({"amr", "oaud"})
_OWNER_CLAIMS: Final = frozenset(
    "sub repository repository_id repository_owner repository_owner_id job_workflow_ref enterprise enterprise_id namespace_id namespace_path project_id "
    "project_path terraform_organization_id terraform_organization_name terraform_workspace_id organization_id organization_slug".split()
)


@lru_cache(maxsize=4096)
def meaning(key: str) -> Meaning:
    """What a key, in lower case, tells."""
    known = _KNOWN.get(key)
    if known is not None:
        return known
    service, _, name = key.partition(":")
    part, slash, tag = name.partition("/")
    if slash and tag and part in _FREE_PARTS:
        return _FREE_PARTS[part]
    if token_claim(key) is not None:
        return "token"
    if key in _NOT_DESCRIBING or key.startswith(_SET_BY_SERVICES):
        return "unknown"
    found = condition_key(key)
    return "request" if found is not None and (service in _DESCRIBING or not _may_tell_who(key, found.description)) else "unknown"


def _may_tell_who(key: str, description: str) -> bool:
    """Could a key of a service that nobody has looked through be about who asks, or from where? Most keys are about what is asked, or about what it is asked of."""
    folded = description.lower()
    name = key.partition(":")[2].replace("resource", "")
    return any(word in name for word in _TELLING_NAMES) or any(word in folded for word in _TELLING_WORDS)


def token_claim(key: str) -> tuple[str, str] | None:
    """The provider (``saml`` for all SAML providers) and the claim that a key is about, if it is about a token."""
    provider, colon, claim = key.rpartition(":")
    if colon and claim and (provider == "saml" or "." in provider.partition("/")[0]):
        return provider, claim
    return None


def fixed_part(key: str, value: str, *, wild: bool, by_field: bool = False) -> str | None:
    """What a value of a policy pins a key to that tells who, for whom or from where; None if strangers could have such a value as well.

    ``wild``: stars and question marks in it are wildcards; ``by_field``: and do not reach beyond the field of the ARN that they stand in. A fixed value pins whatever it is. One with wildcards pins where what identifies stands before them:
    the account of an ARN, the organisation of a path, the owner of a repository.
    """
    open_end = min((value.find(char) for char in "*?" if char in value), default=-1) if wild else -1
    head = value if open_end < 0 else value[:open_end]
    claim = token_claim(key) if meaning(key) == "token" else None
    if claim is not None:
        return _pinned_claim(*claim, value, head)
    if open_end < 0:
        return value
    if key in ("aws:principalarn", "aws:sourcearn", "s3:dataaccesspointarn", "aws:sourcevpcarn"):
        cut = value.split(":", 5)
        # The ARN of an access point has five colons and no more, so that in a pattern with as many no star reaches over one.
        by_field = by_field or (key == "s3:dataaccesspointarn" and value.count(":") == 5)
        pinned = len(cut) == 6 and len(cut[4]) == 12 and cut[4].isdigit() and (by_field or head.count(":") >= 5)
        return value if pinned else None
    if key in ("aws:principalorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"):
        return value if "/" in head else None
    if key == "aws:userid":
        return value if ":" in head else None
    return None


def _pinned_claim(provider: str, claim: str, value: str, head: str) -> str | None:
    if not head:
        return None
    if provider.startswith(_BUILT_IN):
        return value if head == value and claim not in _CHOSEN_CLAIMS else None
    if not provider.startswith(_SHARED):
        return value if provider != "saml" else None
    if claim not in _OWNER_CLAIMS:
        return None
    owned = head.partition(":")[2] if claim == "sub" else head
    return value if head == value or "/" in owned or ":" in owned else None
