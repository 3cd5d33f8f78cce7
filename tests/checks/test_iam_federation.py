"""IAM checks of Access Analyzer and of federated sign-in on hand-made facts."""

from __future__ import annotations

from typing import Any

import pytest

from cloudsoc.aws.accessanalyzer import Analyzer, OpenAccessFinding
from cloudsoc.aws.account import Region
from cloudsoc.aws.iam.federation import OidcProvider, SamlProvider
from cloudsoc.aws.identity_center import IdentityCenterInstance
from cloudsoc.model import Every, Everywhere, Failed, Its
from cloudsoc_checks.iam.analyzer import access_analyzer_enabled, access_analyzer_findings_resolved
from cloudsoc_checks.iam.federation import federated_sign_in_configured
from tests.checks.iam_facts import ACCOUNT, AT, MANAGEMENT, MASTER, MEMBER, OWN, ago
from tests.checks.table import UNREAD, but, given, table

REGION = Region(arn=f"{OWN}/eu-west-1", region="eu-west-1", region_name="eu-west-1", opt_in_status="opt-in-not-required")
ANALYZER = Analyzer(arn=f"arn:aws:access-analyzer:eu-west-1:{OWN}:analyzer/external", region="eu-west-1", name="external", type="ACCOUNT", status="ACTIVE")
UNUSED = but(ANALYZER, name="unused", type="ACCOUNT_UNUSED_ACCESS")

test_access_analyzer_enabled = table(
    access_analyzer_enabled,
    passed={
        "of the account": given(REGION, Its([UNUSED, ANALYZER]), ACCOUNT, UNREAD, says="account"),
        "of the organization": given(REGION, Its([but(ANALYZER, type="ORGANIZATION")]), ACCOUNT, MASTER, says="organization"),
        "one is known": (REGION, Its([ANALYZER], [UNREAD]), ACCOUNT, MASTER),
    },
    failed={
        "none": given(REGION, Its(), ACCOUNT, None, says="no analyzer"),
        "none in the management account": (REGION, Its(), ACCOUNT, MASTER),
        "for unused access": (REGION, Its([UNUSED]), ACCOUNT, None),
        "two, both switched off": given(
            REGION, Its([but(ANALYZER, status="DISABLED"), but(ANALYZER, name="second", status="FAILED")]), ACCOUNT, None, says="DISABLED; second is FAILED"
        ),
        "switched off": given(REGION, Its([but(ANALYZER, status="DISABLED")]), ACCOUNT, None, says="external is DISABLED"),
    },
    not_assessed={
        "unread": (REGION, Its((), [UNREAD]), ACCOUNT, MASTER),
        "one of the organization is seen where it was made": given(
            REGION,
            Its(),
            ACCOUNT,
            MEMBER,
            says=f"accessanalyzer:ListAnalyzers: no analyzer of external access is active here, one of the organization may be; for review from account {MANAGEMENT}",
        ),
        "and where": given(REGION, Its(), ACCOUNT, MEMBER, says=f"(eu-west-1 in {MANAGEMENT})"),
        "the organization unread": (REGION, Its(), ACCOUNT, UNREAD),
    },
)


def finding(days: float, resource: str | None = "arn:aws:s3:::photos") -> OpenAccessFinding:
    return OpenAccessFinding(arn=str(days), region="eu-west-1", id=str(days), resource=resource, resource_type="AWS::S3::Bucket", created_at=ago(days=days))


test_access_analyzer_findings_resolved = table(
    access_analyzer_findings_resolved,
    passed={
        "none": given(ANALYZER, Its(), AT, says="0 open findings"),
        "young ones": given(ANALYZER, Its([finding(30), finding(1)]), AT, says="2 open findings"),
        "another limit": given(ANALYZER, Its([finding(50)]), AT, max_open_days=60),
    },
    failed={
        "an old one": given(ANALYZER, Its([finding(1), finding(31)]), AT, says="1 findings are open for more than 30 days: arn:aws:s3:::photos"),
        "many": given(
            ANALYZER,
            Its([finding(40 + n, f"arn:{n}") for n in range(6)]),
            AT,
            says="6 findings are open for more than 30 days: arn:0, arn:1, arn:2, arn:3, arn:4",
        ),
        "one without a name": given(ANALYZER, Its([finding(31, None)]), AT, says="AWS::S3::Bucket"),
        "one is known": (ANALYZER, Its([finding(31)], [UNREAD]), AT),
        "an old one of an analyzer that is switched off": (but(ANALYZER, status="DISABLED"), Its([finding(31)]), AT),
    },
    not_applicable={"for unused access": given(UNUSED, Its(), AT, says="UNUSED")},
    not_assessed={
        "unread": (ANALYZER, Its([finding(1)], [UNREAD]), AT),
        "GEN-1: it finds nothing any more": given(but(ANALYZER, status="DISABLED"), Its(), AT, says="external is DISABLED"),
        "it finds nothing yet": (but(ANALYZER, status="CREATING"), Its([finding(1)]), AT),
    },
)

SAML = SamlProvider(arn=f"arn:aws:iam::{OWN}:saml-provider/corp", region="global", valid_until=ago(days=-9))
OIDC = OidcProvider(arn=f"arn:aws:iam::{OWN}:oidc-provider/acorn.okta.com/oauth2/default", region="global")
GITHUB = but(OIDC, arn=f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com")
CENTER = IdentityCenterInstance(
    arn="arn:aws:sso:::instance/ssoins-1",
    region="eu-west-1",
    instance_arn="arn:aws:sso:::instance/ssoins-1",
    identity_store_id="d-1",
    owner_account_id=OWN,
    status="ACTIVE",
)


NO_SAML, NO_OIDC, NO_CENTERS = Every[SamlProvider](), Every[OidcProvider](), Everywhere[IdentityCenterInstance]()


def providers(*, saml: Any = NO_SAML, oidc: Any = NO_OIDC, centers: Any = NO_CENTERS, organization: Any = None) -> tuple[Any, ...]:
    return (ACCOUNT, saml, oidc, centers, organization, AT)


test_federated_sign_in_configured = table(
    federated_sign_in_configured,
    passed={
        # IAM-14: most people come in through Identity Center
        "IAM-14: Identity Center": given(*providers(centers=Everywhere([CENTER], [UNREAD]), organization=MASTER), says=f"account {OWN} in eu-west-1"),
        "IAM-14: Identity Center of the organization": given(
            *providers(centers=Everywhere([but(CENTER, owner_account_id=MANAGEMENT)]), organization=UNREAD), says=f"account {MANAGEMENT} in eu-west-1"
        ),
        "SAML": given(*providers(saml=Every([SAML])), says="corp, valid until 2026-12-04"),
        "SAML, for ever": providers(saml=Every([but(SAML, valid_until=None)])),
        "OpenID Connect": given(*providers(oidc=Every([GITHUB, OIDC])), says="acorn.okta.com"),
        "a pipeline that is people": given(*providers(oidc=Every([GITHUB])), workload_issuers=()),
    },
    failed={
        "nothing": providers(),
        "nothing in the management account": providers(organization=MASTER),
        "expired": given(*providers(saml=Every([but(SAML, valid_until=AT)])), says="no identity provider for people; expired: corp"),
        "several expired": given(
            *providers(saml=Every([but(SAML, valid_until=AT), but(SAML, arn=f"{SAML.arn}-2", valid_until=AT)])), says="expired: corp, corp-2"
        ),
        "a pipeline is no person": given(*providers(oidc=Every([GITHUB])), says="for programs: token.actions"),
        "Identity Center of the account alone, which gives no access to AWS": given(
            *providers(centers=Everywhere([CENTER]), organization=None), says="Identity Center of this account alone"
        ),
        "Identity Center is not there yet": providers(
            centers=Everywhere([but(CENTER, status="CREATE_IN_PROGRESS", owner_account_id=MANAGEMENT)]), organization=MEMBER
        ),
    },
    not_assessed={
        "IAM-14: a member does not see it": given(
            *providers(organization=MEMBER),
            says=f"sso-admin:ListInstances: no identity provider for people; IAM Identity Center cannot be seen from a member account; for review from account {MANAGEMENT}",
        ),
        "SAML unread": providers(saml=Every((), [UNREAD])),
        "OpenID Connect unread": providers(oidc=Every((), [UNREAD])),
        "Identity Center unread": providers(centers=Everywhere((), [UNREAD])),
        "the organization unread": providers(organization=UNREAD),
        "the organization unread, which an Identity Center may belong to": providers(centers=Everywhere([CENTER]), organization=UNREAD),
        "Identity Center of a member alone": providers(centers=Everywhere([CENTER]), organization=MEMBER),
    },
)


@pytest.mark.parametrize(
    "issuer",
    [
        *("token.actions.githubusercontent.com", "token.actions.githubusercontent.com/acorn", "gitlab.com", "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"),
        *("app.terraform.io", "oidc.circleci.com/org/1", "agent.buildkite.com", "api.bitbucket.org/2.0/workspaces/acorn/pipelines-config/identity/oidc"),
        *("oidc-eks.eu-west-1.api.aws/id/EXAMPLE", "oidc.eks.cn-north-1.amazonaws.com.cn/id/EXAMPLE", "container.googleapis.com/v1/projects/acorn"),
        *("s3.eu-west-1.amazonaws.com/acorn-oidc", "acorn-oidc.s3.eu-west-1.amazonaws.com", "westeurope.oic.prod-aks.azure.com/1/2"),
        *("vstoken.actions.githubusercontent.com", "oidc.codefresh.io", "scalr.io", "proidc.upbound.io", "tokens.cloud.shisho.dev", "oidc.fly.io/acorn"),
        *("api.pulumi.com/oidc", "acorn.app.spacelift.io", "vstoken.dev.azure.com/1", "storage.googleapis.com/acorn-oidc", "oidc.vercel.com/acorn"),
    ],
)
def test_what_vouches_for_programs_vouches_for_no_people(issuer: str) -> None:
    provider = but(OIDC, arn=f"arn:aws:iam::{OWN}:oidc-provider/{issuer}")
    assert isinstance(federated_sign_in_configured(ACCOUNT, NO_SAML, Every([provider]), NO_CENTERS, None, AT), Failed)
