"""Devices that fail or are no more; one search for lists and for everything; versions of a hub's switches."""

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

# The hub's search, also for one kind of listing and one kind of tag: as before where nothing more is said.
UNBLOCKED = "NOT EXISTS (SELECT FROM member_block b WHERE b.hub_id = $1 AND b.account_id = $4 AND b.blocked_id = {})"
UNBLOCKING = (
    "NOT EXISTS (SELECT FROM member_block b WHERE b.hub_id = $1 AND b.account_id = m.account_id AND b.blocked_id = $4)"
)


LISTINGS_OF_ALL = f"""
CREATE FUNCTION find_listings(words text[], after_class integer, before uuid, at_most integer)
RETURNS TABLE (class integer, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    WITH titled AS (
      SELECT 0, l.id FROM listing l WHERE l.hub_id = $1 AND l.status = 'live' AND l.terms @@ $2
        AND ($4 IS NULL OR ($4 = 0 AND l.id < $5)) ORDER BY l.id DESC LIMIT $6),
    written AS (
      SELECT 1, l.id FROM listing l WHERE l.hub_id = $1 AND l.status = 'live' AND l.terms @@ $3 AND NOT l.terms @@ $2
        AND ($4 IS DISTINCT FROM 1 OR l.id < $5) ORDER BY l.id DESC LIMIT $6)
    SELECT * FROM (TABLE titled UNION ALL TABLE written) AS hit (class, id) ORDER BY class, id DESC LIMIT $6
  $query$ USING {rls.CURRENT_HUB}, search_titled({rls.CURRENT_HUB}, words), search_written({rls.CURRENT_HUB}, words),
    after_class, before, at_most;
END $$
"""
PEOPLE_OF_ALL = f"""
CREATE FUNCTION find_people(words text[], seen text[], viewer uuid, after_class integer, before_at timestamptz,
  before_id uuid, at_most integer) RETURNS TABLE (class integer, joined_at timestamptz, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    WITH named AS (
      SELECT 0, m.joined_at, m.id FROM membership m WHERE m.hub_id = $1 AND m.status = 'active' AND m.is_listed
        AND m.hidden_reason IS NULL AND m.terms @@ $2 AND {UNBLOCKING} AND {UNBLOCKED.format("m.account_id")}
        AND ($5 IS NULL OR ($5 = 0 AND (m.joined_at, m.id) < ($6, $7)))
        ORDER BY m.joined_at DESC, m.id DESC LIMIT $8),
    tagged AS MATERIALIZED (
      SELECT DISTINCT t.membership_id AS id FROM profile_tag t
        WHERE t.hub_id = $1 AND t.audience = ANY ($3) AND t.terms @@ $2),
    telling AS (
      SELECT 1, m.joined_at, m.id FROM tagged
        CROSS JOIN LATERAL (SELECT * FROM membership k WHERE k.hub_id = $1 AND k.id = tagged.id OFFSET 0) m
        WHERE m.status = 'active' AND m.is_listed AND m.hidden_reason IS NULL AND NOT m.terms @@ $2
        AND {UNBLOCKING} AND {UNBLOCKED.format("m.account_id")}
        AND ($5 IS DISTINCT FROM 1 OR (m.joined_at, m.id) < ($6, $7))
        ORDER BY m.joined_at DESC, m.id DESC LIMIT $8)
    SELECT * FROM (TABLE named UNION ALL TABLE telling) AS hit (class, joined_at, id)
    ORDER BY class, joined_at DESC, id DESC LIMIT $8
  $query$ USING {rls.CURRENT_HUB}, search_titled({rls.CURRENT_HUB}, words), seen, viewer, after_class,
    before_at, before_id, at_most;
END $$
"""

# How often a word is written cannot be told before: looked up by the word, a common one reads half of the hub to show a
# page, and read in the order of the page, a rare one reads all of it. So it is looked up, and no further than FEW; what
# has more is common, and read in order until the page is full.
FEW = 500


def _either(name: str, *, table: str, base: str, words: str, columns: str, where: str, order: str, limit: str) -> str:
    """A common table `name` of the first rows of `table` (as `x`) with these words."""
    # The limit stands outside: inside, it would make the planner hope to meet the rows soon in some other order.
    many = f"(SELECT count(*) FROM (SELECT FROM few_{name} LIMIT {FEW + 1}) AS counted) > {FEW}"
    return f"""few_{name} AS MATERIALIZED (
      SELECT x.* FROM {table} x WHERE x.hub_id = $1 AND {base} AND x.terms @@ {words}),
    {name} AS (
      (SELECT {columns} FROM few_{name} x {where}
        AND NOT {many} ORDER BY {order} LIMIT {limit})
      UNION ALL
      (SELECT {columns} FROM {table} x {where}
        AND x.hub_id = $1 AND {base} AND x.terms @@ {words} AND {many} ORDER BY {order} LIMIT {limit}))"""


LIVE_KIND = "x.status = 'live' AND ($7 IS NULL OR x.kind = ANY ($7))"
TITLED = _either(
    "titled",
    table="listing",
    base=LIVE_KIND,
    words="$2",
    columns="0, x.id",
    where="WHERE ($4 IS NULL OR ($4 = 0 AND x.id < $5))",
    order="2 DESC",
    limit="$6",
)
WRITTEN = _either(
    "written",
    table="listing",
    base=LIVE_KIND,
    words="$3",
    columns="1, x.id",
    where="WHERE NOT x.terms @@ $2 AND ($4 IS DISTINCT FROM 1 OR x.id < $5)",
    order="2 DESC",
    limit="$6",
)
LISTINGS_OF_KINDS = f"""
CREATE FUNCTION find_listings(words text[], after_class integer, before uuid, at_most integer,
  kinds text[] DEFAULT NULL) RETURNS TABLE (class integer, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    WITH {TITLED},
    {WRITTEN}
    SELECT * FROM (TABLE titled UNION ALL TABLE written) AS hit (class, id) ORDER BY class, id DESC LIMIT $6
  $query$ USING {rls.CURRENT_HUB}, search_titled({rls.CURRENT_HUB}, words), search_written({rls.CURRENT_HUB}, words),
    after_class, before, at_most, kinds;
END $$
"""
SEEN = f"""m.status = 'active' AND m.is_listed AND m.hidden_reason IS NULL
        AND {UNBLOCKING} AND {UNBLOCKED.format("m.account_id")}"""
NAMED = _either(
    "named",
    table="membership",
    base="x.status = 'active' AND $9 IS NULL",
    words="$2",
    columns="0, x.joined_at, x.id",
    where=f"WHERE {SEEN.replace('m.', 'x.')} AND ($5 IS NULL OR ($5 = 0 AND (x.joined_at, x.id) < ($6, $7)))",
    order="2 DESC, 3 DESC",
    limit="$8",
)
TELLING = _either(
    "telling",
    table="profile_tag",
    base="x.audience = ANY ($3) AND ($9 IS NULL OR x.kind = $9)",
    words="$2",
    columns="DISTINCT 1, x.joined_at, x.membership_id",
    where=f"""CROSS JOIN LATERAL (SELECT * FROM membership k WHERE k.hub_id = $1 AND k.id = x.membership_id OFFSET 0) m
        WHERE {SEEN} AND ($9 IS NOT NULL OR NOT m.terms @@ $2)
        AND ($5 IS DISTINCT FROM 1 OR (x.joined_at, x.membership_id) < ($6, $7))""",
    order="2 DESC, 3 DESC",
    limit="$8",
)
PEOPLE_BY_TAGS = f"""
CREATE FUNCTION find_people(words text[], seen text[], viewer uuid, after_class integer, before_at timestamptz,
  before_id uuid, at_most integer, tag_kind text DEFAULT NULL)
RETURNS TABLE (class integer, joined_at timestamptz, id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    WITH {NAMED},
    {TELLING}
    SELECT * FROM (TABLE named UNION ALL TABLE telling) AS hit (class, joined_at, id)
    ORDER BY class, joined_at DESC, id DESC LIMIT $8
  $query$ USING {rls.CURRENT_HUB}, search_titled({rls.CURRENT_HUB}, words), seen, viewer, after_class,
    before_at, before_id, at_most, tag_kind;
END $$
"""
LISTINGS_BEFORE, LISTINGS = (
    ("find_listings(text[], integer, uuid, integer)", LISTINGS_OF_ALL),
    ("find_listings(text[], integer, uuid, integer, text[])", LISTINGS_OF_KINDS),
)
PEOPLE_BEFORE, PEOPLE = (
    ("find_people(text[], text[], uuid, integer, timestamptz, uuid, integer)", PEOPLE_OF_ALL),
    ("find_people(text[], text[], uuid, integer, timestamptz, uuid, integer, text)", PEOPLE_BY_TAGS),
)


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
    _replace(LISTINGS_BEFORE, LISTINGS)
    _replace(PEOPLE_BEFORE, PEOPLE)
    _parts((*PARTS, "switches"))


def _replace(before: tuple[str, str], now: tuple[str, str]) -> None:
    _drop(before[0])
    op.execute(now[1])
    for change in rls.definer(now[0]):
        op.execute(change)


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
    _replace(PEOPLE, PEOPLE_BEFORE)
    _replace(LISTINGS, LISTINGS_BEFORE)
    op.drop_index("ix_profile_tag_joined", "profile_tag")
    op.drop_index("ix_listing_kind", "listing")
    for signature, answer, before, _now, is_for_app in reversed(FUNCTIONS):
        _drop(_types(signature))
        if before:
            _create(signature, answer, before, is_for_app=is_for_app)
    op.drop_table("push_pause")
    op.drop_column("push_device", "failing_since")
    op.drop_column("push_device", "gone_at")
