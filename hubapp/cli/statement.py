"""`hubapp statement`: check a statement of earnings, and the keys that sign them; no database is needed."""

from __future__ import annotations

import json
import sys

import click

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.statement import keys as signing
from hubapp.kernel.config import Settings


@click.group()
def statement() -> None:
    """Check statements of earnings; no database is needed."""


@statement.command()
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--key", metavar="HEX", help="The public key that must have signed.")
@click.option("--keys", metavar="FILE", type=click.Path(), help="Published keys, one of which must have signed.")
def verify(file: str, key: str | None, keys: str | None) -> None:
    """Recompute every amount and check the signature. Example: hubapp statement verify statement.json --keys keys.json.

    Exit 1 where something does not fit, naming it. The same as running verify_statement.py, which needs only Python.
    """
    if key and keys:
        raise click.UsageError("Give either --key or --keys.")
    options = ["--key", key] if key else ["--keys", keys] if keys else []
    sys.exit(verify_statement.main([*options, "--", file]))


@statement.command()
def keys() -> None:
    """Print the public keys as they are published. Example: hubapp statement keys > keys.json."""
    click.echo(json.dumps(signing.published(Settings()), indent=1))
