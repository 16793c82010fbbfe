"""Every kind of notice that any slice declares has its words in all places and languages."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask_babel import force_locale

from hubapp.kernel.paths import TEMPLATES
from hubapp.people.notifications import kinds, policies, rendering, wording
from hubapp.people.notifications.kinds import Kind
from hubapp.people.notifications.rendering import Letter
from hubapp.people.notifications.views.listing import ICONS
from hubapp.web.areas import HubFlask
from hubapp.web.locales import NETWORK
from tests.factories.hubs import NOW


def told(kind: Kind, actors: int) -> dict[str, Any]:
    people = [[str(uuid.UUID(int=number)), f"Name {number}"] for number in range(actors)]
    values = {"kind": kind.name, "hub_id": None, "path": "/", "context": dict(kind.example), "actors": people}
    return {"id": str(uuid.UUID(int=1)), **values, "count": max(1, actors), "at": NOW.isoformat()}


def names_people(kind: Kind) -> bool:
    """Most kinds say who did it; the hub's own news do not."""
    return "who=who" in (TEMPLATES / kind.template).read_text()


def test_slices_declare_kinds(base_app: HubFlask) -> None:
    assert {"member_brought", "order_paid", "payout_paid", "password_changed"} <= {one.name for one in kinds.every()}


@pytest.mark.parametrize("locale", NETWORK)
def test_every_kind_says_something_in_the_list_and_in_every_mail(base_app: HubFlask, locale: str) -> None:
    with (
        base_app.test_request_context(environ_overrides={"hubapp.found": rendering.Found("central")}),
        force_locale(locale),
    ):
        for kind in kinds.every():
            for actors in (1, 2, 3):
                words = wording.say(told(kind, actors))
                assert words.title, kind.name
                assert "%(" not in words.title + words.detail, kind.name
                assert "{{" not in words.title + words.detail, kind.name


@pytest.mark.parametrize("template", ["notice", "digest"])
def test_every_kind_stands_in_the_mails_as_html_and_as_text(app: HubFlask, template: str) -> None:
    with app.app_context():
        for kind in kinds.choosable():
            context = {"notice": told(kind, 2), "stop": {"hub_id": None, "kind": kind.name}}
            if template == "digest":
                context = {"notices": [told(kind, 2)], "count": 1, "more": 0, "stop": context["stop"]}
            letter = Letter(template, "a@example.org", "<b>", "en", None, context, account_id=uuid.UUID(int=1))
            subject, plain, html = rendering.render(letter)
            assert subject, kind.name
            for text in (plain, html):
                assert ("Name 0" in text) == names_people(kind), kind.name
                assert "/unsubscribe/" in text, kind.name
            assert "<b>" not in html.partition("<body")[2].partition("Name 0")[0], kind.name


def test_kinds_that_always_arrive_are_money_security_letters_and_what_was_decided_about_one(base_app: HubFlask) -> None:
    for kind in kinds.every():
        must = kind.is_letter or kind.group in {"money", "security", "rules"}
        assert kind.always == must, kind.name
        assert (TEMPLATES / kind.template).is_file(), kind.name
        assert policies.plain(kind.example) == dict(kind.example), kind.name


def test_every_group_has_a_sign() -> None:
    assert set(ICONS) == set(kinds.GROUPS)
