"""A hub filled with any number of everything, alone or among thousands of others: one made by services, then copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import time as clock_time
from datetime import timedelta
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.community.conversations.models import Comment, Post
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue.models import Listing
from hubapp.people.accounts.models import Account
from hubapp.people.membership.models import Membership
from hubapp.people.profiles import services as profiles
from hubapp.people.profiles.models import ProfileTag
from hubapp.people.profiles.policies import ProfileText
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.benchmarks import town
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Page
from tests.benchmarks.town import Town
from tests.factories.gatherings import make_gathering
from tests.factories.talk import answer, say


@dataclass(frozen=True, slots=True)
class Full:
    """A hub with `size` of everything; `post_id`: a conversation with as many answers."""

    app: HubFlask
    place: Town
    size: int
    post_id: UUID

    def page(self, path: str, *, cookie: str | None = None) -> Page:
        """What its member is shown, or somebody else ("": a visitor)."""
        cookie = self.place.cookie if cookie is None else cookie
        return Page(self.app, path.format(post=self.post_id), base_url=self.place.base_url, cookie=cookie)


def build(ground: Ground, name: str, *, size: int, hubs: int = 1, elsewhere: int = 0) -> Full:
    """A database of its own. `elsewhere`: how many of everything each of the other hubs has."""
    app = ground.app(name)
    place = town.build(app)
    if hubs > 1:
        town.add_hubs(app, hubs)
    return Full(app, place, size, fill(app, place, size=size, elsewhere=elsewhere))


def fill(app: HubFlask, place: Town, *, size: int, elsewhere: int = 0) -> UUID:
    """One of each by its service, and copies of it by the database; returns the conversation with the answers."""
    with app.app_context():
        with hub_scope(place.hub_id), unit_of_work():
            member = place.shop.buyer
            post_id = say(member, "Who has a ladder for a plum tree, until Sunday?").id
            answer(post_id, member)
            next_week = When((clock.wall() + timedelta(days=7)).date(), clock_time(10), 180)
            make_gathering(when=next_week, host_account_id=member)
            tags = ProfileText(tags={"offers": ("bike repair",)})
            told = {"name": "Person", "handle": "person", "about": "I mend.", "is_listed": True}
            profiles.edit_profile(account_id=member, **told, profile=tags)
        with db.engines["central"].begin() as connection:
            if elsewhere:
                _multiply(connection, {"hub_id": place.hub_id, "size": elsewhere, "is_own": False})
            _multiply(connection, {"hub_id": place.hub_id, "size": size, "is_own": True})
        with _uncounted(app), db.engines["central"].begin() as connection:
            _answers(connection, place.hub_id, post_id, size)
        town.analyse(app)
    return post_id


def _multiply(connection: Connection, values: Mapping[str, object]) -> None:
    """Older and older copies; gatherings from long ago to far ahead; an account for each member."""
    number = "hub.id || ' ' || n"
    earlier = {"id": "uuidv7(n * interval '-1 minute')", "created_at": "one.created_at - n * interval '1 minute'"}
    # The first is next week; every second one is over.
    hours = "CASE n % 2 WHEN 0 THEN n ELSE -n - 192 END * interval '1 hour'"
    when = {
        "id": "uuidv7(n * interval '-1 second')",
        "slug": "one.slug || '-' || n",
        "starts_at": f"one.starts_at + {hours}",
        "ends_at": f"one.ends_at + {hours}",
    }
    account = {
        "id": f"md5('person ' || {number})::uuid",
        "email": "'person-' || hub.id || '-' || n || '@crowd.example'",
    }
    member = {
        "id": f"md5('member ' || {number})::uuid",
        "account_id": account["id"],
        "handle": "'crowd-' || n",
        "referral_code": "'p' || n",
        "joined_at": "one.joined_at - n * interval '1 minute'",
    }
    tag = {
        "id": f"md5('tag ' || {number})::uuid",
        "membership_id": member["id"],
        "joined_at": "one.joined_at - n * interval '1 minute'",
    }
    of_tag = "id = (SELECT membership_id FROM profile_tag WHERE hub_id = :hub_id LIMIT 1)"
    copies(connection, Post, {**earlier, "comment_count": "0"}, "true", values)
    copies(connection, Listing, {**earlier, "slug": "one.slug || '-' || n"}, "true", values)
    copies(connection, Gathering, when, "true", values)
    copies(connection, Account, account, "id = (SELECT account_id FROM membership WHERE " + of_tag + ")", values)
    copies(connection, Membership, member, of_tag, values)
    copies(connection, ProfileTag, tag, "true", values)


@contextmanager
def _uncounted(app: HubFlask) -> Iterator[None]:
    """Without the trigger that counts answers one by one, which makes a hundred thousand at once a day's work."""
    with psycopg.connect(app.extensions["hubapp.server"].admin, autocommit=True) as admin:
        admin.execute("ALTER TABLE post_comment DISABLE TRIGGER comment_counted")
        yield
        admin.execute("ALTER TABLE post_comment ENABLE TRIGGER comment_counted")


def _answers(connection: Connection, hub_id: int, post_id: UUID, size: int) -> None:
    """Later and later answers to one post."""
    later = {"id": "uuidv7(n * interval '1 millisecond')", "created_at": "one.created_at + n * interval '1 second'"}
    copies(connection, Comment, later, "true", {"hub_id": hub_id, "size": size, "is_own": True})
    connection.execute(
        text("UPDATE post SET comment_count = :size + 1 WHERE hub_id = :hub_id AND id = :id"),
        {"size": size, "hub_id": hub_id, "id": post_id},
    )


def copies(
    connection: Connection, model: type, changed: Mapping[str, str], which: str, values: Mapping[str, object]
) -> None:
    """Rows like the first one for which `which` holds, with what has `changed` (`one`: that row, `n`: the number).

    `values`: the filled hub, how many copies for each, and whether they are for it or for all others.
    """
    table = model.__table__  # type: ignore[attr-defined]
    names = [column.name for column in table.columns if column.computed is None]
    of_hub = "hub_id = :hub_id AND " if "hub_id" in names else ""
    replaced = {"hub_id": "hub.id", **changed}
    chosen = ", ".join(replaced.get(name, f"one.{name}") for name in names)
    source = f"SELECT * FROM {table.name} WHERE {of_hub}{which} ORDER BY id LIMIT 1"
    connection.execute(
        text(
            f"INSERT INTO {table.name} ({', '.join(names)})"
            f" SELECT {chosen} FROM ({source}) one, hub, generate_series(1, :size) n"
            " WHERE (hub.id = :hub_id) = :is_own"
        ),
        values,
    )
