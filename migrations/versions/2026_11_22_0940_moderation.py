"""Moderation: reports, cases, actions, appeals; suspensions that end; texts that wait; things hidden by the hub."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.kernel.db import CENTRAL_ROLE
from hubapp.tenancy import rls

revision = "0040_moderation"
down_revision = "0032_notices"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
KINDS = "kind IN ('post', 'comment', 'gathering', 'listing', 'profile')"
OPEN = sa.text("closed_at IS NULL")
WAITING = sa.text("decided_at IS NULL")
LATEST = sa.text("suspended_until IS NOT NULL")
STATUSES = "status IN ('draft', 'published', 'canceled')"
WITH_HIDDEN = "status IN ('draft', 'published', 'canceled', 'hidden')"
HIDDEN = (
    "(status = 'hidden') = (hidden_at IS NOT NULL) AND (hidden_at IS NULL) = (hidden_reason IS NULL)"
    " AND (hidden_at IS NULL) = (hidden_by IS NULL) AND (hidden_at IS NULL) = (hidden_from IS NULL)"
)
RIGHTS = {
    "moderation_case": "SELECT, INSERT, UPDATE",
    "moderation_report": "SELECT, INSERT",
    "moderation_action": "SELECT, INSERT, UPDATE (undone_at, undone_by, undone_name, undone_words)",
    "moderation_appeal": "SELECT, INSERT, UPDATE",
    "conversation_rule": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    """Create."""
    _create_cases()
    _create_actions()
    op.create_table(
        "conversation_rule",
        *_keys(),
        sa.Column("first_held", sa.SmallInteger, nullable=False),
        sa.UniqueConstraint("hub_id"),
        sa.CheckConstraint("first_held BETWEEN 0 AND 10", name="first_held"),
    )
    for table, rights in RIGHTS.items():
        for statement in rls.protect(table, app=rights):
            op.execute(statement)
    _add_to_texts()
    _add_to_gatherings()
    op.add_column("listing", sa.Column("taken_from", sa.Text))
    op.add_column("listing", sa.Column("barred_at", TIME))
    _add_to_members()


def _keys() -> list[sa.Column]:
    return [
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
    ]


def _create_cases() -> None:
    op.create_table(
        "moderation_case",
        *_keys(),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("thing_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("report_count", sa.Integer, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("closed_at", TIME),
        sa.CheckConstraint(KINDS, name="kind"),
        sa.CheckConstraint("cause IN ('report', 'hold', 'own')", name="cause"),
        sa.CheckConstraint("report_count >= 0", name="report_count"),
        sa.Index("uq_moderation_case_open", "hub_id", "kind", "thing_id", unique=True, postgresql_where=OPEN),
        sa.Index("ix_moderation_case_queue", "hub_id", "id", postgresql_where=OPEN),
        sa.Index("ix_moderation_case_done", "hub_id", "id", postgresql_where=sa.text("closed_at IS NOT NULL")),
        sa.Index("ix_moderation_case_thing", "hub_id", "kind", "thing_id", "id"),
        sa.Index("ix_moderation_case_subject", "hub_id", "subject_id", "id"),
    )
    op.create_table(
        "moderation_report",
        *_keys(),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("reporter_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("thing_id", sa.Uuid, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "case_id"], ["moderation_case.hub_id", "moderation_case.id"]),
        sa.UniqueConstraint("hub_id", "reporter_id", "kind", "thing_id"),
        sa.CheckConstraint(KINDS, name="kind"),
        sa.CheckConstraint(
            "reason IN ('spam', 'unkind', 'hate', 'false', 'unsafe', 'private', 'illegal', 'other')", name="reason"
        ),
        sa.Index("ix_moderation_report_case", "hub_id", "case_id", "id"),
        sa.Index("ix_moderation_report_reporter", "hub_id", "reporter_id", "id"),
    )


def _create_actions() -> None:
    op.create_table(
        "moderation_action",
        *_keys(),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("until", TIME),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by_id", sa.Uuid),
        sa.Column("by_name", sa.Text, nullable=False),
        sa.Column("undone_at", TIME),
        sa.Column("undone_by", sa.Uuid),
        sa.Column("undone_name", sa.Text),
        sa.Column("undone_words", sa.Text),
        sa.ForeignKeyConstraint(["hub_id", "case_id"], ["moderation_case.hub_id", "moderation_case.id"]),
        sa.CheckConstraint("act IN ('leave', 'hide', 'warn', 'suspend', 'approve', 'refuse')", name="act"),
        sa.CheckConstraint("until IS NULL OR act = 'suspend'", name="until"),
        sa.CheckConstraint("act IN ('leave', 'approve') OR words <> ''", name="says_why"),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_name IS NULL) AND (undone_at IS NULL) = (undone_words IS NULL)",
            name="undone",
        ),
        sa.Index("ix_moderation_action_case", "hub_id", "case_id", "id"),
        sa.Index("ix_moderation_action_subject", "hub_id", "subject_id", "id"),
    )
    op.create_table(
        "moderation_appeal",
        *_keys(),
        sa.Column("action_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("is_upheld", sa.Boolean),
        sa.Column("answer", sa.Text),
        sa.Column("decided_at", TIME),
        sa.Column("decided_by", sa.Uuid),
        sa.Column("decided_name", sa.Text),
        sa.ForeignKeyConstraint(["hub_id", "action_id"], ["moderation_action.hub_id", "moderation_action.id"]),
        sa.UniqueConstraint("hub_id", "action_id"),
        sa.CheckConstraint("words <> ''", name="words"),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (is_upheld IS NULL) AND (decided_at IS NULL) = (answer IS NULL)"
            " AND (decided_at IS NULL) = (decided_name IS NULL)",
            name="decided",
        ),
        sa.Index("ix_moderation_appeal_queue", "id", postgresql_where=WAITING),
    )


def _add_to_texts() -> None:
    for table in ("post", "post_comment"):
        op.add_column(table, sa.Column("is_held", sa.Boolean, nullable=False, server_default=sa.false()))
        op.create_check_constraint("held_is_hidden", table, "NOT is_held OR hidden_at IS NOT NULL")
        op.create_index(f"ix_{table}_author", table, ["hub_id", "author_id", "id"])


def _add_to_gatherings() -> None:
    op.add_column("gathering", sa.Column("hidden_at", TIME))
    op.add_column("gathering", sa.Column("hidden_by", sa.Uuid))
    op.add_column("gathering", sa.Column("hidden_reason", sa.Text))
    op.add_column("gathering", sa.Column("hidden_from", sa.Text))
    op.drop_constraint(op.f("ck_gathering_status"), "gathering", type_="check")
    op.create_check_constraint("status", "gathering", WITH_HIDDEN)
    op.create_check_constraint("hidden", "gathering", HIDDEN)


def _add_to_members() -> None:
    op.add_column("membership", sa.Column("suspended_until", TIME))
    op.add_column("membership", sa.Column("suspended_reason", sa.Text))
    op.add_column("membership", sa.Column("hidden_reason", sa.Text))
    op.create_check_constraint("suspended", "membership", "suspended_until IS NULL OR status = 'suspended'")
    op.create_index("ix_membership_suspended_until", "membership", ["suspended_until"], postgresql_where=LATEST)
    # Who could suspend members goes on doing so where it is done now; who answered for orders, refunds.
    _convert("members.manage", "moderation.act", is_kept=False)
    _convert("orders.manage", "refunds.grant", is_kept=True)


def _convert(old: str, new: str, *, is_kept: bool) -> None:
    rest = "permissions" if is_kept else f"permissions - '{old}'"
    op.execute(f"SET LOCAL ROLE {CENTRAL_ROLE}")
    op.execute(
        f"UPDATE hub_role SET permissions = ({rest}) || '[\"{new}\"]'::jsonb"
        f" WHERE permissions @> '[\"{old}\"]'::jsonb AND NOT permissions @> '[\"{new}\"]'::jsonb"
    )
    op.execute("RESET ROLE")


def downgrade() -> None:
    """Undo; what the hub had hidden or suspended for a time becomes what the older code calls it."""
    _convert("moderation.act", "members.manage", is_kept=True)
    op.drop_index("ix_membership_suspended_until", "membership")
    op.drop_constraint(op.f("ck_membership_suspended"), "membership", type_="check")
    for column in ("hidden_reason", "suspended_reason", "suspended_until"):
        op.drop_column("membership", column)
    op.drop_column("listing", "barred_at")
    op.drop_column("listing", "taken_from")
    op.drop_constraint(op.f("ck_gathering_hidden"), "gathering", type_="check")
    op.execute(f"SET LOCAL ROLE {CENTRAL_ROLE}")
    op.execute("UPDATE gathering SET status = 'canceled', canceled_reason = hidden_reason WHERE status = 'hidden'")
    op.execute("RESET ROLE")
    op.drop_constraint(op.f("ck_gathering_status"), "gathering", type_="check")
    op.create_check_constraint("status", "gathering", STATUSES)
    for column in ("hidden_from", "hidden_reason", "hidden_by", "hidden_at"):
        op.drop_column("gathering", column)
    for table in ("post_comment", "post"):
        op.drop_index(f"ix_{table}_author", table)
        op.drop_constraint(op.f(f"ck_{table}_held_is_hidden"), table, type_="check")
        op.drop_column(table, "is_held")
    for table in reversed(RIGHTS):
        op.drop_table(table)
