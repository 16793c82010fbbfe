"""A sponsor is corrected by two people, with reasons; two at once, and a sale meanwhile, leave the volumes whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hubapp.earnings.compensation import history_queries, volume_queries
from hubapp.earnings.compensation import participant_queries as queries
from hubapp.earnings.compensation import refusals as no
from hubapp.earnings.compensation.plans.live import NOTHING
from hubapp.earnings.compensation.services import correcting, joining
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories import plan
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import make_shop, place
from tests.factories.members import make_member
from tests.factories.races import meeting, overtaken, together, without_turns, without_turns_inside

LATER = NOW + timedelta(hours=1)
ONE, OTHER = Actor(UUID(int=801), "One"), Actor(UUID(int=802), "Other")


@dataclass
class Family:
    """Anna over Ben over Cora; Dan beside them."""

    hub_id: int
    anna: UUID
    ben: UUID
    cora: UUID
    dan: UUID


def family() -> Family:
    hub_id = make_hub()
    anna = plan.participant(hub_id, "Anna")
    ben = plan.participant(hub_id, "Ben", anna)
    return Family(hub_id, anna, ben, plan.participant(hub_id, "Cora", ben), plan.participant(hub_id, "Dan"))


def propose(account_id: UUID, to_id: UUID | None, actor: Actor = ONE, reason: str = "A slip of the pen.") -> UUID:
    with platform_scope(reason="test"), unit_of_work():
        facts = {"reason": reason, "actor": actor, "now": NOW}
        return correcting.propose(account_id=account_id, to_id=to_id, **facts).id


def decide(change_id: UUID, *, is_agreed: bool = True, actor: Actor = OTHER, answer: str = "") -> str:
    with platform_scope(reason="test"), unit_of_work():
        facts: dict[str, Any] = {"is_agreed": is_agreed, "answer": answer, "actor": actor, "now": LATER}
        return correcting.decide(change_id=change_id, **facts).status


def sponsor(account_id: UUID) -> UUID | None:
    with platform_scope(reason="test"), unit_of_work():
        found = queries.person(account_id)
    assert found is not None
    return found.sponsor_id


def test_it_counts_when_a_second_person_agrees_and_the_history_keeps_both(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        change_id = propose(them.cora, them.dan)
        assert sponsor(them.cora) == them.ben
        decide(change_id)
        assert sponsor(them.cora) == them.dan
        with platform_scope(reason="test"), unit_of_work():
            history = history_queries.history(them.cora)
        assert [row.sponsor_id for row in history.sponsors] == [them.dan, them.ben]
        assert [(row.proposed_by, row.decided_by) for row in history.changes] == [(ONE.id, OTHER.id)]


def test_a_refusal_changes_nothing_and_says_why(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        change_id = propose(them.cora, them.dan)
        with pytest.raises(no.ReasonNeeded):
            decide(change_id, is_agreed=False)
        assert decide(change_id, is_agreed=False, answer="It was right.") == "refused"
        assert sponsor(them.cora) == them.ben


def test_nobody_decides_alone_or_twice_or_about_their_own_line(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        change_id = propose(them.cora, them.dan)
        with pytest.raises(no.ProposedByYou):
            decide(change_id, actor=ONE)
        with pytest.raises(no.OwnLine):
            decide(change_id, actor=Actor(them.dan, "Dan"))
        with pytest.raises(no.OwnLine):
            propose(them.ben, None, actor=Actor(them.anna, "Anna"))
        decide(change_id)
        with pytest.raises(no.DecidedAlready):
            decide(change_id)


def test_what_makes_no_sense_is_refused_when_it_is_proposed(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        with pytest.raises(no.WouldBeACircle):
            propose(them.anna, them.cora)
        with pytest.raises(no.SameSponsor):
            propose(them.cora, them.ben)
        with pytest.raises(no.SponsorGone):
            propose(them.cora, UUID(int=77))
        with pytest.raises(no.ReasonNeeded):
            propose(them.cora, them.dan, reason="  ")
        propose(them.cora, them.dan)
        with pytest.raises(no.WaitsAlready):
            propose(them.cora, None)


def test_two_corrections_that_together_close_a_circle_do_not(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        first, second = propose(them.cora, them.dan), propose(them.dan, them.cora)
        decide(first)
        with pytest.raises(no.WouldBeACircle):
            decide(second)


def decide_twice(live: Live) -> list[str]:
    with live.app.app_context():
        them = family()
        change_id = propose(them.cora, them.dan)

    def deciding(number: int) -> Callable[[], str]:
        def act() -> str:
            with live.app.app_context():
                try:
                    return decide(change_id, actor=Actor(UUID(int=number), "Somebody"))
                except no.DecidedAlready:
                    return "late"

        return act

    with meeting(live.app, lambda statement: "FROM sponsor_change" in statement):
        return sorted(together(deciding(811), deciding(812)))


def test_two_who_agree_at_once_agree_once(live: Live) -> None:
    assert decide_twice(live) == ["agreed", "late"]


def test_without_turns_only_the_constraint_keeps_it_from_counting_twice(live: Live) -> None:
    with (
        without_turns("earnings.compensation.services.correcting.take_turn"),
        pytest.raises(IntegrityError, match="uq_sponsorship"),
    ):
        decide_twice(live)


def correct_while_selling(live: Live) -> tuple[int, int]:
    """Cora sells for 10.00 while she is moved from Ben to Dan: what each has then."""
    with live.app.app_context():
        plan.announce(plan.source(changes={'event_time = "delivered_at"': 'event_time = "paid_at"'}))
        shop = make_shop()
        ben, dan = plan.participant(shop.hub_id, "Ben"), plan.participant(shop.hub_id, "Dan")
        cora = plan.participant(shop.hub_id, "Cora", ben)
        oil = plan.core_listing(shop.hub_id)
        change_id = propose(cora, dan)
        touch = plan.touch_of(shop.hub_id, cora, NOW)

    def correct() -> None:
        with live.app.app_context():
            decide(change_id)

    with live.app.app_context(), overtaken(live.app, "plan_run", correct), hub_scope(shop.hub_id), unit_of_work():
        plan.settled_order(place(shop, {oil: 1}, touch=touch))
        db.session.execute(text("SELECT count(*) FROM plan_run ")).scalar_one()  # here it comes between
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        found = volume_queries.volumes_of([ben, dan], "EUR", plan.FIRST)
        return found.get(ben, NOTHING).gv, found.get(dan, NOTHING).gv


def test_a_sale_while_its_seller_moves_counts_for_the_new_line(live: Live) -> None:
    assert correct_while_selling(live) == (0, 1000)


def test_without_waiting_for_corrections_it_stays_with_the_old_one(live: Live) -> None:
    inside = {"admin": live.server.admin, "function": "plan_count"}
    with without_turns_inside("earnings.compensation.services.counting._add", **inside), nullcontext():
        assert correct_while_selling(live) == (1000, 0)


def join_while_the_sponsor_moves(live: Live) -> list[int]:
    """Eve joins under Cora, who is moved from Ben to Dan: how many then stand under Ben, and under Dan."""
    with live.app.app_context():
        them = family()
        change_id, cora = propose(them.cora, them.dan), plan.touch_of(them.hub_id, them.cora, NOW)
        eve = make_member(them.hub_id, "Eve")

    def correct() -> None:
        with live.app.app_context():
            decide(change_id)

    with live.app.app_context(), overtaken(live.app, "plan_run", correct), hub_scope(them.hub_id), unit_of_work():
        facts = {"terms": joining.TERMS, "code": cora.code, "shows_name": False, "touch": None}
        joining.join(account_id=eve.account_id, **facts, actor=SYSTEM, now=NOW)
        db.session.execute(text("SELECT count(*) FROM plan_run ")).scalar_one()  # here it comes between
    with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
        found = queries.sizes([them.ben, them.dan])
    return [found.get(one, queries.NOBODY).people for one in (them.ben, them.dan)]


def test_who_joins_while_the_sponsor_moves_stands_in_the_new_line(live: Live) -> None:
    assert join_while_the_sponsor_moves(live) == [0, 2]


def test_without_waiting_for_corrections_they_stay_in_the_old_one(live: Live) -> None:
    with without_turns("earnings.compensation.services.counting.wait_for_corrections"), nullcontext():
        assert join_while_the_sponsor_moves(live) == [1, 1]
