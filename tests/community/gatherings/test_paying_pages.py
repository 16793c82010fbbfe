"""Pages of seats that cost something, as plain HTTP: what is shown before, paying, and what those who plan see."""

from __future__ import annotations

import pytest

from hubapp.community.gatherings import queries
from hubapp.kernel import clock
from tests.factories.evening import PRICE, Evening
from tests.support.browsing import Browser


@pytest.fixture
def path(evening: Evening) -> str:
    """The page of the gathering."""
    with evening.scope():
        return f"/events/{queries.gathering(evening.gathering_id).slug}"


def test_price_split_and_refund_are_shown_before_anything_is_asked(evening: Evening, path: str) -> None:
    page = Browser(evening.till.app, evening.hub_id).get(path).text
    assert "€24.00" in page
    assert "Where your money goes" in page
    assert "and you get the whole price back." in page
    assert "Register and pay" in page
    assert "hx-post" not in page.split('id="registration"')[1].split("</section>")[0]
    assert "€24.00" in Browser(evening.till.app, evening.hub_id).get("/events").text


def test_registering_leads_to_the_card_page_and_back_to_tickets_and_a_receipt(evening: Evening, path: str) -> None:
    eva = Browser(evening.till.app, evening.hub_id, evening.eva)
    answer = eva.post(f"{path}/register", {"seats": "2", "shown": str(PRICE)}, form_page=path)
    assert answer.status_code == 303
    one = evening.mine(evening.eva)
    assert one is not None
    assert answer.location.endswith(f"{one.payment_id}")
    page = eva.get(path).text
    assert "2 seats are kept for you until" in page
    assert "€48.00" in page
    assert "Waits for payment" in eva.get("/me/tickets").text
    evening.till.pay(evening.hub_id, one.payment_id)  # type: ignore[arg-type]
    assert eva.get(f"{path}/paid").status_code == 303
    assert "Your payment has arrived" in eva.get(path).text
    evening.settle()
    page = eva.get(path).text
    assert "2 seats are yours." in page
    assert "Your receipt" in page
    order = evening.orders(evening.eva)[0]
    receipt = eva.get(f"/orders/{order.id}").text
    assert "As tickets" in receipt
    assert "€48.00" in receipt


def test_a_price_that_changed_is_said_and_nothing_is_kept(evening: Evening, path: str) -> None:
    eva = Browser(evening.till.app, evening.hub_id, evening.eva)
    answer = eva.post(f"{path}/register", {"seats": "1", "shown": "100"}, form_page=path)
    assert answer.status_code == 422
    assert "The amount is not what you were shown before." in answer.text
    assert evening.states(evening.eva) == ["-"]


def test_paying_later_from_the_page(evening: Evening, path: str) -> None:
    evening.register(evening.eva)
    eva = Browser(evening.till.app, evening.hub_id, evening.eva)
    assert eva.post(f"{path}/pay", {"shown": str(PRICE)}, form_page=path).status_code == 303
    assert eva.post(f"{path}/pay", {"shown": "nonsense"}, form_page=path).status_code == 303  # the same page again
    assert len(evening.orders(evening.eva)) == 1


def test_who_gives_a_paid_seat_back_reads_that_the_money_comes(evening: Evening, path: str) -> None:
    evening.buy(evening.eva)
    eva = Browser(evening.till.app, evening.hub_id, evening.eva)
    eva.post(f"{path}/cancel", form_page=path)
    assert "Your money is on its way back." in eva.get(path).text


def test_who_waits_reads_that_nothing_is_to_be_paid_yet(evening: Evening, path: str) -> None:
    evening.buy(evening.eva, seats=2)
    finn = Browser(evening.till.app, evening.hub_id, evening.finn)
    assert "Nothing to pay now." in finn.get(path).text
    finn.post(f"{path}/register", {"seats": "1", "shown": str(PRICE)}, form_page=path)
    assert "you have a day to pay" in finn.get(path).text


def test_those_who_plan_see_who_has_paid(evening: Evening) -> None:
    evening.buy(evening.eva)
    evening.register(evening.finn)
    boss = Browser(evening.till.app, evening.hub_id, evening.shop.connector)
    page = boss.get(f"/manage/events/{evening.gathering_id}/people").text
    assert "€24.00 paid" in page
    assert "€24.00 until" in page
    table = boss.get(f"/manage/events/{evening.gathering_id}/people.csv").text
    assert "Registered at,Paid" in table
    assert ",24.00" in table


def edited(evening: Evening, boss: Browser, **values: str) -> tuple[int, str]:
    """What comes of changing the gathering."""
    form = {
        "title": "Supper",
        "day": evening.gathering().starts_at.date().isoformat(),
        "starts": "19:00",
        "ends": "22:00",
        "format": "place",
        "place_name": "The yard",
        "most_seats": "4",
        "closes": "0",
        "repeat": "no",
        "scope": "one",
        "host": "",
        **values,
    }
    address = f"/manage/events/{evening.gathering_id}"
    answer = boss.post(address, form, form_page=address)
    return answer.status_code, answer.text


def test_price_tax_refund_and_seller_are_set_when_planning(evening: Evening) -> None:
    boss = Browser(evening.till.app, evening.hub_id, evening.shop.connector)
    status, _page = edited(evening, boss, price="18", tax_category="reduced", refund="never", seller="hub")
    assert status == 303
    found = evening.gathering()
    assert (found.price, found.tax_category, found.refund_hours, found.is_sold_by_host) == (
        1800,
        "reduced",
        None,
        False,
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"price": "18", "seller": "host"}, "Name the host who sells the seats"),
        ({"price": "-1", "seller": "hub"}, "not below zero"),
        ({"price": "lots", "seller": "hub"}, "price-error"),
        ({"price": "18", "tax_category": "luxury", "seller": "hub"}, "Choose one of the list."),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(evening: Evening, values: dict[str, str], words: str) -> None:
    boss = Browser(evening.till.app, evening.hub_id, evening.shop.connector)
    status, page = edited(evening, boss, **values)
    assert status == 422
    assert words in page


def test_nobody_is_made_a_seller_by_somebody_else(evening: Evening) -> None:
    boss = Browser(evening.till.app, evening.hub_id, evening.shop.connector)
    with evening.scope():
        member = queries.membership.member(evening.eva)
    assert member is not None
    status, page = edited(evening, boss, price="18", seller="host", host=member.handle)
    assert status == 422
    assert "Only the host can decide to sell." in page


def test_what_costs_something_does_not_become_free_once_somebody_has_registered(evening: Evening) -> None:
    evening.register(evening.eva)
    boss = Browser(evening.till.app, evening.hub_id, evening.shop.connector)
    status, page = edited(evening, boss, price="")
    assert status == 422
    assert "keeps a price" in page
    assert evening.gathering().starts_at > clock.now()
