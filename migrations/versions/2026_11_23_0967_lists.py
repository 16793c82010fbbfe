"""Devices that fail or are no more; lists of one kind of listing or tag; versions of a hub's switches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0067_lists"
down_revision = "0066_plan_live"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
LIVE = "status = 'live'"
PARTS = ("brand", "front", "steps", "page")

# Devices. One whose subscription ended stays, out of everybody's sight, until its browser names another.
HERE = f"({rls.CURRENT_HUB} IS NULL OR d.hub_id = {rls.CURRENT_HUB})"
ALIVE = """s.ended_at IS NULL AND s.expires_at > p_now AND s.seen_at > p_now - interval '14 days'
  AND (s.parent_id IS NULL OR (p.ended_at IS NULL AND p.expires_at > p_now))"""
SESSIONS = f"""push_device d JOIN auth_session s ON s.id = d.session_id AND s.account_id = d.account_id
  LEFT JOIN auth_session p ON p.id = s.parent_id WHERE {ALIVE}"""
SUBSCRIBE = (
    "push_subscribe(p_id uuid, p_account uuid, p_session uuid, p_endpoint text, p_public bytea, p_auth bytea,"
    " p_server text, p_browser text, p_system text, p_now timestamptz)"
)
AGAIN = (
    "push_subscribe_again(p_account uuid, p_session uuid, p_endpoint text, p_public bytea, p_auth bytea, p_server text)"
)
DEVICES = "push_devices(p_account uuid, p_now timestamptz)"
TARGETS = "push_targets(p_account uuid, p_hub bigint, p_now timestamptz)"
READERS = "notice_readers(p_accounts uuid[], p_hub bigint, p_kind text, p_about text)"
COLUMNS = (
    "id uuid, hub_id bigint, session_id uuid, browser text, system text, created_at timestamptz, used_at timestamptz"
)
WISHES = "rhythm text, weekday integer, hour integer, timezone text, quiet_from integer, quiet_to integer"


def _subscribe(fresh: str) -> str:
    return f"""BEGIN
        DELETE FROM push_device WHERE endpoint = p_endpoint AND session_id <> p_session;
        INSERT INTO push_device (id, hub_id, account_id, session_id, endpoint, public_key, auth, server_key, browser, system, created_at)
          SELECT p_id, s.hub_id, s.account_id, s.id, p_endpoint, p_public, p_auth, p_server, p_browser, p_system, p_now
          FROM auth_session s WHERE s.id = p_session AND s.account_id = p_account AND s.hub_id = {rls.CURRENT_HUB} AND s.ended_at IS NULL
          ON CONFLICT (session_id) DO UPDATE SET id = p_id, endpoint = p_endpoint, public_key = p_public, auth = p_auth,
            server_key = p_server, browser = p_browser, system = p_system, created_at = p_now, used_at = NULL{fresh};
        RETURN FOUND;
        END"""


# Only where the same sign-in has the device on: what somebody has switched off stays off.
SUBSCRIBE_AGAIN = f"""BEGIN
        DELETE FROM push_device WHERE endpoint = p_endpoint AND session_id <> p_session AND EXISTS (SELECT FROM push_device o
          WHERE o.session_id = p_session AND o.account_id = p_account AND o.hub_id = {rls.CURRENT_HUB});
        UPDATE push_device SET endpoint = p_endpoint, public_key = p_public, auth = p_auth, server_key = p_server,
          gone_at = NULL, failing_since = NULL
          WHERE session_id = p_session AND account_id = p_account AND hub_id = {rls.CURRENT_HUB};
        RETURN FOUND;
        END"""


def _devices(reached: str) -> str:
    return f"""#variable_conflict use_column
        BEGIN RETURN QUERY SELECT d.id, d.hub_id, d.session_id, d.browser, d.system, d.created_at, d.used_at
          FROM {SESSIONS} AND d.account_id = p_account{reached} AND {HERE} ORDER BY d.created_at DESC, d.id LIMIT 50;
        END"""


def _targets(reached: str) -> str:
    return f"""BEGIN
        IF p_hub IS NOT NULL THEN
          RETURN QUERY SELECT d.* FROM {SESSIONS} AND d.account_id = p_account AND d.hub_id = p_hub{reached};
        ELSE
          RETURN QUERY SELECT d.* FROM push_device d WHERE d.id IN (
            SELECT DISTINCT ON (coalesce(s.parent_id, s.id)) d.id FROM {SESSIONS} AND d.account_id = p_account{reached}
            ORDER BY coalesce(s.parent_id, s.id), d.created_at DESC);
        END IF;
        END"""


def _readers(reached: str) -> str:
    return f"""#variable_conflict use_column
        BEGIN RETURN QUERY SELECT a.id,
            EXISTS (SELECT FROM membership_index m WHERE m.account_id = a.id AND m.hub_id = p_hub),
            EXISTS (SELECT FROM notice_mute u WHERE u.account_id = a.id AND u.hub_id = p_hub AND u.about IN ('', p_about)),
            coalesce(h.in_app, n.in_app), coalesce(h.mail, n.mail),
            EXISTS (SELECT FROM notice_choice o WHERE o.account_id = a.id AND o.kind = '*' AND o.mail = 'off'
              AND (o.hub_id IS NULL OR o.hub_id = p_hub)),
            s.rhythm, s.weekday, s.hour, s.timezone, s.quiet_from, s.quiet_to, coalesce(h.push, n.push),
            EXISTS (SELECT FROM push_device d WHERE d.account_id = a.id AND (p_hub IS NULL OR d.hub_id = p_hub){reached})
          FROM account a
          LEFT JOIN notice_choice h ON h.account_id = a.id AND h.hub_id = p_hub AND h.kind = p_kind
          LEFT JOIN notice_choice n ON n.account_id = a.id AND n.hub_id IS NULL AND n.kind = p_kind
          LEFT JOIN notice_settings s ON s.account_id = a.id
          WHERE a.id = ANY (p_accounts);
        END"""


REACHED = " AND d.gone_at IS NULL"
READ = f"TABLE (account_id uuid, is_member boolean, is_muted boolean, in_app boolean, mail text, is_mail_off boolean, {WISHES}, push boolean, has_device boolean)"
# Each: its signature, what it returns, its body before and now, whether the app's role may call it.
FUNCTIONS = (
    (SUBSCRIBE, "boolean", _subscribe(""), _subscribe(", gone_at = NULL, failing_since = NULL"), True),
    (AGAIN, "boolean", "", SUBSCRIBE_AGAIN, True),
    (DEVICES, f"TABLE ({COLUMNS})", _devices(""), _devices(REACHED), True),
    (TARGETS, "SETOF push_device", _targets(""), _targets(REACHED), False),
    (READERS, READ, _readers(""), _readers(REACHED), True),
)
STABLE = ("notice_readers", "push_devices", "push_targets")


def upgrade() -> None:
    """Add; what is called as before answers as before."""
    op.add_column("push_device", sa.Column("gone_at", TIME))
    op.add_column("push_device", sa.Column("failing_since", TIME))
    op.create_table(
        "push_pause",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("until", TIME, nullable=False),
    )
    for statement in rls.grant("push_pause", app="", central="SELECT, INSERT, UPDATE, DELETE"):
        op.execute(statement)
    for signature, answer, before, now, is_for_app in FUNCTIONS:
        if before:
            _drop(_types(signature))
        _create(signature, answer, now, is_for_app=is_for_app)
    op.create_index("ix_listing_kind", "listing", ["hub_id", "kind", "id"], postgresql_where=sa.text(LIVE))
    op.create_index("ix_profile_tag_joined", "profile_tag", ["hub_id", "joined_at", "membership_id"])
    _parts((*PARTS, "switches"))


def _create(signature: str, answer: str, body: str, *, is_for_app: bool) -> None:
    volatility = "STABLE" if signature.startswith(STABLE) else "VOLATILE"
    op.execute(
        f"CREATE FUNCTION {signature} RETURNS {answer} LANGUAGE plpgsql {volatility} SECURITY DEFINER"
        f" SET search_path = public, pg_temp AS $$ {body} $$"
    )
    for statement in rls.definer(_types(signature), app=is_for_app):
        op.execute(statement)


def _drop(signature: str) -> None:
    for statement in rls.drop_definer(signature):
        op.execute(statement)


def _types(signature: str) -> str:
    """A function's name with the types of its arguments."""
    name, _, arguments = signature.removesuffix(")").partition("(")
    return f"{name}({', '.join(argument.strip().split(' ', 1)[1] for argument in arguments.split(','))})"


def _parts(names: tuple[str, ...]) -> None:
    op.drop_constraint("ck_hub_version_part", "hub_version")
    op.create_check_constraint("part", "hub_version", f"part IN {names}")


def downgrade() -> None:
    """Undo; versions of switches go."""
    op.execute("ALTER TABLE hub_version NO FORCE ROW LEVEL SECURITY")
    op.execute("DELETE FROM hub_version WHERE part = 'switches'")
    op.execute("ALTER TABLE hub_version FORCE ROW LEVEL SECURITY")
    _parts(PARTS)
    op.drop_index("ix_profile_tag_joined", "profile_tag")
    op.drop_index("ix_listing_kind", "listing")
    for signature, answer, before, _now, is_for_app in reversed(FUNCTIONS):
        _drop(_types(signature))
        if before:
            _create(signature, answer, before, is_for_app=is_for_app)
    op.drop_table("push_pause")
    op.drop_column("push_device", "failing_since")
    op.drop_column("push_device", "gone_at")
