"""Conversations: topics, posts, comments, and what hangs on them; drafts; a hub's switches become its own to turn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hubapp.kernel.db import APP_ROLE
from hubapp.tenancy import rls

revision = "0030_conversations"
down_revision = "0022_seen_until"
branch_labels = None
depends_on = None

READABLE = sa.text("deleted_at IS NULL AND hidden_at IS NULL")
HIDDEN = sa.text("hidden_at IS NOT NULL")
HIDDEN_SAYS_WHY = "(hidden_at IS NULL) = (hidden_reason IS NULL) AND (hidden_at IS NULL) = (hidden_by IS NULL)"

# With the invoker's rights: it writes a row of the same hub that the invoker may write anyway.
COUNT = """
CREATE FUNCTION comment_counted() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  before integer := 0;
  after integer := 0;
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.deleted_at IS NULL AND OLD.hidden_at IS NULL THEN before := 1; END IF;
  IF TG_OP <> 'DELETE' AND NEW.deleted_at IS NULL AND NEW.hidden_at IS NULL THEN after := 1; END IF;
  IF before <> after THEN
    UPDATE post SET comment_count = comment_count + after - before
      WHERE hub_id = coalesce(NEW.hub_id, OLD.hub_id) AND id = coalesce(NEW.post_id, OLD.post_id);
  END IF;
  RETURN NULL;
END $$
"""
TRIGGER = """
CREATE TRIGGER comment_counted AFTER INSERT OR DELETE OR UPDATE OF deleted_at, hidden_at ON post_comment
  FOR EACH ROW EXECUTE FUNCTION comment_counted()
"""
RIGHTS = {
    "conversation_topic": "SELECT, INSERT, UPDATE",
    "post": "SELECT, INSERT, UPDATE",
    "post_picture": "SELECT, INSERT, UPDATE (alt), DELETE",
    "post_comment": "SELECT, INSERT, UPDATE",
    "reaction": "SELECT, INSERT, DELETE",
    "revision": "SELECT, INSERT, DELETE",
    "mention": "SELECT, INSERT, DELETE",
    "poll": "SELECT, INSERT, DELETE",
    "poll_ballot": "SELECT, INSERT, UPDATE (choices, voted_at), DELETE",
    "writing_draft": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    """Create."""
    _create_topics()
    _create_posts()
    _create_comments()
    _create_marks()
    _create_polls()
    _create_drafts()
    for table, rights in RIGHTS.items():
        for statement in rls.protect(table, app=rights):
            op.execute(statement)
    op.execute(COUNT)
    op.execute(TRIGGER)
    op.execute(f"GRANT UPDATE (features) ON hub TO {APP_ROLE}")


def _keys() -> list[sa.Column]:
    return [
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
    ]


def _written() -> list[sa.Column]:
    return [
        sa.Column("author_id", sa.Uuid, nullable=False),
        sa.Column("body_md", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True)),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.Column("hidden_at", sa.DateTime(timezone=True)),
        sa.Column("hidden_by", sa.Uuid),
        sa.Column("hidden_reason", sa.Text),
    ]


def _create_topics() -> None:
    op.create_table(
        "conversation_topic",
        *_keys(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("tone", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("hub_id", "slug"),
        sa.CheckConstraint("tone IN ('brand', 'accent', 'soft', 'warm', 'quiet', 'deep')", name="tone"),
        sa.CheckConstraint("name <> ''", name="name"),
    )


def _create_posts() -> None:
    op.create_table(
        "post",
        *_keys(),
        *_written(),
        sa.Column("topic_id", sa.Uuid),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("pin", sa.SmallInteger),
        sa.Column("comment_count", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "topic_id"], ["conversation_topic.hub_id", "conversation_topic.id"]),
        sa.UniqueConstraint("hub_id", "pin"),
        sa.CheckConstraint("pin BETWEEN 1 AND 3", name="pin"),
        sa.CheckConstraint(f"pin IS NULL OR ({READABLE.text})", name="pinned_is_readable"),
        sa.CheckConstraint(HIDDEN_SAYS_WHY, name="hidden_says_why"),
        sa.CheckConstraint("deleted_at IS NULL OR (title = '' AND body_md = '')", name="deleted_is_gone"),
        sa.CheckConstraint("comment_count >= 0", name="comment_count"),
        sa.Index("ix_post_feed", "hub_id", "id", postgresql_where=READABLE),
        sa.Index("ix_post_topic", "hub_id", "topic_id", "id", postgresql_where=READABLE),
        sa.Index("ix_post_hidden", "hub_id", "id", postgresql_where=HIDDEN),
    )
    op.create_table(
        "post_picture",
        *_keys(),
        sa.Column("post_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("alt", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("widths", ARRAY(sa.Integer), nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "post_id"], ["post.hub_id", "post.id"]),
        sa.UniqueConstraint("hub_id", "post_id", "position"),
        sa.CheckConstraint("position BETWEEN 1 AND 4", name="position"),
        sa.CheckConstraint("width > 0 AND height > 0 AND cardinality(widths) > 0", name="size"),
    )


def _create_comments() -> None:
    op.create_table(
        "post_comment",
        *_keys(),
        *_written(),
        sa.Column("post_id", sa.Uuid, nullable=False),
        sa.Column("reply_to", sa.Uuid),
        sa.ForeignKeyConstraint(["hub_id", "post_id"], ["post.hub_id", "post.id"]),
        sa.UniqueConstraint("hub_id", "post_id", "id"),
        sa.ForeignKeyConstraint(
            ["hub_id", "post_id", "reply_to"], ["post_comment.hub_id", "post_comment.post_id", "post_comment.id"]
        ),
        sa.CheckConstraint("reply_to <> id", name="not_to_itself"),
        sa.CheckConstraint(HIDDEN_SAYS_WHY, name="hidden_says_why"),
        sa.CheckConstraint("deleted_at IS NULL OR body_md = ''", name="deleted_is_gone"),
        sa.Index("ix_post_comment_hidden", "hub_id", "id", postgresql_where=HIDDEN),
    )


def _on_writing() -> list[sa.SchemaItem]:
    return [
        sa.Column("post_id", sa.Uuid, nullable=False),
        sa.Column("comment_id", sa.Uuid),
        sa.ForeignKeyConstraint(["hub_id", "post_id"], ["post.hub_id", "post.id"]),
        sa.ForeignKeyConstraint(
            ["hub_id", "post_id", "comment_id"], ["post_comment.hub_id", "post_comment.post_id", "post_comment.id"]
        ),
    ]


def _one_each(*columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint("hub_id", "post_id", "comment_id", *columns, postgresql_nulls_not_distinct=True)


def _create_marks() -> None:
    op.create_table(
        "reaction",
        *_keys(),
        *_on_writing(),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _one_each("kind", "account_id"),
        sa.CheckConstraint("kind IN ('heart', 'thanks', 'cheer', 'together', 'idea')", name="kind"),
    )
    op.create_table(
        "revision",
        *_keys(),
        *_on_writing(),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body_md", sa.Text, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        _one_each("version"),
    )
    op.create_table(
        "mention",
        *_keys(),
        *_on_writing(),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("handle", sa.Text, nullable=False),
        _one_each("account_id"),
        sa.Index("ix_mention_account", "hub_id", "account_id", "id"),
    )


def _create_polls() -> None:
    op.create_table(
        "poll",
        *_keys(),
        sa.Column("post_id", sa.Uuid, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("options", JSONB, nullable=False),
        sa.Column("is_multiple", sa.Boolean, nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["hub_id", "post_id"], ["post.hub_id", "post.id"]),
        sa.UniqueConstraint("hub_id", "post_id"),
        sa.UniqueConstraint("hub_id", "id", "is_multiple"),
        sa.CheckConstraint("jsonb_array_length(options) BETWEEN 2 AND 8", name="options"),
    )
    op.create_table(
        "poll_ballot",
        *_keys(),
        sa.Column("poll_id", sa.Uuid, nullable=False),
        sa.Column("is_multiple", sa.Boolean, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("choices", ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("voted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["hub_id", "poll_id", "is_multiple"],
            ["poll.hub_id", "poll.id", "poll.is_multiple"],
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("hub_id", "poll_id", "account_id"),
        sa.CheckConstraint("cardinality(choices) BETWEEN 1 AND 8", name="choices"),
        sa.CheckConstraint("is_multiple OR cardinality(choices) = 1", name="single"),
    )


def _create_drafts() -> None:
    op.create_table(
        "writing_draft",
        *_keys(),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("hub_id", "owner", "place"),
        sa.Index("ix_writing_draft_saved_at", "hub_id", "saved_at"),
    )


def downgrade() -> None:
    """Undo."""
    op.execute(f"REVOKE UPDATE (features) ON hub FROM {APP_ROLE}")
    for table in reversed(RIGHTS):
        op.drop_table(table)
    op.execute("DROP FUNCTION comment_counted()")
