"""Tags: from a resource's own answer where it has them, else from what the tagging API tells of a region, else unread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cloudsoc.aws.account import Region
from cloudsoc.engine.inventory import AccountInventory
from cloudsoc.engine.scope import own_tags, resource_type
from cloudsoc.model import Address, Calls, Fact, Incomplete, Resource, Unread, reading, reads

OPERATION: Final = "resourcegroupstaggingapi:GetResources"

# The API tells of everything that has or had a tag, so that one of these is untagged if a complete answer leaves it out. It tells of no IAM users and roles and
# of no Auto Scaling groups. AWS source: Resource Groups Tagging API Reference, "Welcome" and "GetResources"; Service Authorization Reference for what is tagged.
TOLD: Final = frozenset(
    """
    AWS::AccessAnalyzer::Analyzer AWS::CloudTrail::EventDataStore AWS::CloudTrail::Trail AWS::CloudWatch::Alarm AWS::Config::ConfigRule
    AWS::Config::ConfigurationAggregator AWS::EC2::ClientVpnEndpoint AWS::EC2::EIP AWS::EC2::FlowLog AWS::EC2::Instance AWS::EC2::InternetGateway
    AWS::EC2::NatGateway AWS::EC2::NetworkAcl AWS::EC2::NetworkInterface AWS::EC2::PrefixList AWS::EC2::RouteTable AWS::EC2::SecurityGroup AWS::EC2::Snapshot
    AWS::EC2::Subnet AWS::EC2::TransitGateway AWS::EC2::Volume AWS::EC2::VPC AWS::EC2::VPCEndpoint AWS::EC2::VPCEndpointService
    AWS::EC2::VPCPeeringConnection AWS::EC2::VPNConnection AWS::ElasticLoadBalancing::LoadBalancer AWS::ElasticLoadBalancingV2::LoadBalancer AWS::Events::Rule
    AWS::KMS::Key AWS::Lambda::Function AWS::Logs::LogGroup AWS::RDS::DBCluster AWS::RDS::DBInstance AWS::Route53Resolver::ResolverQueryLoggingConfig
    AWS::S3::Bucket AWS::SNS::Topic AWS::SQS::Queue
    """.split()
)
"""Types of resources, as CloudFormation writes them, of which the tagging API tells in the region in which they are."""

NEVER: Final = frozenset("AWS::IAM::AccessKey AWS::IAM::Group AWS::IAM::RootUser AWS::Config::DeliveryChannel AWS::SSO::Assignment".split())
"""Types that cannot have tags."""


@reading(OPERATION)
def tags_of_region(call: Calls, _: Address) -> Iterator[Mapping[str, Any]]:
    """All pages of what is or was tagged in a region."""
    rows = call.items(f"{OPERATION}.ResourceTagMappingList[]", ResourcesPerPage=100)
    yield {"tags": {row["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in row.get("Tags", ())} for row in rows}}


@reads(tags_of_region)
class TaggedResources(Fact[Region]):
    """The tags of all resources of a region that have or had some, by ARN, in one answer for all of them."""

    tags: Mapping[str, Mapping[str, str]]

    def of(self, resource: Resource[Any]) -> Mapping[str, str]:
        """The tags of a resource of this region. Raises ``Incomplete`` where the API does not tell of its type."""
        found = self.named(resource.arn, resource_type(type(resource)), resource.region)
        if isinstance(found, Unread):
            raise Incomplete(found)
        return found

    def named(self, arn: str, kind: str, region: str) -> Mapping[str, str] | Unread:
        """The same by its ARN and type."""
        if arn in self.tags:
            return self.tags[arn]
        return {} if kind in TOLD else Unread(OPERATION, f"the tagging API does not tell of {kind}", region)


def tags_of(account: AccountInventory, address: Address) -> Mapping[str, str] | Unread:
    """The tags of a resource among what was collected of its account."""
    own = own_tags(account.values(address.kind).get(address.id))
    if own is not None:
        return own
    if resource_type(address.kind) in NEVER:
        return {}
    regions = {place.region: account.values(TaggedResources).get(id) for id, place in account.known(Region).items()}
    kind = resource_type(address.kind)
    told = regions.get(address.region)
    if isinstance(told, TaggedResources):
        return told.named(address.id, kind, address.region)
    if isinstance(told, Unread):
        return told
    for one in regions.values():  # what belongs to no region is told of in one of them
        if isinstance(one, TaggedResources) and address.id in one.tags:
            return one.tags[address.id]
    return Unread(OPERATION, f"no region was asked that tells of this {kind}", address.region, account.account)
