"""Refunds and disputes as pages: asked, answered, shown on receipt and order, refused at the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from hubapp.market.orders.refund_models import Level
from tests.factories.stall import Stall
from tests.support.browsing import Browser


@dataclass
class Visitor:
    """Somebody signed in, whose forms need no tokens."""

    browser: Browser

    def get(self, path: str) -> TestResponse:
        return self.browser.get(path)

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.browser.client.post(path, base_url=self.browser.base_url, data=fields)


def browser(stall: Stall, account_id: UUID) -> Visitor:
    stall.till.app.config["WTF_CSRF_ENABLED"] = False
    return Visitor(Browser(stall.till.app, stall.hub_id, account_id))


def test_a_buyer_asks_by_pieces_and_sees_the_request_on_the_order(stall: Stall) -> None:
    order = stall.sell(3)
    buyer = browser(stall, stall.shop.buyer)
    assert "Ask for a refund" in buyer.get(f"/orders/{order.id}").text
    page = f"/orders/{order.id}/refund"
    assert "Walnut oil" in buyer.get(page).text
    assert buyer.post(page, **{"pieces-1": "2", "reason": "Two leak."}).status_code == 303
    shown = buyer.get(f"/orders/{order.id}").text
    assert all(text in shown for text in ("24.00", "Two leak.", "Waits for the seller", "2 × Walnut oil"))
    assert "asked for already" in buyer.get(page).text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"amount": "36.01", "reason": "x"}, "At most €36.00 of this order"),
        ({"amount": "1.005", "reason": "x"}, "EUR has 2 digits"),
        ({"amount": "0", "reason": "x"}, "above zero"),
        ({"amount": "-3", "reason": "x"}, "above zero"),
        ({"amount": "much", "reason": "x"}, "is not an amount"),
        ({"amount": "3", "reason": ""}, "Say why"),
        ({"pieces-1": "4", "reason": "x"}, "more than was bought"),
        ({"pieces-1": "-1", "reason": "x"}, "more than was bought"),
        ({"pieces-1": "", "reason": "x"}, "Choose what should go back"),
    ],
)
def test_what_is_wrong_is_said_at_the_form(stall: Stall, form: dict[str, str], words: str) -> None:
    order = stall.sell(3)
    answer = browser(stall, stall.shop.buyer).post(f"/orders/{order.id}/refund", **form)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert stall.requests(order) == []


def test_the_seller_answers_and_the_receipt_says_what_went_back(stall: Stall) -> None:
    order = stall.sell()
    stall.ask(order, 800, reason="It leaks.")
    seller = browser(stall, stall.shop.seller)
    assert f"/sell/orders/{order.id}/refund" in seller.get("/sell/orders").text
    page = f"/sell/orders/{order.id}/refund"
    assert "It leaks." in seller.get(page).text
    assert seller.post(page, verdict="decline", amount="8.00", words="").status_code == 422
    assert seller.post(page, verdict="grant", amount="5.00", words="Half of it.").status_code == 303
    stall.settle()
    receipt = browser(stall, stall.shop.buyer).get(f"/orders/{order.id}").text
    assert all(text in receipt for text in ("Partly given back", "Given back to the buyer", "€5.00", "Half of it."))
    assert "Taken back" in seller.get("/me/earnings").text


def test_the_hub_gives_within_its_limits_and_is_told_when_the_network_decides(stall: Stall) -> None:
    small, large = stall.sell(), stall.sell(30)
    hub = browser(stall, stall.shop.connector)
    assert "€250.00" in hub.get(f"/manage/orders/{small.id}/refund").text
    assert hub.post(f"/manage/orders/{small.id}/refund", amount="5", reason="Late.").status_code == 303
    assert hub.post(f"/manage/orders/{large.id}/refund", amount="300", reason="Late.").status_code == 303
    assert "The network was asked to decide" in hub.get(f"/manage/orders/{large.id}").text
    assert [(stall.requests(order)[0].level, stall.requests(order)[0].status) for order in (small, large)] == [
        (Level.HUB, "granted"),
        (Level.CORE, "open"),
    ]
    refused = hub.post(f"/manage/orders/{large.id}/cancel", reason="Late.")
    assert (refused.status_code, "at most €250.00" in refused.text) == (422, True)


def test_nobody_answers_for_somebody_elses_order(stall: Stall) -> None:
    order = stall.sell()
    stall.ask(order, 800)
    stranger, _listing = stall.other_seller()
    for who in (stranger, stall.shop.buyer):
        answer = browser(stall, who).post(f"/sell/orders/{order.id}/refund", verdict="grant", amount="8")
        assert answer.status_code == 404
    assert browser(stall, stranger).get(f"/orders/{order.id}/refund").status_code == 404
    assert browser(stall, stranger).get(f"/manage/orders/{order.id}/refund").status_code == 403
    assert stall.requests(order)[0].status == "open"


def test_a_disputed_order_says_so_to_buyer_seller_and_hub(stall: Stall) -> None:
    order = stall.sell()
    dispute = stall.dispute(order, reason="product_not_received")
    assert "Your bank is looking into this payment" in browser(stall, stall.shop.buyer).get(f"/orders/{order.id}").text
    seller = browser(stall, stall.shop.seller)
    assert "disputes this payment" in seller.get(f"/sell/orders/{order.id}").text
    assert "bank disputes the payment" in seller.get("/me/earnings").text
    hub = browser(stall, stall.shop.connector)
    listed = hub.get("/manage/disputes").text
    assert all(text in listed for text in ("€24.00", "The buyer says it never came", "A proof of delivery"))
    refused = hub.post(f"/manage/orders/{order.id}/refund", amount="5", reason="x")
    assert (refused.status_code, "bank disputes this payment" in refused.text) == (422, True)
    assert browser(stall, stall.shop.seller).get("/manage/disputes").status_code == 403
    stall.answer(dispute, "losing_evidence")
    assert "Taken back by the buyer's bank" in browser(stall, stall.shop.buyer).get(f"/orders/{order.id}").text


def test_a_hub_without_disputes_has_a_word_about_them(stall: Stall) -> None:
    assert "No disputes" in browser(stall, stall.shop.connector).get("/manage/disputes").text
