"""IAM: identity providers outside of AWS that the account trusts."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Account
from cloudsoc.model import Resource, listed


@listed(
    "iam:ListSAMLProviders.SAMLProviderList[]", arn="{Arn}", names={"SAMLProviderArn": "{Arn}"}, gone="NoSuchEntity", resource_type="AWS::IAM::SAMLProvider"
)
class SamlProvider(Resource[Account]):
    """A SAML identity provider; one that IAM Identity Center made for its own sign-in is among them."""

    valid_until: datetime | None = None

    @property
    def name(self) -> str:
        """What it is called in this account."""
        return self.arn.rpartition("/")[2]


@listed(
    "iam:ListOpenIDConnectProviders.OpenIDConnectProviderList[]",
    arn="{Arn}",
    names={"OpenIDConnectProviderArn": "{Arn}"},
    gone="NoSuchEntity",
    resource_type="AWS::IAM::OIDCProvider",
)
class OidcProvider(Resource[Account]):
    """An OpenID Connect identity provider, of people or of programs."""

    @property
    def issuer(self) -> str:
        """Its address without the scheme, as its ARN has it."""
        return self.arn.partition(":oidc-provider/")[2]
