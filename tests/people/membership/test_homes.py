"""A home hub moves seldom, and who moves it twice at once moves it once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import homes, policies, queries, services
from hubapp.people.membership.errors import HomeMovedLately
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member
from tests.factories.races import together
from tests.support.browsing import Browser


def choose(hub_id: int, account_id: object, later: timedelta = timedelta(0)) -> None:
    with hub_scope(hub_id), unit_of_work():
        services.choose_home(account_id=account_id, now=NOW + later)  # type: ignore[arg-type]


def test_it_stays_for_a_while_and_may_move_then(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        account_id = make_member(one).account_id
        make_member(two, account_id=account_id)
        choose(two, account_id)
        choose(two, account_id, timedelta(days=1))  # again the same is no move
        with pytest.raises(HomeMovedLately):
            choose(one, account_id, policies.HOME_STAYS - timedelta(seconds=1))
        with hub_scope(one), unit_of_work():
            assert queries.home_hub_of(account_id) == two
            assert homes.free_from(account_id) == NOW + policies.HOME_STAYS
        choose(one, account_id, policies.HOME_STAYS)
        with hub_scope(one), unit_of_work():
            assert queries.home_hub_of(account_id) == one


def test_leaving_and_coming_back_is_no_way_around(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        account_id = make_member(one).account_id
        make_member(two, account_id=account_id)
        choose(two, account_id)
        with hub_scope(two), unit_of_work():
            services.leave(account_id=account_id, now=NOW)
        with pytest.raises(HomeMovedLately):
            choose(one, account_id, timedelta(days=1))


def test_two_moves_at_once_are_one(live: Live) -> None:
    """The database decides in one statement: there is no moment in between to prove a lock for."""
    with live.app.app_context():
        home, one, two = make_hub("home"), make_hub("one"), make_hub("two")
        account_id = make_member(home).account_id
        for hub_id in (one, two):
            make_member(hub_id, account_id=account_id)
        choose(home, account_id)

    def move(hub_id: int) -> bool:
        with live.app.app_context():
            try:
                choose(hub_id, account_id, policies.HOME_STAYS)
            except HomeMovedLately:
                return False
            return True

    assert sorted(together(lambda: move(one), lambda: move(two))) == [False, True]


def test_the_page_says_until_when_and_keeps_it(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one", name="The Bench"), make_hub("two")
        account_id = make_member(one).account_id
        make_member(two, account_id=account_id)
    here, there = Browser(app, one, account_id), Browser(app, two, account_id)
    assert there.post("/me/home-hub", form_page="/me/profile").status_code == 303
    assert "You are at home here." in there.get("/me/profile").text
    page = here.get("/me/profile").text
    assert "You can move it from" in page
    assert "/me/home-hub" not in page
    here.post("/me/home-hub", form_page="/me/profile")
    assert "Your home hub moved lately" in here.get("/me/profile").text
