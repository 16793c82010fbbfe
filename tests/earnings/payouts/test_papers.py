"""Statements, self-billing documents and tax files as PDF: every amount is the ledger's, and nobody else gets them."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import text

from hubapp.earnings.payouts import services
from hubapp.earnings.payouts.services import TaxData
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.money import Money
from hubapp.money.ledger.queries import Purpose
from hubapp.tenancy.scope import hub_scope
from hubapp.web.render import money
from tests.factories.earning import Town
from tests.support.browsing import Browser
from tests.support.papers import download, flat, needs_pango, words

POSTINGS = text(
    "SELECT -p.amount FROM ledger_posting p JOIN ledger_account a ON (a.hub_id, a.id) = (p.hub_id, p.account_id)"
    " JOIN ledger_entry e ON (e.hub_id, e.id) = (p.hub_id, p.entry_id)"
    " WHERE a.owner = :owner AND a.purpose = 'owed' ORDER BY e.seq"
)
# Two decimals, none, three; each with what the provider moves in its own steps.
CURRENCIES = [("EUR", 10_000), ("JPY", 9_783), ("KWD", 97_830)]


def in_currency(town: Town, currency: str) -> Town:
    town.till.currency = currency
    town.hubs.clear()
    town.hub("town")
    return town


def shown(amount: int, currency: str) -> str:
    return flat(money(Money(amount, currency)))


def postings(town: Town, seller: UUID) -> list[int]:
    """What the books say the seller earned and was paid, entry by entry."""
    with town.till.app.app_context(), hub_scope(town.hubs[0]), unit_of_work():
        return list(db.session.scalars(POSTINGS, {"owner": f"account:{seller}"}))


def paid_out(town: Town, seller: UUID) -> int:
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    return int(town.payout(payout_id).amount or 0)


@needs_pango
@pytest.mark.parametrize(("currency", "amount"), CURRENCIES)
def test_a_statement_says_what_the_ledger_says(town: Town, currency: str, amount: int) -> None:
    in_currency(town, currency)
    seller = town.earner(amount)
    paid_out(town, seller)
    own = Browser(town.till.app, town.hubs[0], seller)
    said = words(download(own, f"/me/earnings/periods/{clock.now():%Y}.pdf"))
    booked = postings(town, seller)
    assert len(booked) == 2
    for line in booked:
        assert shown(line, currency) in said
    left = -town.balance(town.hubs[0], f"account:{seller}", Purpose.OWED)
    assert f"At the end {shown(left, currency)}" in said
    assert "Anna Example" in said


@needs_pango
@pytest.mark.parametrize(("currency", "amount"), CURRENCIES)
def test_a_document_and_the_tax_file_say_what_was_paid(town: Town, currency: str, amount: int) -> None:
    in_currency(town, currency)
    seller = town.earner(amount)
    data = TaxData("Anna Example SARL", "1 rue des Lilas\n69007 Lyon", "FR", "business", "FR12345678901")
    town.across(lambda: services.save_tax(account_id=seller, data=data, now=clock.now()))
    paid = shown(paid_out(town, seller), currency)
    assert paid == shown(-postings(town, seller)[-1], currency)
    own = Browser(town.till.app, town.hubs[0], seller)
    (document,) = town.across(lambda: db.session.execute(text("SELECT id, year FROM payout_document")).all())
    for path in (f"documents/{document.id}", f"tax/{document.year}"):
        said = words(download(own, f"/me/earnings/{path}.pdf"))
        assert all(part in said for part in (paid, "Anna Example SARL", "1 rue des Lilas", "FR12345678901"))
        assert f"{document.year}-00001" in said
        assert paid in flat(own.get(f"/me/earnings/{path}").text)


def test_nobody_else_gets_a_document(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    paid_out(town, seller)
    (document,) = town.across(lambda: db.session.execute(text("SELECT id, year FROM payout_document")).all())
    stranger = Browser(town.till.app, town.hubs[0], town.person("Bo"))
    assert stranger.get(f"/me/earnings/documents/{document.id}.pdf").status_code == 404
    assert "€271.00" not in stranger.get(f"/me/earnings/tax/{document.year}").text
    assert "€271.00" in Browser(town.till.app, town.hubs[0], seller).get(f"/me/earnings/tax/{document.year}").text
