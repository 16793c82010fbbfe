"""Leaving a hub, and having one's data put together."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import force_locale
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.community.conversations.services import leaving as conversations
from hubapp.community.departures import contents, packing, policies, queries
from hubapp.community.departures.errors import StillOpen
from hubapp.community.departures.models import Takeout, TakeoutStatus
from hubapp.community.gatherings.services import leaving as gatherings
from hubapp.community.mentoring import services as mentoring
from hubapp.community.messages import services as messages
from hubapp.jobs import queue
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.files import Files
from hubapp.market.catalogue.services import leaving as catalogue
from hubapp.market.orders import services as orders
from hubapp.market.subscriptions import queries as subscriptions
from hubapp.market.subscriptions import services as subscribing
from hubapp.market.subscriptions.models import Status
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.membership import standing
from hubapp.people.membership.errors import NoSuchMember
from hubapp.people.notifications import services as notifications
from hubapp.people.profiles import services as profiles
from hubapp.tenancy import queries as tenancy

MAKE = "departures.make"
DROP = "departures.drop_files"
FORGOTTEN_AT_ONCE = 500


def leave(*, account_id: uuid.UUID, keeps_posts: bool, currency: str, now: datetime, wall: datetime) -> None:
    """End a membership: what was on offer is withdrawn, coming seats go to others, words stay without a name or go.

    Orders, earnings and books stay as they are. Refuses with NoSuchMember, or StillOpen while something is to be
    settled; then nothing has changed.
    """
    member = membership.member(account_id)
    if member is None or not (member.is_active or member.is_suspended):
        raise NoSuchMember
    # Who publishes at this moment is through before, or finds that they have left.
    standing.lock(membership_id=member.id)
    # First the market: whoever buys at this moment is seen below, and nobody buys afterwards.
    catalogue.withdraw_all(seller_id=account_id, now=now)
    found = queries.obligations(member, currency=currency, now=now, wall=wall)
    if found:
        raise StillOpen(found)
    for one in subscriptions.subscriptions_of(account_id):
        if one.status != Status.CANCELED:
            subscribing.cancel(subscription_id=one.id, account_id=account_id, now=now)
    gatherings.give_up_seats(account_id=account_id, now=now)
    conversations.forget_drafts(account_id=account_id)
    messages.leave_all(account_id=account_id, keeps_words=keeps_posts, now=now)
    mentoring.forget(account_id=account_id, now=now)
    profiles.forget(account_id=account_id)
    notifications.switch_off(account_id=account_id)
    orders.forget_billing(account_id=account_id)
    if not keeps_posts:
        keys = conversations.take_back_everything(author_id=account_id, now=now)
        if keys:
            queue.enqueue(DROP, hub_id=require_hub_id(), arguments={"keys": keys})
    members.leave(account_id=account_id, now=now)


def ask_for_takeout(*, account_id: uuid.UUID, locale: str, now: datetime) -> Takeout:
    """Have somebody's data put together; asking again soon gets the same file. `now` is wall time.

    Refuses with NoSuchMember for who never was one.
    """
    if membership.member(account_id) is None:
        raise NoSuchMember
    fresh = insert(Takeout).values(
        hub_id=require_hub_id(),
        id=ids.uuid7(),
        account_id=account_id,
        locale=locale,
        status=TakeoutStatus.WAITING,
        asked_at=now,
    )
    anew = {"status": TakeoutStatus.WAITING, "asked_at": now, "locale": locale, "made_at": None, "size": None}
    # Of two clicks at once one writes; what was asked for a moment ago stays as it is.
    stale = Takeout.asked_at <= now - policies.FRESH
    statement = fresh.on_conflict_do_update(index_elements=["hub_id", "account_id"], set_=anew, where=stale)
    begun = db.session.scalar(statement.returning(Takeout.id))
    takeout = db.session.scalars(
        select(Takeout).where(Takeout.account_id == account_id).execution_options(populate_existing=True)
    ).one()
    if begun is not None:
        queue.enqueue(MAKE, hub_id=takeout.hub_id, lock=MAKE, arguments={"takeout_id": str(takeout.id)})
    return takeout


def make_takeout(*, takeout_id: uuid.UUID, files: Files, now: datetime) -> None:
    """Put it together and keep it; twice does no harm. Raises FilesUnavailable, after which trying again is right."""
    takeout = db.session.scalar(select(Takeout).where(Takeout.id == takeout_id))
    if takeout is None or takeout.status != TakeoutStatus.WAITING:
        return
    hub = tenancy.hub_view(takeout.hub_id)
    found = contents.parts(takeout.account_id, currency=hub.currency)
    with force_locale(takeout.locale):
        content = packing.packed(found, files=files, hub_name=hub.name, now=now)
    files.put(takeout.key, content)
    takeout.status, takeout.made_at, takeout.size = TakeoutStatus.MADE, now, len(content)
    db.session.flush()


def forget_old(*, files: Files, now: datetime) -> int:
    """Drop the files of all hubs whose days are over; answers how many (platform scope)."""
    old = db.session.scalars(
        select(Takeout)
        .where(Takeout.asked_at < now - policies.KEPT)
        .order_by(Takeout.asked_at)
        .limit(FORGOTTEN_AT_ONCE)
    ).all()
    for takeout in old:
        files.delete(takeout.key)
    db.session.execute(delete(Takeout).where(Takeout.id.in_([takeout.id for takeout in old])))
    return len(old)
