"""Telling people: once, merged while unread, and not those who do not want it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import services as membership
from hubapp.people.membership import standing
from hubapp.people.notifications import queries, services
from hubapp.people.notifications.services import By
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_connector, make_member, referral_of
from tests.factories.notices import BEN, Told, make_told, notices
from tests.support.queries import counted


@pytest.fixture
def told(app: HubFlask) -> Told:
    with app.app_context():
        return make_told(make_hub("lyon"))


def test_somebody_is_told_once_of_one_occasion(app: HubFlask, told: Told) -> None:
    with app.app_context():
        assert [told.tell("1"), told.tell("1")] == [1, 0]
        assert [one.count for one in notices(told.reader)] == [1]


def test_unread_notices_about_one_thing_are_one_and_name_everybody_once(app: HubFlask, told: Told) -> None:
    with app.app_context():
        for number, name in enumerate(["Ben", "Chloé", "Ben", "Dara"]):
            told.tell(str(number), by=By(uuid.UUID(int=ord(name[0])), name))
        (one,) = notices(told.reader)
        assert (one.count, [name for _id, name in one.actors]) == (4, ["Dara", "Ben", "Chloé"])


def test_after_reading_a_new_notice_begins_and_the_old_occasion_stays_told(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.tell("1")
        with hub_scope(told.hub_id), unit_of_work():
            assert services.read(account_id=told.reader, now=NOW) == 1
        assert [told.tell("1"), told.tell("2")] == [0, 1]
        assert [one.count for one in notices(told.reader)] == [1, 1]


def test_nobody_hears_of_what_they_did_themselves(app: HubFlask, told: Told) -> None:
    with app.app_context():
        assert told.tell(by=By(told.reader, "Amina")) == 0


@pytest.mark.parametrize("about", ["", "brought"])
def test_nobody_hears_of_what_they_muted_until_they_unmute_it(app: HubFlask, told: Told, about: str) -> None:
    with app.app_context():
        with hub_scope(told.hub_id), unit_of_work():
            services.mute(account_id=told.reader, hub_id=told.hub_id, about=about, now=NOW)
        assert told.tell("1") == 0
        with hub_scope(told.hub_id), unit_of_work():
            services.unmute(account_id=told.reader, hub_id=told.hub_id, about=about)
        assert told.tell("2") == 1


def test_muting_one_thing_leaves_the_others(app: HubFlask, told: Told) -> None:
    with app.app_context():
        with hub_scope(told.hub_id), unit_of_work():
            services.mute(account_id=told.reader, hub_id=told.hub_id, about="topic:1", now=NOW)
        assert [told.tell("1", about="topic:1"), told.tell("1", about="topic:2")] == [0, 1]


def test_who_left_or_was_suspended_hears_nothing_but_of_their_money(app: HubFlask, told: Told) -> None:
    with app.app_context():
        kept_out = make_member(told.hub_id, "Noé")
        with hub_scope(told.hub_id), unit_of_work():
            membership.leave(account_id=told.reader, now=NOW)
            standing.suspend(membership_id=kept_out.id, reason="spam", actor=SYSTEM, now=NOW)
        people = [told.reader, kept_out.account_id]
        assert told.tell(to_account_ids=people) == 0
        money = {"number": 7}
        assert told.tell(to_account_ids=people, kind="order_paid", context=money, by=None) == 2


def test_a_kind_switched_off_everywhere_leaves_nothing_behind(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.choose(in_app=False, mail="off")
        assert told.tell() == 0
        assert notices(told.reader) == []


def test_a_hubs_choice_beats_the_one_for_everywhere(app: HubFlask, told: Told) -> None:
    with app.app_context():
        other = make_told(make_hub("nairobi"))
        told.choose(mail="off", everywhere=True)
        told.choose(mail="weekly")
        told.tell()
        make_member(other.hub_id, "Amina", account_id=told.reader)
        other.tell(to_account_ids=[told.reader])
        assert [one.mail for one in notices(told.reader)] == ["weekly", "off"]


@pytest.mark.parametrize(
    "changes",
    [
        {"context": {"reset_token": "x"}},
        {"context": {"text": "x" * 5000}},
        {"path": "https://evil.example"},
        {"about": "x" * 201},
    ],
)
def test_what_a_notice_cannot_keep_is_refused(app: HubFlask, told: Told, changes: dict[str, object]) -> None:
    with app.app_context(), pytest.raises(ValueError):
        told.tell(**changes)


def test_a_kind_that_nobody_declares_is_a_mistake_of_the_caller(app: HubFlask, told: Told) -> None:
    with app.app_context(), pytest.raises(LookupError, match="no_such_kind"):
        told.tell(kind="no_such_kind")


def test_telling_a_hundred_costs_as_many_queries_as_telling_two(app: HubFlask, told: Told) -> None:
    with app.app_context():
        few = [make_member(told.hub_id, f"Few {number}").account_id for number in range(2)]
        many = [make_member(told.hub_id, f"Many {number}").account_id for number in range(20)]
        told.tell("what is remembered of the hub")
        with counted() as for_few:
            assert told.tell("few", to_account_ids=few) == 2
        with counted() as for_many:
            assert told.tell("many", to_account_ids=many) == 20
    assert len(for_many) == len(for_few) <= 5


def test_a_hub_sees_and_reads_no_notices_of_another(app: HubFlask, told: Told) -> None:
    with app.app_context():
        told.tell()
        other = make_hub("nairobi")
        with hub_scope(other), unit_of_work():
            assert db.session.execute(text("SELECT count(*) FROM notice")).scalar() == 0
            assert queries.count_unread(told.reader) == 0
            assert queries.notices(told.reader).unread == []
            assert services.read(account_id=told.reader, now=NOW) == 0
        with no_hub(), unit_of_work():
            assert db.session.execute(text("SELECT count(*) FROM notice")).scalar() == 0
            assert queries.count_unread(told.reader) == 1
            assert services.read(account_id=told.reader, now=NOW) == 1


def test_a_hub_writes_no_notices_into_another(app: HubFlask, told: Told) -> None:
    with app.app_context(), pytest.raises(ProgrammingError, match="row-level security"):
        other = make_hub("nairobi")
        with hub_scope(other), unit_of_work():
            services.tell(
                kind="order_paid",
                to_account_ids=[told.reader],
                hub_id=told.hub_id,
                about="order",
                occasion="1",
                path="/",
                context={"number": 1},
                now=NOW,
            )


def test_the_list_pages_by_key_unread_first(app: HubFlask, told: Told) -> None:
    with app.app_context():
        for number in range(7):
            told.tell(str(number), about=f"thing:{number}", now=NOW + timedelta(minutes=number))
        with hub_scope(told.hub_id), unit_of_work():
            services.read(account_id=told.reader, about="thing:6", now=NOW)
            seen, after = [], None
            for _page in range(4):
                page = queries.notices(told.reader, after=after, limit=2)
                seen += [one.about for one in [*page.unread, *page.read]]
                after = page.after
    assert seen == [f"thing:{number}" for number in (5, 4, 3, 2, 1, 0, 6)]
    assert after is None


def test_a_new_member_is_news_for_the_team_and_for_who_brought_them(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        maud, sponsor = make_connector(hub_id), make_member(hub_id, "Lucie")
        make_member(hub_id, "Ann", referral=referral_of(sponsor))
    run_all(app)
    with app.app_context():
        assert "member_brought" in [one.kind for one in notices(sponsor.account_id)]
        (joined,) = (one for one in notices(maud.account_id) if one.kind == "member_joined")
        assert (joined.kind, joined.count, joined.actors[0][1]) == ("member_joined", 2, "Ann")
    assert BEN.name not in str(joined.actors)
