"""Notices, what people want to be told and how, digests; broadcasts of a hub and whom they went to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.kernel.db import APP_ROLE
from hubapp.tenancy import rls

revision = "0032_notices"
down_revision = "0031_gatherings"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# A hub's pages see its own notices; the central site, in no hub, one person's of all hubs.
HERE = f"({rls.CURRENT_HUB} IS NULL OR hub_id = {rls.CURRENT_HUB})"
FUNCTIONS = (
    (
        "notice_readers(p_accounts uuid[], p_hub bigint, p_kind text, p_about text)",
        "TABLE (account_id uuid, is_member boolean, is_muted boolean, in_app boolean, mail text, is_mail_off boolean, rhythm text, weekday integer, hour integer, timezone text, quiet_from integer, quiet_to integer)",
        """#variable_conflict use_column
        BEGIN RETURN QUERY SELECT a.id,
            EXISTS (SELECT FROM membership_index m WHERE m.account_id = a.id AND m.hub_id = p_hub),
            EXISTS (SELECT FROM notice_mute u WHERE u.account_id = a.id AND u.hub_id = p_hub AND u.about IN ('', p_about)),
            coalesce(h.in_app, n.in_app), coalesce(h.mail, n.mail),
            EXISTS (SELECT FROM notice_choice o WHERE o.account_id = a.id AND o.kind = '*' AND o.mail = 'off'
              AND (o.hub_id IS NULL OR o.hub_id = p_hub)),
            s.rhythm, s.weekday, s.hour, s.timezone, s.quiet_from, s.quiet_to
          FROM account a
          LEFT JOIN notice_choice h ON h.account_id = a.id AND h.hub_id = p_hub AND h.kind = p_kind
          LEFT JOIN notice_choice n ON n.account_id = a.id AND n.hub_id IS NULL AND n.kind = p_kind
          LEFT JOIN notice_settings s ON s.account_id = a.id
          WHERE a.id = ANY (p_accounts);
        END""",
    ),
    (
        "notices_of(p_account uuid, p_unread boolean, p_at timestamptz, p_id uuid, p_limit integer)",
        "SETOF notice",
        f"""BEGIN
        IF p_unread THEN
          RETURN QUERY SELECT * FROM notice WHERE account_id = p_account AND is_shown AND read_at IS NULL AND {HERE}
            AND (at, id) < (p_at, p_id) ORDER BY at DESC, id DESC LIMIT p_limit;
        ELSIF {rls.CURRENT_HUB} IS NULL THEN
          RETURN QUERY SELECT * FROM notice WHERE account_id = p_account AND is_shown AND read_at IS NOT NULL
            AND (at, id) < (p_at, p_id) ORDER BY at DESC, id DESC LIMIT p_limit;
        ELSE
          RETURN QUERY SELECT * FROM notice WHERE account_id = p_account AND is_shown AND read_at IS NOT NULL
            AND hub_id = {rls.CURRENT_HUB} AND (at, id) < (p_at, p_id) ORDER BY at DESC, id DESC LIMIT p_limit;
        END IF;
        END""",
    ),
    (
        "notice_one(p_account uuid, p_id uuid)",
        "SETOF notice",
        f"BEGIN RETURN QUERY SELECT * FROM notice WHERE id = p_id AND account_id = p_account AND is_shown AND {HERE}; END",
    ),
    (
        "notices_read(p_account uuid, p_id uuid, p_about text, p_now timestamptz)",
        "bigint",
        f"""DECLARE done bigint; BEGIN
        UPDATE notice SET read_at = p_now WHERE account_id = p_account AND read_at IS NULL AND {HERE}
          AND (p_id IS NULL OR id = p_id) AND (p_about IS NULL OR about = p_about);
        GET DIAGNOSTICS done = ROW_COUNT;
        RETURN done;
        END""",
    ),
    (
        "notices_unread(p_account uuid)",
        "bigint",
        f"""BEGIN RETURN (SELECT count(*) FROM (SELECT FROM notice WHERE account_id = p_account AND is_shown AND read_at IS NULL
          AND {HERE} LIMIT 100) AS capped);
        END""",
    ),
    (
        "broadcast_numbers(p_broadcast uuid)",
        "TABLE (sent bigint, undeliverable bigint, unsubscribed bigint)",
        f"""BEGIN RETURN QUERY SELECT
            count(*) FILTER (WHERE m.status = 'sent'), count(*) FILTER (WHERE m.status = 'undeliverable'),
            count(*) FILTER (WHERE EXISTS (SELECT FROM notice_choice o WHERE o.account_id = r.account_id AND o.mail = 'off'
              AND o.kind IN ('hub_news', '*') AND (o.hub_id IS NULL OR o.hub_id = r.hub_id)))
          FROM broadcast_recipient r JOIN mail m ON m.id = r.mail_id
          WHERE r.hub_id = {rls.CURRENT_HUB} AND r.broadcast_id = p_broadcast;
        END""",
    ),
    (
        "notice_hubs(p_account uuid)",
        "TABLE (hub_id bigint, is_muted boolean, is_mail_off boolean)",
        """#variable_conflict use_column
        BEGIN RETURN QUERY SELECT m.hub_id,
            EXISTS (SELECT FROM notice_mute u WHERE u.account_id = p_account AND u.hub_id = m.hub_id AND u.about = ''),
            EXISTS (SELECT FROM notice_choice o
              WHERE o.account_id = p_account AND o.hub_id = m.hub_id AND o.kind = '*' AND o.mail = 'off')
          FROM membership_index m WHERE m.account_id = p_account ORDER BY m.joined_at, m.hub_id;
        END""",
    ),
)


def upgrade() -> None:
    """Create."""
    _notices()
    _wishes()
    _digests()
    _broadcasts()
    for signature, answer, body in FUNCTIONS:
        volatility = "VOLATILE" if signature.startswith("notices_read") else "STABLE"
        op.execute(
            f"CREATE FUNCTION {signature} RETURNS {answer} LANGUAGE plpgsql {volatility} SECURITY DEFINER"
            f" SET search_path = public, pg_temp AS $$ {body} $$"
        )
        for statement in rls.definer(_types(signature)):
            op.execute(statement)


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("context", JSONB, nullable=False),
        sa.Column("actors", JSONB, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("is_shown", sa.Boolean, nullable=False),
        sa.Column("mail", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("read_at", TIME),
        sa.Column("mail_due_at", TIME),
        sa.Column("mailed_at", TIME),
        sa.CheckConstraint("mail IN ('now', 'daily', 'weekly', 'off')", name="mail"),
        sa.CheckConstraint("count > 0", name="count"),
    )
    # Unread ones about the same thing are one; hubless ones (security) as well.
    op.create_index(
        "ix_notice_unread",
        "notice",
        ["account_id", "hub_id", "kind", "about"],
        unique=True,
        postgresql_where=sa.text("read_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_notice_account_id_at_id", "notice", ["account_id", "at", "id"])
    op.create_index("ix_notice_account_id_hub_id_at_id", "notice", ["account_id", "hub_id", "at", "id"])
    op.create_index("ix_notice_due", "notice", ["mail_due_at"], postgresql_where=sa.text("mail_due_at IS NOT NULL"))
    op.execute("ALTER TABLE notice ENABLE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY app_here ON notice TO {APP_ROLE} USING (hub_id = {rls.CURRENT_HUB}) WITH CHECK (hub_id = {rls.CURRENT_HUB})"
    )
    _grant("notice", app="SELECT, INSERT, UPDATE")
    op.create_table(
        "notice_occasion",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("at", TIME, nullable=False, index=True),
    )
    _grant("notice_occasion", app="SELECT, INSERT")


def _wishes() -> None:
    op.create_table(
        "notice_settings",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("rhythm", sa.Text, nullable=False),
        sa.Column("weekday", sa.Integer, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("timezone", sa.Text),
        sa.Column("quiet_from", sa.Integer),
        sa.Column("quiet_to", sa.Integer),
        sa.CheckConstraint("rhythm IN ('daily', 'weekly')", name="rhythm"),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from <> quiet_to"
            " AND quiet_from BETWEEN 0 AND 23 AND quiet_to BETWEEN 0 AND 23",
            name="quiet",
        ),
    )
    op.create_table(
        "notice_choice",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("in_app", sa.Boolean),
        sa.Column("mail", sa.Text),
        sa.Column("mail_before", sa.Text),
        sa.UniqueConstraint("account_id", "hub_id", "kind", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("mail IN ('now', 'daily', 'weekly', 'off')", name="mail"),
    )
    op.create_table(
        "notice_mute",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("about", sa.Text, primary_key=True),
        sa.Column("at", TIME, nullable=False),
    )
    for table in ("notice_settings", "notice_choice", "notice_mute"):
        _grant(table, app="SELECT, INSERT, UPDATE, DELETE")


def _digests() -> None:
    op.create_table(
        "digest_due",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("due_at", TIME, nullable=False, index=True),
        sa.Column("day", sa.Date, nullable=False),
    )
    op.create_table(
        "digest_sent",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("at", TIME, nullable=False),
    )
    _grant("digest_due", app="SELECT, INSERT, UPDATE")
    _grant("digest_sent", app="")


def _broadcasts() -> None:
    op.create_table(
        "broadcast",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body_md", sa.Text, nullable=False),
        sa.Column("segment", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("author_account_id", sa.Uuid, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("send_at", TIME),
        sa.Column("finished_at", TIME),
        sa.Column("cursor", sa.Uuid),
        sa.Column("mailed", sa.Integer, nullable=False),
        sa.Column("told", sa.Integer, nullable=False),
        sa.Column("left_out", sa.Integer, nullable=False),
        sa.CheckConstraint("status IN ('draft', 'scheduled', 'sending', 'sent')", name="status"),
        sa.CheckConstraint("status = 'draft' OR send_at IS NOT NULL", name="has_its_time"),
        sa.Index("ix_broadcast_due", "send_at", postgresql_where=sa.text("status IN ('scheduled', 'sending')")),
    )
    op.create_table(
        "broadcast_recipient",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("broadcast_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("mail_id", sa.Uuid),
        sa.UniqueConstraint("hub_id", "broadcast_id", "account_id"),
        sa.ForeignKeyConstraint(["hub_id", "broadcast_id"], ["broadcast.hub_id", "broadcast.id"]),
        sa.CheckConstraint("outcome IN ('mailed', 'told', 'left_out')", name="outcome"),
    )
    for table in ("broadcast", "broadcast_recipient"):
        for statement in rls.protect(table, app="SELECT, INSERT, UPDATE"):
            op.execute(statement)


def _grant(table: str, *, app: str) -> None:
    for statement in rls.grant(table, app=app, central="SELECT, INSERT, UPDATE, DELETE"):
        op.execute(statement)


def _types(signature: str) -> str:
    """A function's name with the types of its arguments."""
    name, _, arguments = signature.removesuffix(")").partition("(")
    return f"{name}({', '.join(argument.split(' ', 1)[1] for argument in arguments.split(', '))})"


def downgrade() -> None:
    """Undo."""
    for signature, _answer, _body in reversed(FUNCTIONS):
        for statement in rls.drop_definer(_types(signature)):
            op.execute(statement)
    for table in (
        "broadcast_recipient",
        "broadcast",
        "digest_sent",
        "digest_due",
        "notice_mute",
        "notice_choice",
        "notice_settings",
        "notice_occasion",
        "notice",
    ):
        op.drop_table(table)
