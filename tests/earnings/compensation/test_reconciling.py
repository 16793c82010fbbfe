"""A close holds live volumes against what it counted: nobody differs, and who did is corrected once and told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from hubapp.earnings.compensation import differing, queries, volume_queries
from hubapp.earnings.compensation.errors import AlreadyClosed
from hubapp.earnings.compensation.plans.live import Volumes
from hubapp.earnings.compensation.services import counting, periods
from hubapp.kernel.db import db
from hubapp.tenancy.audit import SYSTEM
from tests.conftest import Live
from tests.earnings.compensation.closing import close
from tests.factories.plans import CLOSING, JANUARY, Network, across, announced, day, make_network
from tests.factories.races import overtaken

FIRST = day("2027-01-01")
STRANGER = UUID(int=77)
SOLD = {
    "ada": Volumes(0, 0, 60_000, 0, 60_000, 60_000),
    "ben": Volumes(10_000, 0, 60_000, 0, 60_000, 60_000),
    "cem": Volumes(50_000, 0, 50_000, 0, 50_000, 50_000),
}
COLUMNS = "(currency, first_day, account_id, own, group_cv, all_group)"
# One row changed, one lost, one of somebody who has nothing, and what was not folded yet changed.
TAMPER = (
    "UPDATE plan_volume SET own_pv = own_pv + 3, outside = outside - 7 WHERE account_id = :ben",
    "DELETE FROM plan_volume WHERE account_id = :cem",
    f"INSERT INTO plan_volume {COLUMNS} VALUES ('EUR', '2027-01-01', :stranger, 5, 5, 5)",
    f"INSERT INTO plan_volume_delta {COLUMNS} VALUES ('EUR', '2027-01-01', :ada, 0, 1, 0)",
)


class Stopped(Exception):
    """In the middle of it."""


def sold() -> Network:
    """Ben and Cem have sold, and a part of it is folded."""
    network = make_network(is_counted=True)
    announced()
    network.sells("cem", 50_000)
    network.sells("ben", 4_000)
    across(lambda: counting.fold(most=4))
    network.refunds(network.sells("ben", 9_000), at=JANUARY, cv=3_000)
    return network


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    with app.app_context():
        yield sold()


def tamper(network: Network) -> None:
    across(counting.fold)
    values = {**network.people, "stranger": STRANGER}
    across(lambda: [db.session.execute(text(statement), values) for statement in TAMPER])


def differed() -> int:
    period = close()
    run = across(lambda: queries.closing_run(period.id))
    return int(run.figures["differed"])


def live_of(network: Network) -> dict[str, Volumes]:
    people = {account_id: name for name, account_id in network.people.items()}
    found = across(lambda: volume_queries.volumes_of(list(people), "EUR", FIRST))
    return {people[account_id]: volumes for account_id, volumes in found.items()}


def of_stranger() -> Volumes:
    return across(lambda: volume_queries.volumes(STRANGER, "EUR", FIRST))  # type: ignore[no-any-return]


def told() -> list[tuple[str, Any]]:
    statement = "SELECT action, details -> 'people' FROM audit_event WHERE action = 'plan.volumes' ORDER BY id"
    return across(lambda: [tuple(row) for row in db.session.execute(text(statement))])  # type: ignore[no-any-return]


def rows() -> int:
    return int(across(lambda: db.session.execute(text("SELECT count(*) FROM plan_volume_delta")).scalar_one()))


def test_nobody_differs(network: Network) -> None:
    assert live_of(network) == SOLD
    before = rows()
    assert differed() == 0
    assert (live_of(network), rows(), told()) == (SOLD, before, [])


def test_who_differs_is_corrected_and_told(network: Network) -> None:
    tamper(network)
    assert live_of(network) != SOLD
    assert differed() == 4
    assert (live_of(network), of_stranger()) == (SOLD, Volumes())
    assert told() == [("plan.volumes", 4)]
    across(counting.fold)
    assert live_of(network) == SOLD


def test_what_is_recorded_later_adds_up_with_the_correction(network: Network) -> None:
    sale = network.sells("cem", 1_000)
    tamper(network)
    close()
    network.refunds(sale, at=CLOSING + timedelta(days=1))
    assert live_of(network) == SOLD


def test_a_close_that_fails_corrects_nothing_and_the_next_one_once(network: Network) -> None:
    tamper(network)
    before = rows()

    def act() -> None:
        periods.close(currency="EUR", name="2027-01", by=SYSTEM, now=CLOSING)
        raise Stopped

    with pytest.raises(Stopped):
        across(act)
    assert (rows(), told()) == (before, [])
    assert differed() == 4
    with pytest.raises(AlreadyClosed):
        close()
    assert (rows(), live_of(network), told()) == (before + 4, SOLD, [("plan.volumes", 4)])


def after_the_moment(network: Network) -> int:
    """Something is given back, and something is paid, after the moment that is frozen and before the close reads."""
    late = network.sells("cem", 20_000)
    network.refunds(late, at=CLOSING + timedelta(minutes=1))
    network.sells("ben", 7_000, paid_at=CLOSING + timedelta(minutes=2))
    return differed()


def test_what_came_after_the_frozen_moment_is_no_difference(network: Network) -> None:
    assert after_the_moment(network) == 0
    assert live_of(network)["ada"].gv == 67_000


def test_without_looking_at_what_is_late_it_would_be_taken_for_one(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(differing, "_since", lambda *_: {})
    assert after_the_moment(network) == 3


def with_a_leaver(network: Network) -> int:
    network.joins("dan", "cem")
    network.sells("dan", 2_000)
    network.leaves("cem", JANUARY + timedelta(days=1))
    return differed()


def test_the_group_of_who_has_left_goes_on_and_is_no_difference(network: Network) -> None:
    assert with_a_leaver(network) == 0
    assert live_of(network)["cem"].gv == 52_000


def test_without_looking_at_who_has_left_it_would_be_taken_for_one(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = text("SELECT account_id FROM participant WHERE false")
    monkeypatch.setattr(differing, "_LEAVERS", nobody)
    assert with_a_leaver(network) == 1


def close_while(live: Live, table: str, act: Callable[[Network], None], *, is_tampered: bool) -> tuple[Any, ...]:
    """Closing while a sale goes through and everything is folded; `table`: after which reading."""
    with live.app.app_context():
        network = sold()
        if is_tampered:
            tamper(network)

    def meanwhile() -> None:
        with live.app.app_context():
            act(network)
            across(counting.fold)

    def run() -> int:
        period = periods.close(currency="EUR", name="2027-01", by=SYSTEM, now=CLOSING)
        return int(queries.closing_run(period.id).figures["differed"])

    with live.app.app_context():
        with overtaken(live.app, table, meanwhile) as other:
            wrong = across(run)
        across(counting.fold)
        return wrong, other.is_through, live_of(network)


def gives_back(network: Network) -> None:
    """Before the frozen moment by its own clock, and kept only after the close has read its sales."""
    sale = across(lambda: db.session.execute(text("SELECT id FROM plan_sale WHERE cv = 50000")).scalar_one())
    network.refunds(sale, at=CLOSING - timedelta(seconds=1), cv=8_000)


BY_THEN = {
    "ada": Volumes(0, 0, 52_000, 0, 52_000, 52_000),
    "ben": Volumes(10_000, 0, 52_000, 0, 52_000, 52_000),
    "cem": Volumes(42_000, 0, 42_000, 0, 42_000, 42_000),
}


def test_what_goes_through_between_two_readings_is_no_difference(live: Live) -> None:
    assert close_while(live, "connector_term", gives_back, is_tampered=False) == (0, True, BY_THEN)


def test_nobody_waits_for_a_correction_and_nothing_of_it_is_lost(live: Live) -> None:
    assert close_while(live, "plan_line", gives_back, is_tampered=True) == (4, True, BY_THEN)
