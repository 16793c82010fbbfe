"""Where papers are kept, and where their styles and fonts come from, in the running application."""

from __future__ import annotations

from flask import current_app

from hubapp.kernel import files
from hubapp.kernel.files import Files
from hubapp.web import static

FOLDER = static.FOLDER


def opened() -> Files:
    """The store of files that the settings name."""
    return files.opened(current_app.extensions["hubapp.settings"])
