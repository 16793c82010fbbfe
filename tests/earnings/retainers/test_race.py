"""Two at once: a period is earned once, an end is not forgotten; without the row lock neither holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hubapp.earnings.retainers import services
from hubapp.earnings.retainers.errors import AlreadyDecided
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.platform import in_hub, platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member
from tests.factories.races import meeting, together, without_lock
from tests.factories.retainers import agreed, earn, end, proposed

DECEMBER = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def started(live: Live) -> tuple[int, UUID]:
    with live.app.app_context():
        hub_id = make_hub()
        return hub_id, agreed(hub_id, make_member(hub_id, "Anna").account_id)


def reads_retainer(statement: str) -> bool:
    return "\nFROM retainer " in statement and "FROM retainer_period" not in statement


def earn_twice(live: Live, hub_id: int, retainer_id: UUID) -> list[int]:
    def act() -> int:
        with live.app.app_context():
            return earn(hub_id, retainer_id, DECEMBER)

    with meeting(live.app, reads_retainer):
        return sorted(together(act, act))


def booked(live: Live, hub_id: int) -> int:
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        assert verify(hub_id).ok
        return int(db.session.execute(text("SELECT count(*) FROM ledger_entry WHERE kind = 'retainer'")).scalar_one())


def test_two_workers_earn_a_period_once_and_neither_fails(live: Live) -> None:
    hub_id, retainer_id = started(live)
    assert earn_twice(live, hub_id, retainer_id) == [0, 1]
    assert booked(live, hub_id) == 1


def test_without_the_lock_only_the_constraint_keeps_it_from_being_earned_twice(live: Live) -> None:
    hub_id, retainer_id = started(live)
    with (
        without_lock("earnings.retainers.services.locking.locked"),
        pytest.raises(IntegrityError, match="uq_retainer_period"),
    ):
        earn_twice(live, hub_id, retainer_id)
    assert booked(live, hub_id) == 1


def end_while_earning(live: Live, hub_id: int, retainer_id: UUID) -> bool:
    """Whether the retainer still falls due for the days after its end that came while it was earning."""

    def act() -> None:
        with live.app.app_context():
            earn(hub_id, retainer_id, DECEMBER)

    def stop() -> None:
        with live.app.app_context():
            end(hub_id, retainer_id, date(2026, 12, 1), DECEMBER)

    with meeting(live.app, reads_retainer, patience=2):
        together(act, stop)
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        due = db.session.execute(text("SELECT next_due_at FROM retainer")).scalar_one()
    return bool(due == datetime(2026, 12, 1, 23, 0, tzinfo=UTC))


def test_an_end_that_comes_while_a_period_is_earned_counts(live: Live) -> None:
    hub_id, retainer_id = started(live)
    assert end_while_earning(live, hub_id, retainer_id)
    with live.app.app_context():
        assert earn(hub_id, retainer_id, NOW + timedelta(days=400)) == 1


def approve_twice(live: Live) -> list[str]:
    with live.app.app_context():
        hub_id = make_hub()
        retainer_id = proposed(hub_id, make_member(hub_id, "Anna").account_id)

    def approving(who: int) -> Callable[[], str]:
        def act() -> str:
            try:
                with live.app.app_context(), platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
                    services.approve(retainer_id=retainer_id, approver_id=UUID(int=who), answer="", now=NOW)
            except AlreadyDecided:
                return "late"
            return "agreed"

        return act

    with meeting(live.app, reads_retainer):
        return sorted(together(approving(803), approving(804)))


def test_two_who_approve_at_once_agree_once(live: Live) -> None:
    assert approve_twice(live) == ["agreed", "late"]


def test_without_the_lock_both_believe_to_have_agreed(live: Live) -> None:
    with without_lock("earnings.retainers.services.locking.locked"):
        assert approve_twice(live) == ["agreed", "agreed"]
