"""What the database must hold for every table, whoever adds one."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from hubapp.kernel import migrate
from hubapp.kernel.db import GUARD_ROLE, OWNER_ROLE, ROLE_NAMES, Base, HubScoped
from hubapp.kernel.paths import MIGRATIONS
from hubapp.kernel.server import Server
from hubapp.web.areas import HubFlask
from tests.conftest import Databases

# Tables with a hub_id column that are central on purpose, each with its reason.
CENTRAL = {
    "audit_event": "the central team's log; the app may only add",
    "hub_domain": "read before a hub is known",
    "membership_index": "one account's hubs, read on the central domain",
    "auth_session": "unreadable to the app but through one-row functions",
    "email_token": "unreadable to the app; the hub is only whose look the mail wears",
    "authorization_code": "unreadable to the app but through one-row functions",
    "gateway_command": "the outbox: sent across hubs; the app may only add",
    "gateway_event": "the inbox: the hub is found when it is handled",
    "mail": "sent across hubs; the app may only add",
    "reconciliation_match": "the provider's books are those of all hubs together",
    "reconciliation_item": "the same; the hub is whose books differ, where anybody knows",
    "ledger_check": "what the central team's last proof of a hub's books found",
    "home_hub": "one account's choice, read and written by one-row functions",
    "manual_entry": "proposed and approved by the central team; the app cannot read it",
    "notice": "a person's, listed over all hubs on the central site; the app sees and writes those of its own hub",
    "notice_choice": "what one person wants of which hub, chosen on the central site as well",
    "notice_mute": "the same",
    "push_device": "where a person's browser is reached: unreadable to the app but through one-row functions",
    "payout_part": "a payout is central and draws on several hubs",
}


def hub_tables() -> list[str]:
    return sorted(mapper.local_table.name for mapper in Base.registry.mappers if issubclass(mapper.class_, HubScoped))


def test_there_are_hub_tables(base_app: HubFlask) -> None:
    assert len(hub_tables()) > 10


def test_every_table_with_a_hub_is_walled_off_or_central_on_purpose(base_app: HubFlask, connection: Connection) -> None:
    rows = connection.execute(
        text(
            "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity, "
            " (SELECT count(*) FROM pg_policy p"
            "  WHERE p.polrelid = c.oid AND p.polqual IS NOT NULL AND p.polwithcheck IS NOT NULL)"
            " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'hub_id' AND NOT a.attisdropped"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        )
    ).all()
    open_tables = {name for name, is_forced, policies in rows if not (is_forced and policies)}
    assert open_tables <= set(CENTRAL)


def test_hub_id_leads_every_primary_key_unique_and_foreign_key_of_hub_tables(connection: Connection) -> None:
    rows = connection.execute(
        text(
            "SELECT con.conrelid::regclass::text, con.conname, con.confrelid::regclass::text,"
            " (SELECT attname FROM pg_attribute WHERE attrelid = con.conrelid AND attnum = con.conkey[1])"
            " FROM pg_constraint con"
            " WHERE con.contype IN ('p', 'u', 'f') AND con.conrelid::regclass::text = ANY(:tables)"
        ),
        {"tables": hub_tables()},
    ).all()
    wrong = [
        (table, name)
        for table, name, target, first in rows
        # A key into a central table (a person, a payout, a version of the rules) has no hub to lead with.
        if first != "hub_id" and (target == "-" or target in hub_tables())
    ]
    assert wrong == []


def test_the_app_role_sees_no_row_of_any_hub_table_without_a_hub(base_app: HubFlask, connection: Connection) -> None:
    connection.exec_driver_sql("SET LOCAL ROLE hubapp_app; SET LOCAL app.hub_id = ''")
    readable = [
        name
        for name in hub_tables()
        if connection.execute(
            text("SELECT has_table_privilege('hubapp_app', :name, 'SELECT')"), {"name": name}
        ).scalar()
    ]
    assert readable
    for name in readable:
        assert connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar() == 0, name


def test_the_models_are_what_the_migrations_make(base_app: HubFlask, connection: Connection) -> None:
    context = MigrationContext.configure(
        connection.execution_options(),
        opts={
            "include_object": lambda _o, name, kind, _r, _c: (
                not (kind == "table" and str(name).startswith("procrastinate"))
            )
        },
    )
    differences = compare_metadata(context, Base.metadata)
    assert differences == []


def test_no_guard_is_owned_by_whom_the_application_signs_in_as(connection: Connection) -> None:
    """Nor by one whom they could become: who owns a function replaces it, or drops it with the triggers it serves."""
    rows = connection.execute(
        text(
            "SELECT p.oid::regprocedure::text, p.prosecdef, p.proowner::regrole::text, r.rolcanlogin, r.rolsuper,"
            " (SELECT coalesce(array_agg(m.rolname::text ORDER BY m.rolname), '{}') FROM pg_roles m"
            "  WHERE m.rolname = ANY(:serving) AND pg_has_role(m.oid, p.proowner, 'MEMBER'))"
            " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
            " WHERE p.pronamespace = 'public'::regnamespace AND (p.prosecdef OR p.prorettype = 'trigger'::regtype)"
        ),
        {"serving": list(ROLE_NAMES.values())},
    ).all()
    assert [(name, serving) for name, *_rest, serving in rows if serving] == []
    definers = {(owner, is_login, is_super) for _n, is_definer, owner, is_login, is_super, _s in rows if is_definer}
    assert definers == {(GUARD_ROLE, False, False)}
    assert len(rows) > 20


def test_the_guards_own_role_makes_nothing_and_has_no_member_but_who_migrates(connection: Connection) -> None:
    assert not connection.execute(text("SELECT has_schema_privilege('hubapp_guard', 'public', 'CREATE')")).scalar()
    members = connection.execute(
        text("SELECT member::regrole::text FROM pg_auth_members WHERE roleid = 'hubapp_guard'::regrole")
    ).scalars()
    assert set(members) == {OWNER_ROLE, "postgres"}  # the embedded server's own login


def test_there_is_one_migration_head() -> None:
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_migrations_go_down_and_up_again(databases: Databases, worker_server: Server, worker_id: str) -> None:
    name = f"migrations_{worker_id}"
    server = Server(databases.create(name), worker_server.settings)
    try:
        migrate.downgrade(server, "base")
        migrate.upgrade(server)
        assert migrate.status(server)[0] == migrate.status(server)[1]
    finally:
        databases.drop(name)
