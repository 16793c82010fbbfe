"""A right to a part of a sale has its order behind it, whoever writes it: as pages and as the console do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hubapp.earnings.shares import policies
from hubapp.earnings.shares.services import SettledOrder, Terms, freeze_terms
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.tenancy.platform import in_hub, platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import ANNA, CARL, ROSA, carls_hub, paid_order
from tests.factories.hubs import NOW, make_hub
from tests.factories.placed import behind

MALLORY = f"account:{UUID(int=666)}"
SHARE = text(
    "INSERT INTO order_share (hub_id, id, number, currency, gross, base, fee, refunded, source, month,"
    " rule_key, settled_at) VALUES (:hub, :order, '', :currency, :gross, 0, 0, 0, :source, '2026-11-01',"
    " (SELECT min(key) FROM share_rule_version), now())"
)
RIGHT = text(
    "INSERT INTO earning_right (hub_id, id, order_id, position, owner, role, purpose, currency, amount, reversed,"
    " claimed, is_vacant, earned_at, available_at, explanation) SELECT :hub, uuidv7(), :order, number, owner, role,"
    " 'owed', :currency, amount, 0, 0, false, now(), now(), '{}' FROM unnest(CAST(:owners AS text[]),"
    " CAST(:roles AS text[]), CAST(:amounts AS bigint[])) WITH ORDINALITY AS t (owner, role, amount, number)"
)
LATER = text(RIGHT.text.replace("number, owner", "number + 90, owner"))
Parts = tuple[tuple[str, str, int], ...]


@dataclass
class Writer:
    """Whoever writes rows past the application's own rules."""

    hub_id: int
    home: int
    order: SettledOrder
    role: str = "app"

    def gives(self, *parts: tuple[str, str, int], **changes: Any) -> None:
        """Rights (role, owner, amount) in an order's split."""
        given = {"hub": self.hub_id, "order": self.order.order_id, "currency": "EUR", "gross": 0, **changes}
        roles, owners, amounts = (list(column) for column in zip(*parts, strict=True))
        with db.session.begin_nested():
            db.session.execute(SHARE, {"source": "provider_pending", **given})
            db.session.execute(RIGHT, {**given, "roles": roles, "owners": owners, "amounts": amounts})

    def is_refused(self, *parts: tuple[str, str, int], match: str = "nothing names", **changes: Any) -> None:
        with pytest.raises(DBAPIError, match=match):
            self.gives(*parts, **changes)

    def adds(self, role: str, owner: str, amount: int) -> None:
        """One more right, when the others are there."""
        given = {"hub": self.hub_id, "order": self.order.order_id, "currency": "EUR"}
        with db.session.begin_nested():
            db.session.execute(LATER, {**given, "roles": [role], "owners": [owner], "amounts": [amount]})

    def meanwhile(self, statement: str) -> None:
        """What somebody else did rightly."""
        db.session.connection().exec_driver_sql(f"RESET ROLE; {statement}; SET LOCAL ROLE hubapp_{self.role}")

    @property
    def fair(self) -> Parts:
        """What the split gives, in minor units."""
        parts = policies.split(
            amounts=self.order.amounts,
            parties=self.order.parties,
            rules=self.order.terms.rules,
            currency="EUR",
            turnover=0,
        )
        return tuple((part.role, part.owner, part.amount) for part in parts if part.role != "fee" and part.amount)

    def with_part(self, role: str, **changes: Any) -> Parts:
        """The fair split, one part changed."""
        named = ({"role": one, "owner": owner, "amount": amount} for one, owner, amount in self.fair)
        changed = ({**part, **changes} if part["role"] == role else part for part in named)
        return tuple((part["role"], part["owner"], part["amount"]) for part in changed)


def crossing() -> Terms:
    """The terms of an order whose buyer's home hub has a part."""
    terms = freeze_terms(now=NOW)
    return Terms(terms.rule_key, replace(terms.rules, cross_hub_bps=100))


@pytest.fixture(params=["app", "central"])
def writer(app: HubFlask, request: pytest.FixtureRequest) -> Iterator[Writer]:
    """An order over 24.00, 4.00 of it tax, brought by Rosa to Carl's hub, by somebody at home in another."""
    with app.app_context():
        hub_id, home = carls_hub(), make_hub("nantes")
        with hub_scope(hub_id), unit_of_work():
            facts: dict[str, Any] = {"gross": 2_400, "tax": 400, "fee": 55, "referrer_owner": ROSA}
            order = paid_order(2_000, **facts, home_hub_id=home, terms=crossing())
            behind(order)
        if request.param == "app":
            with hub_scope(hub_id), unit_of_work():
                yield Writer(hub_id, home, order, request.param)
        else:
            with platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
                yield Writer(hub_id, home, order, request.param)


def test_the_fair_split_is_written(writer: Writer) -> None:
    """The control of all that follows."""
    assert {role for role, _owner, _amount in writer.fair} == {
        *("seller", "connector", "referrer", "core", "cross_hub", "tax")
    }
    writer.gives(*writer.fair)


@pytest.mark.parametrize("role", ["seller", "connector", "referrer", "core", "cross_hub", "tax"])
def test_nobody_is_paid_whom_the_order_does_not_name(writer: Writer, role: str) -> None:
    writer.is_refused(*writer.with_part(role, owner=MALLORY))


@pytest.mark.parametrize("role", ["seller", "connector", "referrer", "core", "tax", "cross_hub", "retainer"])
def test_without_an_order_nobody_is_paid(writer: Writer, role: str) -> None:
    owner = {one: who for one, who, _amount in writer.fair}.get(role, CARL)
    writer.is_refused((role, owner, 1), order=uuid7())


def test_an_order_that_was_not_paid_pays_nobody(writer: Writer) -> None:
    writer.meanwhile("UPDATE orders SET paid_at = NULL, status = 'placed'")
    writer.is_refused(*writer.fair)


def test_an_order_without_a_referrer_pays_none(writer: Writer) -> None:
    writer.meanwhile("UPDATE orders SET referrer_account_id = NULL")
    writer.is_refused(("referrer", ROSA, 1))


def test_another_currency_is_refused(writer: Writer) -> None:
    writer.is_refused(*writer.fair, currency="KES")


@pytest.mark.parametrize(("role", "more"), [("connector", 41), ("referrer", 1), ("core", 1), ("cross_hub", 1)])
def test_no_role_has_more_than_its_highest_rate(writer: Writer, role: str, more: int) -> None:
    """A connector's first tier gives 1.00 of 20.00, the highest 1.40."""
    taken = {one: amount for one, _owner, amount in writer.fair}
    cheaper = writer.with_part("seller", amount=taken["seller"] - more)
    parts = tuple((one, who, amount + more * (one == role)) for one, who, amount in cheaper)
    writer.is_refused(*parts, match="does not bear")


def test_all_together_have_no_more_than_the_buyer_paid(writer: Writer) -> None:
    taken = {one: amount for one, _owner, amount in writer.fair}
    writer.is_refused(*writer.with_part("seller", amount=taken["seller"] + 1), match="does not bear")


def test_a_part_that_is_added_later_counts_with_the_others(writer: Writer) -> None:
    writer.gives(*writer.fair[1:])
    with db.session.begin_nested():
        db.session.execute(text("UPDATE earning_right SET reversed = amount"))
    taken = {one: amount for one, _owner, amount in writer.fair}
    values = {
        "hub": writer.hub_id,
        "order": writer.order.order_id,
        "currency": "EUR",
        "owners": [ANNA],
        "roles": ["seller"],
    }
    late = text(RIGHT.text.replace("number, owner", "number + 90, owner"))
    with pytest.raises(DBAPIError, match="does not bear"), db.session.begin_nested():
        db.session.execute(late, {**values, "amounts": [taken["seller"] + 1]})
    db.session.execute(late, {**values, "amounts": [taken["seller"]]})


def test_a_charge_for_a_dispute_is_never_a_gift(writer: Writer) -> None:
    writer.gives(*writer.fair)
    for owner, amount in ((ANNA, 1), (CARL, -1)):
        with pytest.raises(DBAPIError, match="nothing names"):
            writer.adds("dispute_fee", owner, amount)
    writer.adds("dispute_fee", ANNA, -1)


MOVE = text(
    "INSERT INTO clearing_move (id, key, kind, from_hub_id, to_hub_id, order_id, number, currency, amount, base,"
    " rate_bps, rule_key, occurred_at, available_at)"
    " VALUES (uuidv7(), 'k', 'earned', :from, :to, :order, '', 'EUR', :amount, 0, 0,"
    " (SELECT min(key) FROM share_rule_version), now(), now())"
)


def test_what_a_home_hub_has_hangs_on_the_sale_elsewhere(writer: Writer) -> None:
    writer.gives(*writer.fair)
    part = {one: amount for one, _owner, amount in writer.fair}["cross_hub"]
    facts = {"from": writer.hub_id, "to": writer.home, "order": writer.order.order_id}
    for wrong in ({"amount": part + 1}, {"amount": part, "order": uuid7()}):
        with pytest.raises(DBAPIError, match="no right of hub"), db.session.begin_nested():
            db.session.execute(MOVE, {**facts, **wrong})
    db.session.execute(MOVE, {**facts, "amount": part})


def test_the_home_hubs_part_goes_to_its_connectors_and_is_no_more_than_came(app: HubFlask) -> None:
    with app.app_context():
        selling, home = make_hub("nantes"), carls_hub()
        with hub_scope(selling), unit_of_work():
            order = paid_order(2_000, connectors=(), home_hub_id=home, terms=crossing())
            behind(order)
            there = Writer(selling, home, order)
            there.gives(*there.fair)
            db.session.execute(MOVE, {"from": selling, "to": home, "order": order.order_id, "amount": 20})
        with hub_scope(home), unit_of_work():
            here = Writer(home, home, order)
            here.is_refused(("cross_hub", MALLORY, 20), source="clearing")
            here.is_refused(("cross_hub", CARL, 21), source="clearing", match="does not bear")
            here.is_refused(("cross_hub", CARL, 20), source="clearing", order=uuid7())
            here.is_refused(("seller", ANNA, 20), source="clearing")
            here.gives(("cross_hub", CARL, 20), source="clearing")


def test_who_was_a_connector_is_paid_no_more(writer: Writer) -> None:
    writer.meanwhile("DELETE FROM hub_role")
    writer.is_refused(*writer.fair)
