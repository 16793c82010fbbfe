"""Where a key of a plan stands in its text, so that a refusal is shown at the right line."""

from __future__ import annotations

import re
from collections.abc import Iterator

HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(#.*)?$")
ASSIGNMENT = re.compile(r"\s*([A-Za-z0-9_\-\".]+?)\s*=(.*)$")
AT_LINE = re.compile(r"\(?at line (\d+), column \d+\)?")
LAST = re.compile(r"(\[\d+\]|\.?[^.\[\]]+)$")


def line_of(source: str, key: str) -> int | None:
    """The line, counted from 1, of a key as refusals write it, such as `component[1].schedule[2].from`.

    What is missing has no line of its own: then it is the line of what it should stand in; None for the whole text.
    """
    places = dict(_places(source))
    key = key.partition("=")[0]  # a type that is refused names its value
    while key:
        if key in places:
            return places[key]
        shorter = LAST.sub("", key)
        key = shorter if shorter != key else ""
    return None


def line_of_syntax(message: str) -> int | None:
    """The line that a message about unreadable TOML names."""
    found = AT_LINE.search(message)
    return int(found[1]) if found else None


def _places(source: str) -> Iterator[tuple[str, int]]:
    """(key, line) of tables, keys, and the elements of lists that begin on later lines; the first counts."""
    counted: dict[str, int] = {}
    table, within, depth, element = "", "", 0, -1
    seen: set[str] = set()

    def new(key: str, number: int) -> Iterator[tuple[str, int]]:
        if key not in seen:
            seen.add(key)
            yield key, number

    for number, line in enumerate(source.splitlines(), start=1):
        bare = _without_strings(line)
        if depth > 0:
            depth, element, begun = _brackets(bare, depth, element)
            for one in begun:
                yield from new(f"{within}[{one}]", number)
            continue
        if header := HEADER.match(line):
            name = header[2].replace('"', "")
            if header[1] == "[[":
                counted[name] = counted.get(name, -1) + 1
                name = f"{name}[{counted[name]}]"
            table = name
            yield from new(table, number)
        elif assignment := ASSIGNMENT.match(line):
            name = assignment[1].replace('"', "")
            within = f"{table}.{name}" if table else name
            yield from new(within, number)
            value = bare.partition("=")[2]
            depth, element, _ = _brackets(value, 0, -1)


def _brackets(text: str, depth: int, element: int) -> tuple[int, int, list[int]]:
    """(depth after, last element, elements that begin) of lists; a table within braces is one element."""
    begun = []
    for character in text:
        if character in "[{":
            if depth == 1:
                element += 1
                begun.append(element)
            depth += 1
        elif character in "]}":
            depth -= 1
    return max(depth, 0), element, begun


def _without_strings(line: str) -> str:
    """A line without what stands in quotes, and without its comment."""
    return re.sub(r'"(\\.|[^"\\])*"|\'[^\']*\'', '""', line).partition("#")[0]
