"""Where a page may send people afterwards: a path on the same host, and nothing that merely looks like one."""

from __future__ import annotations

import re

# Browsers drop tabs and line breaks and read a backslash as a slash, so that `/\\evil.example` would leave the site.
PATH = re.compile(r"^/(?![/\\])[^\\\x00-\x20\x7f]*$")
MAX = 2000


def safe_path(text: str | None, default: str = "/") -> str:
    """`text` if it is a path with optional query on the same host, else `default`."""
    return text if text and len(text) <= MAX and PATH.match(text) else default
