"""A network that earns: sales settled into shares, payees with bank accounts, and books held against the provider's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from sqlalchemy import select, text, update

from hubapp.earnings.payouts import queries, services
from hubapp.earnings.payouts.models import Payee, Payout, PayoutPart, PayoutRunItem
from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.services import SettledOrder
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.money.ledger import queries as books
from hubapp.money.ledger import verify
from hubapp.money.payments.sandbox import books as ledger_of_provider
from hubapp.money.payments.sandbox.operations.accounts import Onboarding
from hubapp.money.payments.sandbox.store import PLATFORM
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.models import Hub
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.accounts import make_account
from tests.factories.hubs import make_hub
from tests.factories.jobs import run_all
from tests.factories.payments import Till
from tests.factories.placed import behind

HOLD = timedelta(days=20)
BANK_DAYS = timedelta(days=3)
PURPOSES = (books.Purpose.PROVIDER_PENDING, books.Purpose.PROVIDER_BALANCE)


@dataclass
class Town:
    """Hubs with sales, on a till."""

    till: Till
    hubs: list[int]

    @property
    def currency(self) -> str:
        """What everything here costs."""
        return self.till.currency

    def person(self, name: str = "Anna Example") -> UUID:
        """An account."""
        with self.till.app.app_context():
            return make_account(name)

    def hub(self, slug: str) -> int:
        """Another hub."""
        with self.till.app.app_context():
            hub_id = make_hub(slug, currency=self.currency)
        self.hubs.append(hub_id)
        return hub_id

    def sell(self, hub_id: int, seller: UUID, amount: int = 10_000, *, home: int | None = None) -> UUID:
        """A sale that was paid and split; the hub has no connector. `home`: the buyer's home hub."""
        order_id = uuid7()
        payment = self.till.payment(hub_id, self.till.sell(hub_id, amount, reference=f"order:{order_id}"))
        with self.till.app.app_context(), hub_scope(hub_id), unit_of_work():
            order = SettledOrder(
                order_id=order_id,
                number="1001",
                currency=self.currency,
                gross=amount,
                tax=0,
                shipping=0,
                base=amount,
                fee=payment.fee or 0,
                seller_owner=f"account:{seller}",
                terms=shares.freeze_terms(now=clock.now()),
                occurred_at=clock.now(),
                home_hub_id=home,
            )
            behind(order)
            shares.settle(order=order)
        return order_id

    def refund(self, hub_id: int, order_id: UUID, amount: int, refund_id: UUID | None = None) -> None:
        """Shares taken back, without the provider."""
        with self.till.app.app_context(), hub_scope(hub_id), unit_of_work():
            shares.reverse(
                order_id=order_id,
                refund_id=refund_id or uuid7(),
                amount=amount,
                currency=self.currency,
                now=clock.now(),
            )

    def connect(self, hub_id: int, account_id: UUID, *, is_bank_working: bool = True) -> Payee:
        """Open and fill in a payout account."""
        self.ask_account(hub_id, account_id)
        run_all(self.till.app)
        payee = self.payee(account_id)
        assert payee.provider_account_id is not None
        link = self.till.wiring.gateway.onboarding_link(
            account_id=payee.provider_account_id, refresh_url="http://x/again", return_url="http://x/done"
        )
        link_id = parse_qs(urlsplit(link).query)["link"][0]
        details = Onboarding("individual", "Anna Example", "FR7630006000011234567890189", is_bank_working)
        self.till.sandbox.onboard(payee.provider_account_id, link_id, details)
        self.till.sweep()
        return self.payee(account_id)

    def ask_account(self, hub_id: int, account_id: UUID) -> None:
        """Press the button."""
        with self.till.app.app_context(), hub_scope(hub_id), unit_of_work():
            services.open_payee(
                account_id=account_id, email="anna@example.org", country="FR", currency=self.currency, now=clock.now()
            )

    def request(self, hub_id: int, account_id: UUID) -> UUID:
        """Ask for a payout."""
        with self.till.app.app_context(), hub_scope(hub_id), unit_of_work():
            return services.request_payout(account_id=account_id, currency=self.currency, now=clock.now())

    def earner(self, *amounts: int, is_bank_working: bool = True) -> UUID:
        """A person with available earnings, one sale in each hub, and a bank account."""
        seller = self.person()
        for hub_id, amount in zip(self.hubs, amounts, strict=True):
            self.sell(hub_id, seller, amount)
        self.till.advance(HOLD)
        self.connect(self.hubs[0], seller, is_bank_working=is_bank_working)
        self.settle()
        return seller

    def freeze_hub(self, hub_id: int, reason: str) -> None:
        """Stop a hub."""
        with self.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            hub = db.session.get_one(Hub, hub_id)
            hub.status, hub.frozen_reason = "frozen", reason

    def freeze_payee(self, account_id: UUID, reason: str) -> None:
        """Stop payouts to a person."""
        with self.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            services.freeze_payee(account_id=account_id, reason=reason, actor=SYSTEM, now=clock.now())

    def drain_platform(self) -> None:
        """The platform's own payout took the money that transfers need."""
        available = self.till.wiring.gateway.platform_balance().available[self.currency.lower()]
        self._move(-available)

    def refill_platform(self) -> None:
        """It is there again."""
        self._move(60_000)

    def _move(self, amount: int) -> None:
        with self.till.sandbox.transaction() as tx:
            ledger_of_provider.record(
                tx, account=PLATFORM, kind="payout", source="po_sbxtest", amount=amount, currency=self.currency.lower()
            )

    def across(self, action: Callable[[], Any]) -> Any:
        """Do something across hubs, in a transaction of its own."""
        with self.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return action()

    def choose(self, account_id: UUID, **values: Any) -> None:
        """What a payee chose on their page."""
        payee = self.payee(account_id)
        self.across(lambda: db.session.execute(update(Payee).where(Payee.id == payee.id).values(**values)))

    def propose(self, **options: Any) -> UUID:
        """A run that waits for approval."""
        return UUID(str(self.across(lambda: services.propose(by=SYSTEM, now=clock.now(), **options))))

    def approve(self, run_id: UUID) -> None:
        """Let it pay."""
        self.across(lambda: services.approve(run_id=run_id, by=SYSTEM, now=clock.now()))

    def items(self, run_id: UUID) -> list[PayoutRunItem]:
        """What a run means for everybody."""
        rows = select(PayoutRunItem).where(PayoutRunItem.run_id == run_id).order_by(PayoutRunItem.account_id)
        return list(self.across(lambda: db.session.scalars(rows).all()))

    def payouts(self) -> list[Payout]:
        """All payouts, the oldest first."""
        return list(self.across(lambda: db.session.scalars(select(Payout).order_by(Payout.id)).all()))

    def settle(self) -> None:
        """Let everything happen that is due."""
        for _ in range(3):
            self.till.sweep()
            self.till.run("payouts.sweep")
            run_all(self.till.app)

    def arrive(self) -> None:
        """The bank takes its days."""
        self.till.advance(BANK_DAYS)
        self.settle()

    def payee(self, account_id: UUID) -> Payee:
        """A payee as it is now."""
        with self.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            payee = queries.payee_of(account_id)
        assert payee is not None
        return payee

    def payout(self, payout_id: UUID) -> Payout:
        """A payout as it is now."""
        with self.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return db.session.get_one(Payout, payout_id)

    def parts(self, payout_id: UUID) -> list[PayoutPart]:
        """Its parts in all hubs."""
        with self.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return list(queries.parts_of(payout_id))

    def balance(self, hub_id: int, owner: str, purpose: books.Purpose) -> int:
        """A balance in a hub's books."""
        with self.till.app.app_context(), hub_scope(hub_id), unit_of_work():
            return books.balance(owner=owner, purpose=purpose, currency=self.currency, now=clock.now()).posted

    def keys(self, hub_id: int) -> list[str]:
        """Idempotency keys of a hub's entries about payouts, in order."""
        with self.till.app.app_context(), hub_scope(hub_id), unit_of_work():
            rows = db.session.execute(
                text("SELECT idempotency_key AS key FROM ledger_entry WHERE kind LIKE 'payout%' ORDER BY seq")
            )
            return [row.key for row in rows]

    def assert_at_rest(self) -> None:
        """The books prove themselves, and their sum is what the provider has."""
        provider = 0
        connected = 0
        for hub_id in self.hubs:
            with self.till.app.app_context(), hub_scope(hub_id), unit_of_work():
                found = verify.verify(hub_id)
                assert found.ok, found
                connected += sum(
                    row.posted for row in all_balances(hub_id) if row.purpose == books.Purpose.CONNECTED_BALANCE
                )
            provider += sum(self.balance(hub_id, "provider", purpose) for purpose in PURPOSES)
        state = self.till.wiring.gateway.platform_balance()
        assert provider == state.available.get(self.currency.lower(), 0) + state.pending.get(self.currency.lower(), 0)
        assert connected == self._connected()

    def _connected(self) -> int:
        with self.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            accounts = [row.provider_account_id for row in db.session.query(Payee) if row.provider_account_id]
        gateway = self.till.wiring.gateway
        return sum(gateway.payee_balance(account).available.get(self.currency.lower(), 0) for account in accounts)


def all_balances(hub_id: int) -> list[books.Balance]:
    """Every account's balance in the hub in scope."""
    owners = db.session.execute(text("SELECT DISTINCT owner FROM ledger_account")).scalars().all()
    return [balance for owner in owners for balance in books.balances_of(owner=owner, now=clock.now())]
