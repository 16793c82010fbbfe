"""More rows like one that is there, for lists that are longer than anybody makes by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hubapp.kernel.db import HubScoped, db


def copied(model: type[HubScoped], changes: Iterable[dict[str, Any]]) -> list[UUID]:
    """More of the first row of its kind in the hub; each differs in what it is given (in the hub's scope)."""
    one = db.session.scalars(select(model).order_by(model.id).limit(1)).one()
    columns = [column.name for column in model.__table__.columns if column.computed is None and column.name != "id"]
    same = {name: getattr(one, name) for name in columns}
    rows = [model(**{**same, **change}) for change in changes]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]
