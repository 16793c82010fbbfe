"""Two hubs: everything that can exist, in one of them; people of every role, in both."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

from PIL import Image

from hubapp.community.broadcasts import services as broadcasts
from hubapp.community.conversations import queries as talks
from hubapp.community.conversations import services as conversations
from hubapp.community.conversations.policies import PollText, PostText, Upload
from hubapp.community.departures import services as departures
from hubapp.community.gatherings import queries as gathering_queries
from hubapp.community.gatherings import services as gatherings
from hubapp.community.gatherings.policies.details import Question
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.community.messages import services as messages
from hubapp.community.moderation import services as moderation
from hubapp.earnings.payouts.models import Payee, Payout, PayoutDocument, PayoutPart
from hubapp.earnings.payouts.services.booking import settle_part
from hubapp.earnings.retainers.policies import Rhythm
from hubapp.kernel import clock, files, ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.catalogue.models import ListingImage
from hubapp.market.catalogue.services import add_picture
from hubapp.market.orders import invoice_queries
from hubapp.market.orders import queries as orders
from hubapp.market.orders import services as order_services
from hubapp.market.orders.services import ask_refund
from hubapp.market.subscriptions import services as subscriptions
from hubapp.money.ledger import queries as ledger
from hubapp.money.payments import cards
from hubapp.people.handovers import services as handovers
from hubapp.people.handovers.services import Wish
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.notifications import queries as notices
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications import tokens
from hubapp.people.papers import services as papers
from hubapp.people.profiles import portraits
from hubapp.people.profiles import services as profiles
from hubapp.people.profiles.policies import TAGS, ProfileText
from hubapp.tenancy import editing, pages, versions
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories import plan
from tests.factories.accounts import make_account
from tests.factories.gatherings import make_gathering
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import Shop, make_listing, place, settle
from tests.factories.members import make_member
from tests.factories.offices import make_offices
from tests.factories.retainers import agreed, earn
from tests.factories.subscriptions import wish
from tests.factories.talk import png

# Stands in every text of the hub that has everything, and in no address: whoever shows it elsewhere has leaked.
MARK = "Quetzalwort"
ROLES = ("visitor", "member", "other member", "seller", "connector", "connector of another hub", "central")


@dataclass(frozen=True, slots=True)
class World:
    """`there` has everything, `here` only its people. `values`: what stands for a variable of an address.

    `central`: the same for the console's pages, which are about `there`, or about a third hub that nobody looks after.
    """

    app: HubFlask
    there: int
    here: int
    people: dict[str, UUID]
    values: dict[str, str]
    central: dict[str, str]

    def who(self, role: str, hub_id: int) -> UUID | None:
        """The person who has this role, seen from a hub."""
        if role in {"visitor", "central"}:
            return self.people.get(role)
        is_elsewhere = role == "connector of another hub"
        place = "there" if (hub_id == self.there) != is_elsewhere else "here"
        return self.people[f"{role.removesuffix(' of another hub')}, {place}"]


def make_world(app: HubFlask) -> World:
    """Make it, in transactions of its own (needs an application context)."""
    there, here = make_hub("lyon"), make_hub("nairobi", currency="KES", country="KE")
    people = {"central": make_account("Noor", is_central=True)}
    for place_name, hub_id in (("there", there), ("here", here)):
        for role in ("member", "other member", "seller", "connector"):
            account = people[f"{role}, {place_name}"] = make_account(role.title())
            shown = f"{MARK} {role}" if hub_id == there else role
            make_member(hub_id, shown, account_id=account, role="connector" if role == "connector" else None)
    values = _objects(app, there, people)
    buyer, listing = people["member, there"], UUID(values["listing_id"])
    shop = Shop(there, people["connector, there"], people["seller, there"], buyer, listing)
    return World(app, there, here, people, values, make_offices(shop, values))


def _objects(app: HubFlask, hub_id: int, people: dict[str, UUID]) -> dict[str, str]:
    """One of everything that an address can name."""
    seller, buyer = people["seller, there"], people["member, there"]
    with hub_scope(hub_id), unit_of_work():
        listing = make_listing(seller_account_id=seller, title=MARK, body_md=MARK, is_monthly=True)
        image = _picture(app, listing.id, seller)
        portrait = _portrait(app, buyer)
        shop = Shop(hub_id, people["connector, there"], seller, buyer, listing.id)
        checkout_id = place(shop)
    with hub_scope(hub_id), unit_of_work():
        settle(checkout_id)
        order = orders.orders_of_checkout(checkout_id)[0]
        order_services.follow_books(order_id=order.id, now=NOW)
        invoice = invoice_queries.documents_of(order.id)[0]
        ask_refund(order_id=order.id, buyer_id=buyer, amount=Money(100, "EUR"), quantities={}, reason=MARK, now=NOW)
        member = membership.member(buyer)
        assert member is not None
        invite = members.make_invite(membership_id=member.id, label=MARK, now=NOW)
        talk = _talk(app, buyer)
        thread_id = _written(buyer, people["other member, there"])
        pages.save_page(slug="kept", locale="en", title=MARK, body=MARK, actor=SYSTEM, now=NOW)
        version = versions.newest("page", "kept")
        assert version is not None
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>{MARK}</title></svg>'
        digest = editing.keep_logo(drawing.encode(), now=NOW)
        entry = ledger.entries_of(f"order:{order.id}")[0]
        payment_id = orders.checkout_of(checkout_id, buyer_id=buyer).payment_id
        subscription_id = subscriptions.subscribe(wish=wish(shop), now=NOW)
        setup_id = cards.request_setup(
            account_id=buyer, reference="none", currency="EUR", success_path="/", cancel_path="/", now=NOW
        )
        address = f"/orders/{order.id}.pdf"
        paper = papers.ask(account_id=buyer, html=MARK, name="x.pdf", address=address, sheet="/", now=clock.wall())
    with platform_scope(reason="test"), unit_of_work():
        tenancy.add_domain(hub_id=hub_id, host="lyon.example", actor=SYSTEM, now=NOW)
    return {
        **_gathering(app, hub_id, people),
        "listing_id": str(listing.id),
        "image_id": str(image.id),
        "portrait": portrait,
        "side": "192",
        "width": str(image.widths[0]),
        "pixels": "192",
        "checkout_id": str(checkout_id),
        "order_id": str(order.id),
        "invoice_id": str(invoice.id),
        "subscription_id": str(subscription_id),
        "setup_id": str(setup_id),
        **_going(hub_id, people),
        "entry_id": str(entry.id),
        "payment_id": str(payment_id),
        **_payout(hub_id, seller),
        "retainer_id": str(_retainer(hub_id, seller)),
        "participant_id": _group(people),
        "paper_id": str(paper.id),
        **talk,
        "thread_id": str(thread_id),
        "period": "2026-11",
        "year": "2026",
        "invite_id": str(invite.id),
        **_told(app, hub_id, buyer),
        **_moderated(hub_id, people, UUID(talk["post_id"])),
        "broadcast_id": _broadcast(hub_id, people["connector, there"]),
        "look": "light",
        "membership_id": str(member.id),
        "handle": member.handle,
        "code": invite.code,
        "locale": "en",
        "slug": "kept",
        "part": "page",
        "version_id": str(version.version.id),
        "digest": digest,
    }


def _group(people: dict[str, UUID]) -> str:
    """A member takes part in the earning programme, and another one under them."""
    plan.take_part(people["member, there"])
    return str(plan.take_part(people["other member, there"], people["member, there"]))


def _gathering(app: HubFlask, hub_id: int, people: dict[str, UUID]) -> dict[str, str]:
    """One with a picture, somebody who comes, and their calendar; it begins whenever the tests run tomorrow."""
    now = clock.now()
    day = (now + timedelta(days=1)).date()
    asked = (Question("q0", f"{MARK}?"),)
    with hub_scope(hub_id), unit_of_work():
        found = make_gathering(
            when=When(day, time(12), 60), now=now, title=MARK, body_md=MARK, questions=asked, host_account_id=None
        )
        one = gatherings.register(
            gathering_id=found.id, account_id=people["member, there"], seats_wanted=1, answers={"q0": MARK}, now=now
        )
        code = gathering_queries.tickets([one.id])[one.id][0].code
        secret = gatherings.make_feed(account_id=people["member, there"], now=now)
        out = io.BytesIO()
        Image.new("RGB", (320, 200), "teal").save(out, "PNG")
        store = files.opened(app.extensions["hubapp.settings"])
        gatherings.set_picture(gathering_id=found.id, content=out.getvalue(), alt=MARK, files=store, now=now)
    return {
        "gathering_id": str(found.id),
        "gathering_slug": found.slug,
        "cover_id": str(found.picture_id),
        "ticket_code": code,
        "feed_key": secret,
    }


def _going(hub_id: int, people: dict[str, UUID]) -> dict[str, str]:
    """The hub is offered to a member, and another one takes their data along."""
    with hub_scope(hub_id), unit_of_work():
        giver, taker = membership.member(people["connector, there"]), membership.member(people["other member, there"])
        assert giver is not None
        assert taker is not None
        wish = Wish(giver.id, taker.handle, MARK)
        row = handovers.propose(wish=wish, actor=Actor(giver.account_id, MARK), now=clock.now())
        takeout = departures.ask_for_takeout(account_id=giver.account_id, locale="en", now=clock.wall())
        return {"handover_id": str(row.id), "takeout_id": str(takeout.id)}


def _talk(app: HubFlask, author: UUID) -> dict[str, str]:
    topic = conversations.add_topic(name=MARK, tone="brand")
    text = PostText(MARK, MARK, topic.id, PollText(MARK, ("Yes", "No"), is_multiple=False, days=7))
    store = files.opened(app.extensions["hubapp.settings"])
    post = conversations.write_post(author_id=author, text=text, pictures=[Upload(png(), MARK)], files=store, now=NOW)
    picture = talks.pictures([post.id])[post.id][0]
    comment = conversations.write_comment(post_id=post.id, author_id=author, body_md=MARK, now=NOW)
    return {
        "post_id": str(post.id),
        "comment_id": str(comment.id),
        "picture_id": str(picture.id),
        "topic": topic.slug,
        "topic_id": str(topic.id),
    }


def _written(author: UUID, reader: UUID) -> UUID:
    """A message between two, who tell of themselves."""
    for account_id in (author, reader):
        one = membership.member(account_id)
        assert one is not None
        told = ProfileText(place=MARK, tags=dict.fromkeys(TAGS, (MARK,)))
        profiles.edit_profile(
            account_id=account_id, name=one.display_name, handle=one.handle, about=MARK, is_listed=True, profile=told
        )
    return messages.start(author_id=author, to=[one.handle], title="", body_md=MARK, now=NOW)


def _told(app: HubFlask, hub_id: int, account_id: UUID) -> dict[str, str]:
    """A notice that names the mark, and the link that stops such mails."""
    by = notifications.By(ids.uuid7(), MARK)
    with hub_scope(hub_id), unit_of_work():
        notifications.tell(
            kind="member_brought",
            to_account_ids=[account_id],
            hub_id=hub_id,
            about="brought",
            occasion="world",
            path="/members",
            context={},
            by=by,
            now=NOW,
        )
        notice = next(one for one in notices.notices(account_id).unread if one.kind == "member_brought")
    with app.app_context():
        token = tokens.make(tokens.Stop(account_id, hub_id, "member_brought"))
    return {"notice_id": str(notice.id), "token": token}


def _broadcast(hub_id: int, author_id: UUID) -> str:
    with hub_scope(hub_id), unit_of_work():
        written = broadcasts.write(
            broadcast_id=None, subject=MARK, body_md=MARK, segment="everybody", author_id=author_id, now=NOW
        )
        broadcasts.schedule(broadcast_id=written, send_at=None, actor=SYSTEM, now=NOW)
    with hub_scope(hub_id), unit_of_work():
        broadcasts.send_batch(broadcast_id=written, now=NOW)
    return str(written)


def _moderated(hub_id: int, people: dict[str, UUID], post_id: UUID) -> dict[str, str]:
    """A report about a post, and what was said to its author."""
    reporter, actor = people["other member, there"], Actor(people["connector, there"], MARK)
    with hub_scope(hub_id), unit_of_work():
        report = moderation.report(
            reporter_id=reporter, kind="post", thing_id=post_id, reason="other", words=MARK, now=NOW
        )
        action = moderation.decide(
            case_id=report.case_id, acts=["warn"], words=MARK, days=0, seen=0, actor=actor, now=NOW
        )[0]
        return {
            "thing_kind": "post",
            "thing_id": str(post_id),
            "case_id": str(report.case_id),
            "action_id": str(action.id),
        }


def _picture(app: HubFlask, listing_id: UUID, seller: UUID) -> ListingImage:
    out = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(out, "PNG")
    store = files.opened(app.extensions["hubapp.settings"])
    return add_picture(listing_id=listing_id, seller_id=seller, content=out.getvalue(), alt=MARK, files=store, now=NOW)


def _portrait(app: HubFlask, account_id: UUID) -> str:
    store = files.opened(app.extensions["hubapp.settings"])
    portraits.keep(account_id=account_id, sizes=portraits.reencode(png()), files=store)
    return str(membership.members_of([account_id])[account_id].portrait)


def _retainer(hub_id: int, account_id: UUID) -> UUID:
    """Two weeks of it are earned, the third is not over; the last day cuts the fourth short."""
    first = NOW.date() - timedelta(days=16)
    days = {"first_day": first, "last_day": first + timedelta(days=23)}
    retainer_id = agreed(hub_id, account_id, rhythm=Rhythm.WEEKLY, amount=7_000, note=MARK, **days)
    earn(hub_id, retainer_id, NOW)
    return retainer_id


def _payout(hub_id: int, account_id: UUID) -> dict[str, str]:
    with platform_scope(reason="test"), unit_of_work():
        payee = Payee(
            account_id=account_id,
            country="FR",
            currency="EUR",
            email="s@example.org",
            status="ready",
            provider_account_id="acct_test",
            bank_last4="0189",
            created_at=NOW,
        )
        db.session.add(payee)
        db.session.flush()
        payout = Payout(
            payee_id=payee.id,
            account_id=account_id,
            currency="EUR",
            status="paid",
            amount=500,
            hub_ids=[hub_id],
            requested_at=NOW,
            transferred_at=NOW,
            finished_at=NOW,
        )
        db.session.add(payout)
        db.session.flush()
        payout_id = payout.id
        document = PayoutDocument(
            payout_id=payout_id,
            account_id=account_id,
            kind="invoice",
            issuer=f"account:{account_id}",
            year=2026,
            number=1,
            currency="EUR",
            amount=500,
            issued_at=NOW,
            content={"payee": {"name": MARK, "address": "", "country": "", "vat_id": "", "form": ""}, "lines": []},
        )
        db.session.add(document)
        db.session.flush()
        document_id = document.id
    with hub_scope(hub_id), unit_of_work():
        db.session.add(
            PayoutPart(
                payout_id=payout_id,
                account_id=account_id,
                currency="EUR",
                status="claimed",
                amount=500,
                created_at=NOW,
            )
        )
        db.session.flush()
        settle_part(payout_id=payout_id, now=NOW)
    return {"payout_id": str(payout_id), "document_id": str(document_id)}
