"""What members tell of themselves and to whom, whom they block, who welcomes newcomers, and their messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from hubapp.tenancy import rls

revision = "0041_members"
down_revision = "0040_moderation"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NAMES = "to_tsvector('simple'::regconfig, (display_name || ' '::text) || handle)"
TAGS = "to_tsvector('simple'::regconfig, tag)"
AUDIENCES = "('everybody', 'members', 'connector', 'nobody')"
AT_ONCE = {"fastupdate": "off"}
FIELDS = ("about", "place", "links", "offers", "seeks", "knows", "languages")

# `@@` is not leakproof: under row-level security the indexes would be ignored. The function sees past the policy and
# therefore carries the hub predicate itself. `words` comes from policies.search_words, cleaned; `seen` are the
# audiences that the viewer belongs to: what is not for them does not find anybody either. It is planned for the very
# words (EXECUTE), and looks up each hit by its key (OFFSET 0): joined freely, it would read all members of the hub.
FIND = f"""
CREATE FUNCTION find_members(words text, fields text[], seen text[], viewer uuid, before_at timestamptz, before_id uuid,
  at_most integer) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE $query$
    WITH hit AS MATERIALIZED (
      SELECT n.id FROM membership n
        WHERE n.hub_id = $1 AND 'name' = ANY ($3) AND n.search @@ to_tsquery('simple'::regconfig, $2)
      UNION
      SELECT t.membership_id FROM profile_tag t
        WHERE t.hub_id = $1 AND t.kind = ANY ($3) AND t.audience = ANY ($4)
          AND t.search @@ to_tsquery('simple'::regconfig, $2))
    SELECT m.id FROM hit CROSS JOIN LATERAL (SELECT * FROM membership k WHERE k.hub_id = $1 AND k.id = hit.id OFFSET 0) m
    WHERE m.status = 'active' AND m.is_listed AND m.hidden_reason IS NULL AND ($6 IS NULL OR (m.joined_at, m.id) < ($6, $7))
      AND NOT EXISTS (SELECT FROM member_block b
        WHERE b.hub_id = $1 AND b.account_id = m.account_id AND b.blocked_id = $5)
      AND NOT EXISTS (SELECT FROM member_block b
        WHERE b.hub_id = $1 AND b.account_id = $5 AND b.blocked_id = m.account_id)
    ORDER BY m.joined_at DESC, m.id DESC LIMIT $8
  $query$ USING {rls.CURRENT_HUB}, words, fields, seen, viewer, before_at, before_id, at_most;
END $$
"""
SIGNATURE = "find_members(text, text[], text[], uuid, timestamptz, uuid, integer)"


def upgrade() -> None:
    """Create."""
    op.add_column("membership", sa.Column("search", TSVECTOR, sa.Computed(NAMES, persisted=True)))
    # Read far more often than written: what is new belongs into the index at once, not onto a list to be read first.
    op.create_index("ix_membership_search", "membership", ["search"], postgresql_using="gin", postgresql_with=AT_ONCE)
    _profiles()
    _mentors()
    _messages()
    op.execute(FIND)
    for statement in rls.definer(SIGNATURE):
        op.execute(statement)


def _hub_table(
    name: str, *parts: sa.Column[object] | sa.schema.SchemaItem, app: str, central: str | None = None
) -> None:
    op.create_table(
        name,
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        *parts,
    )
    for statement in rls.protect(name, app=app, central=app if central is None else central):
        op.execute(statement)


def _of(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["hub_id", column], [f"{table}.hub_id", f"{table}.id"])


def _profiles() -> None:
    audiences = [sa.Column(f"{name}_for", sa.Text, nullable=False) for name in FIELDS]
    checks = [sa.CheckConstraint(f"{name}_for IN {AUDIENCES}", name=f"{name}_for") for name in FIELDS]
    _hub_table(
        "profile",
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("links", JSONB, nullable=False),
        sa.Column("takes_messages", sa.Boolean, nullable=False),
        *audiences,
        _of("membership", "id"),
        *checks,
        app="SELECT, INSERT, UPDATE, DELETE",
    )
    _hub_table(
        "profile_tag",
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("tag", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        sa.Column("search", TSVECTOR, sa.Computed(TAGS, persisted=True)),
        _of("membership", "membership_id"),
        sa.UniqueConstraint("hub_id", "membership_id", "kind", "tag"),
        sa.CheckConstraint("kind IN ('offers', 'seeks', 'knows', 'languages')", name="kind"),
        sa.CheckConstraint(f"audience IN {AUDIENCES}", name="audience"),
        sa.CheckConstraint("tag <> '' AND length(tag) <= 40", name="tag"),
        sa.CheckConstraint("position BETWEEN 0 AND 9", name="position"),
        sa.Index("ix_profile_tag_search", "search", postgresql_using="gin", postgresql_with=AT_ONCE),
        # Whoever offers anything at all, the newest first: each of them once.
        sa.Index(
            "ix_profile_tag_first",
            "hub_id",
            "kind",
            "joined_at",
            "membership_id",
            postgresql_where=sa.text("position = 0"),
        ),
        app="SELECT, INSERT, DELETE",
    )
    _hub_table(
        "member_block",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("blocked_id", sa.Uuid, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("hub_id", "account_id", "blocked_id"),
        sa.CheckConstraint("account_id <> blocked_id", name="not_oneself"),
        sa.Index("ix_member_block_blocked", "hub_id", "blocked_id"),
        app="SELECT, INSERT, DELETE",
    )


def _mentors() -> None:
    _hub_table(
        "mentor",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("answered_at", TIME),
        sa.UniqueConstraint("hub_id", "account_id"),
        sa.CheckConstraint("status IN ('asked', 'active', 'declined', 'ended')", name="status"),
        app="SELECT, INSERT, UPDATE",
    )
    _hub_table(
        "newcomer",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("mentor_id", sa.Uuid),
        sa.Column("since", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("ending", sa.Text),
        sa.UniqueConstraint("hub_id", "account_id"),
        sa.CheckConstraint("mentor_id <> account_id", name="not_oneself"),
        sa.CheckConstraint("ending IN ('done', 'dismissed', 'lapsed')", name="ending"),
        sa.CheckConstraint("(ended_at IS NULL) = (ending IS NULL)", name="ends_somehow"),
        sa.Index("ix_newcomer_open", "hub_id", "mentor_id", "id", postgresql_where=sa.text("ended_at IS NULL")),
        app="SELECT, INSERT, UPDATE",
    )


def _messages() -> None:
    _hub_table(
        "message_thread",
        sa.Column("pair", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("started_by", sa.Uuid, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        # Two who write to one another for the first time at the same moment begin one conversation.
        sa.UniqueConstraint("hub_id", "pair"),
        sa.CheckConstraint("pair IS NULL OR title = ''", name="pairs_have_no_title"),
        app="SELECT, INSERT, UPDATE (title)",
        central="SELECT",
    )
    # A row that is locked so that messages come in order needs the right to change something of it.
    _hub_table(
        "message_part",
        sa.Column("thread_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("last_id", sa.Uuid, nullable=False),
        sa.Column("read_until", sa.Uuid, nullable=False),
        sa.Column("is_muted", sa.Boolean, nullable=False),
        sa.Column("left_at", TIME),
        _of("message_thread", "thread_id"),
        sa.UniqueConstraint("hub_id", "thread_id", "account_id"),
        sa.Index(
            "ix_message_part_inbox", "hub_id", "account_id", "last_id", postgresql_where=sa.text("left_at IS NULL")
        ),
        sa.Index(
            "ix_message_part_unread",
            "hub_id",
            "account_id",
            postgresql_where=sa.text("left_at IS NULL AND NOT is_muted AND last_id > read_until"),
        ),
        app="SELECT, INSERT, UPDATE",
        central="SELECT",
    )
    # The central team's role has no right to a single word of them.
    _hub_table(
        "message",
        sa.Column("thread_id", sa.Uuid, nullable=False),
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("body_md", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("deleted_at", TIME),
        _of("message_thread", "thread_id"),
        sa.ForeignKeyConstraint(
            ["hub_id", "thread_id", "author_id"],
            ["message_part.hub_id", "message_part.thread_id", "message_part.account_id"],
        ),
        sa.CheckConstraint("(deleted_at IS NULL) = (body_md <> '')", name="deleted_is_gone"),
        sa.Index("ix_message_thread", "hub_id", "thread_id", "id"),
        app="SELECT, INSERT, UPDATE (body_md, deleted_at)",
        central="",
    )


def downgrade() -> None:
    """Undo."""
    for statement in rls.drop_definer(SIGNATURE):
        op.execute(statement)
    for table in (
        "message",
        "message_part",
        "message_thread",
        "newcomer",
        "mentor",
        "member_block",
        "profile_tag",
        "profile",
    ):
        op.drop_table(table)
    op.drop_index("ix_membership_search", "membership")
    op.drop_column("membership", "search")
