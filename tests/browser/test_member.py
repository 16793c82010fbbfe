"""A member: from the first click to a receipt that says where every cent went, in one hub and the next."""

from __future__ import annotations

import re
import time

from hubapp.kernel import ids
from tests.browser.conftest import EACH_WAY, ON_A_PHONE, Visit, Way
from tests.browser.people import Person
from tests.browser.site import BUYER, Site
from tests.browser.till import AUTHENTICATES, DECLINED, INSUFFICIENT, SUCCEEDS, choose, order, pay, receipt

WORDS = "seven lamps over the quay"
LAMP, MUG = "Lampe d'architecte recâblée", "Two-handed mug, ash glaze"


def sign_up(person: Person, site: Site, hub: str) -> None:
    """A new account, confirmed by the link in the mail, and a member of a hub."""
    address = f"{ids.short_code().lower()}@example.org"
    person.go(hub, "/auth/login?next=/join")
    person.follow("Create an account")
    person.write("Your name", "Ann Example")
    person.write("E-mail address", address)
    person.write("Password", WORDS)
    person.press("Create my account")
    person.sees("Look into your mail")
    for _ in range(100):
        if site.link_to(address):
            break
        time.sleep(0.1)
    person.page.goto(str(site.link_to(address)))
    person.press("Yes, confirm it")
    person.page.wait_for_load_state()
    person.go(hub, "/auth/login?next=/join")
    person.press(re.compile("^Join"))
    person.sees("Welcome to")


@EACH_WAY
def test_signs_up_joins_buys_and_sees_the_split(visit: Visit, site: Site, way: Way) -> None:
    ann = visit(**way)
    sign_up(ann, site, "lyon")
    choose(ann, "lyon", LAMP)
    order(ann)
    pay(ann, SUCCEEDS)
    receipt(ann)
    ann.sees("Sold by", "Youssef Benallal", LAMP, "€62.00", "Where every cent went")
    ann.sees("Seller: Youssef Benallal", "Connector: Maud Ferrandeau", "The network's core", "Tax", "Card processor")


def test_a_card_is_declined_then_empty_then_asks_back_then_pays_and_the_parcel_is_paid_for(visit: Visit) -> None:
    shiru = visit()
    shiru.sign_in(BUYER, "nairobi", "/market")
    choose(shiru, "nairobi", MUG)
    shiru.follow(re.compile("checkout", re.IGNORECASE))
    shiru.main.get_by_text("Have it sent").click()
    for label, value in (("Street and number", "Ngong Road 12"), ("Postcode", "00100"), ("Town", "Nairobi")):
        shiru.write(label, value)
    shiru.sees("2,200.00")
    order(shiru, from_basket=False)
    pay(shiru, DECLINED)
    shiru.sees(re.compile("declined", re.IGNORECASE))
    pay(shiru, INSUFFICIENT)
    shiru.sees(re.compile("insufficient|not enough", re.IGNORECASE))
    pay(shiru, AUTHENTICATES)
    shiru.press("Confirm the payment")
    receipt(shiru)
    shiru.sees("Makena Gitonga", "Shipping", "2,200.00", "Where every cent went")


def test_one_account_is_signed_in_once_in_several_hubs(visit: Visit) -> None:
    shiru = visit()
    shiru.sign_in(BUYER, "nairobi", "/me/orders")
    shiru.is_at("//nairobi.localhost")
    shiru.go("lyon", "/auth/login?next=/join")
    shiru.is_at("//lyon.localhost")
    shiru.sees_not("Sign in")
    assert shiru.main.get_by_role("button", name=re.compile("^Join")).count() == 1


@ON_A_PHONE
def test_signing_out_ends_it_everywhere(visit: Visit, way: Way) -> None:
    shiru = visit(**way)
    shiru.sign_in(BUYER, "nairobi", "/me/orders")
    shiru.go("tunis", "/auth/login?next=/join")
    shiru.go("nairobi", "/auth/logout")
    shiru.press("Sign out")
    shiru.page.wait_for_load_state()
    for hub, path in (("nairobi", "/me/orders"), ("tunis", "/me/orders"), ("", "/me")):
        shiru.go(hub, path)
        shiru.is_at("/sign-in")


def test_who_brought_a_buyer_is_paid_and_for_joining_alone_nobody(visit: Visit, site: Site) -> None:
    shiru, ann = visit(), visit()
    shiru.sign_in(BUYER, "nairobi", "/me/referrals")
    link = shiru.main.locator("input[readonly]").first.input_value()
    shiru.go("nairobi", "/me/earnings")
    before = shiru.main.inner_text()
    ann.page.goto(link)
    sign_up(ann, site, "nairobi")
    shiru.page.reload()
    assert shiru.main.inner_text() == before
    choose(ann, "nairobi", MUG)
    order(ann)
    pay(ann, SUCCEEDS)
    receipt(ann)
    ann.sees("Brought by Shiru Ndegwa")
    shiru.page.reload()
    # 5 % of what the mug costs without the 16 % of tax in its price.
    shiru.sees("KES77.59")
