"""The pool of connections: one that the server closed meanwhile is noticed before anybody's request meets it."""

from __future__ import annotations

import psycopg
from sqlalchemy import text

from hubapp.kernel.db import db, unit_of_work
from tests.conftest import Live


def _backend(live: Live) -> int:
    with live.app.app_context(), unit_of_work():
        found: int = db.session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return found


def test_a_pooled_connection_is_used_again_and_replaced_once_the_server_closed_it(live: Live) -> None:
    first = _backend(live)
    assert _backend(live) == first
    with psycopg.connect(live.server.admin, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (first,))
    assert _backend(live) != first
