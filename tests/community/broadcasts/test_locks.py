"""What the lock of a broadcast prevents: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from hubapp.community.broadcasts import queries, services
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector
from tests.factories.notices import mails
from tests.factories.races import overtaken, without_lock


@dataclass(frozen=True, slots=True)
class News:
    app: HubFlask
    hub_id: int
    author: UUID

    def do(self, act: Callable[[], Any]) -> Any:
        with self.app.app_context(), hub_scope(self.hub_id), unit_of_work():
            return act()

    def write(self, subject: str, broadcast_id: UUID | None = None) -> UUID:
        words = {"subject": subject, "body_md": "Come.", "segment": "everybody"}
        written: UUID = self.do(
            lambda: services.write(broadcast_id=broadcast_id, author_id=self.author, now=NOW, **words)
        )
        return written

    def schedule(self, broadcast_id: UUID) -> None:
        self.do(lambda: services.schedule(broadcast_id=broadcast_id, send_at=None, actor=SYSTEM, now=NOW))

    def take_back(self, broadcast_id: UUID) -> None:
        self.do(lambda: services.take_back(broadcast_id=broadcast_id, actor=SYSTEM, now=NOW))

    def send(self, broadcast_id: UUID) -> None:
        self.do(lambda: services.send_batch(broadcast_id=broadcast_id, now=NOW))


@pytest.fixture
def news(live: Live) -> News:
    with live.app.app_context():
        hub_id = make_hub("lyon")
        return News(live.app, hub_id, make_connector(hub_id).account_id)


def take_back_as_it_goes(news: News) -> tuple[str, int]:
    """Its writer takes a broadcast back while the job sends it; (what it is then, how many mails of it there are)."""
    broadcast_id = news.write("Open day")
    news.schedule(broadcast_id)
    with overtaken(news.app, "broadcast", lambda: news.send(broadcast_id)):
        news.take_back(broadcast_id)
    row = news.do(lambda: queries.broadcast(broadcast_id))
    return row.status, row.mailed


def test_what_was_taken_back_does_not_go(news: News) -> None:
    assert take_back_as_it_goes(news) == ("draft", 0)


def test_without_the_broadcasts_lock_a_draft_has_gone(news: News) -> None:
    with without_lock("community.broadcasts.services._locked"):
        assert take_back_as_it_goes(news) == ("draft", 1)


def edit_as_it_goes(news: News) -> tuple[str, str]:
    """A draft is changed while a colleague sends it; (what its page says, what its mail said)."""
    broadcast_id = news.write("Open day")

    def send() -> None:
        news.schedule(broadcast_id)
        news.send(broadcast_id)

    with overtaken(news.app, "broadcast", send):
        news.write("No open day", broadcast_id)
    row = news.do(lambda: queries.broadcast(broadcast_id))
    with news.app.app_context():
        (mail,) = mails(news.author)
    return row.subject, mail.context["title"]


def test_what_goes_is_what_was_written_last(news: News) -> None:
    assert edit_as_it_goes(news) == ("No open day", "No open day")


def test_without_the_broadcasts_lock_its_page_says_what_nobody_was_sent(news: News) -> None:
    with without_lock("community.broadcasts.services._locked"):
        assert edit_as_it_goes(news) == ("No open day", "Open day")
