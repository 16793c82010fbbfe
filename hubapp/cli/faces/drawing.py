"""Drawing a portrait: ground, what is behind the head, the bust, the face, what is on the head.

`python -m hubapp.cli.faces.drawing SIDE…` reads {hub: (palette, {person: words})} as JSON, and writes {hub: {person:
{side: file}}} of everybody of whom something is told.
"""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Sequence

from PIL import Image

from hubapp.cli.faces import hair
from hubapp.cli.faces.colours import Colour, hexed, mixed
from hubapp.cli.faces.looks import Look, looks
from hubapp.cli.faces.shapes import Sheet, mirrored
from hubapp.kernel import pictures

# What of the sheet is kept: its corner and side.
FRAME = (6, 2, 88)
DARK, WHITE = hexed("#2a1d1b"), hexed("#ffffff")


def portrait(look: Look) -> Image.Image:
    """Somebody, large."""
    sheet = Sheet(look.ground)
    sheet.oval(look.sun_at, 30, 30, look.sun)
    hair.behind(sheet, look)
    _bust(sheet, look)
    _head(sheet, look)
    _beard(sheet, look)
    _features(sheet, look)
    hair.before(sheet, look)
    _brows(sheet, look)
    _glasses(sheet, look)
    return sheet.cut(*FRAME)


def shade(skin: Colour) -> Colour:
    """Skin where less light falls."""
    return mixed(skin, hexed("#6b2a22"), 0.22)


def _bust(sheet: Sheet, look: Look) -> None:
    cloth, skin = look.cloth, shade(look.skin)
    dark, light = mixed(cloth, DARK, 0.2), mixed(cloth, WHITE, 0.35)
    if look.top == "hood":
        sheet.blob(mirrored([(50, 70), (66, 72), (74, 84), (66, 96)]), dark)
    sheet.blob(mirrored([(50, 80), (62, 80.5), (78, 85), (88, 94), (92, 112)]), cloth)
    sheet.box((42, 60), (58, 84), skin, round_by=6)
    _neckline(sheet, look, (skin, dark, light))
    if look.top == "straps":
        for x in (33.0, 67.0):
            sheet.facet([(x - 4, 81), (x + 3.5, 81), (x + 3.5, 102), (x - 4, 102)], look.wear)
    if look.top == "hood":
        for x in (45.0, 55.0):
            sheet.stroke([(x, 87), (x + (x - 50) * 0.2, 96)], light, 1.2)


def _neckline(sheet: Sheet, look: Look, colours: tuple[Colour, Colour, Colour]) -> None:
    skin, dark, light = colours
    if look.top in {"crew", "straps", "hood"}:
        sheet.oval((50, 80.5), 10.5, 6, skin)
        sheet.stroke([(39.5, 81), (43.5, 86), (50, 87.6), (56.5, 86), (60.5, 81)], dark, 1.7)
    elif look.top == "vee":
        sheet.facet([(40.5, 78), (59.5, 78), (50, 94)], skin)
        sheet.stroke([(40.5, 79.5), (45, 87), (50, 94), (55, 87), (59.5, 79.5)], dark, 1.7)
    elif look.top == "high":
        sheet.box((40, 72.5), (60, 85), look.cloth, round_by=4)
        sheet.stroke([(41.5, 79), (50, 80.6), (58.5, 79)], dark, 1.2)
    else:
        sheet.facet([(41, 77), (59, 77), (50, 90)], skin)
        sheet.facet([(41, 76.5), (50, 90), (41, 93), (35.5, 81)], light)
        sheet.facet([(59, 76.5), (50, 90), (59, 93), (64.5, 81)], light)
        if look.top == "buttons":
            for y in (93, 98):
                sheet.oval((50, y), 1, 1, light)


def _jaw(look: Look) -> list[tuple[float, float]]:
    wide, low = look.jaw, look.length
    half = [(50, 21), (62, 24), (69.4, 36), (69.8, 48), (67.2, 58), (59.8, 66.4 + low), (50, 69.6 + low)]
    return [(50 + (x - 50) * wide, y) for x, y in half]


def _head(sheet: Sheet, look: Look) -> None:
    ear = 19.6 * look.jaw
    # The chin's shadow.
    sheet.blob(
        [(42, 66), (50, 73 + look.length), (58, 66), (58, 73), (50, 78 + look.length), (42, 73)],
        mixed(shade(look.skin), DARK, 0.14),
    )
    for side in (-1, 1):
        sheet.oval((50 + side * ear, 48.5), 3.8, 5.2, look.skin)
        sheet.oval((50 + side * (ear + 0.3), 48.8), 1.9, 2.9, shade(look.skin))
        if look.earrings and look.style not in {"scarf", "long", "waves", "bob"}:
            sheet.oval((50 + side * (ear + 0.4), 55), 1.5, 1.5, look.wear)
    sheet.blob(mirrored(_jaw(look)), look.skin)


def _beard(sheet: Sheet, look: Look) -> None:
    colour = look.hair if look.beard != "stubble" else mixed(look.skin, look.hair, 0.28)
    if look.beard == "short":
        colour = mixed(look.hair, look.skin, 0.12)
    low = look.length + (3.2 if look.beard == "full" else 0.6)
    wide = look.jaw * (1.03 if look.beard == "full" else 1.005)
    if look.beard in {"full", "short", "stubble"}:
        outer = [(50, 69.6 + low), (60, 66.6 + low), (67.6, 58), (69.7, 48)]
        inner = [(66.6, 52), (62.4, 57.6), (56, 56.8), (50, 57.2)]
        half = [(50 + (x - 50) * wide, y) for x, y in outer] + [(50 + (x - 50) * look.jaw, y) for x, y in inner]
        sheet.facet([*half, *((100 - x, y) for x, y in reversed(half))], colour)
        sheet.blob(
            [
                (50 + (x - 50) * wide, y)
                for x, y in mirrored([(50, 57), (60, 57), (66.4, 58), (60, 66.6 + low), (50, 69.8 + low)])
            ],
            colour,
        )
    if look.beard in {"moustache", "goatee", "full"}:
        sheet.blob(mirrored([(50, 57), (54, 56.6), (59.4, 60.4), (54, 60.6), (50, 59.8)]), colour)
    if look.beard == "goatee":
        sheet.blob(mirrored([(50, 64.6), (54.5, 64.6), (55.4, 69), (50, 73.4 + look.length)]), colour)


def _features(sheet: Sheet, look: Look) -> None:
    blush = mixed(look.skin, hexed("#e0503f"), 0.17)
    for side in (-1, 1):
        if look.beard != "full":
            sheet.oval((50 + side * 12.4, 55.6), 4, 3, blush)
        x = 50 + side * 8.3
        if look.mouth == "wide" and not look.glasses:
            sheet.stroke([(x - 2.7, 48.8), (x, 46.4), (x + 2.7, 48.8)], DARK, 1.7)
        else:
            sheet.oval((x, 48), 2.1, 2.6, DARK)
            sheet.oval((x + 0.7, 47.1), 0.75, 0.75, WHITE)
    sheet.stroke([(50.4, 49.5), (48.4, 55), (50.8, 55.8)], mixed(shade(look.skin), DARK, 0.1), 1.3)
    _mouth(sheet, look)


def _mouth(sheet: Sheet, look: Look) -> None:
    lips = mixed(look.skin, hexed("#9c2f35"), 0.62)
    if look.mouth in {"open", "wide"}:
        sheet.blob(mirrored([(50, 60.7), (56.4, 60.4), (54, 64.4), (50, 65.8)]), mixed(lips, DARK, 0.35))
        sheet.blob(mirrored([(50, 61), (54.8, 60.9), (53.6, 62.5), (50, 62.9)]), WHITE)
    elif look.mouth == "half":
        sheet.stroke([(44.6, 62), (49, 63.6), (54, 62.6), (56, 60.6)], lips, 1.7)
    else:
        sheet.stroke([(44.4, 61), (47, 63.2), (50, 63.9), (53, 63.2), (55.6, 61)], lips, 1.7)


def _brows(sheet: Sheet, look: Look) -> None:
    colour = mixed(look.hair, DARK, 0.35)
    for side in (-1, 1):
        ends = [(50 + side * 4.8, 42.6), (50 + side * 8.6, 41.2), (50 + side * 12.2, 42.8)]
        sheet.stroke(ends, colour, look.brows)


def _glasses(sheet: Sheet, look: Look) -> None:
    frame = DARK if sum(look.skin) > 300 else hexed("#e9c46a")  # noqa: PLR2004  of 765
    for side in (-1, 1):
        x = 50 + side * 8.5
        if look.glasses == "round":
            sheet.ring((x, 48.2), 6.3, 6.3, frame, 1.3)
        elif look.glasses == "square":
            sheet.box((x - 6.6, 43.4), (x + 6.6, 53), frame, round_by=2.6, width=1.3)
        elif look.glasses == "cat":
            sheet.ring((x, 48), 6.7, 5.4, frame, 1.4)
            sheet.facet([(x + side * 3, 43), (x + side * 8.6, 41.6), (x + side * 6.4, 46)], frame)
        if look.glasses:
            sheet.stroke([(x + side * 6.4, 46.6), (50 + side * 19.4, 46)], frame, 1.2)
    if look.glasses:
        sheet.stroke([(48, 47.4), (50, 46.6), (52, 47.4)], frame, 1.3)


def _files(look: Look, sides: Sequence[int]) -> dict[str, str]:
    large = portrait(look)
    small = {side: large.resize((side, side), Image.Resampling.LANCZOS) for side in sides}
    return {str(side): b64encode(pictures.webp(picture)).decode() for side, picture in small.items()}


def _main() -> None:
    sides = [int(side) for side in sys.argv[1:]]
    drawn = {
        slug: {key: _files(look, sides) for key, look in looks(people, palette=palette).items()}
        for slug, (palette, people) in json.load(sys.stdin).items()
    }
    json.dump(drawn, sys.stdout)


if __name__ == "__main__":
    _main()
