"""Agreeing and ending retainers: two people, refusals with their words, history that stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from hubapp.earnings.retainers import errors, queries, services
from hubapp.earnings.retainers.policies import State
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import MAX_MINOR
from hubapp.tenancy.platform import in_hub, platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member
from tests.factories.retainers import APPROVER, PROPOSER, agreed, earn, end, proposed

TODAY = date(2026, 11, 22)


def member_of(hub_id: int) -> UUID:
    return make_member(hub_id, "Anna").account_id


def decide(hub_id: int, retainer_id: UUID, who: UUID, answer: str = "no", *, is_approved: bool = True) -> None:
    act: Any = services.approve if is_approved else services.refuse
    name = "approver_id" if is_approved else "refuser_id"
    with platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
        act(retainer_id=retainer_id, answer=answer, now=NOW, **{name: who})


def states(hub_id: int, account_id: UUID) -> list[State]:
    with hub_scope(hub_id), unit_of_work():
        return [agreement.state for agreement in queries.agreed_with(account_id, now=NOW)]


def test_a_proposal_promises_nothing_until_somebody_else_approves(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = member_of(hub_id)
        retainer_id = proposed(hub_id, anna)
        assert states(hub_id, anna) == []
        assert earn(hub_id, retainer_id, NOW + timedelta(days=90)) == 0
        decide(hub_id, retainer_id, APPROVER)
        assert states(hub_id, anna) == [State.RUNNING]
        with pytest.raises(errors.AlreadyDecided):
            decide(hub_id, retainer_id, APPROVER)


@pytest.mark.parametrize("is_approved", [True, False])
def test_neither_the_proposer_nor_the_payee_decides(app: HubFlask, is_approved: bool) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = member_of(hub_id)
        retainer_id = proposed(hub_id, anna)
        with pytest.raises(errors.SamePerson):
            decide(hub_id, retainer_id, PROPOSER, is_approved=is_approved)
        with pytest.raises(errors.OwnMoney):
            decide(hub_id, retainer_id, anna, is_approved=is_approved)


@pytest.mark.parametrize("who", ["proposed_by", "account_id"])
def test_the_database_refuses_one_person_and_the_payee_too(app: HubFlask, who: str) -> None:
    with app.app_context():
        hub_id = make_hub()
        retainer_id = proposed(hub_id, member_of(hub_id))
        with platform_scope(reason="test"), pytest.raises(IntegrityError, match="two_people"), unit_of_work():
            db.session.execute(
                text(f"UPDATE retainer SET status = 'agreed', decided_by = {who}, decided_at = now() WHERE id = :id"),
                {"id": retainer_id},
            )


def test_what_was_agreed_cannot_be_rewritten(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        agreed(hub_id, member_of(hub_id))
        for column in ("amount = 1", "account_id = uuidv7()", "first_day = now()", "rhythm = 'weekly'"):
            with platform_scope(reason="test"), pytest.raises(ProgrammingError, match="permission"), unit_of_work():
                db.session.execute(text(f"UPDATE retainer SET {column}"))


def test_a_hubs_own_role_can_neither_agree_nor_end(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        proposed(hub_id, member_of(hub_id))
        for column in ("status = 'agreed'", "last_day = now()"):
            with hub_scope(hub_id), pytest.raises(ProgrammingError, match="permission"), unit_of_work():
                db.session.execute(text(f"UPDATE retainer SET {column}"))


def test_a_refusal_says_why(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = member_of(hub_id)
        retainer_id = proposed(hub_id, anna)
        with pytest.raises(errors.WordsMissing):
            decide(hub_id, retainer_id, APPROVER, " ", is_approved=False)
        decide(hub_id, retainer_id, APPROVER, "Too much", is_approved=False)
        assert states(hub_id, anna) == []
        assert earn(hub_id, retainer_id, NOW + timedelta(days=90)) == 0


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"amount": 0}, errors.WrongAmount),
        ({"amount": -1}, errors.WrongAmount),
        ({"amount": MAX_MINOR + 1}, errors.WrongAmount),
        ({"first_day": TODAY - timedelta(32)}, errors.WrongFirstDay),
        ({"first_day": TODAY + timedelta(367)}, errors.WrongFirstDay),
        ({"first_day": TODAY, "last_day": TODAY - timedelta(1)}, errors.WrongLastDay),
        ({"first_day": TODAY, "last_day": date(9999, 12, 31)}, errors.WrongLastDay),
        ({"note": " "}, errors.WordsMissing),
        ({"reason": " "}, errors.WordsMissing),
    ],
)
def test_what_makes_no_sense_is_refused(app: HubFlask, changes: dict[str, Any], refusal: type[Refusal]) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = member_of(hub_id)
        with pytest.raises(refusal):
            proposed(hub_id, anna, **changes)


def test_only_members_of_an_open_hub_are_promised_something(app: HubFlask) -> None:
    with app.app_context():
        hub_id, frozen = make_hub(), make_hub("nantes", status="frozen", frozen_reason="Looked into")
        anna = member_of(hub_id)
        elsewhere = member_of(frozen)
        with pytest.raises(errors.NotAMember):
            proposed(hub_id, elsewhere)
        with pytest.raises(errors.HubNotOpen):
            proposed(frozen, elsewhere)
        assert states(hub_id, anna) == []


def test_a_proposal_that_waited_too_long_is_proposed_again(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        retainer_id = proposed(hub_id, member_of(hub_id), now=NOW - timedelta(days=31), first_day=date(2026, 10, 1))
        with pytest.raises(errors.TooOld):
            decide(hub_id, retainer_id, APPROVER)


def test_an_end_is_only_brought_nearer_and_never_into_the_past(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = member_of(hub_id)
        retainer_id = agreed(hub_id, anna, last_day=date(2027, 6, 30))
        with pytest.raises(errors.NotSooner):
            end(hub_id, retainer_id, date(2027, 6, 30))
        with pytest.raises(errors.DayOver):
            end(hub_id, retainer_id, TODAY - timedelta(1))
        end(hub_id, retainer_id, TODAY)
        assert states(hub_id, anna) == [State.ENDING]
        with pytest.raises(errors.NotRunning):
            end(hub_id, retainer_id, TODAY + timedelta(1), NOW + timedelta(days=1))


def test_one_that_has_not_begun_never_does(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = member_of(hub_id)
        retainer_id = agreed(hub_id, anna, first_day=date(2026, 12, 1))
        assert states(hub_id, anna) == [State.TO_BEGIN]
        end(hub_id, retainer_id, TODAY)
        assert states(hub_id, anna) == [State.ENDED]
        assert earn(hub_id, retainer_id, NOW + timedelta(days=400)) == 0


def test_changing_the_amount_is_ending_one_and_agreeing_another(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = member_of(hub_id)
        first = agreed(hub_id, anna)
        end(hub_id, first, date(2026, 11, 30))
        agreed(hub_id, anna, amount=40_000, first_day=date(2026, 12, 1))
        with hub_scope(hub_id), unit_of_work():
            found = queries.agreed_with(anna, now=NOW)
        assert [(one.retainer.amount, one.state) for one in found] == [(40_000, "to_begin"), (30_000, "ending")]
