"""Reading runs and differences (platform scope)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, func, or_, select

from hubapp.kernel.db import db
from hubapp.money.reconciliation.errors import NoSuchDifference
from hubapp.money.reconciliation.models import BalanceTxn, ConnectedTxn, Item, ItemStatus, Match, Run
from hubapp.money.reconciliation.policies import Line

PAGE = 50
UNRESOLVED = Item.status != ItemStatus.RESOLVED
OURS = Item.account.is_(None)


@dataclass(frozen=True, slots=True)
class Health:
    """What is open, what a rule or a person explained, and when somebody last looked."""

    open: int
    explained: int
    last: Run | None


def health() -> Health:
    """The state of the comparison."""
    rows = db.session.execute(select(Item.status, func.count()).where(UNRESOLVED).group_by(Item.status)).all()
    counts = {row[0]: row[1] for row in rows}
    return Health(counts.get(ItemStatus.OPEN, 0), counts.get(ItemStatus.EXPLAINED, 0), last_run())


def last_run() -> Run | None:
    """The newest finished run."""
    return db.session.scalar(select(Run).where(Run.finished_at.is_not(None)).order_by(Run.started_at.desc()).limit(1))


def runs(*, limit: int = 20) -> Sequence[Run]:
    """The newest runs, unfinished ones included."""
    newest = select(Run).order_by(Run.started_at.desc(), Run.id.desc()).limit(limit)
    return db.session.scalars(newest.execution_options(populate_existing=True)).all()


def run(run_id: UUID) -> Run:
    """One run."""
    return db.session.get_one(Run, run_id, populate_existing=True)


def items(*, status: str | None = None, before: UUID | None = None, limit: int = PAGE) -> Sequence[Item]:
    """Differences, newest first, paged by id; `status` None: all that are not resolved."""
    conditions: list[ColumnElement[bool]] = [UNRESOLVED if status is None else Item.status == status]
    if before is not None:
        conditions.append(Item.id < before)
    statement = select(Item).where(*conditions).order_by(Item.id.desc()).limit(limit)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def unresolved() -> Sequence[Item]:
    """Everything of our own balance that is open or explained, oldest first."""
    statement = select(Item).where(UNRESOLVED, OURS).order_by(Item.id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def item(item_id: UUID) -> Item:
    """One difference; refuses with NoSuchDifference."""
    found = db.session.get(Item, item_id, populate_existing=True)
    if found is None:
        raise NoSuchDifference
    return found


def locked(statement: Select[Item]) -> Select[Item]:
    """Make others wait for the row: two who both see nothing in suspense would both put it there."""
    return statement.with_for_update().execution_options(populate_existing=True)


def line(txn_id: str) -> BalanceTxn | None:
    """A mirrored balance transaction."""
    return db.session.get(BalanceTxn, txn_id)


def newest_line_at() -> datetime | None:
    """When the provider wrote the newest line that we have."""
    return db.session.scalar(select(func.max(BalanceTxn.created_at)))


def lines_to_compare(*, since: datetime, after: str, limit: int) -> list[Line]:
    """A page of lines by id: those since a moment, those never compared, and those that still differ."""
    differs = select(Item.txn_id).where(UNRESOLVED, Item.txn_id.is_not(None))
    rows = db.session.scalars(
        select(BalanceTxn)
        .where(
            BalanceTxn.id > after,
            or_(BalanceTxn.created_at >= since, BalanceTxn.compared_at.is_(None), BalanceTxn.id.in_(differs)),
        )
        .order_by(BalanceTxn.id)
        .limit(limit)
    )
    return [
        Line(
            row.id,
            row.type,
            row.source_id,
            row.currency,
            row.amount,
            row.fee,
            row.net,
            row.created_at,
            row.available_on,
        )
        for row in rows
    ]


def mirrored(line_ids: Collection[str]) -> set[str]:
    """Those of these lines that are in the mirror."""
    return set(db.session.scalars(select(BalanceTxn.id).where(BalanceTxn.id.in_(line_ids)))) if line_ids else set()


def unresolved_of(account: str) -> Sequence[Item]:
    """Everything of a connected account that is open or explained, oldest first."""
    statement = select(Item).where(UNRESOLVED, Item.account == account).order_by(Item.id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def all_unresolved() -> Sequence[Item]:
    """What is open or explained, ours first, then connected accounts', oldest first."""
    statement = select(Item).where(UNRESOLVED).order_by(Item.account.nulls_first(), Item.id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def accounts_that_differ() -> set[str]:
    """Connected accounts with something that is open or explained."""
    found = db.session.scalars(select(Item.account).where(UNRESOLVED, Item.account.is_not(None)).distinct())
    return {account for account in found if account is not None}


def accounts_seen() -> set[str]:
    """Connected accounts of which a line is in the mirror."""
    return set(db.session.scalars(select(ConnectedTxn.account).distinct()))


def connected_lines(account: str) -> Sequence[ConnectedTxn]:
    """What a connected account's books say, the oldest first."""
    statement = select(ConnectedTxn).where(ConnectedTxn.account == account)
    statement = statement.order_by(ConnectedTxn.created_at, ConnectedTxn.id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def connected_line(txn_id: str) -> ConnectedTxn | None:
    """A mirrored line of a connected account."""
    return db.session.get(ConnectedTxn, txn_id)


def suspended() -> dict[str, int]:
    """Currency → what the suspense accounts hold for all differences, settled ones included."""
    held = func.sum(Item.suspense_amount).cast(BigInteger)
    rows = db.session.execute(select(Item.currency, held).where(Item.suspense_amount != 0).group_by(Item.currency))
    return {row[0]: row[1] for row in rows}


def entries_of(item: Item) -> list[tuple[int, UUID]]:
    """The entries that a difference is about: its own, or those that stand for its line."""
    if item.entry_id is not None and item.hub_id is not None:
        return [(item.hub_id, item.entry_id)]
    rows = db.session.execute(select(Match.hub_id, Match.entry_id).where(Match.txn_id == item.txn_id)).all()
    return [(row[0], row[1]) for row in rows]


def matched(entries: Collection[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
    """Those of these entries (hub, id) that some line stands for."""
    ids = {entry_id for _, entry_id in entries}
    rows = db.session.execute(select(Match.hub_id, Match.entry_id).where(Match.entry_id.in_(ids))).all() if ids else ()
    return {(row[0], row[1]) for row in rows} & set(entries)
