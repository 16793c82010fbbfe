"""Laying a pack over `_base`: tables merge, everything else replaces; `{{name}}` in sentences becomes the hub's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from babel import Locale

from hubapp.tenancy.packs import schema
from hubapp.tenancy.packs.files import Folder
from hubapp.tenancy.packs.problems import Problem

# What a hub may take over from another; its name, texts, domain and law are its own.
_FORKED = ("theme", "features", "home", "conversations")


def deep(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """A new table: `above` where both have a key, merged where both have a table."""
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        if isinstance(inner, Mapping) and isinstance(value, Mapping):
            merged[key] = deep(inner, value)
        else:
            merged[key] = value
    return merged


def inherit(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A pack's whole `hub.toml`: `base` without the languages this hub does not speak, then its own."""
    locales = own.get("locales", base.get("locales"))
    spoken = [locale for locale in locales if isinstance(locale, str)] if isinstance(locales, list) else []
    legal = _table(base.get("legal"))
    below = {
        **base,
        "legal": {**legal, "merchant": _spoken(_table(legal.get("merchant")), spoken)},
        "words": _spoken(_table(base.get("words")), spoken),
        "text": _spoken(_table(base.get("text")), spoken),
    }
    merged = deep(below, own)
    named = {key: merged[key] for key in ("name", "place") if key in merged}
    if isinstance(merged["text"], dict):
        merged["text"] = deep(dict.fromkeys(spoken, named), merged["text"])
    return merged


def pages(base: Folder, own: Folder, locales: tuple[str, ...]) -> dict[tuple[str, str], schema.Page]:
    """The base's pages in the languages this hub speaks, replaced by the hub's own."""
    below = {key: page for key, page in base.pages.items() if key[0] in locales}
    return {**below, **own.pages}


def fork(parent: Folder, answers: Mapping[str, Any]) -> Folder:
    """A hub like `parent`, with answers of its own: look, nouns, sections, switches, topics, pages on how it is done.

    Pages that call the parent by its name stay behind, and menu entries of missing pages with them.
    """
    spoken = [str(locale) for locale in answers.get("locales", ())]
    names = [str(parent.toml.get(key, "")) for key in ("name", "place")]
    pages = {
        key: page
        for key, page in parent.pages.items()
        if page.kind == "page" and key[0] in spoken and key[1] != "about" and not _mentions(page.body, names)
    }
    toml = {key: parent.toml[key] for key in _FORKED if key in parent.toml}
    if "topics" in parent.toml and parent.toml.get("default_locale") == answers.get("default_locale"):
        toml["topics"] = parent.toml["topics"]  # their names are in one language
    toml["words"] = {locale: table for locale, table in _table(parent.toml.get("words")).items() if locale in spoken}
    items = _table(parent.toml.get("nav")).get("items", ())
    have = {f"page:{slug}" for locale, slug in pages if locale == answers.get("default_locale")} | {"page:about"}
    if items:
        toml["nav"] = {"items": [item for item in items if not str(item).startswith("page:") or item in have]}
    return Folder(toml=deep(toml, answers), pages=pages, theme_css=parent.theme_css, problems=list(parent.problems))


def _mentions(body: str, names: list[str]) -> bool:
    return any(name and name in body for name in names)


def fill(pack: schema.Pack, *, folder: str) -> tuple[schema.Pack, list[Problem]]:
    """The pack with every `{{placeholder}}` replaced, and a problem for each that has no meaning."""
    problems: list[Problem] = []
    texts, merchant = {}, {}
    for locale in pack.locales:
        known = _values(pack, locale)
        texts[locale] = _filled_text(pack.texts[locale], known, f"{folder}/hub.toml", f"text.{locale}", problems)
        key = f"legal.merchant.{locale}"
        merchant[locale] = _fill(pack.legal.merchant[locale], known, f"{folder}/hub.toml", key, problems)
    filled = []
    for page in pack.pages:
        file = f"{folder}/{'legal' if page.kind == 'legal' else 'pages'}/{page.locale}/{page.slug}.md"
        known = _values(pack, page.locale)
        title, body = (_fill(part, known, file, "", problems) for part in (page.title, page.body))
        filled.append(replace(page, title=title, body=body))
    legal = replace(pack.legal, merchant=merchant)
    steps = {locale: _filled_steps(pack, locale, folder, problems) for locale in pack.steps}
    return replace(pack, texts=texts, legal=legal, pages=tuple(filled), steps=steps), problems


def _filled_steps(pack: schema.Pack, locale: str, folder: str, problems: list[Problem]) -> dict[str, str]:
    known, file = _values(pack, locale), f"{folder}/hub.toml"
    return {
        key: _fill(text, known, file, f"steps.{locale}.{key}", problems) for key, text in pack.steps[locale].items()
    }


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _spoken(tables: Mapping[str, Any], locales: list[str]) -> dict[str, Any]:
    # A language that the base does not know starts from English, so that a hub can open before it is translated.
    found = {locale: tables.get(locale) or tables.get(locale.split("-")[0]) or tables.get("en") for locale in locales}
    return {locale: table for locale, table in found.items() if table is not None}


def _filled_text(
    text: schema.Text,
    known: Mapping[str, str],
    file: str,
    key: str,
    problems: list[Problem],
) -> schema.Text:
    names = [field.name for field in fields(text)]
    return schema.Text(**{name: _fill(getattr(text, name), known, file, f"{key}.{name}", problems) for name in names})


def _fill(text: str, known: Mapping[str, str], file: str, key: str, problems: list[Problem]) -> str:
    meaningless = [name for name in schema.PLACEHOLDER.findall(text) if name not in known]
    names = ", ".join(sorted(known))
    problems.extend(Problem(file, key, f"{{{{{name}}}}} means nothing; known are {names}") for name in meaningless)
    return schema.PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), text)


def _values(pack: schema.Pack, locale: str) -> dict[str, str]:
    legal = pack.legal
    text = pack.texts.get(locale) or pack.texts[pack.default_locale]
    plain = (
        "operator",
        "form",
        "address",
        "email",
        "phone",
        "register",
        "tax_id",
        "director",
        "host",
        "supervisor",
    )
    return {
        **{name: getattr(legal, name) or "—" for name in plain},
        # Left alone, the digit groups of a telephone number change places in right-to-left text.
        "phone": f"\u2066{legal.phone}\u2069" if legal.phone else "—",
        "email": f"\u2066{legal.email}\u2069",
        "name": text.name,
        "place": text.place,
        "country": Locale.parse(locale, sep="-").territories[pack.country],
        "currency": pack.currency,
        "withdrawal_days": str(legal.withdrawal_days),
        "minimum_age": str(legal.minimum_age),
    }
