"""A hub's face: parts of the front page in an order of their own, two languages, a brand in both schemes, versions."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, PHONE_SCRIPT, PLAIN, Visit
from tests.browser.people import Person
from tests.browser.site import CONNECTORS, HOST
from tests.browser.steps import enters, unchanged
from tests.browser.test_conversations import words


def headings(person: Person) -> list[str]:
    """The parts of a front page, in the order in which they are read."""
    person.go("nairobi", "/")
    return person.main.get_by_role("heading", level=2).all_inner_texts()


def place(connector: Person, section: str, number: int, *, shown: bool) -> None:
    """Where a part of the front page stands, and whether it does."""
    connector.main.locator(f"#section-{section}").set_checked(shown)
    connector.main.locator(f"[name=place-{section}]").fill(str(number))


def test_parts_of_the_front_page_are_chosen_and_ordered(visit: Visit) -> None:
    wambui, visitor = visit(**PLAIN), visit(viewport=PHONE)
    enters(wambui, HOST, "/manage/front")
    before = headings(visitor)
    assert "Newest invitations" in before or len(before) > 3
    with unchanged(wambui, "front"):
        wambui.go("nairobi", "/manage/front")
        place(wambui, "listings", 1, shown=True)
        place(wambui, "gatherings", 9, shown=False)
        wambui.press("Preview")
        wambui.sees("Preview")
        wambui.press("Save")
        wambui.sees(re.compile("Saved as version [0-9]"))
        after = headings(visitor)
        assert after != before
        assert len(after) == len(before) - 1
        wambui.press("Undo")
        wambui.sees("the same as version")
        assert headings(visitor) == before


TOPS = "(all) => all.map((one) => one.getBoundingClientRect().top + scrollY)"
BESIDE = 60  # pixels between the tops of what stands beside each other, at most


def test_an_order_is_kept_on_a_phone_and_in_both_columns_of_a_desktop(visit: Visit) -> None:
    wambui, phone, desktop = visit(**PLAIN), visit(viewport=PHONE), visit()
    order = [
        "orders_split",
        "start",
        "connector",
        "gatherings",
        "about",
        "conversations",
        "listings",
        "members",
        "facts",
    ]
    read = ["Where KES", "New here?", "Host", "Next gatherings", "About Tulia", "Invitations"]
    enters(wambui, HOST, "/manage/front")
    with unchanged(wambui, "front"):
        wambui.go("nairobi", "/manage/front")
        wambui.sees("always at the top")
        for number, section in enumerate(order, 1):
            place(wambui, section, number, shown=True)
        wambui.press("Save")
        wambui.sees(re.compile("Saved as version [0-9]"))
        for one in (phone, desktop):
            titles = headings(one)
            assert [title[: len(start)] for title, start in zip(titles, read, strict=True)] == read
        tops = phone.main.get_by_role("heading", level=2).evaluate_all(TOPS)
        assert tops == sorted(tops)
        wide = desktop.main.get_by_role("heading", level=2).evaluate_all(TOPS)
        assert (wide[:3], wide[3:]) == (sorted(wide[:3]), sorted(wide[3:]))
        assert abs(wide[0] - wide[3]) < BESIDE
        facts = phone.main.locator(".facts").bounding_box()
        assert facts is not None
        assert facts["y"] > tops[-1]
        wambui.press("Undo")
        wambui.sees("the same as version")


def test_two_languages_stand_side_by_side_and_each_reader_gets_theirs(visit: Visit) -> None:
    maud, english, french = visit(), visit(), visit(locale="fr-FR", viewport=PHONE)
    ours, theirs = words(), words()
    maud.sign_in(CONNECTORS["lyon"], "lyon", "/manage/front")
    maud.is_at("//lyon.")
    with unchanged(maud, "front", "lyon"):
        maud.go("lyon", "/manage/front")
        fields = {code: maud.main.locator(f"#text-{code}-promise") for code in ("fr", "en")}
        tops = {code: (field.bounding_box() or {})["y"] for code, field in fields.items()}
        assert tops["fr"] == tops["en"]
        fields["en"].fill(ours)
        fields["fr"].fill(theirs)
        for scheme in ("light", "dark"):
            for text in (ours, theirs):
                shown = maud.page.locator(f"#front-preview .is-{scheme}").filter(has_text=text)
                expect(shown).to_be_visible()
        maud.main.locator("form:has([name=version]) button[type=submit]").first.click()
        maud.main.locator(".notice.saved").wait_for()
        english.go("lyon", "/")  # the hub speaks its own language until somebody asks for another
        english.page.get_by_role("contentinfo").get_by_role("button", name="English").click()
        for reader, seen, unseen in ((english, ours, theirs), (french, theirs, ours)):
            reader.go("lyon", "/")
            reader.sees(seen)
            reader.sees_not(unseen)
        maud.main.locator(".notice.saved button").click()
        maud.page.wait_for_load_state()
        english.go("lyon", "/")
        english.sees_not(ours)


# As it is painted: the property itself says both schemes at once.
BRAND = """() => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = "var(--brand)";
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}"""


def test_a_colour_shows_in_both_schemes_and_an_older_version_comes_back(visit: Visit) -> None:
    wambui, looks = visit(**PHONE_SCRIPT), [visit(color_scheme=scheme) for scheme in ("light", "dark")]

    def brands() -> list[str]:
        for one in looks:
            one.go("nairobi", "/")
        return [str(one.page.evaluate(BRAND)) for one in looks]

    enters(wambui, HOST, "/manage/brand")
    before = brands()
    with unchanged(wambui, "brand"):
        wambui.go("nairobi", "/manage/brand")
        wambui.main.locator("input[name=primary]").last.fill("#1f6f54")
        for scheme in ("light", "dark"):
            expect(wambui.page.locator(f"#brand-preview .is-{scheme}")).to_be_visible()
        wambui.sees("Every text and button is readable in light and dark.")
        wambui.press("Save")
        wambui.sees(re.compile("Saved as version [0-9]"))
        after = brands()
        assert len({*before, *after}) == 4
        wambui.go("nairobi", "/manage/versions/brand")
        wambui.follow(re.compile("^Look at it"))
        wambui.sees("What changed", "#1f6f54", "How it looked", "in place")
        wambui.go("nairobi", "/manage/versions/brand")
        wambui.press(re.compile("^Bring back"))
        wambui.sees("the same as version")
        assert brands() == before


ICON = """async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
  const paper = canvas.getContext("2d");
  paper.drawImage(image, 0, 0);
  return [image.naturalWidth, [...paper.getImageData(8, 8, 1, 1).data].join()];
}"""


def test_each_hub_can_be_installed_with_an_icon_of_its_own(visit: Visit) -> None:
    corners = set()
    for hub, name in (("lyon", "L'Établi"), ("nairobi", "Tulia"), ("tunis", "النّول")):
        visitor = visit(viewport=PHONE)
        visitor.go(hub)
        asked = visitor.page.locator("link[rel=manifest]").get_attribute("href")
        manifest = json.loads(visitor.fetched(str(asked)))
        assert (manifest["name"], manifest["start_url"], manifest["display"]) == (name, "/", "standalone")
        assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} >= {
            ("192x192", "any"),
            ("512x512", "maskable"),
        }
        for icon in manifest["icons"]:
            width, corner = visitor.page.evaluate(ICON, icon["src"])
            assert icon["sizes"] == f"{width}x{width}"
        corners.add(corner)
        # What the browser itself has against putting it on a home screen; the worker is blocked in journeys like this.
        faults = visitor.context.new_cdp_session(visitor.page).send("Page.getInstallabilityErrors")
        assert {fault["errorId"] for fault in faults["installabilityErrors"]} <= {"in-incognito"}
    assert len(corners) == 3
