"""Entries by two people: one proposes, another decides, the books take it once, and nobody decides alone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from hubapp.console import manual as acts
from hubapp.console.errors import WhyMissing
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger import manual
from hubapp.money.ledger import queries as books
from hubapp.money.ledger.manual import AlreadyDecided, BarredAccount, NotBalanced, Proposal, SamePerson, TooFewLegs
from hubapp.money.ledger.models import ManualEntry
from hubapp.money.ledger.policies import Purpose
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.console.conftest import Browser
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.races import meeting, together, without_lock

MOVE = (("core", Purpose.ADJUSTMENT, 500), ("provider", Purpose.PROVIDER_BALANCE, -500))


def people() -> tuple[Actor, Actor]:
    return (
        Actor(make_account("Noor", is_central=True), "Noor"),
        Actor(make_account("Theo", is_central=True), "Theo"),
    )


def proposed(hub_id: int, actor: Actor, legs: tuple[tuple[str, Purpose, int], ...] = MOVE) -> UUID:
    with platform_scope(reason="test"), unit_of_work():
        proposal = Proposal(hub_id, "EUR", "Bank fee", "The bank kept five euros.", legs)
        return acts.propose(proposal=proposal, actor=actor, now=NOW)


def decide(proposal_id: UUID, actor: Actor, *, is_approved: bool = True, answer: str = "") -> None:
    with platform_scope(reason="test"), unit_of_work():
        acts.decide(proposal_id=proposal_id, is_approved=is_approved, answer=answer, actor=actor, now=NOW)


def adjustment(hub_id: int) -> int:
    with hub_scope(hub_id), unit_of_work():
        assert verify(hub_id).ok
        return books.balance(owner="core", purpose=Purpose.ADJUSTMENT, currency="EUR", now=NOW).posted


def test_a_second_person_books_it_once_and_both_acts_are_in_the_log(app: HubFlask) -> None:
    with app.app_context():
        hub_id, (noor, theo) = make_hub(), people()
        proposal_id = proposed(hub_id, noor)
        assert adjustment(hub_id) == 0
        decide(proposal_id, theo)
        with pytest.raises(AlreadyDecided):
            decide(proposal_id, theo)
        assert adjustment(hub_id) == 500
        with platform_scope(reason="test"), unit_of_work():
            acts_noted = db.session.scalars(select(AuditEvent.action).where(AuditEvent.hub_id == hub_id)).all()
            assert sorted(acts_noted) == ["ledger.approve", "ledger.propose"]
        with hub_scope(hub_id), unit_of_work():
            assert books.entry_id_of(f"manual:{proposal_id}") is not None


def test_nobody_decides_on_what_they_proposed(app: HubFlask) -> None:
    with app.app_context():
        hub_id, (noor, _theo) = make_hub(), people()
        proposal_id = proposed(hub_id, noor)
        for is_approved in (True, False):
            with pytest.raises(SamePerson):
                decide(proposal_id, noor, is_approved=is_approved, answer="no")
        assert adjustment(hub_id) == 0


def test_the_database_refuses_one_person_too(app: HubFlask) -> None:
    with app.app_context():
        hub_id, (noor, _theo) = make_hub(), people()
        proposal_id = proposed(hub_id, noor)
        with platform_scope(reason="test"), pytest.raises(IntegrityError, match="two_people"), unit_of_work():
            db.session.execute(
                text(
                    "UPDATE manual_entry SET status = 'refused', decided_by = proposed_by, decided_at = now()"
                    " WHERE id = :id"
                ),
                {"id": proposal_id},
            )


def test_a_refusal_needs_a_reason_and_books_nothing(app: HubFlask) -> None:
    with app.app_context():
        hub_id, (noor, theo) = make_hub(), people()
        proposal_id = proposed(hub_id, noor)
        with pytest.raises(WhyMissing):
            decide(proposal_id, theo, is_approved=False)
        decide(proposal_id, theo, is_approved=False, answer="It was ours to pay.")
        with platform_scope(reason="test"), unit_of_work():
            row = db.session.get_one(ManualEntry, proposal_id)
            assert (row.status, row.answer) == ("refused", "It was ours to pay.")
        assert adjustment(hub_id) == 0


@pytest.mark.parametrize(
    ("legs", "refusal"),
    [
        ((("core", Purpose.ADJUSTMENT, 500), ("provider", Purpose.PROVIDER_BALANCE, -499)), NotBalanced),
        ((("core", Purpose.ADJUSTMENT, 500),), TooFewLegs),
        ((("core", Purpose.ADJUSTMENT, 0), ("core", Purpose.ROUNDING, 0)), TooFewLegs),
        ((("account:anna", Purpose.OWED, 500), ("core", Purpose.ADJUSTMENT, -500)), BarredAccount),
        ((("hub:2", Purpose.CLEARING, 500), ("core", Purpose.ADJUSTMENT, -500)), BarredAccount),
    ],
)
def test_what_cannot_be_booked_is_not_proposed(
    app: HubFlask, legs: tuple[tuple[str, Purpose, int], ...], refusal: type[Exception]
) -> None:
    with app.app_context():
        hub_id, (noor, _theo) = make_hub(), people()
        with pytest.raises(refusal):
            proposed(hub_id, noor, legs)


def approve_at_once(live: Live) -> tuple[list[str], int]:
    """Two approve one proposal; (what they were told, what the books say)."""
    with live.app.app_context():
        hub_id, (noor, theo) = make_hub(), people()
        ada = Actor(make_account("Ada", is_central=True), "Ada")
        proposal_id = proposed(hub_id, noor)

    def approving(actor: Actor) -> Callable[[], str]:
        def approve() -> str:
            with live.app.app_context():
                try:
                    decide(proposal_id, actor)
                except AlreadyDecided:
                    return "late"
                return "booked"

        return approve

    with meeting(live.app, lambda statement: "FROM manual_entry" in statement):
        told = sorted(together(approving(theo), approving(ada)))
    with live.app.app_context():
        return told, adjustment(hub_id)


def test_two_who_approve_at_once_book_it_once(live: Live) -> None:
    assert approve_at_once(live) == (["booked", "late"], 500)


def test_without_the_proposals_lock_both_believe_it_was_them(live: Live) -> None:
    """The entry's key still lets one through, but only the second name is kept as who approved it."""
    with without_lock("money.ledger.manual._undecided"):
        assert approve_at_once(live) == (["booked", "booked"], 500)


def fields(**more: str) -> dict[str, str]:
    usual = {"hub": "lyon", "currency": "EUR", "memo": "Bank fee", "reason": "Kept by the bank."}
    legs = {"account1": "core/bank_charges", "amount1": "5.00", "account2": "provider/provider_balance"}
    return {**usual, **legs, "amount2": "-5.00", **more}


def test_the_page_takes_a_proposal_and_another_decides(
    app: HubFlask, central: Browser, browser_of: Callable[..., Browser]
) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        other = make_account("Theo", is_central=True)
    assert central.post("/console/ledger/manual", **fields()).status_code == 303
    page = central.get("/console/ledger/manual").text
    assert "somebody else decides" in page
    assert "Approve and book" not in page
    assert "1 entry waits for a second person" in central.get("/console/").text
    second = browser_of(other)
    assert "Approve and book" in second.get("/console/ledger/manual").text
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        (row,) = manual.proposals()
    assert second.post(f"/console/ledger/manual/{row.id}/approve").status_code == 303
    assert "waits for a second person" not in central.get("/console/").text
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        assert books.balance(owner="core", purpose=Purpose.BANK_CHARGES, currency="EUR", now=NOW).posted == 500


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount2": "-4.00"}, "off by €1.00"),
        ({"amount1": "5.001", "amount2": "-5.001"}, "2 digits after the point"),
        ({"amount1": "many"}, "is not an amount"),
        ({"account1": ""}, "Choose an account"),
        ({"account2": "", "amount2": ""}, "at least two postings"),
        ({"reason": ""}, "Say why"),
    ],
)
def test_bad_proposals_are_told_why(app: HubFlask, central: Browser, wrong: dict[str, str], words: str) -> None:
    with app.app_context():
        make_hub("lyon")
    answer = central.post("/console/ledger/manual", **fields(**wrong))
    assert answer.status_code == 422
    assert words in answer.text
