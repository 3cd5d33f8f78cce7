"""Sets of actions by which somebody gets rights that nobody gave him."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cloudsoc.graphs.administrators import GIVING, gives
from cloudsoc.graphs.rights import UNNAMED, Rights


@dataclass(frozen=True, slots=True)
class Passing:
    """What runs something of his with a role that he hands over: all of ``actions``, and iam:PassRole to ``service``."""

    service: str
    actions: tuple[str, ...]


TAKING = (
    ("iam:SetDefaultPolicyVersion", "policy"),
    ("iam:AddUserToGroup", "group"),
    ("iam:UpdateAssumeRolePolicy", "role"),
    ("iam:CreateAccessKey", "user"),
    ("iam:CreateLoginProfile", "user"),
    ("iam:UpdateLoginProfile", "user"),
)
"""The actions that take over rights that somebody has already, and of what."""

RUNNING = (("lambda:UpdateFunctionCode", "lambda", "function:"), ("glue:UpdateDevEndpoint", "glue", "devEndpoint"))
"""The actions that change what runs with a role of its own, and what it is."""

PASSING = tuple(
    Passing(service, tuple(actions.split()))
    for service, actions in (
        ("ec2.amazonaws.com", "ec2:RunInstances"),
        ("ec2.amazonaws.com", "ec2:RequestSpotInstances"),
        ("ec2.amazonaws.com", "ec2:AssociateIamInstanceProfile"),
        ("ec2.amazonaws.com", "ec2:ReplaceIamInstanceProfileAssociation"),
        ("ec2.amazonaws.com", "autoscaling:CreateLaunchConfiguration autoscaling:CreateAutoScalingGroup"),
        ("lambda.amazonaws.com", "lambda:CreateFunction lambda:InvokeFunction"),
        ("lambda.amazonaws.com", "lambda:CreateFunction lambda:CreateEventSourceMapping"),
        ("lambda.amazonaws.com", "lambda:CreateFunction lambda:AddPermission"),
        ("lambda.amazonaws.com", "lambda:CreateFunction lambda:CreateFunctionUrlConfig"),
        ("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition ecs:RunTask"),
        ("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition ecs:StartTask"),
        ("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition ecs:CreateService"),
        ("ecs-tasks.amazonaws.com", "ecs:RegisterTaskDefinition ecs:UpdateService"),
        ("ecs-tasks.amazonaws.com", "ecs:RunTask"),
        ("ecs-tasks.amazonaws.com", "batch:RegisterJobDefinition batch:SubmitJob"),
        ("cloudformation.amazonaws.com", "cloudformation:CreateStack"),
        ("cloudformation.amazonaws.com", "cloudformation:UpdateStack"),
        ("cloudformation.amazonaws.com", "cloudformation:CreateChangeSet cloudformation:ExecuteChangeSet"),
        (
            "bedrock-agentcore.amazonaws.com",
            "bedrock-agentcore:CreateCodeInterpreter bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:InvokeCodeInterpreter",
        ),
        ("glue.amazonaws.com", "glue:CreateDevEndpoint"),
        ("glue.amazonaws.com", "glue:CreateJob glue:StartJobRun"),
        ("glue.amazonaws.com", "glue:CreateJob glue:CreateTrigger"),
        ("glue.amazonaws.com", "glue:UpdateJob glue:StartJobRun"),
        ("codebuild.amazonaws.com", "codebuild:CreateProject codebuild:StartBuild"),
        ("codebuild.amazonaws.com", "codebuild:UpdateProject codebuild:StartBuild"),
        ("sagemaker.amazonaws.com", "sagemaker:CreateNotebookInstance sagemaker:CreatePresignedNotebookInstanceUrl"),
        ("sagemaker.amazonaws.com", "sagemaker:CreateTrainingJob"),
        ("sagemaker.amazonaws.com", "sagemaker:CreateProcessingJob"),
        ("datapipeline.amazonaws.com", "datapipeline:CreatePipeline datapipeline:PutPipelineDefinition datapipeline:ActivatePipeline"),
        ("states.amazonaws.com", "states:CreateStateMachine states:StartExecution"),
        ("scheduler.amazonaws.com", "scheduler:CreateSchedule"),
        ("ssm.amazonaws.com", "ssm:StartAutomationExecution"),
        ("tasks.apprunner.amazonaws.com", "apprunner:CreateService"),
        ("ec2.amazonaws.com", "elasticmapreduce:RunJobFlow"),
    )
)


def escalations(rights: Rights) -> Iterator[str]:
    """The ways in which somebody gets more than he was given, in words."""
    for action, kind in GIVING:
        if any(gives(rights, action, thing) for thing in rights.unnamed("iam", kind)):
            yield f"{action} on every {kind}"
    own = {"aws:username": (UNNAMED,)}  # whoever he is: a policy that speaks of his own user by variable
    for action in ("iam:PutUserPolicy", "iam:AttachUserPolicy"):
        me = rights.some("iam", "user")
        if not gives(rights, action, me) and gives(rights, action, me, own):
            yield f"{action} on oneself"
    for action, kind in TAKING:
        if any(rights.may(action, thing) for thing in rights.unnamed("iam", kind)):
            yield f"{action} on every {kind}"
    for action, service, kind in RUNNING:
        if any(rights.may(action, thing) for thing in rights.unnamed(service, kind)):
            yield f"{action} on every {kind.strip(':')}"
    for way in PASSING:
        if all(map(rights.may_somewhere, way.actions)) and _passes(rights, way.service):
            yield f"iam:PassRole of every role to {way.service}, with {' and '.join(way.actions)}"


def _passes(rights: Rights, service: str) -> bool:
    return any(rights.may("iam:PassRole", role, {"iam:passedtoservice": (service,)}) for role in rights.unnamed("iam", "role"))
