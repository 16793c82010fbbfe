"""Coming and going: hubs handed on, data taken along, home hubs that move seldom, what came of invitations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0042_coming"
down_revision = "0041_members"
branch_labels = None
depends_on = None

# One statement decides and writes: of two who choose at once, the second is measured against the first.
MOVE_HOME_HUB = f"""
CREATE FUNCTION move_home_hub(account uuid, at timestamptz, stays interval) RETURNS boolean LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  hub bigint := {rls.CURRENT_HUB};
BEGIN
  IF NOT EXISTS (SELECT FROM membership_index i WHERE i.account_id = account AND i.hub_id = hub) THEN
    RAISE EXCEPTION 'home hub: % is no member of hub %', account, hub USING ERRCODE = 'restrict_violation';
  END IF;
  INSERT INTO home_hub (account_id, hub_id, chosen_at) VALUES (account, hub, at)
    ON CONFLICT (account_id) DO UPDATE SET hub_id = excluded.hub_id, chosen_at = excluded.chosen_at
    WHERE home_hub.hub_id <> excluded.hub_id AND home_hub.chosen_at <= at - stays;
  RETURN FOUND OR EXISTS (SELECT FROM home_hub h WHERE h.account_id = account AND h.hub_id = hub);
END $$
"""
HOME_HUB_CHOSEN = """
CREATE FUNCTION home_hub_chosen(account uuid) RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp AS $$ SELECT chosen_at FROM home_hub WHERE account_id = account $$
"""
FUNCTIONS = ("move_home_hub(uuid, timestamptz, interval)", "home_hub_chosen(uuid)")
TABLES = ("takeout", "invite_tally", "hub_handover")


def _hub_table(name: str, *parts: sa.Column[object] | sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid, primary_key=True),
        *parts,
    )


def _of_membership(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["hub_id", column], ["membership.hub_id", "membership.id"])


def upgrade() -> None:
    """Create."""
    _create_handovers()
    _create_tallies()
    _create_takeouts()
    op.create_index("ix_reaction_author", "reaction", ["hub_id", "account_id", "id"])
    for statement in (
        *rls.protect("hub_handover", app="SELECT, INSERT, UPDATE"),
        *rls.protect("invite_tally", app="SELECT, INSERT, UPDATE"),
        *rls.protect("takeout", app="SELECT, INSERT, UPDATE", central="SELECT, DELETE"),
        MOVE_HOME_HUB,
        HOME_HUB_CHOSEN,
        *(statement for function in FUNCTIONS for statement in rls.definer(function)),
    ):
        op.execute(statement)


def _create_handovers() -> None:
    _hub_table(
        "hub_handover",
        sa.Column("from_membership_id", sa.Uuid),
        sa.Column("to_membership_id", sa.Uuid, nullable=False),
        sa.Column("proposed_by", sa.Uuid, nullable=False),
        sa.Column("proposed_name", sa.Text, nullable=False),
        sa.Column("is_central", sa.Boolean, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        _of_membership("from_membership_id"),
        _of_membership("to_membership_id"),
        sa.CheckConstraint("status IN ('proposed', 'accepted', 'declined', 'withdrawn', 'lapsed')", name="status"),
        sa.CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided"),
        sa.CheckConstraint("from_membership_id <> to_membership_id", name="two_people"),
        sa.CheckConstraint("from_membership_id IS NOT NULL OR is_central", name="vacant_by_the_core"),
    )
    op.create_index(
        "uq_hub_handover_open",
        "hub_handover",
        ["hub_id", "from_membership_id"],
        unique=True,
        postgresql_where=sa.text("status = 'proposed'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_hub_handover_to", "hub_handover", ["hub_id", "to_membership_id", "id"])


def _create_tallies() -> None:
    _hub_table(
        "invite_tally",
        sa.Column("membership_id", sa.Uuid, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("opened", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("joined", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("bought", sa.BigInteger, nullable=False, server_default="0"),
        _of_membership("membership_id"),
        sa.UniqueConstraint("hub_id", "membership_id", "channel"),
        sa.CheckConstraint("opened >= 0 AND joined >= 0 AND bought >= 0", name="counts"),
    )


def _create_takeouts() -> None:
    _hub_table(
        "takeout",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True)),
        sa.Column("size", sa.BigInteger),
        sa.UniqueConstraint("hub_id", "account_id"),
        sa.CheckConstraint("status IN ('waiting', 'made')", name="status"),
        sa.CheckConstraint(
            "(status = 'made') = (made_at IS NOT NULL) AND (made_at IS NULL) = (size IS NULL)", name="made"
        ),
    )
    op.create_index("ix_takeout_asked_at", "takeout", ["asked_at"])


def downgrade() -> None:
    """Undo."""
    for function in FUNCTIONS:
        for statement in rls.drop_definer(function):
            op.execute(statement)
    op.drop_index("ix_reaction_author", "reaction")
    for table in TABLES:
        op.drop_table(table)
