"""Reading a pack's folder: only the files a pack may have, none of them through a link, each within its size."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hubapp.tenancy import logo, markdown, stylesheet
from hubapp.tenancy.packs import schema
from hubapp.tenancy.packs.problems import Problem
from hubapp.tenancy.packs.settings import SLUG, is_locale

LARGEST_TOML = 64 * 1024
# A character of Markdown takes at most four bytes, so that a file past this is too long whatever it holds.
LARGEST_PAGE = markdown.LONGEST * 4
_FOLDERS = {"pages": "page", "legal": "legal"}
_FILES = ("hub.toml", "theme.css", "logo.svg", "demo.toml")


@dataclass
class Folder:
    """What one folder holds before anything is inherited; pages by (locale, slug)."""

    toml: Mapping[str, Any] = field(default_factory=dict)
    pages: dict[tuple[str, str], schema.Page] = field(default_factory=dict)
    theme_css: str = ""
    logo: bytes | None = None
    problems: list[Problem] = field(default_factory=list)


def read(path: Path) -> Folder:
    """Read a pack's folder; what is wrong with its files is in `problems`."""
    folder = Folder()
    if path.is_symlink() or not path.is_dir():
        folder.problems.append(Problem(path.name, "", "there is no such folder"))
        return folder
    folder.problems.extend(_strangers(path))
    folder.toml = _toml(path, folder.problems)
    folder.theme_css = _theme_css(path, folder.problems)
    folder.logo = _logo(path, folder.problems)
    for page in _pages(path, folder.problems):
        folder.pages[page.locale, page.slug] = page
    return folder


def _toml(path: Path, problems: list[Problem]) -> Mapping[str, Any]:
    file = f"{path.name}/hub.toml"
    raw = _bytes(path / "hub.toml", file, LARGEST_TOML, problems)
    if raw is None:
        if not problems:
            problems.append(Problem(file, "", "is missing"))
        return {}
    try:
        return tomllib.loads(raw.decode())
    except UnicodeDecodeError:
        problems.append(Problem(file, "", "is not UTF-8 text"))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(file, "", f"is not TOML: {error}"))
    except RecursionError:
        problems.append(Problem(file, "", "is nested too deeply"))
    return {}


def _theme_css(path: Path, problems: list[Problem]) -> str:
    file = f"{path.name}/theme.css"
    css = _text(path / "theme.css", file, stylesheet.LARGEST * 4, problems)
    problems.extend(Problem(file, "", words) for words in stylesheet.check(css))
    return css


def _logo(path: Path, problems: list[Problem]) -> bytes | None:
    file = f"{path.name}/logo.svg"
    svg = _bytes(path / "logo.svg", file, logo.LARGEST, problems)
    if svg is None:
        return None
    problems.extend(Problem(file, "", words) for words in logo.check(svg))
    return svg


def _pages(path: Path, problems: list[Problem]) -> Iterator[schema.Page]:
    for file in sorted(path.glob("*/*/*.md")):
        kind = _FOLDERS.get(file.parent.parent.name)
        if kind is None:
            continue
        name = f"{path.name}/{file.relative_to(path).as_posix()}"
        problems.extend(Problem(name, "", words) for words in _wrong_page_name(kind, file))
        text = _text(file, name, LARGEST_PAGE, problems)
        title, body = _split(text)
        if not title:
            problems.append(Problem(name, "title", "the first line must be the title: “# About us”"))
        try:
            markdown.refuse_too_long(body)
        except markdown.TextTooLong as refusal:
            problems.append(Problem(name, "", str(refusal)))
        yield schema.Page(
            kind="legal" if kind == "legal" else "page",
            locale=file.parent.name,
            slug=file.stem,
            title=title,
            body=body,
            position=_position(file.stem),
        )


def _wrong_page_name(kind: str, file: Path) -> Iterator[str]:
    if not SLUG.fullmatch(file.stem):
        yield "the name must be small letters, digits and hyphens"
    if not is_locale(file.parent.name):
        yield f"the folder {file.parent.name[:20]!r} is not a language"
    if kind == "legal" and file.stem not in schema.LEGAL_PAGES:
        yield f"a legal page is one of {', '.join(schema.LEGAL_PAGES)}"
    if kind == "page" and file.stem in schema.RESERVED_PAGES:
        yield f"the name {file.stem} is taken by a page of the network"


def _split(text: str) -> tuple[str, str]:
    first, _, rest = text.strip().partition("\n")
    if not first.startswith("# "):
        return "", text.strip()
    return first.removeprefix("# ").strip(), rest.strip()


def _position(slug: str) -> int:
    order = (*schema.PAGE_ORDER, slug)
    return order.index(slug) if slug in schema.PAGE_ORDER else len(schema.PAGE_ORDER)


def _strangers(path: Path) -> Iterator[Problem]:
    for entry in sorted(path.rglob("*")):
        name = f"{path.name}/{entry.relative_to(path).as_posix()}"
        parts = entry.relative_to(path).parts
        if entry.is_symlink():
            yield Problem(name, "", "is a link; a pack holds plain files only")
        elif entry.is_file() and not _belongs(parts):
            yield Problem(
                name,
                "",
                f"does not belong in a pack; it may hold {', '.join(_FILES)}, pages/, legal/ and demo/",
            )


def _belongs(parts: tuple[str, ...]) -> bool:
    match parts:
        case (name,):
            return name in _FILES
        case ("demo", name):
            return name.endswith(".toml")
        case (folder, _, name):
            return folder in _FOLDERS and name.endswith(".md")
    return False


def _text(path: Path, name: str, most: int, problems: list[Problem]) -> str:
    raw = _bytes(path, name, most, problems)
    try:
        return (raw or b"").decode()
    except UnicodeDecodeError:
        problems.append(Problem(name, "", "is not UTF-8 text"))
        return ""


def _bytes(path: Path, name: str, most: int, problems: list[Problem]) -> bytes | None:
    """The file's bytes, or None; never follows a link and never reads more than it may hold."""
    if path.is_symlink() or not path.is_file():
        return None
    size = path.stat().st_size
    if size > most:
        problems.append(Problem(name, "", f"has {size:,} bytes; {most:,} are allowed"))
        return None
    return path.read_bytes()
