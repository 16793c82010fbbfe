"""Calling off, giving back a part, asked for and unasked, twice and at the same moment; and what cards refuse then."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from hubapp.kernel import clock
from hubapp.kernel.money import Money
from hubapp.market.orders import services
from hubapp.market.orders.errors import (
    AlreadyAsked,
    MoreThanLeft,
    NothingLeft,
    NotYours,
    WrongMove,
)
from hubapp.market.orders.refund_models import Level
from hubapp.money.payments.errors import PaymentDisputed
from hubapp.tenancy.audit import SYSTEM
from tests.factories.races import together
from tests.journeys.money_machine import sights
from tests.journeys.money_machine.rules.sales import NUMBER, Sales
from tests.journeys.money_machine.steps import NOTHING, step, tried

STANDS = {"paid", "handed_over"}
LEVELS = st.sampled_from((Level.SELLER, Level.HUB, Level.CORE))
REFUSALS = (WrongMove, NothingLeft, AlreadyAsked, MoreThanLeft, NotYours, PaymentDisputed)
# Whether the buyer's bank has the payment of an order, or may take it, as far as we know.
TAKEN = "SELECT 1 FROM dispute WHERE payment_id = %s AND NOT is_refundable"
ASKED = """
SELECT r.*, o.gross - o.refunded AS left, o.status AS order_status, c.payment_id FROM refund_request r
JOIN orders o ON o.hub_id = r.hub_id AND o.id = r.order_id
JOIN checkout c ON c.hub_id = o.hub_id AND c.id = o.checkout_id
WHERE r.status = 'open' ORDER BY r.id
"""


class Refunds(Sales):
    """What gives money back."""

    def cancel(self, order: dict[str, Any]) -> Any:
        with self.in_hub(order["hub_id"]):
            services.cancel_order(order_id=order["id"], reason="A change of mind.", actor=SYSTEM, now=clock.now())

    def is_taken(self, order: dict[str, Any]) -> bool:
        return bool(self.world.rows(TAKEN, order["payment_id"]))

    @step(number=NUMBER)
    def call_off(self, number: int) -> str | None:
        if (order := self.pick(self.orders(), number)) is None:
            return NOTHING
        answer = tried(lambda: self.cancel(order), WrongMove, PaymentDisputed)
        if order["status"] not in STANDS:
            assert isinstance(answer, WrongMove)
            return NOTHING
        assert isinstance(answer, PaymentDisputed) == self.is_taken(order), answer
        assert not isinstance(answer, WrongMove)
        return None

    @step(number=NUMBER)
    def call_off_at_once(self, number: int) -> str | None:
        orders = [row for row in self.orders() if row["status"] in STANDS and not self.is_taken(row)]
        if (order := self.pick(orders, number)) is None:
            return NOTHING
        answers = together(*[lambda: tried(lambda: self.cancel(order), WrongMove)] * 2)
        assert sorted(isinstance(answer, WrongMove) for answer in answers) == [False, True]
        sights.seen["race: refunds"] += 1
        return None

    def give(self, order: dict[str, Any], amount: int, by: Level = Level.CORE) -> Any:
        """A part goes back unasked."""
        with self.in_hub(order["hub_id"]):
            return services.refund_part(
                order_id=order["id"],
                amount=Money(amount, order["currency"]),
                reason="A present.",
                by=by,
                actor=SYSTEM,
                now=clock.now(),
            )

    @step(number=NUMBER, share=st.integers(1, 100), by=LEVELS, is_doubled=st.booleans())
    def give_back_a_part(self, number: int, share: int, by: Level, is_doubled: bool) -> str | None:
        """A double click may not give more than there is, nor to a bank that has it already."""
        if (order := self.pick([row for row in self.orders() if row["status"] in STANDS], number)) is None:
            return NOTHING
        left = order["gross"] - order["refunded"]
        amount, is_taken, is_asked = max(1, left * share // 100), self.is_taken(order), self.is_asked(order)

        def act() -> Any:
            return tried(lambda: self.give(order, amount, by), *REFUSALS)

        answers = together(act, act) if is_doubled else [act()]
        if not left:
            assert all(isinstance(answer, NothingLeft) for answer in answers), answers
            return NOTHING
        given = [answer for answer in answers if answer in {"granted", "open"}]
        if is_asked or (is_taken and not given):
            refusals = (AlreadyAsked, PaymentDisputed)
            assert all(isinstance(answer, refusals) for answer in answers), answers
            return NOTHING
        assert given, answers
        assert not (is_taken and "granted" in given), answers
        sights.seen["race: refunds"] += is_doubled
        return None

    def is_asked(self, order: dict[str, Any]) -> bool:
        return bool(
            self.world.rows("SELECT 1 FROM refund_request WHERE order_id = %s AND status = 'open'", order["id"])
        )

    @step(number=NUMBER, more=st.sampled_from((1, 10**9)))
    def ask_for_too_much(self, number: int, more: int) -> str | None:
        if (order := self.pick([row for row in self.orders() if row["status"] in STANDS], number)) is None:
            return NOTHING
        left = order["gross"] - order["refunded"]
        answer = tried(lambda: self.give(order, left + more), *REFUSALS)
        expected = NothingLeft if not left else AlreadyAsked if self.is_asked(order) else MoreThanLeft
        assert isinstance(answer, expected), answer
        return None

    @step(number=NUMBER, share=st.integers(1, 100), has_pieces=st.booleans())
    def ask_for_a_refund(self, number: int, share: int, has_pieces: bool) -> str | None:
        """The buyer asks, for an amount or for pieces."""
        if (order := self.pick([row for row in self.orders() if row["status"] in STANDS], number)) is None:
            return NOTHING
        left = order["gross"] - order["refunded"]
        lines = self.world.rows("SELECT id FROM order_line WHERE order_id = %s ORDER BY id", order["id"])
        pieces: dict[UUID, int] = {lines[0]["id"]: 1} if has_pieces else {}
        amount = None if has_pieces else Money(max(1, left * share // 100), order["currency"])

        def ask() -> Any:
            with self.in_hub(order["hub_id"]):
                return services.ask_refund(
                    order_id=order["id"],
                    buyer_id=order["buyer_account_id"],
                    amount=amount,
                    quantities=pieces,
                    reason="It leaks.",
                    now=clock.now(),
                )

        was_asked = self.is_asked(order)
        answer = tried(ask, AlreadyAsked, MoreThanLeft)
        assert isinstance(answer, AlreadyAsked) == was_asked, answer
        if isinstance(answer, MoreThanLeft):
            assert has_pieces or not left
        return None if isinstance(answer, UUID) else NOTHING

    @step(number=NUMBER, share=st.integers(1, 120), by=LEVELS, says_yes=st.booleans())
    def answer_a_request(self, number: int, share: int, by: Level, says_yes: bool) -> str | None:
        """Yes to the whole or less, or no; whoever is not asked any more is refused."""
        if (request := self.pick(self.world.rows(ASKED), number)) is None:
            return NOTHING
        amount = max(1, request["asked"] * share // 100)
        common: dict[str, Any] = {"request_id": request["id"], "by": by, "actor": SYSTEM, "now": clock.now()}

        def answer() -> Any:
            with self.in_hub(request["hub_id"]):
                if says_yes:
                    return services.grant_refund(amount=Money(amount, request["currency"]), **common)
                return services.decline_refund(words="It was fine.", **common)

        given = tried(answer, *REFUSALS)
        if request["level"] == Level.CORE and by != Level.CORE:
            assert isinstance(given, NotYours), given
            return NOTHING
        if not says_yes:
            assert given is None
        elif amount > request["left"]:
            assert isinstance(given, MoreThanLeft), given
        elif given != "open":
            # An order that is called off already stands for what is left of it.
            assert isinstance(given, PaymentDisputed) == self.is_taken(request), given
        return None
