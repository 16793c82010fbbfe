"""How many stand under whom is stored, and right after every joining and correction, folded or not."""

from __future__ import annotations

from sqlalchemy import text

from hubapp.earnings.compensation import participant_queries as queries
from hubapp.earnings.compensation.participant_queries import Size
from hubapp.earnings.compensation.services import sizing
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.earnings.compensation.test_correcting import Family, decide, family, propose
from tests.earnings.compensation.test_joining import join
from tests.factories.members import make_member, referral_of


def sizes(them: Family) -> list[tuple[int, int]]:
    """(direct, in all) of Anna, Ben, Cora and Dan."""
    everybody = [them.anna, them.ben, them.cora, them.dan]
    with platform_scope(reason="test"), unit_of_work():
        found = queries.sizes(everybody)
    return [(size.direct, size.people) for size in (found.get(one, Size(0, 0)) for one in everybody)]


def test_who_joins_counts_for_everybody_above(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        cora = make_member(them.hub_id, "Cora2", account_id=None)
        join(make_member(them.hub_id, "Eve", referral=referral_of(cora)), them.hub_id)
        assert sizes(them) == [(1, 2), (1, 1), (0, 0), (0, 0)]
        join(cora, them.hub_id)
        join(make_member(them.hub_id, "Fay", referral=referral_of(cora)), them.hub_id)
        with platform_scope(reason="test"), unit_of_work():
            assert queries.sizes([cora.account_id]) == {cora.account_id: Size(1, 1)}


def test_joining_twice_counts_once(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        gus = make_member(them.hub_id, "Gus")
        join(gus, them.hub_id)
        hal = make_member(them.hub_id, "Hal", referral=referral_of(gus))
        for _ in range(2):
            join(hal, them.hub_id)
        with platform_scope(reason="test"), unit_of_work():
            assert queries.sizes([gus.account_id]) == {gus.account_id: Size(1, 1)}


def test_who_moves_takes_their_group_along(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        assert sizes(them) == [(1, 2), (1, 1), (0, 0), (0, 0)]
        decide(propose(them.ben, them.dan))
        assert sizes(them) == [(0, 0), (1, 1), (0, 0), (1, 2)]
        decide(propose(them.dan, them.anna))
        assert sizes(them) == [(1, 3), (1, 1), (0, 0), (1, 2)]


def test_folding_changes_no_figure(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        before = sizes(them)
        with platform_scope(reason="test"), unit_of_work():
            assert sizing.fold(most=2) == 2
        assert sizes(them) == before
        with platform_scope(reason="test"), unit_of_work():
            assert (sizing.fold(), sizing.fold()) == (1, 0)
        assert sizes(them) == before


def test_a_count_from_the_sponsorships_puts_right_what_is_not(app: HubFlask) -> None:
    with app.app_context():
        them = family()
        before = sizes(them)
        with platform_scope(reason="test"), unit_of_work():
            assert sizing.recount() == 0
            sizing.fold()
            assert sizing.recount() == 0
        with platform_scope(reason="test"), unit_of_work():
            db.session.execute(text("DELETE FROM plan_group WHERE account_id = :ben"), {"ben": them.ben})
            sizing.count(sponsor_id=them.dan, people=7)  # as nobody has joined
        assert sizes(them) != before
        with platform_scope(reason="test"), unit_of_work():
            assert sizing.recount() == 2  # Ben and Dan, above whom nobody stands
            assert sizing.recount() == 0
        assert sizes(them) == before
