"""Every month: begun, paid or refused, tried again and suspended, skipped, paused, changed, ended at the same time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from hubapp.kernel import clock
from hubapp.market.catalogue.errors import OutOfStock
from hubapp.market.orders.errors import PaymentUnderWay, PriceChanged
from hubapp.market.orders.models import Delivery
from hubapp.market.subscriptions import services
from hubapp.market.subscriptions.errors import AlreadySubscribed, MovedOn
from hubapp.market.subscriptions.handlers import RENEW
from hubapp.market.subscriptions.services import Wish
from hubapp.money.payments.sandbox.paying import Authenticate
from hubapp.tenancy.selling import HubFrozen
from tests.factories.races import together
from tests.factories.sandbox import PAYS, attempt
from tests.journeys.money_machine import sights
from tests.journeys.money_machine.rules.runs import Runs
from tests.journeys.money_machine.rules.sales import ADDRESS, NUMBER
from tests.journeys.money_machine.steps import NOTHING, step, tried
from tests.journeys.money_machine.world import Row

# Pays; asks once; asks every time, so that renewals want their owner; is saved and then refused.
CARDS = (PAYS, PAYS, "4000002500003155", "4000002760003184", "4000000000000341")
ON_A_PAGE = "SELECT id FROM resource WHERE kind = 'checkout.session' AND body->'metadata'->>%s = %s"
MONTHS = "SELECT * FROM subscription_period WHERE subscription_id = %s ORDER BY number"
REFUSALS = (MovedOn, HubFrozen, PaymentUnderWay)


class Subscriptions(Runs):
    """What members get every month."""

    def make_history(self) -> None:
        """Somebody was paid, and two months are paid, one of them with a card that will be refused."""
        super().make_history()
        for place in (0, 1):
            self.subscribe(place, 0, 1, is_shipped=False, card=PAYS)
        person = self.world.sellers[0]
        self.town(self.world.payees[person]).request(self.world.payees[person], person)
        self.settle()
        self.change_the_card(1, CARDS[-1])
        self.till.advance(timedelta(days=4))
        self.settle()

    def perform(self, job: Row) -> bool:
        """A renewal that is due orders its month once, for what was agreed on, and one that is not does nothing."""
        if job["args"]["name"] != RENEW:
            return super().perform(job)
        subscription_id = job["args"]["arguments"]["subscription_id"]
        before, months = self.subscription(subscription_id), self.world.rows(MONTHS, subscription_id)
        is_due = before["status"] == "active" and before["next_at"] <= clock.now()
        done = super().perform(job)
        new = self.world.rows(MONTHS, subscription_id)[len(months) :]
        if not is_due or before["hub_id"] in self.frozen:
            assert not new, (before, new)
        for month in new:
            assert (month["number"], len(new)) == (before["next_period"], 1)
            assert month["status"] in {"ordered", "sold_out"}
            if month["checkout_id"] is not None:
                self.costs(before, month)
        return done

    def costs(self, before: Row, month: Row) -> None:
        """What a month costs: the prices that were agreed on, or those announced for it."""
        is_new = before["new_price"] is not None and month["number"] >= before["new_price_period"]
        price, shipping = ("new_price", "new_shipping_price") if is_new else ("unit_price", "shipping_price")
        told = before[price] * before["quantity"] + (before[shipping] or 0)
        (checkout,) = self.world.rows("SELECT total FROM checkout WHERE id = %s", month["checkout_id"])
        assert checkout["total"] == told, (before, checkout)

    def subscription(self, subscription_id: Any) -> Row:
        (row,) = self.world.rows("SELECT * FROM subscription WHERE id = %s", subscription_id)
        return row

    def some(self, number: int, *statuses: str) -> Row | None:
        """One of the subscriptions that are so."""
        known = "SELECT * FROM subscription WHERE status = ANY(%s) ORDER BY id"
        return self.pick(self.world.rows(known, list(statuses)), number)

    @step(place=NUMBER, buyer=NUMBER, quantity=st.integers(1, 3), is_shipped=st.booleans(), card=st.sampled_from(CARDS))
    def subscribe(self, place: int, buyer: int, quantity: int, is_shipped: bool, card: str) -> str | None:
        """Twice at once: a double click is one subscription; then the page, and a card on it."""
        where = self.world.places[place % len(self.world.places)]
        who, thing = self.world.buyers[buyer % len(self.world.buyers)], self.pick(where.monthly, place)
        if thing is None or where.hub_id in self.frozen:
            return NOTHING
        (listing,) = self.world.rows("SELECT * FROM listing WHERE id = %s", thing.listing_id)
        wish = Wish(
            listing_id=thing.listing_id,
            quantity=quantity,
            account_id=who,
            email="ben@example.org",
            choice=Delivery.SHIP if is_shipped else Delivery.PICKUP,
            address=ADDRESS,
            shown=(listing["price"], listing["shipping_price"]),
            has_consented=True,
            touch=None,
        )

        def click() -> Any:
            with self.in_hub(where.hub_id):
                return services.subscribe(wish=wish, now=clock.now())

        one, two = together(*[lambda: tried(click, AlreadySubscribed, OutOfStock, PriceChanged)] * 2)
        if isinstance(one, Exception):
            assert type(one) is type(two)
            return NOTHING
        assert one == two
        self.fill_in_pages(self.world.rows(MONTHS, one)[0]["payment_id"], "payment", card)
        return None

    def fill_in_pages(self, row_id: Any, noun: str, card: str) -> bool:
        """Try a card on the page of a payment or of a change of card, where there is one."""
        for session in (pages := self.world.theirs(ON_A_PAGE, noun, str(row_id))):
            result = self.till.sandbox.pay(session["id"], attempt(card))
            if isinstance(result, Authenticate):
                self.till.sandbox.authenticate(result.intent_id, "approve")
        return bool(pages)

    @step(number=NUMBER, by=st.sampled_from((timedelta(minutes=2), timedelta(days=1), timedelta(days=2))))
    def let_it_be_renewed(self, number: int, by: timedelta) -> str | None:
        """Time passes until just after a renewal, or the day of its next try."""
        if (found := self.some(number, "active", "past_due")) is None:
            return NOTHING
        if found["status"] == "active":
            self.till.advance(max(timedelta(0), found["next_at"] - clock.now()) + by)
        else:
            self.till.advance(timedelta(days=1))
        self.sweep("subscriptions.sweep")
        self.work(6)
        return None

    @step(number=NUMBER, card=st.sampled_from(CARDS))
    def change_the_card(self, number: int, card: str) -> str | None:
        if (found := self.some(number, "active", "paused", "past_due", "suspended")) is None:
            return NOTHING
        setup_id = self.mine(services.change_card, found, now=clock.now())
        return None if self.fill_in_pages(setup_id, "setup", card) else NOTHING

    def mine(self, act: Any, found: Row, **values: Any) -> Any:
        """A service in the subscriber's name."""
        with self.in_hub(found["hub_id"]):
            return act(subscription_id=found["id"], account_id=found["account_id"], **values)

    @step(number=NUMBER, card=st.sampled_from(CARDS))
    def pay_what_is_open(self, number: int, card: str) -> str | None:
        if (found := self.some(number, "pending", "past_due", "suspended")) is None:
            return NOTHING
        act = {"email": "ben@example.org", "now": clock.now()}
        answer = tried(lambda: self.mine(services.pay_now, found, **act), *REFUSALS)
        if isinstance(answer, Exception):
            assert isinstance(answer, HubFrozen) <= (found["hub_id"] in self.frozen)
            return NOTHING
        self.fill_in_pages(answer, "payment", card)
        return None

    @step(number=NUMBER, is_doubled=st.booleans())
    def skip_a_month(self, number: int, is_doubled: bool) -> str | None:
        if (found := self.some(number, "active")) is None:
            return NOTHING

        def click() -> Any:
            skip = {"period": found["next_period"], "now": clock.now()}
            return tried(lambda: self.mine(services.skip, found, **skip), MovedOn)

        answers = together(click, click) if is_doubled else [click()]
        assert answers.count(None) == 1
        return None

    @step(number=NUMBER, quantity=st.integers(1, 4))
    def change_the_quantity(self, number: int, quantity: int) -> str | None:
        if (found := self.some(number, "active", "paused", "past_due")) is None:
            return NOTHING
        self.mine(services.change_quantity, found, quantity=quantity)
        return None

    @step(number=NUMBER)
    def pause_or_resume(self, number: int) -> str | None:
        if (found := self.some(number, "active", "paused")) is None:
            return NOTHING
        if found["status"] == "active":
            self.mine(services.pause, found)
        else:
            self.mine(services.resume, found, now=clock.now())
        return None

    @step(number=NUMBER)
    def end_it(self, number: int) -> str | None:
        if (found := self.some(number, "pending", "active", "paused", "past_due", "suspended")) is None:
            return NOTHING
        self.mine(services.cancel, found, now=clock.now())
        return None

    @step(number=NUMBER, is_canceled=st.booleans())
    def renew_twice_or_while_it_ends(self, number: int, is_canceled: bool) -> str | None:
        """Whoever is first has it: one month at most, and none after the end."""
        if (found := self.some(number, "active")) is None:
            return NOTHING
        self.till.advance(max(timedelta(0), found["next_at"] - clock.now()) + timedelta(minutes=1))
        months = len(self.world.rows(MONTHS, found["id"]))

        def renew() -> None:
            with self.in_hub(found["hub_id"]):
                services.renew(subscription_id=found["id"], now=clock.now())

        other = (lambda: self.mine(services.cancel, found, now=clock.now())) if is_canceled else renew
        together(renew, other)
        assert len(self.world.rows(MONTHS, found["id"])) - months <= 1
        sights.seen["race: renewal and cancel" if is_canceled else "race: two renewals"] += 1
        return None

    @step(place=NUMBER, price=st.integers(500, 4_000))
    def change_the_price(self, place: int, price: int) -> str | None:
        """Of something monthly; its members read of it before they pay it."""
        where = self.world.places[place % len(self.world.places)]
        if (thing := self.pick(where.monthly, place)) is None:
            return NOTHING
        self.world.rows("UPDATE listing SET price = %s WHERE id = %s", price, thing.listing_id)
        self.sweep("subscriptions.watch_prices")
        return None
