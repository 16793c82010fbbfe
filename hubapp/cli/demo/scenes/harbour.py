"""Pictures of a harbour of crafts: boats, a studded door, a loom, spoons of olive wood, a potter's shelf."""

from __future__ import annotations

from hubapp.cli.demo.scenes.sheet import HEIGHT, WIDTH, Palette, Sheet, around, mixed

OLIVE, LIME, BLUE, CLAY = "#a9824f", "#fbf6ea", "#1f6fb2", "#c0693f"


def boats(colours: Palette) -> Sheet:
    """At the quay, in the afternoon."""
    sheet = Sheet(colours.warm(0.72))
    sheet.disc(306, 92, 38, colours.accent)
    for x, height in ((0, 62), (56, 84), (104, 54), (160, 72), (222, 48)):
        sheet.box(x, 168 - height, 58, height + 4, LIME)
        sheet.box(x + 20, 168 - height + 18, 14, 22, BLUE, round_=7)
    sheet.half(133, 114, 24, LIME)
    sheet.box(0, 166, WIDTH, 134, colours.primary)
    for row in range(6):
        for place in range(8):
            x = place * 56 + (28 if row % 2 else 0)
            sheet.box(x, 184 + row * 20, 26, 2.4, colours.light(0.35), round_=1)
    for x, y, size, tone in ((104, 224, 1.0, CLAY), (276, 244, 1.25, BLUE)):
        sheet.line([(x, y), (x, y - 96 * size)], colours.dark(0.5), 4)
        sheet.form([(x + 5, y - 92 * size), (x + 5, y - 10), (x + 58 * size, y - 10)], LIME)
        sheet.form([(x - 5, y - 78 * size), (x - 5, y - 10), (x - 40 * size, y - 10)], colours.warm(0.45))
        hull = [(x - 70 * size, y - 6), (x + 70 * size, y - 6), (x + 46 * size, y + 26), (x - 46 * size, y + 26)]
        sheet.form(hull, tone)
        sheet.box(x - 70 * size, y - 8, 140 * size, 7, LIME)
    return sheet


def door(colours: Palette) -> Sheet:
    """Blue, with nails in a pattern, in a wall of lime."""
    sheet = Sheet(LIME)
    sheet.box(0, 268, WIDTH, 32, mixed(OLIVE, "#ffffff", 0.45))
    sheet.disc(200, 130, 116, colours.accent)
    sheet.box(84, 130, 232, 146, colours.accent)
    sheet.disc(200, 130, 98, LIME)
    sheet.box(102, 130, 196, 146, LIME)
    sheet.disc(200, 132, 90, BLUE)
    sheet.box(110, 132, 180, 144, BLUE)
    sheet.box(198, 44, 4, 232, mixed(BLUE, "#10131f", 0.4))
    nail = mixed(BLUE, "#10131f", 0.6)
    for x, inwards in ((155, 1), (245, -1)):
        for angle in range(0, 360, 30):
            sheet.disc(*around(x, 152, 30, angle), 3, nail)
            sheet.disc(*around(x, 228, 24, angle), 2.6, nail)
        for angle in range(0, 360, 60):
            sheet.disc(*around(x, 152, 15, angle), 2.6, nail)
        sheet.ring(x + 26 * inwards, 192, 9, "#d6b25e", width=4)
    for x, tall, flower in ((36, 74, "#d9487d"), (364, 92, "#4e8a5a")):
        sheet.form([(x - 20, 236), (x + 20, 236), (x + 14, 274), (x - 14, 274)], CLAY)
        for angle in (-150, -120, -90, -60, -30):
            sheet.line([(x, 238), around(x, 238, tall, angle)], "#4e8a5a", 5)
            sheet.disc(*around(x, 238, tall, angle), 9, flower)
    return sheet


def loom(colours: Palette) -> Sheet:
    """The warp above, and below what is woven already."""
    sheet = Sheet(colours.light(0.85))
    for x in (44, 340):
        sheet.box(x, 18, 18, 272, OLIVE, round_=4)
    for y in (28, 262):
        sheet.box(32, y, 338, 16, mixed(OLIVE, "#10131f", 0.2), round_=6)
    for x in range(72, 334, 6):
        sheet.box(x, 44, 1.6, 110, mixed(OLIVE, "#ffffff", 0.75))
    sheet.box(58, 106, 286, 9, mixed(OLIVE, "#ffffff", 0.25), round_=4)
    _kilim(sheet, colours, 70, 146, 264, 116)
    sheet.line([(252, 142), (312, 130)], colours.dark(0.3), 8)
    return sheet


def spoons(colours: Palette) -> Sheet:
    """Of olive wood, on a cloth."""
    sheet = Sheet(colours.light(0.25))
    for x in range(0, WIDTH, 25):
        sheet.box(x, 0, 3, HEIGHT, colours.light(0.4))
    for y in range(0, HEIGHT, 25):
        sheet.box(0, y, WIDTH, 3, colours.light(0.4))
    for x, tone in ((96, OLIVE), (200, mixed(OLIVE, "#ffffff", 0.2)), (304, mixed(OLIVE, "#10131f", 0.18))):
        sheet.box(x - 8, 110, 16, 158, tone, round_=8)
        sheet.disc(x, 84, 36, tone, tall=50)
        sheet.disc(x, 82, 27, mixed(tone, "#10131f", 0.2), tall=40)
        sheet.line([(x - 2, 140), (x + 2, 190), (x - 3, 250)], mixed(tone, "#10131f", 0.25), 2)
    return sheet


def shelf(colours: Palette) -> Sheet:
    """What came out of the kiln."""
    sheet = Sheet(mixed(LIME, colours.accent, 0.2))
    tones = (CLAY, colours.primary, BLUE, colours.accent, LIME)
    for row, y in enumerate((104, 192, 280)):
        sheet.box(0, y, WIDTH, 12, OLIVE)
        sheet.box(0, y + 12, WIDTH, 5, mixed(LIME, colours.accent, 0.4))
        for place in range(5):
            x, tone = 46 + place * 78, tones[(place + row * 2) % 5]
            if (place + row) % 3 == 0:
                sheet.half(x, y - 34, 34, tone, up=False)
                sheet.disc(x, y - 34, 34, mixed(tone, "#10131f", 0.2), tall=7)
            elif (place + row) % 3 == 1:
                sheet.box(x - 12, y - 72, 24, 30, tone)
                sheet.disc(x, y - 27, 28, tone, tall=27)
                sheet.box(x - 28, y - 34, 56, 6, mixed(tone, "#ffffff", 0.5))
            else:
                sheet.disc(x, y - 33, 33, tone)
                sheet.disc(x, y - 33, 22, mixed(tone, "#ffffff", 0.45))
                sheet.disc(x, y - 33, 8, tone)
    return sheet


def _kilim(sheet: Sheet, colours: Palette, x: float, y: float, width: float, height: float) -> None:
    """Bands of lozenges."""
    sheet.box(x, y, width, height, CLAY)
    bands, step = 4, width / 6
    for row in range(bands):
        top, tall = y + row * height / bands, height / bands
        sheet.box(x, top, width, tall, (CLAY, colours.dark(0.2), colours.accent, CLAY)[row])
        for place in range(6):
            left, middle = x + place * step, top + tall / 2
            inside = (left + step / 2, middle)
            for share, tone in ((0.46, LIME), (0.28, colours.primary), (0.1, colours.accent)):
                wide, high = step * share, tall * share
                sheet.form(
                    [
                        (inside[0] - wide, middle),
                        (inside[0], middle - high),
                        (inside[0] + wide, middle),
                        (inside[0], middle + high),
                    ],
                    tone,
                )
