"""The central team: in by two factors, a hub opened that works, a hub stopped and let go, and all of it noted."""

from __future__ import annotations

import re

import pyotp
import pytest

from hubapp.kernel import ids
from tests.browser.conftest import Visit
from tests.browser.people import Person
from tests.browser.site import BUYER, CENTRAL, Site
from tests.browser.till import choose

WORDS = "seven lamps over the quay"


def test_a_second_factor_is_set_up_first_and_asked_for_then(visit: Visit, site: Site) -> None:
    address = f"{ids.short_code().lower()}@example.org"
    site.command("users", "create", "--email", address, "--name", "Noor", "--password", WORDS, "--central")
    noor = visit()
    noor.sign_in(address, path="/console/", password=WORDS)
    noor.sees("Set up a second factor")
    secret = noor.main.locator("code").first.inner_text().replace(" ", "")
    noor.write("Code", pyotp.TOTP(secret).now())
    noor.press("Switch it on")
    noor.sees("Your recovery codes")
    recovery = noor.main.locator("#recovery-codes code").first.inner_text()
    noor.follow("I have kept them, go on")
    noor.is_at("/console/")
    again = visit()
    again.sign_in(address, path="/console/", password=WORDS)
    again.write("Code", recovery)
    again.press(re.compile("Continue|Sign in|Go on"))
    again.is_at("/console/")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_hub_is_opened_in_steps_and_its_site_works(visit: Visit, javascript: bool) -> None:
    ines, slug = visit(javascript=javascript), f"kreuz{ids.short_code().lower()}"
    ines.sign_in(CENTRAL, path="/console/hubs/new/start")
    ines.main.get_by_text("Plain").first.click()
    next_step(ines)
    for label, value in (("Name", "Kreuzberg Hands"), ("Place", "Berlin"), ("Address", slug)):
        ines.write(label, value)
    next_step(ines)
    for name, value in (("country", "DE"), ("currency", "EUR"), ("timezone", "Europe/Berlin")):
        ines.main.locator(f"select[name={name}]").select_option(value)
    ines.main.locator("input[name=locales][value=en]").check()
    ines.main.locator("select[name=default_locale]").select_option("en")
    ines.write("What the tax is called", "VAT")
    ines.write("Standard rate in percent", "19")
    next_step(ines)
    for name, value in (("operator", "Hands e.V."), ("address", "Kai 1, Berlin"), ("email", "hi@hands.example")):
        ines.main.locator(f"[name={name}]").fill(value)
    next_step(ines)
    next_step(ines)
    ines.main.get_by_text("Nobody yet").click()
    next_step(ines)
    ines.press("Open the hub")
    ines.follow("Visit the hub")
    ines.is_at(f"//{slug}.localhost")
    ines.sees("Kreuzberg Hands", "Berlin")


def next_step(ines: Person) -> None:
    ines.press("Continue")
    ines.page.wait_for_load_state()


def test_a_frozen_hub_sells_nothing_says_why_and_is_let_go(visit: Visit) -> None:
    ines, shiru = visit(), visit()
    shiru.sign_in(BUYER, "nairobi", "/market")
    choose(shiru, "nairobi", "Network notebook")
    ines.sign_in(CENTRAL, path="/console/hubs/nairobi/freeze")
    ines.write("Reason", "The till is being counted.")
    ines.press("Continue")
    ines.press("Freeze now")
    ines.page.wait_for_load_state()
    shiru.go("nairobi", "/checkout")
    shiru.sees("The till is being counted.")
    assert shiru.main.get_by_role("button", name="Order and pay").count() == 0
    ines.go("", "/console/hubs/nairobi/lift")
    ines.write("Reason", "Counted.")
    ines.press("Let it sell again")
    ines.page.wait_for_load_state()
    shiru.go("nairobi", "/checkout")
    assert shiru.main.get_by_role("button", name="Order and pay").count() == 1
    ines.go("", "/console/audit")
    ines.sees("Hub frozen", "The till is being counted.", "Hub lifted", "Counted.")
