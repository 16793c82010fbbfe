"""What the locks of moderation prevent: somebody else decides between reading and writing."""

from __future__ import annotations

from typing import Any

import pytest

from hubapp.community.moderation import queries
from hubapp.kernel.db import unit_of_work
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue import services as selling
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.membership import standing
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all
from tests.factories.moderating import Bench, make_bench
from tests.factories.races import overtaken, without_lock


@pytest.fixture
def bench(live: Live) -> Bench:
    return make_bench(live.app)


def warned_at_once(bench: Bench) -> int:
    """Two helpers warn about the same case at the same time; how many warnings there are."""
    case = bench.report("post")

    def second() -> Any:
        return bench.decide(case, "warn", actor=SYSTEM)

    with overtaken(bench.app, "moderation_action", second):
        bench.decide(case, "warn")
    return len(bench.inside(lambda: queries.done_about(bench.ann.account_id)))


def test_two_who_decide_at_once_decide_once(bench: Bench) -> None:
    assert warned_at_once(bench) == 1


def test_without_the_cases_lock_somebody_is_warned_twice(bench: Bench) -> None:
    with without_lock("community.moderation.services.rows.case_for_change"):
        assert warned_at_once(bench) == 2


def suspended_while_publishing(bench: Bench) -> bool:
    """A seller publishes while they are suspended; whether it is for sale in the end."""
    listing, ann = bench.things["listing"], bench.ann.account_id
    bench.inside(lambda: selling.withdraw(listing_id=listing, seller_id=ann, now=NOW))

    def suspend() -> None:
        with bench.app.app_context(), hub_scope(bench.hub_id), unit_of_work():
            standing.suspend(membership_id=bench.ann.id, reason="spam", actor=SYSTEM, now=NOW)
        with bench.app.app_context():
            run_all(bench.app)

    with overtaken(bench.app, "listing", suspend):
        bench.inside(lambda: selling.publish(listing_id=listing, seller_id=ann, now=NOW))
    return bool(bench.inside(lambda: catalogue.listing(listing)).is_live)


def test_nothing_of_a_suspended_seller_is_for_sale(bench: Bench) -> None:
    assert not suspended_while_publishing(bench)


def test_without_the_sellers_lock_it_is(bench: Bench) -> None:
    with without_lock("people.membership.standing.keep_active"):
        assert suspended_while_publishing(bench)


def suspended_while_made_helper(bench: Bench) -> tuple[bool, bool]:
    """Somebody is given a role while they are suspended: (has a role, is suspended)."""
    member = bench.ben.id

    def suspend() -> None:
        with bench.app.app_context(), hub_scope(bench.hub_id), unit_of_work():
            standing.suspend(membership_id=member, reason="spam", actor=SYSTEM, now=NOW)

    with overtaken(bench.app, "hub_role", suspend):
        bench.inside(
            lambda: members.grant_role(
                membership_id=member, role="helper", permissions=("events.view",), actor=SYSTEM, now=NOW
            )
        )
    person = bench.inside(lambda: membership.member_by_id(member))
    return person.role is not None, person.is_suspended


def test_nobody_with_a_role_is_suspended(bench: Bench) -> None:
    assert suspended_while_made_helper(bench) == (True, False)


def test_without_the_members_lock_a_helper_is_suspended(bench: Bench) -> None:
    with without_lock("people.membership.standing._locked"):
        assert suspended_while_made_helper(bench) == (True, True)


def test_two_who_report_at_once_make_one_case(bench: Bench) -> None:
    """The database's own constraint: no lock can be asked for a row that is not there."""

    def second() -> Any:
        return bench.report("post", by=bench.maud)

    with overtaken(bench.app, "moderation_report", second) as other:
        first = bench.report("post")
    assert other.answer == first
    assert bench.case(first).report_count == 2
