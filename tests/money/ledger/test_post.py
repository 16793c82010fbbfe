"""Booking an entry: whole, once, with its balance."""

from __future__ import annotations

from datetime import timedelta

from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger import queries
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.services import Purpose
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import sale
from tests.factories.hubs import NOW, make_hub

HELD_UNTIL = NOW + timedelta(days=16)


def test_an_entry_moves_both_balances(app: HubFlask) -> None:
    with app.app_context(), hub_scope(make_hub()), unit_of_work():
        ledger.post(entry=sale(amount=1000))
        owed = queries.balance(owner="account:anna", purpose=Purpose.OWED, currency="EUR", now=NOW)
        pending = queries.balance(owner="provider", purpose=Purpose.PROVIDER_PENDING, currency="EUR", now=NOW)
        assert (pending.posted, owed.posted) == (1000, -1000)
