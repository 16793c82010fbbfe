"""What the component templates may call: icons, art and small charts, as globals of the template environment."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment

from hubapp.web import charts, fragments
from hubapp.web.icons import icon
from hubapp.web.mosaic import avatar, mosaic, single

# The files that every first page needs at once, per font pair; further ranges load when a page uses them.
FONT_PAIRS = {
    "plain": ("figtree-latin-wght",),
    "grotesque": ("figtree-latin-wght", "bricolage-grotesque-latin-700"),
    "serif": ("figtree-latin-wght", "fraunces-latin-400"),
    "arabic": ("readex-pro-arabic-wght", "figtree-latin-wght"),
}


def font_addresses(pair: str, static_url: Callable[[str], str], *, direction: str = "ltr") -> list[str]:
    """Where the fonts of a pair are. Must equal what fonts.css resolves to, or the browser fetches each twice.

    From right to left every pair is set in the Arabic one, as core.css says: three families are too heavy for a page.
    """
    folder = static_url("fonts.css").removesuffix("fonts.css")
    names = FONT_PAIRS.get("arabic" if direction == "rtl" else pair, FONT_PAIRS["plain"])
    return [f"{folder}vendor/fonts/{name}-normal.woff2" for name in names]


def install(env: Environment, *, static_url: Callable[[str], str]) -> None:
    """Add the interface's globals. `static_url` turns a path below `static/` into an address."""

    def font_urls(pair: str = "plain", direction: str = "ltr") -> list[str]:
        return font_addresses(pair, static_url, direction=direction)

    env.globals.update(
        static_url=static_url,
        font_urls=font_urls,
        icon=icon,
        cover=mosaic,
        thumb=single,
        avatar=avatar,
        split_svg=charts.split_svg,
        part_colour=charts.colour,
        bars_svg=charts.bars_svg,
        measured_svg=charts.measured_svg,
        spark_svg=charts.spark_svg,
        part_asked=fragments.part_asked,
        stays=fragments.stays,
    )
