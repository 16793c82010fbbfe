"""Choosing a hub by what is typed: by address, name or words; a refusal says what to do; flat with 10,000 hubs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.choosing import LOOKED_AT, SHOWN, chosen, offered
from hubapp.tenancy.errors import HubNotOpen, HubUnknown, SeveralHubs
from hubapp.tenancy.scope import no_hub
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub

MANY = 10_000
# Of words that each fourth hub has, a stretch of the table four times as long holds what is looked at.
MOST_READ = 5 * LOOKED_AT
FILL = """INSERT INTO hub (slug, name, place, status, country, currency, timezone, default_locale, locales, theme,
     home, words, features, legal, tax_rates, theme_css, brand_version, member_count, opened_at, is_imported)
   SELECT 'place-' || lpad(n::text, 5, '0'),
     'Common ' || (ARRAY['Loom', 'Quay', 'Kiln', 'Yard'])[n % 4 + 1] || ' ' || n,
     'Town ' || (n % 80), 'open', 'FR', 'EUR', 'Europe/Paris', 'en', '["en"]', '{}', '{}', '{}', '{}', '{}', '{}', '',
     1, 0, :now, false FROM generate_series(1, :many) n"""
READ = text(
    "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    " WHERE relname = 'hub'"
)


@pytest.fixture
def network(app: HubFlask) -> Iterator[None]:
    """Some hubs, one of them frozen, two of one name, in the middle of a request of the central team."""
    with app.app_context():
        make_hub("lyon", name="La Ressource", place="Lyon")
        make_hub("lyon-nord", name="Atelier du Nord", place="Lyon")
        make_hub("tunis", name="النول", place="Tunis")
        make_hub("atelier-a", name="Réparer", place="Metz")
        make_hub("atelier-b", name="Réparer", place="Nantes")
        make_hub("icy", name="Icehouse", status="frozen", frozen_reason="Because")
        with no_hub(), unit_of_work():
            yield


def slugs(typed: str, **values: bool) -> list[str]:
    return [one.slug for one in offered(typed, **values)]


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lyon", ["lyon", "lyon-nord"]),
        ("LYON-", ["lyon-nord", "lyon"]),
        ("ressou", ["lyon"]),
        ("reparer", ["atelier-a", "atelier-b"]),
        ("nantes", ["atelier-b"]),
        ("نول", ["tunis"]),
        ("i", ["icy"]),
        ("zzz", []),
        ("' | & :*", []),
        ("\x00", ["atelier-a", "atelier-b", "icy", "lyon", "lyon-nord", "tunis"]),
    ],
)
def test_hubs_are_offered_by_address_name_and_place(typed: str, found: list[str]) -> None:
    assert slugs(typed) == found


@pytest.mark.usefixtures("network")
def test_what_is_not_open_is_not_offered_where_it_cannot_be_chosen() -> None:
    assert slugs("ice") == ["icy"]
    assert slugs("ice", is_open=True) == []
    assert chosen("icy").slug == "icy"
    with pytest.raises(HubNotOpen, match="Icehouse is not open"):
        chosen("icy", is_open=True)


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("typed", ["lyon", " Lyon ", "La Ressource", "la ressource", "LA RÉSSOURCE"])
def test_an_address_or_a_whole_name_chooses(typed: str) -> None:
    assert chosen(typed).slug == "lyon"


@pytest.mark.usefixtures("network")
def test_what_chooses_nothing_says_what_would() -> None:
    with pytest.raises(SeveralHubs, match=r"Type the address of the one you mean: atelier-a, atelier-b"):
        chosen("Réparer")
    with pytest.raises(HubUnknown, match=r"Did you mean one of these\? lyon \(La Ressource\)"):
        chosen("Ressourse")
    with pytest.raises(HubUnknown, match=r"No hub goes by “qqqq”\. Type its address"):
        chosen("qqqq")
    with pytest.raises(HubUnknown, match="Type the address or the whole name of a hub"):
        chosen("  ")


@pytest.fixture
def crowd(app: HubFlask, connection: Connection) -> Iterator[None]:
    """Ten thousand hubs."""
    with app.app_context():
        connection.exec_driver_sql("RESET ROLE")
        connection.execute(text(FILL), {"now": NOW, "many": MANY})
        # Other tests' rows that were rolled back are still in the indexes, and make them look dear.
        connection.exec_driver_sql("REINDEX TABLE hub")
        connection.exec_driver_sql("ANALYZE hub")
        with no_hub(), unit_of_work():
            yield


def rows_read(act: Callable[[], object]) -> int:
    before = int(db.session.scalar(READ) or 0)
    act()
    return int(db.session.scalar(READ) or 0) - before


@pytest.mark.usefixtures("crowd")
def test_among_ten_thousand_hubs_about_what_is_shown_is_read() -> None:
    typed = ("", "p", "place-0", "place-00501", "common", "common loom", "town 7", "loom 9999", "nowhere", "zzz")
    read = {one: rows_read(lambda one=one: offered(one)) for one in typed}
    read |= {f"{one}, open": rows_read(lambda one=one: offered(one, is_open=True)) for one in typed}
    assert {one: rows for one, rows in read.items() if rows > MOST_READ} == {}
    assert rows_read(lambda: chosen("place-00501")) <= SHOWN
    assert rows_read(lambda: chosen("Common Quay 501")) <= 2 * SHOWN
    found = offered("quay 501")
    assert found[0].slug == "place-00501"
    assert all("Quay 501" in one.name for one in found)
