"""What every page's layout knows of its site: the hub in the reader's language, its menus, its files."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from babel import Locale
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from hubapp.home import look, menus
from hubapp.kernel.config import Settings
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.queries import HubView
from hubapp.web import locales as languages
from hubapp.web import request_scope
from hubapp.web.mosaic import mosaic

Entry = menus.Entry


class Site:
    """`hub` in templates: the hub's view, and what it looks and reads like in the current language."""

    def __init__(self, view: HubView, locale: str, root: str) -> None:
        self.view = view
        self.locale = locale
        self.root = root
        texts = view.home.get("texts", {})
        self.texts: Mapping[str, str] = texts.get(locale) or texts.get(view.default_locale) or {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.view, name)

    @property
    def name(self) -> str:
        """The hub's name in this language."""
        return self.texts.get("name") or self.view.name

    @property
    def place(self) -> str:
        """Where it is, in this language."""
        return self.texts.get("place") or self.view.place

    @property
    def tagline(self) -> str:
        """A few words beneath the name."""
        return self.texts.get("tagline", "")

    @property
    def theme_url(self) -> str:
        """The hub's stylesheet, kept by browsers until the brand changes."""
        return f"{self.root}/theme.css?v={self.view.brand_version}"

    @property
    def logo_url(self) -> str:
        """The hub's logo; '' where it has none."""
        return f"{self.root}/logo?v={self.view.brand_version}" if self.view.has_logo else ""

    @property
    def logo_data(self) -> str:
        """The hub's logo written out, for sheets that become files; '' where it has none."""
        found = tenancy.logo_of(self.view.id) if self.view.has_logo else None
        return f"data:{found[1]};base64,{base64.b64encode(found[0]).decode()}" if found else ""

    @property
    def manifest_url(self) -> str:
        """What a phone reads when the hub is put on its home screen."""
        return f"{self.root}/manifest.webmanifest?v={self.view.brand_version}"

    def icon_url(self, size: int) -> str:
        """The hub's icon for home screens, so many pixels wide."""
        return f"{self.root}/icon-{size}.png?v={self.view.brand_version}"

    def address(self, path: str) -> str:
        """The whole address of one of its pages or files, for those who are elsewhere; `path` as its pages have it."""
        return str(current_app.addresses.hub(self.view.slug, path.removeprefix(self.root)))  # type: ignore[attr-defined]

    @property
    def bar_colours(self) -> tuple[str, str]:
        """What a browser's own bars wear around the page: in light, in dark."""
        palette = look.palette_of(self.view.theme)
        return palette.light["surface"], palette.dark["surface"]

    @cached_property
    def nav(self) -> list[Entry]:
        """The main menu, in the hub's own words."""
        titles = tenancy.page_titles(self.locale, self.view.default_locale)
        return menus.hub_nav(self.view, self.locale, self.root, titles)

    def text(self, key: str, fallback: str) -> str:
        """A sentence of the front page, or ours where the hub has none."""
        return self.texts.get(key) or fallback

    def noun(self, key: str, fallback: str) -> str:
        """The hub's own word with a capital, for headings."""
        return capitalised(self.view.word(key, self.locale) or fallback)

    def cover(self, rows: int = 4, cols: int = 5) -> Markup:
        """The hub's cover art, always the same for the same brand."""
        theme = look.full(self.view.theme)
        return mosaic(theme["tile_set"], f"{self.view.slug}/{theme['mosaic']}", rows, cols)


def capitalised(text: str) -> str:
    """The first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=256)
def named(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    """(code, its name in its own language) for the language menus."""
    return [(code, capitalised(Locale.parse(code, sep="-").get_display_name() or code)) for code in codes]


def direction_of(locale: str) -> str:
    """`rtl` or `ltr`: a page may be shown in another language than the site around it."""
    return str(Locale.parse(locale, sep="-").text_direction)


def language() -> str:
    """The current language's code."""
    locale = get_locale()
    return str(locale.language) if locale else "en"


def site() -> Site | None:
    """The current hub as its pages see it; None on the central domain."""
    view: HubView | None = g.get("hub")
    if view is None:
        return None
    return request_scope.once("site", lambda: Site(view, language(), request.script_root))


def install(app: Flask) -> None:
    """Give the context to every template; must come after web.render, whose plain `hub` it replaces."""
    settings: Settings = app.extensions["hubapp.settings"]
    app.jinja_env.filters["capfirst"] = capitalised

    @app.context_processor
    def frame() -> dict[str, Any]:
        context: dict[str, Any] = {
            "network": settings.network_name,
            "is_sandbox": settings.is_sandbox,
            "is_demo": settings.demo,
        }
        if not has_request_context() or g.get("scope_stack") is None:
            return context
        if g.get("unknown_slug") is not None:
            # No hub, but a way out: the address of the network's front page.
            context["links"] = {"central_home": app.addresses.central("/")}  # type: ignore[attr-defined]
        context["locales"] = named(languages.offered())
        here = site()
        if here is None:
            entries = menus.central_nav()
            return context | {
                "central_nav": entries,
                "footer_links": menus.central_foot(),
                "active": menus.current(entries),
            }
        return context | _hub_context(here)


def _hub_context(here: Site) -> dict[str, Any]:
    titles = tenancy.page_titles(here.locale, here.view.default_locale)
    subnav = menus.section(here.view, here.root)
    entries = [*subnav, *here.nav]
    return {
        "hub": here,
        "subnav": subnav,
        "footer_links": menus.hub_foot(here.view, here.root, titles),
        "active": menus.current(entries),
    }


def network_name() -> str:
    """What the network calls itself."""
    settings: Settings = current_app.extensions["hubapp.settings"]
    return settings.network_name or _("the network")
