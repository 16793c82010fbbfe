"""`hubapp sandbox`: moves the payment sandbox's clock, breaks its line, and has it say things again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import get_args

import click
from flask import Flask

from hubapp.app import create_app
from hubapp.cli.ready import require_ready
from hubapp.earnings.payouts import handlers as payouts
from hubapp.earnings.retainers import handlers as retainers
from hubapp.kernel import clock, log
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.errors import Refusal
from hubapp.money.payments import handlers as payments
from hubapp.money.payments import wiring
from hubapp.money.payments.sandbox.engine import Sandbox
from hubapp.money.payments.sandbox.errors import ApiError
from hubapp.money.payments.sandbox.faults import ApiFault
from hubapp.money.payments.sandbox.routes import ROUTES
from hubapp.tenancy.platform import platform_scope

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
DURATION = re.compile(r"(?:\d+[wdhms])+")
LONGEST = timedelta(days=3650)


class Duration(click.ParamType[timedelta]):
    """A span of time such as `20d`, `12h` or `1d12h`."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it, or fail with an example."""
        if isinstance(value, timedelta):
            return value
        text = str(value)
        if not DURATION.fullmatch(text):
            self.fail(f"{text!r} is not a duration. Write it like 20d, 12h or 1d12h.", param, ctx)
        parts = re.findall(r"(\d+)([wdhms])", text)
        if any(len(number) > len("315360000") for number, _ in parts):
            self.fail("that is too far ahead.", param, ctx)
        span = sum((timedelta(**{UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
        if span > LONGEST:
            self.fail("that is too far ahead.", param, ctx)
        return span


@click.group()
def sandbox() -> None:
    """Steer the payment sandbox, which stands in for the payment provider where no live keys are set."""


@sandbox.command()
@click.argument("duration", type=Duration())
def advance(duration: timedelta) -> None:
    """Move the sandbox's clock forward and look again at everything unfinished. Example: hubapp sandbox advance 20d."""
    with _opened() as (app, provider):
        ahead_by = provider.advance(duration)
        clock.set_offset(ahead_by)
        with app.app_context(), platform_scope(reason="sandbox advance"), unit_of_work():
            now = clock.now()
            looked = payments.sweep_unfinished(asked_before=now)
            steps = payouts.sweep_unfinished(asked_before=now)
            due = retainers.sweep_due(now=now)
    click.echo(f"The sandbox is {_words(ahead_by)} ahead; business time is now {now:%Y-%m-%d %H:%M} UTC.")
    click.echo(f"Set in motion: {looked} payments and refunds, {steps} payouts and payout accounts, {due} retainers.")


@sandbox.command("fail-next")
@click.argument("operation", default="")
@click.option(
    "--kind", type=click.Choice(get_args(ApiFault)), default="timeout", show_default=True, help="What breaks."
)
@click.option("--times", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many requests fail.")
def fail_next(operation: str, kind: ApiFault, times: int) -> None:
    """Let the next requests to OPERATION fail; without one, the next of any kind.

    timeout: the line breaks and it was done; timeout_before: nothing was done; error and error_after: the same with an
    answer 500; rate_limit: an answer 429. OPERATION may be the beginning of a name.

    Example: hubapp sandbox fail-next transfer.create, hubapp sandbox fail-next checkout --kind error --times 3.
    """
    names = sorted(route.name for route in ROUTES)
    meant = [name for name in names if name.startswith(operation)]
    if not meant:
        raise click.BadParameter(f"there is no operation {operation!r}. Choose of: {', '.join(names)}.")
    with _opened() as (_, provider):
        provider.fail_next(kind, operation=operation, times=times)
    what = operation or "any operation"
    click.echo(
        f"The next {times} requests to {what} end in {kind}." if times > 1 else f"The next {what} ends in {kind}."
    )


@sandbox.command()
@click.argument("event", required=False)
@click.option("--all", "everything", is_flag=True, help="Every event that ever happened.")
def replay(event: str | None, *, everything: bool) -> None:
    """Deliver EVENT again, or all of them: whoever handles events must not mind.

    Example: hubapp sandbox replay evt_sbx019abc, hubapp sandbox replay --all.
    """
    if (event is None) != everything:
        raise click.UsageError("Name one event, or say --all.")
    with _opened() as (_, provider):
        try:
            count = provider.replay(event)
        except ApiError as error:
            raise Refusal(f"The sandbox has no event {event}.") from error
    if not count:
        raise Refusal("There is nothing to send, or nobody listens. `hubapp db upgrade` tells the sandbox who does.")
    click.echo(f"{count} deliveries are due; `hubapp worker` sends them within seconds.")


@contextmanager
def _opened() -> Iterator[tuple[Flask, Sandbox]]:
    """The application and its sandbox; refuses beside live payments."""
    settings = Settings()
    log.configure(settings)
    if not settings.is_sandbox:
        raise Refusal("This installation uses live payments. There is no sandbox to steer, and no clock to be moved.")
    app = create_app(settings, require_ready(settings))
    found: wiring.Wiring = app.extensions[wiring.EXTENSION]
    if found.sandbox is None:
        raise Refusal("There is no sandbox here.")
    try:
        yield app, found.sandbox
    finally:
        found.sandbox.close()
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def _words(span: timedelta) -> str:
    hours, rest = divmod(span.seconds, 3600)
    parts = [(span.days, "d"), (hours, "h"), (rest // 60, "m")]
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0m"
