"""The database session: one role and one hub per transaction, set where the transaction begins."""

from __future__ import annotations

import select
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import BigInteger, DateTime, Executable, MetaData, Text, Uuid, any_, bindparam, event
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.engine.url import URL
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    SessionTransaction,
    mapped_column,
    registry,
    with_loader_criteria,
)
from sqlalchemy.pool import Pool

from hubapp.kernel import crash, ids, scope
from hubapp.kernel.scope import Scope

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

APP_ROLE = "hubapp_app"
CENTRAL_ROLE = "hubapp_central"
OWNER_ROLE = "hubapp_owner"
# Owns what looks past row-level security for others. Nobody signs in as it: who writes rows replaces no guard of them.
GUARD_ROLE = "hubapp_guard"

UNCOMMITTED = crash.point("edge.uncommitted", "everything is done and nothing is kept")
COMMITTED = crash.point("edge.committed", "everything is kept; what should follow at once has not begun")
FOLLOWED = crash.point("edge.followed", "what follows at once is done too; nobody was told")
ROLE_NAMES = {"app": APP_ROLE, "central": CENTRAL_ROLE}


Statement = TypeVar("Statement", bound=Executable)


class ScopeChanged(RuntimeError):
    """The scope changed in the middle of a transaction, which would write to one hub with the eyes of another."""


class Base(DeclarativeBase):
    """All tables; times are timestamptz, texts are text, JSON is jsonb."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            str: Text(),
            uuid.UUID: Uuid(),
            dict[str, Any]: JSONB(),
            list[str]: JSONB(),
            dict[str, str]: JSONB(),
            dict[str, int]: JSONB(),
        },
    )


def require_hub_id() -> int:
    """The current hub's id. Raises RuntimeError outside of a hub: that is a bug of the caller."""
    hub_id = scope.current().hub_id
    if hub_id is None:
        raise RuntimeError("no hub in scope: enter one with tenancy.scope.hub_scope")
    return hub_id


class HubScoped:
    """A table of one hub's rows: `(hub_id, id)` is its primary key, and row-level security guards it."""

    hub_id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, sort_order=-100, default=require_hub_id
    )
    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, sort_order=-99, default=ids.uuid7)


class Session(FlaskSession):
    """Picks the engine by the scope's role; `info` carries what the edge does after the commit."""

    def get_bind(
        self,
        mapper: Any = None,  # noqa: ARG002  the scope decides, not the table
        clause: Any = None,  # noqa: ARG002
        bind: Any = None,
        **kwargs: Any,  # noqa: ARG002
    ) -> Engine | Connection:
        """The engine of the scope's role."""
        if bind is not None:
            return bind  # type: ignore[no-any-return]
        return db.engines[None if scope.current().role == "app" else "central"]


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": Session, "autoflush": True, "expire_on_commit": False},
)


@event.listens_for(Session, "after_begin")
def _enter_scope(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Every transaction starts with its hub: nothing leaks through a pool, and nothing is seen without it."""
    if transaction.nested:
        return
    current = scope.current()
    session.info["scope"] = current
    hub = "" if current.hub_id is None else str(int(current.hub_id))
    statement = f"SET LOCAL app.hub_id = '{hub}'"
    if connection.engine.get_execution_options().get("hubapp_one_connection"):
        # Tests: one connection plays both roles, so that one savepoint spans them.
        connection.exec_driver_sql(f"SET LOCAL ROLE {ROLE_NAMES[current.role]}; {statement}")
        return
    _begin(connection, statement)


def _begin(connection: Connection, statement: str) -> None:
    """Open the transaction and run its first statement in one message instead of two: every request waits for it."""
    driver = connection.connection.driver_connection
    if driver is None or driver.info.transaction_status != TransactionStatus.IDLE:
        connection.exec_driver_sql(statement)
        return
    answer = driver.pgconn.exec_(f"BEGIN; {statement}".encode())
    if answer.status != ExecStatus.COMMAND_OK:
        # Through the usual way, which raises what the pool and the callers understand.
        connection.exec_driver_sql(statement)


def narrow() -> None:
    """Take over a scope of the same role in the middle of a transaction: from all hubs to one or some, or back to all.

    Only for the central role, which sees every row anyway: nothing is written with another role's eyes.
    Raises ScopeChanged for any other change.
    """
    session, current = db.session(), scope.current()
    before = session.info.get("scope", current) if session.in_transaction() else current
    if before.role != "central" or current.role != "central":
        raise ScopeChanged(f"{before} became {current} within one transaction")
    connection = session.connection()
    session.info["scope"] = current
    connection.exec_driver_sql(f"SET LOCAL app.hub_id = '{'' if current.hub_id is None else int(current.hub_id)}'")


# One option for all hubs, whose value is looked up when a statement runs: made anew for each query, it took a third of
# what a query costs.
_HUB_IN_SCOPE = bindparam("hub_in_scope", callable_=lambda: scope.current().hub_id, type_=BigInteger())
_IN_SCOPE = with_loader_criteria(
    HubScoped, lambda table: table.hub_id == _HUB_IN_SCOPE, include_aliases=True, track_closure_variables=False
)
# The same for several: hub_id leads every key, so rows asked for by id alone would be looked for in all of a table.
_HUBS_IN_SCOPE = bindparam(
    "hubs_in_scope", callable_=lambda: list(scope.current().hub_ids or ()), type_=ARRAY(BigInteger)
)
_IN_THESE = with_loader_criteria(
    HubScoped, lambda table: table.hub_id == any_(_HUBS_IN_SCOPE), include_aliases=True, track_closure_variables=False
)


_STANDING: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()


def standing(statement: Statement) -> Statement:
    """A statement made once and asked again and again, with `bindparam` for what changes.

    It is given its hub once too: SQLAlchemy then knows the text that goes with it without looking through the whole of
    it each time, which costs more than the rows of most pages do.
    """
    _STANDING[statement] = statement.options(_IN_SCOPE)
    return statement


def _unchanged(session: Any) -> Scope:
    current = scope.current()
    if session.in_transaction() and session.info.get("scope", current) != current:
        raise ScopeChanged(f"{session.info['scope']} became {current} within one transaction")
    return current


@event.listens_for(Session, "do_orm_execute")
def _limit_to_hub(state: ORMExecuteState) -> None:
    """The same limit once more as a constant in the query, for the planner and for a sharded database."""
    current = _unchanged(state.session)
    if state.is_column_load or state.is_relationship_load:
        return
    if current.hub_id is not None:
        known = _STANDING.get(state.statement)
        state.statement = state.statement.options(_IN_SCOPE) if known is None else known
    elif current.hub_ids is not None:
        state.statement = state.statement.options(_IN_THESE)


def ask(statement: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a statement in the driver's own words, within the session's transaction: `%(name)s` for values.

    For what is asked with every sale: passing the session and the expression language costs more than such an answer.
    """
    session = db.session()
    _unchanged(session)
    session.flush()
    driver: Any = session.connection().connection.driver_connection
    cursor = driver.execute(statement, values, prepare=True)
    return cursor.fetchall() if cursor.description else []


def after_commit(action: Callable[[], None]) -> None:
    """Run `action` right after the edge has committed; it is dropped on rollback.

    It must be a short cut only: a job has to do the same work if the process dies here.
    """
    db.session().info.setdefault("after_commit", []).append(action)


def take_after_commit() -> list[Callable[[], None]]:
    """What to run now that the commit is done (for the edge only)."""
    actions: list[Callable[[], None]] = db.session().info.pop("after_commit", [])
    return actions


@event.listens_for(Pool, "checkout")
def _replace_if_closed(driver: Any, _record: object, _proxy: object) -> None:
    """Notice a connection that the server has closed without asking it, which would be a round trip per request.

    An idle connection has nothing to read, except the server's goodbye. The pool answers the error with a new one.
    """
    waiting = select.poll()
    waiting.register(driver.fileno(), select.POLLIN)
    if waiting.poll(0):
        raise DisconnectionError


def configure(app: Flask, *, app_url: URL | str, central_url: URL | str) -> None:
    """Bind `db` to the two serving roles."""
    app.config["SQLALCHEMY_DATABASE_URI"] = app_url
    # Values of a statement that failed stay out of logs and of the list of failed jobs: a mail's context holds a link.
    common = {"hide_parameters": True}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 10, "max_overflow": 20, **common}
    app.config["SQLALCHEMY_BINDS"] = {"central": {"url": central_url, "pool_size": 5, "max_overflow": 10, **common}}
    db.init_app(app)


@contextmanager
def unit_of_work() -> Iterator[None]:
    """One transaction of an edge that is not a request: commits, or rolls back; then after-commit actions."""
    try:
        yield
        crash.reached(UNCOMMITTED)
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        actions = take_after_commit()
        db.session.remove()
    crash.reached(COMMITTED)
    for action in actions:
        action()
    crash.reached(FOLLOWED)


@contextmanager
def apart() -> Iterator[None]:
    """A short transaction beside the one under way, in the same scope, kept whatever becomes of that one.

    For saying how far long work is; never for rows that the work itself has touched: it would wait for itself.
    """
    with current_app.app_context(), unit_of_work():
        yield
