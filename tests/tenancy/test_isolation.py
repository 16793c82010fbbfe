"""Hubs do not see each other: by the database's own policy, and by the ORM's filter."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.exc import DBAPIError

from hubapp.kernel import scope
from hubapp.kernel.db import ScopeChanged, ask, db, require_hub_id, standing, unit_of_work
from hubapp.kernel.scope import Scope
from hubapp.tenancy.models import HubPage
from hubapp.tenancy.platform import in_hubs, platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.support.queries import counted


def add_page(hub_id: int, slug: str) -> None:
    with hub_scope(hub_id), unit_of_work():
        db.session.add(HubPage(locale="en", slug=slug, kind="page", title=slug, body="text", updated_at=NOW))


def test_a_hub_sees_only_its_own_pages(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        add_page(one, "about")
        with hub_scope(two), unit_of_work():
            assert db.session.scalar(text("SELECT count(*) FROM hub_page")) == 0
        with hub_scope(one), unit_of_work():
            assert db.session.scalar(select(func.count()).select_from(HubPage)) == 1


def test_without_a_hub_there_are_no_rows(app: HubFlask) -> None:
    with app.app_context():
        add_page(make_hub("one"), "about")
        with no_hub(), unit_of_work():
            assert db.session.scalar(text("SELECT count(*) FROM hub_page")) == 0


def test_the_central_team_looks_into_some_hubs_and_sees_nothing_of_the_others(app: HubFlask) -> None:
    def seen() -> set[str]:
        return set(db.session.scalars(select(HubPage.slug)))

    with app.app_context():
        hubs = {name: make_hub(name) for name in ("one", "two", "three")}
        for name, hub_id in hubs.items():
            add_page(hub_id, name)
        with platform_scope(reason="test"), unit_of_work():
            with in_hubs([hubs["one"], hubs["three"], hubs["one"]]):
                assert seen() == {"one", "three"}
            assert seen() == {"one", "two", "three"}
            with in_hubs([]):
                assert seen() == set()
            with pytest.raises(RuntimeError, match="no hub in scope"), in_hubs([hubs["one"]]):
                require_hub_id()
        with hub_scope(hubs["one"]), pytest.raises(ScopeChanged), unit_of_work(), in_hubs([hubs["two"]]):
            pass


def test_writing_into_another_hub_is_refused_by_the_database(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        with hub_scope(one), pytest.raises(DBAPIError, match="row-level security"), unit_of_work():
            db.session.add(HubPage(hub_id=two, locale="en", slug="x", kind="page", title="x", body="", updated_at=NOW))


SLUGS = standing(select(HubPage.slug).where(HubPage.kind == bindparam("kind")).order_by(HubPage.slug))


def test_a_statement_made_once_is_limited_to_the_hub_that_asks_it(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        add_page(one, "about")
        add_page(two, "bees")
        found = {}
        for hub_id in (one, two, one):
            # The central role sees every row: here the limit in the statement alone keeps hubs apart.
            with scope.entered(Scope(hub_id, "central")), unit_of_work(), counted() as asked:
                found[hub_id] = db.session.scalars(SLUGS, {"kind": "page"}).all()
            assert "hub_in_scope" in asked[-1]
        with scope.entered(Scope(None, "central")), unit_of_work(), counted() as asked:
            everywhere = db.session.scalars(SLUGS, {"kind": "page"}).all()
        assert "hub_in_scope" not in asked[-1]
    assert found == {one: ["about"], two: ["bees"]}
    assert everywhere == ["about", "bees"]


@pytest.mark.parametrize("look", [lambda: db.session.scalars(select(HubPage)).all(), lambda: ask("SELECT 1")])
def test_a_scope_may_not_change_within_a_transaction(app: HubFlask, look: Callable[[], object]) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        with hub_scope(one), pytest.raises(ScopeChanged), unit_of_work():
            db.session.scalars(select(HubPage)).all()
            with scope.entered(Scope(two)):
                look()
