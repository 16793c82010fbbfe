"""What is on a head: hair of many kinds, a scarf, a wrap, a cap; behind the face and before it."""

from __future__ import annotations

from collections.abc import Sequence

from hubapp.cli.faces.colours import Colour, hexed, mixed
from hubapp.cli.faces.looks import Look
from hubapp.cli.faces.shapes import Point, Sheet, curve, mirrored

BLACK, WHITE = hexed("#1b1213"), hexed("#ffffff")
# Behind the head, the right half from the top down.
BEHIND: dict[str, Sequence[Point]] = {
    "long": ((50, 16), (66, 19), (75, 34), (76.5, 58), (77, 80), (68, 90), (50, 88)),
    "fringe": ((50, 16), (66, 19), (75, 34), (76, 58), (75, 78), (68, 84), (50, 82)),
    "waves": ((50, 15), (67, 18), (76, 32), (75, 46), (79.5, 58), (76.5, 70), (79, 82), (70, 89), (50, 86)),
    "bob": ((50, 15.5), (66, 18), (75, 33), (76.5, 52), (74.5, 66), (66, 70), (50, 66)),
    "braids": ((50, 17), (65, 19.5), (73, 33), (75, 56), (77, 84), (70, 92), (62, 88), (50, 80)),
    "side": ((50, 16), (66, 19), (74, 34), (74, 52), (70, 60), (50, 60)),
}
# On the forehead, from the left ear over the top to the right ear and back along the hairline.
OVER: Sequence[Point] = ((30.2, 48), (28.6, 36), (33, 23.5), (44, 17), (56, 17), (67, 23.5), (71.4, 36), (69.8, 48))
LINES: dict[str, Sequence[Point]] = {
    "centre": ((67, 41), (60, 33), (50, 27.5), (40, 33), (33, 41)),
    "parted": ((67.4, 41), (64, 35), (56, 33.4), (46, 30), (38, 28.5), (33.4, 40)),
    "straight": ((68, 42), (66, 35.5), (58, 33.4), (50, 33), (42, 33.4), (34, 35.5), (32, 42)),
    "low": ((68.4, 43), (64, 38.8), (57, 38.6), (50, 38.4), (43, 38.6), (36, 38.8), (31.6, 43)),
    "high": ((68.6, 40), (64.5, 31), (58, 29.5), (50, 31), (42, 29.5), (35.5, 31), (31.4, 40)),
    "swept": ((67, 42), (62, 36.4), (54, 36.6), (45, 34), (38, 29.5), (33, 40)),
}


def behind(sheet: Sheet, look: Look) -> None:
    """What is seen at the sides of the head and above it."""
    colour = mixed(look.hair, BLACK, 0.16)
    if look.style in BEHIND:
        sheet.blob(mirrored(list(BEHIND[look.style])), colour)
    elif look.style == "afro":
        sheet.oval((50, 36), 29, 27, look.hair)
        sheet.curls((50, 36), (27.5, 25.5), (150, 390), 4.6, look.hair)
    elif look.style == "curls":
        sheet.curls((50, 42), (22.5, 25), (120, 420), 7, colour)
        sheet.curls((50, 56), (24, 14), (-30, 210), 6.4, colour)
    elif look.style == "puffs":
        for x in (25.0, 75.0):
            sheet.oval((x, 24), 11, 11, look.hair)
            sheet.curls((x, 24), (9.6, 9.6), (0, 340), 3.2, look.hair)
    elif look.style in {"bun", "topknot"}:
        size = 9.0 if look.style == "bun" else 10.5
        sheet.oval((50, 13.5), size, size * 0.92, look.hair)
        if look.style == "topknot":
            sheet.curls((50, 13.5), (size - 1, size - 2), (150, 390), 3, look.hair)
    elif look.style == "tail":
        sheet.blob([(64, 18), (78, 22), (83, 38), (80, 58), (84, 70), (75, 76), (72, 60), (70, 40)], colour)
    elif look.style == "scarf":
        _scarf_behind(sheet, look.wear)


def before(sheet: Sheet, look: Look) -> None:
    """What lies on the forehead and the crown."""
    style = look.style
    if style == "scarf":
        _scarf(sheet, look.wear)
    elif style == "wrap":
        _wrap(sheet, look.wear)
    elif style == "cap":
        _cap(sheet, look)
    elif style == "bald":
        sheet.stroke([(40, 26), (46, 23.6), (52, 23.4)], mixed(look.skin, WHITE, 0.35), 1.8)
    elif style in {"curly", "curls", "tousled", "twists"}:
        _cover(sheet, "high" if style == "twists" else "straight", look.hair)
        _locks(sheet, look)
    elif style in {"receding", "fade", "crop", "quiff"}:
        _short(sheet, look)
    else:
        _plain(sheet, look)


def _short(sheet: Sheet, look: Look) -> None:
    if look.style == "receding":
        for side in (-1, 1):
            half = [(19.8, 49), (21.4, 38), (17.6, 28), (13.4, 27.5), (17, 36), (17.6, 44)]
            sheet.blob([(50 + side * x, y) for x, y in half], look.hair)
    elif look.style in {"fade", "crop"}:
        _cover(sheet, "high", look.hair if look.style == "crop" else mixed(look.hair, look.skin, 0.25))
        if look.style == "fade":
            sheet.blob([(34, 31), (36, 21), (50, 15.5), (64, 21), (66, 31), (58, 29), (50, 30), (42, 29)], look.hair)
    else:
        _cover(sheet, "high", mixed(look.hair, look.skin, 0.1))
        sheet.blob([(33, 32), (31, 20), (42, 11.5), (58, 11), (69, 19), (66, 30), (56, 26.5), (44, 29)], look.hair)
        _shine(sheet, look, [(40, 19), (48, 15.6), (57, 15.8)])


def _plain(sheet: Sheet, look: Look) -> None:
    lines = {
        "long": "centre", "waves": "parted", "bob": "low", "fringe": "low", "bun": "high", "side": "swept",
        "pixie": "swept", "tail": "parted", "braids": "centre", "afro": "straight", "puffs": "centre",
        "topknot": "high", "short": "straight", "parted": "parted",
    }  # fmt: skip
    _cover(sheet, lines[look.style], look.hair)
    light = mixed(look.hair, WHITE, 0.16)
    if look.style == "braids":
        for side in (-1, 1):
            for x, low in ((20.4, 84), (24.2, 88)):
                sheet.stroke([(50 + side * (x - 3), 40), (50 + side * x, 60), (50 + side * x, low)], light, 0.9)
        for x in (38, 44, 50, 56, 62):
            sheet.stroke([(50 + (x - 50) * 1.2, 33), (50 + (x - 50) * 0.8, 19.5)], light, 0.9)
    elif look.style == "puffs":
        sheet.stroke([(50, 28), (50, 17.4)], light, 0.9)
    elif look.style in {"long", "waves", "bob", "fringe"}:
        for side in (-1, 1):
            low = 60 if look.style == "bob" else 74
            lock = [(21.6, 34), (24.8, 50), (24.4, low), (19.4, low - 2), (18.6, 52), (18.4, 42)]
            sheet.blob([(50 + side * x, y) for x, y in lock], look.hair)
        _shine(sheet, look, [(36, 29), (42, 23.4), (51, 21.6)])
    elif look.style == "side":
        sheet.blob([(69, 38), (75, 50), (77, 66), (73, 82), (66, 88), (66.5, 70), (69.4, 56)], look.hair)
    elif look.style != "afro":
        _shine(sheet, look, [(40, 24.6), (46, 21.6), (53, 21.2)])


def _cover(sheet: Sheet, line: str, colour: Colour) -> None:
    sheet.blob([*OVER, *LINES[line]], colour)


def _shine(sheet: Sheet, look: Look, points: Sequence[Point]) -> None:
    sheet.stroke(points, mixed(look.hair, WHITE, 0.2), 1.6)


def _locks(sheet: Sheet, look: Look) -> None:
    size = {"twists": 2.9, "tousled": 5.2, "curly": 5.6, "curls": 6.4}[look.style]
    sheet.curls((50, 35), (19.5, 15.5), (178, 362), size, look.hair)
    sheet.curls((50, 33), (14, 7.5), (180, 360), size, look.hair)
    if look.style == "twists":
        sheet.curls((50, 33), (16, 13), (185, 355), size, mixed(look.hair, WHITE, 0.07))
    elif look.style == "curls":
        sheet.curls((50, 39), (19, 12), (200, 340), 4.4, mixed(look.hair, WHITE, 0.06))


def _scarf_behind(sheet: Sheet, colour: Colour) -> None:
    sheet.blob(
        mirrored([(50, 14), (66, 17), (76, 33), (77, 56), (80, 78), (84, 100), (50, 104)]), mixed(colour, BLACK, 0.14)
    )


def _scarf(sheet: Sheet, colour: Colour) -> None:
    dark, light = mixed(colour, BLACK, 0.16), mixed(colour, WHITE, 0.14)
    for side in (-1, 1):
        edge = [(0, 14), (15, 16.6), (24.6, 30), (26, 50), (24, 66), (14, 77), (0, 80)]
        inner = [(0, 71.5), (10, 68.4), (16.4, 59), (18.6, 47), (16.4, 35), (9, 28.6), (0, 27.4)]
        half = [(50 + side * x, y) for x, y in (*edge, *inner)]
        sheet.facet(_smooth(half, len(edge)), colour)
    sheet.blob([(27, 66), (38, 76), (50, 79), (62, 76), (73, 66), (82, 86), (84, 104), (16, 104), (18, 86)], colour)
    sheet.stroke([(33.4, 35), (40, 28.6), (50, 27), (60, 28.6), (66.6, 35)], dark, 1.6)
    sheet.stroke([(27, 62), (36, 76), (52, 84), (66, 86)], dark, 1.4)
    sheet.stroke([(72, 66), (66, 76), (54, 84)], dark, 1.4)
    sheet.stroke([(34, 24), (42, 19.6), (51, 18.4)], light, 1.8)


def _smooth(points: list[Point], count: int) -> list[Point]:
    return [*curve(points[:count]), *curve(points[count:])]


def _wrap(sheet: Sheet, colour: Colour) -> None:
    dark, light = mixed(colour, BLACK, 0.2), mixed(colour, WHITE, 0.22)
    sheet.blob(
        [
            (29.4, 41),
            (27, 28),
            (30, 14),
            (42, 6),
            (58, 6),
            (70, 14),
            (73, 28),
            (70.6, 41),
            (62, 33),
            (50, 30.6),
            (38, 33),
        ],
        colour,
    )
    sheet.blob([(44, 22), (40, 10), (48, 5), (54, 12), (62, 6), (65, 14), (57, 23), (50, 27)], light)
    for points in ([(30, 36), (40, 27), (56, 21)], [(70, 36), (61, 26), (46, 19)], [(33, 22), (42, 16), (50, 14)]):
        sheet.stroke(points, dark, 1.3)


def _cap(sheet: Sheet, look: Look) -> None:
    colour = look.wear
    _cover(sheet, "high", look.hair)
    sheet.blob(mirrored([(50, 12), (64, 14), (71, 25), (71.4, 35), (60, 33.4), (50, 33)]), colour)
    sheet.blob(mirrored([(50, 28.6), (62, 29.4), (72, 32), (72, 37), (61, 35), (50, 34.2)]), mixed(colour, BLACK, 0.18))
