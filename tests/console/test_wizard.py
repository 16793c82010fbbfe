"""Opening a hub in steps: every step checks its own, going back keeps what was said, and the end is a working site."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.people.membership import network as membership
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.models import AuditEvent, Hub
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import no_hub
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.accounts import make_account
from tests.factories.hubs import make_hub

NEW = "/console/hubs/new"
ANSWERS: dict[str, dict[str, Any]] = {
    "start": {"like": "_base"},
    "name": {"name": "Harbour Hands", "place": "Hamburg", "slug": "harbour-hands"},
    "country": {
        "country": "DE",
        "currency": "EUR",
        "timezone": "Europe/Berlin",
        "locales": ["en", "fr"],
        "default_locale": "en",
        "tax_name": "MwSt",
        "tax_percent": "19",
    },
    "operator": {"operator": "Harbour Hands e.V.", "address": "Kai 1, Hamburg", "email": "hello@hands.example"},
    "look": {
        "primary": "#1f5f4a",
        "accent": "#f2a541",
        "font_pair": "serif",
        "control_shape": "pill",
        "density": "regular",
        "tile_set": "harbour",
        "mosaic": "7",
    },
    "connector": {"kind": "vacant", "email": ""},
}
STEPS = (*ANSWERS, "review")


def answer(browser: Browser, until: str, **changed: dict[str, Any]) -> None:
    """Answer every step before `until`."""
    for step in STEPS[: STEPS.index(until)]:
        reply = browser.post(f"{NEW}/{step}", **{**ANSWERS[step], **changed.get(step, {})})
        assert (step, reply.status_code) == (step, 303)


def hub_called(slug: str) -> Hub:
    with platform_scope(reason="test"), unit_of_work():
        found = tenancy.by_slug(slug)
    assert found is not None
    return found


def test_the_end_is_a_working_site_in_the_directory(app: HubFlask, central: Browser) -> None:
    answer(central, "review")
    done = central.post(f"{NEW}/review")
    assert done.location.endswith("/console/hubs/harbour-hands/opened")
    assert "http://harbour-hands.localhost:8000/" in central.get(done.location).text
    home = central.client.get("/", base_url="http://harbour-hands.localhost:8000/")
    assert (home.status_code, "Harbour Hands" in home.text) == (200, True)
    assert "Harbour Hands" in central.get("/hubs").text


def test_what_was_answered_is_what_opens(app: HubFlask, central: Browser) -> None:
    answer(central, "review")
    central.post(f"{NEW}/review")
    with app.app_context():
        hub = hub_called("harbour-hands")
    assert (hub.country, hub.currency, hub.timezone, hub.locales) == ("DE", "EUR", "Europe/Berlin", ["en", "fr"])
    assert (hub.theme["font_pair"], hub.theme["mosaic"], hub.tax_rates["standard"]) == ("serif", 7, 1900)
    assert hub.legal["operator"] == "Harbour Hands e.V."


def test_opening_is_in_the_audit_log_with_its_actor(app: HubFlask, central: Browser) -> None:
    answer(central, "review")
    central.post(f"{NEW}/review")
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "hub.open")).one()
    assert (event.actor_id, event.subject) == (central.account_id, "harbour-hands")


def test_an_account_becomes_member_and_connector_with_the_hub(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        account_id = make_account("Maud", email="maud@example.org")
    answer(central, "review", connector={"kind": "person", "email": "Maud@example.org"})
    central.post(f"{NEW}/review")
    with app.app_context():
        hub = hub_called("harbour-hands")
        with platform_scope(reason="test"), unit_of_work():
            assert membership.connectors_of([hub.id]) == {hub.id: [(account_id, "Maud")]}
    assert hub.member_count == 1


def test_no_hub_opens_when_its_connector_cannot_be_named(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        account_id = make_account("Maud", email="maud@example.org")
    answer(central, "review", connector={"kind": "person", "email": "maud@example.org"})
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.execute(db.text("UPDATE account SET confirmed_at = NULL WHERE id = :id"), {"id": account_id})
    refused = central.post(f"{NEW}/review")
    assert (refused.status_code, "not confirmed" in refused.text) == (422, True)
    with app.app_context(), no_hub(), unit_of_work():
        assert tenancy.by_slug("harbour-hands") is None


def test_a_fork_takes_look_and_nouns_and_leaves_name_and_law(app: HubFlask, central: Browser) -> None:
    lyon = load.by_slug(HUBS, "lyon")
    answer(central, "review", start={"like": "lyon"})
    central.post(f"{NEW}/review")
    with app.app_context():
        hub = hub_called("harbour-hands")
    assert hub.words["en"]["member"] == lyon.words["en"]["member"]
    assert hub.theme["radius"] == lyon.theme.radius
    assert (hub.name, hub.legal["operator"]) == ("Harbour Hands", "Harbour Hands e.V.")
    assert hub.home["texts"]["en"]["promise"] != lyon.text("en").promise


def test_the_fork_proposes_the_look_of_its_parent(app: HubFlask, central: Browser) -> None:
    answer(central, "look", start={"like": "nairobi"})
    assert load.by_slug(HUBS, "nairobi").theme.primary in central.get(f"{NEW}/look").text


@pytest.mark.parametrize(
    ("step", "wrong", "words"),
    [
        ("start", {"like": "../lyon"}, "Choose one of the list."),
        ("name", {"name": ""}, "Enter a name."),
        ("name", {"place": "   "}, "Enter a place."),
        ("name", {"slug": "Not A Slug"}, "Small letters, digits and single hyphens"),
        ("name", {"slug": "new"}, "Small letters, digits and single hyphens"),
        ("name", {"slug": "taken"}, "Another hub has this address."),
        ("country", {"country": "XX"}, "Choose a country."),
        ("country", {"country": ""}, "Choose a country."),
        ("country", {"currency": "BTC"}, "Choose a currency."),
        ("country", {"timezone": "Mars/Base"}, "Choose a time zone."),
        ("country", {"locales": []}, "Choose at least one language."),
        ("country", {"default_locale": "ar"}, "The main language must be one of those chosen."),
        ("country", {"tax_percent": "51"}, 'aria-invalid="true"'),
        ("operator", {"email": "nobody"}, "Enter an e-mail address"),
        ("look", {"primary": "blue-ish"}, 'aria-invalid="true"'),
        ("look", {"mosaic": "-1"}, 'aria-invalid="true"'),
        ("connector", {"kind": "person", "email": ""}, "Enter their e-mail address"),
        ("connector", {"kind": "person", "email": "nobody@example.org"}, "Nobody has an account"),
    ],
)
def test_a_wrong_answer_is_told_at_its_step(
    app: HubFlask, central: Browser, step: str, wrong: dict[str, Any], words: str
) -> None:
    with app.app_context():
        make_hub("taken")
    answer(central, step)
    refused = central.post(f"{NEW}/{step}", **{**ANSWERS[step], **wrong})
    assert (refused.status_code, words in refused.text) == (422, True)


def test_steps_cannot_be_skipped(app: HubFlask, central: Browser) -> None:
    answer(central, "country")
    for step in ("operator", "review"):
        assert central.get(f"{NEW}/{step}").location.endswith(f"{NEW}/country")


def test_going_back_shows_what_was_answered(app: HubFlask, central: Browser) -> None:
    answer(central, "review")
    assert 'value="Harbour Hands"' in central.get(f"{NEW}/name").text
    assert 'value="19' in central.get(f"{NEW}/country").text


def test_starting_over_forgets(app: HubFlask, central: Browser) -> None:
    answer(central, "review")
    central.post(f"{NEW}/over")
    assert central.get(NEW).location.endswith(f"{NEW}/start")


def test_an_address_left_empty_is_made_from_the_name(app: HubFlask, central: Browser) -> None:
    answer(central, "review", name={"name": "Möbel & Mut", "slug": ""})
    assert "http://mobel-mut.localhost:8000/" in central.get(f"{NEW}/review").text


@pytest.mark.parametrize(("slug", "words"), [("free-one", "Free:"), ("taken", "Another hub"), ("no space", "Small")])
def test_an_address_is_checked_while_it_is_typed(app: HubFlask, central: Browser, slug: str, words: str) -> None:
    with app.app_context():
        make_hub("taken")
    assert words in central.get(f"{NEW}/address", query_string={"slug": slug}).text


def test_a_colour_nobody_could_read_is_shown_with_the_nearest_that_works(app: HubFlask, central: Browser) -> None:
    answer(central, "look")
    shown = central.client.post(
        f"{NEW}/preview",
        base_url=central.base,
        data={**ANSWERS["look"], "primary": "#fefefe"},
        headers={"HX-Request": "true"},
    )
    assert shown.status_code == 422
    assert "The nearest shade that works is" in shown.text


def test_a_slug_taken_meanwhile_is_refused_at_the_end(app: HubFlask, central: Browser) -> None:
    answer(central, "review")
    with app.app_context():
        make_hub("harbour-hands")
    refused = central.post(f"{NEW}/review")
    assert (refused.status_code, "exists already" in refused.text) == (422, True)
