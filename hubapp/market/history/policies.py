"""What a line is, and which earlier sale a cancellation takes back: first in, first out, partly if need be."""

from __future__ import annotations

import enum
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from hubapp.kernel.money import allocate


class Kind(enum.StrEnum):
    """What becomes of a line, or of a part of one."""

    SALE = "sale"
    REFUND = "refund"
    ADJUSTMENT = "adjustment"
    SUSPENSE = "suspense"
    STOCK = "stock"


def classify(*, is_cancellation: bool, account: str | None, quantity: int, amount: int, is_free: bool) -> Kind:
    """Kind of a line; a REFUND still has to find its sale.

    `account`: the special account of its article, `is_free`: its unit price is 0. Nothing is dropped: what has no
    explanation goes to suspense with its sign.
    """
    if account is not None:
        return Kind.ADJUSTMENT
    if quantity < 0 and is_free:
        return Kind.STOCK
    if is_cancellation:
        return Kind.REFUND if quantity < 0 and amount <= 0 else Kind.SUSPENSE
    return Kind.SALE if quantity >= 0 and amount >= 0 else Kind.SUSPENSE


@dataclass(slots=True)
class Sold:
    """A sold line that may still be taken back: `quantity` pieces of it are left."""

    order_id: UUID
    line_id: UUID
    quantity: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a cancellation: `quantity` > 0 pieces for `amount` ≥ 0 minor units; `sold` None: no sale was found."""

    quantity: int
    amount: int
    sold: Sold | None


@dataclass(slots=True)
class Matcher:
    """Open sales by customer and article in the order of their sale, and what each order can still give back."""

    open_sales: dict[tuple[str, str], deque[Sold]] = field(default_factory=dict)
    refundable: dict[UUID, int] = field(default_factory=dict)

    def sell(self, *, customer: str, article: str, sold: Sold) -> None:
        """Remember a sale."""
        self.open_sales.setdefault((customer, article), deque()).append(sold)

    def take_back(self, *, customer: str | None, article: str, quantity: int, amount: int) -> list[Part]:
        """Split a cancellation of `quantity` > 0 pieces worth `amount` ≥ 0 over earlier sales; the parts sum exactly.

        An order never gives back more than it took in (a cancellation may carry a higher price than its sale): the
        excess has no explanation and stays without a sale.
        """
        found: list[tuple[Sold | None, int]] = []
        left = quantity
        line = self.open_sales.get((customer, article)) if customer is not None else None
        while left and line:
            sold = line[0]
            taken = min(left, sold.quantity)
            found.append((sold, taken))
            sold.quantity -= taken
            left -= taken
            if not sold.quantity:
                line.popleft()
        if left:
            found.append((None, left))
        return list(self._priced(found, amount))

    def _priced(self, found: list[tuple[Sold | None, int]], amount: int) -> Iterable[Part]:
        amounts = allocate(amount, {place: pieces for place, (_, pieces) in enumerate(found)})
        excess = 0
        for place, (sold, pieces) in enumerate(found):
            if sold is None:
                yield Part(pieces, amounts[place], None)
                continue
            given = min(amounts[place], self.refundable.get(sold.order_id, 0))
            self.refundable[sold.order_id] = self.refundable.get(sold.order_id, 0) - given
            excess += amounts[place] - given
            yield Part(pieces, given, sold)
        if excess:
            yield Part(0, excess, None)
