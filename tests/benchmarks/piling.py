"""What piles up before one person: any number of notices and threads, and of cases before who looks after a hub."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.community.messages import services as messages
from hubapp.community.messages.models import Message, Part, Thread
from hubapp.community.moderation import services as moderation
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import queries as membership
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications.models import Notice
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.benchmarks import town
from tests.benchmarks.filling import copies
from tests.benchmarks.ground import administrator
from tests.benchmarks.town import Town

MESSAGE = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
# A post each, the copies of one that somebody reported.
CASES = """
    INSERT INTO moderation_case (hub_id, id, kind, thing_id, subject_id, cause, report_count, opened_at)
      SELECT p.hub_id, uuidv7(), c.kind, p.id, c.subject_id, c.cause, c.report_count, c.opened_at
      FROM post p JOIN moderation_case c ON c.hub_id = p.hub_id WHERE p.hub_id = :hub_id AND p.id <> c.thing_id
"""
REPORTS = """
    INSERT INTO moderation_report (hub_id, id, case_id, reporter_id, kind, thing_id, reason, words, at)
      SELECT c.hub_id, uuidv7(), c.id, r.reporter_id, c.kind, c.thing_id, r.reason, r.words, r.at
      FROM moderation_case c JOIN moderation_report r ON r.hub_id = c.hub_id
      WHERE c.hub_id = :hub_id AND c.thing_id <> r.thing_id
"""


def pile(app: HubFlask, place: Town, post_id: UUID, *, size: int) -> None:
    """One of each by its service, about a post of the town's buyer, and copies of it by the database; all of it new."""
    reader, writer, now = place.shop.buyer, place.shop.seller, clock.wall()
    with app.app_context():
        with hub_scope(place.hub_id), unit_of_work():
            person = membership.member(reader)
            if person is None:
                raise RuntimeError("the buyer is no member")
            thread_id = messages.start(
                author_id=writer, to=[person.handle], title="", body_md="Is the ladder still there?", now=now
            )
            moderation.report(
                reporter_id=writer, kind="post", thing_id=post_id, reason="spam", words="Again and again.", now=now
            )
            notifications.tell(
                kind="post_answered",
                to_account_ids=[reader],
                hub_id=place.hub_id,
                about=f"post:{post_id}",
                occasion="bench",
                path=f"/feed/{post_id}",
                context={"title": "Who lends a ladder?", "words": "I have one in the yard."},
                now=now,
            )
        with administrator(app).begin() as connection:
            _notices(connection, reader, place.hub_id, size)
            _threads(connection, thread_id, place.hub_id, size)
            for statement in (CASES, REPORTS):
                connection.execute(text(statement), {"hub_id": place.hub_id})
        town.analyse(app)


def _notices(connection: Connection, reader: UUID, hub_id: int, size: int) -> None:
    """Unread, each about something else."""
    changed = {
        "id": "uuidv7(n * interval '-1 minute')",
        "at": "one.at - n * interval '1 minute'",
        "about": "one.about || n",
        "mail_due_at": "NULL",
        "push_due_at": "NULL",
    }
    mine = f"account_id = '{reader}' AND kind = 'post_answered'"
    copies(connection, Notice, changed, mine, {"hub_id": hub_id, "size": size, "is_own": True})


def _threads(connection: Connection, thread_id: UUID, hub_id: int, size: int) -> None:
    """Of the same two, as if there could be many, with a message each that is not read yet."""
    values = {"hub_id": hub_id, "size": size, "is_own": True}
    number = "md5('thread ' || n)::uuid"
    copies(connection, Thread, {"id": number, "pair": "one.pair || n"}, f"id = '{thread_id}'", values)
    for part in connection.execute(text("SELECT id FROM message_part WHERE thread_id = :id"), {"id": thread_id}).all():
        changed = {
            "id": f"md5('{part.id} ' || n)::uuid",
            "thread_id": number,
            "last_id": MESSAGE,
            "read_until": f"least(one.read_until, {MESSAGE})",
        }
        copies(connection, Part, changed, f"id = '{part.id}'", values)
    copies(connection, Message, {"id": MESSAGE, "thread_id": number}, f"thread_id = '{thread_id}'", values)
