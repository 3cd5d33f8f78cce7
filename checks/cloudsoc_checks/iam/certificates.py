"""What SOC 2 asks of TLS certificates that are kept in IAM."""

from __future__ import annotations

from cloudsoc.aws.iam.certificates import ServerCertificate
from cloudsoc.model import MEDIUM, Failed, ObservedAt, Passed, Verdict, check
from cloudsoc.model.criterion import CC6_1, CC6_7


@check(
    direct=(CC6_1, CC6_7),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:IAM.26", "Config:iam-server-certificate-expiration-check"),
        *("CIS:3.0:1.19", "CIS:5.0:1.18", "CIS:6.0:2.18", "CIS:7.0:2.17"),
        *("Prowler:iam_no_expired_server_certificates_stored",),
        *("Steampipe:iam_server_certificate_not_expired",),
    ),
)
def server_certificate_not_expired(certificate: ServerCertificate, at: ObservedAt) -> Verdict:
    """No expired TLS certificate is kept in IAM.

    Why: one that is still in use breaks the connection or teaches people to click warnings away; one that is not can be put to use by mistake.

    Fix: ``aws iam delete-server-certificate --server-certificate-name {certificate.server_certificate_name}``, once its load balancer has one from ACM, which
    renews itself.

    Terraform: ``aws_acm_certificate`` in place of ``aws_iam_server_certificate``.
    """
    said = f"{certificate.expiration:%Y-%m-%d %H:%M} UTC"
    return Passed(f"valid until {said}") if certificate.expiration > at else Failed(f"expired on {said}")
