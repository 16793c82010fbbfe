"""Invoices: one per order, numbered by the seller without a gap, never changed; what goes back is a credit note."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.books import reports
from hubapp.market.orders import errors as refusals
from hubapp.market.orders import invoice_queries, invoice_rules, invoice_tables, services
from hubapp.market.orders.invoice_models import SalesDocument
from hubapp.market.orders.invoice_rules import Billing, RatePart
from hubapp.market.orders.models import Order
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.market import make_listing, make_shop, place, settle
from tests.factories.races import overtaken, without_lock
from tests.factories.stall import Stall

COMPANY = Billing("Ben & Co SARL", "9 rue Neuve\n69001 Lyon", "FR", "FR98765432109")


def documents(stall: Stall, order: Order) -> list[SalesDocument]:
    with stall.scope():
        return list(invoice_queries.documents_of(order.id))


def correct(stall: Stall, order: Order, billing: Billing = COMPANY) -> None:
    with stall.scope():
        services.correct_invoice(order_id=order.id, buyer_id=stall.shop.buyer, billing=billing, now=clock.now())


def follow(stall: Stall, order: Order) -> int:
    with stall.scope():
        return services.follow_books(order_id=order.id, now=clock.now())


def test_an_order_that_is_paid_has_an_invoice_and_news_that_repeats_makes_no_other(stall: Stall) -> None:
    order = stall.sell()
    (invoice,) = documents(stall, order)
    assert (invoice.kind, invoice.gross, invoice.tax, invoice.currency) == ("invoice", 2_400, 400, "EUR")
    assert invoice.issuer == f"account:{stall.shop.seller}"
    assert invoice.content["rates"] == [{"rate": 2_000, "gross": 2_400, "tax": 400}]
    assert (invoice.content["seller"]["name"], invoice.content["buyer"]["name"]) == ("Ada", "Ben")
    assert follow(stall, order) == 0
    assert len(documents(stall, order)) == 1


def test_each_refund_is_a_credit_note_and_all_add_up_to_what_the_report_of_taxes_says(stall: Stall) -> None:
    flour = make_flour(stall)
    order = stall.sell(others={flour: 3})
    stall.give(order, 333)
    stall.settle()
    stall.give(order, 777)
    stall.settle()
    made = documents(stall, order)
    assert [one.kind for one in made] == ["invoice", "credit_note", "credit_note"]
    assert [one.gross for one in made[1:]] == [-333, -777]
    assert {one.corrects_id for one in made[1:]} == {made[0].id}
    with stall.scope():
        rows = reports.taxes(
            currency="EUR", start=clock.now() - timedelta(days=40), end=clock.now() + timedelta(days=1)
        )
    assert reports.totals(rows) == (sum(one.gross for one in made), sum(one.tax for one in made))


def make_flour(stall: Stall) -> UUID:
    with stall.scope():
        return make_listing(
            seller_account_id=stall.shop.seller, title="Flour", price=1_055, stock=9, tax_category="reduced"
        ).id


def test_what_is_given_back_whole_leaves_no_rate_with_anything(stall: Stall) -> None:
    order = stall.sell(others={make_flour(stall): 3})
    stall.give(order, 1_234)
    stall.settle()
    stall.give(order, stall.order(order).left.amount)
    stall.settle()
    made = documents(stall, order)
    remaining = invoice_rules.left(invoice_rules.parts_of(one.content) for one in made)
    assert [(part.gross, part.tax) for part in remaining] == [(0, 0), (0, 0)]
    assert [part.rate for part in remaining] == [550, 2_000]


def test_a_refund_that_fails_after_all_is_taken_back_by_a_debit_note(stall: Stall) -> None:
    order = stall.sell(card="4000000000005126")
    stall.give(order, 500)
    stall.settle()
    stall.advance(timedelta(days=2))
    made = documents(stall, order)
    assert [(one.kind, one.gross) for one in made] == [("invoice", 2_400), ("credit_note", -500), ("debit_note", 500)]
    assert made[2].corrects_id == made[1].id
    assert made[2].tax == -made[1].tax


def test_what_the_buyers_bank_keeps_is_a_credit_note(stall: Stall) -> None:
    order = stall.sell()
    dispute = stall.dispute(order)
    stall.answer(dispute, "losing_evidence")
    made = documents(stall, order)
    assert [(one.kind, one.gross) for one in made] == [("invoice", 2_400), ("credit_note", -2_400)]
    assert made[1].content["reason"] == "dispute_lost"
    assert sum(one.tax for one in made) == 0


def test_a_sellers_numbers_run_without_a_gap_through_all_documents_and_each_seller_has_their_own(stall: Stall) -> None:
    other, listing = stall.other_seller()
    order = stall.sell(others={listing: 1})
    stall.sell()
    stall.give(order, 100)
    stall.settle()
    assert numbers(stall, stall.shop.seller) == [1, 2, 3]
    assert numbers(stall, other) == [1]


def numbers(stall: Stall, seller: UUID) -> list[int]:
    with stall.scope():
        return [one.number for one in invoice_queries.year_of(seller, clock.now().year)]


def test_the_networks_numbers_run_through_all_hubs(stall: Stall) -> None:
    with stall.till.app.app_context():
        shops = [stall.shop, make_shop("nairobi")]
        for shop in shops:
            with hub_scope(shop.hub_id), unit_of_work():
                checkout_id = place(shop, {make_listing(title="Core honey").id: 1})
            with hub_scope(shop.hub_id), unit_of_work():
                settle(checkout_id)
                (order_id,) = db.session.scalars(select(Order.id)).all()
                services.follow_books(order_id=order_id, now=clock.now())
        with platform_scope(reason="test"), unit_of_work():
            rows = db.session.scalars(select(SalesDocument.number).where(SalesDocument.issuer == "core")).all()
    assert sorted(rows) == [1, 2]


def test_a_number_whose_transaction_fails_is_the_next_ones(stall: Stall) -> None:
    with pytest.raises(ZeroDivisionError), stall.scope():
        db.session.scalar(text("SELECT take_sales_number('core', 2026)"))
        raise ZeroDivisionError
    with stall.scope():
        assert db.session.scalar(text("SELECT take_sales_number('core', 2026)")) == 1


def test_a_correction_takes_the_rest_back_and_makes_a_new_invoice_of_it(stall: Stall) -> None:
    order = stall.sell()
    stall.give(order, 500)
    stall.settle()
    correct(stall, order)
    made = documents(stall, order)
    assert [(one.kind, one.gross) for one in made] == [
        ("invoice", 2_400),
        ("credit_note", -500),
        ("credit_note", -1_900),
        ("invoice", 1_900),
    ]
    assert [one.content["buyer"]["name"] for one in made] == ["Ben", "Ben", "Ben", COMPANY.name]
    stall.give(order, 100)
    stall.settle()
    assert documents(stall, order)[-1].corrects_id == made[3].id
    assert documents(stall, order)[-1].content["buyer"]["tax_id"] == COMPANY.tax_id


def test_the_same_correction_twice_is_one_and_what_was_said_once_holds_for_the_next_order(stall: Stall) -> None:
    order = stall.sell()
    correct(stall, order)
    correct(stall, order)
    assert len(documents(stall, order)) == 3
    (next_one,) = documents(stall, stall.sell())
    assert next_one.content["buyer"]["tax_id"] == COMPANY.tax_id


def test_an_invoice_is_not_corrected_for_ever(stall: Stall) -> None:
    order = stall.sell()
    for attempt in range(invoice_rules.MOST_CORRECTIONS):
        correct(stall, order, Billing(f"Name {attempt}"))
    with pytest.raises(refusals.TooManyCorrections):
        correct(stall, order)
    later = stall.sell()
    with stall.scope(), pytest.raises(refusals.TooLateToCorrect):
        when = clock.now() + invoice_rules.CORRECTED_UNTIL + timedelta(days=1)
        services.correct_invoice(order_id=later.id, buyer_id=stall.shop.buyer, billing=COMPANY, now=when)
    with stall.scope(), pytest.raises(refusals.NoSuchOrder):
        services.correct_invoice(order_id=later.id, buyer_id=stall.shop.seller, billing=COMPANY, now=clock.now())


def test_nothing_is_left_to_invoice_once_all_went_back(stall: Stall) -> None:
    order = stall.sell()
    stall.give(order, 2_400)
    stall.settle()
    with pytest.raises(refusals.NothingToInvoice):
        correct(stall, order)


@pytest.mark.parametrize("statement", ["UPDATE sales_document SET gross = 1", "DELETE FROM sales_document"])
def test_nobody_changes_or_removes_what_was_issued(stall: Stall, statement: str) -> None:
    stall.sell()
    with pytest.raises(ProgrammingError, match="permission denied"), stall.scope():
        db.session.execute(text(statement))
    with (
        stall.till.app.app_context(),
        pytest.raises(ProgrammingError, match="permission denied"),
        platform_scope(reason="test"),
        unit_of_work(),
    ):
        db.session.execute(text(statement))


def follow_twice(stall: Stall) -> int:
    """Two jobs hear of one payment at once; how many documents there are then."""
    with stall.scope():
        checkout_id = place(stall.shop, now=clock.now())
    with stall.scope():
        services.settle_orders(checkout_id=checkout_id, amount=1200, fee=65, currency="EUR", now=clock.now())
        order = db.session.scalars(select(Order)).one()

    def invoice() -> Any:
        with stall.scope():
            return services.follow_books(order_id=order.id, now=clock.now())

    with overtaken(stall.till.app, "sales_document", invoice):
        invoice()
    return len(documents(stall, order))


def test_a_payment_heard_of_twice_is_invoiced_once(stall: Stall) -> None:
    assert follow_twice(stall) == 1


def test_without_the_orders_lock_the_second_job_fails(stall: Stall) -> None:
    with without_lock("market.orders.services.steps.locked_order"), pytest.raises(IntegrityError, match="uq_sales"):
        follow_twice(stall)


def test_a_years_file_has_every_document_with_its_parties_and_rates(stall: Stall) -> None:
    order = stall.sell()
    correct(stall, order, Billing("=1+1", "9 rue Neuve\n69001 Lyon", "FR", "FR98765432109"))
    with stall.scope():
        said = invoice_tables.as_csv(invoice_queries.year_of(stall.shop.seller, clock.now().year))
    rows = list(csv.DictReader(io.StringIO(said)))
    assert [(row["kind"], row["gross"], row["tax"]) for row in rows] == [
        ("invoice", "24.00", "4.00"),
        ("credit_note", "-24.00", "-4.00"),
        ("invoice", "24.00", "4.00"),
    ]
    assert rows[2]["buyer"] == "'=1+1"
    assert rows[2]["address"] == "9 rue Neuve, 69001 Lyon"
    assert rows[2]["corrects"] == rows[0]["number"]
    assert rows[1]["by_rate"] == "20.00 %: -4.00 of -24.00"


def test_parts_of_a_booking_never_take_more_of_a_rate_than_is_left() -> None:
    remaining = [RatePart(550, 1, 0), RatePart(2_000, 3, 1)]
    assert invoice_rules.taken(remaining, gross=-4, tax=-1) == [RatePart(550, -1, 0), RatePart(2_000, -3, -1)]
    assert sum(part.gross for part in invoice_rules.taken(remaining, gross=-2, tax=0)) == -2
    assert invoice_rules.parts_of_lines([(2_000, 100, 17)], gross=120, tax=20) == [
        RatePart(0, 20, 3),
        RatePart(2_000, 100, 17),
    ]
