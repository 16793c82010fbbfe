"""Refusals of leaving, each with its own words."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class StillOpen(Refusal):
    """Something is to be settled first; `obligations` says what."""

    def __init__(self, obligations: tuple[object, ...]) -> None:
        self.obligations = obligations
        super().__init__(_("Something is still open here. Settle it first, then you can leave."))


class NoSuchTakeout(NotFound):
    """There is none, it is somebody else's, or its days are over."""

    def __init__(self) -> None:
        super().__init__(_("This file is not there, or its days are over. Ask for it again."))
