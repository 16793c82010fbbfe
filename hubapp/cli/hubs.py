"""`hubapp hubs`: list, open from a pack, check packs, write a hub back as a pack."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hubapp.app import create_app
from hubapp.cli.ready import require_migrated
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import errors, portable, queries, services
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.packs import check as checking
from hubapp.tenancy.packs import export as exporting
from hubapp.tenancy.packs import load
from hubapp.tenancy.packs.problems import PackInvalid
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask

OPERATOR = Actor(None, "command line")
PAGE = 200


def _opened() -> HubFlask:
    settings = Settings()
    return create_app(settings, require_migrated(settings))


@click.group()
def hubs() -> None:
    """List hubs, open them from packs, check packs, write hubs back as packs."""


@hubs.command("list")
def list_() -> None:
    """List all hubs that are not closed. Example: hubapp hubs list."""
    app = _opened()
    with app.app_context(), platform_scope(reason="list hubs"), unit_of_work():
        after = ""
        while page := queries.directory(after=after, limit=PAGE):
            for hub in page:
                click.echo(f"{hub.slug:<24} {hub.status:<8} {hub.currency}  {hub.member_count:>7} members  {hub.name}")
            after = page[-1].slug


@hubs.command()
@click.argument("slug")
@click.option("--pack", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of the pack.")
def add(slug: str, pack: Path | None) -> None:
    """Open a hub from its pack. Example: hubapp hubs add lyon, or hubapp hubs add oran --pack hubs/tunis."""
    seed = load.load(pack.resolve()) if pack else load.by_slug(HUBS, slug)
    app = _opened()
    with app.app_context(), platform_scope(reason="open a hub"), unit_of_work():
        services.open_hub(pack=seed, slug=slug, actor=OPERATOR, now=clock.now())
    click.echo(f"{slug} is open: {app.addresses.hub(slug)}")


@hubs.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=HUBS)
def check(folder: Path) -> None:
    """Check one pack or a folder of packs; exit 1 and file: key: message if one is wrong.

    Example: hubapp hubs check hubs.
    """
    root = folder.resolve()
    packs = [root] if (root / "hub.toml").is_file() else sorted(path.parent for path in root.glob("*/hub.toml"))
    if not packs:
        click.echo(f"{folder}: there is no pack here (no hub.toml)", err=True)
        sys.exit(1)
    problems = [problem for path in packs for problem in checking.check(path)]
    for problem in problems:
        click.echo(str(problem), err=True)
    if problems:
        sys.exit(1)
    click.echo(f"{len(packs)} packs are fine." if len(packs) != 1 else f"{packs[0].name} is fine.")


@hubs.command()
@click.argument("slug")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Parent of the new folder."
)
def export(slug: str, to: Path) -> None:
    """Write a hub, as edited, to the folder SLUG as a pack. Example: hubapp hubs export lyon --to /tmp."""
    folder = to / slug
    if folder.exists():
        raise click.UsageError(f"{folder} exists already")
    app = _opened()
    with app.app_context(), platform_scope(reason="export a hub"), unit_of_work():
        hub = queries.by_slug(slug)
        if hub is None:
            raise errors.NoSuchHub(slug)
        pack = portable.pack_of(hub.id)
    for name, content in exporting.files(pack).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if load_again(folder) != pack:
        click.echo(f"{folder} inherits pages from _base that this hub removed; move it away from there", err=True)
    click.echo(f"{folder}: {len(pack.pages)} pages")


def load_again(folder: Path) -> object:
    """The pack in the folder just written, or None where something beside it stands in the way."""
    try:
        return load.load(folder.resolve())
    except PackInvalid:
        return None
