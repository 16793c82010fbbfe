"""A hub's theme as CSS: the palette of its seeds, its faces, shapes and density, as custom properties in one layer."""

from __future__ import annotations

from collections.abc import Mapping

from hubapp.tenancy import stylesheet as sheets
from hubapp.tenancy.palette import Palette, PaletteRefused, build

__all__ = [
    "CONTROL_SHAPES",
    "DENSITIES",
    "FONT_PAIRS",
    "LARGEST_RADIUS",
    "TILE_SETS",
    "Palette",
    "PaletteRefused",
    "build",
    "stylesheet",
]

# Display and text faces with what suits them; the families are vendored by the interface.
FONT_PAIRS: Mapping[str, Mapping[str, str]] = {
    "grotesque": {
        "font-display": '"Bricolage Grotesque", system-ui, sans-serif',
        "display-weight": "700",
        "display-track": "-.03em",
    },
    "serif": {
        "font-display": "Fraunces, Georgia, serif",
        "display-weight": "400",
        "display-track": "-.025em",
        "display-lead": "1.06",
        "display-scale": ".95",
    },
    "arabic": {
        "font-text": 'Figtree, "Readex Pro", system-ui, sans-serif',
        "font-display": "var(--font-text)",
        "display-weight": "650",
        "display-scale": ".86",
        "display-lead": "1.15",
    },
    "plain": {
        "font-display": "var(--font-text)",
    },
}
CONTROL_SHAPES: Mapping[str, str] = {"square": "2px", "rounded": "8px", "pill": "999px"}
DENSITIES: Mapping[str, float] = {"compact": 0.8, "regular": 1.0, "roomy": 1.15}
TILE_SETS = ("workshop", "rest", "harbour", "network")
LARGEST_RADIUS = 28


def stylesheet(
    palette: Palette,
    *,
    radius: int,
    control_shape: str,
    density: str,
    font_pair: str | None,
    extra_css: str = "",
) -> str:
    """The hub's CSS: one `:root` rule in layer `hub`, the hub's own `theme.css` values last.

    `radius` in pixels. `font_pair` None: in the faces of the page around it. Raises StylesheetRefused where `extra_css`
    holds anything but whitelisted properties.
    """
    properties = {name: f"light-dark({shade}, {palette.dark[name]})" for name, shade in palette.light.items()}
    properties["radius"] = f"{radius}px"
    properties["radius-control"] = CONTROL_SHAPES[control_shape]
    properties["density"] = f"{DENSITIES[density]:g}"
    properties |= FONT_PAIRS[font_pair] if font_pair else {}
    properties |= sheets.declarations(extra_css)
    body = "".join(f"    --{name}: {value};\n" for name, value in properties.items())
    return f"@layer hub {{\n  :root {{\n{body}  }}\n}}\n"
