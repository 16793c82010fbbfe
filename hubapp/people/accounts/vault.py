"""The only way to the secrets: the database's one-row functions, which the app's role may call, not read behind."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import Row, text

from hubapp.kernel.db import db, standing


@cache  # one per function
def _statement(function: str, names: tuple[str, ...]) -> Any:
    arguments = ", ".join(f"{name} => :{name}" for name in names)
    return standing(text(f"SELECT * FROM {function}({arguments})"))  # noqa: S608  function and argument names come from this package


def rows(function: str, /, **arguments: Any) -> list[Row[Any]]:
    """Call a function that answers with rows. Arguments by the names it declares."""
    return list(db.session.execute(_statement(function, tuple(arguments)), arguments))


def row(function: str, /, **arguments: Any) -> Row[Any] | None:
    """Call a function that answers with one row or none."""
    found = rows(function, **arguments)
    return found[0] if found else None


def value(function: str, /, **arguments: Any) -> Any:
    """Call a function that answers with one value."""
    return db.session.execute(_statement(function, tuple(arguments)), arguments).scalar_one_or_none()
