"""Listings with their stock, pictures and search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from hubapp.tenancy import rls

revision = "0009_catalogue"
down_revision = "0008_payouts"
branch_labels = None
depends_on = None

SEARCH = "to_tsvector('simple'::regconfig, title || ' ' || body_md)"

# `@@` is not leakproof: under row-level security the index on `search` would be ignored. The function sees past
# the policy and therefore carries the hub predicate itself. `words` comes from policies.search_words, cleaned.
FUNCTION = f"""
CREATE FUNCTION search_listings(words text, kinds text[], before uuid, at_most integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM listing
  WHERE hub_id = {rls.CURRENT_HUB} AND status = 'live' AND kind = ANY (kinds)
    AND (before IS NULL OR id < before) AND search @@ to_tsquery('simple'::regconfig, words)
  ORDER BY id DESC LIMIT at_most
$$
"""
SIGNATURE = "search_listings(text, text[], uuid, integer)"


def upgrade() -> None:
    """Create."""
    op.create_table(
        "listing",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("seller_account_id", sa.Uuid),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "title", "slug", "body_md")),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("stock", sa.Integer),
        sa.Column("reserved", sa.Integer, nullable=False),
        sa.Column("sold", sa.Integer, nullable=False),
        sa.Column("has_pickup", sa.Boolean, nullable=False),
        sa.Column("shipping_price", sa.BigInteger),
        sa.Column("tax_category", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("withdrawn_reason", sa.Text),
        sa.Column("cover_seed", sa.Text, nullable=False),
        sa.Column("external_ref", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("search", TSVECTOR, sa.Computed(SEARCH, persisted=True)),
        sa.UniqueConstraint("hub_id", "external_ref"),
        sa.CheckConstraint("kind IN ('product', 'offer', 'place')", name="kind"),
        sa.CheckConstraint("status IN ('draft', 'live', 'withdrawn')", name="status"),
        sa.CheckConstraint("price >= 0", name="price"),
        sa.CheckConstraint("shipping_price >= 0", name="shipping_price"),
        sa.CheckConstraint("has_pickup OR shipping_price IS NOT NULL", name="can_be_delivered"),
        sa.CheckConstraint("reserved >= 0 AND sold >= 0", name="counts"),
        sa.CheckConstraint("stock IS NULL OR reserved + sold <= stock", name="stock"),
        sa.Index("ix_listing_live", "hub_id", "id", postgresql_where="status = 'live'"),
        sa.Index("ix_listing_seller", "hub_id", "seller_account_id", "id"),
        sa.Index("ix_listing_search", "search", postgresql_using="gin"),
    )
    op.create_table(
        "listing_image",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("listing_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("alt", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("widths", ARRAY(sa.Integer), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "listing_id"], ["listing.hub_id", "listing.id"], ondelete="CASCADE"),
        sa.CheckConstraint("width > 0 AND height > 0 AND cardinality(widths) > 0", name="size"),
        sa.Index("ix_listing_image_listing", "hub_id", "listing_id", "position", "id"),
    )
    for statement in (
        *rls.protect("listing", app="SELECT, INSERT, UPDATE"),
        *rls.protect("listing_image"),
        FUNCTION,
        *rls.definer(SIGNATURE),
    ):
        op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for statement in rls.drop_definer(SIGNATURE):
        op.execute(statement)
    op.drop_table("listing_image")
    op.drop_table("listing")
