"""Changing a hub's looks and words from inside: checked like a pack, refused field by field, its own row only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from hubapp.kernel.errors import Refusal
from hubapp.tenancy import arrangement, editing, errors, logo, stylesheet, theme
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.editing import Change
from hubapp.tenancy.models import Hub
from hubapp.tenancy.packs import schema
from hubapp.tenancy.queries import HubView

LONGEST_NAME = 60
LONGEST_PLACE = 80
LONGEST_WORD = 40
LARGEST_MOSAIC = 2**31 - 1
SVG = "image/svg+xml"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Brand:
    """A hub's looks. `logo`: the new drawing, None keeps the present one, b"" removes it. `theme`: as in the pack."""

    name: str
    place: str
    theme: Mapping[str, Any]
    theme_css: str = ""
    logo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Front:
    """A front page: its sections in order, its sentences and the hub's own nouns by locale and key."""

    sections: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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


def edit_brand(
    *, brand: Brand, version: int | None = None, source: int | None = None, actor: Actor, now: datetime
) -> int:
    """Give the current hub these looks; returns the number of the brand's newest version.

    `version`: what the form was made from. `source`: the version that these looks were taken from.
    Refuses with BrandRefused (one refusal per field) or ChangedMeanwhile.
    """
    _palette, refusals = check(brand)
    if refusals:
        raise errors.BrandRefused(refusals)
    change = editing.begin(part="brand", version=version)
    hub = change.hub
    _rename(hub, _plain(brand.name), _plain(brand.place))
    hub.theme = {**hub.theme, **brand.theme}
    hub.theme_css = brand.theme_css
    if brand.logo is not None:
        hub.logo, hub.logo_type = (brand.logo, SVG) if brand.logo else (None, None)
    return _finished(change, "brand.edit", source, actor, now)


def edit_words(*, words: Mapping[str, Mapping[str, str]], actor: Actor, now: datetime) -> int:
    """Replace the hub's own nouns, by locale and key; an empty one falls back to the present one."""
    change = editing.begin(part="front")
    _name_things(change.hub, words)
    return _finished(change, "words.edit", None, actor, now)


def edit_home(*, sections: tuple[str, ...], texts: Mapping[str, Mapping[str, str]], actor: Actor, now: datetime) -> int:
    """Choose and order the front page's sections, and rewrite its sentences by locale."""
    change = editing.begin(part="front")
    _arrange(change.hub, sections, texts)
    return _finished(change, "home.edit", None, actor, now)


def edit_front(
    *, front: Front, version: int | None = None, source: int | None = None, actor: Actor, now: datetime
) -> int:
    """Sections, sentences and nouns in one change; returns the number of the front page's newest version.

    Refuses with FieldRefused or ChangedMeanwhile.
    """
    change = editing.begin(part="front", version=version)
    check_front(change.hub, front)
    _arrange(change.hub, front.sections, front.texts)
    _name_things(change.hub, front.words)
    return _finished(change, "home.edit", source, actor, now)


def check_front(hub: Hub | HubView, front: Front) -> None:
    """Refuses with FieldRefused what cannot stand on this hub's front page."""
    _refuse_sections(hub, front.sections)
    _refuse_sentences(hub, front.texts)
    _refuse_nouns(hub, front.words)


def edit_steps(
    *,
    steps: Mapping[str, Mapping[str, str]],
    version: int | None = None,
    source: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Say a newcomer's first steps in the hub's own words, by locale and key; an empty one takes the usual words."""
    change = editing.begin(part="steps", version=version)
    hub = change.hub
    check_steps(hub, steps)
    kept = {locale: table for locale, table in hub.home.get("steps", {}).items() if locale not in steps}
    for locale, table in steps.items():
        said = {key: _plain(words) for key, words in table.items() if _plain(words)}
        if said:
            kept[locale] = said
    hub.home = {**hub.home, "steps": kept}
    return _finished(change, "steps.edit", source, actor, now)


def check_steps(hub: Hub | HubView, steps: Mapping[str, Mapping[str, str]]) -> None:
    """Refuses with FieldRefused what cannot be a first step's words."""
    for locale, table in steps.items():
        _refuse_language(hub, locale, "steps")
        for key, words in table.items():
            most = schema.STEP_LENGTHS.get(key, schema.STEP_LENGTH)
            if key not in schema.STEPS or len(words.strip()) > most:
                raise errors.FieldRefused(
                    _("At most %(most)s characters fit here.", most=most), field=f"{locale}-{key}"[:60]
                )
            _refuse_marks(words, f"{locale}-{key}")


def edit_switches(
    *,
    switches: Mapping[str, bool],
    version: int | None = None,
    source: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Turn some of the hub's switches; the others stay. Returns the number of their newest version.

    Refuses with FieldRefused or ChangedMeanwhile.
    """
    unknown = [name for name in switches if name not in schema.FEATURES]
    if unknown:
        raise errors.FieldRefused(_("Choose from the list."), field=unknown[0][:40])
    change = editing.begin(part="switches", version=version)
    features = {**change.hub.features, **switches}
    if not features.get("shipping", True) and not features.get("pickup", True):
        raise errors.FieldRefused(
            _("Somehow buyers must get what they buy: by parcel, or by picking it up."), field="pickup"
        )
    if features.get("needs", True) and not arrangement.is_on(features, "needs"):
        raise errors.FieldRefused(
            _("Needs come out of the directory: switch the directory on as well, or needs off."), field="needs"
        )
    change.hub.features = features
    return _finished(change, "switches.edit", source, actor, now)


def _refuse_sections(hub: Hub | HubView, sections: tuple[str, ...]) -> None:
    for section in sections:
        if section not in schema.SECTIONS or sections.count(section) > 1:
            raise errors.FieldRefused(
                _("%(section)s cannot be a section here.", section=section[:40]), field="sections"
            )
    if not set(sections) & set(arrangement.shown(hub.features)):
        raise errors.FieldRefused(_("A front page needs at least one part."), field="sections")


def _refuse_sentences(hub: Hub | HubView, texts: Mapping[str, Mapping[str, str]]) -> None:
    for locale, table in texts.items():
        _refuse_language(hub, locale, "texts")
        for key, sentence in table.items():
            most = schema.TEXT_LENGTHS.get(key, schema.TEXT_LENGTH)
            if key not in schema.TEXTS or not 0 < len(_plain(sentence)) <= most:
                raise errors.FieldRefused(
                    _("Between 1 and %(most)s characters fit here.", most=most), field=f"{locale}-{key}"
                )
            _refuse_marks(sentence, f"{locale}-{key}")


def _refuse_nouns(hub: Hub | HubView, words: Mapping[str, Mapping[str, str]]) -> None:
    for locale, table in words.items():
        _refuse_language(hub, locale, "words")
        for key, word in table.items():
            if key not in schema.WORDS or len(word.strip()) > LONGEST_WORD:
                raise errors.FieldRefused(
                    _("%(key)s: at most %(most)s characters.", key=key[:40], most=LONGEST_WORD), field=f"{locale}-{key}"
                )


def _refuse_language(hub: Hub | HubView, locale: str, field_name: str) -> None:
    if locale not in hub.locales:
        raise errors.FieldRefused(_("This hub does not speak %(locale)s.", locale=locale[:20]), field=field_name)


def _refuse_marks(text: str, field_name: str) -> None:
    if schema.PLACEHOLDER.search(text):
        raise errors.FieldRefused(_("Write the text itself: {{…}} is filled in pack files only."), field=field_name)


def _arrange(hub: Hub, sections: tuple[str, ...], texts: Mapping[str, Mapping[str, str]]) -> None:
    _refuse_sections(hub, sections)
    _refuse_sentences(hub, texts)
    merged = {locale: dict(table) for locale, table in hub.home.get("texts", {}).items()}
    for locale, table in texts.items():
        merged.setdefault(locale, {}).update({key: _plain(sentence) for key, sentence in table.items()})
    hub.home = {**hub.home, "sections": list(sections), "texts": merged}


def _name_things(hub: Hub, words: Mapping[str, Mapping[str, str]]) -> None:
    _refuse_nouns(hub, words)
    merged = {locale: dict(hub.words.get(locale, {})) for locale in hub.locales}
    for locale, table in words.items():
        merged[locale].update({key: _plain(word) for key, word in table.items() if _plain(word)})
    hub.words = merged


def _plain(text: str) -> str:
    """Without what a pack's files may not hold: of the control characters, only the line's end."""
    return _CONTROL.sub(" ", text.replace("\r\n", "\n")).strip()


def _texts(brand: Brand) -> list[Refusal]:
    limits = (("name", brand.name, LONGEST_NAME), ("place", brand.place, LONGEST_PLACE))
    refusals: list[Refusal] = []
    for name, value, most in limits:
        try:
            _refuse_marks(value, name)
        except errors.FieldRefused as refusal:
            refusals.append(refusal)
        if not 0 < len(_plain(value)) <= most:
            refusals.append(
                errors.FieldRefused(_("Between 1 and %(most)s characters fit here.", most=most), field=name)
            )
    return refusals


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


def _finished(change: Change, action: str, source: int | None, actor: Actor, now: datetime) -> int:
    act = "edit" if source is None else "restore"
    return editing.finish(change, actor=actor, action=action, now=now, act=act, source=source)
