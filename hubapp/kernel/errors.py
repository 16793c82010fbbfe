"""Refusals: named facts with their own words, which the edge turns into pages."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """Something a person asked for and cannot have; `str()` of it is shown to them.

    `status` is the HTTP status, `field` the form field it belongs to (None: the whole form).
    """

    status: ClassVar[int] = 409
    field: str | None = None

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        if field is not None:
            self.field = field


class NotFound(Refusal):
    """There is no such thing here; another hub's things do not exist for this one."""

    status = 404


class Forbidden(Refusal):
    """The person is known and may not do this."""

    status = 403


class Unavailable(Refusal):
    """Something this depends on does not answer; trying again later is right."""

    status = 503
