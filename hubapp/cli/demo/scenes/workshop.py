"""Pictures out of a workshop: a bench, a bicycle, a long table, an armchair, a mended bowl."""

from __future__ import annotations

from hubapp.cli.demo.scenes.sheet import Palette, Sheet, around, mixed

WOOD, STEEL, BREAD = "#b98552", "#c9d1da", "#d9a35f"


def bench(colours: Palette) -> Sheet:
    """Tools on the wall, a lamp, and what lies open on the bench."""
    sheet = Sheet(colours.light(0.82))
    for x in range(20, 400, 20):
        for y in range(20, 190, 20):
            sheet.disc(x, y, 1.4, colours.light(0.6))
    sheet.form([(296, 84), (244, 214), (396, 214), (344, 84)], colours.warm(0.72))
    sheet.line([(320, 0), (320, 62)], colours.dark(), 3)
    sheet.half(320, 88, 34, colours.accent)
    sheet.half(320, 88, 11, colours.warm(0.9), up=False)
    sheet.box(52, 62, 10, 96, WOOD, round_=4)
    sheet.box(32, 50, 50, 22, colours.dark(), round_=4)
    sheet.box(112, 96, 9, 66, colours.primary, round_=4)
    sheet.box(114, 50, 5, 50, STEEL)
    sheet.ring(160, 66, 12, colours.dark(0.25), width=9)
    sheet.box(155, 76, 10, 84, colours.dark(0.25), round_=4)
    sheet.form([(196, 150), (232, 60), (244, 66), (220, 156)], STEEL)
    sheet.box(192, 142, 32, 24, colours.deep(0.1), round_=8)
    sheet.box(0, 214, 400, 24, WOOD)
    sheet.box(0, 238, 400, 62, mixed(WOOD, "#10131f", 0.35))
    sheet.box(96, 160, 108, 54, colours.primary, round_=8)
    sheet.disc(132, 187, 17, colours.dark())
    sheet.disc(132, 187, 8, colours.accent)
    for y in (174, 187, 200):
        sheet.box(164, y - 2, 28, 4, colours.light(0.5), round_=2)
    for x, size in ((238, 5), (254, 4), (266, 5)):
        sheet.ring(x, 208, size, colours.dark(0.2), width=3)
    return sheet


def bicycle(colours: Palette) -> Sheet:
    """One that runs again, before a wall with a window."""
    sheet = Sheet(colours.light(0.74))
    sheet.box(36, 28, 96, 96, colours.light(0.95), round_=4)
    sheet.box(81, 28, 6, 96, colours.light(0.74))
    sheet.box(36, 73, 96, 6, colours.light(0.74))
    sheet.box(0, 244, 400, 56, colours.dark(0.35))
    tyre, back, front = colours.dark(0.75), (132.0, 196.0), (286.0, 196.0)
    for x, y in (back, front):
        for angle in range(0, 180, 20):
            sheet.line([around(x, y, 44, angle), around(x, y, 44, angle + 180)], STEEL, 1)
        sheet.ring(x, y, 47, tyre, width=7)
        sheet.disc(x, y, 6, tyre)
    crank, seat, head = (196.0, 198.0), (176.0, 122.0), (262.0, 118.0)
    for points in ([back, seat, head, crank, seat], [crank, back], [head, front]):
        sheet.line(points, colours.accent, 8)
    sheet.line([(176, 122), (171, 100)], tyre, 5)
    sheet.box(150, 93, 44, 10, tyre, round_=5)
    sheet.line([(262, 118), (256, 92), (282, 84)], tyre, 5)
    sheet.ring(*crank, 12, colours.primary, width=5)
    sheet.line([(188, 222), (204, 174)], tyre, 4)
    return sheet


def table(colours: Palette) -> Sheet:
    """A long table from above: plates, bowls, bread."""
    sheet = Sheet(colours.primary)
    for x in range(0, 400, 40):
        sheet.box(x, 0, 20, 300, colours.light(0.12))
    sheet.box(0, 44, 400, 212, colours.light(0.94))
    soups = (colours.accent, "#c8553d", colours.warm(0.35), "#6f8f4e")
    for place in range(4):
        for row, y in enumerate((88, 212)):
            x = 58 + place * 95 + (12 if row else 0)
            sheet.disc(x, y, 36, colours.light(0.72))
            sheet.disc(x, y, 31, "#ffffff")
            sheet.disc(x, y, 21, soups[(place + row) % 4])
            sheet.disc(x - 6, y - 5, 4, colours.warm(0.85))
            sheet.line([(x + 46, y - 22), (x + 46, y + 22)], STEEL, 4)
    for x in (96, 206, 316):
        sheet.disc(x, 150, 24, BREAD, tall=15)
        for shift in (-10, 0, 10):
            sheet.line([(x + shift - 3, 158), (x + shift + 3, 142)], mixed(BREAD, "#ffffff", 0.5), 3)
    return sheet


def armchair(colours: Palette) -> Sheet:
    """The green one, on its four feet again."""
    green, shade = "#3f7d5b", "#2f6348"
    sheet = Sheet(colours.light(0.85))
    sheet.box(0, 236, 400, 64, mixed(WOOD, "#ffffff", 0.35))
    sheet.disc(200, 262, 150, mixed(WOOD, "#ffffff", 0.15), tall=16)
    for x in (122, 268):
        sheet.form([(x, 232), (x + 12, 232), (x + 8, 264), (x + 3, 264)], mixed(WOOD, "#10131f", 0.4))
    sheet.box(116, 56, 168, 160, green, round_=46)
    for x in (162, 200, 238):
        for y in (98, 132):
            sheet.disc(x, y, 4, shade)
    sheet.box(126, 158, 148, 52, mixed(green, "#ffffff", 0.18), round_=14)
    sheet.box(116, 200, 168, 36, shade, round_=8)
    for x in (92, 264):
        sheet.box(x, 132, 44, 104, green, round_=20)
    for x in range(130, 276, 12):
        sheet.disc(x, 228, 2.4, colours.accent)
    sheet.box(318, 92, 6, 150, colours.dark(0.4))
    sheet.form([(296, 96), (308, 48), (334, 48), (346, 96)], colours.accent)
    sheet.disc(321, 246, 26, colours.dark(0.4), tall=6)
    return sheet


def bowl(colours: Palette) -> Sheet:
    """Broken, and mended with gold."""
    sheet = Sheet(colours.dark(0.55))
    sheet.disc(200, 236, 190, colours.dark(0.35), tall=38)
    sheet.half(200, 122, 112, colours.light(0.88), up=False)
    sheet.box(160, 220, 80, 20, colours.light(0.78), round_=6)
    sheet.disc(200, 122, 112, colours.light(0.7), tall=24)
    sheet.disc(200, 124, 102, colours.primary, tall=19)
    gold = colours.accent
    sheet.line([(232, 142), (222, 168), (238, 188), (214, 230)], gold, 4)
    sheet.line([(222, 168), (188, 178), (160, 214)], gold, 3.5)
    sheet.line([(238, 188), (276, 184)], gold, 3.5)
    sheet.line([(188, 178), (170, 148)], gold, 3)
    return sheet
