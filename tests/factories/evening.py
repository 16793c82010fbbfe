"""An evening whose seats cost something: a hub with a host, guests with cards, the real sandbox, and its books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hubapp.community.gatherings import queries, services
from hubapp.community.gatherings.models import Gathering, GatheringRegistration
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.community.gatherings.services import Payer
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import queries as orders
from hubapp.market.orders.models import Order
from hubapp.tenancy.scope import hub_scope
from tests.factories.gatherings import SATURDAY, make_gathering
from tests.factories.jobs import run_all
from tests.factories.market import make_shop
from tests.factories.members import make_member
from tests.factories.payments import Till
from tests.factories.sandbox import PAYS
from tests.factories.stall import Stall

PRICE = 2400
IN_DAYS = 10
LONG = timedelta(days=1, minutes=5)
WINDOW = timedelta(minutes=31)


@dataclass
class Evening(Stall):
    """A gathering at 24.00 a seat, sold by its host; guests by name."""

    guests: dict[str, UUID]
    gathering_id: UUID

    def __getattr__(self, name: str) -> UUID:
        try:
            return self.guests[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def do(self, act: Callable[..., Any], **values: Any) -> Any:
        """One service call about the gathering in a transaction of its own."""
        with self.scope():
            return act(gathering_id=self.gathering_id, now=clock.now(), **values)

    def register(self, who: UUID, seats: int = 1) -> GatheringRegistration:
        """Somebody wants seats."""
        found: GatheringRegistration = self.do(services.register, account_id=who, seats_wanted=seats, answers={})
        return found

    def open_page(self, who: UUID, shown: int = PRICE) -> UUID:
        """Somebody goes to the card page."""
        payer = Payer(account_id=who, email="guest@example.org", shown=shown, path="/events/x", touch=None)
        payment_id: UUID = self.do(services.pay, payer=payer)
        return payment_id

    def pay(self, who: UUID, card: str = PAYS) -> None:
        """They pay on the card page, and everything that follows."""
        self.till.pay(self.hub_id, self.open_page(who), card)
        self.settle()

    def buy(self, who: UUID, seats: int = 1) -> None:
        """Register and pay."""
        self.register(who, seats)
        self.pay(who)

    def give_back(self, who: UUID) -> None:
        """They do not come."""
        self.do(services.cancel_registration, account_id=who)
        self.settle()

    def settle(self) -> None:
        """Let everything happen that is due."""
        self.till.run("gatherings.sweep_money")
        run_all(self.till.app)
        super().settle()

    def gathering(self) -> Gathering:
        """As it is now."""
        with self.scope():
            return queries.gathering(self.gathering_id)

    def mine(self, who: UUID) -> GatheringRegistration | None:
        """Somebody's living registration."""
        with self.scope():
            return queries.registration_of(self.gathering_id, who)

    def all_of(self, who: UUID) -> list[GatheringRegistration]:
        """All registrations somebody ever had, the first first."""
        statement = select(GatheringRegistration).where(GatheringRegistration.account_id == who)
        with self.scope():
            return list(db.session.scalars(statement.order_by(GatheringRegistration.id)))

    def tickets(self, who: UUID) -> int:
        """How many tickets somebody holds."""
        one = self.mine(who)
        with self.scope():
            return 0 if one is None else len(queries.tickets([one.id]).get(one.id, ()))

    def orders(self, who: UUID) -> list[Order]:
        """Somebody's orders, the first first."""
        with self.scope():
            return list(orders.orders_of_buyer(who))[::-1]

    def states(self, *people: UUID) -> list[str]:
        """What each one's registration is; `-` for none."""
        return [one.status if (one := self.mine(who)) else "-" for who in people]

    def counts(self) -> tuple[int, int]:
        """(seats taken, seats waited for)."""
        found = self.gathering()
        return found.taken, found.waiting


def open_evening(till: Till, **values: Any) -> Evening:
    """One in ten days with four guests."""
    with till.app.app_context():
        shop = make_shop(price=1200)
        guests = {name: make_member(shop.hub_id, name.title()).account_id for name in ("eva", "finn", "gus", "hal")}
        usual = {"price": PRICE, "is_sold_by_host": True, "host_account_id": shop.seller}
        day = (clock.now() + timedelta(days=IN_DAYS)).date()
        with hub_scope(shop.hub_id), unit_of_work():
            when = When(day, SATURDAY.at, 120)
            found = make_gathering(when=when, now=clock.now(), **{**usual, **values})
    return Evening(till, shop, guests, found.id)
