"""What is always true of money at rest: asked of all rows of both databases, never of the product's own queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import ClassVar, Protocol

from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger import verify
from hubapp.tenancy.scope import hub_scope
from tests.journeys.money_machine import replay_disputes  # noqa: F401  its rules count too
from tests.journeys.money_machine.replay import replay_all
from tests.journeys.money_machine.world import World


class Situation(Protocol):
    """What the truths need to know beside the databases: money that the test itself put in or took out."""

    world: ClassVar[World]
    outside: dict[str, int]


Truth = Callable[[Situation], None]
TRUTHS: list[Truth] = []


def truth(check: Truth) -> Truth:
    """Check this after every sequence; each capability adds its own."""
    TRUTHS.append(check)
    return check


def nothing(world: World, statement: str, *, sandbox: bool = False) -> None:
    """A query for what must not be finds nothing."""
    found = world.theirs(statement) if sandbox else world.rows(statement)
    assert not found, (statement, found)


@truth
def the_books_prove_themselves(now: Situation) -> None:
    for place in now.world.places:
        with now.world.live.app.app_context(), hub_scope(place.hub_id), unit_of_work():
            found = verify.verify(place.hub_id)
        assert found.ok, found
    nothing(now.world, "SELECT entry_id FROM ledger_posting GROUP BY entry_id, currency HAVING sum(amount) <> 0")


@truth
def every_entry_and_balance_is_the_oracles(now: Situation) -> None:
    for hub_id, replay in replay_all(now.world).items():
        rows = now.world.rows(
            "SELECT a.owner, a.purpose, a.currency, b.amount FROM ledger_balance b JOIN ledger_account a"
            " ON a.hub_id = b.hub_id AND a.id = b.id WHERE b.hub_id = %s AND b.amount <> 0",
            hub_id,
        )
        cached = {(row["owner"], row["purpose"], row["currency"]): row["amount"] for row in rows}
        assert cached == {account: amount for account, amount in replay.balances.items() if amount}, hub_id
        rights = now.world.rows(
            "SELECT order_id, position, amount - reversed AS remaining FROM earning_right WHERE hub_id = %s", hub_id
        )
        remaining = {(str(row["order_id"]), row["position"]): row["remaining"] for row in rights}
        told = {
            (order, place): part
            for order, settled in replay.orders.items()
            for place, part in settled.remaining.items()
        }
        assert remaining == told, hub_id


@truth
def shares_sum_to_what_was_paid(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT s.id FROM order_share s JOIN earning_right r ON r.hub_id = s.hub_id AND r.order_id = s.id"
        " WHERE s.source <> 'clearing' GROUP BY s.hub_id, s.id, s.gross, s.fee HAVING sum(r.amount) + s.fee <> s.gross",
    )
    nothing(
        now.world,
        "SELECT m.key, m.amount FROM clearing_move m LEFT JOIN earning_right r ON r.hub_id = m.to_hub_id"
        " AND r.order_id = m.order_id WHERE m.kind = 'earned' GROUP BY m.id, m.key, m.amount"
        " HAVING coalesce(sum(r.amount), 0) <> m.amount",
    )
    nothing(now.world, "SELECT id FROM earning_right WHERE NOT (0 <= reversed AND reversed <= amount)")


@truth
def what_was_claimed_is_what_payouts_took(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT r.id, r.claimed FROM earning_right r LEFT JOIN earning_claim c ON c.hub_id = r.hub_id"
        " AND c.right_id = r.id GROUP BY r.id, r.claimed HAVING r.claimed <> coalesce(sum(c.amount), 0)",
    )
    nothing(
        now.world,
        "SELECT p.payout_id, p.hub_id, p.status, p.amount FROM payout_part p LEFT JOIN earning_claim c"
        " ON c.hub_id = p.hub_id AND c.payout_id = p.payout_id GROUP BY p.payout_id, p.hub_id, p.status, p.amount"
        " HAVING coalesce(sum(c.amount), 0) <> CASE p.status WHEN 'paid' THEN p.amount ELSE 0 END",
    )
    nothing(
        now.world,
        "SELECT p.id FROM payout p JOIN payout_part t ON t.payout_id = p.id AND t.status <> 'left_out'"
        " WHERE p.amount IS NOT NULL GROUP BY p.id, p.amount HAVING sum(t.amount) <> p.amount",
    )


@truth
def what_was_sent_and_what_is_owed_is_what_was_earned(now: Situation) -> None:
    nothing(
        now.world,
        "WITH earned AS (SELECT owner, currency, sum(amount - reversed) AS amount FROM earning_right"
        "  WHERE owner LIKE 'account:%' GROUP BY owner, currency),"
        " sent AS (SELECT 'account:' || account_id AS owner, currency, sum(amount) AS amount FROM payout"
        "  WHERE status = 'paid' GROUP BY account_id, currency),"
        " owed AS (SELECT a.owner, a.currency, -sum(b.amount) AS amount FROM ledger_balance b JOIN ledger_account a"
        "  ON a.hub_id = b.hub_id AND a.id = b.id WHERE a.purpose = 'owed' GROUP BY a.owner, a.currency)"
        " SELECT * FROM earned LEFT JOIN sent USING (owner, currency) LEFT JOIN owed USING (owner, currency)"
        " WHERE earned.amount <> coalesce(sent.amount, 0) + coalesce(owed.amount, 0)",
    )


@truth
def refunds_stay_within_what_was_paid(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT p.id FROM payment p LEFT JOIN refund r ON r.hub_id = p.hub_id AND r.payment_id = p.id"
        " AND r.status <> 'failed' GROUP BY p.id, p.refunded, p.amount"
        " HAVING p.refunded <> coalesce(sum(r.amount), 0) OR p.refunded > p.amount",
    )


@truth
def each_payment_is_one_charge_of_the_provider(now: Situation) -> None:
    theirs = now.world.theirs(
        "SELECT id, (body->>'amount')::bigint AS amount, body->>'currency' AS currency,"
        " (body->>'amount_refunded')::bigint AS refunded, body->'metadata'->>'payment' AS payment FROM resource"
        " WHERE kind = 'charge' AND body->>'status' = 'succeeded'"
    )
    ours = now.world.rows("SELECT id, charge_id, amount, currency, refunded FROM payment WHERE status = 'succeeded'")
    assert max(Counter(row["payment"] for row in theirs).values(), default=1) == 1
    assert {
        (row["charge_id"], str(row["id"]), row["amount"], row["currency"].lower(), row["refunded"]) for row in ours
    } == {(row["id"], row["payment"], row["amount"], row["currency"], row["refunded"]) for row in theirs}
    assert len(ours) == len(theirs)


@truth
def each_refund_is_one_of_the_providers(now: Situation) -> None:
    theirs = now.world.theirs(
        "SELECT id, (body->>'amount')::bigint AS amount, body->>'status' AS status, body->'metadata'->>'refund' AS ours"
        " FROM resource WHERE kind = 'refund'"
    )
    ours = now.world.rows("SELECT id, provider_id, amount, status FROM refund WHERE provider_id IS NOT NULL")
    assert {(row["provider_id"], str(row["id"]), row["amount"], row["status"]) for row in ours} == {
        (row["id"], row["ours"], row["amount"], row["status"]) for row in theirs
    }


@truth
def each_payout_is_one_of_the_providers(now: Situation) -> None:
    theirs = now.world.theirs(
        "SELECT id, kind, account, (body->>'amount')::bigint AS amount, body->>'status' AS status,"
        " body->>'destination' AS destination, body->'metadata'->>'payout' AS ours,"
        " coalesce((body->>'amount_reversed')::bigint, 0) AS reversed FROM resource"
        " WHERE kind IN ('transfer', 'payout')"
    )
    ours = {str(row["id"]): row for row in now.world.rows("SELECT * FROM payout")}
    sent, arrived = Counter[str](), Counter[str]()
    for row in theirs:
        payout = ours[row["ours"]]
        assert row["amount"] == payout["amount"], (row, payout)
        assert payout["destination"] == (row["destination"] if row["kind"] == "transfer" else row["account"]), payout
        if row["kind"] == "transfer":
            sent[row["ours"]] += row["amount"] - row["reversed"]
        elif row["status"] == "paid":
            arrived[row["ours"]] += row["amount"]
    paid = {payout_id: row["amount"] for payout_id, row in ours.items() if row["status"] == "paid"}
    wrong = {key: ours[key] for key in {*paid, *sent, *arrived} if {sent[key], arrived[key]} != {paid.get(key, 0)}}
    assert not wrong, (wrong, [row for row in theirs if row["ours"] in wrong])


@truth
def nobody_is_paid_on_somebody_elses_account(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT p.id FROM payout p JOIN payee y ON y.id = p.payee_id LEFT JOIN payout_part t ON t.payout_id = p.id"
        " WHERE p.account_id <> y.account_id OR t.account_id <> y.account_id"
        " OR (p.destination IS NOT NULL AND p.destination <> y.provider_account_id)",
    )
    nothing(
        now.world,
        "SELECT c.id FROM earning_claim c JOIN earning_right r ON r.hub_id = c.hub_id AND r.id = c.right_id"
        " JOIN payout p ON p.id = c.payout_id WHERE r.owner <> 'account:' || p.account_id",
    )


@truth
def the_books_hold_what_the_provider_holds(now: Situation) -> None:
    ours = now.world.rows(
        "SELECT lower(a.currency) AS currency, a.purpose = 'connected_balance' AS is_payees,"
        " sum(b.amount)::bigint AS total"
        " FROM ledger_balance b JOIN ledger_account a ON a.hub_id = b.hub_id AND a.id = b.id"
        " WHERE a.purpose IN ('provider_pending', 'provider_balance', 'connected_balance') GROUP BY 1, 2"
    )
    theirs = now.world.theirs(
        "SELECT currency, account <> 'acct_sbxplatform' AS is_payees, sum(net)::bigint AS total FROM balance_line"
        " GROUP BY 1, 2"
    )
    held = {(row["currency"], row["is_payees"]): row["total"] for row in theirs}
    for currency, amount in now.outside.items():
        held[currency.lower(), False] = held.get((currency.lower(), False), 0) - amount
    booked = {(row["currency"], row["is_payees"]): row["total"] for row in ours}
    assert {key: total for key, total in booked.items() if total} == {
        key: total for key, total in held.items() if total
    }
    assert all(row["total"] == 0 for row in ours if row["is_payees"])


@truth
def clearing_accounts_cancel(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT a.currency FROM ledger_balance b JOIN ledger_account a ON a.hub_id = b.hub_id AND a.id = b.id"
        " WHERE a.purpose = 'clearing' GROUP BY a.currency HAVING sum(b.amount) <> 0",
    )
    nothing(
        now.world,
        "WITH owed AS (SELECT 'hub:' || a.hub_id AS one, a.owner AS other, a.currency, b.amount FROM ledger_balance b"
        "  JOIN ledger_account a ON a.hub_id = b.hub_id AND a.id = b.id WHERE a.purpose = 'clearing')"
        " SELECT x.* FROM owed x LEFT JOIN owed y ON y.one = x.other AND y.other = x.one AND y.currency = x.currency"
        " WHERE x.amount + coalesce(y.amount, 0) <> 0",
    )


@truth
def every_command_is_done_or_explained(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT kind, status, error FROM gateway_command WHERE status NOT IN ('done', 'failed')"
        " OR (status = 'failed' AND coalesce(error_code, '') = '')",
    )
    nothing(now.world, "SELECT external_id, type FROM gateway_event WHERE handled_at IS NULL")
    nothing(now.world, "SELECT id, args FROM procrastinate_jobs")


@truth
def stock_is_what_orders_hold(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT l.id, l.sold, l.reserved, l.stock FROM listing l LEFT JOIN order_line n ON n.hub_id = l.hub_id"
        " AND n.listing_id = l.id LEFT JOIN orders o ON o.hub_id = n.hub_id AND o.id = n.order_id"
        " GROUP BY l.hub_id, l.id, l.sold, l.reserved, l.stock HAVING l.sold + l.reserved > l.stock"
        " OR l.reserved <> coalesce(sum(n.quantity) FILTER (WHERE o.status = 'placed'), 0)"
        " OR l.sold <> coalesce(sum(n.quantity) FILTER"
        " (WHERE o.holds_stock AND o.status NOT IN ('placed', 'expired')), 0)",
    )
