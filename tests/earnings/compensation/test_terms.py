"""Connectors' terms follow the hub's roles, so that a change in the middle of a period is paid by days."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from hubapp.earnings.compensation import handlers
from hubapp.earnings.compensation.models import ConnectorTerm
from hubapp.earnings.compensation.services import terms
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import services as membership
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all, waiting
from tests.factories.members import make_connector

LATER = NOW + timedelta(days=3)


def follow(hub_id: int, now: datetime = NOW) -> int:
    with hub_scope(hub_id), unit_of_work():
        return terms.follow(now=now)


def known(hub_id: int) -> set[tuple[int, datetime, datetime | None]]:
    with platform_scope(reason="test"), unit_of_work():
        rows = db.session.scalars(select(ConnectorTerm).where(ConnectorTerm.in_hub_id == hub_id))
        return {(row.share_bps, row.since, row.until) for row in rows}


def test_who_becomes_connector_begins_a_term_and_following_twice_changes_nothing(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        make_connector(hub_id)
        assert (follow(hub_id), follow(hub_id, LATER)) == (1, 0)
        assert known(hub_id) == {(10_000, NOW, None)}


def test_a_part_that_changes_is_an_end_and_a_beginning(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        make_connector(hub_id, "Maud")
        follow(hub_id)
        make_connector(hub_id, "Nora")
        assert follow(hub_id, LATER) == 3
        assert known(hub_id) == {(10_000, NOW, LATER), (5_000, LATER, None)}


def test_who_goes_ends_their_term(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        maud = make_connector(hub_id)
        follow(hub_id)
        with hub_scope(hub_id), unit_of_work():
            membership.revoke_role(membership_id=maud.id, actor=SYSTEM, now=LATER)
        follow(hub_id, LATER)
        assert known(hub_id) == {(10_000, NOW, LATER)}


def test_a_change_of_roles_is_followed_by_a_job_and_the_day_asks_for_all_hubs(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        make_connector(hub_id)
    run_all(app)
    with app.app_context():
        assert [bps for bps, _since, _until in known(hub_id)] == [10_000]
        with platform_scope(reason="test"), unit_of_work():
            handlers.sweep_terms()
        assert [hub for name, hub, _arguments in waiting(app) if name == handlers.FOLLOW] == [hub_id]
