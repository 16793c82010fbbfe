"""What stops an import before it starts."""

from __future__ import annotations

from hubapp.kernel.errors import Refusal


class MapInvalid(Refusal):
    """The map says something that cannot be meant; the message names file and key."""

    def __init__(self, path: object, key: str, why: str) -> None:
        super().__init__(f"{path}: {key}: {why}")


class FileUnreadable(Refusal):
    """The file is not what the map describes."""


class HubMismatch(Refusal):
    """A hub of that name exists and is not one that an import made."""
