"""All findings on one plan, and whether it may be used."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from hubapp.earnings.compensation.plans.errors import NotLawful
from hubapp.earnings.compensation.plans.lint import searches, static
from hubapp.earnings.compensation.plans.lint.findings import Finding, Status
from hubapp.earnings.compensation.plans.schema import Plan


@dataclass(frozen=True, slots=True)
class Report:
    """Findings in a fixed order; one refusal refuses the plan."""

    plan: str
    version: int
    findings: tuple[Finding, ...]

    @property
    def is_usable(self) -> bool:
        """Whether nothing is refused."""
        return all(finding.status is not Status.REFUSED for finding in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        found = [asdict(finding) for finding in self.findings]
        return {"plan": self.plan, "version": self.version, "ok": self.is_usable, "findings": found}


def lint(plan: Plan) -> Report:
    """Everything that is to be said about a plan."""
    return Report(plan.id, plan.version, (*static.findings(plan), *searches.findings(plan)))


def of_refusal(refusal: NotLawful) -> Report:
    """A plan that did not load, in the same shape."""
    words = f"{refusal.file}: {refusal.key}: {refusal.words}"
    return Report("", 0, (Finding(refusal.clause, refusal.key, Status.REFUSED, None, words, refusal.source),))
