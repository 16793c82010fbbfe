"""Where the words of a search stand in a text: marked, in a short excerpt around the first of them.

Everything is escaped before anything is marked, so that no text becomes part of the page's own HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from hubapp.kernel import folding

EXCERPT = 180
# How much of an excerpt stands before the first word that was found, and how far into a text one is looked for.
BEFORE = 60
LOOKED_AT = 20_000

# Letters and digits, with the accents and vowel signs that are written on them.
_WORD = re.compile("[^\\W_][\\w\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]*")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"[*`~]+|(?<!\w)_+|_+(?!\w)")
_SIGNS = re.compile(r"[#>|\[\]]+|^\s*[-+]\s|^\s*-{3,}\s*$", re.MULTILINE)


def plain(text: str) -> str:
    """Markdown as one line of words."""
    return " ".join(_EMPHASIS.sub("", _SIGNS.sub(" ", _LINK.sub(r"\1", text[:LOOKED_AT]))).split())


def marked(text: str, words: Sequence[str]) -> Markup:
    """A text, escaped, in which every word that begins with one of `words` (folded) is marked."""
    parts: list[Markup] = []
    end = 0
    for match in _WORD.finditer(text):
        if _is_meant(match[0], words):
            parts += (escape(text[end : match.start()]), Markup("<mark>{}</mark>").format(match[0]))
            end = match.end()
    return Markup("").join((*parts, escape(text[end:])))


def excerpt(text: str, words: Sequence[str], *, most: int = EXCERPT) -> Markup:
    """Some words of a Markdown text around the first that was looked for, or its beginning; marked."""
    told = plain(text)
    start = max(0, _first(told, words) - BEFORE)
    if len(told) - start < most:
        start = max(0, len(told) - most)
    part = told[start : start + most]
    # Whole words only, and three dots where something is left out.
    if start and " " in part:
        part = "… " + part.split(" ", 1)[1]
    if start + most < len(told) and " " in part:
        part = part.rsplit(" ", 1)[0] + " …"
    return marked(part, words)


def _first(text: str, words: Sequence[str]) -> int:
    whole = folding.folded(text)
    if not any(word in whole for word in words):
        return 0
    return next((match.start() for match in _WORD.finditer(text) if _is_meant(match[0], words)), 0)


def _is_meant(written: str, words: Sequence[str]) -> bool:
    return bool(words) and _bare(written).startswith(tuple(words))


@lru_cache(maxsize=8192)
def _bare(written: str) -> str:
    return folding.bare(folding.folded(written))
