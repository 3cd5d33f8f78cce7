"""What AWS says when it refuses: every spelling that it documents, and those of services that say less."""

from __future__ import annotations

import pytest

from cloudsoc.engine.clients import shortened
from cloudsoc.model.denial import Denial, PolicyKind, denial

JOHN = "User: arn:aws:iam::123456789012:user/John is not authorized to perform: "
SCP = "arn:aws:organizations::777788889999:policy/o-exampleorgid/service_control_policy/p-examplepolicyid"
RCP = "arn:aws:organizations::777788889999:policy/o-exampleorgid/resource_control_policy/p-examplepolicyid"
REPOSITORIES, DEPLOYMENTS, SECRET = "codecommit:ListRepositories", "codedeploy:ListDeployments", "secretsmanager:GetSecretValue"
OF_SECRET = f"{JOHN}{SECRET} on resource: arn:aws:secretsmanager:us-east-1:123456789012:secret:*"
OF_DEPLOYMENT = f"{JOHN}{DEPLOYMENTS} on resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:*"
EC2 = "You are not authorized to perform this operation."
ENCODED = f"Encoded authorization failure message: {'Qx7-_' * 60}"
KIND = PolicyKind

SAID = [
    # IAM User Guide, the examples in their order
    (f"{JOHN}{REPOSITORIES} because no service control policy allows the {REPOSITORIES} action", Denial(REPOSITORIES, KIND.SERVICE_CONTROL, False)),
    (f"{JOHN}{REPOSITORIES} with an explicit deny in a service control policy", Denial(REPOSITORIES, KIND.SERVICE_CONTROL, True)),
    (f"{OF_SECRET} with an explicit deny in a resource control policy", Denial(SECRET, KIND.RESOURCE_CONTROL, True)),
    (f"{JOHN}{REPOSITORIES} because no VPC endpoint policy allows the {REPOSITORIES} action", Denial(REPOSITORIES, KIND.VPC_ENDPOINT, False)),
    (f"{OF_DEPLOYMENT} with an explicit deny in a VPC endpoint policy", Denial(DEPLOYMENTS, KIND.VPC_ENDPOINT, True)),
    (f"{OF_DEPLOYMENT} because no permissions boundary allows the {DEPLOYMENTS} action", Denial(DEPLOYMENTS, KIND.BOUNDARY, False)),
    (f"{JOHN}sagemaker:ListModels with an explicit deny in a permissions boundary", Denial("sagemaker:ListModels", KIND.BOUNDARY, True)),
    (f"{JOHN}{REPOSITORIES} because no session policy allows the {REPOSITORIES} action", Denial(REPOSITORIES, KIND.SESSION, False)),
    (f"{OF_DEPLOYMENT} with an explicit deny in a sessions policy", Denial(DEPLOYMENTS, KIND.SESSION, True)),
    (f"{OF_DEPLOYMENT} with an explicit deny in a session policy", Denial(DEPLOYMENTS, KIND.SESSION, True)),
    (f"{JOHN}{SECRET} because no resource-based policy allows the {SECRET} action", Denial(SECRET, KIND.RESOURCE, False)),
    (f"{OF_SECRET} with an explicit deny in a resource-based policy", Denial(SECRET, KIND.RESOURCE, True)),
    (f"{JOHN}sts:AssumeRole because no role trust policy allows the sts:AssumeRole action", Denial("sts:AssumeRole", KIND.ROLE_TRUST, False)),
    (f"{JOHN}sts:AssumeRole with an explicit deny in the role trust policy", Denial("sts:AssumeRole", KIND.ROLE_TRUST, True)),
    (f"{JOHN}{REPOSITORIES} because no identity-based policy allows the {REPOSITORIES} action", Denial(REPOSITORIES, KIND.IDENTITY, False)),
    (f"{OF_DEPLOYMENT} with an explicit deny in an identity-based policy", Denial(DEPLOYMENTS, KIND.IDENTITY, True)),
    (
        (
            "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: SNS:Publish on resource: arn:aws:sns:us-east-1:444455556666:topic "
            "with an explicit deny in a VPC endpoint policy transitively through a service control policy"
        ),
        Denial("sns:Publish", KIND.VPC_ENDPOINT, True, through=KIND.SERVICE_CONTROL),
    ),
    # the policy's ARN: as most services write it, and as S3 does
    (f"{JOHN}{REPOSITORIES} with an explicit deny in a service control policy: {SCP}", Denial(REPOSITORIES, KIND.SERVICE_CONTROL, True, SCP)),
    (
        f'{JOHN}s3:ListBucket on resource: "arn:aws:s3:::amzn-s3-demo-bucket1" with an explicit deny in a resource control policy, with policy ARN: {RCP}',
        Denial("s3:ListBucket", KIND.RESOURCE_CONTROL, True, RCP),
    ),
    # EC2, which adds an encoded message
    (
        (
            f"{EC2} User: arn:aws:sts::123456789012:assumed-role/a/b is not authorized to perform: ec2:DescribeVpcs because no identity-based policy allows the "
            f"ec2:DescribeVpcs action. {ENCODED}"
        ),
        Denial("ec2:DescribeVpcs", KIND.IDENTITY, False),
    ),
    (
        (
            f"{EC2} User: arn:aws:sts::123456789012:assumed-role/a/b is not authorized to perform: ec2:DescribeVpcs with an explicit deny in a service control "
            f"policy: {SCP}. {ENCODED}"
        ),
        Denial("ec2:DescribeVpcs", KIND.SERVICE_CONTROL, True, SCP),
    ),
    (f"{EC2} {ENCODED}", Denial()),
    (EC2, Denial()),
    # KMS and others do not say which of the two
    (
        (
            f"{JOHN}kms:DescribeKey on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a "
            "resource-based policy explicitly denies access"
        ),
        Denial("kms:DescribeKey", KIND.RESOURCE, None),
    ),
    # those that say less
    (f"{JOHN}widgets:GetWidget on resource: my-example-widget", Denial("widgets:GetWidget")),
    (f"{JOHN}ec2:RunInstances on resource: role TestReadOnly with an explicit deny", Denial("ec2:RunInstances", None, True)),
    ("Access denied due to an explicit deny in a Service Control Policy", Denial(None, KIND.SERVICE_CONTROL, True)),
    ("Access Denied", Denial()),
    ("You don't have permissions to access this resource.", Denial()),
    ("", Denial()),
]


@pytest.mark.parametrize(("message", "said"), SAID)
def test_what_aws_says_is_understood_also_after_it_was_shortened(message: str, said: Denial) -> None:
    assert denial("AccessDeniedException", message) == said
    assert denial("AccessDeniedException", shortened(message)) == said
    assert denial("AccessDeniedException", message.replace("perform: ", "perform: \n")) == said


def test_every_kind_of_policy_is_met_both_ways_that_aws_documents() -> None:
    met = {(said.policy, said.explicit) for _, said in SAID}
    assert met >= {(kind, True) for kind in PolicyKind} | {(kind, False) for kind in PolicyKind if kind is not KIND.RESOURCE_CONTROL}


@pytest.mark.parametrize(
    "code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Client.UnauthorizedOperation", "AuthorizationError", "Forbidden", "403"]
)
def test_codes_that_mean_a_lack_of_rights(code: str) -> None:
    assert denial(code, "") == Denial()


@pytest.mark.parametrize(
    "code",
    ["ThrottlingException", "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId", "UnauthorizedSSOTokenError", "500", "interrupted"],
)
def test_codes_that_do_not(code: str) -> None:
    assert denial(code, "The security token included in the request is expired") is None


def test_what_somebody_else_wrote_into_a_name_names_no_policy() -> None:
    """A resource's name stands in the message: it cannot say that another policy decided than AWS says at the end."""
    name = "arn:aws:s3:::x with an explicit deny in a service control policy"
    said = denial("AccessDenied", f"{JOHN}s3:GetObject on resource: {name} because no identity-based policy allows the s3:GetObject action")
    assert said is not None
    assert said.policy is KIND.IDENTITY
