"""The `hubapp` command: one line errors, exit 2 for wrong usage, 1 for a refusal."""

from __future__ import annotations

import importlib
import sys

import click

from hubapp.kernel import log
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal
from hubapp.kernel.postgres import PostgresUnavailable

# Loaded when asked for: `hubapp --help` must not wait for the whole application.
COMMANDS = {
    "db": "hubapp.cli.database:database",
    "serve": "hubapp.cli.serve:serve",
    "worker": "hubapp.cli.serve:worker",
    "demo": "hubapp.cli.demo:demo",
    "hubs": "hubapp.cli.hubs:hubs",
    "users": "hubapp.cli.users:users",
    "ledger": "hubapp.cli.ledger:ledger",
    "sandbox": "hubapp.cli.sandbox:sandbox",
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

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a refusal ends with status 1."""
        try:
            return super().invoke(ctx)
        except (Refusal, PostgresUnavailable) as refusal:
            click.echo(f"hubapp: {refusal}", err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hubapp")
def main() -> None:
    """A network of local hubs: join, sell, pay, split to the cent, be paid."""
    log.configure(Settings())
