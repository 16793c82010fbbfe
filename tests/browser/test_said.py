"""Messages, moderation, gatherings and buying as they are read out: names in their order, and what a step brought."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import Visit
from tests.browser.looking import comes_true
from tests.browser.people import Person
from tests.browser.site import BUYER, HOST, POTTER
from tests.browser.steps import decide, enters, finds, plan, tells
from tests.browser.test_conversations import words
from tests.browser.test_heard import LISTENS, hears
from tests.browser.test_member import MUG
from tests.browser.test_outlines import reads
from tests.browser.till import DECLINED, SUCCEEDS, choose, order, pay, receipt

INBOX = """
- main:
  - heading "Messages" [level=1]
  - link "Write"
  - list:
    - listitem:
      - paragraph:
        - link "Shiru Ndegwa"
      - paragraph: "{text}"
      - text: /\\d+ new/
"""
THREAD = """
- main:
  - link "All messages"
  - heading "Shiru Ndegwa" [level=1]
  - log "Messages":
    - article /^Shiru Ndegwa, /:
      - paragraph: "{text}"
    - article /^You, /:
      - paragraph: "Yes to {text}"
      - button /^Take back/
  - textbox "Your message"
  - button "Send"
  - complementary:
    - heading "With" [level=2]
    - list:
      - listitem:
        - link "Shiru Ndegwa"
    - button "Mute"
"""
REPORT = """
- main:
  - heading "Report this to the hub" [level=1]
  - blockquote:
    - paragraph: "{text}"
  - group "What is wrong with it?":
    - radio "Advertising or fraud"
    - radio "Something else"
  - textbox /In your words/
  - button "Report"
  - link "Cancel"
"""
QUEUE = """
- main:
  - heading "Moderation" [level=1]
  - navigation "State":
    - list:
      - listitem:
        - link "Waiting"
      - listitem:
        - link "Decided"
  - article:
    - heading "{text}" [level=2]:
      - link "{text}"
    - link "Look at it {text}"
"""
CASE = """
- main:
  - link "Moderation"
  - heading "What is to be done?" [level=1]
  - region "A conversation":
    - paragraph: "{text}"
    - paragraph:
      - link "See it in its place"
  - region "Who reported it":
    - article:
      - paragraph: "Not so kind."
  - region "Whose it is":
    - term: Joined
    - definition
  - heading "Decide" [level=2]
  - group "What do you want to do?":
    - radio /^Leave it/
    - radio /^Hide it/
    - radio /^Warn/
    - radio /^Suspend/
  - combobox "For how long, if suspended"
  - textbox "Your words"
  - button "Do it"
"""
DECIDED = """
- main:
  - heading "Decided" [level=1]
  - region "What was done":
    - article:
      - text: Hidden from others
      - paragraph: "Kindly, please."
      - group: Undo this
"""
REFUSED = """
- main:
  - alert
  - textbox "Card number"
  - textbox "Expiry date"
  - textbox "Security code"
  - textbox "Name on the card"
  - button /^Pay /
"""
RECEIPT = """
- main:
  - link "Your orders"
  - heading /^Order \\d+$/ [level=1]
  - article:
    - heading "Receipt" [level=2]
    - term: Sold by
    - definition: Makena Gitonga
    - table "Receipt"
    - heading "Where every cent went" [level=3]
    - term: "Seller: Makena Gitonga"
    - definition: /KES/
  - complementary:
    - heading "What happened" [level=2]
"""


def listening(visit: Visit) -> Person:
    """Somebody whose page notes what would be read out."""
    person = visit()
    person.page.add_init_script(LISTENS)
    return person


def test_messages_say_from_whom_they_are_and_what_is_new(visit: Visit) -> None:
    shiru, makena, text = visit(), visit(), words()
    enters(shiru, BUYER, "/messages/new?to=makena-gitonga")
    shiru.write("Your message", text)
    shiru.press(re.compile("^Send"))
    shiru.sees(text)
    enters(makena, POTTER, "/messages")
    reads(makena.page, INBOX.format(text=text))
    makena.follow(re.compile("Shiru Ndegwa"))
    makena.write("Your message", f"Yes to {text}")
    makena.press(re.compile("^Send"))
    reads(makena.page, THREAD.format(text=text))


def test_a_report_is_made_and_decided_about_aloud(visit: Visit) -> None:
    makena, shiru, wambui, text = visit(), listening(visit), listening(visit), words()
    enters(makena, POTTER, "/feed")
    address = tells(makena, text)
    enters(shiru, BUYER, "/feed")
    shiru.page.goto(address)
    shiru.follow("Report")
    reads(shiru.page, REPORT.format(text=text))
    shiru.main.get_by_label("Something else").check()
    shiru.write("In your words", "Not so kind.")
    shiru.press("Report")
    hears(shiru.page, "you hear what came of it")
    enters(wambui, HOST, "/manage/moderation")
    reads(wambui.page, QUEUE.format(text=text))
    wambui.follow(f"Look at it {text}")
    reads(wambui.page, CASE.format(text=text))
    decide(wambui, "Hide it", "Kindly, please.")
    hears(wambui.page, "Everybody concerned is told")
    reads(wambui.page, DECIDED)


def test_an_answer_to_a_gathering_is_said_where_one_is(visit: Visit) -> None:
    wambui, shiru, title = visit(), listening(visit), f"Lantern evening {ids.short_code(4)}"
    enters(wambui, HOST, "/manage/events")
    plan(wambui, title, seats=5)
    enters(shiru, BUYER, "/events")
    finds(shiru, title)
    shiru.press("Register")
    # The button has gone: the reader goes on with what has come in its place.
    expect(shiru.main.get_by_role("heading", name="You are coming")).to_be_focused()
    shiru.agree("Give my seats back")
    hears(shiru.page, "you are not registered any more")
    expect(shiru.main.get_by_role("button", name="Register")).to_be_visible()


def alters_the_basket(person: Person) -> None:
    """One more of what is in it, and one less: each time the sum and the number in the bar are new, and said."""
    total, update = person.main.get_by_role("region", name="Sum").locator(".amount"), person.main.get_by_text("Update")
    person.page.evaluate("() => { window.isSame = true; }")
    before = total.inner_text()
    for quantity, count in (("2", "Basket, 2 items"), ("1", "Basket, 1 item")):
        person.write(re.compile("^Quantity of"), quantity)
        update.click()
        expect(person.page.get_by_role("banner").get_by_role("link", name=count, exact=True)).to_be_visible()
        hears(person.page, f"Changed. The sum is now {total.inner_text()}.")
        expect(update).to_be_focused()
        assert (total.inner_text() == before) == (quantity == "1")
    comes_true(person.page, "() => window.isSame === true")


def test_a_sale_says_what_is_in_the_basket_what_went_wrong_and_what_was_paid(visit: Visit) -> None:
    shiru = listening(visit)
    enters(shiru, BUYER, "/market")
    choose(shiru, "nairobi", MUG)
    hears(shiru.page, "It is in your basket.")
    alters_the_basket(shiru)
    order(shiru)
    pay(shiru, DECLINED)
    alert = shiru.main.get_by_role("alert")
    expect(alert).to_contain_text(re.compile("declined", re.IGNORECASE))
    expect(alert).to_be_focused()
    reads(shiru.page, REFUSED)
    pay(shiru, SUCCEEDS)
    receipt(shiru)
    reads(shiru.page, RECEIPT)
