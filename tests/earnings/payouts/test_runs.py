"""Runs: who gets what and who does not, with the reason; one transfer per person, currency and run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hubapp.earnings.payouts import planning, policies, services
from hubapp.earnings.payouts.errors import AlreadySo, TooLate
from hubapp.earnings.payouts.models import PayoutRun
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.money.ledger.queries import Purpose
from hubapp.tenancy.audit import SYSTEM
from tests.factories.earning import HOLD, Town
from tests.factories.jobs import run_all
from tests.factories.races import together, without_lock


def reasons(town: Town, **options: object) -> dict[UUID, str | None]:
    lines = town.across(lambda: list(planning.preview(now=clock.now(), **options)))  # type: ignore[arg-type]
    return {line.account_id: line.reason for line in lines}


def run_of(town: Town, run_id: UUID) -> PayoutRun:
    found = town.across(lambda: db.session.get(PayoutRun, run_id))
    assert isinstance(found, PayoutRun)
    return found


def start_twice(town: Town, run_id: UUID) -> None:
    def start() -> None:
        worker.run_job(town.till.app, name="payouts.start_run", hub_id=None, arguments={"run_id": str(run_id)})

    together(start, start)


def test_a_run_pays_everybody_once_over_all_hubs(town: Town) -> None:
    people = [town.earner(10_000, 20_000), town.earner(30_000, 5_000)]
    run_id = town.propose(is_everybody=True)
    assert town.payouts() == []
    town.approve(run_id)
    town.settle()
    town.arrive()
    town.settle()
    paid = sorted((payout.status, payout.amount) for payout in town.payouts())
    assert paid == [("paid", 27_100), ("paid", 31_625)]
    assert {payout.account_id for payout in town.payouts()} == set(people)
    assert run_of(town, run_id).status == "finished"
    town.assert_at_rest()


def test_the_preview_says_what_the_run_pays(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    (line,) = town.across(lambda: list(planning.preview(now=clock.now(), is_everybody=True)))
    assert (line.account_id, line.available, line.owed_back, line.amount) == (seller, 27_100, 0, 27_100)
    assert town.across(lambda: db.session.scalars(select(PayoutRun)).all()) == []


def test_a_run_of_one_hub_leaves_the_money_of_others(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    run_id = town.propose(is_everybody=True, hub_id=town.hubs[1])
    town.approve(run_id)
    town.settle()
    assert [payout.amount for payout in town.payouts()] == [18_075]
    assert town.balance(town.hubs[0], f"account:{seller}", Purpose.OWED) == -9_025


def test_everybody_left_out_reads_why_and_keeps_the_money(town: Town) -> None:
    lyon = town.hubs[0]
    without, holding, asking, frozen, stopped, small = (town.person() for _ in range(6))
    for seller in (without, asking, frozen, stopped):
        town.sell(lyon, seller)
    town.sell(lyon, small, 1_000)
    town.till.advance(HOLD)
    town.sell(lyon, holding)
    for seller in (asking, frozen, stopped, small):
        town.connect(lyon, seller)
    town.freeze_payee(frozen, "a question is open")
    town.till.sandbox.disable_account(str(town.payee(stopped).provider_account_id))
    for seller in (frozen, stopped, small):
        town.choose(seller, rhythm="weekly")
    town.settle()
    said = reasons(town)
    assert said[without] == "No payout account is connected."
    assert said[holding] == "Nothing is available yet; €90.25 is held."
    assert said[asking] == "Asks for payouts themself."
    assert said[frozen] == "This payout account is frozen: a question is open"
    assert said[stopped] == "The payment provider has stopped this payout account."
    assert said[small] == "Less than the least that is paid out, €10.00."
    run_id = town.propose()
    town.approve(run_id)
    town.settle()
    assert town.payouts() == []
    assert {item.status for item in town.items(run_id)} == {"left_out"}
    assert reasons(town, is_everybody=True)[asking] is None


def test_frozen_hubs_wait_and_debts_of_others_do_not_count(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.freeze_hub(town.hubs[0], "under review")
    (line,) = town.across(lambda: list(planning.preview(now=clock.now(), is_everybody=True)))
    assert (line.amount, line.reason) == (18_075, None)
    town.freeze_hub(town.hubs[1], "under review")
    assert reasons(town, is_everybody=True)[seller] == "The hub is frozen or closed; what was earned there waits."


def test_a_chosen_minimum_holds_for_runs_and_not_for_those_who_ask(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.choose(seller, rhythm="weekly", minimums={"EUR": 50_000})
    assert reasons(town)[seller] == "Less than the least that is paid out, €500.00."
    town.request(town.hubs[0], seller)
    town.settle()
    assert [payout.status for payout in town.payouts()] == ["paying"]
    assert reasons(town, is_everybody=True).get(seller) is None


def test_a_bank_account_that_changed_after_the_proposal_is_left_out(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    run_id = town.propose(is_everybody=True)
    town.choose(seller, bank_fingerprint="another")
    town.approve(run_id)
    town.settle()
    (item,) = town.items(run_id)
    assert (item.status, item.reason) == ("left_out", "The bank account changed after the run was proposed.")
    assert town.payouts() == []


def test_the_clock_proposes_once_a_day_and_a_person_approves(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.till.run("payouts.propose")
    assert town.across(lambda: db.session.scalars(select(PayoutRun)).all()) == []
    town.choose(seller, rhythm="monthly")
    town.till.run("payouts.propose")
    town.till.run("payouts.propose")
    town.settle()
    (first,) = town.across(lambda: db.session.scalars(select(PayoutRun)).all())
    assert (first.status, town.payouts()) == ("proposed", [])
    town.till.advance(timedelta(days=1))
    town.till.run("payouts.propose")
    assert run_of(town, first.id).reason == "A newer proposal took its place."


def test_approval_may_be_left_to_the_settings(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.choose(seller, rhythm="weekly")
    app = town.till.app
    app.extensions["hubapp.settings"] = app.extensions["hubapp.settings"].model_copy(
        update={"payout_runs_approved": True}
    )
    town.till.run("payouts.propose")
    town.settle()
    assert [payout.status for payout in town.payouts()] == ["paying"]
    town.arrive()
    assert reasons(town) == {}


def test_a_run_is_approved_once(town: Town) -> None:
    town.earner(10_000, 20_000)
    run_id = town.propose(is_everybody=True)
    town.approve(run_id)
    with pytest.raises(AlreadySo):
        town.approve(run_id)


def test_two_runs_at_once_pay_a_person_once(town: Town) -> None:
    town.earner(10_000, 20_000)
    first, second = town.propose(is_everybody=True), town.propose(is_everybody=True)
    together(lambda: town.approve(first), lambda: town.approve(second))
    town.settle()
    town.arrive()
    assert [(payout.status, payout.amount) for payout in town.payouts()] == [("paid", 27_100)]
    statuses = [item.status for run_id in (first, second) for item in town.items(run_id)]
    assert sorted(statuses) == ["left_out", "started"]


def test_two_workers_start_a_run_without_getting_in_each_others_way(town: Town) -> None:
    town.earner(10_000, 20_000)
    run_id = town.propose(is_everybody=True)
    town.approve(run_id)
    with town.till.meet_after_reading("payout_run_item"):
        start_twice(town, run_id)
    assert len(town.payouts()) == 1
    assert town.items(run_id)[0].status == "started"


def test_without_the_runs_lock_they_do(town: Town) -> None:
    """The negative control: both read the item as planned, and one tells the payee's item a lie."""
    town.earner(10_000, 20_000)
    run_id = town.propose(is_everybody=True)
    town.approve(run_id)
    with without_lock("earnings.payouts.services.runs.locked_run"), town.till.meet_after_reading("payout_run_item"):
        start_twice(town, run_id)
    assert len(town.payouts()) == 1  # the index still holds
    assert town.items(run_id)[0].status == "left_out"


def test_a_failed_payout_is_tried_again_by_hand(town: Town) -> None:
    seller = town.earner(10_000, 20_000, is_bank_working=False)
    run_id = town.propose(is_everybody=True)
    town.approve(run_id)
    town.settle()
    town.arrive()
    (item,) = town.items(run_id)
    assert town.payouts()[0].status == "failed"
    assert "closed" in str(town.payee(seller).check_reason)
    with pytest.raises(AlreadySo, match="closed"):
        town.across(lambda: services.retry_item(run_id=run_id, item_id=item.id, by=SYSTEM, now=clock.now()))
    town.across(lambda: services.confirm_bank(payee_id=town_payee(seller)))
    town.across(lambda: services.retry_item(run_id=run_id, item_id=item.id, by=SYSTEM, now=clock.now()))
    town.settle()
    assert [(payout.attempt, payout.status) for payout in town.payouts()] == [(1, "failed"), (2, "paying")]


def town_payee(account_id: UUID) -> UUID:
    from hubapp.earnings.payouts import queries

    payee = queries.payee_of(account_id)
    assert payee is not None
    return payee.id


def test_what_is_not_sent_can_be_canceled_and_the_money_stays(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.till.hold_dispatch()
    run_id = town.propose(is_everybody=True)
    town.approve(run_id)
    run_all(town.till.app)
    assert town.payouts()[0].status == "prepared"
    assert town.across(lambda: services.cancel_run(run_id=run_id, by=SYSTEM, now=clock.now())) == 1
    town.till.make_commands_due()
    town.settle()
    payout = town.payouts()[0]
    assert (payout.status, payout.reason) == ("canceled", "Canceled by system.")
    assert town.balance(town.hubs[0], f"account:{seller}", Purpose.OWED) == -9_025
    assert run_of(town, run_id).status == "finished"
    town.assert_at_rest()


def test_what_is_sent_is_not_canceled(town: Town) -> None:
    town.earner(10_000, 20_000)
    run_id = town.propose(is_everybody=True)
    town.approve(run_id)
    town.settle()
    (item,) = town.items(run_id)
    with pytest.raises(TooLate):
        town.across(lambda: services.cancel_item(run_id=run_id, item_id=item.id, by=SYSTEM, now=clock.now()))
    assert town.across(lambda: services.cancel_run(run_id=run_id, by=SYSTEM, now=clock.now())) == 0
    assert town.payouts()[0].status == "paying"


def test_a_proposal_is_canceled_whole(town: Town) -> None:
    town.earner(10_000, 20_000)
    run_id = town.propose(is_everybody=True)
    town.across(lambda: services.cancel_run(run_id=run_id, by=SYSTEM, now=clock.now()))
    assert (run_of(town, run_id).status, town.items(run_id)[0].status) == ("canceled", "canceled")
    with pytest.raises(AlreadySo):
        town.approve(run_id)


@pytest.mark.parametrize(("currency", "amount"), [("JPY", 97_830), ("KWD", 97_830)])
def test_runs_pay_yen_and_dinars_in_their_own_steps(town: Town, currency: str, amount: int) -> None:
    town.till.currency = currency
    town.hubs.clear()
    town.hub("elsewhere")
    town.earner(amount)
    run_id = town.propose(is_everybody=True)
    (item,) = town.items(run_id)
    town.approve(run_id)
    town.settle()
    town.arrive()
    (payout,) = town.payouts()
    assert (payout.status, payout.amount) == ("paid", item.amount)
    assert item.amount % (10 if currency == "KWD" else 1) == 0
    town.assert_at_rest()


BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 1_000_000).map(lambda minutes: BEGIN + timedelta(minutes=minutes))


@given(MOMENTS, MOMENTS, st.sampled_from(["weekly", "monthly"]))
def test_a_rhythm_pays_once_in_its_time(last: datetime, now: datetime, rhythm: str) -> None:
    def time_of(moment: datetime) -> tuple[int, int]:
        return moment.isocalendar()[:2] if rhythm == "weekly" else (moment.year, moment.month)

    assert policies.is_due(rhythm, last, now) is (time_of(last) < time_of(now))
    assert policies.is_due(rhythm, None, now)
    assert not policies.is_due("request", last, now)
