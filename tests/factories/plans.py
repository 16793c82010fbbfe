"""Pay plans for tests: versions announced by two people, a network that sells the core's line, periods to close."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

from hubapp.earnings.compensation import queries
from hubapp.earnings.compensation.models import (
    ConnectorTerm,
    Participant,
    PlanRefund,
    PlanSale,
    PlanVersion,
    Sponsorship,
)
from hubapp.earnings.compensation.services import counting, versions
from hubapp.kernel import ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders.models import Order, OrderLine
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.accounts import make_account
from tests.factories.hubs import make_hub

DEFAULT = (Path(__file__).parents[1] / "earnings" / "compensation" / "default_plan.toml").read_text()
PROPOSER, DECIDER = UUID(int=811), UUID(int=812)
BEFORE = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
JANUARY = datetime(2027, 1, 10, 12, 0, tzinfo=UTC)
FEBRUARY = datetime(2027, 2, 10, 12, 0, tzinfo=UTC)
CLOSING = datetime(2027, 2, 18, 9, 0, tzinfo=UTC)  # January and its 16 days are over
CLOSING_FEBRUARY = datetime(2027, 3, 18, 9, 0, tzinfo=UTC)
_numbers = count(5_000)


def source(*changes: tuple[str, str]) -> str:
    """The default plan as text, with each first text replaced by the second."""
    text = DEFAULT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    tomllib.loads(text)
    return text


def across(action: Callable[[], Any]) -> Any:
    """Do something in the platform scope and a transaction of its own (needs an application context)."""
    with platform_scope(reason="test"), unit_of_work():
        return action()


def drafted(*changes: tuple[str, str], now: datetime = BEFORE, draft_id: UUID | None = None) -> PlanVersion:
    """A draft."""
    return across(  # type: ignore[no-any-return]
        lambda: versions.save_draft(draft_id=draft_id, source=source(*changes), editor_id=PROPOSER, now=now)
    )


def announced(*changes: tuple[str, str], now: datetime = BEFORE) -> PlanVersion:
    """A version that two people agreed on."""
    version_id = drafted(*changes, now=now).id
    across(lambda: versions.propose(version_id=version_id, note="As agreed", proposer_id=PROPOSER, now=now))
    across(lambda: versions.decide(version_id=version_id, agreed=True, answer="", decider_id=DECIDER, now=now))
    return across(lambda: queries.version(version_id))  # type: ignore[no-any-return]


@dataclass
class Network:
    """A hub that sells the core's line in Euros, and who takes part (needs an application context).

    `is_counted`: sales and refunds add to live volumes, as in the product.
    """

    hub_id: int = 0
    people: dict[str, UUID] = field(default_factory=dict)
    is_counted: bool = False

    def joins(
        self, name: str, sponsor: str | None = None, *, at: datetime = BEFORE, account_id: UUID | None = None
    ) -> UUID:
        """Somebody takes part in the programme, under whom."""
        account_id = account_id or make_account(name.title())
        self.people[name] = account_id
        above = None if sponsor is None else self.people[sponsor]

        def act() -> None:
            db.session.add(Participant(account_id=account_id, terms="1", joined_at=at))
            db.session.flush()
            db.session.add(Sponsorship(account_id=account_id, sponsor_id=above, since=at))

        across(act)
        return account_id

    def leaves(self, name: str, at: datetime) -> None:
        """And stops."""
        account_id = self.people[name]

        def act() -> None:
            db.session.get_one(Participant, account_id).left_at = at

        across(act)

    def connects(
        self, name: str, *, since: datetime = BEFORE, until: datetime | None = None, share_bps: int = 10_000
    ) -> UUID:
        """Somebody looks after the hub."""
        account_id = self.people.get(name) or make_account(name.title())
        self.people[name] = account_id
        row = ConnectorTerm(in_hub_id=self.hub_id, account_id=account_id, share_bps=share_bps, since=since, until=until)
        across(lambda: db.session.add(row))
        return account_id

    def sells(
        self,
        seller: str | None,
        cv: int = 10_000,
        *,
        buyer: UUID | None = None,
        at: datetime = JANUARY,
        hub_id: int | None = None,
        **values: Any,
    ) -> UUID:
        """A sale of the core's line, handed over at a moment, to somebody new; answers its id."""
        number = next(_numbers)
        hub = hub_id or self.hub_id
        order_id, line_id = ids.uuid7(), ids.uuid7()
        buyer_id = buyer or UUID(int=900_000 + number)
        gross = cv * 6 // 5
        with hub_scope(hub), unit_of_work():
            db.session.add(
                Order(
                    id=order_id,
                    number=number,
                    buyer_account_id=buyer_id,
                    status="handed_over",
                    currency="EUR",
                    gross=gross,
                    tax=gross - cv,
                    shipping=0,
                    base=cv,
                    terms={},
                    delivery="pickup",
                    source="import",
                    external_ref=str(number),
                    placed_at=at,
                )
            )
            db.session.flush()
            db.session.add(
                OrderLine(
                    id=line_id,
                    order_id=order_id,
                    position=0,
                    title="Walnut oil",
                    kind="product",
                    quantity=1,
                    unit_price=gross,
                    gross=gross,
                    tax_category="standard",
                    tax_rate=2000,
                    tax=gross - cv,
                    delivery="pickup",
                    plan_kind=values.get("kind", "product"),
                )
            )
            db.session.flush()
            usual: dict[str, Any] = {
                "order_id": order_id,
                "number": str(number),
                "position": 0,
                "kind": "product",
                "currency": "EUR",
                "amount": gross,
                "cv": cv,
                "pv": 0,
                "seller_id": None if seller is None else self.people[seller],
                "buyer_id": buyer_id,
                "ordered_at": at - timedelta(hours=2),
                "paid_at": at - timedelta(hours=1),
                "handed_over_at": at,
            }
            row = PlanSale(id=line_id, **{**usual, **values})
            db.session.add(row)
            self._count(row, row.cv, row.pv, row.paid_at)
        return line_id

    def _count(self, row: PlanSale, cv: int, pv: int, now: datetime) -> None:
        if self.is_counted:
            db.session.flush()
            counting.count(changes=[counting.Change(row, cv, pv, counting.ALWAYS)])

    def refunds(self, sale_id: UUID, *, at: datetime, cv: int | None = None, hub_id: int | None = None) -> None:
        """Money goes back: all of what it came to, or a part."""
        hub = hub_id or self.hub_id
        with hub_scope(hub), unit_of_work():
            sale = db.session.get_one(PlanSale, (hub, sale_id))
            part = sale.cv if cv is None else cv
            amount = sale.amount if cv is None else part * 6 // 5
            db.session.add(
                PlanRefund(sale_id=sale_id, key=f"refund:{ids.uuid7()}", amount=amount, cv=part, pv=0, at=at)
            )
            self._count(sale, -part, 0, at)


def make_network(slug: str = "lyon", *, is_counted: bool = False) -> Network:
    """Ada above Ben above Cem, in a hub that Maud looks after; nothing is sold yet."""
    network = Network(make_hub(slug), is_counted=is_counted)
    network.joins("ada")
    network.joins("ben", "ada")
    network.joins("cem", "ben")
    network.connects("maud")
    return network


def day(text: str) -> date:
    """A date."""
    return date.fromisoformat(text)
