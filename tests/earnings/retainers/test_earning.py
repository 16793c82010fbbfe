"""What a retainer earns: each period once, booked as the company's cost, owed to the person like any other earning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from hubapp.earnings.retainers import queries
from hubapp.earnings.retainers.policies import Rhythm
from hubapp.earnings.shares import line_queries, network, wording
from hubapp.earnings.shares import queries as shares
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger import queries as books
from hubapp.money.ledger.policies import Purpose
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all, waiting
from tests.factories.members import make_member
from tests.factories.retainers import agreed, earn, end

DECEMBER = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # midnight in Paris


def started(currency: str = "EUR", **changes: object) -> tuple[int, UUID, UUID]:
    hub_id = make_hub(currency=currency)
    anna = make_member(hub_id, "Anna").account_id
    return hub_id, anna, agreed(hub_id, anna, **changes)


def owed(hub_id: int, anna: UUID, currency: str = "EUR") -> tuple[int, int]:
    """(what the books owe Anna, what they cost the core); everything proves itself."""
    with hub_scope(hub_id), unit_of_work():
        assert verify(hub_id).ok
        person = books.balance(owner=f"account:{anna}", purpose=Purpose.OWED, currency=currency, now=NOW)
        core = books.balance(owner="core", purpose=Purpose.RETAINERS, currency=currency, now=NOW)
        assert person.posted == -shares.totals_of(f"account:{anna}", currency, NOW + timedelta(days=999)).available
        return -person.posted, core.posted


def test_a_period_is_earned_when_it_is_over_not_a_moment_before(app: HubFlask) -> None:
    with app.app_context():
        hub_id, anna, retainer_id = started()
        assert earn(hub_id, retainer_id, DECEMBER - timedelta(seconds=1)) == 0
        assert owed(hub_id, anna) == (0, 0)
        assert earn(hub_id, retainer_id, DECEMBER) == 1
        assert owed(hub_id, anna) == (30_000, 30_000)


def test_doing_it_again_changes_nothing(app: HubFlask) -> None:
    with app.app_context():
        hub_id, anna, retainer_id = started()
        assert [earn(hub_id, retainer_id, DECEMBER) for _ in range(3)] == [1, 0, 0]
        assert owed(hub_id, anna) == (30_000, 30_000)


def test_the_key_comes_from_the_retainer_and_its_period(app: HubFlask) -> None:
    with app.app_context():
        hub_id, anna, retainer_id = started()
        earn(hub_id, retainer_id, DECEMBER)
        with hub_scope(hub_id), unit_of_work():
            entry_id = books.entry_id_of(f"retainer:{retainer_id}:2026-11-01")
            assert entry_id is not None
            entry = books.entry(entry_id)
            legs = [(leg.owner, leg.purpose, leg.amount, leg.tag) for leg in entry.legs]
            (line,) = line_queries.earnings_of(f"account:{anna}", currency="EUR")
        assert legs == [
            ("core", "retainers", 30_000, "retainer"),
            (f"account:{anna}", "owed", -30_000, "retainer"),
        ]
        assert (line.role, line.number, line.available_at) == ("retainer", "2026-11-01/2026-11-30", DECEMBER)
        assert entry.ref == f"retainer:{line.order_id}"


def test_what_was_missed_is_caught_up_period_by_period(app: HubFlask) -> None:
    with app.app_context():
        hub_id, anna, retainer_id = started(rhythm=Rhythm.WEEKLY, amount=7_000)
        assert earn(hub_id, retainer_id, NOW + timedelta(days=70)) == 13
        assert owed(hub_id, anna) == (91_000, 91_000)
        with hub_scope(hub_id), unit_of_work():
            firsts = [period.first_day for period in queries.periods_of(retainer_id)]
        assert firsts == [date(2026, 11, 1) + timedelta(days=7 * week) for week in reversed(range(13))]


def test_the_last_period_is_paid_by_its_days_and_says_how(app: HubFlask) -> None:
    with app.app_context():
        hub_id, anna, retainer_id = started()
        end(hub_id, retainer_id, date(2026, 12, 10))
        assert earn(hub_id, retainer_id, NOW + timedelta(days=400)) == 2
        assert owed(hub_id, anna) == (39_677, 39_677)  # 300 + 300 × 10 ÷ 31
        with hub_scope(hub_id), unit_of_work():
            (line, _first) = line_queries.earnings_of(f"account:{anna}", currency="EUR")
            assert wording.explain(line.explanation, "EUR") == "€300.00 × 10 ÷ 31 days, rounded half up"


@pytest.mark.parametrize(("currency", "amount", "expected"), [("JPY", 1_001, 323), ("TND", 10_001, 3_226)])
def test_currencies_without_decimals_and_with_three(app: HubFlask, currency: str, amount: int, expected: int) -> None:
    with app.app_context():
        hub_id, anna, retainer_id = started(
            currency, amount=amount, first_day=date(2026, 12, 1), last_day=date(2026, 12, 10)
        )
        earn(hub_id, retainer_id, NOW + timedelta(days=40))
        assert owed(hub_id, anna, currency) == (expected, expected)


def test_a_part_too_small_for_a_minor_unit_is_noted_and_not_booked(app: HubFlask) -> None:
    with app.app_context():
        hub_id, anna, retainer_id = started("JPY", amount=1, last_day=date(2026, 11, 2))
        assert earn(hub_id, retainer_id, NOW) == 1
        assert owed(hub_id, anna, "JPY") == (0, 0)
        assert earn(hub_id, retainer_id, NOW) == 0


def test_a_frozen_hub_keeps_what_was_promised(app: HubFlask) -> None:
    with app.app_context():
        hub_id, anna, retainer_id = started()
        with platform_scope(reason="test"), unit_of_work():
            db.session.execute(text("UPDATE hub SET status = 'frozen', frozen_reason = 'x'"))
        assert earn(hub_id, retainer_id, DECEMBER) == 1
        assert owed(hub_id, anna) == (30_000, 30_000)


def test_it_is_no_turnover_and_no_sale(app: HubFlask) -> None:
    with app.app_context():
        hub_id, _anna, retainer_id = started()
        earn(hub_id, retainer_id, DECEMBER)
        with platform_scope(reason="test"), unit_of_work():
            assert network.months_of_hub(hub_id, since=date(2026, 1, 1)) == []
            assert network.roles_of(date(2026, 12, 1)) == []


def test_the_database_takes_a_period_once(app: HubFlask) -> None:
    with app.app_context():
        hub_id, _anna, retainer_id = started()
        earn(hub_id, retainer_id, DECEMBER)
        again = text(
            "INSERT INTO retainer_period SELECT hub_id, uuidv7(), retainer_id, number + 1, first_day, last_day, days,"
            " of_days, amount, earned_at FROM retainer_period"
        )
        with hub_scope(hub_id), pytest.raises(IntegrityError, match="first_day"), unit_of_work():
            db.session.execute(again)
        with hub_scope(hub_id), pytest.raises(ProgrammingError, match="permission"), unit_of_work():
            db.session.execute(text("DELETE FROM retainer_period"))


def test_the_sweep_asks_by_the_business_clock_and_once(live: Live) -> None:
    app = live.app
    with app.app_context():
        hub_id, anna, retainer_id = started(rhythm=Rhythm.WEEKLY)
    try:
        for moment, jobs in ((NOW - timedelta(days=20), 0), (NOW + timedelta(days=30), 1)):
            clock.set_offset(moment - clock.wall())
            for _ in range(2):
                worker.run_job(app, name="retainers.sweep", hub_id=None, arguments={})
            found = [row for row in waiting(app) if row[0] == "retainers.earn"]
            assert found == [("retainers.earn", hub_id, {"retainer_id": str(retainer_id)})] * jobs
        run_all(app)
        with app.app_context():
            assert owed(hub_id, anna) == (210_000, 210_000)
        worker.run_job(app, name="retainers.sweep", hub_id=None, arguments={})
        assert waiting(app) == []
    finally:
        clock.set_offset(timedelta(0))
