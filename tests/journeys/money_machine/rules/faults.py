"""Everything that goes wrong: the line, the provider, events, keys, the process, a row."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import get_args

from hypothesis import strategies as st
from hypothesis.stateful import rule

from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger import verify
from hubapp.money.payments import dispatch
from hubapp.money.payments.gateway import Unknown
from hubapp.money.payments.sandbox.faults import ApiFault
from hubapp.money.payments.sandbox.store import PLATFORM
from hubapp.money.payments.sending import Sending, send
from hubapp.tenancy.scope import hub_scope
from tests.factories.crashes import MOMENTS, Moment, killed_at
from tests.journeys.money_machine.base import SWEEPS
from tests.journeys.money_machine.line import MODES, TAKEN, Mode
from tests.journeys.money_machine.rules.network import Network
from tests.journeys.money_machine.rules.sales import NUMBER

OPERATIONS = (
    "checkout_session.create",
    "checkout_session.expire",
    "checkout_session.retrieve",
    "refund.create",
    "transfer.create",
    "transfer_reversal.create",
    "payout.create",
    "",
)
BAD_REQUEST = 400


class Faults(Network):
    """What nobody wants and everybody has to bear."""

    @rule(kind=st.sampled_from(get_args(ApiFault)), operation=st.sampled_from(OPERATIONS), times=st.integers(1, 3))
    def plant_a_fault(self, kind: ApiFault, operation: str, times: int) -> None:
        self.till.sandbox.fail_next(kind, operation=operation, times=times)

    @rule(mode=st.sampled_from(MODES), limit=st.integers(1, 20))
    def deliver_events(self, mode: Mode, limit: int) -> None:
        self.line.deliver(mode, limit)

    @rule(number=NUMBER)
    def deliver_a_stale_event_again(self, number: int) -> None:
        if (post := self.pick(self.line.seen, number)) is None:
            return
        payload = json.loads(post[1])
        secret = self.till.wiring.webhook_secret("platform" if post[0].endswith("platform") else "connect")
        body = json.dumps(payload).encode()
        again = self.line.signed(payload, secret or "")
        assert self.line.post((post[0], body, again[2])) == TAKEN

    @rule(number=NUMBER)
    def forge_an_event(self, number: int) -> None:
        known = self.pick(self.world.theirs("SELECT body FROM event ORDER BY seq DESC LIMIT 10"), number)
        if known is None:
            return
        forged = known["body"] | {"id": "evt_sbxforged"}
        assert self.line.post(self.line.signed(forged, "whsec_forged")) == BAD_REQUEST
        assert not self.world.rows("SELECT 1 FROM gateway_event WHERE external_id = 'evt_sbxforged'")

    @rule(number=NUMBER)
    def send_other_parameters_under_a_used_key(self, number: int) -> None:
        done = self.world.rows(
            "SELECT * FROM gateway_command WHERE status = 'done'"
            " AND kind IN ('refund.create', 'transfer.create', 'payout.create')"
            " AND first_sent_at > %s ORDER BY id",
            self.till.sandbox.now() - timedelta(hours=20),
        )
        if (command := self.pick(done, number)) is None:
            return
        params = command["params"] | {"amount": command["params"]["amount"] + 1}
        other = Sending(
            command["hub_id"], command["kind"], command["key"], command["subject"], params, command["first_sent_at"]
        )
        assert isinstance(send(self.till.wiring.gateway, other), Unknown)

    @rule(number=NUMBER)
    def send_while_the_key_is_in_use(self, number: int) -> None:
        """The provider answers 409: another request is under way under this key."""
        waiting = self.world.rows("SELECT id, key FROM gateway_command WHERE status IN ('todo', 'unknown') ORDER BY id")
        if (command := self.pick(waiting, number)) is None:
            return
        for account in [PLATFORM, *self._accounts()]:
            self.world.theirs("SELECT pg_advisory_lock(%s)", _lock_of(account, command["key"]))
        try:
            with self.till.app.app_context():
                dispatch.dispatch_command(command["id"])
        finally:
            self.world.theirs("SELECT pg_advisory_unlock_all()")

    def _accounts(self) -> list[str]:
        rows = self.world.rows("SELECT provider_account_id FROM payee WHERE provider_account_id IS NOT NULL")
        return [row["provider_account_id"] for row in rows]

    @rule(moment=st.sampled_from(MOMENTS), nth=st.integers(1, 4), jumps=st.booleans())
    def die_in_a_job(self, moment: Moment, nth: int, jumps: bool) -> None:
        if (job := self.next_job()) is None:
            return
        with killed_at(moment, nth) as seen:
            self.run(job)
        if len(seen) >= nth and jumps:
            self.till.advance(timedelta(hours=25))

    @rule(name=st.sampled_from(SWEEPS), moment=st.sampled_from(MOMENTS), nth=st.integers(1, 4), jumps=st.booleans())
    def die_in_a_sweep(self, name: str, moment: Moment, nth: int, jumps: bool) -> None:
        """With the jump, what was under way is older than the provider remembers keys."""
        with killed_at(moment, nth):
            self.sweep(name)
        if jumps:
            self.till.advance(timedelta(hours=25))

    @rule(place=NUMBER, buyer=NUMBER, nth=st.integers(1, 3))
    def die_right_after_ordering(self, place: int, buyer: int, nth: int) -> None:
        where = self.world.places[place % len(self.world.places)]
        who = self.world.buyers[buyer % len(self.world.buyers)]
        with killed_at("after_commit", nth):
            self.place(where, who, ((where.things[-1], 1),), is_shipped=False)

    @rule(number=NUMBER, by=st.integers(1, 10**6))
    def tamper_with_a_row(self, number: int, by: int) -> None:
        """Whoever writes into the books past everything is found out."""
        row = self.pick(self.world.rows("SELECT hub_id, id FROM ledger_posting ORDER BY hub_id, seq, position"), number)
        if row is None:
            return
        statement = (
            "SET session_replication_role = replica; UPDATE ledger_posting SET amount = amount + ({}) "
            f"WHERE id = '{row['id']}'; SET session_replication_role = origin"
        )
        self.world.rows(statement.format(by))
        with self.till.app.app_context(), hub_scope(row["hub_id"]), unit_of_work():
            assert not verify.verify(row["hub_id"]).ok
        self.world.rows(statement.format(-by))


def _lock_of(account: str, key: str) -> int:
    """The provider's own lock on a key in use."""
    return int.from_bytes(hashlib.sha256(f"{account}\n{key}".encode()).digest()[:8], signed=True)
