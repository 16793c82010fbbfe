"""Steps that several journeys take, in the words on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from hubapp.kernel import clock
from tests.browser.people import Person
from tests.browser.site import PASSWORD

# Further ahead than any journey moves the sandbox's clock.
AHEAD = timedelta(days=200)


def enters(person: Person, address: str, path: str, hub: str = "nairobi") -> None:
    """Sign in on the way to a page, and be there."""
    person.sign_in(address, hub, path, PASSWORD)
    person.is_at(f"//{hub}." if hub else path)


def tells(person: Person, text: str, hub: str = "nairobi") -> str:
    """Write into the feed; answers the address of what was written."""
    person.go(hub, "/feed")
    person.write("What do you want to tell or ask?", text)
    person.press("Publish")
    person.sees(re.compile("Published|Thank you"), text)
    return person.page.url.split("?")[0]


def plan(connector: Person, title: str, *, seats: int = 1, more: Callable[[Person], None] | None = None) -> str:
    """Write a gathering, with `more` of it, and publish it; answers the address where it is looked after."""
    connector.go("nairobi", "/manage/events/new")
    connector.write("Title", title)
    connector.write("Day", (clock.wall() + AHEAD).date().isoformat())
    connector.write("Begins", "18:00")
    connector.write("Ends", "20:00")
    connector.main.get_by_label(re.compile(r"^\s*Place\b")).fill("The veranda")
    connector.main.get_by_label(re.compile(r"^\s*Seats\s*\(")).fill(str(seats))
    if more:
        more(connector)
    connector.press("Save as a draft")
    connector.sees("Saved as a draft")
    manage = connector.page.url
    connector.press("Publish")
    connector.sees("people can register now")
    return manage


def finds(person: Person, title: str) -> None:
    """Look for a gathering among those that come, and open it."""
    person.go("nairobi", "/events")
    if not person.main.get_by_role("link", name=title).count():  # other journeys have filled the first page
        person.go("nairobi", f"/search?in=gatherings&q={title}")
    person.follow(title)


def register(person: Person, address: str, title: str) -> None:
    """Sign in, find it among the gatherings and come along."""
    enters(person, address, "/events")
    finds(person, title)
    person.press(re.compile("^(Register|Join the waiting list)$"))


def hears(person: Person, words: str, hub: str = "nairobi", *, beneath: str = "") -> None:
    """Open the notice that says this, and `beneath` it that, once the worker has told of it."""
    # Names stand between marks that keep their direction to themselves.
    said = re.compile(words.replace(" ", "[\u2068\u2069]* [\u2068\u2069]*"))
    for _ in range(120):  # other journeys may have left it much to do
        person.go(hub, "/notifications")
        if person.main.get_by_role("link", name=said).count():
            break
        person.page.wait_for_timeout(500)
    person.sees(beneath)
    person.follow(said)


@contextmanager
def unchanged(person: Person, part: str, hub: str = "nairobi") -> Iterator[None]:
    """Bring a part of a hub back to how it is now, if the journey does not get as far as doing so itself."""
    person.go(hub, f"/manage/versions/{part}")
    numbers = person.main.locator(".history .number")
    kept = numbers.first.inner_text() if numbers.count() else "1"  # the first change keeps what was before
    try:
        yield
    except BaseException:
        person.go(hub, f"/manage/versions/{part}")
        back = person.main.get_by_role("button", name=re.compile(f"Version {kept}$"))
        if back.count():  # else it did not get as far as changing anything
            back.first.click()
        raise


def decide(person: Person, act: str, words: str = "") -> None:
    """Choose what is done about a case."""
    person.main.get_by_role("radio", name=re.compile(f"^{act}")).check()
    person.main.locator("#decide textarea[name=words]").fill(words)
    person.press("Do it")
    person.sees("Everybody concerned is told")
