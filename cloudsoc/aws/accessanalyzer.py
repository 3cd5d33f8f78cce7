"""IAM Access Analyzer: analyzers, and what they found that nobody has answered yet."""

from __future__ import annotations

from datetime import datetime

from cloudsoc.aws.account import Region
from cloudsoc.model import NotApplicable, Resource, listed


@listed(
    "accessanalyzer:ListAnalyzers.analyzers[]",
    arn="{arn}",
    names={"analyzerArn": "{arn}"},
    gone="ResourceNotFoundException",
    resource_type="AWS::AccessAnalyzer::Analyzer",
)
class Analyzer(Resource[Region]):
    """An analyzer. One of the whole organization is listed in the account that it was made in alone."""

    name: str
    type: str
    status: str


def finds_external_access(analyzer: Analyzer) -> NotApplicable | None:
    """Analyzers of other kinds look for unused access, or for access from inside."""
    if analyzer.type not in ("ACCOUNT", "ORGANIZATION"):
        return NotApplicable(f"an analyzer of type {analyzer.type} does not look for external access")
    return None


@listed(
    "accessanalyzer:ListFindingsV2.findings[]",
    arn="{id}",
    given={"filter": {"status": {"eq": ["ACTIVE"]}}},
    when=finds_external_access,
    permission="access-analyzer:ListFindings",  # of both versions
    resource_type="AWS::AccessAnalyzer::Finding",
)
class OpenAccessFinding(Resource[Analyzer]):
    """Access from outside that was neither ended nor archived."""

    id: str
    resource: str | None = None
    resource_type: str
    created_at: datetime
