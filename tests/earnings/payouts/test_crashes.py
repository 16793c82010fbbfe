"""Killed between any two steps, a payout ends in the same books, with one transfer and one bank transfer."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hubapp.earnings.payouts.models import PayoutDocument, PayoutRun
from hubapp.jobs import worker
from hubapp.kernel.db import db
from tests.factories.crashes import crash_everywhere, run_all_crashing
from tests.factories.earning import BANK_DAYS, Town

SWEEPS = ("payments.sweep_commands", "payments.sweep", "payouts.sweep")


def crash_along(town: Town) -> int:
    """Everything that is due, each job and each sweep killed at each of its commits."""
    app, deaths = town.till.app, 0
    for _ in range(6):
        deaths += run_all_crashing(app, recover=town.till.make_commands_due)
        town.till.make_commands_due()
        for name in SWEEPS:

            def sweep(name: str = name) -> None:
                worker.run_job(app, name=name, hub_id=None, arguments={})

            deaths += crash_everywhere(sweep, recover=town.till.make_commands_due)
    return deaths


def provider_has(town: Town, kind: str) -> int:
    with town.till.sandbox.transaction() as tx:
        row = tx.connection.execute("SELECT count(*) AS number FROM resource WHERE kind = %s", (kind,)).fetchone()
    assert row is not None
    return int(row["number"])


@pytest.mark.parametrize(("is_bank_working", "status", "last"), [(True, "paid", "paid"), (False, "failed", "returned")])
def test_a_payout_survives_a_kill_at_every_commit(town: Town, *, is_bank_working: bool, status: str, last: str) -> None:
    seller = town.earner(10_000, 20_000, is_bank_working=is_bank_working)
    payout_id = town.request(town.hubs[0], seller)
    deaths = crash_along(town)
    town.till.advance(BANK_DAYS)
    deaths += crash_along(town)
    assert deaths > 20
    assert (town.payout(payout_id).status, town.payout(payout_id).amount) == (status, 27_100)
    assert (provider_has(town, "transfer"), provider_has(town, "payout")) == (1, 1)
    for hub in town.hubs:
        assert town.keys(hub) == [f"payout:{payout_id}:transfer", f"payout:{payout_id}:{last}"]
    town.assert_at_rest()


def test_a_run_survives_a_kill_at_every_commit_from_its_proposal_to_the_bank(town: Town) -> None:
    for amounts in ((10_000, 20_000), (30_000, 5_000)):
        town.choose(town.earner(*amounts), rhythm="weekly")
    deaths = crash_everywhere(lambda: town.till.run("payouts.propose"), recover=town.till.make_commands_due)
    (run_id,) = town.across(lambda: db.session.scalars(select(PayoutRun.id)).all())
    town.approve(run_id)
    deaths += crash_along(town)
    town.till.advance(BANK_DAYS)
    deaths += crash_along(town)
    assert deaths > 40
    paid = sorted((payout.status, payout.amount) for payout in town.payouts())
    assert paid == [("paid", 27_100), ("paid", 31_625)]
    assert (provider_has(town, "transfer"), provider_has(town, "payout")) == (2, 2)
    assert town.across(lambda: db.session.get_one(PayoutRun, run_id)).status == "finished"
    assert town.across(lambda: db.session.scalars(select(PayoutDocument.number)).all()) == [1, 1]
    town.assert_at_rest()
