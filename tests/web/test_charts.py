"""Charts draw numbers in proportion, in valid SVG without styles."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from hubapp.web.charts import bars_svg, colour, measured_svg, spark_svg, split_svg


def widths(drawing: str) -> list[float]:
    return [float(width) for width in re.findall(r' width="([\d.]+)%"', drawing)]


@given(st.lists(st.integers(min_value=-500, max_value=10**9), min_size=1, max_size=8))
def test_parts_never_reach_beyond_the_bar(amounts: list[int]) -> None:
    drawing = split_svg(amounts)

    ET.fromstring(drawing)
    assert len(widths(drawing)) == sum(1 for amount in amounts if amount > 0)
    assert sum(widths(drawing)) <= 100.01


def test_parts_are_in_proportion() -> None:
    big, small = widths(split_svg([300, 100]))

    assert 2.9 < big / small < 3.1


def test_a_part_keeps_its_colour_when_another_is_nothing() -> None:
    assert colour(2) in split_svg([5, 0, 5])
    assert colour(1) not in split_svg([5, 0, 5])


@given(st.lists(st.integers(min_value=-100, max_value=10**9), max_size=31))
def test_bars_stay_inside_and_the_last_is_marked(values: list[int]) -> None:
    drawing = bars_svg(values)
    ET.fromstring(drawing)

    heights = [float(height) for height in re.findall(r' height="([\d.]+)%"', drawing)]
    assert len(heights) == len(values)
    assert all(0 <= height <= 100 for height in heights)
    assert drawing.count('class="last"') == (1 if values else 0)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=13))
def test_bars_beyond_their_limit_are_marked_and_all_stay_inside(pairs: list[tuple[int, int]]) -> None:
    drawing = measured_svg([value for value, _ in pairs], [limit for _, limit in pairs])
    ET.fromstring(drawing)

    tops = [float(top) for top in re.findall(r' y="([\d.]+)%"', drawing)]
    assert len(tops) == 2 * len(pairs)
    assert all(0 <= top <= 100 for top in tops)
    assert drawing.count('class="over"') == sum(value > limit for value, limit in pairs)


def test_a_line_needs_two_points() -> None:
    assert spark_svg([4]) == ""
    assert "polyline" in spark_svg([4, 4])
