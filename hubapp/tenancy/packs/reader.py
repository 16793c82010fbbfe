"""Reading a TOML table key by key: a wrong type, a missing or an unknown key becomes a problem, never an exception."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any

from hubapp.tenancy.packs.problems import Problem

FULL_CIRCLE = 360


class Table:
    """One table of a pack's `hub.toml`. Ask for each key it may have, then call `done`."""

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        file: str,
        problems: list[Problem],
        path: str = "",
    ) -> None:
        self._data = data
        self._file = file
        self._path = path
        self._problems = problems
        self._asked: list[str] = []

    def wrong(self, key: str, message: str) -> None:
        """Note that a key holds something it may not."""
        self._problems.append(Problem(self._file, f"{self._path}{key}", message))

    def names(self) -> list[str]:
        """The keys the table has, in its order."""
        return list(self._data)

    def text(self, key: str, *, most: int = 200, required: bool = True) -> str:
        """A string of at most `most` characters; '' when it is missing or wrong."""
        value = self._get(key, str, "text in quotes", required=required)
        if value is None:
            return ""
        if required and not value.strip():
            self.wrong(key, "must not be empty")
        if len(value) > most:
            self.wrong(key, f"has {len(value)} characters; {most} are allowed")
        if any(character < " " and character != "\n" for character in value):
            self.wrong(key, "contains a control character")
        return str(value).strip()

    def checked(self, key: str, is_good: Callable[[str], bool], message: str) -> str:
        """A string that passes the test; '' when it is missing or wrong."""
        value = self.text(key)
        if value and not is_good(value):
            self.wrong(key, f"{value[:60]!r} {message}")
            return ""
        return value

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """One of the allowed strings; '' when it is missing or wrong."""
        value = self.text(key)
        if value and value not in allowed:
            self.wrong(key, f"{value[:60]!r} is not one of {', '.join(allowed)}")
            return ""
        return value

    def number(self, key: str, least: int, most: int, *, required: bool = True) -> int:
        """A whole number within bounds; `least` when it is missing or wrong."""
        value = self._get(key, int, "a whole number", required=required)
        if value is None:
            return least
        if not least <= value <= most:
            self.wrong(key, f"is {value}; it must be from {least} to {most}")
            return least
        return int(value)

    def degrees(self, key: str) -> float | None:
        """A hue from 0 to 360, or None when the key is absent."""
        value = self._get(key, (int, float), "a number", required=False)
        if value is None:
            return None
        if not 0 <= value <= FULL_CIRCLE:
            self.wrong(key, f"is {value}; it must be from 0 to 360")
            return None
        return float(value)

    def switch(self, key: str, *, required: bool = True) -> bool:
        """True or false; false when it is missing or wrong."""
        return bool(self._get(key, bool, "true or false", required=required))

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of different strings; () when it is missing or wrong."""
        value = self._get(key, list, "a list", required=required)
        if value is None:
            return ()
        if not all(isinstance(item, str) for item in value):
            self.wrong(key, "must be a list of texts in quotes")
            return ()
        if len(set(value)) != len(value):
            self.wrong(key, "lists something twice")
        return tuple(value)

    def table(self, key: str) -> Table:
        """The table of this name; an empty one when it is missing or wrong."""
        value = self._get(key, dict, f"a table ([{self._path}{key}])", required=False)
        return Table(
            value or {},
            file=self._file,
            problems=self._problems,
            path=f"{self._path}{key}.",
        )

    def tables(self, key: str) -> list[Table]:
        """The tables of this list, counted from 1 in what is said of them; none when it is missing or wrong."""
        value = self._get(key, list, f"a list of tables ([[{self._path}{key}]])", required=False) or []
        if not all(isinstance(item, dict) for item in value):
            self.wrong(key, f"must be a list of tables ([[{self._path}{key}]])")
            return []
        return [
            Table(item, file=self._file, problems=self._problems, path=f"{self._path}{key}.{place}.")
            for place, item in enumerate(value, start=1)
        ]

    def done(self) -> None:
        """Note every key that nobody asked for, with the nearest known name."""
        for key in self._data:
            if key in self._asked:
                continue
            near = get_close_matches(key, self._asked, n=1)
            hint = f"; did you mean {near[0]}?" if near else f"; known here: {', '.join(sorted(self._asked))}"
            self.wrong(key, f"is not a known key{hint}")

    def _get(
        self,
        key: str,
        kind: type | tuple[type, ...],
        expected: str,
        *,
        required: bool = True,
    ) -> Any:
        self._asked.append(key)
        value = self._data.get(key)
        if value is None:
            if required:
                self.wrong(key, "is missing")
            return None
        # bool is an int in Python, but `radius = true` is not a number to the person who wrote it.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.wrong(key, f"must be {expected}, not {_spoken(value)}")
            return None
        return value


def _spoken(value: object) -> str:
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a table",
    }
    return names.get(type(value), f"a {type(value).__name__}")
