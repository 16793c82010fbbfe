"""What is somebody's in a hub, slice by slice, as plain values: the parts of a takeout.

A slice that comes to hold something of a person's adds a function here; each answers the name of its file and what is
in it, and pictures as (name in the ZIP, key in the store).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from hubapp.community.conversations.queries import written
from hubapp.community.conversations.services.drafts import ACCOUNT
from hubapp.community.conversations.services.pictures import key_of as key_of_post_picture
from hubapp.community.departures import attending
from hubapp.community.departures.parts import Part, pages, picked
from hubapp.community.mentoring import queries as mentoring
from hubapp.community.messages import queries as messages
from hubapp.community.messages.models import Message
from hubapp.community.messages.queries import ThreadView
from hubapp.community.moderation import queries as moderation
from hubapp.community.moderation.queries import Done
from hubapp.earnings.shares import line_queries
from hubapp.kernel.db import require_hub_id
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.services.pictures import key_of as key_of_listing_picture
from hubapp.market.orders import invoice_queries as invoices
from hubapp.market.orders import own_queries as orders
from hubapp.market.orders.models import Order
from hubapp.market.subscriptions import queries as subscriptions
from hubapp.people.membership import homes, invite_queries, tallies
from hubapp.people.membership import queries as membership
from hubapp.people.notifications import queries as notifications
from hubapp.people.profiles import policies as profile_rules
from hubapp.people.profiles import portraits
from hubapp.people.profiles import queries as profiles

PAGE = 200


def parts(account_id: uuid.UUID, *, currency: str) -> Iterator[Part]:
    """Everything, one part at a time."""
    yield _profile(account_id)
    for make in _PARTS:
        yield make(account_id)
    yield _earnings(account_id, currency)


def _profile(account_id: uuid.UUID) -> Part:
    member = membership.member(account_id)
    if member is None:
        return Part("profile", {})
    inviter = membership.member_by_id(member.invited_by) if member.invited_by else None
    chosen = homes.chosen_at(account_id)
    about, told = profiles.own(account_id)
    photo = "pictures/portrait.webp" if member.portrait is not None else None
    blocked = [one.member.name_here for one in profiles.blocks(account_id) if one.member is not None]
    return Part(
        "profile",
        {
            **picked(member, "display_name handle is_listed status joined_at role permissions"),
            "about": about,
            "photo": {"file": photo, "seen_by": member.portrait_for} if photo else None,
            **asdict(told),
            "invited_by": inviter.display_name if inviter else None,
            "home_hub_chosen_at": chosen,
            "blocked": blocked,
        },
        [(photo, portraits.key_of(portrait=member.portrait, side=max(profile_rules.PORTRAIT_SIDES)))]
        if photo and member.portrait
        else (),
    )


def _conversations(account_id: uuid.UUID) -> Part:
    posts: list[dict[str, Any]] = []
    pictures: list[tuple[str, str]] = []
    for page in pages(lambda after: written.posts_by(account_id, after=after, limit=PAGE)):
        found = written.pictures_of([post.id for post in page])
        for post in page:
            names = []
            for picture in found.get(post.id, ()):
                name = f"pictures/post-{picture.id}.webp"
                names.append({"file": name, "alt": picture.alt})
                pictures.append((name, key_of_post_picture(picture_id=picture.id, width=picture.widths[-1])))
            posts.append({**picked(post, "id title body_md created_at edited_at hidden_reason"), "pictures": names})
    comments = [
        picked(comment, "id post_id body_md created_at edited_at hidden_reason")
        for page in pages(lambda after: written.comments_by(account_id, after=after, limit=PAGE))
        for comment in page
    ]
    content = {
        "posts": posts,
        "comments": comments,
        "reactions": [picked(one, "post_id comment_id kind created_at") for one in written.reactions_by(account_id)],
        "votes": [
            {"question": poll.question, "chosen": [poll.options[place] for place in ballot.choices]}
            for poll, ballot in written.votes_by(account_id)
        ],
        "drafts": [picked(one, "place content saved_at") for one in written.drafts_by(f"{ACCOUNT}{account_id}")],
    }
    return Part("conversations", content, pictures)


def _messages(account_id: uuid.UUID) -> Part:
    """The threads they are in, as they read them."""
    found: list[dict[str, Any]] = []
    before: uuid.UUID | None = None
    while True:
        lines, before = messages.inbox(account_id, before=before, limit=PAGE)
        names = {
            one: member.name_here
            for one, member in membership.members_of({who for line in lines for who in line.thread.everyone}).items()
        }
        found += [_thread(line.thread, names) for line in lines]
        if before is None:
            return Part("messages", found)


def _thread(thread: ThreadView, names: dict[uuid.UUID, str]) -> dict[str, Any]:
    said = _said(thread.id)
    return {
        "title": thread.title,
        "people": [names.get(one) for one in thread.everyone],
        "messages": [{"by": names.get(one.author_id), **picked(one, "created_at body_md deleted_at")} for one in said],
    }


def _said(thread_id: uuid.UUID) -> list[Message]:
    found: list[Message] = []
    before: uuid.UUID | None = None
    while True:
        page, before = messages.messages(thread_id, before=before, limit=PAGE)
        found = page + found
        if before is None:
            return found


def _mentoring(account_id: uuid.UUID) -> Part:
    mentor, newcomer = mentoring.mentor(account_id), mentoring.newcomer(account_id)
    return Part(
        "mentoring",
        {
            "as_mentor": picked(mentor, "status asked_at answered_at") if mentor else None,
            "as_newcomer": picked(newcomer, "since ended_at ending") if newcomer else None,
        },
    )


def _house_rules(account_id: uuid.UUID) -> Part:
    """What they reported, and what was decided about them; who decided is not theirs to take along."""
    reported: list[Any] = []
    while page := moderation.reported_by(account_id, before=reported[-1].id if reported else None, limit=PAGE):
        reported += [report for report, _case, _thing in page]
    decided: list[Done] = []
    while some := moderation.done_about(account_id, before=decided[-1].action.id if decided else None, limit=PAGE):
        decided += some
    return Part(
        "house-rules",
        {
            "reports": [picked(report, "kind reason words at") for report in reported],
            "decisions": [
                {
                    "about": done.case.kind,
                    **picked(done.action, "act words until at undone_at undone_words"),
                    "appeal": picked(done.appeal, "words at is_upheld answer decided_at") if done.appeal else None,
                }
                for done in decided
            ],
        },
    )


def _orders(account_id: uuid.UUID) -> Part:
    return Part(
        "orders",
        {
            "bought": list(_orders_of(account_id, is_seller=False)),
            "sold": list(_orders_of(account_id, is_seller=True)),
        },
    )


def _orders_of(account_id: uuid.UUID, *, is_seller: bool) -> Iterator[dict[str, Any]]:
    """Of a sale everything but who bought it and where it went: that is the buyer's."""
    number = -1
    fields = "number status currency gross tax shipping refunded delivery placed_at paid_at handed_over_at"
    while page := orders.orders_after(number, account_id=account_id, is_seller=is_seller, limit=PAGE):
        lines = orders.lines([order.id for order in page])
        for order in page:
            own: dict[str, Any] = {} if is_seller else {"address": order.address}
            yield {**picked(order, fields), **own, "lines": _lines(order, lines)}
        number = page[-1].number


def _lines(order: Order, lines: dict[uuid.UUID, list[Any]]) -> list[dict[str, Any]]:
    return [picked(line, "title kind quantity unit_price gross tax") for line in lines.get(order.id, ())]


def _invoices(account_id: uuid.UUID) -> Part:
    """What invoices say of them, and those they were sent; their sellers' own are in the year's file."""
    sent = [
        {
            "number": one.label,
            **picked(one, "kind issued_at currency gross tax"),
            "buyer": one.content["buyer"],
            "seller": one.content["seller"]["name"],
        }
        for page in pages(lambda after: invoices.documents_after(after, buyer_id=account_id, limit=PAGE))
        for one in page
    ]
    known = invoices.billing_of(account_id)
    return Part("invoices", {"next_ones_say": asdict(known) if known is not None else None, "received": sent})


def _listings(account_id: uuid.UUID) -> Part:
    found: list[dict[str, Any]] = []
    pictures: list[tuple[str, str]] = []
    before: uuid.UUID | None = None
    while True:
        page = catalogue.listings_of(seller_id=account_id, before=before, limit=PAGE)
        images = catalogue.pictures([listing.id for listing in page.listings])
        for listing in page.listings:
            names = []
            for image in images.get(listing.id, ()):
                name = f"pictures/listing-{image.id}.webp"
                names.append({"file": name, "alt": image.alt})
                pictures.append((name, key_of_listing_picture(image_id=image.id, width=image.widths[-1])))
            fields = "title kind body_md price currency stock sold shipping_price status created_at updated_at"
            found.append({**picked(listing, fields), "pictures": names})
        before = page.next_before
        if before is None:
            return Part("listings", found, pictures)


def _subscriptions(account_id: uuid.UUID) -> Part:
    fields = "title status quantity currency unit_price shipping_price delivery address"
    return Part("subscriptions", [picked(one, fields) for one in subscriptions.subscriptions_of(account_id)])


def _invitations(account_id: uuid.UUID) -> Part:
    member = membership.member(account_id)
    if member is None:
        return Part("invitations", {})
    counts = [picked(one, "channel opened joined bought") for one in tallies.of_member(member.id).values()]
    links = [
        picked(one, "label code created_at revoked_at opened joined bought")
        for one in invite_queries.invites_of(account_id)
    ]
    return Part("invitations", {"code": member.referral_code, "what_came_of_it": counts, "links": links})


def _notices(account_id: uuid.UUID) -> Part:
    """What they chose to be told, how and when: here, and everywhere."""
    hub_id = require_hub_id()
    wishes = notifications.settings(account_id, fallback="UTC")
    return Part(
        "notices",
        {
            "times": {**picked(wishes, "rhythm weekday hour quiet"), "timezone": notifications.named_zone(account_id)},
            "chosen": [
                {"everywhere": one.hub_id is None, **picked(one, "kind in_app mail push")}
                for one in notifications.chosen(account_id, hub_id=hub_id)
            ],
            "muted": list(notifications.mutes(account_id, hub_id=hub_id)),
        },
    )


def _earnings(account_id: uuid.UUID, currency: str) -> Part:
    owner, found, before = f"account:{account_id}", [], None
    fields = "number role currency amount reversed claimed rate_bps base rule_version available_at occurred_at"
    while page := line_queries.earnings_of(owner, currency=currency, before=before, limit=PAGE):
        found += [picked(line, fields) for line in page]
        before = page[-1].id
    return Part("earnings", found)


_PARTS: tuple[Callable[[uuid.UUID], Part], ...] = (
    _conversations,
    attending.attended,
    attending.hosted,
    _messages,
    _mentoring,
    _house_rules,
    _orders,
    _invoices,
    _listings,
    _subscriptions,
    _invitations,
    _notices,
)
