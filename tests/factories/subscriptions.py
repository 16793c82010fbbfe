"""Subscribers for tests: a shop with a monthly listing, a sandbox behind it, and the months that pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue.models import Listing
from hubapp.market.orders import queries as orders
from hubapp.market.orders.models import Delivery, Order
from hubapp.market.subscriptions import queries, services
from hubapp.market.subscriptions.models import Subscription, SubscriptionPeriod
from hubapp.market.subscriptions.services import Wish
from hubapp.money.ledger import verify
from hubapp.money.payments import cards
from hubapp.tenancy.scope import hub_scope
from tests.factories.jobs import run_all
from tests.factories.market import Shop, make_shop
from tests.factories.payments import Till
from tests.factories.sandbox import PAYS, attempt

# Saved without a word, and refused whenever it is charged; and one that wants its owner each time.
REFUSED_LATER = "4000000000000341"
ASKS_ALWAYS = "4000002760003184"
MONTH = timedelta(days=31)


def wish(shop: Shop, **values: Any) -> Wish:
    """What the buyer of a shop confirms."""
    usual: dict[str, Any] = {
        "listing_id": shop.listing_id,
        "quantity": 1,
        "account_id": shop.buyer,
        "email": "ben@example.org",
        "choice": Delivery.PICKUP,
        "address": None,
        "shown": (1200, None),
        "has_consented": True,
        "touch": None,
    }
    return Wish(**{**usual, **values})


@dataclass
class Club:
    """A subscriber and everything around."""

    till: Till
    shop: Shop
    subscription_id: UUID

    def do(self, act: Callable[..., Any], **values: Any) -> Any:
        """One service call of the subscriber's in a transaction of its own."""
        with self.till.app.app_context(), hub_scope(self.shop.hub_id), unit_of_work():
            return act(subscription_id=self.subscription_id, **values)

    def mine(self, act: Callable[..., Any], **values: Any) -> Any:
        """The same in the subscriber's name."""
        return self.do(act, account_id=self.shop.buyer, **values)

    def state(self) -> Subscription:
        """The subscription as it is now."""
        with self.till.app.app_context(), hub_scope(self.shop.hub_id), unit_of_work():
            return queries.subscription(self.subscription_id)

    def months(self) -> list[SubscriptionPeriod]:
        """Its months, oldest first."""
        with self.till.app.app_context(), hub_scope(self.shop.hub_id), unit_of_work():
            return list(queries.periods_of(self.subscription_id))[::-1]

    def orders(self) -> list[Order]:
        """Every order of the subscriber, oldest first."""
        with self.till.app.app_context(), hub_scope(self.shop.hub_id), unit_of_work():
            return list(orders.orders_of_buyer(self.shop.buyer))[::-1]

    def seen(self) -> tuple[str, list[tuple[int, str]], list[str]]:
        """(state, months, orders)."""
        months = [(month.number, month.status) for month in self.months()]
        return self.state().status, months, [order.status for order in self.orders()]

    def left(self) -> int | None:
        """How many of the listing can be bought."""
        with self.till.app.app_context(), hub_scope(self.shop.hub_id), unit_of_work():
            return db.session.get_one(Listing, (self.shop.hub_id, self.shop.listing_id)).left

    def change_listing(self, **values: Any) -> None:
        """Its seller changes the listing."""
        with self.till.app.app_context(), hub_scope(self.shop.hub_id), unit_of_work():
            listing = db.session.get_one(Listing, (self.shop.hub_id, self.shop.listing_id))
            for name, value in values.items():
                setattr(listing, name, value)

    def pass_time(self, by: timedelta, *, raising: bool = True) -> None:
        """Let time pass, and let everything happen that is due then."""
        self.till.advance(by)
        self.settle(raising=raising)

    def to_renewal(self, *, raising: bool = True) -> None:
        """Let time pass until just after the next renewal is due."""
        self.pass_time(self.state().next_at - clock.now() + timedelta(minutes=5), raising=raising)

    def settle(self, *, raising: bool = True) -> None:
        """What runs by the clock, and what it causes; not `raising`: jobs that have to wait stay for the next time."""
        self.till.run("subscriptions.sweep")
        for _ in range(2):
            self.till.run("payments.sweep_commands")
            self.till.deliver()
            self.till.run("payments.sweep")
            run_all(self.till.app, raising=raising)

    def pay(self, payment_id: UUID, number: str = PAYS) -> None:
        """Pay on a hosted page, and let it be seen."""
        self.till.pay(self.shop.hub_id, payment_id, number)
        self.till.sweep()

    def pay_and_confirm(self, payment_id: UUID, number: str) -> None:
        """Pay with a card whose bank asks, and say yes."""
        checkout_id = self.till.payment(self.shop.hub_id, payment_id).checkout_id
        assert checkout_id is not None
        asked: Any = self.till.sandbox.pay(checkout_id, attempt(number))
        self.till.sandbox.authenticate(asked.intent_id, "approve")
        self.till.sweep()

    def put_card(self, number: str) -> None:
        """Change the card on its hosted page."""
        setup_id = self.mine(services.change_card, now=clock.now())
        with self.till.app.app_context(), hub_scope(self.shop.hub_id), unit_of_work():
            checkout_id = cards.setup(setup_id).checkout_id
        assert checkout_id is not None
        answer: Any = self.till.sandbox.pay(checkout_id, attempt(number))
        if hasattr(answer, "intent_id"):
            self.till.sandbox.authenticate(answer.intent_id, "approve")
        self.till.sweep()

    def books_are_right(self) -> bool:
        """Whether the hub's ledger proves itself."""
        with self.till.app.app_context(), hub_scope(self.shop.hub_id), unit_of_work():
            return verify.verify(self.shop.hub_id).ok


def begin(till: Till, *, listing: dict[str, Any] | None = None, **wished: Any) -> Club:
    """Somebody subscribes and is on the card page."""
    with till.app.app_context():
        shop = make_shop(**{"is_monthly": True, "price": 1200, "stock": 20, **(listing or {})})
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        subscription_id = services.subscribe(wish=wish(shop, **wished), now=clock.now())
    return Club(till, shop, subscription_id)


def joined(till: Till, number: str = PAYS, **values: Any) -> Club:
    """Somebody subscribes and pays the first month."""
    club = begin(till, **values)
    payment_id = club.months()[0].payment_id
    assert payment_id is not None
    if number == PAYS:
        club.pay(payment_id)
    else:
        club.pay_and_confirm(payment_id, number)
    return club
