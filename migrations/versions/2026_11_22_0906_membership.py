"""Memberships, roles, invite links, touches; the central index and the stored member count, both kept by triggers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0006_membership"
down_revision = "0005_notifications"
branch_labels = None
depends_on = None

# Whole statements, not rows: an import of thousands of members touches the hub's row once.
MEMBERSHIP_CHANGED = """
CREATE FUNCTION membership_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM membership_index i USING old_rows o WHERE i.hub_id = o.hub_id AND i.account_id = o.account_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO membership_index (account_id, hub_id, role, joined_at)
      SELECT n.account_id, n.hub_id, coalesce(r.role, 'member'), n.joined_at
      FROM new_rows n LEFT JOIN hub_role r ON r.hub_id = n.hub_id AND r.membership_id = n.id
      WHERE n.status = 'active';
  END IF;
  IF TG_OP = 'INSERT' THEN
    UPDATE hub SET member_count = member_count + c.n
      FROM (SELECT hub_id, count(*) AS n FROM new_rows WHERE status = 'active' GROUP BY hub_id) c WHERE hub.id = c.hub_id;
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE hub SET member_count = member_count - c.n
      FROM (SELECT hub_id, count(*) AS n FROM old_rows WHERE status = 'active' GROUP BY hub_id) c WHERE hub.id = c.hub_id;
  ELSE
    UPDATE hub SET member_count = member_count + c.n
      FROM (SELECT hub_id, sum(n) AS n
            FROM (SELECT hub_id, 1 AS n FROM new_rows WHERE status = 'active'
                  UNION ALL SELECT hub_id, -1 FROM old_rows WHERE status = 'active') moves
            GROUP BY hub_id HAVING sum(n) <> 0) c
      WHERE hub.id = c.hub_id;
  END IF;
  RETURN NULL;
END $$
"""

HUB_ROLE_CHANGED = """
CREATE FUNCTION hub_role_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  changed record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  UPDATE membership_index i SET role = CASE WHEN TG_OP = 'DELETE' THEN 'member' ELSE changed.role END
    FROM membership m
    WHERE m.hub_id = changed.hub_id AND m.id = changed.membership_id AND i.hub_id = m.hub_id AND i.account_id = m.account_id;
  RETURN NULL;
END $$
"""

# The app role sees one account's rows at a time, never the network's whole index.
HUBS_OF = """
CREATE FUNCTION hubs_of(account uuid) RETURNS SETOF membership_index LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public AS $$ SELECT * FROM membership_index WHERE account_id = account ORDER BY joined_at, hub_id $$
"""

TRIGGERS = """
CREATE TRIGGER membership_inserted AFTER INSERT ON membership REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION membership_changed();
CREATE TRIGGER membership_updated AFTER UPDATE ON membership REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION membership_changed();
CREATE TRIGGER membership_deleted AFTER DELETE ON membership REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION membership_changed();
CREATE TRIGGER hub_role_changed AFTER INSERT OR UPDATE OR DELETE ON hub_role
  FOR EACH ROW EXECUTE FUNCTION hub_role_changed();
"""


def _hub_table(name: str, *parts: sa.Column[object] | sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("uuidv7()")),
        *parts,
    )


def _of_membership(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["hub_id", column], ["membership.hub_id", "membership.id"])


def upgrade() -> None:
    """Create."""
    _hub_table(
        "membership",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False, server_default=""),
        sa.Column("is_listed", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_by", sa.Uuid),
        sa.Column("invited_code", sa.Text),
        sa.Column("referral_code", sa.Text, nullable=False),
        sa.UniqueConstraint("hub_id", "account_id"),
        sa.UniqueConstraint("hub_id", "handle"),
        sa.UniqueConstraint("hub_id", "referral_code"),
        _of_membership("invited_by"),
        sa.CheckConstraint("status IN ('active', 'left', 'suspended')", name="status"),
        sa.CheckConstraint("invited_by <> id", name="not_by_oneself"),
        sa.Index("ix_membership_hub_id_joined_at_id", "hub_id", "joined_at", "id"),
        sa.Index("ix_membership_hub_id_invited_by", "hub_id", "invited_by"),
    )
    _hub_table(
        "hub_role",
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("permissions", JSONB, nullable=False),
        sa.Column("share_bps", sa.Integer, nullable=False),
        sa.Column("granted_by", sa.Uuid),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("hub_id", "membership_id"),
        _of_membership("membership_id"),
        sa.CheckConstraint("role IN ('connector', 'helper')", name="role"),
        sa.CheckConstraint("share_bps BETWEEN 0 AND 10000", name="share_bps"),
        sa.CheckConstraint("role = 'connector' OR share_bps = 0", name="only_connectors_share"),
    )
    _hub_table(
        "invite_link",
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("hub_id", "code"),
        _of_membership("membership_id"),
    )
    _hub_table(
        "referral_touch",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        _of_membership("membership_id"),
        sa.Index("ix_referral_touch_hub_id_account_id_touched_at", "hub_id", "account_id", "touched_at"),
    )
    op.create_table(
        "membership_index",
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, index=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
    )
    statements = [
        *rls.protect("membership", app="SELECT, INSERT, UPDATE"),
        *rls.protect("hub_role"),
        *rls.protect("invite_link", app="SELECT, INSERT, UPDATE"),
        *rls.protect("referral_touch", app="SELECT, INSERT"),
        *rls.grant("membership_index", app="", central="SELECT, INSERT, UPDATE, DELETE"),
        MEMBERSHIP_CHANGED,
        HUB_ROLE_CHANGED,
        HUBS_OF,
        *rls.definer("membership_changed()", app=False),
        *rls.definer("hub_role_changed()", app=False),
        *rls.definer("hubs_of(uuid)"),
        *filter(None, map(str.strip, TRIGGERS.split(";"))),
    ]
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for table in ("membership_index", "referral_touch", "invite_link", "hub_role", "membership"):
        if table == "membership_index":
            _drop("hubs_of(uuid)")
        op.drop_table(table)
    _drop("hub_role_changed()")
    _drop("membership_changed()")


def _drop(function: str) -> None:
    for statement in rls.drop_definer(function):
        op.execute(statement)
