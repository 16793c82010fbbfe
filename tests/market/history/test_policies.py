"""What a line is, and what a cancellation takes back: by example and by property."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.market.history.policies import Kind, Matcher, Sold, classify

ORDER, OTHER = UUID(int=1), UUID(int=2)


def kind(**values: object) -> Kind:
    line = {"is_cancellation": False, "account": None, "quantity": 1, "amount": 100, "is_free": False}
    return classify(**{**line, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Kind.SALE),
        ({"amount": 0, "is_free": True}, Kind.SALE),
        ({"quantity": -1, "amount": 0, "is_free": True}, Kind.STOCK),
        ({"account": "postage"}, Kind.ADJUSTMENT),
        ({"account": "discounts", "is_cancellation": True, "quantity": -1, "amount": -100}, Kind.ADJUSTMENT),
        ({"is_cancellation": True, "quantity": -1, "amount": -100}, Kind.REFUND),
        ({"is_cancellation": True}, Kind.SUSPENSE),
        ({"quantity": -1, "amount": -100}, Kind.SUSPENSE),
        ({"amount": -100}, Kind.SUSPENSE),
    ],
)
def test_every_line_has_a_place(values: dict[str, object], expected: Kind) -> None:
    assert kind(**values) is expected


def matcher(*quantities: int, refundable: int = 10_000) -> Matcher:
    made = Matcher()
    for place, quantity in enumerate(quantities):
        made.sell(customer="c", article="a", sold=Sold(ORDER, UUID(int=10 + place), quantity))
    made.refundable[ORDER] = refundable
    return made


def test_the_first_sale_is_taken_back_first_and_partly() -> None:
    parts = matcher(2, 5).take_back(customer="c", article="a", quantity=4, amount=400)
    assert [(part.quantity, part.amount, part.sold.line_id.int if part.sold else None) for part in parts] == [
        (2, 200, 10),
        (2, 200, 11),
    ]


def test_what_was_taken_back_is_not_taken_back_again() -> None:
    made = matcher(3)
    made.take_back(customer="c", article="a", quantity=2, amount=200)
    parts = made.take_back(customer="c", article="a", quantity=2, amount=200)
    assert [(part.quantity, part.amount, part.sold is None) for part in parts] == [(1, 100, False), (1, 100, True)]


@pytest.mark.parametrize(("customer", "article"), [("other", "a"), ("c", "other"), (None, "a")])
def test_another_customer_or_article_finds_no_sale(customer: str | None, article: str) -> None:
    (part,) = matcher(5).take_back(customer=customer, article=article, quantity=1, amount=100)
    assert part.sold is None


def test_an_order_gives_back_no_more_than_it_took_in() -> None:
    parts = matcher(1, refundable=295).take_back(customer="c", article="a", quantity=1, amount=1695)
    assert [(part.amount, part.sold is None) for part in parts] == [(295, False), (1400, True)]


@given(
    sold=st.lists(st.integers(1, 50), max_size=6),
    back=st.lists(st.tuples(st.integers(1, 60), st.integers(0, 5_000)), max_size=6),
    refundable=st.integers(0, 20_000),
)
def test_nothing_is_lost_and_nothing_is_given_twice(
    sold: list[int], back: list[tuple[int, int]], refundable: int
) -> None:
    made = matcher(*sold, refundable=refundable)
    matched = given_back = 0
    for quantity, amount in back:
        parts = made.take_back(customer="c", article="a", quantity=quantity, amount=amount)
        assert sum(part.quantity for part in parts) == quantity
        assert sum(part.amount for part in parts) == amount
        assert all(part.amount >= 0 for part in parts)
        matched += sum(part.quantity for part in parts if part.sold)
        given_back += sum(part.amount for part in parts if part.sold)
    assert matched <= sum(sold)
    assert given_back <= refundable
