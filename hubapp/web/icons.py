"""Icons drawn in the page itself: no request, no flash, and the colour of the text around them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from markupsafe import Markup, escape

_FOLDER = Path(__file__).parent / "static" / "vendor" / "lucide"
NAMES = frozenset(path.stem for path in _FOLDER.glob("*.svg"))
# Arrows and chevrons that point along the line of text turn round in right-to-left pages.
_DIRECTED = frozenset(
    {
        "arrow-left",
        "arrow-right",
        "arrow-up-right",
        "chevron-left",
        "chevron-right",
        "log-in",
        "log-out",
        "undo-2",
    }
)


@lru_cache(maxsize=512)
def icon(name: str, size: str = "") -> Markup:
    """Return the icon as inline SVG, hidden from screen readers; size is `""`, `"sm"`, `"lg"` or `"xl"`.

    Raises KeyError for a name that is not vendored, so that a typing mistake fails in the first test.
    """
    if name not in NAMES:
        raise KeyError(f"no icon named {name!r}: add it to ICONS in static/vendor/vendor.py and run that script")
    classes = "icon" + (f" icon-{size}" if size else "") + (" icon-turns" if name in _DIRECTED else "")
    return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(
        escape(classes),
        Markup(_shapes(name)),  # noqa: S704  our own vendored files
    )


def _shapes(name: str) -> str:
    text = (_FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    # A file is: a licence comment, the opening tag, the shapes, the closing tag.
    shapes = text.split(">", 2)[2].rsplit("</svg>", 1)[0]
    return " ".join(shapes.split()).replace("> <", "><").replace(" />", "/>")
