"""Words as they are looked up: the same here and in the database, whatever was typed."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.kernel.folding import folded, words_in

LETTERS = "abzéÉèçñøŁßœİıΣς 0123456789أإآءةىالخُبْزِـ'’-_.،؟üÅ"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("L’Atelier d'été à Lyon", ("atelier", "ete", "lyon")),
        ("الخُبْز وَالمدرسة للأطفال", ("خبز", "مدرسه", "اطفال")),
        ("Straße ŒUVRE İstanbul", ("strasse", "oeuvre", "istanbul")),
        ("bike bike BIKE", ("bike",)),
        ("' OR 1=1 --", ("or",)),
        ("a:*&|!", ()),
        ("   ", ()),
        ("\x00", ()),
        ("x" * 10_000, ("x" * 40,)),
        (" ".join(f"word{n}" for n in range(50)), tuple(f"word{n}" for n in range(8))),
    ],
)
def test_what_was_typed_becomes_words_and_nothing_else(typed: str, words: tuple[str, ...]) -> None:
    assert words_in(typed) == words


@given(given_text=st.text(st.sampled_from(LETTERS), max_size=30))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_folds_as_we_do(connection: Connection, given_text: str) -> None:
    words, kept = connection.execute(
        text("SELECT regexp_split_to_array(folded(:given), '[^[:alnum:]]+'), search_words(:given)"),
        {"given": given_text},
    ).one()
    ours = set("".join(c if c.isalnum() else " " for c in folded(given_text)).split())
    assert {word for word in words if word} == ours
    # Whatever is looked for is kept: each word of a text is found by itself.
    assert set(words_in(given_text)) <= set(kept)
