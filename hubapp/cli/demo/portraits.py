"""Portraits of the demo's people, drawn in a process of their own: as with uploads, no other loads what draws."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

from hubapp.cli.demo.content import Story
from hubapp.people.profiles import policies


class Portraits:
    """Of everybody, once their drawing is done."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child

    def of(self, slug: str, key: str) -> dict[int, bytes] | None:
        """Somebody's portrait in all sizes; None for who keeps their initials."""
        found = self._drawn[slug].get(key)
        return None if found is None else {int(side): b64decode(data) for side, data in found.items()}

    @cached_property
    def _drawn(self) -> dict[str, dict[str, dict[str, str]]]:
        answer = self._child.stdout.read() if self._child.stdout else b""
        drawn: dict[str, dict[str, dict[str, str]]] = json.loads(answer)
        return drawn


@contextmanager
def begun(stories: Iterable[Story]) -> Iterator[Portraits]:
    """Draw while other things are done: by when the first of their people enters, hardly anybody waits for it."""
    command = [sys.executable, "-m", "hubapp.cli.faces.drawing", *map(str, policies.PORTRAIT_SIDES)]
    told = {story.slug: (_palette(story), _told(story)) for story in stories}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            with child.stdin or io.BytesIO() as asked:
                asked.write(json.dumps(told).encode())
            yield Portraits(child)
        finally:
            child.kill()  # should something have gone wrong before anybody asked


def _palette(story: Story) -> tuple[str, str]:
    return story.pack.theme.primary, story.pack.theme.accent


def _told(story: Story) -> dict[str, list[str]]:
    return {key: sorted(person.looks) for key, person in story.people.items()}
