"""Refusals about differences."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class NoSuchDifference(NotFound):
    """Nothing was found under this id."""

    def __init__(self) -> None:
        super().__init__(_("There is no such difference."))


class NoteMissing(Refusal):
    """An explanation needs words."""

    status = 422
    field = "note"

    def __init__(self) -> None:
        super().__init__(_("Say what explains the difference: it stays in the record."))


class AlreadyResolved(Refusal):
    """The counterpart was found meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("This difference is settled: its counterpart was found."))
