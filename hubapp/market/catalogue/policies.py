"""Rules of the catalogue that need no database: what a listing may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from slugify import slugify

from hubapp.kernel.money import BPS, Money

# In minor units: the largest amount that the provider takes in one charge.
LARGEST_PRICE = 99_999_999
LONGEST_TITLE = 120
LONGEST_BODY = 20_000
MOST_IN_STOCK = 100_000
MOST_PICTURES = 6
MOST_POINTS = 1_000_000


@dataclass(frozen=True, slots=True)
class ListingText:
    """What a seller says about a listing; prices contain the tax, `left` None means no limit.

    `plan_kind`: the core's product line only, what the pay plan takes it for, with points per piece.
    """

    kind: str
    title: str
    body_md: str
    price: Money
    left: int | None
    has_pickup: bool
    shipping_price: Money | None
    tax_category: str
    is_monthly: bool = False
    plan_kind: str | None = None
    plan_points: int = 0


def slug_of(title: str) -> str:
    """A readable part for addresses; never empty."""
    return slugify(title, max_length=60) or "listing"


def stock_after_edit(*, stock: int | None, taken: int, left: int | None, left_was: int | None) -> int | None:
    """The new stock when a seller who saw `left_was` left says there are `left`.

    The difference counts, not the number: what was bought while the form stood open stays bought.
    `taken` is what is reserved and sold. A result below `taken` means that more went meanwhile than the seller knew.
    """
    if left is None:
        return None
    if stock is None or left_was is None:
        return taken + left
    return stock + left - left_was


def tax_inside(gross: int, rate: int) -> int:
    """The tax contained in `gross` at `rate` basis points, half-even to a minor unit: 12.00 at 20 % holds 2.00."""
    exact = Decimal(gross) * rate / (BPS + rate)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))


def rate_of(rates: Mapping[str, int], category: str) -> int:
    """The tax rate of a category in basis points; a category that the hub gave up is taxed at the standard rate."""
    return rates.get(category, rates.get("standard", 0))
