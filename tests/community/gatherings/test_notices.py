"""A new gathering is told to everybody once, in batches; letters show among notices too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.community.gatherings import services
from hubapp.community.gatherings.services import letters
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.notifications import wording
from hubapp.people.notifications.rendering import Found
from hubapp.tenancy.scope import hub_scope
from tests.community.gatherings.conftest import NAMES, Place
from tests.factories.gatherings import make_gathering, register
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all
from tests.factories.notices import notices


@pytest.fixture(autouse=True)
def _today() -> None:
    clock.set_offset(NOW - clock.wall())


def heard(lyon: Place, who: str) -> list[str]:
    return [one.kind for one in notices(lyon.people[who]) if one.kind.startswith("gathering")]


@pytest.mark.parametrize("at_once", [2, 300])
def test_everybody_hears_of_a_new_gathering_once(lyon: Place, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "AT_ONCE", at_once)
    with lyon.app.app_context():
        with hub_scope(lyon.hub_id), unit_of_work():
            found = make_gathering()
        run_all(lyon.app)
        for who in NAMES:
            assert heard(lyon, who) == ["gathering_published"]
        with hub_scope(lyon.hub_id), unit_of_work():
            services.announce(gathering_id=found.id, after=None, now=NOW)
        assert [len(heard(lyon, who)) for who in NAMES] == [1] * len(NAMES)


def test_what_is_canceled_before_anybody_was_told_is_no_news(lyon: Place) -> None:
    with lyon.app.app_context():
        with hub_scope(lyon.hub_id), unit_of_work():
            found = make_gathering()
            services.cancel_gathering(gathering_id=found.id, reason="Rain", with_following=False, now=NOW)
        run_all(lyon.app)
        assert heard(lyon, "ann") == []


def test_what_has_begun_is_no_news(lyon: Place) -> None:
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        found = make_gathering()
        assert services.announce(gathering_id=found.id, after=None, now=found.starts_at + timedelta(hours=1)) is None
    with lyon.app.app_context():
        assert heard(lyon, "ann") == []


def test_a_letter_is_shown_among_the_notices(lyon: Place) -> None:
    with lyon.app.app_context():
        with hub_scope(lyon.hub_id), unit_of_work():
            register(make_gathering().id, lyon.ann)
        (told,) = [one for one in notices(lyon.ann) if one.kind == "gathering_registered"]
        assert told.path == "/me/tickets"
    with lyon.app.test_request_context(environ_overrides={"hubapp.found": Found("central")}):
        assert wording.say(wording.item(told)).title == "You are coming: Repair café"
