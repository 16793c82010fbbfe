"""Joining with consent under a sponsor set once, leaving, and whose name is shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hubapp.earnings.compensation import participant_queries as queries
from hubapp.earnings.compensation.models import EarlierParticipation, Participant
from hubapp.earnings.compensation.refusals import (
    MembersOnlyHere,
    NoSuchSponsor,
    NotTakingPart,
    SponsorStays,
    TermsNotAgreed,
)
from hubapp.earnings.compensation.services import joining
from hubapp.kernel import ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership.queries import MemberView, Touch
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories import plan
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member, referral_of

A_DAY = timedelta(days=1)


def join(member: MemberView, hub_id: int, **more: Any) -> Participant:
    values: dict[str, Any] = {
        "terms": joining.TERMS,
        "code": "",
        "shows_name": False,
        "touch": None,
        "now": NOW,
        **more,
    }
    with hub_scope(hub_id), unit_of_work():
        actor = Actor(member.account_id, member.display_name)
        return joining.join(account_id=member.account_id, actor=actor, **values)


def sponsor(member: MemberView) -> UUID | None:
    found = queries.person(member.account_id)
    assert found is not None
    return found.sponsor_id


def test_who_joins_stands_under_who_brought_them_to_the_hub(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = make_member(hub_id, "Anna")
        plan.take_part(anna.account_id)
        ben = make_member(hub_id, "Ben", referral=referral_of(anna))
        join(ben, hub_id)
        assert sponsor(ben) == anna.account_id


def test_a_link_of_the_last_days_counts_where_nobody_brought_them(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna, ben = make_member(hub_id, "Anna"), make_member(hub_id, "Ben")
        plan.take_part(anna.account_id)
        join(ben, hub_id, touch=Touch(anna.referral_code, "link", NOW))
        assert sponsor(ben) == anna.account_id


def test_who_brought_them_without_taking_part_is_no_sponsor(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben = make_member(hub_id, "Ben", referral=referral_of(make_member(hub_id, "Anna")))
        join(ben, hub_id)
        assert sponsor(ben) is None


def test_a_code_counts_before_who_brought_them(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna, carl = make_member(hub_id, "Anna"), make_member(hub_id, "Carl")
        for one in (anna, carl):
            plan.take_part(one.account_id)
        ben = make_member(hub_id, "Ben", referral=referral_of(anna))
        join(ben, hub_id, code=carl.referral_code.lower())
        assert sponsor(ben) == carl.account_id


@pytest.mark.parametrize("whose", ["nobody", "oneself", "outside"])
def test_a_code_of_nobody_who_takes_part_is_refused(app: HubFlask, whose: str) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben, olga = make_member(hub_id, "Ben"), make_member(hub_id, "Olga")
        code = {"nobody": "ZZZZ9999", "oneself": ben.referral_code, "outside": olga.referral_code}[whose]
        with pytest.raises(NoSuchSponsor):
            join(ben, hub_id, code=code)
        assert queries.person(ben.account_id) is None


def test_joining_twice_changes_nothing(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna, ben = make_member(hub_id, "Anna"), make_member(hub_id, "Ben")
        plan.take_part(anna.account_id)
        join(ben, hub_id)
        join(ben, hub_id, code=anna.referral_code, shows_name=True)
        assert sponsor(ben) is None


def test_nobody_joins_without_consent_to_the_terms_of_today(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben = make_member(hub_id, "Ben")
        for terms in ("", "2020-01"):
            with pytest.raises(TermsNotAgreed):
                join(ben, hub_id, terms=terms)


def test_only_members_of_the_hub_join_there(app: HubFlask) -> None:
    with app.app_context():
        ben = make_member(make_hub(), "Ben")
        with pytest.raises(MembersOnlyHere):
            join(ben, make_hub("tunis"))


def leave(member: MemberView, hub_id: int, now: datetime = NOW) -> None:
    with hub_scope(hub_id), unit_of_work():
        joining.leave(account_id=member.account_id, actor=Actor(member.account_id, "?"), now=now)


def test_who_left_is_nobodys_sponsor_and_has_no_name(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna, ben = make_member(hub_id, "Anna"), make_member(hub_id, "Ben")
        join(anna, hub_id, shows_name=True)
        leave(anna, hub_id)
        with pytest.raises(NoSuchSponsor):
            join(ben, hub_id, code=anna.referral_code)
        left = queries.person(anna.account_id)
        assert left is not None
        assert (left.left_at, left.shows_name) == (NOW, False)


def test_who_left_joins_again_with_consent_where_they_stood_and_the_time_before_stays(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna, ben, carl = (make_member(hub_id, name) for name in ("Anna", "Ben", "Carl"))
        for one in (anna, carl):
            plan.take_part(one.account_id)
        join(ben, hub_id, code=anna.referral_code)
        leave(ben, hub_id, NOW + A_DAY)
        with pytest.raises(TermsNotAgreed):
            join(ben, hub_id, terms="")
        with pytest.raises(SponsorStays):
            join(ben, hub_id, code=carl.referral_code)
        join(ben, hub_id, now=NOW + 5 * A_DAY)
        assert sponsor(ben) == anna.account_id
        standing = queries.standings([ben.account_id])[ben.account_id]
        assert standing.times == ((NOW, NOW + A_DAY), (NOW + 5 * A_DAY, None))
        assert [standing.at(NOW + days * A_DAY) for days in (0, 1, 4, 5)] == [True, False, False, True]
        (before,) = db.session.scalars(select(EarlierParticipation)).all()
        assert (before.joined_at, before.left_at, before.terms) == (NOW, NOW + A_DAY, joining.TERMS)


def test_joining_again_twice_is_once(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben = make_member(hub_id, "Ben")
        join(ben, hub_id)
        leave(ben, hub_id, NOW + A_DAY)
        for days in (2, 3):
            join(ben, hub_id, now=NOW + days * A_DAY)
        (found,) = queries.people([ben.account_id])
        assert (found.joined_at, found.left_at) == (NOW + 2 * A_DAY, None)


@pytest.mark.parametrize("change", ["joined_at = joined_at - interval '1 day'", "joined_at = now(), left_at = now()"])
def test_the_database_writes_the_time_before_down_or_refuses(app: HubFlask, change: str) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben = make_member(hub_id, "Ben")
        join(ben, hub_id)
        with pytest.raises(DBAPIError, match="who joins again has left before"), hub_scope(hub_id), unit_of_work():
            db.session.execute(text(f"UPDATE participant SET {change}"))


def test_strangers_to_the_programme_neither_leave_nor_show_names(app: HubFlask) -> None:
    with app.app_context():
        hub_id, nobody = make_hub(), ids.uuid7()
        with hub_scope(hub_id), unit_of_work():
            with pytest.raises(NotTakingPart):
                joining.leave(account_id=nobody, actor=Actor(nobody, "?"), now=NOW)
            with pytest.raises(NotTakingPart):
                joining.show_name(account_id=nobody, shows_name=True, actor=Actor(nobody, "?"), now=NOW)
