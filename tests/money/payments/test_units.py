"""Steps of amounts: what can be charged and what can be paid out, in our own minor units."""

from __future__ import annotations

import pytest

from hubapp.money.payments import queries, units


@pytest.mark.parametrize(
    ("currency", "charge", "payout"),
    [("EUR", 1, 1), ("TND", 10, 10), ("KWD", 10, 10), ("JPY", 1, 1), ("UGX", 1, 1), ("HUF", 1, 100), ("LYD", 10, 10)],
)
def test_amounts_go_in_steps_by_currency(currency: str, charge: int, payout: int) -> None:
    assert (queries.chargeable_step(currency), queries.transferable_step(currency)) == (charge, payout)


@pytest.mark.parametrize("currency", ["eur", "tnd", "kwd", "jpy", "ugx", "lyd", "isk"])
def test_a_step_of_ours_is_a_step_of_the_provider(currency: str) -> None:
    amount = units.to_provider(7 * units.charge_step(currency), currency)
    assert amount % units.provider_step(currency) == 0
    assert units.from_provider(amount, currency) == 7 * units.charge_step(currency)
