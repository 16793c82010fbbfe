"""Buying, as a person does it: from a listing over the basket to the card page and back."""

from __future__ import annotations

import re

from tests.browser.people import Person

SUCCEEDS, DECLINED, INSUFFICIENT = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 9995"
AUTHENTICATES = "4000 0000 0000 3220"


def choose(person: Person, hub: str, title: str) -> None:
    """Put one of a listing into the basket, and nothing else."""
    person.go(hub, "/basket")
    for _ in range(person.main.get_by_role("button", name=re.compile("^Remove")).count()):
        person.press(re.compile("^Remove"))
        person.page.wait_for_load_state()
        person.go(hub, "/basket")
    person.go(hub, "/market")
    person.follow(title)
    person.press("Put in the basket")
    person.is_at("/basket")


def order(person: Person, *, from_basket: bool = True) -> None:
    """From the basket, or from the checkout, to the card page."""
    if from_basket:
        person.follow(re.compile("checkout", re.IGNORECASE))
    person.press("Order and pay")
    person.is_at("/sandbox/pay/")


def pay(person: Person, number: str) -> None:
    """Try a card."""
    person.write("Card number", number)
    person.write("Expiry date", "12 / 34")
    person.write("Security code", "123")
    person.write("Name on the card", "Ann Example")
    person.press(re.compile("^Pay "))


def receipt(person: Person) -> None:
    """From the card page's answer to the receipt, which the worker may still be writing."""
    for _ in range(20):
        person.page.wait_for_load_state()
        if person.main.get_by_role("link", name=re.compile("Receipt of order")).count():
            break
        person.page.wait_for_timeout(700)
        if "/return" in person.page.url:
            person.page.reload()
    person.follow(re.compile("Receipt of order"))
    person.is_at("/orders/")
