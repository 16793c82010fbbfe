"""Excerpts: whole words around the first that was looked for; escaped first, then marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from hubapp.home.marking import EXCERPT, excerpt, marked, plain
from hubapp.kernel.folding import words_in


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("Été à Lyon", "ete", "<mark>Été</mark> à Lyon"),
        ("E\u0301te\u0301 a\u0300 Lyon", "ete", "<mark>E\u0301te\u0301</mark> a\u0300 Lyon"),
        ("l'atelier, deux ateliers", "atelier", "l&#39;<mark>atelier</mark>, deux <mark>ateliers</mark>"),
        ("الخُبْز الطازج", "خبز", "<mark>الخُبْز</mark> الطازج"),
        ("<b>oil</b>", "oil", "&lt;b&gt;<mark>oil</mark>&lt;/b&gt;"),
        ("foil", "oil", "foil"),
    ],
)
def test_words_are_marked_as_they_are_found(text: str, typed: str, shown: str) -> None:
    assert marked(text, words_in(typed)) == Markup(shown)


@given(text=st.text(), typed=st.text())
def test_no_text_becomes_html(text: str, typed: str) -> None:
    left = str(marked(text, words_in(typed))).replace("<mark>", "").replace("</mark>", "")
    assert Markup(left).unescape() == text
    assert "<" not in left


def test_an_excerpt_begins_shortly_before_the_word() -> None:
    shown = str(excerpt("filler " * 200 + "the needle is here " + "filler " * 200, ("needle",)))
    assert "<mark>needle</mark>" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < EXCERPT + 40


def test_a_text_without_the_word_begins_at_its_beginning() -> None:
    assert excerpt("Come and *see*.", ("nothing",)) == "Come and see."


def test_signs_of_markdown_are_left_out() -> None:
    assert plain("# Title\n\n- one [link](https://x.example/oil)\n\n![alt](/a.png) `code`") == "Title one link alt code"
