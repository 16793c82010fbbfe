"""Hubs, their pages and domains, the audit log, and the job queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects.postgresql import JSONB

from hubapp.tenancy import rls

revision = "0001_tenancy"
down_revision = None
branch_labels = None
depends_on = None

JOB_OBJECTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers
  TO hubapp_central;
GRANT INSERT, SELECT ON procrastinate_jobs, procrastinate_events TO hubapp_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO hubapp_app, hubapp_central;
"""


def upgrade() -> None:
    """Create."""
    op.create_table(
        "hub",
        sa.Column("id", sa.BigInteger, sa.Identity(always=False), primary_key=True),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("frozen_reason", sa.Text),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("default_locale", sa.Text, nullable=False),
        *(
            sa.Column(name, JSONB, nullable=False)
            for name in ("locales", "theme", "home", "words", "features", "legal", "tax_rates")
        ),
        sa.Column("logo", sa.LargeBinary),
        sa.Column("logo_type", sa.Text),
        sa.Column("theme_css", sa.Text, nullable=False),
        sa.Column("brand_version", sa.Integer, nullable=False),
        sa.Column("member_count", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_imported", sa.Boolean, nullable=False),
        sa.UniqueConstraint("slug"),
        sa.CheckConstraint("status IN ('open', 'frozen', 'closed')", name="status"),
        sa.CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'", name="slug"),
        sa.CheckConstraint("(status = 'frozen') = (frozen_reason IS NOT NULL)", name="frozen_has_reason"),
    )
    op.create_table(
        "hub_domain",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), nullable=False, index=True),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "hub_page",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True, server_default=sa.text("uuidv7()")),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Uuid),
        sa.UniqueConstraint("hub_id", "locale", "slug"),
        sa.CheckConstraint("kind IN ('page', 'legal')", name="kind"),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id")),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("details", JSONB, nullable=False),
        sa.Index("ix_audit_event_hub_id_at", "hub_id", "at"),
        sa.Index("ix_audit_event_at", "at"),
    )
    hub_look = (
        "name, place, theme, home, words, legal, logo, logo_type, theme_css, brand_version, locales, default_locale"
    )
    statements = [
        "ALTER TABLE hub ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE hub FORCE ROW LEVEL SECURITY",
        "CREATE POLICY everyone_reads ON hub FOR SELECT USING (true)",
        f"CREATE POLICY own_look ON hub FOR UPDATE USING (id = {rls.CURRENT_HUB}) WITH CHECK (id = {rls.CURRENT_HUB})",
        "GRANT SELECT ON hub TO hubapp_app",
        # The readiness page asks whether the tables are the newest.
        "GRANT SELECT ON alembic_version TO hubapp_app, hubapp_central",
        f"GRANT UPDATE ({hub_look}) ON hub TO hubapp_app",
        "GRANT SELECT, INSERT, UPDATE ON hub TO hubapp_central",
        *rls.protect("hub_page"),
        *rls.grant("hub_domain", app="SELECT", central="SELECT, INSERT, UPDATE, DELETE"),
        *rls.grant("audit_event", app="INSERT", central="SELECT, INSERT"),
    ]
    for statement in statements:
        op.execute(statement)
    # The driver's own cursor: percent signs in this text are not placeholders.
    connection = op.get_bind().connection.driver_connection
    connection.execute(SchemaManager.get_schema())
    connection.execute(JOB_OBJECTS)


def downgrade() -> None:
    """Undo."""
    connection = op.get_bind().connection.driver_connection
    connection.execute(
        """
        DO $$ DECLARE item record; BEGIN
          FOR item IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
            EXECUTE 'DROP FUNCTION ' || item.name || ' CASCADE'; END LOOP;
        END $$;
        DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
        """
    )
    connection.execute(
        """
        DO $$ DECLARE item record; BEGIN
          FOR item IN SELECT typname FROM pg_type WHERE typname LIKE 'procrastinate\\_job%' AND typtype IN ('e', 'c') LOOP
            EXECUTE 'DROP TYPE IF EXISTS ' || item.typname || ' CASCADE'; END LOOP;
        END $$;
        """
    )
    for table in ("audit_event", "hub_page", "hub_domain", "hub"):
        op.drop_table(table)
