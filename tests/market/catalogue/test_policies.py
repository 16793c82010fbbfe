"""Rules of the catalogue, without a database."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hubapp.market.catalogue import policies

COUNT = st.integers(0, 10_000)


@given(COUNT, COUNT, COUNT)
def test_saving_an_untouched_form_changes_no_stock_whatever_was_sold_meanwhile(
    left: int, taken: int, sold: int
) -> None:
    stock = left + taken
    assert policies.stock_after_edit(stock=stock, taken=taken + sold, left=left, left_was=left) == stock


@given(COUNT, COUNT, COUNT)
def test_what_the_seller_adds_is_added(left: int, taken: int, more: int) -> None:
    stock = left + taken
    assert policies.stock_after_edit(stock=stock, taken=taken, left=left + more, left_was=left) == stock + more


def test_a_limit_for_what_had_none_counts_from_what_is_taken() -> None:
    assert policies.stock_after_edit(stock=None, taken=3, left=10, left_was=None) == 13
    assert policies.stock_after_edit(stock=7, taken=3, left=None, left_was=4) is None


def test_a_title_without_letters_still_has_an_address() -> None:
    assert policies.slug_of("☀☀") == "listing"
