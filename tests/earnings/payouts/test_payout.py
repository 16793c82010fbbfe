"""From the sale to the bank account, across two hubs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.earnings.payouts.errors import BelowMinimum, PayeeNotReady, PayoutUnderWay
from hubapp.money.ledger.queries import Purpose
from tests.factories.earning import Town
from tests.factories.races import together


def test_a_sale_travels_all_the_way_to_the_bank(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.assert_at_rest()
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    assert town.payout(payout_id).status == "paying"
    town.arrive()
    payout = town.payout(payout_id)
    assert (payout.status, payout.amount) == ("paid", 27_100)
    assert [(part.status, part.amount) for part in town.parts(payout_id)] == [("paid", 9_025), ("paid", 18_075)]
    town.assert_at_rest()
    assert [town.balance(hub, f"account:{seller}", Purpose.OWED) for hub in town.hubs] == [0, 0]


def test_each_hub_books_its_own_part_once(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    town.settle()
    for hub in town.hubs:
        assert town.keys(hub) == [f"payout:{payout_id}:transfer", f"payout:{payout_id}:paid"]


def test_a_bank_that_refuses_brings_the_money_back(town: Town) -> None:
    seller = town.earner(10_000, 20_000, is_bank_working=False)
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    payout = town.payout(payout_id)
    assert (payout.status, payout.reason) == ("failed", "The bank account has been closed.")
    assert {part.status for part in town.parts(payout_id)} == {"released"}
    town.assert_at_rest()
    again = town.request(town.hubs[0], seller)
    town.settle()
    assert town.payout(again).amount == payout.amount


def test_held_money_is_not_paid(town: Town) -> None:
    seller = town.person()
    town.sell(town.hubs[0], seller)
    town.connect(town.hubs[0], seller)
    with pytest.raises(BelowMinimum):
        town.request(town.hubs[0], seller)


def test_without_an_account_nothing_is_paid(town: Town) -> None:
    seller = town.person()
    with pytest.raises(PayeeNotReady):
        town.request(town.hubs[0], seller)


def test_an_account_that_is_not_filled_in_is_not_paid(town: Town) -> None:
    seller = town.person()
    town.ask_account(town.hubs[0], seller)
    town.settle()
    assert town.payee(seller).status == "onboarding"
    with pytest.raises(PayeeNotReady):
        town.request(town.hubs[0], seller)


def test_one_payout_at_a_time(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.request(town.hubs[0], seller)
    with pytest.raises(PayoutUnderWay):
        town.request(town.hubs[1], seller)


def test_two_clicks_at_once_ask_once(town: Town) -> None:
    seller = town.earner(10_000, 20_000)

    def click() -> str:
        try:
            town.request(town.hubs[0], seller)
        except PayoutUnderWay:
            return "refused"
        return "asked"

    with town.till.meet_after_reading("payout"):
        assert sorted(together(click, click)) == ["asked", "refused"]


def test_an_account_stopped_meanwhile_cancels_and_the_money_stays(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    payout_id = town.request(town.hubs[0], seller)
    town.till.sandbox.disable_account(str(town.payee(seller).provider_account_id))
    town.settle()
    payout = town.payout(payout_id)
    assert payout.status == "canceled"
    assert payout.reason == "The payment provider has stopped this payout account."
    town.assert_at_rest()
    assert town.balance(town.hubs[0], f"account:{seller}", Purpose.OWED) == -9_025


def test_a_frozen_hub_is_left_out_with_the_reason(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    payout_id = town.request(town.hubs[0], seller)
    town.freeze_hub(town.hubs[1], "under review")
    town.settle()
    left_out = town.parts(payout_id)[1]
    assert town.payout(payout_id).amount == 9_025
    assert (left_out.status, left_out.reason) == ("left_out", "This hub is frozen: under review")


def test_a_frozen_person_is_told_why(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.freeze_payee(seller, "a question is open")
    with pytest.raises(PayeeNotReady, match="a question is open"):
        town.request(town.hubs[0], seller)


def test_too_little_at_the_provider_waits_and_is_tried_again(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.drain_platform()
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    waiting = town.payout(payout_id)
    assert waiting.status == "prepared"
    assert waiting.reason is not None
    assert "has not released enough money" in waiting.reason
    town.refill_platform()
    town.till.advance(timedelta(minutes=16))
    town.settle()
    assert town.payout(payout_id).status == "paying"


def test_a_refund_after_the_payout_makes_the_next_one_smaller(town: Town) -> None:
    lyon = town.hubs[0]
    seller = town.person()
    order_id = town.sell(lyon, seller)
    town.till.advance(timedelta(days=20))
    town.connect(lyon, seller)
    town.request(lyon, seller)
    town.settle()
    town.arrive()
    town.refund(lyon, order_id, 5_000)
    town.sell(lyon, seller, 20_000)
    town.till.advance(timedelta(days=20))
    town.settle()
    owed = -town.balance(lyon, f"account:{seller}", Purpose.OWED)
    second = town.request(lyon, seller)
    town.settle()
    assert 0 < owed < 18_075
    assert town.payout(second).amount == owed
