"""How people of the demo's past come to their money: an account for payouts, withdrawals, the network's runs."""

from __future__ import annotations

from functools import singledispatchmethod
from urllib.parse import parse_qs, urlsplit

from hubapp.cli.demo import acts, afterwards
from hubapp.cli.demo.place import Place
from hubapp.earnings.payouts import queries as payout_queries
from hubapp.earnings.payouts import services as payouts
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.money.payments import services as payments
from hubapp.money.payments.sandbox.operations.accounts import Onboarding
from hubapp.tenancy.platform import platform_scope

BANK_ACCOUNT = "FR7630006000011234567890189"  # the provider's published example
Act = acts.Connect | acts.Withdraw | acts.PayOut


class Cashing:
    """One hub's payees."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @singledispatchmethod
    def perform(self, act: object) -> None:
        """Do it now."""
        raise NotImplementedError(type(act))

    @perform.register
    def _connect(self, act: acts.Connect) -> None:
        account_id, pack = self.place.account(act.who), self.place.story.pack
        with self.place.inside():
            payee_id = payouts.open_payee(
                account_id=account_id,
                email=self.place.story.people[act.who].email,
                country=pack.country,
                currency=pack.currency,
                now=clock.now(),
            )
        self.place.stage.settle()
        with self.place.inside():
            payee = payout_queries.payee_of(account_id)
        if payee is None or payee.provider_account_id is None:
            raise RuntimeError(f"the payout account of {act.who} in {self.place.story.slug} did not open")
        self._fill_in(payee.provider_account_id, self.place.story.people[act.who].name)
        with self.place.stage.app.app_context(), platform_scope(reason="demo: look at a payee"), unit_of_work():
            payouts.observe_payee(payee_id=payee_id, now=clock.now())

    def _fill_in(self, provider_account_id: str, name: str) -> None:
        back = self.place.stage.app.addresses.hub(self.place.story.slug, "/me/payout-account/done")
        with self.place.stage.app.app_context():
            link = payments.gateway().onboarding_link(account_id=provider_account_id, refresh_url=back, return_url=back)
        link_id = parse_qs(urlsplit(link).query)["link"][0]
        form = Onboarding("individual", name, BANK_ACCOUNT, is_bank_working=True)
        self.place.stage.sandbox.onboard(provider_account_id, link_id, form)

    @perform.register
    def _withdraw(self, act: acts.Withdraw) -> None:
        with self.place.inside():
            payouts.request_payout(
                account_id=self.place.account(act.who), currency=self.place.story.pack.currency, now=clock.now()
            )

    @perform.register
    def _pay_out(self, act: acts.PayOut) -> None:
        self.place.stage.sweep()
        afterwards.pay_out(self.place.stage, self.place.cast.central, is_approved=act.is_approved)
