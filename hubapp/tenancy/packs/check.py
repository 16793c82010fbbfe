"""Checking a pack as a whole: its own files, what it inherits, and whether one fits the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hubapp.tenancy.packs import files, merge, schema, settings
from hubapp.tenancy.packs.problems import Problem

BASE = "_base"
# What `_base` leaves to each hub; with these it must be a whole pack itself.
SAMPLE: Mapping[str, Any] = {
    "slug": "sample",
    "name": "Sample",
    "place": "Somewhere",
    "locales": ["en"],
    "default_locale": "en",
    "currency": "EUR",
    "timezone": "Europe/Paris",
    "country": "FR",
    "legal": {
        "operator": "Sample",
        "address": "1 Sample Street",
        "email": "hello@sample.example",
    },
}


def check(path: Path) -> list[Problem]:
    """Everything that is wrong with the pack in this folder; empty when it can become a hub."""
    return sorted(set(examine(path)[1]))


def examine(path: Path) -> tuple[schema.Pack | None, list[Problem]]:
    """The pack in this folder, laid over `_base` beside it, or None and what is wrong."""
    own = files.read(path)
    if path.name == BASE:
        return assemble(own, files.Folder(toml=SAMPLE), name=BASE)
    base = files.read(path.parent / BASE) if (path.parent / BASE).is_dir() else files.Folder()
    pack, problems = assemble(base, own, name=path.name)
    if own.toml and not own.problems and own.toml.get("slug") != path.name:
        problems.append(
            Problem(
                f"{path.name}/hub.toml",
                "slug",
                f"must be the folder's name, {path.name!r}",
            )
        )
    return (None if problems else pack), problems


def assemble(base: files.Folder, own: files.Folder, *, name: str) -> tuple[schema.Pack | None, list[Problem]]:
    """Lay one folder over another. Nothing is inherited from a folder that could not be read."""
    problems = [*base.problems, *own.problems]
    if not own.toml:
        return None, problems
    read = settings.read(merge.inherit(base.toml, own.toml), file=f"{name}/hub.toml")
    problems.extend(read.problems)
    if problems:
        return None, problems
    pages = merge.pages(base, own, read.values["locales"])
    pack = schema.Pack(
        **read.values,
        pages=tuple(
            sorted(
                pages.values(),
                key=lambda page: (page.locale, page.kind, page.position, page.slug),
            )
        ),
        theme_css=own.theme_css or base.theme_css,
        logo=own.logo or base.logo,
    )
    pack, unknown = merge.fill(pack, folder=name)
    problems.extend([*unknown, *_incomplete(pack, name)])
    return (None if problems else pack), problems


def _incomplete(pack: schema.Pack, name: str) -> Iterator[Problem]:
    have = {(page.locale, page.slug) for page in pack.pages}
    for slug in schema.LEGAL_PAGES:
        if (pack.default_locale, slug) not in have:
            yield Problem(
                f"{name}/legal/{pack.default_locale}/{slug}.md",
                "",
                "is missing: every hub needs it in its own language",
            )
    for item in pack.nav:
        if item.startswith("page:") and (pack.default_locale, item.removeprefix("page:")) not in have:
            yield Problem(
                f"{name}/hub.toml",
                "nav.items",
                f"{item} has no page in {pack.default_locale}",
            )
    for locale, slug in sorted(have):
        if locale not in pack.locales:
            yield Problem(
                f"{name}/hub.toml",
                "locales",
                f"there are pages in {locale} ({slug}), which is not listed",
            )
