"""Who looks after a hub: nobody but the core, a connector, the next one; helpers with rights that end at once."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from hubapp.kernel import ids
from hubapp.kernel.paths import HUBS
from tests.browser.conftest import ON_A_PHONE, PHONE_SCRIPT, PLAIN, Visit, Way
from tests.browser.people import Person
from tests.browser.site import CENTRAL, HOST, Site
from tests.browser.steps import enters, hears

# They read English, and no other journey is about them.
FIRST, NEXT, NEXT_HANDLE = "baraka@tulia.example", "yusra@tulia.example", "yusra-abdalla-noor"
HELPER, HELPERS_HANDLE = "kiprono@tulia.example", "kiprono-cheruyot"


@pytest.fixture
def quay(site: Site, tmp_path: Path) -> str:
    """The slug of a new hub that nobody looks after yet."""
    slug = f"aa{ids.short_code(6).lower()}"
    shutil.copytree(HUBS / "_base", tmp_path / "_base")
    shutil.copytree(HUBS / "nairobi", tmp_path / slug, ignore=shutil.ignore_patterns("demo*"))
    settings = tmp_path / slug / "hub.toml"
    text = settings.read_text().replace('slug = "nairobi"', f'slug = "{slug}"').replace('"Tulia"', f'"Quay {slug}"')
    settings.write_text(text.replace('custom = ["tulia.example"]', "custom = []"))
    site.command("hubs", "add", slug, "--pack", str(tmp_path / slug))
    return slug


def status(person: Person, hub: str, path: str) -> int:
    """What the site answers."""
    answer = person.go(hub, path)
    assert answer is not None
    return answer.status


def test_a_hub_runs_on_under_the_core_gets_a_connector_and_passes_to_the_next(visit: Visit, quay: str) -> None:
    ines, baraka, yusra = visit(), visit(**PHONE_SCRIPT), visit(**PLAIN)
    ines.sign_in(CENTRAL, path="/console/vacant")
    ines.is_at("/console/vacant")
    panel = ines.main.locator(".panel", has_text=f"Quay {quay}")
    expect(panel).to_contain_text("Nothing is on offer in its market")
    panel.get_by_role("link", name=re.compile("^Name a connector")).click()
    ines.write("E-mail address of their account", FIRST)
    ines.write("Reason", "He asked.")
    ines.press("Name connector")
    ines.sees("looks after")
    ines.go("", "/console/vacant")
    ines.sees_not(f"Quay {quay}")

    yusra.sign_in(NEXT, quay, "/join")
    yusra.press("Join")
    yusra.sees("Welcome to")
    baraka.sign_in(FIRST, quay, "/manage/handover")
    baraka.write("Their handle here", NEXT_HANDLE)
    baraka.write("A word to them", "You know the tide.")
    baraka.press("Ask them")
    baraka.sees("They are asked.", "Yusra Abdalla-Noor is asked")

    hears(yusra, "Baraka Mutinda asks you to look after the hub", quay)
    yusra.is_at("/handover/")
    yusra.sees("You know the tide.", "Baraka Mutinda")
    yusra.main.get_by_label("I will look after this hub and keep its rules").check()
    yusra.press("Take over")
    yusra.sees("is yours to look after now.")
    yusra.is_at("/manage/")

    # His page is still open: what it offers ended with her yes.
    assert status(baraka, quay, "/manage/handover") == 403
    assert status(baraka, quay, "/members") == 200
    yusra.go(quay, "/manage/handover")
    yusra.sees("From hand to hand", "Baraka Mutinda", "Yusra Abdalla-Noor")


def rights(connector: Person, level: str) -> None:
    """What the helper may do in moderation."""
    connector.go("nairobi", f"/manage/team?add={HELPERS_HANDLE}")
    change = connector.main.get_by_role("link", name=re.compile("^Change Kiprono"))
    if change.count():
        change.click()
    else:
        connector.press("Choose their rights")
    connector.sees("What Kiprono Cheruyot may do")
    group = connector.main.get_by_role("group", name="Moderation")
    group.get_by_label(re.compile(f"^{level}")).check()
    connector.press("Save")
    connector.sees("Saved what Kiprono Cheruyot may do.")


@ON_A_PHONE
def test_a_helper_looks_then_acts_then_may_neither_at_once(visit: Visit, way: Way) -> None:
    wambui, kiprono = visit(), visit(**way)
    enters(wambui, HOST, "/manage/team")
    enters(kiprono, HELPER, "/feed")
    assert status(kiprono, "nairobi", "/manage/moderation") == 403
    try:
        rights(wambui, "Only look")
        kiprono.go("nairobi", "/manage/moderation")
        kiprono.main.get_by_role("link", name=re.compile("^Look at it")).first.click()
        kiprono.sees("You may look. Somebody with the right to act decides.")
        rights(wambui, "Look and act")
        kiprono.page.reload()
        expect(kiprono.main.get_by_role("button", name="Do it")).to_be_visible()
        rights(wambui, "Nothing")
        # The page is open yet; the button does nothing any more.
        kiprono.main.get_by_role("radio", name=re.compile("^Leave it")).check()
        kiprono.press("Do it")
        expect(kiprono.page.get_by_role("heading", level=1)).to_be_visible()
        kiprono.sees_not("Everybody concerned is told")
        assert status(kiprono, "nairobi", "/manage/moderation") == 403
    finally:
        rights(wambui, "Nothing")


def test_a_helper_lays_the_role_down(visit: Visit) -> None:
    wambui, kiprono = visit(), visit(**PHONE_SCRIPT)
    enters(wambui, HOST, "/manage/team")
    rights(wambui, "Only look")
    try:
        enters(kiprono, HELPER, "/manage/moderation")
        kiprono.sees("Moderation")
        kiprono.go("nairobi", "/me/leave")
        kiprono.agree("Lay my role down")
        kiprono.sees("You have no role here any more.")
        assert status(kiprono, "nairobi", "/manage/moderation") == 403
    finally:
        rights(wambui, "Nothing")
