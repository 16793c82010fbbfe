"""Money as a type: integers in minor units with a currency, and splits that sum exactly."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Self, TypeVar

from babel.numbers import get_currency_precision

BPS = 10_000
MAX_MINOR = 10**15

Key = TypeVar("Key", bound=Hashable)


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum."""


def exponent(currency: str) -> int:
    """Digits after the point: 2 for EUR, 0 for JPY, 3 for TND (ISO 4217, from CLDR)."""
    return int(get_currency_precision(currency))


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`amount` in minor units of `currency` (ISO 4217). Raises CurrencyMismatch when mixed."""

    amount: int
    currency: str

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    @property
    def major(self) -> Decimal:
        """The amount in the currency's own unit, exact."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Read what a person typed ("12,50", "12.5", "1 200"); ValueError says what is wrong.

        Too many decimals are refused rather than rounded: nobody may lose a cent to a form.
        """
        cleaned = text.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
        try:
            value = Decimal(cleaned)
        except InvalidOperation:
            raise ValueError(f"“{text}” is not an amount. Write it like 12.50.") from None
        if not value.is_finite():
            raise ValueError(f"“{text}” is not an amount. Write it like 12.50.")
        digits = exponent(currency)
        minor = value.scaleb(digits)
        if minor != minor.to_integral_value():
            raise ValueError(f"{currency} has {digits} digits after the point.")
        if abs(minor) > MAX_MINOR:
            raise ValueError("This amount is too large.")
        return cls(int(minor), currency)


def bps_of(amount: int, bps: int) -> int:
    """`bps` basis points of `amount` (minor units), half-even to a minor unit."""
    return int((Decimal(amount) * bps / BPS).quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def allocate(total: int, weights: Mapping[Key, int]) -> dict[Key, int]:
    """Split `total` minor units by `weights` (≥ 0) so that the parts sum to it exactly.

    Largest remainder; ties go to the smaller key. With no weight at all, the smallest key takes everything.
    Negative totals split like their absolute value.
    """
    if not weights:
        raise ValueError("nobody to allocate to")
    if any(weight < 0 for weight in weights.values()):
        raise ValueError("weights are not negative")
    keys = sorted(weights, key=lambda key: (str(type(key)), key))
    sum_of_weights = sum(weights.values())
    if sum_of_weights == 0:
        return {key: (total if key == keys[0] else 0) for key in keys}
    sign, size = (-1, -total) if total < 0 else (1, total)
    parts = {key: size * weights[key] // sum_of_weights for key in keys}
    by_remainder = sorted(keys, key=lambda key: -(size * weights[key] % sum_of_weights))
    for key in by_remainder[: size - sum(parts.values())]:
        parts[key] += 1
    return {key: sign * part for key, part in parts.items()}
