"""A hub changes hands with the new connector's yes: rights and share at once, and history stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.handovers import errors, policies, queries, services
from hubapp.people.handovers.models import Handover
from hubapp.people.handovers.services import Wish
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_connector, make_member
from tests.factories.notices import digest, mails
from tests.support.browsing import Browser


def asked(hub_id: int, giver: MemberView | None, taker: MemberView, **values: object) -> Handover:
    who = Actor(giver.account_id, giver.display_name) if giver else Actor(taker.id, "The network")
    wish = Wish(giver.id if giver else None, f"@{taker.handle}", is_central=giver is None)
    with hub_scope(hub_id), unit_of_work():
        return services.propose(wish=wish, actor=who, now=NOW, **values)  # type: ignore[arg-type]


def accepted(hub_id: int, row: Handover, taker: MemberView, later: timedelta = timedelta(days=1)) -> None:
    with hub_scope(hub_id), unit_of_work():
        services.accept(handover_id=row.id, account_id=taker.account_id, now=NOW + later)


def parts(hub_id: int) -> dict[str, int]:
    with hub_scope(hub_id), unit_of_work():
        return {one.handle: one.share_bps for one in membership.connectors()}


@given(st.timedeltas(timedelta(0), timedelta(days=60)))
def test_a_proposal_stands_up_to_its_end_and_no_longer(age: timedelta) -> None:
    assert policies.stands(NOW, NOW + age) == (NOW + age < policies.ends_at(NOW))


def test_the_role_passes_with_the_yes_and_not_before(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver, taker = make_connector(hub_id), make_member(hub_id, "Theo")
        row = asked(hub_id, giver, taker)
        assert parts(hub_id) == {"maud": 10_000}
        accepted(hub_id, row, taker)
        assert parts(hub_id) == {"theo": 10_000}
        with hub_scope(hub_id), unit_of_work():
            assert not membership.has(giver.account_id, "hub.manage")
            assert membership.has(taker.account_id, "payouts.request")
            assert membership.member(giver.account_id).is_active  # type: ignore[union-attr]


def test_the_others_keep_their_parts_and_a_co_connector_gets_both(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver, other, taker = make_connector(hub_id), make_connector(hub_id, "Noor"), make_member(hub_id, "Theo")
        with hub_scope(hub_id), unit_of_work():
            members.share_among_connectors(parts={giver.id: 7_000, other.id: 3_000}, actor=SYSTEM, now=NOW)
        accepted(hub_id, asked(hub_id, giver, taker), taker)
        assert parts(hub_id) == {"theo": 7_000, "noor": 3_000}
        accepted(hub_id, asked(hub_id, taker, other), other)
        assert parts(hub_id) == {"noor": 10_000}


def test_a_helper_becomes_connector(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver, taker = make_connector(hub_id), make_member(hub_id, "Theo", role="helper", permissions=("pages.edit",))
        accepted(hub_id, asked(hub_id, giver, taker), taker)
        with hub_scope(hub_id), unit_of_work():
            assert [(one.handle, one.role) for one in membership.team()] == [("theo", "connector")]


def test_a_hub_without_connector_is_offered_by_the_central_team(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        taker = make_member(hub_id, "Theo")
        accepted(hub_id, asked(hub_id, None, taker), taker)
        assert parts(hub_id) == {"theo": 10_000}
        with pytest.raises(errors.NotVacant):
            asked(hub_id, None, make_member(hub_id, "Noor"))


def test_who_is_asked_and_nobody_else_answers(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver, taker, other = make_connector(hub_id), make_member(hub_id, "Theo"), make_member(hub_id, "Noor")
        row = asked(hub_id, giver, taker)
        for stranger in (giver, other):
            with pytest.raises(errors.NoSuchHandover):
                accepted(hub_id, row, stranger)


def test_a_late_a_withdrawn_and_a_second_yes_are_refused(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver, taker = make_connector(hub_id), make_member(hub_id, "Theo")
        row = asked(hub_id, giver, taker)
        with pytest.raises(errors.HandoverOver):
            accepted(hub_id, row, taker, policies.STANDS)
        with hub_scope(hub_id), unit_of_work():
            services.withdraw(giver_id=giver.id, actor=SYSTEM, now=NOW)
        with pytest.raises(errors.HandoverOver):
            accepted(hub_id, row, taker)
        again = asked(hub_id, giver, taker)
        accepted(hub_id, again, taker)
        with pytest.raises(errors.HandoverOver):
            accepted(hub_id, again, taker)


def test_who_lost_the_role_meanwhile_has_nothing_to_hand_over(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver, taker = make_connector(hub_id), make_member(hub_id, "Theo")
        row = asked(hub_id, giver, taker)
        with hub_scope(hub_id), unit_of_work():
            members.revoke_role(membership_id=giver.id, actor=SYSTEM, now=NOW)
        with pytest.raises(errors.HandoverOver):
            accepted(hub_id, row, taker)
        assert parts(hub_id) == {}


def test_one_role_is_offered_to_one_at_a_time_until_that_is_too_old(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver, taker, other = make_connector(hub_id), make_member(hub_id, "Theo"), make_member(hub_id, "Noor")
        asked(hub_id, giver, taker)
        with pytest.raises(errors.AlreadyProposed, match="Theo"):
            asked(hub_id, giver, other)
        who, wish = Actor(giver.account_id, "Maud"), Wish(giver.id, other.handle)
        with hub_scope(hub_id), unit_of_work():
            services.propose(wish=wish, actor=who, now=NOW + policies.STANDS)
            assert queries.standing_for(taker.id, now=NOW + policies.STANDS) is None


@pytest.mark.parametrize(("handle", "refusal"), [("nobody", errors.NotAMember), ("maud", errors.ToOneself)])
def test_only_another_member_can_be_asked(app: HubFlask, handle: str, refusal: type[Exception]) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver = make_connector(hub_id)
        with pytest.raises(refusal), hub_scope(hub_id), unit_of_work():
            services.propose(wish=Wish(giver.id, handle), actor=SYSTEM, now=NOW)


def test_each_step_is_in_the_audit_log(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver, taker = make_connector(hub_id), make_member(hub_id, "Theo")
        accepted(hub_id, asked(hub_id, giver, taker), taker)
        with platform_scope(reason="test"), unit_of_work():
            acts = set(db.session.scalars(select(AuditEvent.action).where(AuditEvent.hub_id == hub_id)))
        assert {"handover.propose", "role.pass", "handover.accept"} <= acts


def test_on_the_pages_rights_change_at_once_and_both_are_told(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver = make_connector(hub_id, now=clock.now())
        taker = make_member(hub_id, "Theo", now=clock.now())
    old, new = Browser(app, hub_id, giver.account_id), Browser(app, hub_id, taker.account_id)
    assert new.get("/manage/handover").status_code == 403
    assert old.post("/manage/handover", {"handle": "@nobody"}).status_code == 422
    assert old.post("/manage/handover", {"handle": "@Theo", "note": "You know everybody."}).status_code == 303
    assert "Theo is asked" in old.get("/manage/handover").text
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        path = f"/handover/{db.session.scalars(select(Handover.id)).one()}"
        run_all(app)
    assert "asks you to look after the hub" in new.get("/notifications").text
    assert old.get(path).status_code == 404
    assert "You know everybody." in new.get(path).text
    assert new.post(path).status_code == 422
    assert new.post(path, {"is_sure": "y"}).status_code == 303
    assert new.get("/manage/").status_code == 200
    assert old.get("/manage/").status_code == 403
    assert "You accepted" in new.get(path).text
    run_all(app)
    assert "looks after the hub now" in old.get("/notifications").text


def test_saying_no_and_taking_it_back_change_nothing(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        giver = make_connector(hub_id, now=clock.now())
        taker = make_member(hub_id, "Theo", now=clock.now())
    old, new = Browser(app, hub_id, giver.account_id), Browser(app, hub_id, taker.account_id)
    old.post("/manage/handover", {"handle": "theo"})
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        path = f"/handover/{db.session.scalars(select(Handover.id)).one()}"
    assert new.post(f"{path}/decline", form_page=path).status_code == 303
    assert "no longer stands" in new.get(path).text
    run_all(app)
    assert "does not take the hub over" in old.get("/notifications").text
    old.post("/manage/handover", {"handle": "theo"})
    assert old.post("/manage/handover/withdraw", form_page="/manage/handover").status_code == 303
    assert old.get("/manage/").status_code == 200
    run_all(app)
    with app.app_context():
        # Somebody without any role: it stands in their list and in their next digest.
        assert digest(taker.account_id, clock.now() + timedelta(days=2))
        (mail,) = mails(taker.account_id, ["digest"])
        assert mail.context["notices"][0]["kind"] == "handover_withdrawn"
    assert "took back the proposal" in new.get("/notifications").text
