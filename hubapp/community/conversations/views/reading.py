"""Who is reading, what they may do here, and the way in for those who have not joined."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.community.conversations import queries
from hubapp.community.conversations.errors import NoSuchPost
from hubapp.community.conversations.models import Post
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.people.profiles import queries as profiles
from hubapp.web import areas


@dataclass(frozen=True)
class Reader:
    """`account_id`: whoever is signed in; `member`: if they belong here; `suspended`: if they may only read."""

    account_id: UUID | None
    member: MemberView | None
    suspended: MemberView | None = None

    @cached_property
    def blocked(self) -> frozenset[UUID]:
        """Whom they have blocked: asked once, and only where texts are shown."""
        return frozenset() if self.member is None else profiles.blocked_by(self.member.account_id)

    @property
    def may_read(self) -> bool:
        """Members read; others where the hub lets them."""
        return self.member is not None or self.suspended is not None or is_open()

    @property
    def may_moderate(self) -> bool:
        """Whether they see what is hidden, and are offered more; the view behind it asks the database again."""
        return self.member is not None and self.member.may("moderation.view")

    def sees_held(self, author_id: UUID) -> bool:
        """Whether they see a text of this author that waits to be looked at."""
        return self.may_moderate or author_id == self.account_id

    @property
    def may_manage(self) -> bool:
        """Whether to offer it; the view behind it asks the database again."""
        return self.member is not None and self.member.may("conversations.manage")


def is_open() -> bool:
    """Whether this hub lets those who have not joined read."""
    return bool(areas.current_hub().features.get("open_conversations", False))


def refuse_if_off() -> None:
    """404 where the hub has no conversations."""
    if not areas.current_hub().features.get("conversations", True):
        abort(404)


def reader() -> Reader:
    """Who is asking, in a hub that has conversations."""
    refuse_if_off()
    account_id = current_user.account_id if current_user.is_authenticated else None
    return Reader(account_id, guards.me(), guards.suspended())


def post(post_id: UUID, reader: Reader) -> Post:
    """A post of this hub, whatever its state; one that waits is nobody's business but its author's. Raises NoSuchPost.

    Those who moderate see it as well.
    """
    found = queries.post(post_id)
    if found.is_held and not reader.sees_held(found.author_id):
        raise NoSuchPost
    return found


def open_post(post_id: UUID, reader: Reader) -> Post:
    """A post whose words this reader may see. Raises NoSuchPost for all others."""
    found = post(post_id, reader)
    if not (found.is_readable or reader.sees_held(found.author_id)):
        raise NoSuchPost
    return found


def teaser(status: int = 200, draft: dict[str, Any] | None = None) -> ResponseReturnValue:
    """What those see who may not read: what is talked about, and the way in."""
    page = render_template("community/conversations/teaser.html", topics=queries.topics(), draft=draft or {})
    return page, status


def to_join(place: str) -> ResponseReturnValue:
    """Off to join, and back to what they wanted to write."""
    onward = url_for("conversations.write") if place == "feed" else url_for("conversations.detail", post_id=place)
    return redirect(url_for("membership.join", next=onward + ("" if place == "feed" else "#answer")), 303)


def uuid_or_none(text: str | None) -> UUID | None:
    """A key from a query string or form; nonsense is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def key(name: str) -> UUID | None:
    """A key from the address."""
    return uuid_or_none(request.args.get(name))


def words_of_kinds() -> dict[str, tuple[str, str]]:
    """Reaction → (its word, its icon)."""
    return {
        "heart": (_("Love it"), "heart"),
        "thanks": (_("Thank you"), "hand-heart"),
        "cheer": (_("Hooray"), "party-popper"),
        "together": (_("I'm in"), "handshake"),
        "idea": (_("Good idea"), "sprout"),
    }


def words_of_tones() -> dict[str, str]:
    """Tone of a topic → its word."""
    return {
        "brand": _("Main colour"),
        "accent": _("Second colour"),
        "soft": _("Main colour, pale"),
        "warm": _("Second colour, pale"),
        "quiet": _("Grey"),
        "deep": _("Dark"),
    }
