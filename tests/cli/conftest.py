"""A demo's past that the tests of this folder share, made of a few people's story."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
import pytest
from rich.console import Console
from sqlalchemy.engine.url import URL

from hubapp.cli.demo import days, reading, seed
from hubapp.cli.demo.content import Purchase, Run, Story, Subscriber, Withdrawal
from hubapp.cli.demo.life import Distance, Life, Objection, Verdict
from hubapp.cli.demo.processes import SignIn
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal
from hubapp.kernel.paths import HUBS
from hubapp.tenancy.packs import load
from tests.conftest import Databases, Live, living

QUIET = Console(quiet=True)
MORNING = timedelta(hours=7)


def story(slug: str = "lyon") -> Story:
    return reading.read(HUBS / slug, load.by_slug(HUBS, slug))


@dataclass(frozen=True, slots=True)
class Past:
    """What was made at the second try, and when: who may sign in, what was said meanwhile, hubs after the first."""

    settings: Settings
    rows: list[SignIn]
    said: str
    hubs_of_the_first: int
    at: datetime


@pytest.fixture(scope="session")
def past(databases: Databases, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """A past whose first start broke off in the middle, made in the morning."""
    morning = days.last_midnight(clock.wall()) + MORNING
    with living(databases, worker_id, tmp_path_factory.mktemp("past")) as live:
        settings, said = place_of(live), io.StringIO()
        with clock.held(morning):
            with pytest.raises(Refusal):
                seed.prepare(settings, QUIET, short(payouts=(Withdrawal("gaspard", 37),)))
            hubs = count(settings, "hub")
            with redirect_stdout(said), redirect_stderr(said):
                rows = seed.prepare(settings, QUIET, short())
        yield Past(settings, rows, said.getvalue(), hubs, morning)


@pytest.fixture
def place(live: Live) -> Settings:
    """An empty one."""
    return place_of(live)


def place_of(live: Live) -> Settings:
    """Settings as with DATABASE_URL, on a database of its own."""
    urls = {"database_url": as_url(live.server.admin), "sandbox_database_url": as_url(live.server.sandbox)}
    return live.server.settings.model_copy(update=urls)


def as_url(conninfo: str) -> str:
    parts = dict(part.split("=", 1) for part in conninfo.split())
    where = {"host": parts["host"], "port": parts["port"]}
    return URL.create("postgresql", parts["user"], database=parts["dbname"], query=where).render_as_string()


def short(**values: object) -> list[Story]:
    """A story of a few steps."""
    told = story()
    people = {
        key: told.people[key]
        for key in ("maud", "bastien", "oriane", "youssef", "hortense", "tao", "colette", "idriss", "lucie", "gaspard")
    }
    articles = tuple(article for article in told.articles if article.seller in {"maud", "bastien", None})
    monthly = next(number for number, article in enumerate(articles) if article.text.is_monthly)
    service = next(number for number, article in enumerate(articles) if article.text.left is None)
    usual = {
        "people": people,
        "meetings": tuple(
            dataclasses.replace(one, regulars=tuple(who for who in one.regulars if who in people))
            for one in told.meetings
            if {one.host, *(who for who, _seats in one.come)} <= set(people)
        ),
        "talks": tuple(
            dataclasses.replace(one, key=one.title, responses=tuple(it for it in one.responses if it.who in people))
            for one in told.talks
            if one.who in people
        ),
        "life": shortened(told.life, set(people)),
        "articles": articles,
        "orders": 14,
        "cancellations": ("Rain",),
        "payouts": (),
        "subscribers": (Subscriber("colette", monthly, 50, 1, False), Subscriber("idriss", monthly, 34, 1, True)),
        "purchases": (
            Purchase("colette", service, 20, True, "She fetched it herself.", None),
            Purchase("lucie", service, 4, True, None, None),
            Purchase("idriss", service, 7, False, None, "It squeaks."),
        ),
        "runs": (Run(8, True), Run(0, False)),
        "programme": told.programme
        and dataclasses.replace(
            told.programme, joinings=tuple(one for one in told.programme.joinings if one.who in people)
        ),
    }
    return [dataclasses.replace(told, **{**usual, **values})]


def shortened(life: Life, people: set[str]) -> Life:
    """What these people did, and a post of Bastien's that is reported and taken down, which he does not accept."""
    about = "Qui vient à la bourse aux vélos ?"
    return dataclasses.replace(
        life,
        letters=tuple(one for one in life.letters if {one.who, *one.to} <= people),
        mentors=tuple(one for one in life.mentors if one.who in people),
        objections=(
            Objection("colette", about, 5, "unkind", ""),
            Objection("lucie", "On a un toit", 8000, "other", ""),
        ),
        verdicts=(Verdict(about, 200, ("hide", "warn"), "Not here.", 0, "It was a joke."),),
        distances=(Distance("gaspard", "tao", 10),),
    )


def count(settings: Settings, table: str) -> int:
    server = seed.database.prepare(settings)
    with psycopg.connect(server.admin) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
