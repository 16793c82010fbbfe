"""Devices that show notices by themselves; what people want there, and when a notice goes to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0062_push"
down_revision = "0061_search"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
HERE = f"({rls.CURRENT_HUB} IS NULL OR d.hub_id = {rls.CURRENT_HUB})"
# As everywhere: neither the session nor its parent ended, ran out, or lay idle for two weeks.
ALIVE = """s.ended_at IS NULL AND s.expires_at > p_now AND s.seen_at > p_now - interval '14 days'
  AND (s.parent_id IS NULL OR (p.ended_at IS NULL AND p.expires_at > p_now))"""
SESSIONS = f"""push_device d JOIN auth_session s ON s.id = d.session_id AND s.account_id = d.account_id
  LEFT JOIN auth_session p ON p.id = s.parent_id WHERE {ALIVE}"""

READERS = "notice_readers(p_accounts uuid[], p_hub bigint, p_kind text, p_about text)"
WISHES = "rhythm text, weekday integer, hour integer, timezone text, quiet_from integer, quiet_to integer"


def _readers(columns: str, answers: str) -> tuple[str, str, str]:
    """Who could be told, as the notices' own migration made it, with more columns at the end."""
    return (
        READERS,
        f"TABLE (account_id uuid, is_member boolean, is_muted boolean, in_app boolean, mail text, is_mail_off boolean, {WISHES}{columns})",
        f"""#variable_conflict use_column
        BEGIN RETURN QUERY SELECT a.id,
            EXISTS (SELECT FROM membership_index m WHERE m.account_id = a.id AND m.hub_id = p_hub),
            EXISTS (SELECT FROM notice_mute u WHERE u.account_id = a.id AND u.hub_id = p_hub AND u.about IN ('', p_about)),
            coalesce(h.in_app, n.in_app), coalesce(h.mail, n.mail),
            EXISTS (SELECT FROM notice_choice o WHERE o.account_id = a.id AND o.kind = '*' AND o.mail = 'off'
              AND (o.hub_id IS NULL OR o.hub_id = p_hub)),
            s.rhythm, s.weekday, s.hour, s.timezone, s.quiet_from, s.quiet_to{answers}
          FROM account a
          LEFT JOIN notice_choice h ON h.account_id = a.id AND h.hub_id = p_hub AND h.kind = p_kind
          LEFT JOIN notice_choice n ON n.account_id = a.id AND n.hub_id IS NULL AND n.kind = p_kind
          LEFT JOIN notice_settings s ON s.account_id = a.id
          WHERE a.id = ANY (p_accounts);
        END""",
    )


BEFORE = _readers("", "")
NOW = _readers(
    ", push boolean, has_device boolean",
    """, coalesce(h.push, n.push),
            EXISTS (SELECT FROM push_device d WHERE d.account_id = a.id AND (p_hub IS NULL OR d.hub_id = p_hub))""",
)

# Each: its signature, what it returns, its body, whether the app's role may call it.
FUNCTIONS = (
    (
        (
            "push_subscribe(p_id uuid, p_account uuid, p_session uuid, p_endpoint text, p_public bytea, p_auth bytea,"
            " p_server text, p_browser text, p_system text, p_now timestamptz)"
        ),
        "boolean",
        # A browser shows one person's notices: whoever switched it on last.
        f"""BEGIN
        DELETE FROM push_device WHERE endpoint = p_endpoint AND session_id <> p_session;
        INSERT INTO push_device (id, hub_id, account_id, session_id, endpoint, public_key, auth, server_key, browser, system, created_at)
          SELECT p_id, s.hub_id, s.account_id, s.id, p_endpoint, p_public, p_auth, p_server, p_browser, p_system, p_now
          FROM auth_session s WHERE s.id = p_session AND s.account_id = p_account AND s.hub_id = {rls.CURRENT_HUB} AND s.ended_at IS NULL
          ON CONFLICT (session_id) DO UPDATE SET id = p_id, endpoint = p_endpoint, public_key = p_public, auth = p_auth,
            server_key = p_server, browser = p_browser, system = p_system, created_at = p_now, used_at = NULL;
        RETURN FOUND;
        END""",
        True,
    ),
    (
        "push_devices(p_account uuid, p_now timestamptz)",
        "TABLE (id uuid, hub_id bigint, session_id uuid, browser text, system text, created_at timestamptz, used_at timestamptz)",
        f"""#variable_conflict use_column
        BEGIN RETURN QUERY SELECT d.id, d.hub_id, d.session_id, d.browser, d.system, d.created_at, d.used_at
          FROM {SESSIONS} AND d.account_id = p_account AND {HERE} ORDER BY d.created_at DESC, d.id LIMIT 50;
        END""",
        True,
    ),
    (
        "push_forget(p_account uuid, p_id uuid)",
        "bigint",
        f"""DECLARE done bigint; BEGIN
        DELETE FROM push_device d WHERE d.account_id = p_account AND (p_id IS NULL OR d.id = p_id) AND {HERE};
        GET DIAGNOSTICS done = ROW_COUNT;
        RETURN done;
        END""",
        True,
    ),
    (
        # What no hub sends goes to each browser once, however many hubs it shows.
        "push_targets(p_account uuid, p_hub bigint, p_now timestamptz)",
        "SETOF push_device",
        f"""BEGIN
        IF p_hub IS NOT NULL THEN
          RETURN QUERY SELECT d.* FROM {SESSIONS} AND d.account_id = p_account AND d.hub_id = p_hub;
        ELSE
          RETURN QUERY SELECT d.* FROM push_device d WHERE d.id IN (
            SELECT DISTINCT ON (coalesce(s.parent_id, s.id)) d.id FROM {SESSIONS} AND d.account_id = p_account
            ORDER BY coalesce(s.parent_id, s.id), d.created_at DESC);
        END IF;
        END""",
        False,
    ),
    (
        "push_sweep(p_now timestamptz)",
        "bigint",
        f"""DECLARE done bigint; BEGIN
        DELETE FROM push_device g WHERE NOT EXISTS (SELECT FROM {SESSIONS} AND d.id = g.id);
        GET DIAGNOSTICS done = ROW_COUNT;
        RETURN done;
        END""",
        False,
    ),
)
STABLE = ("notice_readers", "push_devices", "push_targets")
# Signing out on a device, of all of them, or by a new password: in the same moment nothing is known of its browser.
ENDED = """
CREATE FUNCTION push_session_ended() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM push_device WHERE session_id = NEW.id;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER push_session_ended AFTER UPDATE OF ended_at ON auth_session
FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL) EXECUTE FUNCTION push_session_ended()
"""


def upgrade() -> None:
    """Create."""
    op.create_table(
        "push_device",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), nullable=False),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("auth_session.id", ondelete="CASCADE"), nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("auth", sa.LargeBinary, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("server_key", "browser", "system")),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.UniqueConstraint("session_id"),
        sa.UniqueConstraint("endpoint"),
        sa.CheckConstraint("length(endpoint) <= 1000", name="endpoint"),
        sa.CheckConstraint("octet_length(public_key) = 65 AND octet_length(auth) = 16", name="keys"),
        sa.Index("ix_push_device_account_id_hub_id", "account_id", "hub_id"),
    )
    for statement in rls.grant("push_device", app="", central="SELECT, INSERT, UPDATE, DELETE"):
        op.execute(statement)
    op.add_column("notice", sa.Column("push_due_at", TIME))
    op.create_index(
        "ix_notice_push_due", "notice", ["push_due_at"], postgresql_where=sa.text("push_due_at IS NOT NULL")
    )
    op.add_column("notice_choice", sa.Column("push", sa.Boolean))
    _drop(READERS)
    _create(*NOW, is_for_app=True)
    for signature, answer, body, is_for_app in FUNCTIONS:
        _create(signature, answer, body, is_for_app=is_for_app)
    op.execute(ENDED)
    op.execute(TRIGGER)


def _create(signature: str, answer: str, body: str, *, is_for_app: bool) -> None:
    volatility = "STABLE" if signature.startswith(STABLE) else "VOLATILE"
    op.execute(
        f"CREATE FUNCTION {signature} RETURNS {answer} LANGUAGE plpgsql {volatility} SECURITY DEFINER"
        f" SET search_path = public, pg_temp AS $$ {body} $$"
    )
    for statement in rls.definer(_types(signature), app=is_for_app):
        op.execute(statement)


def _drop(signature: str) -> None:
    for statement in rls.drop_definer(_types(signature)):
        op.execute(statement)


def _types(signature: str) -> str:
    """A function's name with the types of its arguments."""
    name, _, arguments = signature.removesuffix(")").partition("(")
    return f"{name}({', '.join(argument.strip().split(' ', 1)[1] for argument in arguments.split(','))})"


def downgrade() -> None:
    """Undo."""
    op.execute("DROP TRIGGER push_session_ended ON auth_session")
    op.execute("DROP FUNCTION push_session_ended()")
    for signature, *_rest in reversed(FUNCTIONS):
        _drop(signature)
    _drop(READERS)
    _create(*BEFORE, is_for_app=True)
    op.drop_column("notice_choice", "push")
    op.drop_index("ix_notice_push_due", "notice")
    op.drop_column("notice", "push_due_at")
    op.drop_table("push_device")
