"""Words as they are looked up: without accents, vowel signs and case; the database folds in the same way.

`folded` here and the function of that name in the database must agree: what is typed is folded here, what is kept
there.
"""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 8
LONGEST_WORD = 40
LONGEST_TYPED = 200
# One letter begins half of all words: it finds nothing that anybody meant.
FEWEST_LETTERS = 2

_SIGNS = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]+")
_LETTERS = str.maketrans({**dict(zip("øłđıςىة", "oldiσيه", strict=True)), "ß": "ss", "œ": "oe", "æ": "ae"})
_WORD = re.compile(r"[^\W_]+")
_JOINED = ("و", "ب", "ف", "ك")
_ARTICLE = "ال"
# What is left of a word without its article is still a word.
_REST = 2


def folded(text: str) -> str:
    """A text in which words that differ in accents, vowel signs or case only are the same."""
    return _SIGNS.sub("", unicodedata.normalize("NFKD", text)).lower().translate(_LETTERS)


def bare(word: str) -> str:
    """A folded word without the Arabic article and what is joined to it."""
    if word.startswith((_ARTICLE, "لل")) and len(word) >= len(_ARTICLE) + _REST:
        return word[2:]
    if word.startswith(_JOINED) and word[1:3] == _ARTICLE and len(word) >= len(_ARTICLE) + 1 + _REST:
        return word[3:]
    return word


def words_in(typed: str) -> tuple[str, ...]:
    """The words of a search as typed, folded, each once; nothing in them is an operator, whatever was typed.

    Single letters beside other words are left out: French writes them before an apostrophe.
    """
    found = [bare(word)[:LONGEST_WORD] for word in _WORD.findall(folded(typed[:LONGEST_TYPED]))]
    return tuple(dict.fromkeys(word for word in found if len(word) >= FEWEST_LETTERS))[:MOST_WORDS]
