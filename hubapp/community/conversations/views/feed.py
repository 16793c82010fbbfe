"""The feed and its topics; and the question, asked by every open page, whether there is anything new."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from hubapp.community.conversations import queries
from hubapp.community.conversations.models import Topic
from hubapp.community.conversations.queries.posts import MOST_NEW
from hubapp.community.conversations.views import atom, desk, reading, shown
from hubapp.community.conversations.views.blueprint import pages
from hubapp.kernel import clock

NOTHING = ("", 204)


@pages.get("/feed")
def index() -> ResponseReturnValue:
    """Pinned ones, then the newest."""
    return _feed(None)


@pages.get("/feed/topics/<topic>")
def by_topic(topic: str) -> ResponseReturnValue:
    """The same of one topic."""
    reader, found = reading.reader(), queries.topic(topic)
    return _feed(found) if reader.may_read else reading.teaser()


def _feed(topic: Topic | None) -> ResponseReturnValue:
    reader, draft = reading.reader(), desk.resumed("feed")
    if not reader.may_read:
        return reading.teaser(draft=draft)
    topic_id, before = topic.id if topic else None, reading.key("before")
    page = queries.feed(topic_id=topic_id, before=before)
    pinned = queries.pinned(topic_id=topic_id) if before is None else ()
    cards = shown.posts([*pinned, *page.posts], reader)
    return render_template(
        "community/conversations/index.html",
        reader=reader,
        topic=topic,
        topics=queries.topics(),
        pinned=cards[: len(pinned)],
        cards=cards[len(pinned) :],
        # What a reader has seen: everything up to the newest shown, whatever its place.
        after=max((row.id for row in (*pinned, *page.posts)), default=queries.NOTHING_SEEN),
        next_url=_address(topic, before=page.next_before) if page.next_before else "",
        first_url=_address(topic),
        is_first=before is None,
        draft=draft,
        atom_url=url_for(".atom", key=atom.key_of(reader)),
        now=clock.now(),
        back=_address(topic),
        picture_url=shown.picture_url,
        srcset=shown.srcset,
        ago=shown.ago,
    )


@pages.get("/feed/news")
def news() -> ResponseReturnValue:
    """How many posts are newer than the newest seen: nothing at all (204) unless that number has changed.

    Asked by open pages all the time, so it looks at one index before it asks who is asking. A number is all it tells
    to those who may not read.
    """
    reading.refuse_if_off()
    after, topic_id, have = reading.key("after") or queries.NOTHING_SEEN, reading.key("topic"), _number("have")
    count = queries.count_newer(after=after, topic_id=topic_id)
    if count == have or not reading.reader().may_read:
        return NOTHING
    topic = next((one for one in queries.topics(with_archived=True) if one.id == topic_id), None)
    return render_template(
        "community/conversations/_news.html",
        after=after,
        topic_id=topic_id,
        count=count,
        text=_words(count),
        # So many are a feed to read, not something to put above what one is reading.
        more="" if count > MOST_NEW else url_for(".newer", after=after, topic=topic_id),
        page=_address(topic),
        target="#posts",
        swap="afterbegin",
    )


@pages.get("/feed/newer")
def newer() -> ResponseReturnValue:
    """The posts that came after one, to be put above the others."""
    reader, after, topic_id = reading.reader(), reading.key("after") or queries.NOTHING_SEEN, reading.key("topic")
    if not reader.may_read:
        return reading.teaser(403)
    rows = queries.newer(after=after, topic_id=topic_id)
    return render_template(
        "community/conversations/_newer.html",
        cards=shown.posts(rows, reader),
        reader=reader,
        now=clock.now(),
        after=rows[0].id if rows else after,
        topic_id=topic_id,
        back=url_for(".index"),
        picture_url=shown.picture_url,
        srcset=shown.srcset,
        ago=shown.ago,
    )


def _words(count: int) -> str:
    if count > MOST_NEW:
        many: str = ngettext("More than %(num)d new post", "More than %(num)d new posts", MOST_NEW)
        return many
    words: str = ngettext("%(num)d new post", "%(num)d new posts", count)
    return words


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 4 else 0  # noqa: PLR2004


def _address(topic: Topic | None, *, before: UUID | None = None) -> str:
    if topic is None:
        return str(url_for(".index", before=before))
    return str(url_for(".by_topic", topic=topic.slug, before=before))
