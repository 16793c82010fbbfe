"""`hubapp import sales`: bring a company's history in, with progress, rejects and a summary."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from hubapp.app import create_context
from hubapp.cli.ready import require_migrated
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.history import mapping, services
from hubapp.market.history.mapping import SalesMap
from hubapp.tenancy.platform import platform_scope


@click.group("import")
def imports() -> None:
    """Bring data of other systems in."""


@imports.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--map", "map_path", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The map.")
@click.option("--dry-run", is_flag=True, help="Read and check only; write nothing but the rejects.")
@click.option("--rejects", type=click.Path(path_type=Path, dir_okay=False), help="Where unusable lines go.")
def sales(file: Path, map_path: Path, rejects: Path | None, *, dry_run: bool) -> None:
    """Import a CSV file (gzip allowed) of past sales.

    Example: hubapp import sales history.csv.gz --map hubs/_import/online-retail.toml --dry-run
    """
    console = Console(stderr=True)
    sales_map = mapping.load(map_path)
    app = None
    if not dry_run:
        settings = Settings()
        app = create_context(settings, require_migrated(settings))
    with console.status("Reading"):
        content = services.sort_file(path=file, sales_map=sales_map)
    gc.freeze()  # the lines stay to the end: the collector need not look through them again and again
    if content.rejects:
        services.write_rejects(rejects=content.rejects, path=rejects or file.with_name(f"{file.name}.rejects.csv"))
    if app is not None:
        with _bar(console) as bar:
            _load(app, content, sales_map, bar)
    _print(content.summary, sales_map, rejects or file.with_name(f"{file.name}.rejects.csv"), dry_run=dry_run)


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console)


def _load(app: Flask, content: services.Sorted, sales_map: SalesMap, bar: Progress) -> None:
    task = bar.add_task("Importing", total=content.summary.read - content.summary.rejected)

    @contextmanager
    def transaction(hub_id: int | None) -> Iterator[None]:
        with platform_scope(reason="import of past sales", hub_id=hub_id), unit_of_work():
            yield

    with app.app_context():
        services.load(
            content=content,
            sales_map=sales_map,
            transaction=transaction,
            now=clock.now(),
            progress=lambda name, done: bar.update(task, description=name, advance=done),
        )


def _print(summary: services.Summary, sales_map: SalesMap, rejects: Path, *, dry_run: bool) -> None:
    console = Console()
    table = Table("hub", "documents", "lines", "orders", "customers", "articles")
    for slug, loaded in summary.loaded.items():
        counts = (loaded.documents, loaded.lines, loaded.orders, loaded.customers, loaded.listings)
        table.add_row(slug, *(str(count) for count in counts))
    if summary.loaded:
        console.print(table)
    total = Money(summary.net, sales_map.currency)
    new = sum(loaded.lines for loaded in summary.loaded.values())
    console.print(f"{summary.read} lines read, {summary.rejected} rejected, {new} new.", highlight=False)
    console.print(
        f"Net {total.major} {total.currency}; rounding removed {summary.lost} {total.currency}.", highlight=False
    )
    if summary.rejected:
        console.print(f"Rejected lines with their reasons: {rejects}", highlight=False)
    if dry_run:
        console.print("Dry run: nothing was written.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    console.print(f"Peak memory {peak} MiB.", highlight=False)
