"""The contrast guard: whatever two colours a hub picks, either it is told no, or everything can be read."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from hubapp.tenancy import palette, theme

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
pale = st.tuples(*[st.integers(0xA0, 0xFF)] * 3).map(lambda parts: "#{:02x}{:02x}{:02x}".format(*parts))
hues = st.none() | st.floats(0, 360)


@given(primary=colours, accent=colours, hue=hues)
@example(primary="#000000", accent="#ffffff", hue=None)
@example(primary="#767676", accent="#767676", hue=0.0)
@example(primary="#0000ff", accent="#00ff00", hue=360.0)
@settings(max_examples=120, deadline=None)
def test_a_palette_is_refused_or_every_pair_of_the_interface_can_be_read(primary, accent, hue):
    try:
        built = palette.build(primary, accent, hue)
    except palette.PaletteRefused:
        assume(False)
    assert palette.failures(built.light) == []
    assert palette.failures(built.dark) == []


def refusal_of(primary, accent):
    try:
        palette.build(primary, accent)
    except palette.PaletteRefused as refusal:
        return refusal
    return None


@given(primary=pale, accent=colours)
@example(primary="#ffffff", accent="#1d3fa6")
@example(primary="#ffff00", accent="#1d3fa6")
@settings(max_examples=60, deadline=None)
def test_the_nearest_shade_of_a_refused_colour_is_accepted(primary, accent):
    refusal = refusal_of(primary, accent)
    assume(refusal is not None)
    assert palette.build(refusal.nearest, accent).light["brand"] == refusal.nearest


def test_yellow_as_primary_is_refused_in_words_that_name_the_ratio_and_a_way_out():
    with pytest.raises(palette.PaletteRefused) as refused:
        palette.build("#ffe94d", "#1d3fa6")
    assert "1.2:1" in str(refused.value)
    assert refused.value.nearest in str(refused.value)
    assert (refused.value.part, refused.value.field, refused.value.status) == ("primary", "primary", 422)


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#12345g", "url(x)", "#fff;}", "#1d3fa6\n"])
def test_what_is_not_a_hexadecimal_colour_is_refused(colour):
    with pytest.raises(palette.PaletteRefused, match="is not a colour") as refused:
        palette.build("#1d3fa6", colour)
    assert refused.value.part == "accent"


def test_a_colour_that_had_to_move_a_little_is_mentioned():
    built = palette.build("#2fb37a", "#222222")
    assert built.light["brand"] != "#2fb37a"
    assert "#2fb37a" in built.notes[0]


def test_two_colours_that_look_alike_are_mentioned():
    assert any("alike" in note for note in palette.build("#1d3fa6", "#1d3fa8").notes)


def test_a_colour_that_works_is_left_alone():
    assert palette.build("#1d3fa6", "#f5b82e").light["brand"] == "#1d3fa6"
    assert palette.build("#1d3fa6", "#f5b82e").notes == ()


def test_a_pair_that_falls_short_is_found_and_named():
    tokens = palette.build("#1d3fa6", "#f5b82e").light | {"ink-2": "#bbbbbb"}
    assert any(words.startswith("ink-2 on bg is 1.8") for words in palette.failures(tokens))


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1)],
)
def test_contrast_agrees_with_known_ratios(first, second, ratio):
    assert palette.contrast(first, second) == pytest.approx(ratio, abs=0.01)


def test_the_stylesheet_writes_to_the_hub_layer_only_and_the_hubs_own_values_win():
    css = theme.stylesheet(
        palette.build("#1d3fa6", "#f5b82e"),
        radius=4,
        control_shape="pill",
        density="compact",
        font_pair="serif",
        extra_css=":root { --display-lead: 1.2 }",
    )
    assert css.startswith("@layer hub {")
    assert css.count("{") == css.count("}") == 2
    assert "--brand: light-dark(#1d3fa6, #3d66d0);" in css
    assert css.rindex("--display-lead: 1.2;") > css.index("--radius-control: 999px;")
    assert css.count("--display-lead") == 1


def test_a_stylesheet_with_a_forbidden_extra_is_refused():
    with pytest.raises(theme.sheets.StylesheetRefused):
        theme.stylesheet(
            palette.build("#1d3fa6", "#f5b82e"),
            radius=4,
            control_shape="pill",
            density="compact",
            font_pair="serif",
            extra_css=":root{--radius:1px}} body{display:none",
        )
