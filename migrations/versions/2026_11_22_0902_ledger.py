"""The books: heads, accounts, entries, postings and cached balances, with the rules that no program can skip."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0002_ledger"
down_revision = "0001_tenancy"
branch_labels = None
depends_on = None

FUNCTION = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

# Locks the head of the hub in scope for the rest of the transaction, and makes it on the hub's first entry.
TAKE_HEAD = f"""
CREATE FUNCTION ledger_take_head() RETURNS TABLE (seq bigint, hash bytea) {FUNCTION} AS $$
DECLARE
  hub bigint := {rls.CURRENT_HUB};
BEGIN
  IF hub IS NULL THEN
    RAISE EXCEPTION 'ledger: no hub in scope';
  END IF;
  INSERT INTO public.ledger_head (hub_id, seq, hash) VALUES (hub, 0, decode(repeat('00', 32), 'hex')) ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT head.seq, head.hash FROM public.ledger_head AS head WHERE head.hub_id = hub FOR UPDATE;
END $$
"""

# Entries continue their hub's chain without a gap, whoever inserts them; the head moves along.
ADVANCE = f"""
CREATE FUNCTION ledger_advance() RETURNS trigger {FUNCTION} AS $$
DECLARE
  batch record;
  head record;
BEGIN
  FOR batch IN SELECT hub_id, max(seq) AS last FROM fresh GROUP BY hub_id ORDER BY hub_id LOOP
    SELECT seq, hash INTO head FROM public.ledger_head WHERE hub_id = batch.hub_id FOR UPDATE;
    IF NOT FOUND OR EXISTS (
      SELECT FROM (
        SELECT seq, prev_hash, row_number() OVER chain AS place, lag(hash, 1, head.hash) OVER chain AS before
        FROM fresh WHERE hub_id = batch.hub_id WINDOW chain AS (ORDER BY seq)
      ) AS entry
      WHERE entry.seq <> head.seq + entry.place OR entry.prev_hash <> entry.before
    ) THEN
      RAISE EXCEPTION 'ledger: an entry does not continue the chain of hub %', batch.hub_id
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE public.ledger_head AS moved SET seq = fresh.seq, hash = fresh.hash
    FROM fresh WHERE moved.hub_id = batch.hub_id AND fresh.hub_id = batch.hub_id AND fresh.seq = batch.last;
  END LOOP;
  RETURN NULL;
END $$
"""

# Runs at commit with the rights of a role that sees every hub: with the invoker's it would be blind after a switch of
# hub or role and let anything pass. Seeing nothing is therefore an error too.
BALANCES = f"""
CREATE FUNCTION ledger_entry_balances() RETURNS trigger {FUNCTION} AS $$
DECLARE
  seen record;
BEGIN
  SELECT count(*) AS legs, sum(amount) AS total INTO seen
  FROM public.ledger_posting WHERE hub_id = NEW.hub_id AND entry_id = NEW.id;
  IF seen.legs = 0 THEN
    RAISE EXCEPTION 'ledger: entry % has no postings', NEW.idempotency_key USING ERRCODE = 'check_violation';
  END IF;
  IF seen.legs <> NEW.legs THEN
    RAISE EXCEPTION 'ledger: entry % announces % postings and has %', NEW.idempotency_key, NEW.legs, seen.legs
      USING ERRCODE = 'check_violation';
  END IF;
  IF seen.total <> 0 THEN
    RAISE EXCEPTION 'ledger: entry % is unbalanced by %', NEW.idempotency_key, seen.total USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""

CARRY = f"""
CREATE FUNCTION ledger_carry() RETURNS trigger {FUNCTION} AS $$
BEGIN
  INSERT INTO public.ledger_balance AS balance (hub_id, id, amount)
  SELECT hub_id, account_id, sum(amount) FROM fresh GROUP BY hub_id, account_id ORDER BY hub_id, account_id
  ON CONFLICT (hub_id, id) DO UPDATE SET amount = balance.amount + excluded.amount;
  RETURN NULL;
END $$
"""

REFUSE = f"""
CREATE FUNCTION ledger_refuse_change() RETURNS trigger {FUNCTION} AS $$
BEGIN
  RAISE EXCEPTION 'ledger: % is append-only; corrections are new entries', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""

TRIGGERS = (
    """CREATE TRIGGER advance AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS fresh
       FOR EACH STATEMENT EXECUTE FUNCTION ledger_advance()""",
    """CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON ledger_entry DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION ledger_entry_balances()""",
    """CREATE TRIGGER carry AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS fresh
       FOR EACH STATEMENT EXECUTE FUNCTION ledger_carry()""",
    *(
        f"""CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"""
        for table in ("ledger_account", "ledger_entry", "ledger_posting")
    ),
)

FUNCTIONS = ("ledger_advance()", "ledger_entry_balances()", "ledger_carry()", "ledger_refuse_change()")


def upgrade() -> None:
    """Create."""
    op.create_table(
        "ledger_head",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    _create_accounts()
    _create_entries()
    append_only = {"app": "SELECT, INSERT", "central": "SELECT, INSERT"}
    kept_by_triggers = {"app": "SELECT", "central": "SELECT, INSERT, UPDATE"}
    statements = [
        *(
            statement
            for table in ("ledger_account", "ledger_entry", "ledger_posting")
            for statement in rls.protect(table, **append_only)
        ),
        *(
            statement
            for table in ("ledger_head", "ledger_balance")
            for statement in rls.protect(table, **kept_by_triggers)
        ),
        *(TAKE_HEAD, ADVANCE, BALANCES, CARRY, REFUSE),
        *TRIGGERS,
        *rls.definer("ledger_take_head()"),
        *(statement for function in FUNCTIONS for statement in rls.definer(function, app=False)),
    ]
    for statement in statements:
        op.execute(statement)


def _create_accounts() -> None:
    op.create_table(
        "ledger_account",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.UniqueConstraint("hub_id", "owner", "purpose", "currency"),
        sa.UniqueConstraint("hub_id", "id", "currency"),
    )
    op.create_table(
        "ledger_balance",
        sa.Column("hub_id", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "id"], ["ledger_account.hub_id", "ledger_account.id"]),
    )


def _create_entries() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("idempotency_key", "kind", "ref", "currency")),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("memo", sa.Text, nullable=False),
        sa.Column("legs", sa.SmallInteger, nullable=False),
        sa.Column("prev_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("hub_id", "seq"),
        sa.UniqueConstraint("hub_id", "idempotency_key"),
        sa.UniqueConstraint("hub_id", "id", "seq", "legs", "currency"),
        sa.Index("ix_ledger_entry_hub_id_ref", "hub_id", "ref"),
        sa.CheckConstraint("legs >= 2", name="two_legs"),
        sa.CheckConstraint("seq >= 1", name="seq"),
    )
    # `position < legs` and the foreign key with `legs` in it: once an entry has its postings there is no room for another.
    op.create_table(
        "ledger_posting",
        sa.Column("hub_id", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("legs", sa.SmallInteger, nullable=False),
        sa.Column("position", sa.SmallInteger, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True)),
        sa.Column("tag", sa.Text, nullable=False),
        sa.UniqueConstraint("hub_id", "entry_id", "position"),
        sa.ForeignKeyConstraint(
            ["hub_id", "entry_id", "seq", "legs", "currency"],
            [f"ledger_entry.{name}" for name in ("hub_id", "id", "seq", "legs", "currency")],
        ),
        sa.ForeignKeyConstraint(
            ["hub_id", "account_id", "currency"],
            [f"ledger_account.{name}" for name in ("hub_id", "id", "currency")],
        ),
        sa.Index("ix_ledger_posting_hub_id_account_id_seq", "hub_id", "account_id", "seq"),
        sa.Index(
            "ix_ledger_posting_held",
            "hub_id",
            "account_id",
            "available_at",
            postgresql_where=sa.text("available_at IS NOT NULL"),
        ),
        sa.CheckConstraint("amount <> 0", name="amount"),
        sa.CheckConstraint("position >= 0 AND position < legs", name="position"),
    )


def downgrade() -> None:
    """Undo."""
    for table in ("ledger_posting", "ledger_entry", "ledger_balance", "ledger_account", "ledger_head"):
        op.drop_table(table)
    for function in ("ledger_take_head()", *FUNCTIONS):
        for statement in rls.drop_definer(function):
            op.execute(statement)
