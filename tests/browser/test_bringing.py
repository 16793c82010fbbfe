"""Newcomers: through whose link they came, who welcomes them, and where they are at home."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE_SCRIPT, PLAIN, Visit
from tests.browser.people import Person
from tests.browser.site import BUYER, Site
from tests.browser.steps import enters, hears
from tests.browser.test_member import sign_up


def came(person: Person, way: str) -> list[int]:
    """How many opened, joined and bought through a way of passing the link on."""
    person.go("nairobi", "/me/referrals")
    row = person.main.get_by_role("row").filter(has_text=re.compile(rf"^\s*{way}"))
    return [int(text) for text in row.locator(".is-num").all_inner_texts()] if row.count() else [0, 0, 0]


def test_a_link_for_the_poster_brings_somebody_who_is_welcomed(visit: Visit, site: Site) -> None:
    shiru, ann = visit(), visit(**PHONE_SCRIPT)
    enters(shiru, BUYER, "/me/referrals")
    opened, joined, bought = came(shiru, "Poster")
    shiru.follow("Poster")
    ann.page.goto(shiru.main.locator("input[readonly]").first.input_value())
    sign_up(ann, site, "nairobi")
    assert came(shiru, "Poster") == [opened + 1, joined + 1, bought]
    shiru.sees("Ann Example")
    hears(shiru, "Ann Example.* joined through your link", beneath="Thank you for bringing people along.")

    # Somebody shows her round, and what she does is ticked off.
    ann.go("nairobi", "/")
    ann.sees("shows you round")
    steps = ann.main.locator(".todo").first
    begun = steps.locator(".done").count()
    ann.go("nairobi", "/me/profile")
    ann.write("About you", "I mend umbrellas.")
    ann.write("You offer", "umbrella repair")
    ann.press("Save")
    ann.sees("Your profile is saved.")
    ann.go("nairobi", "/")
    expect(steps.locator(".done")).to_have_count(begun + 1)
    ann.follow(re.compile("^Write"))
    ann.is_at("/messages/new?to=")
    ann.go("nairobi", "/")
    ann.press(re.compile("^Put away"))
    ann.sees("The first steps are put away.")


def test_somebody_moves_home_from_one_hub_to_another(visit: Visit, site: Site) -> None:
    ann = visit(**PLAIN)
    sign_up(ann, site, "nairobi")
    ann.go("nairobi", "/me/profile")
    ann.sees("You are at home here.")
    ann.go("lyon", "/auth/login?next=/join")
    ann.press(re.compile("^Join"))
    ann.sees("Welcome to")
    ann.go("lyon", "/me/profile")
    ann.sees("You are at home in Tulia.")
    ann.press("my home hub")
    ann.sees("You are at home in L'Établi now.", "You are at home here.")
    ann.go("nairobi", "/me/profile")
    ann.sees("You are at home in L'Établi.", "A home hub stays 90 days at least.")
