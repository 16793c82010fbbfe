"""Banks that want money back: opened and answered, won, lost or given up, at once with refunds and after parts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from hubapp.kernel import clock, files
from hubapp.money.payments import disputes, evidence
from hubapp.money.payments.errors import BadEvidence, DisputeDecided, NotYetKnown
from hubapp.money.payments.gateway import GatewayError
from hubapp.money.payments.sandbox.operations.disputes import ESCALATING, LOSING, WINNING
from tests.factories.races import together
from tests.journeys.money_machine import sights
from tests.journeys.money_machine.rules.refunds import REFUSALS, STANDS, Refunds
from tests.journeys.money_machine.rules.sales import NUMBER
from tests.journeys.money_machine.steps import NOTHING, step, tried

WORDS = (WINNING, WINNING, LOSING, ESCALATING, "It was delivered on Monday.")
PDF = b"%PDF-1.4 a receipt"
# What nobody has complained about yet of each charge.
CHARGES = """
SELECT c.id, ((c.body->>'amount')::bigint - coalesce(sum((d.body->>'amount')::bigint), 0))::bigint AS undisputed,
  (c.body->>'amount')::bigint - (c.body->>'amount_refunded')::bigint AS left
FROM resource c LEFT JOIN resource d ON d.kind = 'dispute' AND d.body->>'charge' = c.id
WHERE c.kind = 'charge' AND c.body->>'status' = 'succeeded' GROUP BY c.id, c.body, c.seq
HAVING (c.body->>'amount')::bigint > coalesce(sum((d.body->>'amount')::bigint), 0) ORDER BY c.seq
"""
COMMANDS = "SELECT status FROM gateway_command WHERE subject LIKE %s ORDER BY created_at, id"
REACHABLE = (DisputeDecided, BadEvidence)


class Disputes(Refunds):
    """What a buyer's bank does, and what we answer."""

    @step(number=NUMBER, share=st.integers(1, 100), is_inquiry=st.booleans())
    def complain_to_the_bank(self, number: int, share: int, is_inquiry: bool) -> str | None:
        """For the whole charge as soon as `share` is large, whatever went back already."""
        if (charge := self.pick(self.world.theirs(CHARGES), number)) is None:
            return NOTHING
        amount = charge["undisputed"] if share > 40 else max(1, charge["undisputed"] * share // 100)
        self.till.sandbox.dispute(charge["id"], amount=amount, is_inquiry=is_inquiry)
        return None

    def open_dispute(self, number: int) -> dict[str, Any] | None:
        known = self.world.rows("SELECT * FROM dispute WHERE outcome IS NULL ORDER BY id")
        return self.pick(known, number)

    @step(number=NUMBER, words=st.sampled_from(WORDS), is_doubled=st.booleans())
    def hand_in_evidence(self, number: int, words: str, is_doubled: bool) -> str | None:
        if (found := self.open_dispute(number)) is None:
            return NOTHING

        def submit() -> None:
            with self.centrally_in(found["hub_id"]):
                evidence.submit(dispute_id=found["id"], texts={"uncategorized_text": words}, now=clock.now())

        answers = together(*[lambda: tried(submit, *REACHABLE)] * 2) if is_doubled else [tried(submit, *REACHABLE)]
        # Of two at once the second is taken only where the first was sent by then, and the bank asks anew.
        sent = self.world.rows(COMMANDS, f"dispute:{found['id']}:%")
        assert all(row["status"] != "todo" for row in sent[:-1])
        return None if None in answers else NOTHING

    @step(number=NUMBER)
    def attach_a_file(self, number: int) -> str | None:
        if (found := self.open_dispute(number)) is None:
            return NOTHING
        store = files.opened(self.till.wiring.settings)

        def attach() -> None:
            with self.centrally_in(found["hub_id"]):
                evidence.attach(
                    dispute_id=found["id"],
                    field="receipt",
                    filename=Path("receipt.pdf").name,
                    content=PDF,
                    by=None,
                    files=store,
                    now=clock.now(),
                )

        return NOTHING if tried(attach, *REACHABLE) else None

    @step(number=NUMBER)
    def accept_a_loss(self, number: int) -> str | None:
        if (found := self.open_dispute(number)) is None:
            return NOTHING

        def accept() -> None:
            with self.centrally_in(found["hub_id"]):
                evidence.accept_loss(dispute_id=found["id"], now=clock.now())

        return NOTHING if tried(accept, DisputeDecided) else None

    @step(number=NUMBER, share=st.integers(1, 100))
    def dispute_while_it_is_given_back(self, number: int, share: int) -> str | None:
        """The bank is quicker than we hear; then we look at it and give back at the same moment."""
        orders = [row for row in self.orders() if row["status"] in STANDS and row["gross"] > row["refunded"]]
        if (order := self.pick(orders, number)) is None:
            return NOTHING
        (payment,) = self.world.rows("SELECT * FROM payment WHERE id = %s", order["payment_id"])
        charge = next((row for row in self.world.theirs(CHARGES) if row["id"] == payment["charge_id"]), None)
        if charge is None:
            return NOTHING
        provider_id = self.till.sandbox.dispute(charge["id"], amount=charge["undisputed"])
        amount = max(1, (order["gross"] - order["refunded"]) * share // 100)

        def look() -> None:
            with self.in_hub(order["hub_id"]):
                disputes.observe_dispute(payment_id=payment["id"], provider_id=provider_id, now=clock.now())

        together(
            lambda: tried(lambda: self.give(order, amount), *REFUSALS),
            lambda: tried(look, NotYetKnown, GatewayError),
        )
        sights.seen["race: refund and dispute"] += 1
        return None
