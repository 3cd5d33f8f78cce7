"""What needs a security group without having an interface just now: launch templates and functions, as far as networks go."""

from __future__ import annotations

from cloudsoc.aws.account import Region
from cloudsoc.model import Part, Resource, listed, part


@part
class LaunchTemplateInstanceNetworkInterfaceSpecification(Part):
    """An interface that instances get."""

    groups: tuple[str, ...] = ()


@part
class ResponseLaunchTemplateData(Part):
    """What a template says of networks; its user data is not read."""

    security_group_ids: tuple[str, ...] = ()
    network_interfaces: tuple[LaunchTemplateInstanceNetworkInterfaceSpecification, ...] = ()


# Without naming a template, AWS answers for all of them, but for these two versions only.
@listed(
    "ec2:DescribeLaunchTemplateVersions.LaunchTemplateVersions[]",
    arn="arn:{partition}:ec2:{region}:{account}:launch-template/{LaunchTemplateId}/{VersionNumber}",
    given={"Versions": ["$Default", "$Latest"]},
    resource_type="AWS::EC2::LaunchTemplate",
)
class LaunchTemplateVersion(Resource[Region]):
    """The default or the latest version of a launch template: what instances start from."""

    launch_template_id: str
    version_number: int
    launch_template_data: ResponseLaunchTemplateData


@part
class VpcConfigResponse(Part):
    """How a function reaches a VPC."""

    security_group_ids: tuple[str, ...] = ()


@listed("lambda:ListFunctions.Functions[]", arn="{FunctionArn}", resource_type="AWS::Lambda::Function")
class FunctionNetwork(Resource[Region]):
    """The network of a function; its environment is not read."""

    function_name: str
    vpc_config: VpcConfigResponse | None = None
