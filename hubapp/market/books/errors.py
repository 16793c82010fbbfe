"""What these pages refuse."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound


class NotYours(NotFound):
    """Nobody sees another's accounts; what is not one's own is not there."""

    def __init__(self) -> None:
        super().__init__(_("There is no such entry among yours."))
