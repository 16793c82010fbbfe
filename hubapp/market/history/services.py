"""Importing a sales file: hub by hub, each in one transaction, so that a kill leaves whole hubs or none."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from hubapp.kernel.paths import HUBS
from hubapp.market.history import loading, reader
from hubapp.market.history.errors import FileUnreadable, HubMismatch
from hubapp.market.history.loading import Loaded
from hubapp.market.history.mapping import HubEntry, SalesMap
from hubapp.market.history.reader import Line, Reject
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy import services as hubs
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.packs import load as packs

IMPORTER = Actor(None, "import")

# Opens a transaction of the central role on one hub (None: on none): the edge that calls `run` provides it.
Transaction = Callable[[int | None], AbstractContextManager[None]]
Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Summary:
    """What an import read and brought in; `lost` is what rounding to minor units removed, in currency units."""

    read: int = 0
    rejected: int = 0
    net: int = 0
    lost: Decimal = Decimal(0)
    loaded: dict[str, Loaded] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sorted:
    """A file's lines by hub, in the order of the file."""

    lines: dict[str, list[Line]]
    rejects: Sequence[Reject]
    summary: Summary


def sort_file(*, path: Path, sales_map: SalesMap) -> Sorted:
    """Read the whole file. Raises FileUnreadable when it is not what the map describes."""
    lines: dict[str, list[Line]] = {}
    rejects: list[Reject] = []
    summary = Summary()
    for item in reader.read(path, sales_map):
        summary.read += 1
        if isinstance(item, Reject):
            rejects.append(item)
            continue
        lines.setdefault(item.hub, []).append(item)
        summary.net += item.amount
        summary.lost += item.lost
    summary.rejected = len(rejects)
    return Sorted(lines, rejects, summary)


def write_rejects(*, rejects: Sequence[Reject], path: Path) -> None:
    """Write the lines that could not be used, with line number and reason. Raises FileUnreadable."""
    try:
        with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("line", "reason", "fields"))
            writer.writerows((reject.number, reject.reason, *reject.fields) for reject in rejects)
    except OSError as error:
        raise FileUnreadable(f"{path}: {error.strerror}; name another place with --rejects") from None


def load(
    *, content: Sorted, sales_map: SalesMap, transaction: Transaction, now: datetime, progress: Progress
) -> Summary:
    """Bring a sorted file in. Safe to repeat and to interrupt: a hub is in whole, or not at all."""
    summary = content.summary
    for name in _by_name(content.lines):
        entry, lines = sales_map.hubs[name], content.lines[name]
        progress(entry.name, 0)
        with transaction(None):
            hub_id = _hub(entry, sales_map, now)
        with transaction(hub_id):
            summary.loaded[entry.slug] = loading.load_hub(lines=lines, sales_map=sales_map, now=now)
        progress(entry.name, len(lines))
    return summary


def _by_name(lines: dict[str, list[Line]]) -> Iterator[str]:
    yield from sorted(lines)


def _hub(entry: HubEntry, sales_map: SalesMap, now: datetime) -> int:
    """The hub of a country, opened from the base pack when it is new."""
    hub = tenancy.by_slug(entry.slug)
    if hub is not None:
        if not hub.is_imported or hub.currency != sales_map.currency:
            raise HubMismatch(
                f"The hub {entry.slug} was not made by an import in {sales_map.currency}: choose another slug."
            )
        return int(hub.id)
    pack = packs.derive(
        HUBS,
        {
            "slug": entry.slug,
            "name": entry.name,
            "place": entry.name,
            "country": entry.country,
            "currency": sales_map.currency,
            # The company's own days and months: a document belongs to the month that its books put it in.
            "timezone": str(sales_map.timezone),
            "locales": ["en"],
            "default_locale": "en",
            "legal": dict(sales_map.legal),
        },
    )
    return hubs.open_hub(pack=pack, slug=entry.slug, actor=IMPORTER, now=now, is_imported=True)
