"""What each row lock of a hub prevents: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import brand, pages, queries, services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.errors import ChangedMeanwhile
from hubapp.tenancy.models import Hub
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW
from tests.factories.races import overtaken, without_lock


@pytest.fixture
def hub_id(live: Live) -> int:
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        return services.open_hub(pack=load.by_slug(HUBS, "lyon"), actor=SYSTEM, now=NOW)


def doing(live: Live, hub_id: int, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            return act()

    return done


def words_at_once(live: Live, hub_id: int) -> set[str]:
    """Two people give a noun of the hub each; which of them it has then."""
    first, second = (
        doing(live, hub_id, lambda key=key: brand.edit_words(words={"en": {key: "Bench"}}, actor=SYSTEM, now=NOW))
        for key in ("listing", "offer")
    )
    with overtaken(live.app, "hub", second):
        first()
    queries.forget(hub_id)
    words = doing(live, hub_id, lambda: queries.hub_view(hub_id))().words["en"]
    return {key for key, word in words.items() if word == "Bench"}


def test_two_who_name_things_at_once_are_both_heard(live: Live, hub_id: int) -> None:
    assert words_at_once(live, hub_id) == {"listing", "offer"}


def test_without_the_hubs_lock_one_of_them_is_not(live: Live, hub_id: int) -> None:
    with without_lock("tenancy.editing._locked"):
        assert words_at_once(live, hub_id) == {"listing"}


def save(live: Live, hub_id: int, body: str, version: int) -> Callable[[], Any]:
    page: dict[str, Any] = {"slug": "workshops", "locale": "en", "title": "Workshops", "actor": SYSTEM, "now": NOW}
    return doing(live, hub_id, lambda: pages.save_page(**page, body=body, version=version))


def save_at_once(live: Live, hub_id: int) -> type | None:
    """Two people save a page from the same form; what the second is told."""
    save(live, hub_id, "Every day.", 0)()
    with overtaken(live.app, "hub_page", save(live, hub_id, "On Mondays.", 1)) as other:
        save(live, hub_id, "On Fridays.", 1)()
    return type(other.answer) if isinstance(other.answer, Exception) else None


def test_who_saves_a_page_that_was_changed_meanwhile_is_told(live: Live, hub_id: int) -> None:
    assert save_at_once(live, hub_id) is ChangedMeanwhile


def test_without_the_hubs_lock_nobody_tells_them(live: Live, hub_id: int) -> None:
    with without_lock("tenancy.editing._locked"):
        assert save_at_once(live, hub_id) is None


def put_in_navigation() -> None:
    hub = db.session.scalars(select(Hub)).one()
    hub.home = {**hub.home, "nav": ["home", "page:workshops"]}


def remove_while_the_front_page_is_edited(live: Live, hub_id: int) -> list[str]:
    """A page is removed while somebody orders the front page anew; its sections then."""
    save(live, hub_id, "Every day.", 0)()
    doing(live, hub_id, put_in_navigation)()
    edit = doing(live, hub_id, lambda: brand.edit_home(sections=("hero", "about"), texts={}, actor=SYSTEM, now=NOW))
    with overtaken(live.app, "hub", edit):
        doing(live, hub_id, lambda: pages.remove_page(slug="workshops", actor=SYSTEM, now=NOW))()
    queries.forget(hub_id)
    return list(doing(live, hub_id, lambda: queries.hub_view(hub_id))().home["sections"])


def test_removing_a_page_keeps_what_is_changed_meanwhile(live: Live, hub_id: int) -> None:
    assert remove_while_the_front_page_is_edited(live, hub_id) == ["hero", "about"]


def test_without_the_hubs_lock_the_change_is_lost(live: Live, hub_id: int) -> None:
    with without_lock("tenancy.editing._locked"):
        assert remove_while_the_front_page_is_edited(live, hub_id) != ["hero", "about"]
