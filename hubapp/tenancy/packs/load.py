"""Loading hub packs: from a folder, or from `_base` and a few answers where a hub has no folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hubapp.tenancy.packs import check, files, merge
from hubapp.tenancy.packs.problems import PackInvalid, Problem
from hubapp.tenancy.packs.schema import Pack
from hubapp.tenancy.packs.settings import is_slug


def load(path: Path) -> Pack:
    """The pack in this folder, laid over `_base` beside it. Raises PackInvalid with every problem."""
    pack, problems = check.examine(path)
    if pack is None:
        raise PackInvalid(tuple(sorted(set(problems))))
    return pack


def by_slug(root: Path, slug: str) -> Pack:
    """The pack `root/slug`. Raises PackInvalid, before touching a file, when the slug is not a plain name."""
    if not is_slug(slug):
        raise PackInvalid((Problem("hub.toml", "slug", f"{slug[:60]!r} is not a hub's address"),))
    return load(root / slug)


def derive(root: Path, answers: Mapping[str, Any], *, like: str | None = None) -> Pack:
    """A pack of `root/_base` and answers shaped like a `hub.toml` (the wizard's, or a country's at an import).

    Needs at least slug, name, place, country, currency, timezone, locales, default_locale and legal.operator,
    legal.address, legal.email. `like`: another pack whose look, nouns, sections and rules of the house the hub starts
    with; its name, front page and legal texts stay its own. Raises PackInvalid.
    """
    name = str(answers.get("slug", ""))
    base = files.read(root / check.BASE)
    own = files.Folder(toml=answers)
    if like is not None:
        if not is_slug(like):
            raise PackInvalid((Problem("hub.toml", "slug", f"{like[:60]!r} is not a hub's address"),))
        own = merge.fork(files.read(root / like), answers)
    pack, problems = check.assemble(base, own, name=name)
    if pack is None:
        raise PackInvalid(tuple(sorted(set(problems))))
    return pack


def available(root: Path) -> list[str]:
    """The slugs of the packs in this folder, without `_base` and other folders that are not hubs."""
    if not root.is_dir():
        return []
    return sorted(entry.name for entry in root.iterdir() if is_slug(entry.name) and (entry / "hub.toml").is_file())
