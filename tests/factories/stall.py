"""A stall: a shop with the real sandbox behind it, its orders paid by card, and its books held to the provider's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from hubapp.earnings.shares import queries as shares
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.orders import queries, refund_queries, services
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import Level, RefundRequest
from hubapp.money.ledger import queries as books
from hubapp.money.ledger import verify
from hubapp.money.payments import disputes
from hubapp.money.payments.dispute_models import Dispute
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.jobs import run_all
from tests.factories.market import Shop, make_listing, make_shop, place
from tests.factories.members import make_member
from tests.factories.payments import Till
from tests.factories.sandbox import PAYS

DISPUTED, INQUIRY = "4000000000000259", "4000000000001976"
A_DAY = timedelta(days=1, minutes=1)
DECIDED = timedelta(hours=2)


@dataclass
class Stall:
    """One hub's shop on a till."""

    till: Till
    shop: Shop

    @property
    def hub_id(self) -> int:
        """The hub."""
        return self.shop.hub_id

    def scope(self) -> Any:
        """The hub's scope, in an application context."""
        return _Scope(self)

    def sell(self, quantity: int = 2, card: str = PAYS, *, others: Mapping[UUID, int] | None = None) -> Order:
        """An order that was paid by card and split; with `others` their sellers' orders are paid together."""
        with self.scope():
            checkout_id = place(self.shop, {self.shop.listing_id: quantity, **(others or {})}, now=clock.now())
        with self.scope():
            payment_id = queries.checkout_of(checkout_id, buyer_id=self.shop.buyer).payment_id
        assert payment_id is not None
        self.till.pay(self.hub_id, payment_id, card)
        self.settle()
        with self.scope():
            return next(
                order
                for order in queries.orders_of_checkout(checkout_id)
                if order.seller_account_id == self.shop.seller
            )

    def other_seller(self, price: int = 1800) -> tuple[UUID, UUID]:
        """(another seller, their listing)."""
        with self.till.app.app_context():
            seller = make_member(self.hub_id, "Olga").account_id
        with self.scope():
            return seller, make_listing(seller_account_id=seller, price=price).id

    def settle(self) -> None:
        """Let everything happen that is due."""
        for _ in range(2):
            self.till.sweep()
            self.till.run("payments.sweep_disputes")
            run_all(self.till.app)

    def advance(self, by: timedelta) -> None:
        """Time passes, and what falls due happens."""
        self.till.advance(by)
        self.settle()

    def charge_of(self, order: Order) -> str:
        """The provider's charge behind an order."""
        charge_id = self.payment_of(order).charge_id
        assert charge_id is not None
        return str(charge_id)

    def payment_of(self, order: Order) -> Any:
        """The payment behind an order, as it is now."""
        with self.scope():
            buyer_id = order.buyer_account_id or self.shop.buyer
            checkout = queries.checkout_of(order.checkout_id, buyer_id=buyer_id)  # type: ignore[arg-type]
        assert checkout.payment_id is not None
        return self.till.payment(self.hub_id, checkout.payment_id)

    def dispute(self, order: Order, **how: Any) -> Dispute:
        """The buyer's bank wants the money of an order back, and we have heard of it."""
        provider_id = self.till.sandbox.dispute(self.charge_of(order), **how)
        self.settle()
        return next(found for found in self.disputes(order) if found.provider_id == provider_id)

    def disputes(self, order: Order) -> list[Dispute]:
        """The disputes of an order's payment as they are now."""
        payment_id = self.payment_of(order).id
        with self.scope():
            return disputes.disputes_of(payment_id)

    def answer(self, dispute: Dispute, words: str) -> None:
        """Evidence goes straight to the provider, and its bank decides."""
        self.till.wiring.gateway.submit_evidence(
            key=f"test:{dispute.id}:{words}", dispute_id=dispute.provider_id, evidence={"uncategorized_text": words}
        )
        self.advance(DECIDED)

    def ask(self, order: Order, amount: int | None = None, pieces: int = 0, reason: str = "It leaks.") -> UUID:
        """The buyer wants something back."""
        with self.scope():
            quantities = {line.id: pieces for line in queries.lines_of(order.id)} if pieces else {}
            wanted = None if amount is None else Money(amount, order.currency)
            return services.ask_refund(
                order_id=order.id,
                buyer_id=self.shop.buyer,
                amount=wanted,
                quantities=quantities,
                reason=reason,
                now=clock.now(),
            )

    def grant(self, request_id: UUID, amount: int, by: Level = Level.SELLER) -> str:
        """Somebody says yes."""
        with self.scope():
            currency = refund_queries.request(request_id).currency
            return services.grant_refund(
                request_id=request_id,
                amount=Money(amount, currency),
                by=by,
                actor=Actor(self.shop.seller, "Ada"),
                now=clock.now(),
            )

    def give(self, order: Order, amount: int, by: Level = Level.SELLER) -> str:
        """A part goes back unasked."""
        with self.scope():
            return services.refund_part(
                order_id=order.id,
                amount=Money(amount, order.currency),
                reason="A present.",
                by=by,
                actor=Actor(self.shop.seller, "Ada"),
                now=clock.now(),
            )

    def requests(self, order: Order) -> list[RefundRequest]:
        """What was asked or given back, as it is now."""
        with self.scope():
            return list(refund_queries.requests_of(order.id))

    def order(self, order: Order) -> Order:
        """An order as it is now."""
        with self.scope():
            return queries.order(order.id)

    def notes(self, order: Order) -> list[str]:
        """What was noted of an order."""
        with self.scope():
            return [step.note for step in queries.steps_of(order.id) if step.note]

    def reversed(self, order: Order) -> int:
        """What was taken back from those who earned."""
        with self.scope():
            return sum(line.reversed for line in shares.split_of(order.id))

    def totals(self, account_id: UUID) -> shares.Totals:
        """Somebody's held, available and claimed earnings."""
        with self.scope():
            return shares.totals_of(f"account:{account_id}", self.till.currency, clock.now())

    def balance(self, purpose: books.Purpose, owner: str = "core") -> int:
        """A balance in the hub's books."""
        with self.scope():
            return books.balance(owner=owner, purpose=purpose, currency=self.till.currency, now=clock.now()).posted

    def mails(self) -> list[str]:
        """Templates of the mails that were asked for, in order."""
        with self.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return list(db.session.execute(text("SELECT template FROM mail ORDER BY id")).scalars())

    def assert_at_rest(self) -> None:
        """The books prove themselves, are what the provider has, and nothing waits on the hold for what is over."""
        with self.scope():
            found = verify.verify(self.hub_id)
            assert found.ok, found
            own = sum(
                row.posted
                for row in books.balances_of(owner="provider", now=clock.now())
                if row.purpose in {"provider_pending", "provider_balance"}
            )
            held = sum(dispute.withdrawn for dispute in disputes.disputes_of_hub() if dispute.outcome is None)
        state = self.till.wiring.gateway.platform_balance()
        currency = self.till.currency.lower()
        assert own == state.available.get(currency, 0) + state.pending.get(currency, 0)
        assert self.balance(books.Purpose.DISPUTE_HOLD) == held


class _Scope:
    def __init__(self, stall: Stall) -> None:
        self._contexts = [stall.till.app.app_context(), hub_scope(stall.hub_id), unit_of_work()]

    def __enter__(self) -> None:
        for context in self._contexts:
            context.__enter__()

    def __exit__(self, *error: object) -> None:
        for context in reversed(self._contexts):
            context.__exit__(*error)


def open_stall(till: Till, **listing: Any) -> Stall:
    """A stall whose seller offers a hundred bottles at 12.00."""
    with till.app.app_context():
        return Stall(till, make_shop(**{"price": 1200, "stock": 100, **listing}))
