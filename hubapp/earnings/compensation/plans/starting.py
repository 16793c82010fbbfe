"""The text that a new draft begins with: the default plan, or an earlier version with the next number and start."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

DEFAULT = Path(__file__).with_name("default.toml")


def text(*, source: str | None, version: int, starts: date) -> str:
    """`source` None: the default plan. Everything but version and first day stays as it is, comments too."""
    found = DEFAULT.read_text(encoding="utf-8") if source is None else source
    found = re.sub(r"(?m)^version\s*=\s*\d+", f"version = {version}", found, count=1)
    return re.sub(r'(?m)^effective_from\s*=\s*"?[\d-]+"?', f'effective_from = "{starts.isoformat()}"', found, count=1)
