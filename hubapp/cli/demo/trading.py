"""What is offered and bought in the demo's past, and what comes of it: handed over, given back, disputed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatchmethod
from uuid import UUID

from hubapp.cli.demo import acts, afterwards
from hubapp.cli.demo.place import DECLINED, DISPUTED, PAYS, Place
from hubapp.kernel import clock
from hubapp.market.catalogue import services as catalogue
from hubapp.market.orders import basket_queries
from hubapp.market.orders import queries as order_queries
from hubapp.market.orders import services as orders
from hubapp.market.orders.models import Delivery, Order
from hubapp.money.payments import queries as payment_queries
from hubapp.money.payments import services as payments
from hubapp.people.membership import queries as members
from hubapp.people.membership.invite_queries import Referral, Touch
from hubapp.tenancy.audit import Actor

Act = acts.Offer | acts.Buy | acts.HandOver | acts.CallOff | acts.AskBack | acts.Defend


class Trading:
    """One hub's sales; purchases go by their numbers in the plan."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.checkouts: dict[int, UUID] = {}

    @singledispatchmethod
    def perform(self, act: object) -> None:
        """Do it now."""
        raise NotImplementedError(type(act))

    @perform.register
    def _offer(self, act: acts.Offer) -> None:
        with self.place.inside():
            seller_id = self.place.account(act.article.seller) if act.article.seller else None
            listing = catalogue.create_listing(
                seller_id=seller_id, text=act.article.text, tax_rates=self.place.tax_rates, now=clock.now()
            )
            picture = act.article.picture
            if picture:
                catalogue.add_picture(
                    listing_id=listing.id,
                    seller_id=seller_id,
                    content=self.place.drawn(picture),
                    alt=picture.alt,
                    files=self.place.files,
                    now=clock.now(),
                )
            catalogue.publish(listing_id=listing.id, seller_id=seller_id, now=clock.now())
            self.place.articles[act.number] = listing.id

    @perform.register
    def _buy(self, act: acts.Buy) -> None:
        with self.place.inside():
            checkout_id = self._place(act)
        self.checkouts[act.number] = checkout_id
        if not act.is_paid:
            return
        buyer_id = self.place.account(act.buyer)
        with self.place.inside():
            payment_id = order_queries.checkout_of(checkout_id, buyer_id=buyer_id).payment_id
            page = payment_queries.payment(payment_id).checkout_id if payment_id else None
        if payment_id is None or page is None:
            raise RuntimeError(f"the card page of purchase {act.number} in {self.place.story.slug} did not open")
        paying = DISPUTED if act.is_disputed else PAYS
        for number in (DECLINED, paying) if act.is_declined_first else (paying,):
            self.place.show_card(page, self.place.story.people[act.buyer], number)
        with self.place.inside():  # as the page does to which the card page leads back
            payments.observe(payment_id=payment_id, now=clock.now())

    def _place(self, act: acts.Buy) -> UUID:
        buyer_id, pack, now = self.place.account(act.buyer), self.place.story.pack, clock.now()
        basket = orders.open_basket(account_id=buyer_id, basket_id=None, now=now)
        for number, quantity in act.lines:
            orders.put_in_basket(
                basket_id=basket.id, listing_id=self.place.articles[number], quantity=quantity, now=now
            )
        choice = Delivery.SHIP if act.is_shipped else Delivery.PICKUP
        quote = basket_queries.quote(
            basket=basket, choice=choice, tax_rates=self.place.tax_rates, currency=pack.currency
        )
        if quote is None:
            raise RuntimeError(f"purchase {act.number} in {self.place.story.slug} has an empty basket")
        person, referral = self.place.story.people[act.buyer], self._referral(act.via)
        purchase = orders.Purchase(
            basket_version=basket.version,
            fingerprint=quote.fingerprint,
            buyer_id=buyer_id,
            buyer_email=person.email,
            choice=choice,
            address=person.address if person.has_address else None,
            touch=Touch(referral.code, act.channel, now) if referral else None,
            currency=pack.currency,
            tax_rates=self.place.tax_rates,
            return_to=self._return_address,
        )
        return orders.place_orders(purchase=purchase, now=now)

    def _return_address(self, checkout_id: UUID) -> str:
        return self.place.stage.app.addresses.hub(self.place.story.slug, f"/checkout/{checkout_id}/return")

    @perform.register
    def _hand_over(self, act: acts.HandOver) -> None:
        with self.place.inside():
            for order in self._orders(act.number):
                orders.mark_handed_over(order_id=order.id, actor=self._seller(order), now=clock.now())

    @perform.register
    def _call_off(self, act: acts.CallOff) -> None:
        with self.place.inside():
            for order in self._orders(act.number):
                orders.cancel_order(order_id=order.id, reason=act.reason, actor=self._seller(order), now=clock.now())

    @perform.register
    def _ask_back(self, act: acts.AskBack) -> None:
        with self.place.inside():
            afterwards.ask_back(self._orders(act.number), act.reason)

    @perform.register
    def _defend(self, act: acts.Defend) -> None:
        self.place.stage.sweep()  # the bank's word is on its way
        with self.place.inside():
            found = afterwards.disputes_about(self._orders(act.number)[0])
        afterwards.answer_bank(self.place.stage, found, act.words, self.place.cast.central)

    def _orders(self, number: int) -> Sequence[Order]:
        return order_queries.orders_of_checkout(self.checkouts[number])

    def _seller(self, order: Order) -> Actor:
        """Who acts for an order: its seller, or for the core's the hub's connector."""
        people, known = self.place.story.people, self.place.cast.accounts
        keys = {self.place.account(key): key for key, person in people.items() if person.email in known}
        seller_id = order.seller_account_id or members.connectors()[0].account_id
        return Actor(seller_id, people[keys[seller_id]].name)

    def _referral(self, key: str | None) -> Referral | None:
        member = members.member(self.place.account(key)) if key else None
        return Referral(member.account_id, member.id, member.referral_code, "link") if member else None
