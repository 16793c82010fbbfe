"""A small sales file and its map."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hubapp.kernel.paths import HUBS
from hubapp.market.history import mapping
from hubapp.market.history.mapping import SalesMap

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
LINES = (
    "1001,A,WALNUT OIL,2,2010-12-01 08:00:00,5.00,17.0,France",
    "1001,HON,HONEY,1,2010-12-01 08:00:00,3.335,17.0,France",
    "1001,HON,HONEY,1,2010-12-01 08:00:00,3.335,17.0,France",
    "1001,POST,POSTAGE,1,2010-12-01 08:00:00,4.00,17.0,France",
    "1002,A,WALNUT OIL,1,2010-12-02 08:00:00,5.00,,Germany",
    "C1003,A,WALNUT OIL,-3,2010-12-03 08:00:00,5.00,17.0,France",
    "C1004,A,WALNUT OIL,-1,2010-12-03 09:00:00,5.00,,Germany",
    "1005,A,,-7,2010-12-04 08:00:00,0.0,,France",
)


@pytest.fixture(scope="session")
def sales_map() -> SalesMap:
    return mapping.load(HUBS / "_import" / "online-retail.toml")


@pytest.fixture
def sales_file(tmp_path: Path) -> Callable[..., Path]:
    def make(*lines: str, raw: bytes = b"") -> Path:
        path = tmp_path / "sales.csv"
        path.write_bytes("\n".join((HEADER, *lines, "")).encode() + raw)
        return path

    return make
