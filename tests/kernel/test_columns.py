"""Whole columns by COPY: what is written comes back, whatever its width; what has no width is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import text

from hubapp.kernel import bulk, columns
from hubapp.kernel.columns import UnevenRows
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope

KINDS = {"id": "uuid", "is_it": "bool", "small": "int2", "middle": "int4", "large": "int8"}
GIVEN = {
    "id": np.array([UUID(int=number).bytes for number in (0, 2**127, 1)], "S16"),
    "is_it": np.array([True, False, True]),
    "small": np.array([-(2**15), 0, 2**15 - 1], np.int16),
    "middle": np.array([-(2**31), 0, 2**31 - 1], np.int32),
    "large": np.array([-(2**63), 0, 2**63 - 1], np.int64),
}


def across(app: Flask, act: Callable[[], Any]) -> Any:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        shape = ", ".join(f"{name} {kind}" for name, kind in KINDS.items())
        db.session.execute(text(f"CREATE TEMP TABLE width ({shape}, number numeric(38)) ON COMMIT DROP"))
        try:
            return act()
        finally:
            db.session.rollback()


@pytest.mark.parametrize("rows", [columns.AT_ONCE, 1])
@pytest.mark.parametrize("block", [columns.BLOCK, 1])
def test_columns_come_back_as_they_were(app: Flask, monkeypatch: pytest.MonkeyPatch, rows: int, block: int) -> None:
    monkeypatch.setattr(columns, "AT_ONCE", rows)
    monkeypatch.setattr(columns, "BLOCK", block)

    def act() -> Any:
        assert bulk.copy_columns("width", GIVEN) == 3
        names = ", ".join(KINDS)
        return bulk.read_columns(text(f"SELECT {names} FROM width WHERE large <= :most ORDER BY large"),
                                 {"most": 2**63 - 1}, KINDS)  # fmt: skip

    found = across(app, act)
    assert {name: column.tolist() for name, column in found.items()} == {
        name: column.tolist() for name, column in GIVEN.items()
    }
    assert all(found[name].dtype.isnative for name in KINDS)


def test_no_rows_are_columns_too(app: Flask) -> None:
    found = across(
        app, lambda: bulk.read_columns(text("SELECT 1::int4, true WHERE false"), {}, {"a": "int4", "b": "bool"})
    )
    assert (found["a"].tolist(), found["a"].dtype, found["b"].dtype) == ([], np.int32, bool)


@pytest.mark.parametrize("values", [[0, -1, 10_000, 99_999_999], [2**62, -(2**62)], [10**37, -(10**37) - 5, 3]])
def test_whole_numbers_of_any_size_are_numerics(app: Flask, values: list[int]) -> None:
    column = np.array(values, object if max(values) > 2**62 else np.int64)

    def act() -> Any:
        bulk.copy_columns("width", {"number": column}, numerics=["number"])
        return db.session.execute(text("SELECT number FROM width ORDER BY ctid")).scalars().all()

    assert [int(number) for number in across(app, act)] == values


@pytest.mark.parametrize("wrong", ["NULL::int4", "1::int8"])
def test_rows_of_another_width_are_refused(app: Flask, wrong: str) -> None:
    query = (
        text("SELECT CASE WHEN n < 4 THEN 1::int4 END FROM generate_series(1, 9) AS n")
        if "NULL" in wrong
        else text(f"SELECT {wrong}")
    )
    with pytest.raises(UnevenRows):
        across(app, lambda: bulk.read_columns(query, {}, {"a": "int4"}))
