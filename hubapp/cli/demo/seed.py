"""The demo's year: hubs, people and what they do, made once through the same services that pages use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from rich.console import Console
from rich.progress import Progress

from hubapp.app import create_context
from hubapp.cli import database
from hubapp.cli.demo import days, plan, portraits, reading, stage
from hubapp.cli.demo.acting import PASSWORD, Hub
from hubapp.cli.demo.content import Story
from hubapp.cli.demo.place import Cast
from hubapp.cli.demo.processes import SignIn
from hubapp.kernel import clock, migrate
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.errors import Refusal
from hubapp.kernel.paths import HUBS
from hubapp.kernel.server import Server
from hubapp.money.payments.sandbox import schema
from hubapp.people.accounts import services as accounts
from hubapp.tenancy import audit, network
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.hosts import Addresses
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope

HUBS_SHOWN = ("lyon", "nairobi", "tunis")
CENTRAL_EMAIL = "ines@glocal.example"
CENTRAL_TEAM = ((CENTRAL_EMAIL, "Inès Varga"), ("teo@glocal.example", "Teo Lindqvist"))
BEGUN, READY = "demo.begin", "demo.ready"
BEFORE = timedelta(days=plan.OPENED + 2)
_LOCK = 77_002


def prepare(settings: Settings, console: Console, stories: Sequence[Story] | None = None) -> list[SignIn]:
    """Bring the demo's network up to where people can sign in; what is there already stays as it is.

    A start that was killed half-way starts over. Refuses with Refusal where somebody else's network is.
    """
    console.print("Starting the database.")
    server = database.prepare(settings)
    stories = _stories() if stories is None else stories
    with _alone(server):
        done = _progress_so_far(settings, server)
        if done == BEGUN:
            console.print("The last start was interrupted; starting over.")
            _start_over(server)
        if done == READY:
            console.print("The demo's network is there already; everything in it stays.")
        else:
            _make(settings, server, stories, console)
    return _sign_ins(settings, stories)


def _stories() -> list[Story]:
    return [reading.read(HUBS / slug, load.by_slug(HUBS, slug)) for slug in HUBS_SHOWN]


@contextmanager
def _alone(server: Server) -> Iterator[None]:
    """A second start with the same data waits here, and then finds everything done."""
    with psycopg.connect(server.admin, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        yield


def _progress_so_far(settings: Settings, server: Server) -> str | None:
    """READY, BEGUN, or None for an empty database."""
    app = create_context(settings, server)
    with app.app_context():
        with platform_scope(reason="demo: is it there?"), unit_of_work():
            marks = network.audit_log(action="demo.", limit=1)
            is_used = bool(network.audit_log(limit=1))
        for engine in db.engines.values():
            engine.dispose()
    if is_used and not marks:
        raise Refusal("This database holds a network that is not the demo's. Choose another place: --data DIR.")
    return marks[0].action if marks else None


def _start_over(server: Server) -> None:
    """Everything in there is the demo's: it began on an empty database."""
    # Older versions of the database know neither some kinds of earnings nor the rules that newer sales were split by,
    # and going back to them would be refused.
    with psycopg.connect(server.admin) as connection:
        connection.execute("TRUNCATE order_share, earning_right CASCADE")
    migrate.downgrade(server, "base")
    schema.remove(server.sandbox)
    database.prepare(server.settings)


def _make(settings: Settings, server: Server, stories: Sequence[Story], console: Console) -> None:
    now = days.last_midnight(clock.wall())
    steps = sorted((step for story in stories for step in plan.plan(story, now)), key=lambda step: step.at)
    with (
        portraits.begun(stories) as faces,
        stage.opened(settings, server, now - BEFORE, now) as scene,
        Progress(console=console, transient=True) as progress,
    ):
        first, second = _begin(scene)
        cast = Cast(first, second, faces)
        hubs = {story.slug: Hub(scene, story, cast) for story in stories}
        task = progress.add_task("A year of invented lives", total=len(steps))
        for step in steps:
            scene.go_to(step.at)
            hubs[step.slug].perform(step.act)
            progress.advance(task)
    _mark(settings, server, READY, now)
    console.print(f"Made {len(stories)} hubs and a year in them: {len(steps)} steps.")


def _begin(scene: stage.Stage) -> list[Actor]:
    """The central team's first members, and the mark that says who made all this."""
    with scene.app.app_context(), platform_scope(reason="demo: begin"), unit_of_work():
        audit.record(actor=SYSTEM, action=BEGUN, now=clock.now())
        return [Actor(_central(email, name), name) for email, name in CENTRAL_TEAM]


def _central(email: str, name: str) -> UUID:
    return accounts.create_account(
        email=email,
        name=name,
        password=PASSWORD,
        locale="en",
        now=clock.now(),
        is_confirmed=True,
        is_central=True,
        is_demo=True,
    )


def _mark(settings: Settings, server: Server, action: str, now: datetime) -> None:
    app = create_context(settings, server)
    with app.app_context():
        with platform_scope(reason="demo: done"), unit_of_work():
            audit.record(actor=SYSTEM, action=action, now=now)
        for engine in db.engines.values():
            engine.dispose()


def _sign_ins(settings: Settings, stories: Sequence[Story]) -> list[SignIn]:
    addresses = Addresses(settings.scheme, settings.public_domain)
    rows = [SignIn("central team", CENTRAL_EMAIL, PASSWORD, addresses.central("/console/"))]
    for story in stories:
        connector = next(person for person in story.people.values() if person.role == "connector")
        place = addresses.hub(story.slug, "/manage/")
        rows.append(SignIn(f"connector, {story.pack.name}", connector.email, PASSWORD, place))
    first = stories[0]
    seller_key = next(article.seller for article in first.articles if article.seller)
    seller, member = first.people[seller_key], list(first.people.values())[8]
    rows.append(SignIn(f"seller, {first.pack.name}", seller.email, PASSWORD, addresses.hub(first.slug, "/sell/orders")))
    rows.append(SignIn(f"member, {first.pack.name}", member.email, PASSWORD, addresses.hub(first.slug, "/me/orders")))
    return rows
