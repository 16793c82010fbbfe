"""How the parts of a front page stand: read in the order that was chosen, beside each other where there is room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.home import bands
from hubapp.home.bands import Band
from hubapp.tenancy.packs import schema

ORDERS = st.lists(st.sampled_from([name for name in schema.SECTIONS if name != "hero"]), unique=True)


@given(ORDERS)
def test_nothing_is_left_out_and_nothing_is_read_in_another_order(order: list[str]) -> None:
    read = [name for band in bands.of(order) for name in (*band.before, *band.wide, *band.after, band.across) if name]
    assert read == order


@given(ORDERS)
def test_each_part_keeps_its_place_at_the_side_or_in_the_middle(order: list[str]) -> None:
    for band in bands.of(order):
        assert bands.ASIDE.issuperset((*band.before, *band.after))
        assert bands.ASIDE.isdisjoint(band.wide)
        assert bool(band.across) != bool(band.before or band.wide)


@pytest.mark.parametrize(
    ("order", "stand"),
    [
        ("start listings about connector", [Band(("start",), ("listings", "about"), ("connector",))]),
        ("listings connector about", [Band((), ("listings",), ("connector",)), Band((), ("about",))]),
        ("about facts start", [Band((), ("about",)), Band(across="facts"), Band(("start",))]),
        ("", []),
    ],
)
def test_what_stands_beside_what(order: str, stand: list[Band]) -> None:
    assert bands.of(order.split()) == tuple(stand)
