"""What SOC 2 asks of IAM Access Analyzer."""

from __future__ import annotations

from cloudsoc.aws.accessanalyzer import Analyzer, OpenAccessFinding, finds_external_access
from cloudsoc.aws.account import Account, Region
from cloudsoc.aws.organizations import Organization
from cloudsoc.graphs.elsewhere import told_elsewhere
from cloudsoc.model import MEDIUM, Failed, Incomplete, Its, ObservedAt, Passed, Unread, Verdict, check
from cloudsoc.model.criterion import CC4_1, CC4_2, CC6_1, CC6_6, CC9_2


@check(
    direct=(CC6_1, CC6_6),
    supporting=(CC4_1, CC9_2),
    severity=MEDIUM,
    refs=(
        *("SecurityHub:IAM.28", "Config:iam-external-access-analyzer-enabled"),
        *("CIS:3.0:1.20", "CIS:5.0:1.19", "CIS:6.0:2.19", "CIS:7.0:2.18"),
        *("Prowler:accessanalyzer_enabled",),
        *("Steampipe:iam_access_analyzer_enabled",),
    ),
)
def access_analyzer_enabled(region: Region, analyzers: Its[Analyzer], account: Account, organization: Organization | None) -> Verdict:
    """An analyzer of external access is active in every region.

    Why: it is AWS's own proof, over all policies of a region, of who outside can reach what; it tells of new openings as they appear.

    Fix: ``aws accessanalyzer create-analyzer --region {region.region_name} --analyzer-name external --type ACCOUNT``, or ``--type ORGANIZATION`` from the
    management account.

    Terraform: ``aws_accessanalyzer_analyzer``.
    """
    own = [one for one in analyzers.known if finds_external_access(one) is None]
    if active := next((one for one in own if one.status == "ACTIVE"), None):
        return Passed(f"{active.name} is active, over the whole {active.type.lower()}")
    len(analyzers)  # what was not read might be one
    said = f"no analyzer of external access is active{''.join(f'; {one.name} is {one.status}' for one in own)}"
    if organization is None or organization.master_account_id == account.account:
        return Failed(said)
    raise told_elsewhere(Unread("accessanalyzer:ListAnalyzers", f"{said} here, one of the organization may be", region.region_name), account, organization)


@check(
    direct=(CC6_6,),
    supporting=(CC4_2, CC9_2),
    severity=MEDIUM,
    refs=("Prowler:accessanalyzer_enabled_without_findings", "Steampipe:iam_access_analyzer_enabled_without_findings"),
)
def access_analyzer_findings_resolved(analyzer: Analyzer, findings: Its[OpenAccessFinding], at: ObservedAt, *, max_open_days: int = 30) -> Verdict:
    """External access that was found is ended, or archived as intended, in time.

    Why: a finding that nobody answers is access from outside that nobody decided on.

    Fix: ``aws accessanalyzer list-findings-v2 --region {analyzer.region} --analyzer-arn {analyzer.arn}``: end each access, or archive its finding with a rule
    that says why it is meant.

    Terraform: ``aws_accessanalyzer_archive_rule``.
    """
    if found := finds_external_access(analyzer):
        return found
    old = [one for one in findings.known if (at - one.created_at).days > max_open_days]
    if old:
        told = ", ".join(sorted(one.resource or one.resource_type for one in old)[:5])
        return Failed(f"{len(old)} findings are open for more than {max_open_days} days: {told}")
    if analyzer.status != "ACTIVE":
        raise Incomplete(Unread("accessanalyzer:ListFindingsV2", f"needs review: {analyzer.name} is {analyzer.status} and finds nothing", analyzer.region))
    return Passed(f"{len(findings)} open findings, none older than {max_open_days} days")
