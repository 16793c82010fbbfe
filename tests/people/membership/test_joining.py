"""Joining is free and pays nobody; the count, the index and the handle follow by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from hubapp.kernel import ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import errors, queries, services, standing
from hubapp.people.membership.models import MembershipIndex
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.models import Hub
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member, referral_of


def member_count(hub_id: int) -> int:
    with no_hub(), unit_of_work():
        return db.session.scalars(select(Hub.member_count).where(Hub.id == hub_id)).one()


def test_joining_counts_and_leaving_uncounts(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id)
        assert member_count(hub_id) == 1
        with hub_scope(hub_id), unit_of_work():
            services.leave(account_id=member.account_id, now=NOW)
        assert member_count(hub_id) == 0


def test_joining_twice_is_one_membership(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        first = make_member(hub_id)
        again = make_member(hub_id, account_id=first.account_id)
        assert (again.id, member_count(hub_id)) == (first.id, 1)


def test_who_left_comes_back_as_who_they_were(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id, "Idriss")
        with hub_scope(hub_id), unit_of_work():
            services.leave(account_id=member.account_id, now=NOW)
        back = make_member(hub_id, "Someone else", account_id=member.account_id, now=NOW + timedelta(days=9))
        assert (back.id, back.handle, back.referral_code, back.status) == (
            member.id,
            "idriss",
            member.referral_code,
            "active",
        )


def test_joining_pays_nobody(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        inviter = make_member(hub_id, "Inviter")
        make_member(hub_id, "Guest", referral=referral_of(inviter))
        with platform_scope(reason="test"), unit_of_work():
            assert db.session.scalar(text("SELECT count(*) FROM ledger_entry")) == 0


def test_two_of_the_same_name_get_two_handles(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        one, two = make_member(hub_id, "Zoé Martin"), make_member(hub_id, "Zoe Martin")
        assert one.handle == "zoe-martin"
        assert two.handle.startswith("zoe-martin-")


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_member_needs_a_name_that_fits(app: HubFlask, name: str) -> None:
    with app.app_context():
        hub_id = make_hub()
        with pytest.raises(errors.NameMissing), hub_scope(hub_id), unit_of_work():
            services.join(account_id=ids.uuid7(), name=name, referral=None, now=NOW)


def test_who_is_suspended_cannot_join_again(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id)
        with hub_scope(hub_id), unit_of_work():
            standing.suspend(membership_id=member.id, reason="spam", actor=SYSTEM, now=NOW)
        with pytest.raises(errors.MembershipSuspended):
            make_member(hub_id, account_id=member.account_id)


def test_a_connector_hands_over_before_leaving(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        connector = make_connector(hub_id)
        with hub_scope(hub_id), unit_of_work():
            with pytest.raises(errors.ConnectorStays):
                services.leave(account_id=connector.account_id, now=NOW)
            services.revoke_role(membership_id=connector.id, actor=SYSTEM, now=NOW)
            services.leave(account_id=connector.account_id, now=NOW)


def test_the_index_knows_an_accounts_hubs_and_roles(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        account = make_connector(one).account_id
        make_member(two, account_id=account, now=NOW + timedelta(days=1))
        with no_hub(), unit_of_work():
            assert [(hub.hub_id, hub.role) for hub in queries.hubs_of(account)] == [(one, "connector"), (two, "member")]
            assert queries.is_connector_anywhere(account)
        with hub_scope(two), unit_of_work():
            services.leave(account_id=account, now=NOW)
        with platform_scope(reason="test"), unit_of_work():
            assert db.session.scalars(
                select(MembershipIndex.hub_id).where(MembershipIndex.account_id == account)
            ).all() == [one]


def test_a_bulk_of_members_is_counted_once_per_hub(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        account = make_member(hub_id).account_id
        with platform_scope(reason="test"), unit_of_work():
            db.session.execute(text("DELETE FROM membership"))
            db.session.execute(
                text(
                    "INSERT INTO account (id, email, name, locale, is_central, is_demo, created_at)"
                    " SELECT uuidv7(), 'a' || n || '@example.org', 'A', 'en', false, false, now()"
                    " FROM generate_series(1, 50) n"
                )
            )
            db.session.execute(
                text(
                    "INSERT INTO membership"
                    " (hub_id, account_id, handle, display_name, status, joined_at, referral_code)"
                    " SELECT :hub, id, 'h' || row_number() OVER (), 'N', 'active', now(), 'C' || row_number() OVER ()"
                    " FROM account WHERE id <> :account"
                ),
                {"hub": hub_id, "account": account},
            )
            assert db.session.scalar(select(func.count()).select_from(MembershipIndex)) == 50
        assert member_count(hub_id) == 50
