"""Several lists on one page, each paged by a key of its own in the address; the places of the others stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """What is shown of one list, where it goes on ('': nowhere), and where it begins ('': here)."""

    rows: Sequence[Row]
    next_url: str
    first_url: str


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of the page at `endpoint`; `kept`: the names in its address that stay when one of them goes on."""

    endpoint: str
    kept: tuple[str, ...]

    def part(
        self,
        found: Sequence[Row],
        *,
        size: int,
        name: str,
        at: object | None,
        key: Callable[[Row], object],
        anchor: str | None = None,
    ) -> Part[Row]:
        """A page of one of them; `found` was asked with one more than a page holds.

        `name`: of its key in the address; `at`: what was read from it (None: the list begins here); `key`: that of a
        row; `anchor`: of its heading, unless the page begins with it.
        """
        shown = found[:size]
        following = self._address(name, key(shown[-1]), anchor) if len(found) > size else ""
        return Part(shown, following, "" if at is None else self._address(name, None, anchor))

    def _address(self, name: str, key: object, anchor: str | None) -> str:
        # Only names that are known: others would be taken for what else an address is made of.
        values: dict[str, Any] = {one: request.args.get(one) for one in self.kept}
        return url_for(self.endpoint, _anchor=anchor, **{**values, name: key})
