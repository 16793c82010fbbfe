"""Everything that goes wrong: the line, the provider, events, keys, the process, a row."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import get_args

from hypothesis import strategies as st

from hubapp.jobs import worker
from hubapp.kernel import crash
from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger import verify
from hubapp.money.payments import dispatch
from hubapp.money.payments.gateway import Unknown
from hubapp.money.payments.sandbox.faults import ApiFault
from hubapp.money.payments.sandbox.store import PLATFORM
from hubapp.money.payments.sending import Sending, send
from hubapp.tenancy.scope import hub_scope
from tests.factories.crashes import MOMENTS, Moment, killed_at, killed_at_point
from tests.factories.sandbox import PAYS
from tests.journeys.money_machine import sights
from tests.journeys.money_machine.base import SWEEPS
from tests.journeys.money_machine.line import MODES, TAKEN, Mode
from tests.journeys.money_machine.rules.network import Network
from tests.journeys.money_machine.rules.sales import NUMBER
from tests.journeys.money_machine.steps import NOTHING, step

OPERATIONS = (
    "checkout_session.create",
    "checkout_session.expire",
    "checkout_session.retrieve",
    "refund.create",
    "transfer.create",
    "transfer_reversal.create",
    "payout.create",
    "payment_intent.create",
    "dispute.update",
    "",
)
POINTS = sorted(crash.points())
SENDING = ("command.marked", "command.recorded")  # somebody buys there and then: rarely does a command wait
BAD_REQUEST = 400
# Points at which somebody has looked at the provider → the job that looks, and at what.
LOOKS = {
    "payee.looked": (
        "payouts.observe_payee",
        "SELECT id AS payee_id FROM payee WHERE provider_account_id IS NOT NULL ORDER BY id LIMIT 3",
    ),
    "payment.looked": (
        "payments.observe",
        "SELECT hub_id, id AS payment_id FROM payment WHERE status = 'open' ORDER BY id DESC LIMIT 3",
    ),
    "refund.looked": (
        "payments.observe_refund",
        "SELECT hub_id, id AS refund_id FROM refund WHERE status = 'succeeded' ORDER BY id DESC LIMIT 3",
    ),
    "payout.looked": (
        "payouts.observe",
        "SELECT id AS payout_id FROM payout WHERE status IN ('paying', 'paid') ORDER BY id DESC LIMIT 3",
    ),
}
NOT_WRITTEN = "SELECT id FROM payment WHERE status = 'new' ORDER BY created_at DESC, id DESC LIMIT 1"


class Faults(Network):
    """What nobody wants and everybody has to bear."""

    @step(kind=st.sampled_from(get_args(ApiFault)), operation=st.sampled_from(OPERATIONS), times=st.integers(1, 3))
    def plant_a_fault(self, kind: ApiFault, operation: str, times: int) -> None:
        self.till.sandbox.fail_next(kind, operation=operation, times=times)
        self.planted.append((kind, times))

    @step(mode=st.sampled_from(MODES), limit=st.integers(1, 20))
    def deliver_events(self, mode: Mode, limit: int) -> str | None:
        sent = self.line.deliver(mode, limit)
        sights.seen[f"line: {mode}"] += bool(sent)
        return None if sent else NOTHING

    @step(number=NUMBER)
    def deliver_a_stale_event_again(self, number: int) -> str | None:
        if (post := self.pick(self.line.seen, number)) is None:
            return NOTHING
        payload = json.loads(post[1])
        secret = self.till.wiring.webhook_secret("platform" if post[0].endswith("platform") else "connect")
        body = json.dumps(payload).encode()
        again = self.line.signed(payload, secret or "")
        assert self.line.post((post[0], body, again[2])) == TAKEN
        sights.seen["stale event"] += 1
        return None

    @step(number=NUMBER)
    def forge_an_event(self, number: int) -> str | None:
        known = self.pick(self.world.theirs("SELECT body FROM event ORDER BY seq DESC LIMIT 10"), number)
        if known is None:
            return NOTHING
        forged = known["body"] | {"id": "evt_sbxforged"}
        assert self.line.post(self.line.signed(forged, "whsec_forged")) == BAD_REQUEST
        assert not self.world.rows("SELECT 1 FROM gateway_event WHERE external_id = 'evt_sbxforged'")
        sights.seen["forged event"] += 1
        return None

    @step(number=NUMBER)
    def send_other_parameters_under_a_used_key(self, number: int) -> str | None:
        done = self.world.rows(
            "SELECT * FROM gateway_command WHERE status = 'done'"
            " AND kind IN ('refund.create', 'transfer.create', 'payout.create')"
            " AND first_sent_at > %s ORDER BY id",
            self.till.sandbox.now() - timedelta(hours=20),
        )
        if (command := self.pick(done, number)) is None:
            return NOTHING
        params = command["params"] | {"amount": command["params"]["amount"] + 1}
        other = Sending(
            command["hub_id"], command["kind"], command["key"], command["subject"], params, command["first_sent_at"]
        )
        assert isinstance(send(self.till.wiring.gateway, other), Unknown)
        sights.seen["other parameters"] += 1
        return None

    @step(number=NUMBER)
    def send_while_the_key_is_in_use(self, number: int) -> str | None:
        """The provider answers 409: another request is under way under this key."""
        waiting = self.world.rows("SELECT id, key FROM gateway_command WHERE status IN ('todo', 'unknown') ORDER BY id")
        if (command := self.pick(waiting, number)) is None:
            return NOTHING
        for account in [PLATFORM, *self._accounts()]:
            self.world.theirs("SELECT pg_advisory_lock(%s)", _lock_of(account, command["key"]))
        try:
            with self.till.app.app_context():
                dispatch.dispatch_command(command["id"])
        finally:
            self.world.theirs("SELECT pg_advisory_unlock_all()")
        sights.seen["key in use"] += 1
        return None

    def _accounts(self) -> list[str]:
        rows = self.world.rows("SELECT provider_account_id FROM payee WHERE provider_account_id IS NOT NULL")
        return [row["provider_account_id"] for row in rows]

    @step(moment=st.sampled_from(MOMENTS), nth=st.integers(1, 4), jumps=st.booleans())
    def die_in_a_job(self, moment: Moment, nth: int, jumps: bool) -> str | None:
        if not (jobs := self.next_jobs(1)):
            return NOTHING
        with killed_at(moment, nth) as seen:
            self.run(jobs[0])
        return self.died(moment, is_dead=len(seen) >= nth, jumps=jumps)

    def died(self, moment: str, *, is_dead: bool, jumps: bool) -> str | None:
        """With the jump, what was under way is older than the provider remembers keys."""
        if not is_dead:
            return NOTHING
        sights.seen[f"died: {moment}" if moment in MOMENTS else f"died at {moment}"] += 1
        if jumps:
            self.till.advance(timedelta(hours=25))
        return None

    @step(name=st.sampled_from(SWEEPS), moment=st.sampled_from(MOMENTS), nth=st.integers(1, 4), jumps=st.booleans())
    def die_in_a_sweep(self, name: str, moment: Moment, nth: int, jumps: bool) -> str | None:
        with killed_at(moment, nth) as seen:
            self.sweep(name)
        return self.died(moment, is_dead=len(seen) >= nth, jumps=jumps)

    @step(point=st.sampled_from(POINTS), nth=st.sampled_from((1, 1, 2)), place=NUMBER, jumps=st.booleans())
    def die_at_a_named_point(self, point: str, nth: int, place: int, jumps: bool) -> str | None:
        """Between two durable steps: while events come in, commands are sent, or jobs are done."""
        with killed_at_point(point, nth) as seen:
            if point in SENDING:
                self.buy(place, place, place, place, 1, is_shipped=False)
            self.line.deliver("in_order", limit=3)
            self.sweep("payments.sweep_commands")
            for job in self.next_jobs(5):
                self.run(job)
            if point in LOOKS:
                self.look_again(*LOOKS[point])
        return self.died(point, is_dead=len(seen) >= nth, jumps=jumps)

    def look_again(self, name: str, statement: str) -> None:
        """A look that a sweep might ask for at any moment."""
        for row in self.world.rows(statement):
            hub_id = row.pop("hub_id", None)
            worker.run_job(self.till.app, name=name, hub_id=hub_id, arguments={key: str(row[key]) for key in row})

    @step(place=NUMBER, buyer=NUMBER)
    def hear_of_it_before_it_is_written_here(self, place: int, buyer: int) -> str | None:
        """The provider has the page and we died before writing it down: the buyer pays, and the event is quicker."""
        where = self.world.places[place % len(self.world.places)]
        who, sales = self.world.buyers[buyer % len(self.world.buyers)], len(self.sold)
        with killed_at_point("command.answered", 1) as seen:
            self.place(where, who, ((where.things[-1], 1),), is_shipped=False)
        if not seen:
            return NOTHING
        sights.seen["died at command.answered"] += 1
        for payment in self.world.rows(NOT_WRITTEN):
            self.fill_in_pages(payment["id"], "payment", PAYS)
        self.line.deliver("in_order")
        self.work(4)
        assert len(self.sold) == sales
        return None

    @step(place=NUMBER, buyer=NUMBER, nth=st.integers(1, 3))
    def die_right_after_ordering(self, place: int, buyer: int, nth: int) -> str | None:
        where = self.world.places[place % len(self.world.places)]
        who = self.world.buyers[buyer % len(self.world.buyers)]
        with killed_at("after_commit", nth) as seen:
            self.place(where, who, ((where.things[-1], 1),), is_shipped=False)
        return self.died("after_commit", is_dead=len(seen) >= nth, jumps=False)

    @step(number=NUMBER, by=st.integers(1, 10**6))
    def tamper_with_a_row(self, number: int, by: int) -> str | None:
        """Whoever writes into the books past everything is found out."""
        books = "SELECT hub_id, id, amount FROM ledger_posting ORDER BY hub_id, seq, position"
        if (row := self.pick(self.world.rows(books), number)) is None:
            return NOTHING
        by += row["amount"] + by == 0  # the table itself refuses a posting of nothing
        statement = (
            "SET session_replication_role = replica; UPDATE ledger_posting SET amount = amount + ({}) "
            f"WHERE id = '{row['id']}'; SET session_replication_role = origin"
        )
        self.world.rows(statement.format(by))
        with self.till.app.app_context(), hub_scope(row["hub_id"]), unit_of_work():
            assert not verify.verify(row["hub_id"]).ok
        self.world.rows(statement.format(-by))
        sights.seen["tampered row"] += 1
        return None


def _lock_of(account: str, key: str) -> int:
    """The provider's own lock on a key in use."""
    return int.from_bytes(hashlib.sha256(f"{account}\n{key}".encode()).digest()[:8], signed=True)
