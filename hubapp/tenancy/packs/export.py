"""Writing a pack back as files, so that a hub can leave with its look, words and pages and open elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from hubapp.tenancy.packs.schema import Pack, Topic


def files(pack: Pack) -> dict[str, bytes]:
    """Path inside the pack's folder → contents; `load` reads an equal pack from them."""
    found = {"hub.toml": toml(_settings(pack)).encode()}
    for page in pack.pages:
        folder = "legal" if page.kind == "legal" else "pages"
        found[f"{folder}/{page.locale}/{page.slug}.md"] = f"# {page.title}\n\n{page.body}\n".encode()
    if pack.theme_css:
        found["theme.css"] = pack.theme_css.encode()
    if pack.logo:
        found["logo.svg"] = pack.logo
    return found


def toml(table: Mapping[str, Any]) -> str:
    """A table of texts, numbers, switches, lists of texts or tables, and tables as TOML; what is None is left out."""
    return "\n".join(_lines(table, ())).strip() + "\n"


def _settings(pack: Pack) -> dict[str, Any]:
    plain = ("slug", "name", "place", "locales", "default_locale", "currency", "timezone", "country")
    return {
        **{key: getattr(pack, key) for key in plain},
        "theme": asdict(pack.theme),
        "nav": {"items": pack.nav},
        "features": pack.features,
        "domain": {"custom": pack.domains},
        "home": {"sections": pack.home.sections},
        "legal": {key: value for key, value in asdict(pack.legal).items() if value != ""},
        "tax": asdict(pack.tax),
        "text": {locale: asdict(text) for locale, text in pack.texts.items()},
        "words": pack.words,
        **({"steps": pack.steps} if pack.steps else {}),
        **({"conversations": {"first_held": pack.first_held}} if pack.first_held else {}),
        **({"topics": [_topic(topic) for topic in pack.topics]} if pack.topics else {}),
    }


def _topic(topic: Topic) -> dict[str, Any]:
    named = {"name": topic.name, "slug": topic.slug, "tone": topic.tone}
    return named | ({"archived": True} if topic.is_archived else {})


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    rows = {key: value for key, value in table.items() if _is_of_tables(value)}
    # A table's own keys come before the tables inside it, or they would belong to the last of those.
    for key, value in table.items():
        if key not in inner and key not in rows and value is not None:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        yield ""
        yield f"[{_name((*path, key))}]"
        yield from _lines(value, (*path, key))
    for key, items in rows.items():
        for item in items:
            yield ""
            yield f"[[{_name((*path, key))}]]"
            yield from _lines(item, (*path, key))


def _is_of_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _name(path: tuple[str, ...]) -> str:
    return ".".join(_key(part) for part in path)


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _text(key)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_text(str(item)) for item in value)}]"
    return _text(str(value))


def _text(text: str) -> str:
    # JSON's escapes are TOML's too; only the delete character must be escaped here and not there.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
