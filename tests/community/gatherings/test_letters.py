"""The words of the letters: in the reader's language, at the hub's time, with the link only for those who come."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hubapp.community.gatherings import services
from hubapp.community.gatherings.services import letters as writing
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.notifications import kinds, rendering
from hubapp.people.notifications.models import Mail
from hubapp.people.notifications.rendering import Letter
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.community.gatherings.conftest import Place
from tests.factories.gatherings import make_gathering, register
from tests.factories.hubs import NOW

ROOM = "https://rooms.example/quince"
TEMPLATES = {
    "gathering_registered": "You are coming: Repair café",
    "gathering_waiting": "You are on the waiting list: Repair café",
    "gathering_moved_up": "A seat for you: Repair café",
    "gathering_moved": "Changed: Repair café",
    "gathering_canceled": "Canceled: Repair café",
    "gathering_reminder": "Soon: Repair café, Saturday, November 28, 2026",
}


def rendered(lyon: Place, template: str, who: str) -> tuple[str, str, str]:
    """(subject, text, HTML) of a letter to somebody, as it is kept."""
    with lyon.app.app_context(), hub_scope(lyon.hub_id), unit_of_work():
        found = make_gathering(capacity=1, format="both", online_url=ROOM, how_to_find="Ring twice.")
        register(found.id, lyon.ann)
        register(found.id, lyon.ben, minutes=1)
        if template == "gathering_canceled":
            services.cancel_gathering(gathering_id=found.id, reason="Rain", with_following=False, now=NOW)
        one = writing.db.session.scalars(
            select(writing.GatheringRegistration).where(writing.GatheringRegistration.account_id == lyon.people[who])
        ).one()
        writing._send(found, one, kinds.kind(template), NOW)
    with lyon.app.app_context(), platform_scope(reason="test"), unit_of_work():
        context = db.session.scalars(select(Mail.context).where(Mail.template == template).order_by(Mail.id)).all()[-1]
        hub = tenancy.hub_view(lyon.hub_id)
        return rendering.render(Letter(template, "ann@example.org", who.title(), "en", hub, context))


@pytest.mark.parametrize(("template", "subject"), TEMPLATES.items())
def test_each_letter_says_what_when_and_where(lyon: Place, template: str, subject: str) -> None:
    found, text, html = rendered(lyon, template, "ann")
    assert found.startswith(subject)
    for body in (text, html):
        assert "Saturday, November 28, 2026, 10:00" in body
        assert ("Ring twice." in body) is (template != "gathering_canceled")
        assert ("Rain" in body) is (template == "gathering_canceled")


@pytest.mark.parametrize(("who", "is_shown"), [("ann", True), ("ben", False)])
def test_the_online_room_is_told_to_those_who_come(lyon: Place, who: str, is_shown: bool) -> None:
    _subject, text, html = rendered(lyon, "gathering_moved", who)
    assert (ROOM in text, ROOM in html) == (is_shown, is_shown)
