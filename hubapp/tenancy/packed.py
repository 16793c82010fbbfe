"""What slices above keep of a hub and its pack holds all the same: they plug in how it is read, and how it is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Flask, current_app

from hubapp.tenancy.packs.schema import Topic

EXTENSION = "hubapp.tenancy.packed"


class Reads(Protocol):
    """A hub's topics in their order, and how many first texts of each member wait; in the platform scope."""

    def __call__(self, *, hub_id: int) -> tuple[tuple[Topic, ...], int]:
        """Asked when a hub leaves as a pack."""


class Makes(Protocol):
    """The same for a hub that has just been opened, and has none of it."""

    def __call__(self, *, hub_id: int, topics: tuple[Topic, ...], first_held: int, now: datetime) -> None:
        """Asked when a pack becomes a hub."""


@dataclass(frozen=True, slots=True)
class Conversations:
    """What the slice of conversations answers."""

    read: Reads
    make: Makes


def install(app: Flask, conversations: Conversations) -> None:
    """Plug the answers in."""
    app.extensions[EXTENSION] = conversations


def conversations() -> Conversations:
    """What was plugged in."""
    plugged: Conversations = current_app.extensions[EXTENSION]
    return plugged
