"""What the lock of a visitor's drafts prevents: somebody writes on in another window while they are taken over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import SAWarning

from hubapp.community.conversations import queries, services
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.races import overtaken, without_lock

VISITOR, MEMBER = "visitor:x", "account:y"


@pytest.fixture
def hub_id(live: Live) -> int:
    with live.app.app_context():
        return make_hub("lyon")


def doing(live: Live, hub_id: int, *acts: Callable[[], Any]) -> Callable[[], Any]:
    """Each in a transaction of its own; answers what the last answers."""

    def done() -> Any:
        answer = None
        for act in acts:
            with live.app.app_context(), hub_scope(hub_id), unit_of_work():
                answer = act()
        return answer

    return done


def save(owner: str, words: str) -> Callable[[], None]:
    return lambda: services.save_draft(owner=owner, place="feed", content={"body_md": words}, now=NOW)


def adopt() -> None:
    services.adopt_drafts(visitor=VISITOR, owner=MEMBER, now=NOW)


def kept(live: Live, hub_id: int, owner: str) -> str | None:
    draft = doing(live, hub_id, lambda: queries.draft(owner=owner, place="feed"))()
    words: str | None = draft.get("body_md")
    return words


def write_on_signed_in(live: Live, hub_id: int) -> str | None:
    """Two windows of somebody who has signed in take the draft over, and in one they write on; what is kept then."""
    doing(live, hub_id, save(VISITOR, "Begun"))()
    with overtaken(live.app, "writing_draft", doing(live, hub_id, adopt, save(MEMBER, "Begun and done"))):
        doing(live, hub_id, adopt)()
    return kept(live, hub_id, MEMBER)


def test_a_draft_is_taken_over_once(live: Live, hub_id: int) -> None:
    assert write_on_signed_in(live, hub_id) == "Begun and done"


def test_without_its_lock_what_was_begun_replaces_what_was_done(live: Live, hub_id: int) -> None:
    unlocked = without_lock("community.conversations.services.drafts.adopt_drafts")
    with unlocked, pytest.warns(SAWarning, match="0 were matched"):
        assert write_on_signed_in(live, hub_id) == "Begun"


def write_on_as_a_visitor(live: Live, hub_id: int) -> set[str | None]:
    """A window that does not know of the signing in saves once more; what is kept, at either place."""
    doing(live, hub_id, save(VISITOR, "Begun"))()
    with overtaken(live.app, "writing_draft", doing(live, hub_id, save(VISITOR, "Begun and done"))):
        doing(live, hub_id, adopt)()
    return {kept(live, hub_id, owner) for owner in (VISITOR, MEMBER)}


def test_what_a_visitor_saves_meanwhile_is_kept(live: Live, hub_id: int) -> None:
    assert write_on_as_a_visitor(live, hub_id) == {"Begun", "Begun and done"}


def test_without_the_drafts_lock_it_is_thrown_away_unread(live: Live, hub_id: int) -> None:
    with without_lock("community.conversations.services.drafts.adopt_drafts"):
        assert write_on_as_a_visitor(live, hub_id) == {"Begun", None}
