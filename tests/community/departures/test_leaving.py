"""Leaving: open business first, then everything ends, and what was said stays without a name or goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import current_app
from sqlalchemy import select

from hubapp.community.conversations import services as conversations
from hubapp.community.conversations.models import Comment, Draft, Post, PostPicture, Reaction
from hubapp.community.departures import services
from hubapp.community.departures.errors import StillOpen
from hubapp.community.gatherings import queries as gatherings
from hubapp.community.mentoring import queries as mentoring_queries
from hubapp.community.mentoring import services as mentoring
from hubapp.community.mentoring.models import MentorStatus
from hubapp.community.messages import queries as inbox
from hubapp.community.messages import services as messages
from hubapp.community.messages.errors import TakesNoMessages
from hubapp.community.messages.models import Message
from hubapp.kernel import clock, files
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue.models import Listing
from hubapp.market.orders import queries as orders
from hubapp.market.orders.services import mark_handed_over
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.membership import standing
from hubapp.people.membership.errors import MembershipSuspended
from hubapp.people.profiles import services as profiles
from hubapp.people.profiles.models import Block, Profile, ProfileTag
from hubapp.people.profiles.policies import ProfileText
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.gatherings import make_gathering, register
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.market import Shop, make_shop, place, settle
from tests.factories.members import make_connector, make_member
from tests.factories.pushing import devices, switch_on
from tests.factories.races import overtaken, without_lock
from tests.factories.talk import POLL, answer, say
from tests.support.browsing import Browser


def leave(hub_id: int, account_id: UUID, *, keeps_posts: bool = True, now: Any = NOW) -> None:
    with hub_scope(hub_id), unit_of_work():
        services.leave(account_id=account_id, keeps_posts=keeps_posts, currency="EUR", now=now, wall=clock.wall())


def told(hub_id: int, account_id: UUID) -> list[str]:
    with pytest.raises(StillOpen) as refusal:
        leave(hub_id, account_id)
    return [one.key for one in refusal.value.obligations]  # type: ignore[attr-defined]


def status_of(shop: Shop) -> str:
    with hub_scope(shop.hub_id), unit_of_work():
        return db.session.scalars(select(Listing.status).where(Listing.id == shop.listing_id)).one()


def bought(shop: Shop) -> UUID:
    with hub_scope(shop.hub_id), unit_of_work():
        checkout_id = place(shop)
    with hub_scope(shop.hub_id), unit_of_work():
        settle(checkout_id)
        return orders.orders_of_checkout(checkout_id)[0].id


def test_who_has_to_hand_over_stays_until_it_is_done(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        order_id = bought(shop)
        assert told(shop.hub_id, shop.seller) == ["hand_over"]
        assert status_of(shop) == "live"  # nothing has changed
        with hub_scope(shop.hub_id), unit_of_work():
            mark_handed_over(order_id=order_id, actor=SYSTEM, now=NOW)
        leave(shop.hub_id, shop.seller)
        assert status_of(shop) == "withdrawn"
        with hub_scope(shop.hub_id), unit_of_work():
            assert orders.order(order_id).seller_account_id == shop.seller
            assert membership.member(shop.seller).name_here == "Former member"  # type: ignore[union-attr]


def test_who_is_suspended_may_leave_and_does_not_come_back_before_it_ends(app: HubFlask) -> None:
    end = NOW + timedelta(days=7)
    with app.app_context():
        hub_id = make_hub()
        ann = make_member(hub_id, "Ann")
        with hub_scope(hub_id), unit_of_work():
            standing.suspend(membership_id=ann.id, reason="Spam.", until=end, actor=SYSTEM, now=NOW)
    page = Browser(app, hub_id, ann.account_id)
    assert page.post("/me/leave", {"posts": "keep", "is_sure": "y"}).status_code == 303
    assert "You have left" in page.get("/me/leave").text

    def join(now: datetime) -> str:
        with hub_scope(hub_id), unit_of_work():
            return members.join(account_id=ann.account_id, name="Ann", referral=None, now=now).status

    with app.app_context():
        with pytest.raises(MembershipSuspended):
            join(NOW)
        assert join(end) == "active"


def test_who_left_while_suspended_for_good_comes_back_once_they_are_let_in(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        ann = make_member(hub_id, "Ann")
        with hub_scope(hub_id), unit_of_work():
            standing.suspend(membership_id=ann.id, reason="Spam.", actor=SYSTEM, now=NOW)
        leave(hub_id, ann.account_id)
        with hub_scope(hub_id), unit_of_work(), pytest.raises(MembershipSuspended):
            members.join(account_id=ann.account_id, name="Ann", referral=None, now=NOW)
        with hub_scope(hub_id), unit_of_work():
            standing.readmit(membership_id=ann.id, actor=SYSTEM, now=NOW)
            assert members.join(account_id=ann.account_id, name="Ann", referral=None, now=NOW).status == "active"


def test_open_payments_are_named_on_both_sides(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        with hub_scope(shop.hub_id), unit_of_work():
            place(shop, now=clock.now())
        assert told(shop.hub_id, shop.seller) == ["being_bought"]
        with pytest.raises(StillOpen) as refusal:
            leave(shop.hub_id, shop.buyer, now=clock.now())
        assert [one.key for one in refusal.value.obligations] == ["to_pay"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("others", "key"), [(0, "only_connector"), (1, "role")])
def test_a_role_is_handed_on_or_laid_down_first(app: HubFlask, others: int, key: str) -> None:
    with app.app_context():
        hub_id = make_hub()
        connector = make_connector(hub_id)
        for number in range(others):
            make_connector(hub_id, f"Other {number}")
        assert told(hub_id, connector.account_id) == [key]


def test_who_hosts_what_is_to_come_is_needed(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id)
        with hub_scope(hub_id), unit_of_work():
            make_gathering(host_account_id=member.account_id)
        assert told(hub_id, member.account_id) == ["hosting"]
        leave(hub_id, member.account_id, now=NOW + timedelta(days=9))


def spoken(hub_id: int, account_id: UUID) -> tuple[UUID, UUID]:
    """A post with a picture, a poll and a reaction, an answer to somebody else, and a draft."""
    other = make_member(hub_id, "Other").account_id
    with hub_scope(hub_id), unit_of_work():
        mine, theirs = say(account_id, "My **bread**.", pictures=1, poll=POLL), say(other, "Walnut.")
        answer(theirs.id, account_id, "Lovely.")
        answer(mine.id, other, "Yes.")
        conversations.react(account_id=account_id, post_id=theirs.id, comment_id=None, kind="heart", now=NOW)
        conversations.save_draft(owner=f"account:{account_id}", place="feed", content={"body_md": "Begun"}, now=NOW)
        return mine.id, theirs.id


def _settings() -> Any:
    return current_app.extensions["hubapp.settings"]


def left_of(hub_id: int, account_id: UUID) -> dict[str, int]:
    with hub_scope(hub_id), unit_of_work():
        wrote = [Post.author_id == account_id, Post.deleted_at.is_(None)]
        said = [Comment.author_id == account_id, Comment.deleted_at.is_(None)]
        return {
            "posts": len(db.session.scalars(select(Post.id).where(*wrote)).all()),
            "comments": len(db.session.scalars(select(Comment.id).where(*said)).all()),
            "pictures": len(db.session.scalars(select(PostPicture.id)).all()),
            "reactions": len(db.session.scalars(select(Reaction.id).where(Reaction.account_id == account_id)).all()),
            "drafts": len(db.session.scalars(select(Draft.id)).all()),
        }


@pytest.mark.parametrize(("keeps_posts", "left"), [(True, 1), (False, 0)])
def test_what_was_said_stays_or_goes_as_one_chooses(app: HubFlask, *, keeps_posts: bool, left: int) -> None:
    with app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id, "Idriss")
        spoken(hub_id, member.account_id)
        leave(hub_id, member.account_id, keeps_posts=keeps_posts)
        kinds = ("posts", "comments", "pictures", "reactions")
        assert left_of(hub_id, member.account_id) == {**dict.fromkeys(kinds, left), "drafts": 0}
        run_all(app)
        stored = [key for key in files.opened(_settings()).all_keys() if f"hub/{hub_id}/posts/" in key]
        assert bool(stored) == keeps_posts


@pytest.mark.parametrize("keeps_words", [True, False])
def test_the_profile_goes_and_messages_stay_or_go_as_one_chooses(app: HubFlask, *, keeps_words: bool) -> None:
    with app.app_context():
        hub_id = make_hub()
        ann, ben, cem = (make_member(hub_id, name).account_id for name in ("Ann", "Ben", "Cem"))
        told = {"name": "Ann", "handle": "ann", "about": "I mend.", "is_listed": True}
        with hub_scope(hub_id), unit_of_work():
            profile = ProfileText(place="Croix-Rousse", tags={"offers": ("hems",)})
            profiles.edit_profile(account_id=ann, **told, profile=profile)
            mentoring.ask(handle="ann", asked_by=ben, now=NOW)
            pair = messages.start(author_id=ann, to=["ben"], title="", body_md="Hello", now=NOW)
            group = messages.start(author_id=ann, to=["ben", "cem"], title="We", body_md="All", now=NOW)
            profiles.block(account_id=ann, blocked_id=cem, now=NOW)
        leave(hub_id, ann, keeps_posts=keeps_words)
        with hub_scope(hub_id), unit_of_work():
            for table in (Profile, ProfileTag, Block):
                assert db.session.scalars(select(table)).all() == []
            assert mentoring_queries.mentor(ann).status == MentorStatus.ENDED  # type: ignore[union-attr]
            words = db.session.scalars(select(Message.body_md).order_by(Message.id)).all()
            assert words == (["Hello", "All"] if keeps_words else ["", ""])
            assert ann not in inbox.thread(group, reader_id=ben).people
            with pytest.raises(TakesNoMessages):
                messages.send(thread_id=pair, author_id=ben, body_md="Are you there?", now=NOW)


def test_what_stays_is_by_a_former_member_and_others_words_stay(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member, reader = make_member(hub_id, "Idriss"), make_member(hub_id, "Reader", now=clock.now())
        mine, theirs = spoken(hub_id, member.account_id)
        leave(hub_id, member.account_id)
    browser = Browser(app, hub_id, reader.account_id)
    for post_id in (mine, theirs):
        page = browser.get(f"/feed/{post_id}").text
        assert "Former member" in page
        assert "Idriss" not in page
    assert "Yes." in browser.get(f"/feed/{mine}").text
    assert browser.get("/members/@idriss").status_code == 404


def test_no_device_shows_notices_of_a_hub_that_one_left(app: HubFlask) -> None:
    with app.app_context():
        hubs = [make_hub("lyon"), make_hub("nairobi")]
        account_id = make_member(hubs[0], "Amina").account_id
        make_member(hubs[1], "Amina", account_id=account_id)
        for hub_id in hubs:
            switch_on(account_id, hub_id, f"https://push.example.net/{hub_id}")
        leave(hubs[0], account_id)
        assert [one.hub_id for one in devices(account_id)] == [hubs[1]]


def test_coming_seats_go_to_who_waits_and_the_calendar_goes_dark(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        first, second = make_member(hub_id, "First"), make_member(hub_id, "Second")
        with hub_scope(hub_id), unit_of_work():
            gathering_id = make_gathering(capacity=1).id
            for one in (first, second):
                register(gathering_id, one.account_id)
        leave(hub_id, first.account_id)
        with hub_scope(hub_id), unit_of_work():
            assert gatherings.registration_of(gathering_id, first.account_id) is None
            assert gatherings.registration_of(gathering_id, second.account_id).status == "confirmed"  # type: ignore[union-attr]


def test_on_the_page_open_business_is_named_and_then_one_goes(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        order_id = bought(shop)
    browser = Browser(app, shop.hub_id, shop.seller)
    assert "1 order waits for you" in browser.get("/me/leave").text
    assert browser.post("/me/leave", {"posts": "keep", "is_sure": "y"}).status_code == 422
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        mark_handed_over(order_id=order_id, actor=SYSTEM, now=clock.now())
    assert browser.post("/me/leave", {"posts": "keep"}).status_code == 422
    assert browser.post("/me/leave", {"posts": "burn", "is_sure": "y"}).status_code == 422
    assert browser.post("/me/leave", {"posts": "go", "is_sure": "y"}).status_code == 303
    assert "You have left" in browser.get("/me/leave").text
    assert browser.get("/members/@ada").status_code == 403


def test_a_helper_lays_the_role_down_and_the_last_connector_cannot(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        last = make_connector(hub_id, now=clock.now())
        helper = make_member(hub_id, "Help", role="helper", permissions=("pages.edit",), now=clock.now())
    browser = Browser(app, hub_id, helper.account_id)
    assert browser.post("/me/role/lay-down", form_page="/me/leave").status_code == 303
    assert "You have a role here" not in browser.get("/me/leave").text
    alone = Browser(app, hub_id, last.account_id)
    page = alone.get("/me/leave").text
    assert "You are this hub&#39;s only connector" in page
    assert "/me/role/lay-down" not in page
    alone.post("/me/role/lay-down", form_page="/me/leave")
    assert alone.get("/manage/").status_code == 200


def buy_while_leaving(live: Live, shop: Shop) -> tuple[str, str]:
    """Somebody buys while the seller leaves, after the seller's listings were read; what each was told."""

    def buy() -> Any:
        with live.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
            return place(shop)

    with live.app.app_context(), overtaken(live.app, "listing", buy) as other:
        try:
            leave(shop.hub_id, shop.seller)
            told = "gone"
        except StillOpen:
            told = "stays"
    return told, "bought" if isinstance(other.answer, UUID) else "refused"


def test_nobody_buys_from_who_is_leaving(live: Live) -> None:
    with live.app.app_context():
        shop = make_shop()
    assert buy_while_leaving(live, shop) == ("gone", "refused")


def test_without_the_lock_of_the_listings_a_sale_slips_through_or_is_not_what_was_looked_at(live: Live) -> None:
    with live.app.app_context():
        shop = make_shop()
    with without_lock("market.catalogue.services.leaving._live_of"):
        assert buy_while_leaving(live, shop)[1] == "bought"
