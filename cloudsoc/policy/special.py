"""Actions and services for which AWS documents rules of their own.

AWS source: each rule names its page.
"""

from typing import Final

from cloudsoc.policy.request import Request

__all__ = ["needs_no_permission", "needs_resource_policy", "owner_keeps_access", "rcp_applies", "root_cannot"]

_BUCKET_POLICY_ACTIONS: Final = frozenset({"s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"})

# AWS Organizations User Guide, "Resource control policies (RCPs)", list of AWS services that support RCPs.
_RCP_SERVICES: Final = frozenset(
    [
        "aoss",
        "appconfig",
        "appstream",
        "autoscaling",
        "autoscaling-plans",
        "budgets",
        "clouddirectory",
        "cloudfront",
        "cloudsearch",
        "cloudtrail-data",
        "codeartifact",
        "codebuild",
        "codecommit",
        "codepipeline",
        "cognito-identity",
        "cognito-idp",
        "comprehend",
        "comprehendmedical",
        "compute-optimizer",
        "cost-optimization-hub",
        "dax",
        "dsql",
        "dynamodb",
        "ecr",
        "ecr-public",
        "events",
        "firehose",
        "fis",
        "fms",
        "gamelift",
        "health",
        "inspector-scan",
        "kendra",
        "kinesisvideo",
        "kms",
        "logs",
        "memorydb",
        "networkmonitor",
        "notifications",
        "opensearch",
        "pca-connector-ad",
        "personalize",
        "polly",
        "pricing",
        "resource-groups",
        "rolesanywhere",
        "s3",
        "secretsmanager",
        "servicediscovery",
        "signin",
        "sqs",
        "sts",
        "support",
        "swf",
        "textract",
        "timestream-influxdb",
        "transcribe",
        "transfer",
        "translate",
        "wafv2",
        "workspaces",
        "xray",
    ],
)


def needs_no_permission(request: Request) -> bool:
    """Is it an action that needs no permission and that no Deny stops?

    AWS source: AWS STS API Reference, "GetCallerIdentity", "GetSessionToken" (for users, whom it authenticates).
    """
    if request.folded == "sts:getcalleridentity":
        return request.caller.has_account
    return request.folded == "sts:getsessiontoken" and request.caller.has_account and request.caller.kind in ("user", "root")


def needs_resource_policy(request: Request) -> str | None:
    """What the resource's own policy is called, where nothing is allowed without it: "key policy", "trust policy"; None for all other resources.

    AWS source: IAM User Guide, "Policy evaluation logic" (role trust policies and KMS key policies must explicitly allow); AWS KMS Developer Guide, "Key
    policies in AWS KMS".
    """
    if request.cut is None:
        return None
    service, resource = request.cut[2], request.cut[5]
    if service == "kms" and resource.startswith("key/") and request.folded.startswith("kms:"):
        return "key policy"
    if service == "iam" and resource.startswith("role/") and request.folded.startswith("sts:"):
        return "trust policy"
    return None


def root_cannot(request: Request) -> bool:
    """Is it an action that a root user is refused whatever the policies say?

    AWS source: AWS STS API Reference, "AssumeRole".
    """
    return request.caller.kind == "root" and request.folded == "sts:assumerole"


def owner_keeps_access(request: Request) -> bool:
    """Can the root user of the bucket's account do this although the bucket policy denies it?

    AWS source: Amazon S3 API Reference, "PutBucketPolicy", "GetBucketPolicy", "DeleteBucketPolicy".
    """
    return request.caller.kind == "root" and request.caller.account == request.resource_account and request.folded in _BUCKET_POLICY_ACTIONS


def rcp_applies(request: Request) -> bool:
    """Do resource control policies have a say?

    AWS source: AWS Organizations User Guide, "Resource control policies (RCPs)": supported services, actions on a resource, not for service-linked roles, nor
    for assuming one, not for kms:RetireGrant.
    """
    if request.cut is not None and request.cut[5].startswith("role/aws-service-role/"):
        return False
    if request.caller.is_service_linked or request.resource == "*" or request.folded == "kms:retiregrant":
        return False
    return request.folded.partition(":")[0] in _RCP_SERVICES
