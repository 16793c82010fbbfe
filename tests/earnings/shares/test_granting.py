"""Rights that no sale brought: given once, many at a time, and never more taken back than there was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from hubapp.earnings.retainers.models import Retainer, RetainerPeriod
from hubapp.earnings.shares import line_queries, queries, services
from hubapp.earnings.shares.errors import RefundTooLarge
from hubapp.earnings.shares.policies import Role
from hubapp.earnings.shares.services import Grant, TakeBack
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger import queries as books
from hubapp.money.ledger.services import Purpose
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.platform import in_hub, platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.hubs import NOW, make_hub

FIRST, SECOND, ANNAS_ID = UUID(int=1), UUID(int=2), UUID(int=3)
OWNER = f"account:{ANNAS_ID}"


@pytest.fixture
def hub_id(app: Flask) -> Iterator[int]:
    with app.app_context():
        hub_id = make_hub()
        yield hub_id
        with hub_scope(hub_id), unit_of_work():
            assert verify(hub_id).ok


def a_grant(grant_id: UUID, amount: int = 1_000, **changes: Any) -> Grant:
    usual: dict[str, Any] = {
        "number": "2026-10",
        "owner": OWNER,
        "role": Role.RETAINER,
        "currency": "EUR",
        "cost": Purpose.RETAINERS,
        "key": f"retainer:{grant_id}",
        "kind": "retainer",
        "ref": f"retainer:{grant_id}",
        "explanation": {"kind": "retainer"},
        "occurred_at": NOW,
    }
    return Grant(id=grant_id, amount=amount, **{**usual, **changes})


def promise(*grants: Grant) -> None:
    """What stands behind them: one agreed retainer, and a period of it for each."""
    if db.session.scalar(select(Retainer.id)) is None:
        people: dict[str, Any] = {"proposed_by": UUID(int=801), "decided_by": UUID(int=802)}
        times = {"proposed_at": NOW, "decided_at": NOW, "first_day": NOW.date()}
        words = {"note": "Workshop", "reason": "Agreed", "answer": "", "status": "agreed", "rhythm": "monthly"}
        row = Retainer(account_id=ANNAS_ID, currency="EUR", amount=1_000, **people, **times, **words)
        db.session.add(row)
        db.session.flush()
        for number, one in enumerate(grants):
            first = NOW.date() + timedelta(days=30 * number)
            days: dict[str, Any] = {"first_day": first, "last_day": first, "days": 1, "of_days": 1, "earned_at": NOW}
            db.session.add(RetainerPeriod(id=one.id, retainer_id=row.id, number=number, amount=one.amount, **days))
        db.session.flush()


def give(hub_id: int, *grants: Grant) -> int:
    with platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
        promise(*grants)
    with hub_scope(hub_id), unit_of_work():
        return services.grant_many(grants=grants)


def take(hub_id: int, amount: int, key: str = "back:1") -> None:
    back = TakeBack(FIRST, amount, Purpose.RETAINERS, key, "retainer", "retainer:back", NOW)
    with hub_scope(hub_id), unit_of_work():
        services.take_back(back=back)


def left(hub_id: int) -> list[int]:
    with hub_scope(hub_id), unit_of_work():
        lines = line_queries.earnings_of(OWNER, currency="EUR")
        return [line.amount - line.reversed for line in sorted(lines, key=lambda line: line.order_id)]


def cost(hub_id: int) -> int:
    with hub_scope(hub_id), unit_of_work():
        return books.balance(owner="core", purpose=Purpose.RETAINERS, currency="EUR", now=NOW).posted


def test_many_are_given_at_once_and_each_once(hub_id: int) -> None:
    assert give(hub_id, a_grant(FIRST), a_grant(SECOND, 500)) == 2
    assert give(hub_id, a_grant(FIRST), a_grant(SECOND, 500)) == 0
    assert (left(hub_id), cost(hub_id)) == ([1_000, 500], 1_500)


def test_a_part_is_taken_back_at_the_cost_that_it_was(hub_id: int) -> None:
    give(hub_id, a_grant(FIRST), a_grant(SECOND, 500))
    take(hub_id, 700)
    take(hub_id, 100, "back:2")
    assert (left(hub_id), cost(hub_id)) == ([200, 500], 700)


def test_never_more_than_was_given(hub_id: int) -> None:
    give(hub_id, a_grant(FIRST))
    with pytest.raises(RefundTooLarge):
        take(hub_id, 1_001)
    assert (left(hub_id), cost(hub_id)) == ([1_000], 1_000)


def test_what_a_payout_took_becomes_owed_back(hub_id: int) -> None:
    give(hub_id, a_grant(FIRST))
    with hub_scope(hub_id), unit_of_work():
        services.claim_for_payout(owner=OWNER, currency="EUR", payout_id=UUID(int=9), now=NOW)
    take(hub_id, 300)
    with hub_scope(hub_id), unit_of_work():
        assert queries.totals_of(OWNER, "EUR", NOW).owed_back == 300
