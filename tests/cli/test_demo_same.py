"""A demo is the same on each run: made at another hour of the day, every table tells what it told before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hubapp.cli.demo import plan, seed
from hubapp.cli.demo.acts import Announce, AnnouncePlan, Arrive, Cancel, ClosePeriod, Come, Step
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from tests.cli.conftest import MORNING, QUIET, Past, place_of, short, story
from tests.conftest import Databases, living
from tests.factories.hubs import NOW
from tests.support import alike

EVENING = timedelta(hours=19)
# "table.column", or a whole table, that need not be the same → why.
CHANCE = "drawn by chance, so that nobody can guess it"
OF_IDS = "made of ids, which are drawn by chance"
APART = {
    "credential.password_hash": "salted by chance",
    "calendar_feed.secret": CHANCE,
    "hub_domain.token": CHANCE,
    "invite_tally.channel": CHANCE,
    "login_throttle.subject": "made of a key that is drawn by chance",
    "mail.sent_at": "when the letter leaves, which is at once",
    "gathering_ticket.code": CHANCE,
    "invite_link.code": CHANCE,
    "membership.referral_code": CHANCE,
    "membership.portrait": CHANCE,
    "membership.invited_code": CHANCE,
    "orders.referral_code": CHANCE,
    "referral_touch.code": CHANCE,
    "ledger_entry.hash": OF_IDS,
    "ledger_entry.prev_hash": OF_IDS,
    "ledger_head.hash": OF_IDS,
    "notice_occasion.key": OF_IDS,
    "paper.digest": OF_IDS,
    "plan_run.inputs_digest": OF_IDS,
    "plan_run.result_digest": OF_IDS,
    "plan_period.inputs_digest": OF_IDS,
    "plan_period.result_digest": OF_IDS,
    "plan_statement.content": OF_IDS,
    "gateway_command.next_try_at": "real time: nobody is asked twice within seconds",
}


@pytest.fixture(scope="module")
def again(
    past: Past, databases: Databases, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """The same past, made in the evening of the same day."""
    with living(databases, worker_id, tmp_path_factory.mktemp("again")) as live:
        settings = place_of(live)
        with clock.held(past.at - MORNING + EVENING):
            seed.prepare(settings, QUIET, short())
        yield settings


def told(settings: Settings) -> dict[str, alike.Rows]:
    return alike.tables(seed.database.prepare(settings).admin, without=APART)


def test_every_table_tells_the_same_as_before(past: Past, again: Settings) -> None:
    first, second = told(past.settings), told(again)
    found = alike.differences(first, second)
    assert not found, "\n".join(found)
    assert sum(map(len, first.values())) > 1_000
    assert {"orders", "ledger_posting", "post", "notice", "gathering_ticket"} <= {name for name in first if first[name]}


def test_what_is_left_out_is_there(past: Past) -> None:
    assert APART.keys() <= alike.columns(seed.database.prepare(past.settings).admin)


def test_one_word_apart_is_found() -> None:
    rows = {"post": [{"id": "<post 0 id>", "title": "Walnuts"}], "tag": []}
    assert alike.differences(rows, rows) == []
    other = {"post": [{"id": "<post 0 id>", "title": "Chestnuts"}], "tag": [{"id": 1}]}
    assert alike.differences(rows, other) == [
        "post.title, row 0: 'Walnuts' and 'Chestnuts'",
        "tag: 0 rows and 1",
    ]


# Gatherings keep their weekday, and months begin on their first.
BY_CALENDAR = (AnnouncePlan, ClosePeriod, Announce, Come, Arrive, Cancel)


@pytest.mark.parametrize("slug", seed.HUBS_SHOWN)
def test_a_day_later_all_but_the_calendar_is_a_day_later(slug: str) -> None:
    at_first, later = (
        sorted((days, repr(step.act)) for days, step in dated(slug, now) if not isinstance(step.act, BY_CALENDAR))
        for now in (NOW, NOW + timedelta(days=1))
    )
    assert at_first == later


def dated(slug: str, now: datetime) -> Iterator[tuple[int, Step]]:
    """Steps with how many days they are from that day, by the hub's own calendar."""
    zone = ZoneInfo(story(slug).pack.timezone)
    for step in plan.plan(story(slug), now):
        yield (step.at.astimezone(zone).date() - now.astimezone(zone).date()).days, step
