"""Taking an earned retainer back: by two people, with words; what was paid out is owed back and netted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.earnings.payouts.models import PayoutDocument
from hubapp.earnings.payouts.taxes import tax_year
from hubapp.earnings.retainers import errors as refusals
from hubapp.earnings.retainers import network, queries, services
from hubapp.earnings.retainers.services import Wanted
from hubapp.earnings.shares import line_queries
from hubapp.earnings.shares import queries as shares
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger.policies import Purpose
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.platform import in_hub, platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.earnings.retainers.test_payout import agree, fund, summary, weeks
from tests.factories.accounts import make_account
from tests.factories.earning import Town
from tests.factories.hubs import make_hub
from tests.factories.members import make_member
from tests.factories.races import meeting, together, without_lock
from tests.factories.retainers import APPROVER, PROPOSER, agreed, earn
from tests.support.browsing import Browser

DECEMBER = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def started(app: HubFlask) -> tuple[int, UUID, UUID, UUID]:
    """(hub, Anna, her retainer, its period of 300.00 that is earned); needs an application context."""
    hub_id = make_hub()
    anna = make_member(hub_id, "Anna").account_id
    retainer_id = agreed(hub_id, anna)
    earn(hub_id, retainer_id, DECEMBER)
    with hub_scope(hub_id), unit_of_work():
        return hub_id, anna, retainer_id, queries.periods_of(retainer_id)[0].id


def ask(
    hub_id: int, period_id: UUID, amount: int = 10_000, words: str = "You were away.", who: UUID = PROPOSER
) -> UUID:
    wanted = Wanted(period_id, amount, words, "Seen in the calendar")
    with platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
        return services.propose_take_back(wanted=wanted, proposer_id=who, now=DECEMBER).id


def approve(hub_id: int, take_back_id: UUID, who: UUID = APPROVER, now: datetime = DECEMBER) -> None:
    with platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
        services.approve_take_back(take_back_id=take_back_id, approver_id=who, answer="", now=now)


def left(hub_id: int, period_id: UUID) -> int:
    with hub_scope(hub_id), unit_of_work():
        assert verify(hub_id).ok
        return line_queries.left_of_grant(period_id)


def test_a_second_person_takes_it_back_and_the_books_say_so(app: HubFlask) -> None:
    with app.app_context():
        hub_id, anna, _retainer_id, period_id = started(app)
        take_back_id = ask(hub_id, period_id)
        assert left(hub_id, period_id) == 30_000
        approve(hub_id, take_back_id)
        assert left(hub_id, period_id) == 20_000
        with hub_scope(hub_id), unit_of_work():
            ((row, period),) = queries.taken_back_from(anna)
            totals = shares.totals_of(f"account:{anna}", "EUR", DECEMBER)
        assert (row.amount, period.id, totals.available, totals.owed_back) == (10_000, period_id, 20_000, 0)


@pytest.mark.parametrize(("who", "refusal"), [("proposer", refusals.SamePerson), ("payee", refusals.OwnMoney)])
def test_neither_who_proposed_nor_who_was_paid_decides(app: HubFlask, who: str, refusal: type[Exception]) -> None:
    with app.app_context():
        hub_id, anna, _retainer_id, period_id = started(app)
        take_back_id = ask(hub_id, period_id)
        with pytest.raises(refusal):
            approve(hub_id, take_back_id, PROPOSER if who == "proposer" else anna)
        assert left(hub_id, period_id) == 30_000


@pytest.mark.parametrize("amount", [0, -1, 30_001])
def test_nothing_and_more_than_was_earned_is_refused(app: HubFlask, amount: int) -> None:
    with app.app_context():
        hub_id, _anna, _retainer_id, period_id = started(app)
        with pytest.raises(refusals.MoreThanEarned):
            ask(hub_id, period_id, amount)


def test_words_are_needed_and_one_proposal_waits_at_a_time(app: HubFlask) -> None:
    with app.app_context():
        hub_id, _anna, _retainer_id, period_id = started(app)
        with pytest.raises(refusals.WordsMissing):
            ask(hub_id, period_id, words=" ")
        ask(hub_id, period_id)
        with pytest.raises(refusals.AlreadyProposed):
            ask(hub_id, period_id)
        with platform_scope(reason="test"), unit_of_work():
            assert network.waiting() == 1


def test_what_was_refused_takes_nothing_and_can_be_asked_again(app: HubFlask) -> None:
    with app.app_context():
        hub_id, _anna, _retainer_id, period_id = started(app)
        take_back_id = ask(hub_id, period_id)
        with platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
            services.refuse_take_back(take_back_id=take_back_id, refuser_id=APPROVER, answer="No", now=DECEMBER)
        with pytest.raises(refusals.AlreadyDecided):
            approve(hub_id, take_back_id)
        approve(hub_id, ask(hub_id, period_id, 30_000))
        assert left(hub_id, period_id) == 0


def approve_twice(live: Live) -> tuple[list[str], int]:
    """Two people approve at once; what each believes, and what is left of the period."""
    with live.app.app_context():
        hub_id, _anna, _retainer_id, period_id = started(live.app)
        take_back_id = ask(hub_id, period_id)

    def approving(who: int) -> Callable[[], str]:
        def act() -> str:
            try:
                with live.app.app_context():
                    approve(hub_id, take_back_id, UUID(int=who))
            except refusals.AlreadyDecided:
                return "late"
            return "taken"

        return act

    with meeting(live.app, lambda statement: "\nFROM retainer_take_back" in statement, nth=2):
        said = sorted(together(approving(803), approving(804)))
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        return said, line_queries.left_of_grant(period_id)


def test_two_who_approve_at_once_take_it_back_once(live: Live) -> None:
    assert approve_twice(live) == (["late", "taken"], 20_000)


def test_without_the_lock_it_is_taken_twice(live: Live) -> None:
    with without_lock("earnings.retainers.services.locking.locked"):
        assert approve_twice(live) == (["taken", "taken"], 10_000)


def test_what_was_paid_out_is_owed_back_and_kept_from_the_next_payouts(town: Town) -> None:
    lyon = town.hubs[0]
    seller = town.earner(10_000, 20_000)
    agree(town, lyon, seller)
    fund(town)
    weeks(town, 2)
    town.request(lyon, seller)
    town.settle()
    town.arrive()
    with town.till.app.app_context():
        with hub_scope(lyon), unit_of_work():
            (agreement,) = queries.agreed_with(seller, now=clock.now())
            period = queries.periods_of(agreement.retainer.id)[0]
        approve(lyon, ask(lyon, period.id, 4_000), now=clock.now())
    assert summary(town, lyon, seller)[3] == 4_000
    assert town.balance(lyon, "core", Purpose.RETAINERS) == 10_000
    weeks(town, 1)
    payout_id = town.request(lyon, seller)
    town.settle()
    town.arrive()
    assert town.payout(payout_id).amount == 7_000 - 3_500  # at most half is kept
    document = town.across(
        lambda: db.session.scalars(select(PayoutDocument).where(PayoutDocument.payout_id == payout_id)).one()
    )
    assert [(line["role"], line["amount"]) for line in document.content["lines"]] == [
        ("retainer", 7_000),
        ("retainer", -3_500),
    ]
    (year,) = town.across(lambda: tax_year(year=document.year, account_id=seller)).values()
    assert (year[-1].retainers, year[-1].kept) == (7_000, -3_500)
    assert summary(town, lyon, seller)[3] == 500
    town.assert_at_rest()


def test_the_pages_show_it_to_the_team_and_with_words_to_the_person(app: HubFlask) -> None:
    with app.app_context():
        hub_id, anna, retainer_id, period_id = started(app)
        first, second = (make_account(name, is_central=True) for name in ("Noor", "Olga"))
    one, two = Browser(app, None, first), Browser(app, None, second)
    page, path = f"/console/retainers/{retainer_id}", f"/console/retainers/{retainer_id}/periods/{period_id}/take-back"
    assert path in one.get(page).text
    wish = {"amount": "100.00", "words": "You were away.", "reason": "Seen in the calendar"}
    assert one.post(path, {**wish, "amount": "999"}).status_code == 422
    assert one.post(path, wish).status_code == 303
    assert "somebody else decides" in one.get(page).text
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        ((row, _period),) = queries.take_backs_of(retainer_id)
    assert two.post(f"{page}/take-back/{row.id}/approve", {}, form_page=page).status_code == 303
    assert "Seen in the calendar" in two.get(page).text
    own = Browser(app, hub_id, anna).get("/me/earnings").text
    assert "You were away." in own
    assert "Seen in the calendar" not in own
    assert "-€100.00" in Browser(app, hub_id, anna).get(f"/me/books/orders/{period_id}").text
