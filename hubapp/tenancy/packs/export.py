"""Writing a pack back as files, so that a hub can leave with its look, words and pages and open elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from hubapp.tenancy.packs.schema import Pack


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
    """A table of texts, numbers, switches, lists of texts and tables as TOML; what is None is left out."""
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
    }


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    # A table's own keys come before the tables inside it, or they would belong to the last of those.
    for key, value in table.items():
        if key not in inner and value is not None:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in inner.items():
        yield ""
        yield f"[{'.'.join(_key(part) for part in (*path, key))}]"
        yield from _lines(value, (*path, key))


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
