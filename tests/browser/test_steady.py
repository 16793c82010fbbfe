"""Pages stay where they are while they come, and their pictures are no larger than they are shown."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from hubapp.kernel import ids
from hubapp.kernel.pictures import WIDTHS
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.browser.people import Person
from tests.browser.site import BUYER, POTTER
from tests.browser.steps import enters

# Everything that moved on the page since it began to come, without what somebody did; 0.1 is what browsers call good.
MOVED = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 500);
})"""
LEAST = 0.01
# How wide each picture of a page is shown, and the file that the browser chose, both in pixels of the screen.
PICTURES = """() => Promise.all([...document.querySelectorAll("main img[src*=pictures]")].map(async (image) => {
  image.loading = "eager";
  await image.decode();
  const file = await createImageBitmap(await (await fetch(image.currentSrc)).blob());
  return [image.currentSrc, image.getBoundingClientRect().width * devicePixelRatio, file.width];
}))"""
PLACES = ("/", "/feed", "/events", "/market", "/members", "/p/about")
WITHIN = ("/feed > article a[href*='/feed/']", "/events > a[href*='/events/']", "/market > a[href*='/market/']")


def moved(page: Page) -> float:
    return float(page.evaluate(MOVED))


@pytest.mark.parametrize("hub", ["lyon", "nairobi", "tunis"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_moves_while_a_page_comes(visit: Visit, hub: str, viewport: dict[str, int]) -> None:
    person = visit(viewport=viewport)
    found: dict[str, float] = {}
    for path in (*PLACES, *WITHIN):
        where, _, link = path.partition(" > ")
        person.go(hub, where)
        links = person.main.locator(link) if link else None
        if links is not None and links.count():
            person.page.goto(links.first.evaluate("link => link.href"))
        found[path] = moved(person.page)
    assert {path: value for path, value in found.items() if value > LEAST} == {}
    # What would move is seen.
    person.page.evaluate("document.querySelector('main').style.marginTop = '9rem'")
    assert moved(person.page) > LEAST


# Every element of these that one can see, in order, with its box on the screen.
SEEN = """(where) => [...document.querySelectorAll(where)]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .map((one) => { const box = one.getBoundingClientRect(); return [box.x, box.y, box.width].map(Math.round); })"""
WHERE = ".top :is(a, button), main :is(h1, h2, p, li, dd, a, button), .foot a"


@pytest.mark.parametrize("path", ["/", "/feed", "/market"])
def test_what_shows_of_a_page_that_is_still_coming_is_where_it_stays(visit: Visit, path: str) -> None:
    person = visit()
    for hub in ("lyon", "tunis"):
        person.go(hub, path)
        whole, page = person.page.content(), person.page
        page.set_content(whole)
        there = page.evaluate(SEEN, WHERE)
        for mark in ('<div class="tools">', "</h1>", "<h2", "<footer", '<div class="foot-row">'):
            for half in {whole[: whole.index(mark)], whole[: whole.rindex(mark)]} if mark in whole else ():
                page.set_content(half)
                expect(page.locator(".top .logo")).to_be_visible()
                seen = page.evaluate(SEEN, WHERE)
                assert [box for box in seen if box not in there] == [], (hub, mark)
        page.set_content(whole)
        assert page.evaluate(SEEN, WHERE) == there
        expect(page.locator(".foot a").last).to_be_visible()


def photograph() -> dict[str, Any]:
    """Larger than any page shows it."""
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), 40).save(out, "JPEG")
    return {"name": "photograph.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def lists(seller: Person, title: str) -> None:
    """A listing with two pictures, for sale."""
    seller.go("nairobi", "/sell/new")
    seller.main.get_by_text("A product").click()
    seller.write("Title", title)
    seller.write("Price", "1000")
    seller.press("Save as a draft")
    seller.page.wait_for_url(re.compile("/sell/[0-9a-f-]{36}"))
    for number in (1, 2):
        seller.main.locator("input[type=file]").set_input_files(photograph())
        seller.write("What does it show?", f"View {number}")
        seller.press("Add the picture")
        seller.main.get_by_alt_text(f"View {number}").first.wait_for()
    seller.press("Publish")
    seller.sees("It is for sale now.")


def too_large_or_blurred(page: Page) -> tuple[int, list[str]]:
    """(how many pictures a page has, those whose file is no fit): the next larger size is one too many."""
    found = page.evaluate(PICTURES)
    wrong = []
    for address, shown, width in found:
        enough = next((size for size in WIDTHS if size >= shown), WIDTHS[-1])
        if width > enough or width < min(shown, WIDTHS[-1]) / 2:
            wrong.append(f"{page.url} {address}: {width} for {shown:.0f}")
    return len(found), wrong


def test_pictures_come_in_the_size_in_which_they_are_shown(visit: Visit) -> None:
    title, makena = f"Wide bowl {ids.short_code(4)}", visit()
    enters(makena, POTTER, "/sell")
    lists(makena, title)
    makena.go("nairobi", "/feed/new")
    makena.write("What do you want to tell or ask?", title)
    makena.main.locator("[name=pictures]").set_input_files(photograph())
    makena.write("What do they show?", "A view")
    makena.press("Publish")
    makena.sees(re.compile("Published|Thank you"))
    post = makena.page.url.split("?")[0]
    for scale, viewport in ((1, DESKTOP), (2, DESKTOP), (3, PHONE)):
        shiru = visit(viewport=viewport, device_scale_factor=scale)
        enters(shiru, BUYER, "/market")
        for path, least in ((f"/market?q={title}", 1), ("", 2), (f"/search?q={title}", 1), (post, 1), ("/feed", 1)):
            if path:
                shiru.page.goto(path if path == post else shiru.site.url("nairobi", path))
            else:
                shiru.follow(title)
            count, wrong = too_large_or_blurred(shiru.page)
            assert (count >= least, wrong) == (True, []), path
