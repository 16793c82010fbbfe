"""Whose books a line is in: a hub's line in that hub's, everything else in the home hub's, or where it was sold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from hubapp.earnings.compensation.models import ConnectorTerm, PlanLine
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.scope import hub_scope
from tests.earnings.compensation.closing import close
from tests.factories.hubs import make_hub
from tests.factories.members import make_member
from tests.factories.plans import BEFORE, Network, across, announced, make_network


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    with app.app_context():
        network = make_network()
        announced()
        yield network


def books_of(network: Network) -> dict[tuple[str, str, int], int]:
    names = {account_id: name for name, account_id in network.people.items()}

    def act() -> dict[tuple[str, str, int], int]:
        rows = db.session.scalars(select(PlanLine).where(PlanLine.amount > 0))
        return {(names[row.account_id], row.component, row.in_hub_id): row.amount for row in rows}

    return across(act)  # type: ignore[no-any-return]


def test_without_a_home_it_is_where_it_was_sold(network: Network) -> None:
    other = make_hub("nantes")
    network.sells("cem", hub_id=other)
    close()
    assert books_of(network) == {("cem", "personal", other): 1_000}


@pytest.mark.parametrize(("currency", "is_home"), [("EUR", True), ("TND", False)])
def test_somebodys_home_hub_has_it_if_it_sells_in_the_currency(network: Network, currency: str, is_home: bool) -> None:
    home = make_hub("nantes", currency=currency)
    make_member(home, "Cem", account_id=network.people["cem"])
    network.sells("cem")
    close()
    found = books_of(network)
    assert found[("cem", "personal", home if is_home else network.hub_id)] == 1_000
    assert found[("maud", "hub", network.hub_id)] == 500


def test_who_looks_after_two_hubs_has_a_line_in_each(network: Network) -> None:
    other = make_hub("nantes")
    term = ConnectorTerm(in_hub_id=other, account_id=network.people["maud"], share_bps=10_000, since=BEFORE)
    across(lambda: db.session.add(term))
    network.sells(None, 10_000)
    network.sells(None, 30_000, hub_id=other)
    close()
    assert books_of(network) == {("maud", "hub", network.hub_id): 500, ("maud", "hub", other): 1_500}
    for hub_id in (network.hub_id, other):
        with hub_scope(hub_id), unit_of_work():
            assert verify(hub_id).ok


def test_a_vacant_hubs_line_stays_with_the_network(app: Flask) -> None:
    with app.app_context():
        network = Network(make_hub("lyon"))
        announced()
        network.sells(None, 10_000)
        assert close().status == "closed"
        assert books_of(network) == {}
