"""Reading one table of a plan or a case strictly: every refusal names file, key and reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hubapp.earnings.compensation.plans import refused
from hubapp.earnings.compensation.plans.errors import BadInput

MOST = 10**15  # minor units: an amount times 10,000 stays exact in 64 bits
FULL = 10_000
SHOWN = 60  # characters of a value in a refusal, which is one line


def shown(value: object) -> str:
    """A value as a refusal quotes it."""
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


@dataclass(frozen=True, slots=True)
class Table:
    """A dict from TOML or JSON, with where it stands."""

    value: Mapping[str, Any]
    file: str
    key: str = ""

    @classmethod
    def of(cls, value: object, *, file: str, key: str = "") -> Table:
        """Refuses what is no table."""
        if not isinstance(value, dict):
            raise BadInput("must be a table of keys and values", key=key, file=file)
        return cls(value, file, key)

    def at(self, name: str) -> str:
        """The key in full, as refusals show it."""
        return f"{self.key}.{name}" if self.key else name

    def bad(self, name: str, reason: str) -> BadInput:
        """The refusal of one key, to raise."""
        return BadInput(reason, key=self.at(name), file=self.file)

    def only(self, *names: str) -> Table:
        """Refuse keys that nobody reads; those that ask for what is not lawful say so."""
        for name, value in self.value.items():
            reason = refused.of_entry(name, value)
            if reason is not None:
                raise refused.not_lawful(reason, key=self.at(name), file=self.file)
            if name not in names:
                raise self.bad(name, f"unknown key; known are {', '.join(names)}")
        return self

    def __contains__(self, name: str) -> bool:
        return name in self.value

    def integer(self, name: str, default: int | None = None, *, least: int = 0, most: int = MOST) -> int:
        """A whole number between `least` and `most`."""
        value = self.value.get(name, default)
        if name not in self.value and default is None:
            raise self.bad(name, "is missing")
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.bad(name, f"must be a whole number, not {shown(value)}")
        if value < least:
            raise self.bad(
                name,
                f"must not be negative: {shown(value)}" if least == 0 else f"must be at least {least}: {shown(value)}",
            )
        if value > most:
            over = "is over 100 % (10000 basis points)" if most == FULL else f"is over {most}"
            raise self.bad(name, f"{over}: {shown(value)}")
        return value

    def bps(self, name: str, default: int | None = None) -> int:
        """A rate in basis points, at most 100 %."""
        return self.integer(name, default, most=FULL)

    def text(self, name: str, default: str | None = None, *, among: Collection[str] = ()) -> str:
        """A word, one of `among` where given."""
        value = self.value.get(name, default)
        if value is None:
            raise self.bad(name, "must be a text, not null" if name in self.value else "is missing")
        if not isinstance(value, str) or not value:
            raise self.bad(name, f"must be a text, not {shown(value)}")
        if among and value not in among:
            raise self.bad(name, f"{shown(value)} is not one of {', '.join(among)}")
        return value

    def maybe_text(self, name: str) -> str | None:
        """A word or nothing (null)."""
        return self.text(name) if self.value.get(name) is not None else None

    def flag(self, name: str, *, default: bool) -> bool:
        """True or false."""
        value = self.value.get(name, default)
        if not isinstance(value, bool):
            raise self.bad(name, f"must be true or false, not {shown(value)}")
        return value

    def rows(self, name: str, *, default: list[Any] | None = None) -> list[Any]:
        """A list of anything."""
        value = self.value.get(name, default)
        if name not in self.value and default is None:
            raise self.bad(name, "is missing")
        if not isinstance(value, list):
            raise self.bad(name, "must be a list")
        return value

    def tables(self, name: str, *, default: list[Any] | None = None) -> Iterator[Table]:
        """A list of tables, each with its place."""
        for index, row in enumerate(self.rows(name, default=default)):
            yield Table.of(row, file=self.file, key=f"{self.at(name)}[{index}]")

    def table(self, name: str) -> Table:
        """A table within; an absent one is empty."""
        return Table.of(self.value.get(name, {}), file=self.file, key=self.at(name))

    def texts(self, name: str, *, default: list[str] | None = None) -> tuple[str, ...]:
        """A list of words, none twice."""
        words = self.rows(name, default=list(default) if default is not None else None)
        for word in words:
            if not isinstance(word, str) or not word:
                raise self.bad(name, f"must hold texts, not {shown(word)}")
        if len(set(words)) < len(words):
            raise self.bad(name, "holds the same twice")
        return tuple(words)

    def integers(self, name: str, *, most: int = MOST) -> dict[str, int]:
        """A table of whole numbers by name."""
        table = self.table(name)
        return {inner: table.integer(inner, most=most) for inner in table.value}

    def list_of_bps(self, name: str) -> tuple[int, ...]:
        """Rates in basis points whose sum is at most 100 %."""
        holder = Table({str(index): rate for index, rate in enumerate(self.rows(name))}, self.file, self.at(name))
        rates = tuple(holder.bps(index) for index in holder.value)
        if not rates:
            raise self.bad(name, "is empty")
        if sum(rates) > FULL:
            raise self.bad(name, f"rates over 100 %: they sum to {sum(rates)} basis points")
        return rates
