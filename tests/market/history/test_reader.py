"""Reading a file: good lines come through exactly, bad ones are set aside with a reason."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from hubapp.kernel.paths import HUBS
from hubapp.market.history import mapping, reader
from hubapp.market.history.errors import FileUnreadable, MapInvalid
from hubapp.market.history.mapping import SalesMap
from hubapp.market.history.reader import Line, Reject
from tests.market.history.conftest import HEADER, LINES

GOOD = LINES[0]


def test_a_line_is_read_exactly(sales_file: Callable[..., Path], sales_map: SalesMap) -> None:
    lines = list(reader.read(sales_file(*LINES[:2]), sales_map))
    assert [line.amount for line in lines if isinstance(line, Line)] == [1000, 334]
    assert isinstance(lines[1], Line)
    assert (lines[1].lost, lines[1].customer, lines[1].number) == (Decimal("-0.005"), "17", 3)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (GOOD.replace(",2,", ",two,"), "not a whole number"),
        (GOOD.replace("5.00", "five"), "not a number"),
        (GOOD.replace("5.00", "NaN"), "not a number"),
        (GOOD.replace("1001", ""), "document number is missing"),
        (GOOD.replace("France", "Atlantis"), "not in the map"),
        (GOOD + ",extra", "9 columns instead of 8"),
        (GOOD.replace("2010-12-01", "2010-13-01"), "does not look like"),
        (GOOD.replace("5.00", "5e30"), "too large"),
    ],
)
def test_a_bad_line_is_set_aside_with_its_reason(
    sales_file: Callable[..., Path], sales_map: SalesMap, line: str, reason: str
) -> None:
    first, second = reader.read(sales_file(line, GOOD), sales_map)
    assert isinstance(first, Reject)
    assert reason in first.reason
    assert first.number == 2
    assert isinstance(second, Line)


def test_broken_encoding_spoils_its_line_only(sales_file: Callable[..., Path], sales_map: SalesMap) -> None:
    raw = GOOD.replace("WALNUT", "NO\xcbL").encode("latin-1") + b"\n" + GOOD.encode() + b"\n"
    first, second = reader.read(sales_file(raw=raw), sales_map)
    assert isinstance(first, Reject)
    assert "UTF-8" in first.reason
    assert isinstance(second, Line)


def test_an_unknown_currency_is_set_aside(tmp_path: Path, sales_map: SalesMap) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"{HEADER},Money\n{GOOD},GBP\n{GOOD},XXX\n")
    values = {name: getattr(sales_map, name) for name in SalesMap.__slots__}
    with_currency = SalesMap(**{**values, "columns": {**sales_map.columns, "currency": "Money"}})
    first, second = reader.read(path, with_currency)
    assert isinstance(first, Line)
    assert isinstance(second, Reject)
    assert "unknown currency 'XXX'" in second.reason


def test_gzip_is_read_and_a_torn_one_is_refused(tmp_path: Path, sales_map: SalesMap) -> None:
    data = gzip.compress("\n".join((HEADER, *LINES)).encode())
    (tmp_path / "whole.gz").write_bytes(data)
    (tmp_path / "torn.gz").write_bytes(data[: len(data) // 2])
    assert len(list(reader.read(tmp_path / "whole.gz", sales_map))) == len(LINES)
    with pytest.raises(FileUnreadable):
        list(reader.read(tmp_path / "torn.gz", sales_map))


@pytest.mark.parametrize("content", ["", "a,b,c\n1,2,3\n"])
def test_another_kind_of_file_is_refused_as_a_whole(tmp_path: Path, sales_map: SalesMap, content: str) -> None:
    (tmp_path / "other.csv").write_text(content)
    with pytest.raises(FileUnreadable):
        list(reader.read(tmp_path / "other.csv", sales_map))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('currency = "GBP"', 'currency = "QQQ"', "currency"),
        ("Europe/London", "Europe/Nowhere", "timezone"),
        ('slug = "france"', 'slug = "../france"', "hubs.France.slug"),
        ('slug = "france"', 'slug = "germany"', "slug"),
        ('country = "FR"', 'country = "XQ"', "hubs.France.country"),
        ('POST = "postage"', 'POST = "nowhere"', "adjustments.codes.POST"),
        ("[cancellations]", "[cancelations]", "cancelations"),
    ],
)
def test_a_wrong_map_is_refused_by_file_and_key(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = (HUBS / "_import" / "online-retail.toml").read_text()
    assert old in text
    path = tmp_path / "map.toml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(MapInvalid, match=r"map\.toml") as refusal:
        mapping.load(path)
    assert key in str(refusal.value)
