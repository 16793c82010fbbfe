"""The sale behind a line is chosen by the guard's own rule: what the payee bought themselves stands behind nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select

from hubapp.earnings.compensation import explaining, standing
from hubapp.earnings.compensation.models import PlanLine
from hubapp.earnings.compensation.plans import engine, rules
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.services import correcting
from hubapp.earnings.compensation.witnesses import NONE, Witnesses
from hubapp.kernel.db import db
from hubapp.tenancy.audit import Actor
from tests.earnings.compensation import examples, statements
from tests.earnings.compensation.closing import close, paid
from tests.factories.accounts import make_account
from tests.factories.plans import CLOSING, JANUARY, Network, across, announced, make_network

TEAM_FOR_ALL = (("min_verified_customers = 10", "min_verified_customers = 0"), ("or_min_customer_cv = 10000\n", ""))
JOINED, LATER = JANUARY + timedelta(days=5), JANUARY + timedelta(days=6)


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    """Dan buys as a customer; later he joins, and two people put Cem and Gil under him, who sold to him."""
    with app.app_context():
        explaining.run_of.cache_clear()
        network = make_network()
        announced(*TEAM_FOR_ALL)
        network.joins("gil", "ben")
        network.people["dan"] = make_account("Dan")
        yield network


def moved(network: Network, name: str, under: str) -> None:
    one, other = Actor(UUID(int=801), "One"), Actor(UUID(int=802), "Other")

    def act() -> None:
        values = {"account_id": network.people[name], "to_id": network.people[under], "reason": "So it was."}
        change = correcting.propose(**values, actor=one, now=LATER)
        correcting.decide(change_id=change.id, is_agreed=True, answer="", actor=other, now=LATER)

    across(act)


def dan_stands_above_both(network: Network) -> None:
    network.joins("dan", at=JOINED, account_id=network.people["dan"])
    for name in ("cem", "gil"):
        moved(network, name, "dan")


def dan_buys(network: Network) -> None:
    for name in ("cem", "gil"):
        network.sells(name, 500_000, buyer=network.people["dan"])


def lines_of(network: Network, name: str) -> list[PlanLine]:
    wanted = select(PlanLine).where(PlanLine.account_id == network.people[name])
    return across(lambda: db.session.scalars(wanted).all())  # type: ignore[no-any-return]


def test_another_sale_of_the_group_stands_behind_the_line(network: Network) -> None:
    dan_buys(network)
    other = network.sells("cem", 300_000)
    dan_stands_above_both(network)
    assert close().status == "closed"
    (line,) = [line for line in lines_of(network, "dan") if line.amount]
    assert (line.component, line.sale_id) == ("team", other)


def test_a_group_whose_only_customer_was_the_payee_pays_them_nothing_and_closes(network: Network) -> None:
    dan_buys(network)
    dan_stands_above_both(network)
    assert close().status == "closed"
    (line,) = lines_of(network, "dan")
    assert (line.component, line.amount, line.reason, line.sale_id) == ("team", 0, rules.NO_SALE, None)
    assert line.forfeited > 0
    assert ("cem", "personal") in paid(network)  # who sold it to a customer is paid as for any customer


def test_those_above_the_buyer_are_paid_by_the_same_sale(network: Network) -> None:
    network.joins("eva")
    dan_buys(network)
    dan_stands_above_both(network)
    moved(network, "dan", "eva")
    network.sells("eva", 300_000)
    close()
    assert {name for name, component in paid(network) if component == "team"} == {"cem", "gil", "eva"}


def test_the_reason_stands_on_the_page_and_in_the_signed_file(network: Network) -> None:
    dan_buys(network)
    dan_stands_above_both(network)
    close()

    def act() -> explaining.Statement:
        place = standing.standing("EUR-2027-01", now=CLOSING)
        return explaining.statement(account_id=network.people["dan"], standing=place)

    (line,) = across(act).lines
    assert (line.amount, line.reason) == (0, rules.NO_SALE)


def group(sold: list[tuple[str, str | None]]) -> Inputs:
    """Ana above Ben, who is above Cem and Dan; of each sale (seller, who of them bought it)."""
    names, sponsors = ["ana", "ben", "cem", "dan"], [None, "ana", "ben", "ben"]
    people = [examples.person(name, above, customers=20) for name, above in zip(names, sponsors, strict=True)]
    orders = [examples.order(f"o{place}", seller, 500_000) for place, (seller, _) in enumerate(sold)]
    inputs = examples.inputs(people, orders)
    by = [-1 if buyer is None else names.index(buyer) for _, buyer in sold]
    return replace(inputs, orders=replace(inputs.orders, by=by))


def test_nobody_is_paid_for_a_group_by_what_they_bought_alone() -> None:
    result = engine.compute(examples.plan(), group([("dan", "ben"), ("cem", "ben")]))
    team = next(one for one in result.paid if one.component.id == "team")
    assert set(team.forfeited) == {1}
    assert rules.REASONS[team.kept.why[1]] == rules.NO_SALE
    again = engine.compute(examples.plan(), group([("dan", "ben"), ("cem", "ben"), ("cem", None)]))
    assert not any(one.forfeited for one in again.paid)


def test_the_statement_of_it_is_recomputed_and_what_contradicts_it_is_refused() -> None:
    result = engine.compute(examples.plan(), group([("dan", "ben"), ("cem", "ben")]))
    found = statements.document(statements.closed(result), "ben")
    assert found["group"]["no_sale"] == ["team"]
    statements.right(statements.sealed(found))
    for wrong in ([], ["personal", "team"]):
        forged = statements.sealed({**found, "group": {**found["group"], "no_sale": wrong}})
        assert not statements.verify_statement.check(forged).is_right
    other = statements.document(statements.closed(result), "dan")
    forged = statements.sealed({**other, "group": {**other["group"], "no_sale": ["team"]}})
    report = statements.verify_statement.check(forged)
    assert any("has own sales behind it" in words for words in [*report.problems, *report.follows])


def test_witnesses_are_what_looking_at_every_sale_would_find() -> None:
    chance = random.Random(20271)
    names = ["ana", "ben", "cem", "dan"]
    for _ in range(300):
        sold = [(chance.choice(names), chance.choice([None, "ana", "ben"])) for _ in range(chance.randint(0, 6))]
        inputs = group(sold)
        found = Witnesses.of(inputs)
        for place, name in enumerate(names):
            beneath = {"ana": names, "ben": names[1:]}.get(name, [name])
            fit = [at for at, (seller, buyer) in enumerate(sold) if seller in beneath and buyer != name]
            witness = int(found.behind("differential", np.array([place]))[0])
            assert witness == min(fit, default=NONE)
