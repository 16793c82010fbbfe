"""Placing, clicking twice, the last one, paying by cards of all kinds, coming back, handing over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from hubapp.kernel import clock
from hubapp.market.catalogue.errors import OutOfStock
from hubapp.market.orders import basket_queries, services
from hubapp.market.orders.errors import WrongMove
from hubapp.market.orders.models import Delivery
from hubapp.market.orders.services import Purchase
from hubapp.money.payments import services as payments
from hubapp.money.payments.gateway import GatewayError
from hubapp.money.payments.sandbox.paying import Authenticate, Paid
from hubapp.people.membership import invite_queries
from hubapp.people.membership import queries as membership
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.selling import HubFrozen
from tests.factories.market import RATES
from tests.factories.races import together
from tests.factories.sandbox import PAYS, attempt
from tests.journeys.money_machine import oracle, sights
from tests.journeys.money_machine.base import Base, Sold
from tests.journeys.money_machine.steps import NOTHING, step, tried
from tests.journeys.money_machine.world import Place, Thing

REFUNDS_FAIL = "4000000000005126"  # pays; a refund to it fails later
CARDS = (
    "4242424242424242",
    "4242424242424242",
    "4000000000000077",  # available at once
    REFUNDS_FAIL,
    "4000000000003220",  # asks
    "4000000000000002",  # declined
    "4000000000000259",  # pays; disputed a day later
    "4000000000001976",  # pays; the bank inquires a day later
)
GOOD_CARDS = (*CARDS[:4], CARDS[6])
NUMBER = st.integers(0, 10_000)
ADDRESS = {"name": "Ben", "street": "1 rue", "city": "Lyon"}
LEFT = "SELECT stock - reserved - sold AS left FROM listing WHERE id = %s"


def total_of(items: tuple[tuple[Thing, int], ...], *, is_shipped: bool) -> int:
    """What a buyer pays: shipping once per listing, where it can be sent."""
    return sum(thing.price * quantity + (thing.shipping or 0) * is_shipped for thing, quantity in items)


class Sales(Base):
    """What buyers and sellers do."""

    def make_history(self) -> None:
        """Each buyer has bought everything once; half of it is past its hold, the rest was paid by a card that takes no
        money back."""
        for who, days, card in zip(self.world.buyers, (20, 1), (PAYS, REFUNDS_FAIL), strict=True):
            for where in self.world.places:
                items = tuple((thing, 1) for thing in where.things)
                self.place(where, who, items, is_shipped=True, touch=True)
                self.pay(len(self.sold) - 1, card, approves=True)
            self.settle()
            self.till.advance(timedelta(days=days))
        self.settle()

    @step(place=NUMBER, buyer=NUMBER, first=NUMBER, quantity=st.integers(1, 3), card=st.sampled_from(GOOD_CARDS))
    def sell(self, place: int, buyer: int, first: int, quantity: int, card: str) -> str | None:
        """A sale without trouble, up to the card."""
        sales = len(self.sold)
        self.buy(place, buyer, first, first, quantity, is_shipped=first % 2 == 0)
        if len(self.sold) == sales:
            return NOTHING
        self.pay(sales, card, approves=True)
        return None

    @step(place=NUMBER, buyer=NUMBER, first=NUMBER, second=NUMBER, quantity=st.integers(1, 4), is_shipped=st.booleans())
    def buy(self, place: int, buyer: int, first: int, second: int, quantity: int, is_shipped: bool) -> None:
        where = self.pick(self.world.places, place)
        who = self.pick(self.world.buyers, buyer)
        assert where is not None
        assert who is not None
        chosen = {where.things[first % len(where.things)]: quantity, where.things[second % len(where.things)]: 1}
        self.place(where, who, tuple(chosen.items()), is_shipped=is_shipped, touch=first % 3 == 0)

    def place(
        self, where: Place, who: UUID, items: tuple[tuple[Thing, int], ...], *, is_shipped: bool, touch: bool = False
    ) -> None:
        confirmed = tried(lambda: self.confirm(where, who, items, is_shipped=is_shipped, touch=touch), OutOfStock)
        answer = confirmed
        if isinstance(confirmed, Purchase):
            answer = tried(lambda: self.order(where, confirmed), HubFrozen, OutOfStock)
        if isinstance(answer, HubFrozen):
            assert where.hub_id in self.frozen
        elif isinstance(answer, OutOfStock):
            assert any(self.is_short(thing, quantity) for thing, quantity in items)
        else:
            assert where.hub_id not in self.frozen
            total = total_of(items, is_shipped=is_shipped)
            self.sold.append(Sold(where, who, confirmed, items, answer, total))

    def is_short(self, thing: Thing, quantity: int) -> bool:
        (row,) = self.world.rows(LEFT, thing.listing_id)
        return row["left"] is not None and row["left"] < quantity

    def order(self, where: Place, confirmed: Purchase) -> UUID:
        with self.in_hub(where.hub_id):
            return services.place_orders(purchase=confirmed, now=clock.now())

    def confirm(
        self, where: Place, who: UUID, items: tuple[tuple[Thing, int], ...], *, is_shipped: bool, touch: bool
    ) -> Purchase:
        """What the buyer's page showed; referred by the hub's first connector or seller."""
        self.world.rows(
            "DELETE FROM basket_line l USING basket b WHERE b.id = l.basket_id AND b.hub_id = %s AND b.account_id = %s",
            where.hub_id,
            who,
        )
        choice = Delivery.SHIP if is_shipped else Delivery.PICKUP
        with self.in_hub(where.hub_id):
            basket = services.open_basket(account_id=who, basket_id=None, now=clock.now())
            for thing, quantity in items:
                services.put_in_basket(
                    basket_id=basket.id, listing_id=thing.listing_id, quantity=quantity, now=clock.now()
                )
            quote = basket_queries.quote(basket=basket, choice=choice, tax_rates=RATES, currency=where.currency)
            assert quote is not None
            return Purchase(
                basket_version=basket.version,
                fingerprint=quote.fingerprint,
                buyer_id=who,
                buyer_email="ben@example.org",
                choice=choice,
                address=ADDRESS if is_shipped else None,
                touch=self._touch(self.world.sellers[1]) if touch else None,
                currency=where.currency,
                tax_rates=RATES,
                return_to=lambda checkout_id: f"/checkout/{checkout_id}/return",
            )

    def _touch(self, seller: UUID) -> invite_queries.Touch:
        member = membership.member(seller)
        assert member is not None
        return invite_queries.Touch(member.referral_code, "link", clock.now())

    @step(number=NUMBER)
    def click_again(self, number: int) -> str | None:
        if (sale := self.pick(self.sold, number)) is None or sale is not self._last_of(sale):
            return NOTHING
        assert self.order(sale.place, sale.purchase) == sale.checkout_id
        sights.seen["race: click"] += 1
        return None

    def _last_of(self, sale: Sold) -> Sold:
        """A basket remembers its latest checkout."""
        return [other for other in self.sold if (other.place, other.buyer) == (sale.place, sale.buyer)][-1]

    @step(place=NUMBER, quantity=st.integers(1, 3))
    def order_the_last_ones_at_once(self, place: int, quantity: int) -> str | None:
        where = self.world.places[place % len(self.world.places)]
        items = tuple((thing, quantity) for thing in where.things if thing.stock is not None)
        if where.hub_id in self.frozen or any(self.is_short(thing, quantity) for thing, _ in items):
            return NOTHING
        confirmed = [self.confirm(where, who, items, is_shipped=False, touch=False) for who in self.world.buyers]
        (left,) = self.world.rows(LEFT, items[0][0].listing_id)
        answers = together(*(lambda one=one: tried(lambda: self.order(where, one), OutOfStock) for one in confirmed))
        placed = [answer for answer in answers if isinstance(answer, UUID)]
        assert len(placed) == min(len(confirmed), left["left"] // quantity)
        sights.seen["race: last ones"] += len(placed) < len(confirmed)
        for who, purchase, answer in zip(self.world.buyers, confirmed, answers, strict=True):
            if isinstance(answer, UUID):
                total = total_of(items, is_shipped=False)
                self.sold.append(Sold(where, who, purchase, items, answer, total))
        return None

    @step(number=NUMBER, card=st.sampled_from(CARDS), approves=st.booleans())
    def pay(self, number: int, card: str, approves: bool) -> str | None:
        if (sale := self.pick(self.sold, number)) is None:
            return NOTHING
        sessions = self.world.theirs(
            "SELECT r.id FROM resource r WHERE kind = 'checkout.session' AND body->'metadata'->>'payment' = %s",
            str(self.payment_of(sale)["id"]),
        )
        assert len(sessions) <= 1
        for session in sessions:
            result = self.till.sandbox.pay(session["id"], attempt(card))
            if isinstance(result, Authenticate):
                result = self.till.sandbox.authenticate(result.intent_id, "approve" if approves else "fail")
            sale.is_paid = sale.is_paid or isinstance(result, Paid)
        return None if sessions else NOTHING

    def payment_of(self, sale: Sold) -> dict[str, Any]:
        (row,) = self.world.rows("SELECT * FROM payment WHERE reference = %s", f"checkout:{sale.checkout_id}")
        assert (row["amount"], row["currency"]) == (sale.total, sale.place.currency)
        return row

    @step(number=NUMBER)
    def come_back(self, number: int) -> str | None:
        if (sale := self.pick(self.sold, number)) is None:
            return NOTHING
        payment = self.payment_of(sale)
        with self.in_hub(sale.place.hub_id):
            tried(lambda: payments.observe(payment_id=payment["id"], now=clock.now()), GatewayError)
        return None

    @step(number=NUMBER)
    def hand_over(self, number: int) -> str | None:
        if (order := self.pick(self.orders(), number)) is None:
            return NOTHING

        def act() -> None:
            with self.in_hub(order["hub_id"]):
                services.mark_handed_over(order_id=order["id"], actor=SYSTEM, now=clock.now())

        refused = isinstance(tried(act, WrongMove), WrongMove)
        assert refused == (order["status"] not in {"paid", "handed_over"})
        return NOTHING if refused else None

    def orders(self) -> list[dict[str, Any]]:
        """Every order, oldest first."""
        return self.world.rows(
            "SELECT o.*, c.payment_id, s.refunded AS back FROM orders o JOIN checkout c ON c.hub_id = o.hub_id"
            " AND c.id = o.checkout_id LEFT JOIN order_share s ON s.hub_id = o.hub_id AND s.id = o.id"
            " ORDER BY o.hub_id, o.number"
        )

    def teardown(self) -> None:
        super().teardown()
        for sale in self.sold:
            self.was_kept(sale)

    def was_kept(self, sale: Sold) -> None:
        """What a buyer was told is so: paid is paid, each order amounts to what the oracle says."""
        (checkout,) = self.world.rows("SELECT * FROM checkout WHERE id = %s", sale.checkout_id)
        assert (checkout["status"] == "paid") == sale.is_paid, checkout["status"]
        orders = {
            row["seller_account_id"]: row
            for row in self.world.rows("SELECT * FROM orders WHERE checkout_id = %s", sale.checkout_id)
        }
        assert set(orders) == {thing.seller for thing, _ in sale.items}
        for seller, order in orders.items():
            is_shipped = sale.purchase.choice == Delivery.SHIP
            items = [(thing, quantity) for thing, quantity in sale.items if thing.seller == seller]
            goods = sum(thing.price * quantity for thing, quantity in items)
            tax = sum(oracle.tax_in(thing.price * quantity, thing.tax_rate) for thing, quantity in items)
            sent = [((thing.shipping or 0) * is_shipped, thing.tax_rate) for thing, _ in items]
            on_shipping = sum(oracle.tax_in(price, rate) for price, rate in sent)
            shipping = sum(price for price, _ in sent) - on_shipping
            told = (order["gross"], order["base"], order["shipping"], order["tax"])
            assert told == (goods + shipping + on_shipping, goods - tax, shipping, tax + on_shipping)
            assert (order["status"] in {"placed", "expired"}) == (not sale.is_paid)
