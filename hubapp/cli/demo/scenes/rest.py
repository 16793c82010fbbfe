"""Pictures of a place to rest: hills at dawn, a circle of cushions, tea, three tins of balm, a pot."""

from __future__ import annotations

from hubapp.cli.demo.scenes.sheet import HEIGHT, WIDTH, Palette, Point, Sheet, around, mixed

LEAF, HONEY, CLAY = "#5d8a4a", "#e2a72e", "#b0623f"


def dawn(colours: Palette) -> Sheet:
    """Seven humps, a tree, the last stars."""
    sheet = Sheet(colours.dark(0.45))
    bands = (colours.dark(0.15), mixed(colours.primary, colours.accent, 0.45), colours.accent, colours.warm(0.45))
    for place, band in enumerate(bands):
        sheet.box(0, 62 + place * 36, WIDTH, HEIGHT, band)
    for x, y in ((38, 26), (92, 44), (150, 18), (212, 40), (268, 22), (330, 46), (372, 16)):
        sheet.disc(x, y, 1.8, colours.warm(0.9))
    sheet.disc(262, 190, 40, colours.warm(0.85))
    for place in range(7):
        sheet.disc(place * 64 + 8, 236, 46, colours.dark(0.25), tall=44 if place % 2 else 34)
    sheet.box(0, 226, WIDTH, 74, colours.dark(0.25))
    sheet.disc(120, 330, 260, colours.dark(0.55), tall=78)
    sheet.line([(96, 262), (98, 214), (84, 184)], colours.dark(0.8), 6)
    sheet.line([(98, 220), (118, 186)], colours.dark(0.8), 5)
    sheet.disc(84, 180, 44, colours.dark(0.8), tall=11)
    sheet.disc(122, 172, 40, colours.dark(0.8), tall=10)
    return sheet


def circle(colours: Palette) -> Sheet:
    """Cushions around a kettle, from above."""
    sheet = Sheet(mixed("#d9b48a", "#ffffff", 0.45))
    for y in range(0, HEIGHT, 30):
        sheet.box(0, y, WIDTH, 1.6, mixed("#d9b48a", "#ffffff", 0.2))
    sheet.disc(200, 150, 104, colours.light(0.72))
    sheet.ring(200, 150, 92, colours.light(0.5), width=3)
    tones = (colours.primary, colours.accent, colours.light(0.45), colours.warm(0.4), colours.dark(0.2))
    for place in range(10):
        left, top = around(200, 150, 118, place * 36 + 10)
        sheet.disc(left, top, 27, mixed(tones[place % 5], "#10131f", 0.18))
        sheet.disc(left, top - 2, 25, tones[place % 5])
        sheet.disc(left, top - 2, 3, mixed(tones[place % 5], "#10131f", 0.3))
    sheet.disc(200, 150, 30, CLAY)
    sheet.form([(224, 140), (252, 128), (254, 136), (226, 154)], CLAY)
    sheet.disc(200, 150, 15, mixed(CLAY, "#10131f", 0.3))
    sheet.disc(200, 150, 4, colours.warm(0.5))
    for angle in (60, 130, 200, 280, 330):
        left, top = around(200, 150, 60, angle)
        sheet.disc(left, top, 9, "#ffffff")
        sheet.disc(left, top, 6, LEAF)
    return sheet


def tea(colours: Palette) -> Sheet:
    """A cup that steams, with a twig of what is in it."""
    sheet = Sheet(colours.warm(0.7))
    sheet.box(0, 214, WIDTH, 86, colours.warm(0.35))
    sheet.disc(190, 242, 118, colours.warm(0.85), tall=20)
    sheet.ring(286, 172, 26, "#fffdf8", width=11)
    sheet.box(106, 120, 168, 60, "#fffdf8")
    sheet.half(190, 178, 84, "#fffdf8", up=False)
    sheet.box(106, 150, 168, 14, colours.primary)
    sheet.disc(190, 120, 84, colours.light(0.8), tall=17)
    sheet.disc(190, 122, 75, mixed(LEAF, HONEY, 0.45), tall=13)
    for x in (160, 190, 220):
        points: list[Point] = [(x + (6 if step % 2 else -6), 92 - step * 14) for step in range(5)]
        sheet.line(points, colours.warm(0.92), 4)
    sheet.line([(300, 252), (376, 206)], LEAF, 4)
    for x, y, turn in ((314, 232, -1), (334, 252, 1), (346, 212, -1), (364, 230, 1)):
        sheet.form([(x, y), (x + 20, y - 15 + 6 * turn), (x + 29, y + 7 * turn), (x + 12, y + 9 * turn)], LEAF)
    return sheet


def balm(colours: Palette) -> Sheet:
    """Three tins before a comb."""
    sheet = Sheet(mixed(HONEY, "#ffffff", 0.55))
    for row in range(7):
        for place in range(10):
            x, y = place * 48 + (24 if row % 2 else 0), row * 42
            tone = mixed(HONEY, "#ffffff", 0.25 if (row * 3 + place) % 4 else 0.02)
            sheet.form([around(x, y, 25, angle) for angle in range(30, 390, 60)], tone)
    sheet.box(0, 236, WIDTH, 64, colours.dark(0.3))
    for x, y, tone in ((112, 226, colours.primary), (288, 226, colours.accent), (200, 250, colours.light(0.35))):
        sheet.box(x - 62, y - 40, 124, 40, mixed("#c9ccd4", "#10131f", 0.12))
        sheet.disc(x, y, 62, mixed("#c9ccd4", "#10131f", 0.12), tall=15)
        sheet.box(x - 64, y - 56, 128, 22, "#dfe2e8")
        sheet.disc(x, y - 34, 64, "#dfe2e8", tall=15)
        sheet.disc(x, y - 56, 64, "#eef0f4", tall=15)
        sheet.disc(x, y - 56, 54, tone, tall=12)
        sheet.disc(x, y - 56, 14, HONEY, tall=4)
    return sheet


def pot(colours: Palette) -> Sheet:
    """Stew for forty, on the fire."""
    sheet = Sheet(colours.dark(0.5))
    sheet.disc(200, 300, 210, colours.dark(0.7), tall=48)
    for x, height in ((150, 44), (182, 62), (214, 54), (246, 40)):
        sheet.form([(x - 20, 286), (x, 286 - height), (x + 20, 286)], colours.accent)
        sheet.form([(x - 11, 286), (x, 286 - height * 0.6), (x + 11, 286)], HONEY)
    for x in (66, 314):
        sheet.ring(x + 10, 152, 20, "#3a3f4c", width=9)
    sheet.box(82, 120, 236, 60, "#4a505f")
    sheet.form([(82, 178), (318, 178), (286, 246), (114, 246)], "#4a505f")
    sheet.disc(200, 120, 118, "#5d6474", tall=28)
    sheet.disc(200, 122, 106, "#c8553d", tall=22)
    for x, y, tone in ((150, 116, HONEY), (182, 130, LEAF), (214, 112, HONEY), (246, 126, LEAF), (120, 124, LEAF)):
        sheet.disc(x, y, 12, tone, tall=5)
    sheet.line([(236, 122), (304, 34)], "#c99a66", 8)
    for x in (150, 196, 170):
        sheet.line([(x, 84), (x + 8, 66), (x, 48), (x + 8, 30)], colours.light(0.55), 4)
    return sheet
