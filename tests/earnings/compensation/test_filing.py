"""A signed file is made once: not again for who asks next, nor twice for two at once; a correction makes it anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from hubapp.earnings.compensation import explaining, signing, standing, verify_statement
from hubapp.earnings.compensation.errors import StillSigning
from hubapp.earnings.compensation.models import PlanStatement
from hubapp.earnings.compensation.plans import engine
from hubapp.earnings.compensation.services import filing
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.earnings.compensation.closing import close, paid
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
    explaining.run_of.cache_clear()
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


def signed(network: Network, name: str = "cem", *, how: Settings | None = None, **settings: object) -> bytes:
    how = how or Settings(env="test", secret_key="a secret of tests", **settings)  # type: ignore[arg-type]

    def act() -> bytes:
        place = standing.standing("EUR-2027-01", now=LATER)
        return filing.signed(
            account_id=network.people[name], name=name.title(), standing=place, settings=how, now=LATER
        )[1]

    found: bytes = across(act)
    assert verify_statement.check(found).is_right
    return found


def kept() -> int:
    return len(across(lambda: db.session.scalars(select(PlanStatement.made_of)).all()))


def test_a_file_is_made_once_and_kept(network: Network, computed: Computed) -> None:
    first = signed(network)
    assert len(computed) == 1
    explaining.run_of.cache_clear()
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
    explaining.run_of.cache_clear()
    assert signed(network, how=base_app.extensions["hubapp.settings"])
    assert computed == []


def test_a_file_with_corrections_computes_each_network_once(network: Network, computed: Computed) -> None:
    corrected(network)
    explaining.run_of.cache_clear()
    computed.clear()
    assert b'"later"' in signed(network)
    assert len(computed) == 2  # January as it was paid, and as February's close left it


def test_who_waits_too_long_is_told_to_come_back(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filing, "PATIENCE", timedelta(milliseconds=50))
    with live.app.app_context():
        network = sold()

    def ask() -> bytes:
        with live.app.app_context():
            return signed(network)

    def hold() -> None:
        filing.take_turn()
        with pytest.raises(StillSigning):
            together(ask)
        assert kept_now() == 0

    def kept_now() -> int:
        return len(db.session.scalars(select(PlanStatement.made_of)).all())

    with live.app.app_context():
        across(hold)
        assert signed(network) == signed(network)


def ask_twice(live: Live, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many files are made for two who ask for the same at once."""
    made, files = list[int](), signing.files

    def counted(*given: object) -> object:
        made.append(1)
        return files(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(signing, "files", counted)
    with live.app.app_context():
        network = sold()

    def ask() -> bytes:
        with live.app.app_context():
            return signed(network)

    with meeting(live.app, lambda statement: "FROM plan_statement" in statement):
        one, other = together(ask, ask)
    assert one == other
    return len(made)


def test_two_who_ask_at_once_have_it_made_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask_twice(live, monkeypatch) == 1


def test_without_turns_it_is_made_twice(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    with without_turns("earnings.compensation.services.filing.take_turn"):
        assert ask_twice(live, monkeypatch) == 2
