"""IAM: TLS certificates that are kept in IAM itself."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Account
from cloudsoc.model import Resource, listed


@listed("iam:ListServerCertificates.ServerCertificateMetadataList[]", arn="{Arn}", resource_type="AWS::IAM::ServerCertificate")
class ServerCertificate(Resource[Account]):
    """A server certificate. Its private key cannot be read by anybody."""

    server_certificate_name: str
    expiration: datetime
