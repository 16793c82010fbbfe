"""Connection strings: whoever is asked for signs in, on the embedded server and on DATABASE_URL's."""

from __future__ import annotations

import os

import psycopg
import pytest
from sqlalchemy.engine.url import URL

from hubapp.kernel import server as database_server
from hubapp.kernel.db import APP_ROLE, CENTRAL_ROLE
from hubapp.kernel.errors import Refusal
from hubapp.kernel.server import Server


@pytest.fixture
def elsewhere(worker_server: Server) -> Server:
    """This worker's database as DATABASE_URL would name it."""
    parts = dict(part.split("=", 1) for part in worker_server.admin.split())
    place = {"host": parts["host"], "port": parts["port"]}
    url = URL.create("postgresql", username=parts["user"], database=parts["dbname"], query=place)
    settings = worker_server.settings.model_copy(update={"database_url": url.render_as_string()})
    return Server(worker_server.admin, settings)


@pytest.mark.parametrize(("role", "name"), [("app", APP_ROLE), ("central", CENTRAL_ROLE)])
def test_the_workers_connection_has_its_role_wherever_the_database_is(
    worker_server: Server, elsewhere: Server, role: str, name: str
) -> None:
    for server in (worker_server, elsewhere):
        with psycopg.connect(server.conninfo(role)) as connection:
            row = connection.execute("SELECT current_user").fetchone()
        assert row == (name,)


def test_who_may_not_make_a_role_is_told_what_to_have_said(
    worker_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    login, missing = f"narrow_{os.getpid()}", f"guard_{os.getpid()}"
    monkeypatch.setitem(database_server.MADE_AS, missing, "NOLOGIN BYPASSRLS")
    with psycopg.connect(worker_server.admin, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {login} LOGIN CREATEROLE".encode())
        try:
            with pytest.raises(Refusal) as refusal:
                database_server.ensure_roles(worker_server.admin.replace("user=postgres", f"user={login}"))
        finally:
            connection.execute(f"DROP ROLE {login}".encode())
    wanted = f"CREATE ROLE {missing} NOLOGIN BYPASSRLS; GRANT {missing} TO {login} WITH ADMIN OPTION;"
    assert str(refusal.value) == (
        f"{login} may not create the role {missing}. Have whoever runs the database server say: {wanted}"
    )
