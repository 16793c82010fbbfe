"""Currencies as the provider counts them: smallest units, minimums, whole-unit rules and fees."""

from __future__ import annotations

from dataclasses import dataclass

from hubapp.money.payments.sandbox.errors import ApiError, invalid_parameter
from hubapp.money.payments.units import ZERO_DECIMALS
from hubapp.money.payments.units import provider_step as step

MAXIMUM = 99_999_999


@dataclass(frozen=True, slots=True)
class Terms:
    """What a payment costs and the least it may be; `rate` in basis points, the rest in minor units."""

    rate: int
    fixed: int
    minimum: int


TERMS = {
    "eur": Terms(150, 25, 50),
    "gbp": Terms(150, 20, 30),
    "chf": Terms(290, 30, 50),
    "usd": Terms(290, 30, 50),
    "cad": Terms(290, 30, 50),
    "aud": Terms(170, 30, 50),
    "kes": Terms(290, 1500, 5000),
    "ngn": Terms(390, 10_000, 20_000),
    "mad": Terms(250, 250, 500),
    "egp": Terms(275, 300, 2500),
    "tnd": Terms(250, 250, 1500),
    "kwd": Terms(250, 100, 150),
    "jpy": Terms(360, 0, 50),
    "xof": Terms(350, 100, 300),
}
DEFAULT = Terms(290, 30, 50)
DEFAULT_ZERO_DECIMAL = Terms(350, 50, 50)


def terms(currency: str) -> Terms:
    """The price list's line for a currency."""
    return TERMS.get(currency, DEFAULT_ZERO_DECIMAL if currency in ZERO_DECIMALS else DEFAULT)


def fee(amount: int, currency: str) -> int:
    """What the provider keeps of a payment: rate and fixed part, half up, in payable steps, never all of it."""
    price = terms(currency)
    size = step(currency)
    exact = amount * price.rate + price.fixed * 10_000
    return min((exact + 5_000 * size) // (10_000 * size) * size, amount)


def dispute_fee(currency: str) -> int:
    """What the provider takes for a dispute: as much as the fixed parts of eighty payments, in payable steps."""
    price = terms(currency)
    size = step(currency)
    return max(price.fixed * 80, price.minimum) // size * size


def check(amount: int, currency: str, *, param: str = "amount", minimum: bool = False) -> None:
    """Refuse an amount that cannot be moved in this currency; `minimum` where a buyer pays it."""
    if amount < 1:
        raise invalid_parameter(param, "This value must be greater than or equal to 1.")
    if amount % step(currency):
        message = f"Invalid {currency} amount {amount}: it must be a multiple of {step(currency)}."
        raise invalid_parameter(param, message)
    if minimum and amount < terms(currency).minimum:
        message = f"The amount must be at least {terms(currency).minimum} in the smallest unit of {currency}."
        raise ApiError(message, code="amount_too_small", param=param)
    if amount > MAXIMUM * (100 if step(currency) == 1 and currency in ZERO_DECIMALS else 10):
        raise ApiError("The amount is too large.", code="amount_too_large", param=param)
