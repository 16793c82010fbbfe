"""What people subscribe to in the demo's past: the first month is paid at once, some cards are refused later."""

from __future__ import annotations

from uuid import UUID

from hubapp.cli.demo import acts
from hubapp.cli.demo.content import Person
from hubapp.cli.demo.place import PAYS, REFUSED_LATER, Place
from hubapp.kernel import clock
from hubapp.market.catalogue import queries as listings
from hubapp.market.orders.models import Delivery
from hubapp.market.subscriptions import queries as subscription_queries
from hubapp.market.subscriptions import services as subscriptions
from hubapp.money.payments import cards
from hubapp.money.payments import queries as payment_queries
from hubapp.money.payments import services as payments


class Subscribing:
    """One hub's subscriptions."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def perform(self, act: acts.Subscribe) -> None:
        """Do it now."""
        person, account_id, listing_id = (
            self.place.story.people[act.who],
            self.place.account(act.who),
            self.place.articles[act.article],
        )
        with self.place.inside():
            listing = listings.listing(listing_id)
            wish = subscriptions.Wish(
                listing_id=listing_id,
                quantity=act.quantity,
                account_id=account_id,
                email=person.email,
                choice=Delivery.PICKUP if listing.has_pickup else Delivery.SHIP,
                address=None if listing.has_pickup else person.address,
                shown=(listing.price, listing.shipping_price),
                has_consented=True,
                touch=None,
            )
            subscription_id = subscriptions.subscribe(wish=wish, now=clock.now())
        with self.place.inside():
            month = subscription_queries.open_period(subscription_id)
            page = payment_queries.payment(month.payment_id).checkout_id if month and month.payment_id else None
        if month is None or month.payment_id is None or page is None:
            raise RuntimeError(f"the card page of {act.who}'s subscription in {self.place.story.slug} did not open")
        self.place.show_card(page, person, PAYS)
        with self.place.inside():
            payments.observe(payment_id=month.payment_id, now=clock.now())
        self.place.stage.settle()
        if act.has_refused_card:
            self._save_card(subscription_id, account_id, person)

    def _save_card(self, subscription_id: UUID, account_id: UUID, person: Person) -> None:
        with self.place.inside():
            setup_id = subscriptions.change_card(
                subscription_id=subscription_id, account_id=account_id, now=clock.now()
            )
        with self.place.inside():
            page = cards.setup(setup_id).checkout_id
        if page is None:
            raise RuntimeError(f"the page for {person.name}'s card in {self.place.story.slug} did not open")
        self.place.show_card(page, person, REFUSED_LATER)
        with self.place.inside():
            cards.observe_setup(setup_id=setup_id, now=clock.now())
