"""Reading a sales file line by line: what can be read becomes a line, what cannot is set aside with its reason."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path
from typing import TextIO, cast

from hubapp.kernel.money import MAX_MINOR, exponent
from hubapp.market.history.errors import FileUnreadable
from hubapp.market.history.mapping import SalesMap

MAX_QUANTITY = 10**9
MAX_PRICE = 10**12
BROKEN = re.compile("[\udc80-\udcff]")  # what surrogateescape makes of bytes that are not UTF-8


@dataclass(frozen=True, slots=True)
class Line:
    """One readable line. `amount` = quantity × unit price in minor units, half-even; `lost` what rounding removed."""

    number: int
    hub: str
    document: str
    article: str
    description: str
    quantity: int
    unit_price: Decimal
    amount: int
    lost: Decimal
    at: datetime
    customer: str | None


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that cannot be used, as it stood in the file."""

    number: int
    reason: str
    fields: tuple[str, ...]


class _Unusable(ValueError):
    """Why a line is set aside."""


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """The file as text, gzip undone; bytes that are not UTF-8 become surrogates, which no line may hold."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise FileUnreadable(f"{path}: {error.strerror}") from None
    with raw:
        is_gzip = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        with gzip.GzipFile(fileobj=raw) if is_gzip else raw as binary:
            yield io.TextIOWrapper(cast("io.BufferedReader", binary), "utf-8-sig", "surrogateescape", newline="")


def read(path: Path, sales_map: SalesMap) -> Iterator[Line | Reject]:
    """Each line of the file in its order. Raises FileUnreadable where the file as a whole is not what the map says."""
    with opened(path) as text:
        rows = csv.reader(text, strict=False)
        try:
            header = next(rows, None)
            if header is None:
                raise FileUnreadable(f"{path}: the file is empty")
            parse = _parser(path, header, sales_map)
            for row in rows:
                if not row:
                    continue
                try:
                    yield parse(rows.line_num, row)
                except _Unusable as error:
                    yield Reject(rows.line_num, str(error), tuple(row))
        except (csv.Error, EOFError, gzip.BadGzipFile) as error:
            raise FileUnreadable(f"{path}: line {rows.line_num}: {error}") from None


def _parser(path: Path, header: list[str], sales_map: SalesMap) -> Callable[[int, list[str]], Line]:
    places = {}
    for role, name in sales_map.columns.items():
        if name not in header:
            raise FileUnreadable(f"{path}: the map expects a column {name} ({role}); the file has {', '.join(header)}")
        places[role] = header.index(name)
    document, article, description = places["document"], places["article"], places["description"]
    quantity, date, price = places["quantity"], places["date"], places["unit_price"]
    customer, hub = places["customer"], places["hub"]
    refuse = _guard(sales_map, places, len(header))
    round_off = _rounding(sales_map.currency)
    suffix, zone, date_format = sales_map.customer_suffix, sales_map.timezone, sales_map.date_format
    # Dates and prices repeat on many lines, and reading them is slow.
    times: dict[str, datetime] = {}
    prices: dict[str, Decimal] = {}

    def parse(number: int, row: list[str]) -> Line:
        refuse(row)
        count = _quantity(row[quantity])
        each = prices.get(row[price])
        if each is None:
            each = prices[row[price]] = _price(row[price])
        at = times.get(row[date])
        if at is None:
            at = times[row[date]] = _time(row[date], date_format).replace(tzinfo=zone)
        amount, lost = round_off(count * each)
        return Line(
            number,
            row[hub],
            row[document].strip(),
            row[article].strip(),
            row[description].strip(),
            count,
            each,
            amount,
            lost,
            at,
            row[customer].strip().removesuffix(suffix) or None,
        )

    return parse


def _guard(sales_map: SalesMap, places: dict[str, int], width: int) -> Callable[[list[str]], None]:
    """What makes a line unusable before its values are looked at."""
    document, hub, currency = places["document"], places["hub"], places.get("currency")

    def refuse(row: list[str]) -> None:
        if len(row) != width:
            raise _Unusable(f"{len(row)} columns instead of {width}")
        whole = "".join(row)
        if not whole.isascii() and BROKEN.search(whole):
            raise _Unusable("broken encoding: this is not UTF-8")
        if currency is not None and row[currency] != sales_map.currency:
            raise _Unusable(f"unknown currency {row[currency]!r}: this map is for {sales_map.currency}")
        if not row[document].strip():
            raise _Unusable("the document number is missing")
        if row[hub] not in sales_map.hubs:
            raise _Unusable(f"{sales_map.columns['hub']} {row[hub]!r} is not in the map")

    return refuse


def _rounding(currency: str) -> Callable[[Decimal], tuple[int, Decimal]]:
    """(minor units half-even, what that removed) of an exact amount."""
    digits = exponent(currency)
    step = Decimal(1).scaleb(-digits)

    def round_off(exact: Decimal) -> tuple[int, Decimal]:
        rounded = exact.quantize(step, rounding=ROUND_HALF_EVEN)
        amount = int(rounded.scaleb(digits))
        if abs(amount) > MAX_MINOR:
            raise _Unusable("the amount is too large")
        return amount, exact - rounded

    return round_off


def _quantity(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise _Unusable(f"the quantity {text!r} is not a whole number") from None
    if abs(value) > MAX_QUANTITY:
        raise _Unusable("the quantity is too large")
    return value


def _price(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _Unusable(f"the price {text!r} is not a number") from None
    if not value.is_finite():
        raise _Unusable(f"the price {text!r} is not a number")
    if abs(value) > MAX_PRICE:
        raise _Unusable("the price is too large")
    return value


def _time(text: str, date_format: str) -> datetime:
    try:
        return datetime.strptime(text, date_format)  # noqa: DTZ007  the map's zone is set by the caller
    except ValueError:
        raise _Unusable(f"the date {text!r} does not look like {date_format}") from None
