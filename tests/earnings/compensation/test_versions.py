"""Plan versions: what may be drafted, who announces it, how long ahead, and that it stays."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hubapp.earnings.compensation import queries
from hubapp.earnings.compensation.errors import (
    AlreadyDecided,
    NoSuchVersion,
    NotADraft,
    NotAPeriodStart,
    NotUsable,
    PeriodChanged,
    SamePerson,
    StartTaken,
    VersionTaken,
    WordsMissing,
)
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.services import versions
from hubapp.kernel.db import db
from tests.factories.plans import BEFORE, DECIDER, PROPOSER, across, announced, drafted

SECOND = (("version = 1", "version = 2"), ("2027-01-01", "2027-06-01"))


@pytest.fixture(autouse=True)
def context(app: Flask) -> object:
    with app.app_context():
        yield app


def propose(version_id: UUID, note: str = "As agreed") -> None:
    across(lambda: versions.propose(version_id=version_id, note=note, proposer_id=PROPOSER, now=BEFORE))


def decide(version_id: UUID, *, agreed: bool = True, answer: str = "", who: UUID = DECIDER) -> None:
    across(lambda: versions.decide(version_id=version_id, agreed=agreed, answer=answer, decider_id=who, now=BEFORE))


def test_a_draft_keeps_its_text_and_what_it_says() -> None:
    row = drafted()
    assert (row.plan, row.version, row.currency, row.effective_from) == ("default", 1, "EUR", date(2027, 1, 1))
    assert row.status == "draft"


def test_a_draft_is_edited_in_place() -> None:
    row = drafted()
    edited = drafted(("total_bps = 3000", "total_bps = 2900"), draft_id=row.id)
    assert edited.id == row.id
    assert queries.plan_of(edited).caps.total_bps == 2900


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("schema = 1\nid = = 2", "cannot be read as TOML: .*line 2"),
        ("surprise = 1", "plan.toml: surprise: unknown key"),
        ("x" * 70_000, "is longer than"),
    ],
)
def test_a_text_that_is_no_plan_is_refused_where_it_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        across(lambda: versions.save_draft(draft_id=None, source=text, editor_id=PROPOSER, now=BEFORE))


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(BadInput, match=r"period\.timezone"):
        drafted(("Europe/Paris", "Europe/Atlantis"))


def test_a_number_is_taken_once() -> None:
    drafted()
    with pytest.raises(VersionTaken, match="version 1 of default"):
        drafted()


def test_two_people_announce_a_version() -> None:
    row = announced()
    assert (row.status, row.proposed_by, row.decided_by) == ("announced", PROPOSER, DECIDER)
    acts = across(lambda: db.session.execute(text("SELECT action FROM audit_event ORDER BY id")).scalars().all())
    assert [act for act in acts if act.startswith("plan.")] == ["plan.draft", "plan.propose", "plan.announce"]


def test_saving_and_discarding_a_draft_stand_in_the_log() -> None:
    row = drafted()
    drafted(("total_bps = 3000", "total_bps = 2900"), draft_id=row.id)
    across(lambda: versions.discard(version_id=row.id, editor_id=DECIDER, now=BEFORE))
    found = across(
        lambda: db.session.execute(
            text("SELECT action, actor_id, subject, details FROM audit_event WHERE action LIKE 'plan.%' ORDER BY id")
        ).all()
    )
    assert [(act.action, act.actor_id) for act in found] == [
        ("plan.draft", PROPOSER),
        ("plan.draft", PROPOSER),
        ("plan.discard", DECIDER),
    ]
    assert {act.subject for act in found} == {f"plan:{row.id}"}
    assert found[0].details["digest"] != found[1].details["digest"] == found[2].details["digest"]


@pytest.mark.parametrize("bps", [4999, 10_000])
def test_a_debt_is_recovered_by_the_rules_of_shares_and_no_plan_says_another(bps: int) -> None:
    row = drafted(("recover_bps_of_next_payouts = 5000", f"recover_bps_of_next_payouts = {bps}"))
    with pytest.raises(BadInput, match=r"refunds\.recover_bps_of_next_payouts.*must be 5000"):
        propose(row.id)


def test_who_proposed_it_does_not_decide() -> None:
    row = drafted()
    propose(row.id)
    with pytest.raises(SamePerson):
        decide(row.id, who=PROPOSER)


def test_it_is_decided_once() -> None:
    row = announced()
    with pytest.raises(AlreadyDecided):
        decide(row.id, agreed=False, answer="No")
    with pytest.raises(AlreadyDecided):
        decide(drafted(*SECOND).id)


def test_a_refusal_says_why_and_announces_nothing() -> None:
    row = drafted()
    propose(row.id)
    with pytest.raises(WordsMissing):
        decide(row.id, agreed=False)
    decide(row.id, agreed=False, answer="Too much")
    assert across(lambda: queries.in_force("EUR", date(2027, 5, 1))) is None


def test_a_proposal_says_why() -> None:
    with pytest.raises(WordsMissing):
        propose(drafted().id, note=" ")


def test_what_was_proposed_is_not_edited() -> None:
    row = drafted()
    propose(row.id)
    with pytest.raises(NotADraft):
        drafted(("total_bps = 3000", "total_bps = 2900"), draft_id=row.id)
    with pytest.raises(NotADraft):
        propose(row.id)


def test_a_draft_can_be_thrown_away_and_nothing_else() -> None:
    row = drafted()
    across(lambda: versions.discard(version_id=row.id, editor_id=PROPOSER, now=BEFORE))
    with pytest.raises(NoSuchVersion):
        across(lambda: queries.version(row.id))
    kept = announced()
    with pytest.raises(NotADraft):
        across(lambda: versions.discard(version_id=kept.id, editor_id=PROPOSER, now=BEFORE))


@pytest.mark.parametrize("change", ["UPDATE plan_version SET note = 'x'", "DELETE FROM plan_version"])
def test_an_announced_version_stays_whoever_writes(change: str) -> None:
    announced()
    with pytest.raises(IntegrityError, match="was announced and stays"):
        across(lambda: db.session.execute(text(change)))


def test_a_plan_that_the_lint_refuses_is_not_proposed() -> None:
    with pytest.raises(NotUsable, match="M19"):
        propose(drafted(("close_lag_days = 16", "close_lag_days = 3")).id)


def test_nothing_begins_in_the_past() -> None:
    with pytest.raises(BadInput, match="effective_from: starts in the past"):
        propose(drafted(("2027-01-01", "2026-11-01")).id)


def test_a_version_begins_with_a_period() -> None:
    with pytest.raises(NotAPeriodStart):
        propose(drafted(("2027-01-01", "2027-01-15")).id)


def test_notice_is_counted_from_the_decision() -> None:
    row = drafted()
    propose(row.id)
    late = BEFORE + timedelta(days=60)
    with pytest.raises(BadInput, match="starts in the past"):
        across(lambda: versions.decide(version_id=row.id, agreed=True, answer="", decider_id=DECIDER, now=late))


def test_nothing_is_held_back_beyond_the_close() -> None:
    with pytest.raises(BadInput, match=r"refunds\.holdback_bps"):
        propose(drafted(("holdback_bps = 0", "holdback_bps = 1000")).id)


def test_two_versions_cannot_begin_on_one_day() -> None:
    announced()
    with pytest.raises(StartTaken):
        propose(drafted(("version = 1", "version = 2")).id)


@pytest.mark.parametrize(
    "change", [('"Europe/Paris"', '"Europe/Berlin"'), ('"delivered_at"', '"paid_at"'), ('"month"', '"iso_week"')]
)
def test_what_says_which_period_a_sale_is_in_never_changes(change: tuple[str, str]) -> None:
    announced()
    start = ("2027-01-01", "2027-03-01")  # a Monday
    with pytest.raises(PeriodChanged):
        propose(drafted(("version = 1", "version = 2"), start, change).id)


def test_the_latest_start_up_to_a_day_is_in_force() -> None:
    first, second = announced(), announced(*SECOND)

    def at(day: date) -> UUID | None:
        row = across(lambda: queries.in_force("EUR", day))
        return row.id if row else None

    assert at(date(2026, 12, 31)) is None
    assert at(date(2027, 5, 31)) == first.id
    assert at(date(2027, 6, 1)) == second.id
    assert across(lambda: queries.in_force("TND", date(2027, 6, 1))) is None
