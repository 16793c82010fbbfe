"""The books against a plain oracle, through any sequence of posts, repeats, contradictions and passing time."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger import queries
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.services import KeyReused, Leg, NewEntry, Purpose, Unbalanced
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub

OWNERS = st.sampled_from(("core", "provider", "account:anna", "account:bob"))
PURPOSES = st.sampled_from((Purpose.OWED, Purpose.SALES, Purpose.PROVIDER_PENDING))
AMOUNTS = st.integers(-(10**9), 10**9).filter(bool)
HOLDS = st.none() | st.integers(-5, 20).map(lambda days: timedelta(days=days))
PARTS = st.lists(st.tuples(OWNERS, PURPOSES, AMOUNTS, HOLDS), min_size=1, max_size=5)


class Books(RuleBasedStateMachine):
    """`told` is the oracle: every entry that was accepted, in order."""

    app: HubFlask
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        self.told: list[NewEntry] = []
        self.now = NOW
        self.stack = ExitStack()

    @initialize()
    def open_a_hub(self) -> None:
        Books.runs += 1
        self.stack.enter_context(self.app.app_context())
        self.hub_id = make_hub(f"hub{Books.runs}")
        self.stack.enter_context(hub_scope(self.hub_id))

    def teardown(self) -> None:
        with unit_of_work():
            # What a commit would check: here commits are savepoints.
            db.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            db.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        self.stack.close()

    def made(self, parts: list[tuple[str, Purpose, int, timedelta | None]], currency: str) -> NewEntry:
        legs = [
            Leg(owner, purpose, amount, None if hold is None else self.now + hold)
            for owner, purpose, amount, hold in parts
        ]
        rest = -sum(leg.amount for leg in legs)
        if rest:
            legs.append(Leg("hub", Purpose.SUSPENSE, rest))
        number = len(self.told)
        return NewEntry(f"key:{number}", "test", f"ref:{number % 3}", currency, self.now, tuple(legs))

    @rule(parts=PARTS, currency=st.sampled_from(("EUR", "JPY")))
    def post(self, parts: list[tuple[str, Purpose, int, timedelta | None]], currency: str) -> None:
        entry = self.made(parts, currency)
        if len(entry.legs) < 2:
            return
        with unit_of_work():
            ledger.post(entry=entry)
        self.told.append(entry)

    @rule(batch=st.lists(PARTS, min_size=1, max_size=4), repeated=st.booleans())
    def post_many(self, batch: list[list[tuple[str, Purpose, int, timedelta | None]]], repeated: bool) -> None:
        made = [
            replace(self.made(parts, "EUR"), key=f"key:{len(self.told) + place}") for place, parts in enumerate(batch)
        ]
        entries = [entry for entry in made if len(entry.legs) > 1]
        again = self.told[-1:] if repeated else []
        with unit_of_work():
            assert ledger.post_many(entries=again + entries) == len(entries)
        self.told += entries

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(self.told))
        with unit_of_work():
            assert ledger.post(entry=entry) == queries.entry_id_of(entry.key)

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def contradict(self, data: st.DataObject) -> None:
        entry = data.draw(st.sampled_from(self.told))
        doubled = tuple(replace(leg, amount=leg.amount * 2) for leg in entry.legs)
        with pytest.raises(KeyReused), unit_of_work():
            ledger.post(entry=replace(entry, legs=doubled))

    @rule(parts=PARTS, error=AMOUNTS)
    def unbalance(self, parts: list[tuple[str, Purpose, int, timedelta | None]], error: int) -> None:
        entry = self.made(parts, "EUR")
        first = replace(entry.legs[0], amount=entry.legs[0].amount + error)
        with pytest.raises(Unbalanced), unit_of_work():
            ledger.post(entry=replace(entry, legs=(first, *entry.legs[1:])))

    @rule(days=st.integers(1, 10))
    def let_time_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @invariant()
    def balances_are_the_oracles(self) -> None:
        expected: dict[tuple[str, str, str], list[int]] = {}
        for entry in self.told:
            for leg in entry.legs:
                sums = expected.setdefault((leg.owner, leg.purpose, entry.currency), [0, 0])
                sums[0] += leg.amount
                sums[1] += leg.amount if _is_held(leg, self.now) else 0
        with unit_of_work():
            found = queries.balances_of(now=self.now)
        assert {(line.owner, line.purpose, line.currency): [line.posted, line.held] for line in found} == expected

    @invariant()
    def the_books_hold(self) -> None:
        with unit_of_work():
            found = verify(self.hub_id)
        assert (found.ok, found.entries) == (True, len(self.told)), found.reason


def _is_held(leg: Leg, now: datetime) -> bool:
    return leg.available_at is not None and leg.available_at > now


def test_the_books_agree_with_the_oracle(app: HubFlask) -> None:
    Books.app = app
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
