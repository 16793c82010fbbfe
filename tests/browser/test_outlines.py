"""The outlines of main pages as a screen reader walks through them: landmarks, headings, names, what can be done."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from hubapp.kernel import ids
from tests.browser.conftest import Visit
from tests.browser.site import BUYER, HOST
from tests.browser.steps import enters, finds, plan, tells
from tests.browser.test_conversations import words
from tests.browser.test_member import MUG
from tests.browser.till import choose

BARS = """
- link "Skip to the content"
- banner:
  - link "Tulia Wellness hub"
  - navigation "Main":
    - link "Home"
    - link "Conversations"
    - link "Gatherings"
  - link "Search"
"""
FOOT = """
- contentinfo:
  - link "Terms"
  - link "Privacy"
  - link "How sales are shared"
  - form "Light or dark":
    - button "As the device" [pressed]
    - button "Dark"
"""
VISITORS_HOME = f"""{BARS}
  - link "Basket"
  - link "Sign in"
  - link "Join"
- main:
  - heading "Rest is something we do together." [level=1]
  - link "Find your place"
  - link "Book a class"
  - heading "New here?" [level=2]
  - heading "Next gatherings" [level=2]
  - list:
    - listitem:
      - heading [level=3]:
        - link
      - link /^Register|^Join the waiting list/
  - heading "Invitations" [level=2]
  - article:
    - heading [level=3]:
      - link
  - heading "Host" [level=2]
  - region "Tulia in numbers":
    - term: our circle
    - definition: /\\d+/
{FOOT}"""
MEMBERS_HOME = f"""{BARS}
  - link /Basket, \\d+ items?/
  - link /Messages/
  - link /[Nn]otices/
- main:
  - heading "Rest is something we do together." [level=1]
  - link "Offer something"
  - heading "Next gatherings" [level=2]
  - heading "Conversations" [level=2]
  - article:
    - heading [level=3]:
      - link
  - heading "Invitations" [level=2]
{FOOT}"""
FEED = """
- main:
  - heading "Conversations" [level=1]
  - navigation "Topics":
    - link "Everything"
  - textbox "What do you want to tell or ask?"
  - button "Publish"
  - button "Pictures, poll, topic …"
  - status
  - region "Newest first":
    - article "{text}":
      - link "Shiru Ndegwa"
      - heading "{text}" [level=2]
      - button "Love it"
      - button "Thank you"
      - link "Answer – {text}"
"""
THREAD = """
- main:
  - link "All conversations"
  - heading "{text}" [level=1]
  - article "Post by Shiru Ndegwa":
    - link "Shiru Ndegwa"
    - paragraph: {text}
    - button "Love it"
  - link "Edit"
  - button "Delete"
  - region "1 answer":
    - heading "1 answer" [level=2]
    - article "Answer by Shiru Ndegwa":
      - paragraph: To myself.
      - button "Love it"
  - status
  - textbox "Your answer"
  - button "Answer"
  - status
"""
PROFILE = """
- main:
  - link "Our circle"
  - heading "Makena Gitonga" [level=1]
  - paragraph: "@makena-gitonga"
  - link "Write a message"
  - term: Offers
  - definition:
    - link "mugs"
  - term: Speaks
  - definition:
    - link "english"
  - complementary:
    - group: More
"""
GATHERING = """
- main:
  - link "Gatherings"
  - heading "{title}" [level=1]
  - heading "When and where" [level=2]
  - term: When
  - definition
  - term: Place
  - definition: The veranda
  - complementary:
    - region "Registration":
      - heading "Come along" [level=2]
      - paragraph: 5 seats left
      - button "Register"
    - heading "Host" [level=2]
    - link "Wambui Karanja-Otieno"
"""
COMING = """
- complementary:
  - region "Registration":
    - heading "You are coming" [level=2]
    - link "Your tickets"
    - button "Give my seats back"
"""
OFFER = """
- main:
  - link "The veranda"
  - heading "Two-handed mug, ash glaze" [level=1]
  - heading "Where your money goes" [level=2]
  - term: "Seller: Makena Gitonga"
  - definition: /KES/
  - complementary:
    - region "Buy":
      - paragraph: /KES/
      - button "One less"
      - spinbutton "How many?": "1"
      - button "One more"
      - button "Put in the basket"
    - heading "Sold by" [level=2]
"""
BASKET = """
- main:
  - status: It is in your basket.
  - heading "Basket" [level=1]
  - region "Two-handed mug, ash glaze":
    - heading "Two-handed mug, ash glaze" [level=2]
    - spinbutton "Quantity of Two-handed mug, ash glaze": "1"
    - button "Remove Two-handed mug, ash glaze"
  - region "Sum":
    - link "To the checkout"
"""
CHECKOUT = """
- main:
  - link "Basket"
  - heading "Checkout" [level=1]
  - group "How do you want to get it?":
    - radio /Pick up/ [checked]
    - radio /Have it sent/
  - group "Address":
    - textbox "Name"
    - textbox "Street and number"
    - textbox "Floor, door, company (optional)"
    - combobox "Country"
  - heading "You pay" [level=2]
  - term: Total
  - definition: KES1,800.00
  - heading "Where your money goes" [level=2]
  - button "Order and pay"
"""


def reads(page: Page, outline: str) -> None:
    """The page has all this, in this order."""
    expect(page.locator("body")).to_match_aria_snapshot(outline)


def test_the_home_of_a_hub_says_to_visitor_and_member_where_they_are(visit: Visit) -> None:
    visitor, shiru = visit(), visit()
    visitor.go("nairobi", "/")
    reads(visitor.page, VISITORS_HOME)
    enters(shiru, BUYER, "/")
    reads(shiru.page, MEMBERS_HOME)


def test_conversations_and_people_have_names_all_the_way_down(visit: Visit) -> None:
    shiru, text = visit(), words()
    enters(shiru, BUYER, "/feed")
    address = tells(shiru, text)
    shiru.go("nairobi", "/feed")
    reads(shiru.page, FEED.format(text=text))
    shiru.page.goto(address)
    shiru.write("Your answer", "To myself.")
    shiru.press(re.compile("^Answer$"))
    shiru.sees("To myself.")
    reads(shiru.page, THREAD.format(text=text))
    shiru.go("nairobi", "/members/@makena-gitonga")
    reads(shiru.page, PROFILE)


def test_a_gathering_says_what_it_is_and_whether_one_comes(visit: Visit) -> None:
    title, wambui, shiru = f"Lantern evening {ids.short_code(4)}", visit(), visit()
    enters(wambui, HOST, "/manage/events")
    plan(wambui, title, seats=5)
    enters(shiru, BUYER, "/events")
    finds(shiru, title)
    reads(shiru.page, GATHERING.format(title=title))
    shiru.press("Register")
    reads(shiru.page, COMING)


def test_buying_is_said_step_by_step(visit: Visit) -> None:
    shiru = visit()
    enters(shiru, BUYER, "/market")
    shiru.follow(MUG)
    reads(shiru.page, OFFER)
    choose(shiru, "nairobi", MUG)
    reads(shiru.page, BASKET)
    shiru.follow("To the checkout")
    reads(shiru.page, CHECKOUT)
