"""What only the running application knows."""

from __future__ import annotations

from flask import current_app

from hubapp.kernel.config import Settings


def settings() -> Settings:
    """The ones that it was started with: who signs, and under which address."""
    found: Settings = current_app.extensions["hubapp.settings"]
    return found
