"""The member's pages of the programme: facts before consent, volumes, the group as a tree, names by consent."""

from __future__ import annotations

from uuid import UUID

import pytest

from hubapp.earnings.compensation import participant_queries as queries
from hubapp.earnings.compensation.models import Participant
from hubapp.earnings.compensation.services import joining, terms
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories import plan
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import make_shop, place
from tests.factories.members import make_connector, make_member, referral_of
from tests.support.browsing import Browser

CLAIMS = ("you will earn", "you can earn", "income", "potential")


def joined(app: HubFlask, shows_name: bool = False) -> tuple[int, UUID, UUID, UUID]:
    """(hub, Anna, Ben under her, Cora under him)."""
    with app.app_context():
        hub_id = make_hub()
        anna = plan.participant(hub_id, "Anna")
        ben = plan.participant(hub_id, "Benedict", anna)
        cora = plan.participant(hub_id, "Cornelia", ben)
        if shows_name:
            with hub_scope(hub_id), unit_of_work():
                joining.show_name(account_id=ben, shows_name=True, actor=SYSTEM, now=NOW)
    return hub_id, anna, ben, cora


def test_the_facts_stand_before_the_form_and_nothing_promises_income(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben = make_member(hub_id, "Ben").account_id
    page = Browser(app, hub_id, ben).get("/me/programme").text
    assert page.index("Fewer than five people") < page.index("The terms") < page.index('name="agrees"')
    assert not [claim for claim in CLAIMS if claim in page.lower()]


def test_where_enough_take_part_it_says_how_many_received_nothing(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        for number in range(5):
            plan.participant(hub_id, f"P{number}")
        ben = make_member(hub_id, "Ben").account_id
    page = Browser(app, hub_id, ben).get("/me/programme").text
    assert "5 of the 5 people who took part received nothing" in page


def test_where_no_plan_pays_in_the_hubs_currency_the_facts_are_those_of_the_others(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub(currency="TND")
        plan.announce()
        for number in range(5):
            plan.participant(hub_id, f"P{number}")
        ben = make_member(hub_id, "Ben").account_id
    page = Browser(app, hub_id, ben).get("/me/programme").text
    assert "€0.00" in page
    assert "TND" not in page


def test_a_member_joins_with_a_tick_under_who_brought_them(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        anna = make_member(hub_id, "Anna")
        plan.take_part(anna.account_id)
        ben = make_member(hub_id, "Ben", referral=referral_of(anna)).account_id
    browser = Browser(app, hub_id, ben)
    refused = browser.post("/me/programme", {"terms": joining.TERMS})
    assert refused.status_code == 422
    assert "tick the box" in refused.text
    assert browser.post("/me/programme", {"terms": joining.TERMS, "agrees": "y"}).status_code == 303
    with app.app_context():
        person = queries.person(ben)
    assert person is not None
    assert (person.sponsor_id, person.shows_name) == (anna.account_id, False)
    assert "You take part" in browser.get("/me/programme").text


def test_a_code_of_nobody_is_refused_at_its_field(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben = make_member(hub_id, "Ben").account_id
    answer = Browser(app, hub_id, ben).post(
        "/me/programme", {"terms": joining.TERMS, "agrees": "y", "code": "ZZZZ9999"}
    )
    assert answer.status_code == 422
    assert "belongs to nobody who takes part" in answer.text


def test_leaving_is_one_button_and_coming_back_needs_consent_and_offers_no_sponsor(app: HubFlask) -> None:
    hub_id, anna, _ben, _cora = joined(app)
    browser = Browser(app, hub_id, anna)
    assert browser.post("/me/programme/leave", form_page="/me/programme").status_code == 303
    page = browser.get("/me/programme").text
    assert "You left on" in page
    assert 'name="code"' not in page
    assert browser.post("/me/programme", {"terms": joining.TERMS}).status_code == 422
    assert browser.post("/me/programme", {"terms": joining.TERMS, "agrees": "y"}).status_code == 303
    assert "You take part" in browser.get("/me/programme").text


def test_whose_name_is_shown_is_their_own_choice(app: HubFlask) -> None:
    hub_id, anna, ben, _cora = joined(app)
    assert "Benedict" not in Browser(app, hub_id, anna).get("/me/group").text
    browser = Browser(app, hub_id, ben)
    assert browser.post("/me/programme/name", {"shows_name": "1"}, form_page="/me/programme").status_code == 303
    page = Browser(app, hub_id, anna).get("/me/group").text
    assert "Benedict" in page
    assert "Cornelia" not in page


def test_the_group_opens_level_by_level_as_fragment_and_as_page(app: HubFlask) -> None:
    hub_id, anna, ben, cora = joined(app, shows_name=True)
    browser = Browser(app, hub_id, anna)
    with app.app_context():
        number = next(person.number for person in queries.people([cora]))
    fragment = browser.get(f"/me/group/{ben}", headers={"HX-Request": "true"}).text
    assert number in fragment
    assert "<html" not in fragment
    page = browser.get(f"/me/group/{ben}").text
    assert number in page
    assert "Under Benedict" in page


@pytest.mark.parametrize("whose", ["above", "beside", "unknown"])
def test_nobody_looks_outside_of_their_own_group(app: HubFlask, whose: str) -> None:
    hub_id, anna, ben, _cora = joined(app)
    with app.app_context():
        beside = plan.participant(hub_id, "Dan", anna)
    target = {"above": anna, "beside": beside, "unknown": UUID(int=5)}[whose]
    assert Browser(app, hub_id, ben).get(f"/me/group/{target}").status_code == 404


def test_a_long_level_comes_in_pages(app: HubFlask) -> None:
    hub_id, anna, _ben, _cora = joined(app)
    with app.app_context():
        for number in range(queries.PAGE):
            plan.participant(hub_id, f"P{number}", anna)
        everybody = queries.frontline(anna, limit=100)
    browser = Browser(app, hub_id, anna)
    first = browser.get("/me/group").text
    assert sum(person.number in first for person in everybody) == queries.PAGE
    last = everybody[queries.PAGE - 1].account_id
    rest = browser.get(f"/me/group/{anna}?after={last}", headers={"HX-Request": "true"}).text
    assert [person.number in rest for person in everybody] == [False] * queries.PAGE + [True]


def test_volumes_and_what_is_missing_are_said_in_customers_never_in_recruits(app: HubFlask) -> None:
    with app.app_context():
        plan.announce(plan.source(changes={'event_time = "delivered_at"': 'event_time = "paid_at"'}))
        shop = make_shop()
        anna = plan.participant(shop.hub_id, "Anna")
        ben = plan.participant(shop.hub_id, "Ben2", anna)
        oil = plan.core_listing(shop.hub_id, price=12_000)
        now = clock.now()
        for seller, pieces in ((anna, 2), (ben, 1)):
            touch = plan.touch_of(shop.hub_id, seller, now)
            with hub_scope(shop.hub_id), unit_of_work():
                plan.settled_order(place(shop, {oil: pieces}, now=now, touch=touch), now)
    page = Browser(app, shop.hub_id, anna).get("/me/group").text
    assert "€200.00" in page
    assert "€300.00" in page
    # 300.00 more of one's own until the next tier, and one customer bought for 200.00 so far.
    assert "that is 2 more customers" in page
    assert "9 more customers of your own" not in page  # 100.00 sold to customers is enough
    assert "Enough customers of your own: reached." in page
    assert "recruit" not in page.lower()
    assert "Where few customers stand behind a volume, it is not shown" in page  # one bought from Ben


def test_who_looks_after_a_hub_sees_what_is_missing_there_in_its_customers(app: HubFlask) -> None:
    changes = {'event_time = "delivered_at"': 'event_time = "paid_at"'}
    changes['mode = "marginal"\non = "cv"\ntiers'] = 'mode = "slab"\nthreshold_on = "hub"\ntiers'
    with app.app_context():
        plan.announce(plan.source(changes=changes))
        shop, now = make_shop(), clock.now()
        anna = make_connector(shop.hub_id, "Anna").account_id
        plan.take_part(anna)
        with hub_scope(shop.hub_id), unit_of_work():
            terms.follow(now=now)
            plan.settled_order(place(shop, {plan.core_listing(shop.hub_id, price=36_000): 1}, now=now), now)
    page = Browser(app, shop.hub_id, anna).get("/me/group").text
    # 300.00 was sold there, by nobody who takes part; the next step begins at 500.00.
    assert "€200.00</bdi> more bought by customers of the hubs that you look after." in page
    assert "By what these bought so far, that is 1 more customer there." in page
    assert "recruit" not in page.lower()


def test_who_does_not_take_part_is_led_to_the_programme(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben = make_member(hub_id, "Ben").account_id
    answer = Browser(app, hub_id, ben).get("/me/group")
    assert (answer.status_code, answer.location.endswith("/me/programme")) == (303, True)


def test_terms_are_kept_with_the_consent(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ben = make_member(hub_id, "Ben").account_id
    Browser(app, hub_id, ben).post("/me/programme", {"terms": joining.TERMS, "agrees": "y", "shows_name": "y"})
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        row = db.session.get(Participant, ben)
        assert row is not None
        assert (row.terms, row.shows_name) == (joining.TERMS, True)
