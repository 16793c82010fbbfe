"""Nobody is paid by what they bought themselves: not as a customer before they joined, nor before they joined again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hubapp.earnings.compensation.models import Participant, PlanLine, PlanPeriod, SponsorChange, Sponsorship
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.refusals import BoughtFromThem
from hubapp.earnings.compensation.running import Run, Summary
from hubapp.earnings.compensation.services import correcting
from hubapp.earnings.compensation.witnesses import NONE, Witnesses
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.tenancy.audit import Actor
from tests.earnings.compensation import examples
from tests.earnings.compensation.closing import close, paid
from tests.factories.accounts import make_account
from tests.factories.plans import FEBRUARY, JANUARY, Network, across, announced, make_network

TEAM_FOR_ALL = (("min_verified_customers = 10", "min_verified_customers = 0"), ("or_min_customer_cv = 10000\n", ""))
JOINED, LATER = JANUARY + timedelta(days=5), JANUARY + timedelta(days=6)
LONG_AGO, LEFT = datetime(2026, 9, 1, 12, 0, tzinfo=UTC), datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
ONE, OTHER = Actor(UUID(int=801), "One"), Actor(UUID(int=802), "Other")
BOUGHT, ONE_SOLD, OTHER_SOLD = 1_000_000, 500_000, 1_200_000
# 2 % from 1,000, 3 % from 5,000: 440.00 of 17,000 less 80.00 of the one's 5,000 and 290.00 of the other's 12,000. With
# the purchase of 10,000 it would be 810.00 of 27,000 less 380.00 of the one's 15,000 and 290.00.
DANS_TEAM = 7_000


@pytest.fixture
def network(app: Flask) -> Iterator[Network]:
    with app.app_context():
        network = make_network()
        announced(*TEAM_FOR_ALL)
        yield network


def dan_buys_and_both_sell(network: Network, one: str = "cem", other: str = "gil") -> None:
    network.sells(one, BOUGHT, buyer=network.people["dan"])
    network.sells(one, ONE_SOLD)
    network.sells(other, OTHER_SOLD)


@pytest.fixture
def again(network: Network) -> Network:
    """Dan, above Eve and Gil, left long ago, buys from Eve and Ada as a customer, and joins again."""
    network.joins("dan", at=LONG_AGO)
    for name in ("eve", "gil"):
        network.joins(name, "dan", at=LONG_AGO)
    network.leaves("dan", LEFT)
    dan_buys_and_both_sell(network, "eve")
    network.sells("ada", 10_000, buyer=network.people["dan"])

    def act() -> None:
        row = db.session.get_one(Participant, network.people["dan"])
        row.joined_at, row.left_at = JOINED, None

    across(act)
    return network


def test_who_joins_again_is_not_paid_by_what_they_bought_before(again: Network) -> None:
    period = close()
    assert paid(again)["dan", "team"] == DANS_TEAM
    # Nor is who sold it: 10 % of 500, 12 % of 1,500, 15 % of the other 3,000.
    assert paid(again)["eve", "personal"] == 5_000 + 18_000 + 45_000
    assert ("ada", "personal") not in paid(again)
    figures = across(lambda: Run(period, period.frozen).figures)
    assert (figures["sales"], figures["counted"], figures["turnover"]) == (4, 2, ONE_SOLD + OTHER_SOLD)


def test_the_guard_refuses_a_line_behind_which_such_a_purchase_stands(again: Network) -> None:
    bought = across(lambda: db.session.scalars(text("SELECT id FROM plan_sale WHERE cv = 1000000")).one())
    close()

    def forge() -> None:
        db.session.execute(text("SET LOCAL ROLE hubapp_owner"))
        change = text("UPDATE plan_line SET sale_id = :sale WHERE component = 'personal' AND account_id = :account")
        db.session.execute(change, {"sale": bought, "account": again.people["eve"]})

    with pytest.raises(DBAPIError, match="purchases of participants are never paid for"):
        across(forge)


def test_who_stays_away_is_a_customer_like_any_other(network: Network) -> None:
    network.joins("dan", at=LONG_AGO)
    network.joins("eve", "dan", at=LONG_AGO)
    network.leaves("dan", LEFT)
    network.sells("eve", 10_000, buyer=network.people["dan"])
    close()
    assert paid(network)["eve", "personal"] == 1_000


@pytest.fixture
def above(network: Network) -> Network:
    """Dan buys from Cem as a customer, and joins later."""
    network.joins("gil", "ben")
    network.people["dan"] = make_account("Dan")
    dan_buys_and_both_sell(network)
    network.joins("dan", at=JOINED, account_id=network.people["dan"])
    return network


def propose(network: Network, now: datetime = LATER) -> UUID:
    values = {"account_id": network.people["cem"], "to_id": network.people["dan"], "reason": "So it was."}
    found: UUID = across(lambda: correcting.propose(**values, actor=ONE, now=now).id)
    return found


def test_nobody_comes_to_stand_above_whom_they_bought_from_before_the_period_is_over(above: Network) -> None:
    with pytest.raises(BoughtFromThem, match="from Feb 1, 2027 on"):
        propose(above)
    change_id = propose(above, FEBRUARY)
    across(lambda: correcting.decide(change_id=change_id, is_agreed=True, answer="", actor=OTHER, now=FEBRUARY))
    close()
    assert ("dan", "team") not in paid(above)
    assert paid(above)["cem", "personal"] == 5_000 + 18_000 + 195_000  # sold to a customer as any other


def test_the_second_person_is_refused_too(network: Network) -> None:
    network.joins("dan", at=LONG_AGO)
    change_id = propose(network)
    network.sells("cem", BOUGHT, buyer=network.people["dan"])
    values = {"change_id": change_id, "is_agreed": True, "answer": "", "actor": OTHER, "now": LATER}
    with pytest.raises(BoughtFromThem):
        across(lambda: correcting.decide(**values))
    assert across(lambda: correcting.decide(**values | {"is_agreed": False, "answer": "Later."})).status == "refused"


def stand_beneath_dan(network: Network) -> None:
    """Corrected before such a correction was refused."""
    for name in ("cem", "gil"):
        account_id, change_id = network.people[name], ids.uuid7()
        of = {"account_id": account_id, "from_id": network.people["ben"], "to_id": network.people["dan"]}
        by = {"proposed_by": ONE.id, "proposed_at": LATER, "decided_by": OTHER.id, "decided_at": LATER}
        change = SponsorChange(id=change_id, **of, reason="So it was.", status="agreed", **by)
        row = Sponsorship(account_id=account_id, sponsor_id=network.people["dan"], since=LATER, change_id=change_id)

        def act(change: SponsorChange = change, row: Sponsorship = row) -> None:
            db.session.add(change)
            db.session.flush()
            db.session.add(row)

        across(act)


def test_what_they_bought_counts_for_nobody_where_they_stand_above_all_the_same(above: Network) -> None:
    stand_beneath_dan(above)
    close()
    assert paid(above)["dan", "team"] == DANS_TEAM
    assert paid(above)["cem", "personal"] == 5_000 + 18_000 + 45_000
    behind = select(PlanLine.sale_id).where(PlanLine.account_id == above.people["dan"])
    assert across(lambda: db.session.scalars(behind).all())


def test_a_period_closed_before_that_was_asked_runs_as_it_did(above: Network) -> None:
    stand_beneath_dan(above)
    period = close()
    run = across(lambda: Run(period, period.frozen).summary)
    assert (run.inputs_digest, run.result_digest) == (period.inputs_digest, period.result_digest)

    def row_by_row() -> Summary:
        row = db.session.get_one(PlanPeriod, period.id)
        db.session.expunge(row)
        assert row.frozen is not None
        row.inputs_digest = "0" * 64  # as runs were digested then
        return Run(row, row.frozen).summary

    before = across(row_by_row)
    assert before.figures["turnover"] - run.figures["turnover"] == BOUGHT


def group(sold: list[tuple[str, str]]) -> Inputs:
    """Ana above Ben, who is above Cem and Dan; of each sale (seller, kind of buyer)."""
    names, sponsors = ["ana", "ben", "cem", "dan"], [None, "ana", "ben", "ben"]
    people = [examples.person(name, above, customers=20) for name, above in zip(names, sponsors, strict=True)]
    orders = [examples.order(f"o{place}", who, 500_000, buyer=buyer) for place, (who, buyer) in enumerate(sold)]
    return examples.inputs(people, orders)


def test_witnesses_are_what_looking_at_every_sale_would_find() -> None:
    chance = random.Random(20271)
    names = ["ana", "ben", "cem", "dan"]
    for _ in range(300):
        sold = [(chance.choice(names), chance.choice(["customer", "participant"])) for _ in range(chance.randint(0, 6))]
        inputs = group(sold)
        found = Witnesses.of(inputs)
        for place, name in enumerate(names):
            beneath = {"ana": names, "ben": names[1:]}.get(name, [name])
            fit = [at for at, (seller, buyer) in enumerate(sold) if seller in beneath and buyer == "customer"]
            witness = int(found.behind("differential", np.array([place]))[0])
            assert witness == min(fit, default=NONE)
