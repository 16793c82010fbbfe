"""The job of profiles: the files of a photo go with it."""

from __future__ import annotations

from hubapp.jobs import queue
from hubapp.people.papers import store
from hubapp.people.profiles import portraits


@queue.task(portraits.DROP)
def drop_portrait(keys: list[str]) -> None:
    """A photo that was replaced or taken away, in all its sizes."""
    files = store.opened()
    for key in keys:
        files.delete(key)
