"""What roles permit, here and nowhere else, and how connectors share."""

from __future__ import annotations

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import errors, policies, queries, services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member


def test_a_connector_may_everything_in_their_hub_and_nothing_in_another(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        account = make_connector(one).account_id
        make_member(two, account_id=account)
        with hub_scope(one), unit_of_work():
            assert all(queries.has(account, permission) for permission in policies.PERMISSIONS)
        with hub_scope(two), unit_of_work():
            assert not any(queries.has(account, permission) for permission in policies.PERMISSIONS)
        with no_hub(), unit_of_work():
            assert not queries.has(account, "hub.manage")


def test_a_permission_nobody_defined_is_nobodys(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        account = make_connector(hub_id).account_id
        with hub_scope(hub_id), unit_of_work():
            assert not queries.has(account, "hub.everything")


def test_a_helper_may_what_was_granted_and_never_what_is_the_connectors(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        helper = make_member(hub_id, role="helper", permissions=("pages.edit", "payouts.request", "nonsense"))
        with hub_scope(hub_id), unit_of_work():
            granted = {name for name in policies.PERMISSIONS if queries.has(helper.account_id, name)}
        assert granted == {"hub.manage", "pages.edit"}


def test_what_a_role_permits_ends_with_it(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        connector = make_connector(hub_id)
        with hub_scope(hub_id), unit_of_work():
            services.revoke_role(membership_id=connector.id, actor=SYSTEM, now=NOW)
            assert not queries.has(connector.account_id, "hub.manage")
            assert queries.connectors() == []


def test_connectors_share_evenly_until_told_otherwise(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        people = [make_connector(hub_id, name) for name in ("A", "B", "C")]
        with hub_scope(hub_id), unit_of_work():
            assert sorted(person.share_bps for person in queries.connectors()) == [3333, 3333, 3334]
            parts = dict(zip((person.id for person in people), (5000, 3000, 2000), strict=True))
            services.share_among_connectors(parts=parts, actor=SYSTEM, now=NOW)
            assert {person.id: person.share_bps for person in queries.connectors()} == parts


def test_parts_must_make_the_whole(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        one, two = make_connector(hub_id, "A"), make_connector(hub_id, "B")
        with hub_scope(hub_id), unit_of_work(), pytest.raises(errors.SharesDoNotAddUp):
            services.share_among_connectors(parts={one.id: 5000, two.id: 4000}, actor=SYSTEM, now=NOW)


def test_a_member_of_another_hub_cannot_be_given_a_role_here(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        stranger = make_member(one)
        with hub_scope(two), unit_of_work(), pytest.raises(errors.NoSuchMember):
            services.grant_role(membership_id=stranger.id, role="connector", actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(("count", "parts"), [(0, []), (1, [10000]), (3, [3334, 3333, 3333])])
def test_an_even_split_loses_nothing(count: int, parts: list[int]) -> None:
    assert policies.split_evenly(count) == parts
