"""Changing a hub's looks and words from inside: checked like a pack, refused field by field, its own row only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.kernel.db import after_commit, db, require_hub_id
from hubapp.kernel.errors import Refusal
from hubapp.tenancy import audit, errors, logo, queries, stylesheet, theme
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.models import Hub
from hubapp.tenancy.packs import schema

LONGEST_NAME = 60
LONGEST_PLACE = 80
LONGEST_WORD = 40
LARGEST_MOSAIC = 2**31 - 1
SVG = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Brand:
    """A hub's looks. `logo`: the new drawing, None keeps the present one, b"" removes it. `theme`: as in the pack."""

    name: str
    place: str
    theme: Mapping[str, Any]
    theme_css: str = ""
    logo: bytes | None = field(default=None, repr=False)


def check(brand: Brand) -> tuple[theme.Palette | None, list[Refusal]]:
    """The palette the seeds make, and everything that stands in the way, each at its field."""
    refusals: list[Refusal] = [*_texts(brand), *_shapes(brand.theme)]
    palette = None
    try:
        palette = theme.build(str(brand.theme["primary"]), str(brand.theme["accent"]), brand.theme["neutral_hue"])
    except theme.PaletteRefused as refusal:
        refusals.append(refusal)
    refusals.extend(errors.FieldRefused(words, field="theme_css") for words in stylesheet.check(brand.theme_css))
    if brand.logo:
        refusals.extend(errors.FieldRefused(words, field="logo") for words in logo.check(brand.logo))
    return palette, refusals


def edit_brand(*, brand: Brand, version: int | None = None, actor: Actor, now: datetime) -> int:
    """Give the current hub these looks; returns the new brand version, which the addresses of its files carry.

    `version`: what the form was made from. Refuses with BrandRefused (one refusal per field) or ChangedMeanwhile.
    """
    _palette, refusals = check(brand)
    if refusals:
        raise errors.BrandRefused(refusals)
    hub = _own_hub(version)
    _rename(hub, brand.name.strip(), brand.place.strip())
    hub.theme = {**hub.theme, **brand.theme}
    hub.theme_css = brand.theme_css
    if brand.logo is not None:
        hub.logo, hub.logo_type = (brand.logo, SVG) if brand.logo else (None, None)
    return _save(hub, "brand.edit", actor, now)


def edit_words(*, words: Mapping[str, Mapping[str, str]], actor: Actor, now: datetime) -> int:
    """Replace the hub's own nouns, by locale and key; an empty one falls back to the present one."""
    hub = _own_hub(None)
    merged = {locale: dict(hub.words.get(locale, {})) for locale in hub.locales}
    for locale, table in words.items():
        if locale not in hub.locales:
            raise errors.FieldRefused(_("This hub does not speak %(locale)s.", locale=locale[:20]), field="words")
        for key, word in table.items():
            if key not in schema.WORDS or len(word) > LONGEST_WORD:
                raise errors.FieldRefused(
                    _("%(key)s: at most %(most)s characters.", key=key[:40], most=LONGEST_WORD), field=f"{locale}-{key}"
                )
            if word.strip():
                merged[locale][key] = word.strip()
    hub.words = merged
    return _save(hub, "words.edit", actor, now)


def edit_home(*, sections: tuple[str, ...], texts: Mapping[str, Mapping[str, str]], actor: Actor, now: datetime) -> int:
    """Choose and order the front page's sections, and rewrite its sentences by locale."""
    for section in sections:
        if section not in schema.SECTIONS or sections.count(section) > 1:
            raise errors.FieldRefused(
                _("%(section)s cannot be a section here.", section=section[:40]), field="sections"
            )
    hub = _own_hub(None)
    merged = {locale: dict(table) for locale, table in hub.home.get("texts", {}).items()}
    for locale, table in texts.items():
        if locale not in hub.locales:
            raise errors.FieldRefused(_("This hub does not speak %(locale)s.", locale=locale[:20]), field="texts")
        for key, sentence in table.items():
            most = schema.TEXT_LENGTHS.get(key, schema.TEXT_LENGTH)
            if key not in schema.TEXTS or not 0 < len(sentence.strip()) <= most:
                raise errors.FieldRefused(
                    _("Between 1 and %(most)s characters fit here.", most=most), field=f"{locale}-{key}"
                )
            merged.setdefault(locale, {})[key] = sentence.strip()
    hub.home = {**hub.home, "sections": list(sections), "texts": merged}
    return _save(hub, "home.edit", actor, now)


def edit_steps(*, steps: Mapping[str, Mapping[str, str]], actor: Actor, now: datetime) -> int:
    """Say a newcomer's first steps in the hub's own words, by locale and key; an empty one takes the usual words."""
    hub = _own_hub(None)
    kept = {locale: table for locale, table in hub.home.get("steps", {}).items() if locale not in steps}
    for locale, table in steps.items():
        if locale not in hub.locales:
            raise errors.FieldRefused(_("This hub does not speak %(locale)s.", locale=locale[:20]), field="steps")
        for key, words in table.items():
            most = schema.STEP_LENGTHS.get(key, schema.STEP_LENGTH)
            if key not in schema.STEPS or len(words.strip()) > most:
                raise errors.FieldRefused(
                    _("At most %(most)s characters fit here.", most=most), field=f"{locale}-{key}"[:60]
                )
        said = {key: words.strip() for key, words in table.items() if words.strip()}
        if said:
            kept[locale] = said
    hub.home = {**hub.home, "steps": kept}
    return _save(hub, "steps.edit", actor, now)


def edit_switches(*, switches: Mapping[str, bool], actor: Actor, now: datetime) -> int:
    """Turn some of the hub's switches; the others stay."""
    hub = _own_hub(None)
    unknown = [name for name in switches if name not in schema.FEATURES]
    if unknown:
        raise errors.FieldRefused(_("Choose from the list."), field=unknown[0][:40])
    hub.features = {**hub.features, **switches}
    return _save(hub, "switches.edit", actor, now)


def _texts(brand: Brand) -> list[Refusal]:
    limits = (("name", brand.name, LONGEST_NAME), ("place", brand.place, LONGEST_PLACE))
    return [
        errors.FieldRefused(_("Between 1 and %(most)s characters fit here.", most=most), field=name)
        for name, value, most in limits
        if not 0 < len(value.strip()) <= most
    ]


def _shapes(values: Mapping[str, Any]) -> list[Refusal]:
    choices = {
        "font_pair": theme.FONT_PAIRS,
        "control_shape": theme.CONTROL_SHAPES,
        "tile_set": theme.TILE_SETS,
        "density": theme.DENSITIES,
    }
    refusals: list[Refusal] = [
        errors.FieldRefused(_("Choose one of the list."), field=name)
        for name, known in choices.items()
        if values[name] not in known
    ]
    for name, most in (("radius", theme.LARGEST_RADIUS), ("mosaic", LARGEST_MOSAIC), ("neutral_hue", 360)):
        value = values[name]
        if value is None and name == "neutral_hue":
            continue
        if not isinstance(value, (int, float)) or not 0 <= value <= most:
            refusals.append(errors.FieldRefused(_("A number from 0 to %(most)s.", most=most), field=name))
    return refusals


def _rename(hub: Hub, name: str, place: str) -> None:
    """The front page's name in a language follows, unless that language has a name of its own."""
    texts = {locale: dict(table) for locale, table in hub.home.get("texts", {}).items()}
    for table in texts.values():
        if table.get("name") == hub.name:
            table["name"] = name
        if table.get("place") == hub.place:
            table["place"] = place
    hub.home = {**hub.home, "texts": texts}
    hub.name, hub.place = name, place


def _own_hub(version: int | None) -> Hub:
    statement = (
        select(Hub).where(Hub.id == require_hub_id()).with_for_update().execution_options(populate_existing=True)
    )
    hub = db.session.scalars(statement).one()
    if version is not None and hub.brand_version != version:
        raise errors.ChangedMeanwhile
    return hub


def _save(hub: Hub, action: str, actor: Actor, now: datetime) -> int:
    hub.brand_version += 1
    audit.record(actor=actor, action=action, hub_id=hub.id, subject=hub.slug, now=now)
    db.session.flush()
    hub_id, version = hub.id, hub.brand_version
    after_commit(lambda: queries.forget(hub_id))
    return version
