"""Jobs of the console, and what the central team is told."""

from __future__ import annotations

from hubapp.community.moderation.events import CaseLeftToCore, DecisionAppealed
from hubapp.console import telling
from hubapp.jobs import failures, queue
from hubapp.jobs.events import on
from hubapp.kernel import clock

WHY = "the central team is told of what waits in any hub"


@on(CaseLeftToCore, platform=WHY)
def tell_of_case(event: CaseLeftToCore) -> None:
    """Nobody of the hub decides it."""
    telling.of_case(case_id=event.case_id, now=clock.now())


@on(DecisionAppealed, platform=WHY)
def tell_of_appeal(event: DecisionAppealed) -> None:
    """The core has the last word."""
    telling.of_appeal(appeal_id=event.appeal_id, now=clock.now())


@queue.periodic("0 50 3 * * *", "console.forget_failures", platform="the queue serves all hubs")
def forget_failures() -> None:
    """Drop what was noted of jobs that have succeeded since."""
    failures.forget_gone()
