"""Doing what the plan says, through the services that pages use, at the stage's moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import singledispatchmethod
from urllib.parse import parse_qs, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from hubapp.cli.demo import acts, afterwards, earning, promising
from hubapp.cli.demo.content import Person, Story
from hubapp.cli.demo.deeds import Deed
from hubapp.cli.demo.living import Living
from hubapp.cli.demo.meetings import Meetings
from hubapp.cli.demo.stage import Stage
from hubapp.cli.demo.talking import Talking
from hubapp.earnings.payouts import queries as payout_queries
from hubapp.earnings.payouts import services as payouts
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.catalogue import queries as listings
from hubapp.market.catalogue import services as catalogue
from hubapp.market.orders import basket_queries
from hubapp.market.orders import queries as order_queries
from hubapp.market.orders import services as orders
from hubapp.market.orders.models import Delivery, Order
from hubapp.market.subscriptions import queries as subscription_queries
from hubapp.market.subscriptions import services as subscriptions
from hubapp.money.payments import cards
from hubapp.money.payments import queries as payment_queries
from hubapp.money.payments import services as payments
from hubapp.money.payments.sandbox.cards import BY_NUMBER
from hubapp.money.payments.sandbox.operations.accounts import Onboarding
from hubapp.money.payments.sandbox.paying import Attempt
from hubapp.people.accounts import services as accounts
from hubapp.people.membership import queries as members
from hubapp.people.membership import services as membership
from hubapp.people.membership.invite_queries import Referral, Touch
from hubapp.people.membership.models import Role
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope

PASSWORD = "demo-hub-2026"  # noqa: S105  published: it opens invented accounts only
PAYS, DECLINED, REFUSED_LATER = "4242424242424242", "4000000000009995", "4000000000000341"
DISPUTED = "4000000000000259"
BANK_ACCOUNT = "FR7630006000011234567890189"  # the provider's published example


@dataclass
class Cast:
    """Who is known by now across the network: address → account; `second` decides on what `central` proposes."""

    central: Actor
    second: Actor
    accounts: dict[str, UUID] = field(default_factory=dict)


class Hub:
    """One hub's past as it unfolds; articles and purchases go by their numbers in the plan."""

    def __init__(self, stage: Stage, story: Story, cast: Cast) -> None:
        self.stage, self.story, self.cast = stage, story, cast
        self.id = 0
        self.tax_rates: dict[str, int] = story.pack.settings()["tax_rates"]
        self.articles: dict[int, UUID] = {}
        self.checkouts: dict[int, UUID] = {}
        self.meetings = Meetings(self._account)
        self.talking = Talking(story, self._account)
        self.living = Living(self.talking, self._account)

    def perform(self, act: acts.Act) -> None:
        """Do it now, and what it causes: at once, or with the next act where that changes nothing for anybody."""
        self._do(act)
        if not acts.can_wait(act):
            self.stage.settle()

    @contextmanager
    def _inside(self) -> Iterator[None]:
        """One transaction in this hub."""
        with self.stage.app.app_context(), hub_scope(self.id), unit_of_work():
            yield

    @singledispatchmethod
    def _do(self, act: object) -> None:
        raise NotImplementedError(type(act))

    @_do.register
    def _open(self, _act: acts.Open) -> None:
        with self.stage.app.app_context(), platform_scope(reason="demo: open a hub"), unit_of_work():
            self.id = tenancy.open_hub(pack=self.story.pack, actor=self.cast.central, now=clock.now())

    @_do.register
    def _enter(self, act: acts.Enter) -> None:
        person = act.person
        if person.email not in self.cast.accounts:
            self.cast.accounts[person.email] = self._sign_up(person)
        account_id = self.cast.accounts[person.email]
        with self._inside():
            referral, now = self.living.brought(person), clock.now()
            member = membership.join(account_id=account_id, name=person.name, referral=referral, now=now)
            if person.tells:
                self.living.tell_of(person)
            if person.role:
                by = self.cast.central if person.role == Role.CONNECTOR else self.talking.connector()
                membership.grant_role(
                    membership_id=member.id, role=person.role, permissions=person.permissions, actor=by, now=now
                )

    def _sign_up(self, person: Person) -> UUID:
        with self.stage.app.app_context(), platform_scope(reason="demo: open accounts"), unit_of_work():
            return accounts.create_account(
                email=person.email,
                name=person.name,
                password=PASSWORD if person.signs_in else None,
                locale=person.locale,
                now=clock.now(),
                is_confirmed=True,
                is_demo=True,
            )

    @_do.register
    def _offer(self, act: acts.Offer) -> None:
        with self._inside():
            seller_id = self._account(act.article.seller) if act.article.seller else None
            listing = catalogue.create_listing(
                seller_id=seller_id, text=act.article.text, tax_rates=self.tax_rates, now=clock.now()
            )
            catalogue.publish(listing_id=listing.id, seller_id=seller_id, now=clock.now())
            self.articles[act.number] = listing.id

    @_do.register
    def _buy(self, act: acts.Buy) -> None:
        with self._inside():
            checkout_id = self._place(act)
        self.checkouts[act.number] = checkout_id
        if not act.is_paid:
            return
        buyer_id = self._account(act.buyer)
        with self._inside():
            payment_id = order_queries.checkout_of(checkout_id, buyer_id=buyer_id).payment_id
            page = payment_queries.payment(payment_id).checkout_id if payment_id else None
        if payment_id is None or page is None:
            raise RuntimeError(f"the card page of purchase {act.number} in {self.story.slug} did not open")
        paying = DISPUTED if act.is_disputed else PAYS
        for number in (DECLINED, paying) if act.is_declined_first else (paying,):
            self._show_card(page, self.story.people[act.buyer], number)
        with self._inside():  # as the page does to which the card page leads back
            payments.observe(payment_id=payment_id, now=clock.now())

    def _place(self, act: acts.Buy) -> UUID:
        buyer_id, pack, now = self._account(act.buyer), self.story.pack, clock.now()
        basket = orders.open_basket(account_id=buyer_id, basket_id=None, now=now)
        for number, quantity in act.lines:
            orders.put_in_basket(basket_id=basket.id, listing_id=self.articles[number], quantity=quantity, now=now)
        choice = Delivery.SHIP if act.is_shipped else Delivery.PICKUP
        quote = basket_queries.quote(basket=basket, choice=choice, tax_rates=self.tax_rates, currency=pack.currency)
        if quote is None:
            raise RuntimeError(f"purchase {act.number} in {self.story.slug} has an empty basket")
        person, referral = self.story.people[act.buyer], self._referral(act.via)
        purchase = orders.Purchase(
            basket_version=basket.version,
            fingerprint=quote.fingerprint,
            buyer_id=buyer_id,
            buyer_email=person.email,
            choice=choice,
            address=person.address if person.has_address else None,
            touch=Touch(referral.code, act.channel, now) if referral else None,
            currency=pack.currency,
            tax_rates=self.tax_rates,
            return_to=self._return_address,
        )
        return orders.place_orders(purchase=purchase, now=now)

    def _return_address(self, checkout_id: UUID) -> str:
        return self.stage.app.addresses.hub(self.story.slug, f"/checkout/{checkout_id}/return")

    @_do.register
    def _hand_over(self, act: acts.HandOver) -> None:
        with self._inside():
            for order in self._orders(act.number):
                orders.mark_handed_over(order_id=order.id, actor=self._seller(order), now=clock.now())

    @_do.register
    def _call_off(self, act: acts.CallOff) -> None:
        with self._inside():
            for order in self._orders(act.number):
                orders.cancel_order(order_id=order.id, reason=act.reason, actor=self._seller(order), now=clock.now())

    @_do.register
    def _ask_back(self, act: acts.AskBack) -> None:
        with self._inside():
            afterwards.ask_back(self._orders(act.number), act.reason)

    @_do.register
    def _defend(self, act: acts.Defend) -> None:
        self.stage.sweep()  # the bank's word is on its way
        with self._inside():
            found = afterwards.disputes_about(self._orders(act.number)[0])
        afterwards.answer_bank(self.stage, found, act.words, self.cast.central)

    @_do.register
    def _pay_out(self, act: acts.PayOut) -> None:
        self.stage.sweep()
        afterwards.pay_out(self.stage, self.cast.central, is_approved=act.is_approved)

    @_do.register
    def _subscribe(self, act: acts.Subscribe) -> None:
        person, account_id, listing_id = self.story.people[act.who], self._account(act.who), self.articles[act.article]
        with self._inside():
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
        with self._inside():
            month = subscription_queries.open_period(subscription_id)
            page = payment_queries.payment(month.payment_id).checkout_id if month and month.payment_id else None
        if month is None or month.payment_id is None or page is None:
            raise RuntimeError(f"the card page of {act.who}'s subscription in {self.story.slug} did not open")
        self._show_card(page, person, PAYS)
        with self._inside():
            payments.observe(payment_id=month.payment_id, now=clock.now())
        self.stage.settle()
        if act.has_refused_card:
            self._save_card(subscription_id, account_id, person)

    def _save_card(self, subscription_id: UUID, account_id: UUID, person: Person) -> None:
        with self._inside():
            setup_id = subscriptions.change_card(
                subscription_id=subscription_id, account_id=account_id, now=clock.now()
            )
        with self._inside():
            page = cards.setup(setup_id).checkout_id
        if page is None:
            raise RuntimeError(f"the page for {person.name}'s card in {self.story.slug} did not open")
        self._show_card(page, person, REFUSED_LATER)
        with self._inside():
            cards.observe_setup(setup_id=setup_id, now=clock.now())

    def _show_card(self, page: str, person: Person, number: str) -> None:
        self.stage.sandbox.pay(page, Attempt(BY_NUMBER[number], 12, 2034, person.name, person.email))

    @_do.register
    def _connect(self, act: acts.Connect) -> None:
        account_id, pack = self._account(act.who), self.story.pack
        with self._inside():
            payee_id = payouts.open_payee(
                account_id=account_id,
                email=self.story.people[act.who].email,
                country=pack.country,
                currency=pack.currency,
                now=clock.now(),
            )
        self.stage.settle()
        with self._inside():
            payee = payout_queries.payee_of(account_id)
        if payee is None or payee.provider_account_id is None:
            raise RuntimeError(f"the payout account of {act.who} in {self.story.slug} did not open")
        self._fill_in(payee.provider_account_id, self.story.people[act.who].name)
        with self.stage.app.app_context(), platform_scope(reason="demo: look at a payee"), unit_of_work():
            payouts.observe_payee(payee_id=payee_id, now=clock.now())

    def _fill_in(self, provider_account_id: str, name: str) -> None:
        back = self.stage.app.addresses.hub(self.story.slug, "/me/payout-account/done")
        with self.stage.app.app_context():
            link = payments.gateway().onboarding_link(account_id=provider_account_id, refresh_url=back, return_url=back)
        link_id = parse_qs(urlsplit(link).query)["link"][0]
        form = Onboarding("individual", name, BANK_ACCOUNT, is_bank_working=True)
        self.stage.sandbox.onboard(provider_account_id, link_id, form)

    @_do.register
    def _withdraw(self, act: acts.Withdraw) -> None:
        with self._inside():
            payouts.request_payout(
                account_id=self._account(act.who), currency=self.story.pack.currency, now=clock.now()
            )

    @_do.register
    def _agree(self, act: acts.Agree) -> None:
        with self.stage.app.app_context():
            promising.agree(
                hub_id=self.id,
                zone=ZoneInfo(self.story.pack.timezone),
                account_id=self._account(act.promise.who),
                promise=act.promise,
                proposer=self.cast.central,
                approver=self.cast.second,
            )

    @_do.register
    def _meet(self, act: acts.Announce | acts.Come | acts.Arrive | acts.Cancel) -> None:
        with self._inside():
            self.meetings.perform(act, now=clock.now())

    @_do.register
    def _say(self, act: acts.Say) -> None:
        with self._inside():
            self.talking.say(act, self.stage.app)

    @_do.register
    def _respond(self, act: acts.Respond) -> None:
        with self._inside():
            self.talking.respond(act)

    @_do.register
    def _announce_plan(self, act: acts.AnnouncePlan) -> None:
        with self.stage.app.app_context():
            earning.announce(act.source, proposer=self.cast.central, decider=self.cast.second)

    @_do.register
    def _close_period(self, act: acts.ClosePeriod) -> None:
        with self.stage.app.app_context():
            earning.close(act.name, currency=self.story.pack.currency, by=self.cast.central)

    @_do.register
    def _take_part(self, act: acts.TakePart) -> None:
        with self._inside():
            earning.take_part(
                account_id=self._account(act.who),
                name=self.story.people[act.who].name,
                sponsor_id=self._account(act.sponsor) if act.sponsor else None,
            )

    @_do.register
    def _live(self, act: Deed) -> None:
        with self._inside():
            self.living.perform(act)

    def _orders(self, number: int) -> Sequence[Order]:
        return order_queries.orders_of_checkout(self.checkouts[number])

    def _seller(self, order: Order) -> Actor:
        """Who acts for an order: its seller, or for the core's the hub's connector."""
        keys = {
            self._account(key): key for key in self.story.people if self.story.people[key].email in self.cast.accounts
        }
        seller_id = order.seller_account_id or members.connectors()[0].account_id
        return Actor(seller_id, self.story.people[keys[seller_id]].name)

    def _referral(self, key: str | None) -> Referral | None:
        member = members.member(self._account(key)) if key else None
        return Referral(member.account_id, member.id, member.referral_code, "link") if member else None

    def _account(self, key: str) -> UUID:
        return self.cast.accounts[self.story.people[key].email]
