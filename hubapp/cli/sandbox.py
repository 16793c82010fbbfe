"""`hubapp sandbox`: moves the payment sandbox's clock, so that holds end and payouts arrive."""

from __future__ import annotations

import re
from datetime import timedelta

import click

from hubapp.app import create_app
from hubapp.cli.serve import require_ready
from hubapp.earnings.payouts import handlers as payouts
from hubapp.kernel import clock, log
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import Refusal
from hubapp.money.payments import handlers as payments
from hubapp.money.payments import wiring
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
    settings = Settings()
    log.configure(settings)
    if not settings.is_sandbox:
        raise Refusal("This installation uses live payments. Their clock cannot be moved.")
    app = create_app(settings, require_ready(settings))
    found: wiring.Wiring = app.extensions[wiring.EXTENSION]
    if found.sandbox is None:
        raise Refusal("There is no sandbox here.")
    ahead_by = found.sandbox.advance(duration)
    clock.set_offset(ahead_by)
    with app.app_context(), platform_scope(reason="sandbox advance"), unit_of_work():
        now = clock.now()
        looked = payments.sweep_unfinished(asked_before=now)
        steps = payouts.sweep_unfinished(asked_before=now)
    found.sandbox.close()
    click.echo(f"The sandbox is {_words(ahead_by)} ahead; business time is now {now:%Y-%m-%d %H:%M} UTC.")
    click.echo(f"Set in motion: {looked} payments and refunds, {steps} payouts and payout accounts.")


def _words(span: timedelta) -> str:
    hours, rest = divmod(span.seconds, 3600)
    parts = [(span.days, "d"), (hours, "h"), (rest // 60, "m")]
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "0m"
