"""Somebody at a browser: says what they do in the words on the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Locator, Page, Response, expect

from tests.browser.site import PASSWORD, Site


@dataclass
class Person:
    """One browser with its cookies. `faults`: what its console and the server complained about."""

    site: Site
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)
    has_script: bool = True

    @property
    def main(self) -> Locator:
        """The page without its bars."""
        return self.page.locator("main")

    def go(self, hub: str = "", path: str = "/") -> Response | None:
        """Open an address of a hub, or of the central site."""
        return self.page.goto(self.site.url(hub, path))

    def sign_in(self, address: str, hub: str = "", path: str = "/", password: str = PASSWORD) -> None:
        """Sign in on the central site, on the way to a page if that page asks for it."""
        self.go(hub, f"/auth/login?next={path}") if hub else self.go("", f"/sign-in?next={path}")
        self.write("E-mail address", address)
        self.write("Password", password)
        self.press("Sign in")

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button of the page, and wait for the answer where a script sends it: no page comes then."""
        self.main.get_by_role("button", name=name).first.click()
        expect(self.page.locator("form[data-sent]")).to_have_count(0)

    def agree(self, name: str | re.Pattern[str]) -> None:
        """Press a button that asks first where there is a script, and say yes."""
        self.press(name)
        if self.has_script:
            self.page.get_by_role("dialog").get_by_role("button", name="Yes").click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """Follow a link of the page."""
        self.main.get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()  # scripts that answer clicks are there then

    def write(self, label: str | re.Pattern[str], value: str) -> None:
        """Fill a field of the page."""
        self.main.get_by_label(label).first.fill(value)

    def fetched(self, address: str) -> str:
        """What an address of this very site answers, as text."""
        return str(self.page.evaluate("async (address) => (await fetch(address)).text()", address))

    def downloads(self, name: str | re.Pattern[str]) -> str:
        """The text of the file behind a link."""
        with self.page.expect_download() as file:
            self.main.get_by_role("link", name=name).first.click()
        return file.value.path().read_text("utf-8-sig")

    def sees(self, *texts: str | re.Pattern[str]) -> None:
        """All of this stands on the page, now or in a moment."""
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)

    def sees_not(self, text: str) -> None:
        """This does not."""
        expect(self.page.locator("body")).not_to_contain_text(text)

    def is_at(self, path: str) -> None:
        """The address has come to this, with whatever follows."""
        expect(self.page).to_have_url(re.compile(re.escape(path)))
        self.page.wait_for_load_state()  # the address comes before the styles


# A refused form is an answer here, which the console counts as an error; and what a phone keeps would answer for the
# network in journeys that are not about that, so that most do without it.
HARMLESS = ("status of 4", "Service Worker registration blocked by Playwright")


def watch(person: Person) -> Person:
    """Note everything that a console complains about, and every answer that is a fault."""
    faults = person.faults
    person.page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    person.page.on(
        "console",
        lambda said: (
            faults.append(f"{person.page.url}: {said.text}")
            if said.type in {"error", "warning"} and not any(known in said.text for known in HARMLESS)
            else None
        ),
    )
    person.page.on(
        "response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
    )
    return person
