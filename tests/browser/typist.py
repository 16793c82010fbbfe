"""Somebody who has a keyboard and nothing else: every step of a journey by Tab, Enter, Space and arrows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from playwright.sync_api import Locator, expect

from tests.browser.people import Person

LONGEST = 200
# What is pressed next: seen where it is, marked as what has the focus, and not beneath a bar.
FAULT = """(here) => {
  const box = here.labels?.[0]?.contains(here) || here.matches("[type=radio], [type=checkbox]")
    ? (here.closest("label") ?? here.labels?.[0] ?? here) : here;
  const parts = [];
  for (let one = here, up = 0; one && up < 4; one = one.parentElement, up += 1) parts.push(one);
  const isMarked = parts.some((one) => {
    const style = getComputedStyle(one);
    const isClear = style.outlineStyle === "none" || style.outlineColor === "rgba(0, 0, 0, 0)";
    return style.boxShadow !== "none" || !isClear;
  });
  if (!here.matches(":focus-visible") || !isMarked) return "the focus is not shown";
  const { left, top, width, height } = box.getBoundingClientRect();
  const shown = [[left + 4, top + 4], [left + width / 2, top + height / 2], [left + width - 4, top + height - 4]];
  const isSeen = shown.some(([x, y]) => {
    const found = document.elementFromPoint(x, y);
    return found && (box.contains(found) || found.contains(box));
  });
  return isSeen ? "" : "it is out of sight";
}"""


@dataclass
class Typist(Person):
    """The same words, other hands: nothing here touches a mouse, or an element that has not got the focus."""

    def reach(self, target: Locator) -> None:
        """Tab until it has the focus; it has to be seen, and marked."""
        wanted = target.element_handle()
        if not wanted.evaluate("(here) => here === document.activeElement"):
            for _ in range(LONGEST):
                self.page.keyboard.press("Tab")
                if wanted.evaluate("(here) => here === document.activeElement"):
                    break
            else:
                raise AssertionError(f"no Tab leads to {target}")
        fault = wanted.evaluate(FAULT)
        assert not fault, f"{target}: {fault}"

    def press(self, name: str | re.Pattern[str]) -> None:
        """A button, a switch that opens something, or a link that looks like one."""
        self.go_by(self.main.get_by_role("button", name=name).first)

    def follow(self, name: str | re.Pattern[str]) -> None:
        """A link."""
        self.go_by(self.main.get_by_role("link", name=name).first)

    def go_by(self, target: Locator) -> None:
        """Press Enter on it; where that leads to another page, be there, however long it takes."""
        expect(target).to_be_visible()
        self.reach(target)
        target.press("Enter")  # unlike the keyboard's, this waits for a page that begins to load
        self.page.wait_for_load_state()

    def write(self, label: str | re.Pattern[str], value: str) -> None:
        """Into a field, over what is in it."""
        self.reach(self.main.get_by_label(label).first)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(value)

    def agree(self, name: str | re.Pattern[str]) -> None:
        """Press a button that asks first, and say yes."""
        self.press(name)
        self.enter(self.page.get_by_role("dialog").get_by_role("button", name="Yes"))

    def set_day(self, label: str | re.Pattern[str], day: date, hour: int | None = None) -> None:
        """Into a field for a day, or for a day and an hour before noon, digit by digit.

        Browsers write day and month in either order: only a day whose number is that of its month is the same in both.
        """
        assert day.day == day.month
        self.reach(self.main.get_by_label(label).first)
        self.page.keyboard.type(f"{day:%d%m}{day.year}")
        if hour is not None:
            self.page.keyboard.press("ArrowRight")  # a year may be longer
            self._type_hour(hour)

    def set_hour(self, label: str | re.Pattern[str], hour: int) -> None:
        """Into a field for a time, before noon."""
        self.reach(self.main.get_by_label(label).first)
        self._type_hour(hour)

    def _type_hour(self, hour: int) -> None:
        self.page.keyboard.type(f"{hour:02}00A")  # where there are 24 hours, nothing takes the letter

    def enter(self, target: Locator) -> None:
        """Tab to it and press Enter."""
        expect(target).to_be_visible()
        self.reach(target)
        self.page.keyboard.press("Enter")

    def tick(self, target: Locator) -> None:
        """Tab to a box, or to the choices that this one is among, and choose it."""
        if target.get_attribute("type") == "radio":
            name = target.get_attribute("name")
            among = self.page.locator(f"input[type=radio][name='{name}']")
            chosen = among.and_(self.page.locator(":checked"))
            self.reach(chosen.first if chosen.count() else among.first)
            for _ in range(among.count()):
                if target.evaluate("(here) => here === document.activeElement"):
                    break
                self.page.keyboard.press("ArrowDown")
        else:
            self.reach(target)
        if not target.is_checked():
            self.page.keyboard.press("Space")
        expect(target).to_be_checked()

    def choose(self, target: Locator, label: str) -> None:
        """Tab to a list and go through it by arrows until this stands there."""
        self.reach(target)
        options = target.locator("option")
        place = options.all_inner_texts().index(label)
        self.page.keyboard.press("Home")
        for _ in range(place):
            self.page.keyboard.press("ArrowDown")
        expect(options.nth(place)).to_have_js_property("selected", value=True)

    def skip(self) -> None:
        """Past the bars, by the first link of every page."""
        self.page.keyboard.press("Tab")
        link = self.page.locator("a.skip")
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("main")).to_be_focused()
