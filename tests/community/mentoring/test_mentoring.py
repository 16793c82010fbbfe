"""Newcomers and who welcomes them, on the real database and through the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hubapp.community.mentoring import errors, policies, queries, services
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import queries as membership_queries
from hubapp.people.membership import services as membership
from hubapp.people.profiles import services as profiles
from hubapp.people.profiles.policies import ProfileText
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.gatherings import make_gathering
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.market import make_listing
from tests.factories.members import make_connector, make_member
from tests.factories.notices import notices
from tests.factories.talk import say
from tests.support.browsing import Browser
from tests.support.queries import counted


@dataclass
class Scene:
    app: HubFlask
    features: dict[str, bool] = field(default_factory=dict)
    hub_id: int = 0
    connector: UUID = field(default_factory=lambda: UUID(int=0))

    def __post_init__(self) -> None:
        with self.app.app_context():
            self.hub_id = make_hub(features=self.features)
            self.connector = make_connector(self.hub_id, "Maud").account_id
        run_all(self.app, raising=False)

    def inside(self, act: Callable[[], Any]) -> Any:
        with self.app.app_context(), hub_scope(self.hub_id), unit_of_work():
            return act()

    def mentor(self, name: str) -> UUID:
        with self.app.app_context():
            member = make_member(self.hub_id, name)
        self.inside(lambda: services.ask(handle=member.handle, asked_by=self.connector, now=NOW))
        self.inside(lambda: services.answer(account_id=member.account_id, accepts=True, now=NOW))
        return member.account_id

    def join(self, name: str) -> UUID:
        """Somebody becomes a member and is welcomed, as the job does."""
        with self.app.app_context():
            account_id = make_member(self.hub_id, name).account_id
        self.inside(lambda: services.welcome(account_id=account_id, now=clock.now()))
        return account_id

    def plan(self, account_id: UUID) -> queries.Plan | None:
        return self.inside(lambda: queries.plan(account_id, features=self.features, now=clock.now()))

    def as_(self, account_id: UUID) -> Browser:
        return Browser(self.app, self.hub_id, account_id)


@pytest.fixture
def scene(app: HubFlask) -> Scene:
    return Scene(app)


def mentor_of(scene: Scene, account_id: UUID) -> UUID | None:
    plan = scene.plan(account_id)
    assert plan is not None
    return plan.mentor_id


def test_the_mentor_with_the_fewest_newcomers_gets_the_next_and_of_equals_the_first_asked(scene: Scene) -> None:
    first, second = scene.mentor("Ann"), scene.mentor("Ben")
    assert [mentor_of(scene, scene.join(f"New {number}")) for number in range(3)] == [first, second, first]
    done = scene.join("Quick")
    assert mentor_of(scene, done) == second
    scene.inside(lambda: services.dismiss(account_id=done, now=NOW))
    assert mentor_of(scene, scene.join("Next")) == second


def test_without_mentors_the_connector_is_the_mentor(scene: Scene) -> None:
    assert mentor_of(scene, scene.join("Camille")) == scene.connector


def test_who_stood_in_and_is_no_connector_any_more_hands_the_newcomers_on(scene: Scene) -> None:
    newcomer = scene.join("Camille")
    with scene.app.app_context():
        second = make_connector(scene.hub_id, "Odile").account_id
    maud = scene.inside(lambda: membership_queries.member(scene.connector))
    run_all(scene.app, raising=False)
    assert mentor_of(scene, newcomer) == scene.connector
    scene.inside(lambda: membership.revoke_role(membership_id=maud.id, actor=SYSTEM, now=NOW))
    run_all(scene.app, raising=False)
    assert mentor_of(scene, newcomer) == second


def test_without_anybody_there_is_a_plan_all_the_same(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        account_id = make_member(hub_id, "Alone").account_id
        with hub_scope(hub_id), unit_of_work():
            made = services.welcome(account_id=account_id, now=NOW)
    assert made is not None
    assert made.mentor_id is None


def test_joining_begins_the_plan_and_both_are_told(scene: Scene) -> None:
    mentor = scene.mentor("Ann")
    with scene.app.app_context():
        newcomer = make_member(scene.hub_id, "Camille").account_id
    run_all(scene.app, raising=False)
    assert mentor_of(scene, newcomer) == mentor
    with scene.app.app_context():
        told = {one: [row.kind for row in notices(one) if row.kind.startswith("mentor_")] for one in (mentor, newcomer)}
    assert told[newcomer] == ["mentor_given"]
    # The mentor joined once, too.
    assert set(told[mentor]) == {"mentor_asked", "mentor_given", "mentor_newcomer"}


def test_who_is_known_or_has_a_role_gets_no_plan(scene: Scene) -> None:
    newcomer = scene.join("Camille")
    assert scene.inside(lambda: services.welcome(account_id=newcomer, now=NOW)) is None
    assert scene.inside(lambda: services.welcome(account_id=scene.connector, now=NOW)) is None


def test_a_mentor_who_was_blocked_or_has_left_is_left_out(scene: Scene) -> None:
    first, second = scene.mentor("Ann"), scene.mentor("Ben")
    with scene.app.app_context():
        newcomer = make_member(scene.hub_id, "Camille").account_id
    scene.inside(lambda: profiles.block(account_id=first, blocked_id=newcomer, now=NOW))
    scene.inside(lambda: services.welcome(account_id=newcomer, now=NOW))
    assert mentor_of(scene, newcomer) == second
    scene.inside(lambda: membership.leave(account_id=first, now=NOW))
    assert mentor_of(scene, scene.join("Another")) == second


def test_whoever_stops_hands_their_newcomers_on(scene: Scene) -> None:
    first, second = scene.mentor("Ann"), scene.mentor("Ben")
    newcomers = [scene.join(f"New {number}") for number in range(4)]
    scene.inside(lambda: services.stop(account_id=first, now=NOW))
    assert {mentor_of(scene, one) for one in newcomers} == {second}
    scene.inside(lambda: services.stop(account_id=second, now=NOW))
    assert {mentor_of(scene, one) for one in newcomers} == {scene.connector}


def test_only_who_was_asked_answers_and_nobody_is_asked_twice(scene: Scene) -> None:
    mentor = scene.mentor("Ann")
    with pytest.raises(errors.AlreadyAsked):
        scene.inside(lambda: services.ask(handle="ann", asked_by=scene.connector, now=NOW))
    with pytest.raises(errors.NotAsked):
        scene.inside(lambda: services.answer(account_id=mentor, accepts=True, now=NOW))
    with pytest.raises(errors.NoSuchMember):
        scene.inside(lambda: services.ask(handle="nobody", asked_by=scene.connector, now=NOW))
    scene.inside(lambda: services.stop(account_id=mentor, now=NOW))
    assert scene.inside(lambda: services.ask(handle="ann", asked_by=scene.connector, now=NOW)).status == "asked"


def done(scene: Scene, account_id: UUID) -> set[str]:
    plan = scene.plan(account_id)
    assert plan is not None
    return {step for step, is_done in plan.steps if is_done}


def test_each_step_ticks_itself_off_from_what_really_happened(scene: Scene) -> None:
    newcomer = scene.join("Camille")
    assert done(scene, newcomer) == set()
    scene.inside(lambda: say(newcomer, "Hello all"))
    assert done(scene, newcomer) == {"hello"}
    words = {"account_id": newcomer, "name": "Camille", "handle": "camille", "about": "I sew.", "is_listed": True}
    scene.inside(lambda: profiles.edit_profile(**words, profile=ProfileText(tags={"offers": ("hems",)})))
    assert done(scene, newcomer) == {"hello", "profile"}
    scene.inside(lambda: make_listing(seller_account_id=newcomer, title="Hems"))
    assert done(scene, newcomer) == {"hello", "profile", "trade"}
    browser = scene.as_(newcomer)
    assert browser.get("/").text.count('<li class="done">') == 3
    _come(scene, newcomer)
    page = browser.get("/").text
    assert page.count('<li class="done">') == 4
    assert "All done" in page
    assert scene.plan(newcomer) is None
    assert "All done" not in browser.get("/").text


def _come(scene: Scene, account_id: UUID) -> None:
    from hubapp.community.gatherings import services as gatherings

    def register() -> None:
        found = make_gathering(now=clock.now())
        gatherings.register(gathering_id=found.id, account_id=account_id, seats_wanted=1, answers={}, now=clock.now())

    scene.inside(register)


def test_a_newcomer_meets_their_mentor_and_may_put_the_plan_away(scene: Scene) -> None:
    scene.mentor("Ann Mentor")
    newcomer = scene.join("Camille")
    browser = scene.as_(newcomer)
    page = browser.get("/").text
    assert "Ann Mentor" in page
    assert "/messages/new?to=ann-mentor" in page
    assert "Come to a first gathering" in page
    assert browser.post("/me/mentoring/dismiss", form_page="/").status_code == 303
    assert "Come to a first gathering" not in browser.get("/").text


def test_a_plan_that_nobody_follows_lapses(scene: Scene) -> None:
    newcomer, before = scene.join("Camille"), clock.offset()
    clock.set_offset(before + policies.LAPSES + timedelta(hours=1))
    assert scene.plan(newcomer) is None
    assert scene.inside(lambda: queries.open_counts(now=clock.now())) == {}
    with scene.app.app_context(), platform_scope(reason="test"), unit_of_work():
        services.lapse(now=clock.now())
    clock.set_offset(before)
    assert scene.plan(newcomer) is None


def test_a_mentor_sees_whom_they_welcome_and_how_far_they_are(scene: Scene) -> None:
    mentor = scene.mentor("Ann")
    newcomer = scene.join("Camille")
    scene.inside(lambda: say(newcomer, "Hello"))
    page = scene.as_(mentor).get("/me/mentoring").text
    assert "Camille" in page
    assert page.count('<li class="done">') == 1
    assert "Camille" not in scene.as_(newcomer).get("/me/mentoring").text.partition("<main")[2]


def test_the_connector_asks_and_the_member_answers(scene: Scene) -> None:
    with scene.app.app_context():
        member = make_member(scene.hub_id, "Dina")
    connector, dina = scene.as_(scene.connector), scene.as_(member.account_id)
    refused = connector.post("/manage/mentors/ask", {"handle": "nobody"}, form_page="/manage/mentors")
    assert refused.status_code == 422
    assert connector.post("/manage/mentors/ask", {"handle": "@dina"}, form_page="/manage/mentors").status_code == 303
    assert "Would you welcome newcomers?" in dina.get("/me/mentoring").text
    assert dina.post("/me/mentoring/answer", {"answer": "yes"}, form_page="/me/mentoring").status_code == 303
    assert "welcomes" in connector.get("/manage/mentors").text
    connector.post("/manage/mentors/end", {"handle": "dina"}, form_page="/manage/mentors")
    assert "/members/@dina" not in connector.get("/manage/mentors").text
    assert dina.get("/manage/mentors").status_code == 403


def test_the_connector_says_the_steps_in_the_hubs_own_words(scene: Scene) -> None:
    newcomer = scene.join("Camille")
    browser = scene.as_(scene.connector)
    words = {"en-hello": "Wave at the bench", "en-welcome": "Good to see you."}
    assert browser.post("/manage/mentors/words", words, form_page="/manage/mentors").status_code == 303
    page = scene.as_(newcomer).get("/").text
    assert "Wave at the bench" in page
    assert "Good to see you." in page
    assert "Come to a first gathering" in page
    long = browser.post("/manage/mentors/words", {"en-hello": "x" * 91}, form_page="/manage/mentors")
    assert long.status_code == 422


def test_a_hub_may_do_without_mentors(app: HubFlask) -> None:
    scene = Scene(app, {"mentors": False})
    with app.app_context():
        member = make_member(scene.hub_id, "Camille").account_id
    run_all(app, raising=False)
    assert scene.plan(member) is None
    assert scene.as_(member).get("/me/mentoring").status_code == 404


def test_a_plan_costs_the_front_page_one_query_and_nothing_who_has_none(scene: Scene) -> None:
    newcomer = scene.join("Camille")
    browser = scene.as_(newcomer)
    for plans in (1, 0):
        browser.get("/")
        with counted() as statements:
            assert ("Come to a first gathering" in browser.get("/").text) == bool(plans)
        assert len([one for one in statements if "newcomer.mentor_id" in one]) == plans
        assert len(statements) <= 15, statements
        scene.inside(lambda: services.dismiss(account_id=newcomer, now=NOW))
