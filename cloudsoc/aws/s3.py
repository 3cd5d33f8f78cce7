"""S3: general purpose buckets, and what is set on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cloudsoc.aws.account import Account
from cloudsoc.model import Address, Calls, Fact, Part, Resource, Unread, listed, part, reading, reads
from cloudsoc.policy import PolicyDocument

_OLD_NAMES = {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}
"""How GetBucketLocation spells the two oldest regions."""


@reading("s3:ListBuckets", "s3:GetBucketLocation")
def buckets(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:  # noqa: ARG001 all buckets of the one account that asks
    """All buckets with their regions. ListBuckets names the region only when it is asked for pages."""
    for bucket in call.items("s3:ListBuckets.Buckets[]", MaxBuckets=10_000):
        region: str | Unread | None = bucket.get("BucketRegion")
        if region is None:
            region = _location(call, bucket["Name"])
        yield {"name": bucket["Name"], "bucket_region": region}


def _location(call: Calls, bucket: str) -> str | Unread:
    answer = call.tried("s3:GetBucketLocation", Bucket=bucket)
    if isinstance(answer, Unread):
        return answer
    said = answer.get("LocationConstraint")
    return _OLD_NAMES.get(said) or str(said)


@listed(
    buckets,
    arn="arn:{partition}:s3:::{name}",
    region="{bucket_region}",
    names={"Bucket": "{name}"},
    gone="NoSuchBucket",
    permission=("s3:ListAllMyBuckets", "s3:GetBucketLocation"),
    resource_type="AWS::S3::Bucket",
)
class Bucket(Resource[Account]):
    """A general purpose bucket. AWS lists those of the own account only; directory buckets are another kind, and not listed here."""

    name: str


# -- who may do what ---------------------------------------------------------------------------------------------------


@reads("s3:GetBucketPolicy", absent="NoSuchBucketPolicy")
class BucketPolicy(Fact[Bucket]):
    """Who else may do what with a bucket."""

    policy: PolicyDocument


@reads("s3:GetBucketPolicyStatus.PolicyStatus", absent="NoSuchBucketPolicy")
class BucketPolicyStatus(Fact[Bucket]):
    """Whether AWS itself calls the policy of a bucket public. It does, unless every Allow is limited to values that AWS takes for fixed."""

    is_public: bool


@part
class AclOwner(Part):
    """Whose an ACL is: the canonical id of the account."""

    id: str


@part
class Grantee(Part):
    """Whom an ACL lets in: an account by its canonical id, or a group by its URI."""

    type: str
    id: str | None = None
    uri: str | None = None


@part
class AclGrant(Part):
    """One entry of an ACL."""

    grantee: Grantee
    permission: str


@reads("s3:GetBucketAcl")
class BucketAcl(Fact[Bucket]):
    """The ACL of a bucket. It says nothing about who can reach the objects: each has an ACL of its own."""

    owner: AclOwner
    grants: tuple[AclGrant, ...] = ()


@part
class OwnershipControlsRule(Part):
    """Who owns new objects, and whether ACLs count."""

    object_ownership: str


@reads("s3:GetBucketOwnershipControls.OwnershipControls", absent="OwnershipControlsNotFoundError")
class BucketOwnershipControls(Fact[Bucket]):
    """Whether ACLs count on a bucket and its objects. Buckets from before 2023 may have none of these, and then ACLs count."""

    rules: tuple[OwnershipControlsRule, ...]

    @property
    def acls_disabled(self) -> bool:
        """Whether no ACL has any effect, neither the bucket's nor its objects'."""
        return any(rule.object_ownership == "BucketOwnerEnforced" for rule in self.rules)


@reads(
    "s3:GetPublicAccessBlock.PublicAccessBlockConfiguration",
    absent="NoSuchPublicAccessBlockConfiguration",
    permission="s3:GetBucketPublicAccessBlock",
)
class BucketPublicAccessBlock(Fact[Bucket]):
    """The block of public access that a bucket has of its own."""

    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool


@reads(
    "s3control:GetPublicAccessBlock.PublicAccessBlockConfiguration",
    absent="NoSuchPublicAccessBlockConfiguration",
    permission="s3:GetAccountPublicAccessBlock",
)
class AccountPublicAccessBlock(Fact[Account]):
    """The block of public access for all buckets of an account; AWS answers what is in force, its organization's block included."""

    block_public_acls: bool
    ignore_public_acls: bool
    block_public_policy: bool
    restrict_public_buckets: bool


@part
class RedirectAllRequestsTo(Part):
    """Where a website sends everybody."""

    host_name: str


@reads("s3:GetBucketWebsite", absent="NoSuchWebsiteConfiguration")
class BucketWebsite(Fact[Bucket]):
    """That a bucket answers as a website, over plain HTTP."""

    redirect_all_requests_to: RedirectAllRequestsTo | None = None


# -- how objects are kept ----------------------------------------------------------------------------------------------


@part
class ServerSideEncryptionByDefault(Part):
    """How an object is encrypted when its writer says nothing."""

    sse_algorithm: str
    kms_master_key_id: str | None = None


@part
class BlockedEncryptionTypes(Part):
    """Which ways of encrypting a writer may not choose."""

    encryption_type: tuple[str, ...] = ()


@part
class ServerSideEncryptionRule(Part):
    """A rule of the default encryption; AWS knows one a bucket."""

    apply_server_side_encryption_by_default: ServerSideEncryptionByDefault | None = None
    bucket_key_enabled: bool | None = None
    blocked_encryption_types: BlockedEncryptionTypes | None = None


@reads(
    "s3:GetBucketEncryption.ServerSideEncryptionConfiguration",
    absent="ServerSideEncryptionConfigurationNotFoundError",
    permission="s3:GetEncryptionConfiguration",
)
class BucketEncryption(Fact[Bucket]):
    """The default encryption of a bucket."""

    rules: tuple[ServerSideEncryptionRule, ...]


@reads("s3:GetBucketVersioning")
class BucketVersioning(Fact[Bucket]):
    """Whether a bucket keeps what is overwritten and deleted. Without a status it never did; a suspended one still holds old versions."""

    status: str | None = None
    mfa_delete: str | None = None


@part
class DefaultRetention(Part):
    """For how long a new object is locked when its writer says nothing."""

    mode: str | None = None
    days: int | None = None
    years: int | None = None


@part
class ObjectLockRule(Part):
    """The lock of new objects."""

    default_retention: DefaultRetention | None = None


@reads(
    "s3:GetObjectLockConfiguration.ObjectLockConfiguration",
    absent="ObjectLockConfigurationNotFoundError",
    permission="s3:GetBucketObjectLockConfiguration",
)
class BucketObjectLock(Fact[Bucket]):
    """Whether objects can be locked against change and deletion."""

    object_lock_enabled: str | None = None
    rule: ObjectLockRule | None = None


@part
class LifecycleExpiration(Part):
    """When objects go. In a bucket with versions a deletion marker takes their place, and they stay as old versions."""

    days: int | None = None
    date: datetime | None = None


@part
class NoncurrentVersionExpiration(Part):
    """When old versions go: so many days after they became old, save the newest so many of each object, which stay."""

    noncurrent_days: int | None = None
    newer_noncurrent_versions: int | None = None


@part
class Tag(Part):
    """A tag of a bucket or object."""

    key: str
    value: str


@part
class LifecycleRuleAndOperator(Part):
    """Several conditions at once."""

    prefix: str | None = None
    tags: tuple[Tag, ...] = ()
    object_size_greater_than: int | None = None
    object_size_less_than: int | None = None


@part
class LifecycleRuleFilter(Part):
    """Which objects a rule is about; the conditions of tags and sizes only narrow it."""

    prefix: str | None = None
    tag: Tag | None = None
    object_size_greater_than: int | None = None
    object_size_less_than: int | None = None
    and_: LifecycleRuleAndOperator | None = None


@part
class LifecycleRule(Part):
    """A rule of a lifecycle; the older form has its prefix outside of a filter."""

    status: str
    id: str | None = None
    prefix: str | None = None
    filter: LifecycleRuleFilter | None = None
    expiration: LifecycleExpiration | None = None
    noncurrent_version_expiration: NoncurrentVersionExpiration | None = None


@reads("s3:GetBucketLifecycleConfiguration", absent="NoSuchLifecycleConfiguration", permission="s3:GetLifecycleConfiguration")
class BucketLifecycle(Fact[Bucket]):
    """When the objects of a bucket go by themselves."""

    rules: tuple[LifecycleRule, ...] = ()


@reading("s3:GetBucketReplication")
def replication(call: Calls, about: Address) -> Iterator[Mapping[str, Any]]:
    """The rules with what decides: a filter has ever more ways to leave objects out, and a rule without any is about all of them."""
    answer = call("s3:GetBucketReplication", Bucket=about.names["Bucket"])
    rules = answer["ReplicationConfiguration"]["Rules"]
    yield {
        "rules": tuple(
            {
                "status": rule["Status"],
                "destination_bucket": rule["Destination"]["Bucket"],
                "destination_account": rule["Destination"].get("Account"),
                "whole_bucket": not rule.get("Prefix") and not any((rule.get("Filter") or {}).values()),
            }
            for rule in rules
        )
    }


@part
class ReplicationRule(Part):
    """A rule of replication: the bucket that gets the copies (by ARN), its account where the rule names it, whether all objects are copied."""

    status: str
    destination_bucket: str
    destination_account: str | None
    whole_bucket: bool


@reads(replication, absent="ReplicationConfigurationNotFoundError", permission="s3:GetReplicationConfiguration")
class BucketReplication(Fact[Bucket]):
    """Where new objects are copied to."""

    rules: tuple[ReplicationRule, ...]


# -- who is told -------------------------------------------------------------------------------------------------------


@part
class LoggingEnabled(Part):
    """Where the log of requests goes."""

    target_bucket: str
    target_prefix: str


@reads("s3:GetBucketLogging")
class BucketLogging(Fact[Bucket]):
    """Whether requests to a bucket are logged."""

    logging_enabled: LoggingEnabled | None = None


@part
class TopicConfiguration(Part):
    """A topic that is told of events."""

    topic_arn: str


@part
class QueueConfiguration(Part):
    """A queue that is told of events."""

    queue_arn: str


@part
class LambdaFunctionConfiguration(Part):
    """A function that is told of events."""

    lambda_function_arn: str


@part
class EventBridgeConfiguration(Part):
    """Where it stands, EventBridge is told of all events."""


@reads("s3:GetBucketNotificationConfiguration", permission="s3:GetBucketNotification")
class BucketNotification(Fact[Bucket]):
    """Who is told when something happens to objects."""

    topic_configurations: tuple[TopicConfiguration, ...] = ()
    queue_configurations: tuple[QueueConfiguration, ...] = ()
    lambda_function_configurations: tuple[LambdaFunctionConfiguration, ...] = ()
    event_bridge_configuration: EventBridgeConfiguration | None = None


@reads("s3:GetBucketTagging", absent="NoSuchTagSet")
class BucketTagging(Fact[Bucket]):
    """The tags of a bucket."""

    tag_set: tuple[Tag, ...]

    def value(self, key: str) -> str | None:
        """The value of a tag; None where it is missing."""
        return next((tag.value for tag in self.tag_set if tag.key == key), None)
