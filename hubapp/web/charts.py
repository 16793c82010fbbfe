"""Small drawings of numbers, as SVG without a single style attribute; the table underneath is the page's business."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

_COLOURS = 6
_WIDTH, _HEIGHT = 100, 40


def split_svg(amounts: Sequence[int]) -> Markup:
    """Return one bar cut into parts in proportion to the amounts (any unit); parts of nothing are left out.

    The parts' colours are the classes `f1` to `f6`, in order; the legend beside it carries the words.
    """
    total = sum(amount for amount in amounts if amount > 0)
    drawn, start = [], 0.0
    for index, amount in enumerate(amounts):
        if amount <= 0:
            continue
        width = 100 * amount / total
        gap = min(0.6, width / 3) if start + width < 99.999 else 0.0  # noqa: PLR2004  no gap after the last part
        drawn.append(
            f'<rect class="bar-fill {colour(index)}" x="{start:.3f}%" y="0" width="{width - gap:.3f}%" height="100%"/>'
        )
        start += width
    return Markup('<svg class="bar" aria-hidden="true">{}</svg>').format(Markup("".join(drawn)))  # noqa: S704


def colour(index: int) -> str:
    """Return the class that colours the part at this place, the same in the bar and in its legend."""
    return f"f{index % _COLOURS + 1}"


def bars_svg(values: Sequence[int]) -> Markup:
    """Return a bar per value, the last one marked; values below zero are drawn as nothing."""
    highest = max([*values, 1])
    slot = 100 / max(len(values), 1)
    drawn = []
    for index, value in enumerate(values):
        height = max(100 * value / highest, 0.8) if value > 0 else 0
        last = ' class="last"' if index == len(values) - 1 else ""
        drawn.append(
            f'<rect{last} x="{index * slot + slot * 0.14:.3f}%" y="{100 - height:.3f}%"'
            f' width="{slot * 0.72:.3f}%" height="{height:.3f}%" rx="3"/>'
        )
    return Markup('<svg aria-hidden="true">{}</svg>').format(Markup("".join(drawn)))  # noqa: S704


def measured_svg(values: Sequence[int], limits: Sequence[int]) -> Markup:
    """Return a bar per value with a line across it at its limit; a bar that goes beyond its limit is marked."""
    highest = max([*values, *limits, 1])
    slot = 100 / max(len(values), 1)
    drawn = []
    for index, (value, limit) in enumerate(zip(values, limits, strict=True)):
        height = max(100 * value / highest, 0.8) if value > 0 else 0
        mark = ' class="over"' if value > limit else ""
        drawn.append(
            f'<rect{mark} x="{index * slot + slot * 0.14:.3f}%" y="{100 - height:.3f}%"'
            f' width="{slot * 0.72:.3f}%" height="{height:.3f}%" rx="3"/>'
            f'<rect class="limit" x="{index * slot:.3f}%" y="{min(100 - 100 * limit / highest, 98):.3f}%"'
            f' width="{slot:.3f}%" height="2"/>'
        )
    return Markup('<svg aria-hidden="true">{}</svg>').format(Markup("".join(drawn)))  # noqa: S704


def spark_svg(values: Sequence[int]) -> Markup:
    """Return a line through the values, oldest first; fewer than two values draw nothing."""
    if len(values) < 2:  # noqa: PLR2004
        return Markup("")
    low, high = min(values), max(values)
    reach = (high - low) or 1
    step = _WIDTH / (len(values) - 1)
    points = [(index * step, _HEIGHT - 3 - (_HEIGHT - 6) * (value - low) / reach) for index, value in enumerate(values)]
    line = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return Markup(  # noqa: S704
        f'<svg class="spark" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<polygon class="spark-area" points="0,{_HEIGHT} {line} {_WIDTH},{_HEIGHT}"/>'
        f'<polyline class="spark-line" points="{line}"/></svg>'
    )
