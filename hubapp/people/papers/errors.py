"""Refusals about papers."""

from __future__ import annotations

from hubapp.kernel.errors import NotFound


class PaperNotFound(NotFound):
    """There is no such paper, or it is somebody else's."""
