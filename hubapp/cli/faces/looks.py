"""How somebody invented looks: what is told of them, and the rest from their handle, so that no two look alike."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hubapp.cli.faces.colours import Colour, hexed, mixed

TRIES = 12
One = TypeVar("One")
# What can be told of somebody: to whom it applies, as `demo/faces.toml` lists them.
WORDS = frozenset(
    [
        "woman",
        "man",
        "light",
        "olive",
        "tan",
        "brown",
        "dark",
        "blond",
        "red",
        "grey",
        "scarf",
        "cap",
        "wrap",
        "glasses",
        "beard",
        "young",
    ]
)
WORN = ("scarf", "cap", "wrap")
TONES: Mapping[str, tuple[str, ...]] = {
    "light": ("#f8dcc8", "#f4cfb4", "#eec3a3"),
    "olive": ("#e9bd97", "#dfae84", "#e4b48f"),
    "tan": ("#d19c70", "#c68d5f", "#bd8154"),
    "brown": ("#a26a43", "#935d3b", "#ad7549"),
    "dark": ("#7d4d32", "#6c4029", "#5b3524"),
}
HAIRS: Mapping[str, tuple[str, ...]] = {
    "light": ("#6b4429", "#8a5a34", "#4a3024", "#a06a3a", "#33241f"),
    "olive": ("#2c1f1c", "#3f2a21", "#54362a", "#1f1a1c"),
    "tan": ("#241b1b", "#382620", "#4a2f25"),
    "brown": ("#1f1819", "#2d2020", "#3b2823"),
    "dark": ("#1a1517", "#261c1c", "#33211f"),
    "blond": ("#d9ab5e", "#c6944c", "#e3c07c"),
    "red": ("#a8502a", "#8e3d24", "#bf6a38"),
    "grey": ("#8f8b89", "#b9b5b0", "#dcd7d0", "#75706f"),
}
WOMEN = ("long", "waves", "bob", "bun", "side", "pixie", "fringe", "tail", "curls")
WOMEN_CURLY = ("afro", "puffs", "braids", "topknot", "crop", "curls", "bun")
MEN = ("short", "parted", "quiff", "crop", "tousled", "receding", "curly")
MEN_CURLY = ("crop", "fade", "twists", "curly", "bald")
BEARDS = ("full", "short", "moustache", "goatee")
TOPS = ("crew", "shirt", "vee", "high", "hood", "straps", "buttons")
MOUTHS = ("closed", "open", "wide", "half")
# Worn by anybody, whatever the hub's colours.
CLOTHES = ("#f3efe6", "#2f3b4c", "#b5483a", "#d98e3f", "#5d7f5a", "#7a5a8c", "#3f7c8a", "#c9657a", "#8a6b4f", "#e3c15b")


@dataclass(frozen=True, slots=True)
class Look:
    """Everything there is to see of somebody."""

    ground: Colour
    sun: Colour
    sun_at: tuple[float, float]
    skin: Colour
    hair: Colour
    style: str
    wear: Colour
    cloth: Colour
    top: str
    beard: str
    glasses: str
    mouth: str
    jaw: float
    length: float
    brows: float
    earrings: bool


class Chance:
    """The same numbers for the same seed, on every machine and in every release of Python."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def of(self, what: str, options: Sequence[One]) -> One:
        """One of them."""
        digest = hashlib.blake2b(f"{self._seed}/{what}".encode(), digest_size=8).digest()
        return options[int.from_bytes(digest) % len(options)]


def looks(people: Mapping[str, Collection[str]], *, palette: Sequence[str]) -> dict[str, Look]:
    """Key → how they look, of a hub's people and what is told of each; of whom nothing is told is left out.

    `palette`: the hub's colours. Who would look like somebody before them is thought up anew.
    """
    found: dict[str, Look] = {}
    for key, told in people.items():
        if not told:
            continue
        tries = (look(f"{key}/{number}", frozenset(told), palette) for number in range(TRIES))
        found[key] = min(tries, key=lambda one: sum(_likeness(one, other) ** 3 for other in found.values()))
    return found


def _likeness(one: Look, other: Look) -> int:
    """How much of what one sees at first is the same."""
    return sum(
        (
            2 * (one.style == other.style),
            _near(one.hair, other.hair),
            2 * _near(one.skin, other.skin),
            2 * _near(one.ground, other.ground),
            2 * _near(one.cloth, other.cloth),
            one.top == other.top,
            one.beard == other.beard,
            bool(one.glasses) == bool(other.glasses),
            4 * (one.style == other.style in WORN and _near(one.wear, other.wear)),
        )
    )


def _near(one: Colour, other: Colour) -> bool:
    return abs(one[0] - other[0]) + abs(one[1] - other[1]) + abs(one[2] - other[2]) < 40  # noqa: PLR2004  of 765


def look(seed: str, told: frozenset[str], palette: Sequence[str]) -> Look:
    """How somebody looks of whom this is told."""
    chance, primary, accent = Chance(seed), hexed(palette[0]), hexed(palette[1])
    tone = next((name for name in TONES if name in told), "olive")
    kind = next((name for name in ("grey", "blond", "red") if name in told), tone)
    white, warm = hexed("#fffaf2"), hexed("#f2d9b8")
    grounds = (
        mixed(primary, white, 0.72),
        mixed(primary, white, 0.45),
        mixed(accent, white, 0.55),
        mixed(accent, white, 0.25),
        mixed(warm, accent, 0.12),
        mixed(mixed(primary, accent, 0.5), white, 0.66),
        mixed(primary, hexed("#202020"), 0.12),
    )
    ground = chance.of("ground", grounds)
    clothes = [*map(hexed, CLOTHES), primary, accent, mixed(primary, hexed("#10131a"), 0.35)]
    cloth = chance.of("cloth", [one for one in clothes if _apart(one, ground)])
    is_man = "man" in told
    return Look(
        ground=ground,
        sun=mixed(ground, white, 0.28),
        sun_at=chance.of("sun", ((22.0, 30.0), (80.0, 26.0), (50.0, 18.0), (74.0, 66.0), (24.0, 68.0))),
        skin=hexed(chance.of("skin", TONES[tone])),
        hair=hexed(chance.of("hair", HAIRS[kind])),
        style=_style(chance, told, tone),
        wear=chance.of("wear", [one for one in clothes if _apart(one, ground) and _apart(one, cloth)]),
        cloth=cloth,
        top=chance.of("top", TOPS),
        beard=_beard(chance, told) if is_man else "",
        glasses=chance.of("glasses", ("round", "square") + ("cat",) * (not is_man)) if "glasses" in told else "",
        mouth=chance.of("mouth", MOUTHS),
        jaw=chance.of("jaw", (0.96, 1.0, 1.04) if is_man else (0.92, 0.95, 0.99)),
        length=chance.of("length", (0.0, 0.8, 1.6)),
        brows=chance.of("brows", (1.9, 2.2) if is_man else (1.2, 1.5)),
        earrings=not is_man and chance.of("earrings", (True, False)),
    )


def _apart(one: Colour, other: Colour) -> bool:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) > 130  # noqa: PLR2004  of 765


def _style(chance: Chance, told: frozenset[str], tone: str) -> str:
    for worn in WORN:
        if worn in told:
            return worn
    is_curly = tone in {"brown", "dark"}
    if "man" in told:
        styles = MEN_CURLY if is_curly else MEN
        thin = ("receding", "bald")
        if "young" in told:
            return chance.of("style", [style for style in styles if style not in thin])
        return chance.of("style", styles + thin * ("grey" in told))
    return chance.of("style", WOMEN_CURLY if is_curly else WOMEN)


def _beard(chance: Chance, told: frozenset[str]) -> str:
    if "beard" in told:
        return chance.of("beard", BEARDS)
    return "" if "young" in told else chance.of("beard", ("", "", "stubble", "short", "moustache"))
