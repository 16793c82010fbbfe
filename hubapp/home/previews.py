"""What a hub would look like: the values of a form or of an earlier version, drawn as the real pages draw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import render_template, url_for
from flask_babel import force_locale
from flask_login import current_user
from markupsafe import Markup

from hubapp.home import front as fronts
from hubapp.home import look, names, presentation
from hubapp.home.presentation import Site
from hubapp.kernel import clock
from hubapp.tenancy import markdown, stylesheet
from hubapp.tenancy.brand import Front
from hubapp.tenancy.palette import Palette, PaletteRefused
from hubapp.tenancy.theme import TILE_SETS
from hubapp.web.mosaic import mosaic

SEEDS = ("primary", "accent", "neutral_hue")
SHAPES = ("font_pair", "radius", "control_shape", "density")
EXTRA = "css-"


def of_brand(site: Site, held: Mapping[str, Any], *, logo_url: str) -> dict[str, Any]:
    """A brand as its preview needs it. Where a colour is refused, `nearest` says what would do, and is shown."""
    theme = look.full(held["theme"])
    tiles = theme["tile_set"] if theme["tile_set"] in TILE_SETS else "network"
    palette, nearest = _palette(theme)
    shades = nearest or {}
    shown = {key: shades.get(key) or theme[key] for key in (*SEEDS, *SHAPES)}
    query: dict[str, Any] = {key: value for key, value in shown.items() if value not in {None, ""}}
    if not stylesheet.check(held["theme_css"]):
        extra = stylesheet.declarations(held["theme_css"])
        query |= {f"{EXTRA}{name}": value for name, value in extra.items()}
    return {
        "name": held["name"],
        "place": held["place"],
        "art": mosaic(tiles, f"{site.view.slug}/{theme['mosaic']}", 3, 8),
        "tile_set": tiles,
        "palette": palette,
        "nearest": nearest,
        "logo_url": logo_url,
        "css_url": url_for("brand.preview_css", **query) if palette else "",
    }


def _palette(theme: Mapping[str, Any]) -> tuple[Palette | None, dict[str, str] | None]:
    """The palette of a theme, or that of the nearest shades that work, with these by name."""
    seeds = {**{key: str(theme[key] or "").strip() for key in names.COLOURS}, "neutral_hue": theme["neutral_hue"]}
    nearest: dict[str, str] = {}
    for _try in names.COLOURS:
        try:
            return look.palette(**seeds), nearest or None
        except PaletteRefused as refused:
            if refused.nearest is None or refused.part not in names.COLOURS:
                return None, None
            nearest[refused.part] = seeds[refused.part] = refused.nearest
    try:
        return look.palette(**seeds), nearest
    except PaletteRefused:
        return None, None


def of_front(site: Site, front: Front) -> list[dict[str, Any]]:
    """A front page in each of the hub's languages, with what the hub really has."""
    view = site.view
    texts = {
        locale: {**view.home.get("texts", {}).get(locale, {}), **front.texts.get(locale, {})} for locale in view.locales
    }
    words = {locale: {**view.words.get(locale, {}), **_said(front.words.get(locale, {}))} for locale in view.locales}
    home = {**view.home, "sections": list(front.sections), "texts": texts}
    drafted = replace(view, home=home, words=words)
    reader_id = current_user.account_id if current_user.is_authenticated else None
    shown = []
    for locale in view.locales:
        with force_locale(locale):
            draft = Site(drafted, locale, site.root)
            found = fronts.front(draft, reader_id, now=clock.now())
            order = [str(names.SECTIONS.get(name, name)) for name in found.sections]
            html = render_template("home/manage/_front_shown.html", hub=draft, front=found, order=order, locale=locale)
        shown.append({"locale": locale, "dir": presentation.direction_of(locale), "html": Markup(html)})  # noqa: S704  escaped within
    return shown


def _said(table: Mapping[str, str]) -> dict[str, str]:
    return {key: word for key, word in table.items() if word}


def of_page(locales: tuple[str, ...], texts: Mapping[str, Mapping[str, str]]) -> list[dict[str, Any]]:
    """A page in each language in which something is written. Refuses with markdown.TextTooLong."""
    return [
        {
            "locale": locale,
            "dir": presentation.direction_of(locale),
            "title": texts[locale]["title"],
            "html": markdown.render(texts[locale]["body"]),
        }
        for locale in locales
        if any(texts.get(locale, {}).values())
    ]
