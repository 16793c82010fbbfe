"""What a text may be, whom it names, what a feed shows of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.community.conversations import policies
from hubapp.tenancy import markdown

LINKS = {"ann": '<a href="/members/@ann">@ann</a>'}


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("Thanks @ann and @Ben-2!", ("ann", "ben-2")),
        ("(@ann), @ann.", ("ann",)),
        ("ann@example.org", ()),
        ("https://example.org/@ann", ()),
        ("@", ()),
        ("@ann_b", ()),
        ("@-ann", ()),
        ("مرحبا @ann", ("ann",)),
    ],
)
def test_handles_are_found_where_people_are_meant(text: str, handles: tuple[str, ...]) -> None:
    assert policies.handles_in(text) == handles


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("Hi @ann", True),
        ("**@ann**", True),
        ("`@ann`", False),
        ("[say @ann](https://example.org)", False),
        ("```\n@ann\n```", False),
        ("Hi @unknown", False),
    ],
)
def test_names_become_links_but_not_within_links_or_code(text: str, linked: bool) -> None:
    html = policies.link_mentions(str(markdown.render(text)), LINKS)
    assert (LINKS["ann"] in html) is linked


def test_a_name_in_an_attribute_is_left_alone() -> None:
    html = policies.link_mentions(str(markdown.render('[x](/a "a > @ann")')), LINKS)
    assert "/members/@ann" not in html


@given(st.text(alphabet="@ann<>\"'`*[]()! \n", max_size=60))
def test_linking_adds_nothing_but_its_links(text: str) -> None:
    html = str(markdown.render(text))
    assert policies.link_mentions(html, LINKS).replace(LINKS["ann"], "@ann").lower() == html.lower()


def test_long_texts_are_cut_between_paragraphs_and_short_ones_not_at_all() -> None:
    paragraph = "word " * 60
    short, is_cut = policies.excerpt("\n\n".join([paragraph] * 9))
    assert is_cut
    assert short == "\n\n".join([paragraph] * 2)
    assert policies.excerpt(paragraph) == (paragraph, False)


def test_cutting_never_leaves_code_open() -> None:
    short, _is_cut = policies.excerpt("```\n" + "line\n\n" * 400 + "```\n\nend")
    assert short.count("```") % 2 == 0


def test_what_has_no_title_is_called_by_its_first_words() -> None:
    assert policies.headline("", "**Who** has a [ladder](/x)?").startswith("Who has a ladder")
    assert policies.headline("A title", "text") == "A title"
    assert len(policies.headline("", "word " * 100)) <= 81


@given(st.text())
def test_a_clean_text_can_stand_in_xml_and_in_the_database(text: str) -> None:
    cleaned = policies.clean(text)
    assert all(character in "\n\t" or character >= " " for character in cleaned)
    assert "\x00" not in cleaned


@pytest.mark.parametrize(
    ("choices", "is_multiple", "fits"),
    [([0], False, True), ([0, 1], False, False), ([0, 1], True, True), ([], True, False), ([3], True, False)],
)
def test_a_vote_names_options_of_the_poll(choices: list[int], is_multiple: bool, fits: bool) -> None:
    assert policies.is_vote(choices, options=3, is_multiple=is_multiple) is fits


def test_a_vote_never_names_an_option_twice() -> None:
    assert not policies.is_vote([1, 1], options=3, is_multiple=True)


def test_pins_take_the_first_free_place() -> None:
    assert [policies.free_pin(taken) for taken in ((), (1,), (2, 3), (1, 2, 3))] == [1, 2, 1, None]


def test_addresses_of_topics_differ() -> None:
    assert policies.slug_of("Garden", ["garden", "garden-2"]) == "garden-3"
    assert policies.slug_of("الحديقة", [])
    assert policies.slug_of("!!!", []) == "topic"
