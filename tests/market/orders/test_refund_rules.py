"""The arithmetic of refunds and lost disputes: nothing below zero, nothing twice, the last cent included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.earnings.shares import policies
from hubapp.kernel.money import Money
from hubapp.market.orders.refund_models import Level
from hubapp.market.orders.refund_rules import Bought, Limits, first_level, next_level, value_of

NOW = datetime(2026, 11, 22, tzinfo=UTC)
lines = st.lists(
    st.builds(
        lambda at, count, price, shipping: Bought(UUID(int=at), count, count * price, shipping),
        st.integers(1, 10_000),
        st.integers(1, 99),
        st.integers(0, 10**6),
        st.integers(0, 5000),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda line: line.line_id,
)


@given(lines, st.data())
def test_pieces_never_cost_more_than_was_paid_and_all_of_them_cost_all(
    bought: list[Bought], data: st.DataObject
) -> None:
    some = {line.line_id: data.draw(st.integers(0, line.quantity)) for line in bought}
    everything = sum(line.gross + line.shipping for line in bought)
    assert 0 <= value_of(bought, some) <= everything
    assert value_of(bought, {line.line_id: line.quantity for line in bought}) == everything


@given(lines, st.integers(1, 50))
def test_more_than_was_bought_or_less_than_nothing_has_no_value(bought: list[Bought], over: int) -> None:
    for wrong in (bought[0].quantity + over, -over):
        with pytest.raises(ValueError, match=str(bought[0].line_id)):
            value_of(bought, {bought[0].line_id: wrong})


@given(
    st.dictionaries(st.integers(0, 6), st.integers(0, 10**9), min_size=1, max_size=6),
    st.integers(0, 10**6),
    st.lists(st.integers(1, 10**9), min_size=1, max_size=12),
)
def test_parts_taken_back_one_after_the_other_end_at_nothing(
    shares: dict[int, int], fee: int, wanted: list[int]
) -> None:
    gross, refunded, kept = sum(shares.values()) + fee, 0, 0
    left = dict(shares)
    for amount in [*wanted, gross]:
        part = min(amount, gross - refunded)
        if not part:
            break
        back = policies.reverse(amount=part, gross=gross, refunded=refunded, remaining=left)
        assert sum(back.parts.values()) + back.from_core == part
        assert back.from_core >= 0
        left = {key: left[key] - back.parts.get(key, 0) for key in left}
        assert min(left.values()) >= 0
        refunded, kept = refunded + part, kept + back.from_core
    assert (set(left.values()), refunded, kept) == ({0}, gross, fee)


@pytest.mark.parametrize(
    ("amount", "days", "may"), [(25_000, 60, True), (25_001, 60, False), (1, 61, False), (25_000, 0, True)]
)
def test_a_hub_decides_up_to_its_limits(amount: int, days: int, may: bool) -> None:
    paid_at = NOW - timedelta(days=days)
    assert Limits().allow(amount=Money(amount, "EUR"), paid_at=paid_at, now=NOW) is may


@pytest.mark.parametrize(("currency", "most"), [("EUR", 25_000), ("JPY", 250), ("KWD", 250_000)])
def test_limits_count_in_the_currencys_unit(currency: str, most: int) -> None:
    assert Limits().most(currency) == Money(most, currency)


def test_what_was_never_paid_is_nobodys_to_give_back() -> None:
    assert not Limits().allow(amount=Money(1, "EUR"), paid_at=None, now=NOW)


@pytest.mark.parametrize(
    ("has_connector", "way"), [(True, [Level.HUB, Level.CORE, Level.CORE]), (False, [Level.CORE, Level.CORE])]
)
def test_a_request_climbs(has_connector: bool, way: list[Level]) -> None:
    level, climbed = Level.SELLER, []
    for _ in way:
        level = next_level(level, has_connector=has_connector)
        climbed.append(level)
    assert climbed == way
    assert first_level(seller_id=UUID(int=1), has_connector=has_connector) == Level.SELLER
    assert first_level(seller_id=None, has_connector=has_connector) == way[0]
