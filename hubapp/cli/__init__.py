"""The `hubapp` command: one line errors, exit 2 for wrong usage, 1 for a refusal."""

from __future__ import annotations

import sys

import click

from hubapp.kernel.errors import Refusal


class Commands(click.Group):
    """A group whose refusals are one line on standard error."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a refusal ends with status 1."""
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            click.echo(f"hubapp: {refusal}", err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hubapp")
def main() -> None:
    """A network of local hubs: join, sell, pay, split to the cent, be paid."""
