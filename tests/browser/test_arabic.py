"""A hub in Arabic, on a phone and by the keyboard alone: it stands the other way about, and is said in Arabic."""

from __future__ import annotations

from gettext import GNUTranslations
from pathlib import Path

import pytest
from playwright.sync_api import expect

import hubapp.web
from tests.browser.conftest import PHONE, Visit
from tests.browser.looking import fits
from tests.browser.site import CONNECTORS
from tests.browser.test_conversations import words
from tests.browser.typist import Typist

CATALOGUE = Path(hubapp.web.__file__).parent / "locale/ar/LC_MESSAGES/messages.mo"
MEMBER = "amel@annawl.example"
# Of an element and the one after it in the text: whether it stands further to the right.
RIGHT_OF = """(names) => {
  const [first, second] = names.map((name) => document.querySelector(name).getBoundingClientRect().right);
  return first > second;
}"""


@pytest.fixture(scope="module")
def said() -> GNUTranslations:
    """What our sentences are in Arabic."""
    with CATALOGUE.open("rb") as file:
        return GNUTranslations(file)


def in_arabic(person: Typist) -> None:
    root = person.page.locator("html")
    expect(root).to_have_attribute("lang", "ar")
    expect(root).to_have_attribute("dir", "rtl")
    assert person.page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert fits(person.page)


def test_tells_answers_and_finds_in_arabic(visit: Visit, said: GNUTranslations) -> None:
    amel, text = visit(Typist, viewport=PHONE, locale="ar-TN"), f"قهوة على السطح {words()}"
    amel.go("tunis", "/auth/login?next=/feed")
    amel.write(said.gettext("E-mail address"), MEMBER)
    amel.write(said.gettext("Password"), "demo-hub-2026")
    amel.press(said.gettext("Sign in"))
    amel.is_at("/feed")
    in_arabic(amel)
    amel.skip()
    amel.write(said.gettext("What do you want to tell or ask?"), text)
    amel.press(said.gettext("Publish"))
    amel.sees(said.gettext("Published."), text)
    in_arabic(amel)
    # Who speaks stands on the side where reading begins.
    assert amel.page.evaluate(RIGHT_OF, ["article.talk .by b", "article.talk .by .when"])
    amel.write(said.gettext("Your answer"), "مع النعناع")
    amel.press(said.gettext("Answer"))
    amel.sees("مع النعناع")
    expect(amel.main.get_by_role("article", name=said.gettext("Answer by %(name)s").split("%")[0])).to_be_visible()
    for path, heading in (("/events", "Gatherings"), ("/messages", "Messages"), ("/me/tickets", "Your tickets")):
        amel.go("tunis", path)
        expect(amel.main.get_by_role("heading", level=1)).to_have_text(said.gettext(heading))
        in_arabic(amel)


def test_a_connector_runs_the_hub_in_arabic(visit: Visit, said: GNUTranslations) -> None:
    sondos = visit(viewport=PHONE, locale="ar-TN")
    sondos.go("tunis", "/auth/login?next=/manage/")
    sondos.write(said.gettext("E-mail address"), CONNECTORS["tunis"])
    sondos.write(said.gettext("Password"), "demo-hub-2026")
    sondos.press(said.gettext("Sign in"))
    sondos.is_at("/manage/")
    for path, heading in (("members", "Members"), ("events", "Gatherings"), ("moderation", "Moderation")):
        sondos.go("tunis", f"/manage/{path}")
        expect(sondos.main.get_by_role("heading", level=1)).to_have_text(said.gettext(heading))
        in_arabic(sondos)
