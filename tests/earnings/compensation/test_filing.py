"""A signed file is made once, by a job that is asked for once; a correction makes it anew."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select, text

from hubapp.earnings.compensation import signing, standing, verify_statement
from hubapp.earnings.compensation.models import PlanStatement
from hubapp.earnings.compensation.plans import engine
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.services import filing, periods
from hubapp.earnings.compensation.services.jobs_of_statements import FILE, LOCK, SIGN
from hubapp.earnings.compensation.standing import Standing
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.tenancy.audit import SYSTEM
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.earnings.compensation.closing import close, paid
from tests.factories.jobs import run_all, waiting
from tests.factories.plans import CLOSING, CLOSING_FEBRUARY, FEBRUARY, Network, across, announced, make_network
from tests.factories.races import meeting, together, without_turns

LATER = CLOSING_FEBRUARY + timedelta(days=1)
Computed = list[object]


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> Computed:
    """The runs that were computed since: one for each network that a file needed."""
    found, compute = Computed(), engine.compute

    def counted(*given: object) -> object:
        found.append(given)
        return compute(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "compute", counted)
    signing.forget()
    return found


@pytest.fixture
def network(app: HubFlask) -> Iterator[Network]:
    """January is closed."""
    with app.app_context():
        yield sold()


def sold() -> Network:
    network = make_network()
    announced()
    for name in ("cem", "cem", "ben"):
        network.sells(name, 50_000)
    close()
    return network


def corrected(network: Network) -> None:
    """Something of January is given back, and February closes; what jobs then do is done."""
    sale = network.sells("cem", 10_000, at=FEBRUARY)
    assert sale
    network.refunds(first_sale(network), at=CLOSING + timedelta(days=1))
    close("2027-02", CLOSING_FEBRUARY)


def first_sale(network: Network) -> object:
    statement = "SELECT id FROM plan_sale WHERE seller_id = :seller ORDER BY id LIMIT 1"
    return across(lambda: db.session.execute(text(statement), {"seller": network.people["cem"]}).scalar_one())


def january() -> Standing:
    return standing.standing("EUR-2027-01", now=LATER)


def signed(network: Network, name: str = "cem", *, how: Settings | None = None, **settings: object) -> bytes:
    how = how or Settings(env="test", secret_key="a secret of tests", **settings)  # type: ignore[arg-type]

    def act() -> bytes:
        place = january()
        assert place.row is not None
        filing.sign(account_id=network.people[name], period_id=place.row.id, settings=how, now=LATER)
        found = filing.kept(account_id=network.people[name], standing=place, settings=how)
        assert found is not None
        return found[1]

    found: bytes = across(act)
    assert verify_statement.check(found).is_right
    return found


def kept() -> int:
    return len(across(lambda: db.session.scalars(select(PlanStatement.made_of)).all()))


def test_a_file_is_made_once_and_kept(network: Network, computed: Computed) -> None:
    first = signed(network)
    assert len(computed) == 1
    signing.forget()
    assert signed(network) == first
    assert len(computed) == 1


def test_made_anew_it_has_the_same_bytes(network: Network) -> None:
    first = signed(network)
    across(lambda: db.session.execute(text("RESET ROLE; DELETE FROM plan_statement")))
    assert signed(network) == first


def test_another_key_signs_it_anew(network: Network) -> None:
    first, rotated = signed(network), signed(network, statement_key=2)
    assert first != rotated
    assert signed(network) == first
    assert kept() == 1


def test_everybody_whose_file_a_close_corrects_has_it_without_asking(
    network: Network, computed: Computed, base_app: HubFlask
) -> None:
    corrected(network)
    whose = {name for name, _component in paid(network, "recompute")}
    assert {"cem", "maud"} <= whose
    assert kept() == 2 * len(whose)  # of both periods
    computed.clear()
    signing.forget()
    assert signed(network, how=base_app.extensions["hubapp.settings"])
    assert computed == []


def test_a_file_with_corrections_computes_each_network_once(network: Network, computed: Computed) -> None:
    corrected(network)
    signing.forget()
    computed.clear()
    assert b'"later"' in signed(network)
    assert len(computed) == 2  # January as it was paid, and as February's close left it


def test_one_network_at_a_time_is_in_memory(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks next for the one that is there waits for that one alone."""
    corrected(network)
    signing.forget()
    known, alive, compute = list[weakref.ref[Result]](), list[int](), engine.compute

    def watched(*given: Any) -> Result:
        alive.append(sum(one() is not None for one in known))
        known.append(weakref.ref(result := compute(*given)))
        return result

    monkeypatch.setattr(engine, "compute", watched)
    gc.disable()  # nothing waits for it
    try:
        signed(network)
        signed(network, "maud")
    finally:
        gc.enable()
    assert alive == [0, 0, 0]  # of two files with two networks each


def ask(network: Network, name: str = "cem") -> None:
    across(lambda: filing.ask(account_id=network.people[name], standing=january()))


def asked(app: HubFlask) -> int:
    return [name for name, _hub, _arguments in waiting(app)].count(SIGN)


def test_what_is_under_way_is_not_asked_for_again(network: Network, base_app: HubFlask) -> None:
    ask(network)
    ask(network)
    ask(network, "ben")
    assert asked(base_app) == 2
    run_all(base_app)
    assert kept() == 2


def test_what_was_given_up_is_begun_anew(network: Network, base_app: HubFlask) -> None:
    ask(network)
    across(lambda: db.session.execute(text("UPDATE procrastinate_jobs SET status = 'failed'")))
    assert asked(base_app) == 0
    ask(network)
    assert asked(base_app) == 1


def test_what_a_close_corrects_and_people_ask_for_is_made_one_at_a_time(network: Network) -> None:
    ask(network)
    network.refunds(first_sale(network), at=CLOSING + timedelta(days=1))
    across(lambda: periods.close(currency="EUR", name="2027-02", by=SYSTEM, now=CLOSING_FEBRUARY))
    run_all(current_app._get_current_object(), only="event")  # type: ignore[attr-defined]
    statement = "SELECT DISTINCT lock FROM procrastinate_jobs WHERE args->>'name' = ANY(:names)"
    locks = across(lambda: db.session.scalars(text(statement), {"names": [SIGN, FILE]}).all())
    assert locks == [LOCK]


def ask_twice(live: Live) -> int:
    """How many jobs there are of two who ask for the same at once."""
    with live.app.app_context():
        network = sold()

    def act() -> None:
        with live.app.app_context():
            ask(network)

    with meeting(live.app, lambda statement: "max(id) FROM procrastinate_jobs" in statement):
        together(act, act)
    return asked(live.app)


def test_two_who_ask_at_once_have_one_job(live: Live) -> None:
    assert ask_twice(live) == 1


def test_without_turns_they_have_two(live: Live) -> None:
    with without_turns("earnings.compensation.services.jobs_of_statements.take_turn"):
        assert ask_twice(live) == 2
