"""What is owed back, on the page of whom it concerns, with its reason and day; and the debt until it is settled."""

from __future__ import annotations

import re
from uuid import UUID

from hubapp.earnings.payouts import planning
from hubapp.kernel import clock
from tests.factories.earning import HOLD, Town
from tests.support.browsing import Browser


def paid_and_refunded(town: Town) -> UUID:
    seller, lyon = town.person(), town.hubs[0]
    order_id = town.sell(lyon, seller)
    town.till.advance(HOLD)
    town.connect(lyon, seller)
    town.request(lyon, seller)
    town.settle()
    town.arrive()
    town.refund(lyon, order_id, 10_000)
    return seller


def test_a_refund_after_the_payout_is_shown_as_owed_back(town: Town) -> None:
    seller = paid_and_refunded(town)
    page = Browser(town.till.app, town.hubs[0], seller).get("/me/earnings").text
    assert "Owed back" in page
    assert "At most 50% of each payout is kept" in page
    assert page.count("€90.25") >= 2
    assert "owed back: refunded after the payout" in page


def test_who_owes_and_has_nothing_is_left_out_for_that_reason(town: Town) -> None:
    seller = paid_and_refunded(town)
    (line,) = town.across(lambda: list(planning.preview(now=clock.now(), is_everybody=True)))
    assert (line.account_id, line.owed_back, line.amount) == (seller, 9_025, 0)
    assert line.reason == "Owes €90.25 back, and nothing is available."


def test_half_of_each_run_is_kept_until_the_debt_is_settled(town: Town) -> None:
    seller = paid_and_refunded(town)
    paid = []
    for _ in range(3):
        town.sell(town.hubs[0], seller)
        town.till.advance(HOLD)
        town.settle()
        town.approve(town.propose(is_everybody=True))
        town.settle()
        town.arrive()
        paid.append(town.payouts()[-1].amount)
    # 9,025 owed: half of each payout, the odd cent to the payee, the rest in the third.
    assert paid == [4_513, 4_513, 9_024]
    page = Browser(town.till.app, town.hubs[0], seller).get("/me/earnings").text
    assert "Owed back" not in page


def test_the_page_says_what_a_payout_brings(town: Town) -> None:
    seller = paid_and_refunded(town)
    town.sell(town.hubs[0], seller)
    town.till.advance(HOLD)
    town.settle()
    page = Browser(town.till.app, town.hubs[0], seller).get("/me/earnings").text
    assert "A payout brings €45.13: the rest settles what you owe back." in re.sub("<[^>]+>", "", page)
