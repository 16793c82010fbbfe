"""Pure rules of mails: which templates there may be, and what may stand in a header."""

from __future__ import annotations

import re
import unicodedata

TEMPLATE = re.compile(r"^[a-z][a-z0-9_]{0,60}$")
MAX_HEADER = 200
# Their links open an account: what they said is forgotten, whatever became of them.
SECRET = frozenset({"confirm", "reset", "change"})


def header_text(text: str) -> str:
    """`text` as it may stand in a header: one line, no control or direction characters, not endless."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    visible = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
    return " ".join(visible.split())[:MAX_HEADER]


def split_subject(rendered: str) -> tuple[str, str]:
    """(subject, body) of a rendered text template, whose first line is the subject."""
    subject, _separator, body = rendered.strip().partition("\n")
    return header_text(subject), body.strip() + "\n"


def readable_on(colour: str) -> str:
    """Black or white text, whichever is easier to read on `#rrggbb` (WCAG 2.2 relative luminance)."""
    match = re.fullmatch(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", colour)
    if match is None:
        return "#ffffff"
    channels = [int(part, 16) / 255 for part in match.groups()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)  # noqa: PLR2004
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"
