"""What the page says right after saving: which version is in place now, and how to undo that."""

from __future__ import annotations

from flask import request

from hubapp.tenancy import versions
from hubapp.tenancy.versions import Pair


def notice(part: str, subject: str = "") -> Pair | None:
    """The version that was just saved, while it is the newest."""
    wanted = request.args.get("saved", "")
    if not (wanted.isascii() and wanted.isdigit()):
        return None
    pair = versions.newest(part, subject)
    return pair if pair is not None and str(pair.version.number) == wanted else None
