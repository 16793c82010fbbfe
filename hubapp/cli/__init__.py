"""The `hubapp` command: one line errors, exit 2 for wrong usage, 1 for a refusal."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click
from psycopg import OperationalError
from pydantic import ValidationError

from hubapp.kernel import config, log
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal
from hubapp.kernel.postgres import PostgresUnavailable

# Loaded when asked for: `hubapp --help` must not wait for the whole application.
COMMANDS = {
    "db": "hubapp.cli.database:database",
    "serve": "hubapp.cli.serve:serve",
    "worker": "hubapp.cli.worker:worker",
    "demo": "hubapp.cli.demo:demo",
    "hubs": "hubapp.cli.hubs:hubs",
    "users": "hubapp.cli.users:users",
    "ledger": "hubapp.cli.ledger:ledger",
    "payouts": "hubapp.cli.payouts:payouts",
    "plan": "hubapp.cli.plan:plan",
    "period": "hubapp.cli.period:period",
    "statements": "hubapp.cli.statements:statements",
    "sandbox": "hubapp.cli.sandbox:sandbox",
    "payments": "hubapp.cli.payments:payments",
    "backup": "hubapp.cli.backup:backup",
    "restore": "hubapp.cli.backup:restore",
    "import": "hubapp.cli.imports:imports",
    "report": "hubapp.cli.report:report",
}


class Commands(click.Group):
    """A group that loads its commands late and whose refusals are one line on standard error."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Import the command behind a name."""
        if name not in COMMANDS:
            return None
        module, attribute = COMMANDS[name].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002  click's signature
        **extra: Any,
    ) -> Any:
        """Run the command line; every error is one line."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as help_:
            help_.show()
            sys.exit(help_.exit_code)
        except click.UsageError as error:
            path = error.ctx.command_path if error.ctx else "hubapp"
            _end(f"{error.format_message()} See `{path} --help`.", code=error.exit_code)
        except click.ClickException as error:
            _end(error.format_message(), code=error.exit_code)
        except click.Abort:
            _end("stopped", code=1)
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a refusal ends with status 1."""
        try:
            return super().invoke(ctx)
        except (Refusal, PostgresUnavailable) as refusal:
            _end(str(refusal), code=1)
        except Exception as error:
            # SQLAlchemy wraps the driver's error; to name its class here would load all of it for every command.
            cause = getattr(error, "orig", error)
            if not isinstance(cause, OperationalError):
                raise
            _end(f"The database does not answer: {cause}", code=1)


def _end(message: str, *, code: int) -> NoReturn:
    """Say it in one line on standard error, whatever was put together from several, and end."""
    click.echo(f"hubapp: {' '.join(message.split())}", err=True)
    sys.exit(code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hubapp")
def main() -> None:
    """A network of local hubs: join, sell, pay, split to the cent, be paid."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise click.UsageError(config.explain(error)) from error
    log.configure(settings)
