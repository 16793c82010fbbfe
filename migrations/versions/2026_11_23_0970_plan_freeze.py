"""What a run has read is numbered, so that news under way at its cutoff stays news; statements are made once and kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hubapp.tenancy import rls

revision = "0070_plan_freeze"
down_revision = "0068_flat_search"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NUMBER = "public.plan_freeze_number"
FIRST = 1
LOCK = 1_886_150_502  # any number, always the same one
SALES = ("plan_sale", ("after_freeze", "handed_after_freeze"))
REFUNDS = ("plan_refund", ("after_freeze",))
# What the app's role may say of a row: not when it became known.
SETS = {
    "plan_sale": "hub_id, id, order_id, number, position, kind, currency, amount, cv, pv, seller_id, buyer_id,"
    " ordered_at, paid_at, handed_over_at",
    "plan_refund": "hub_id, id, sale_id, key, amount, cv, pv, at",
}

# The last freeze when a transaction recorded first: of every row of it the same, and held as a lock until it ends, so
# that the next freeze waits for it. Looked up once more under the lock: a freeze may have come between.
FROZEN = f"""
CREATE FUNCTION plan_frozen() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  known text := current_setting('app.plan_freeze', true);
  number integer;
  again integer;
BEGIN
  IF known <> '' THEN
    RETURN known::integer;
  END IF;
  LOOP
    SELECT last_value INTO number FROM {NUMBER};
    PERFORM pg_advisory_xact_lock_shared({LOCK}, number);
    SELECT last_value INTO again FROM {NUMBER};
    EXIT WHEN again = number;
  END LOOP;
  PERFORM set_config('app.plan_freeze', number::text, true);
  RETURN number;
END $$
"""
# The next number, once nobody records under an earlier one any more; NULL where that takes too long. Whoever records
# from now on has the new number, and waits for nobody.
FREEZE = f"""
CREATE FUNCTION plan_freeze(patience interval) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  mine integer := nextval('{NUMBER}');
  gives_up timestamptz := clock_timestamp() + patience;
BEGIN
  PERFORM set_config('app.plan_freeze', '', true);
  WHILE EXISTS (SELECT FROM pg_catalog.pg_locks AS held WHERE held.locktype = 'advisory' AND held.objsubid = 2
      AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      AND held.classid = {LOCK} AND held.objid::bigint < mine AND held.pid <> pg_backend_pid()) LOOP
    IF clock_timestamp() > gives_up THEN
      RETURN NULL;
    END IF;
    PERFORM pg_sleep(0.02);
  END LOOP;
  RETURN mine;
END $$
"""
HANDED = """
CREATE FUNCTION plan_sale_is_handed_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.handed_after_freeze := public.plan_frozen();
  RETURN NEW;
END $$
"""
TRIGGER = """CREATE TRIGGER handed BEFORE UPDATE OF handed_over_at ON plan_sale FOR EACH ROW
WHEN (NEW.handed_over_at IS DISTINCT FROM OLD.handed_over_at) EXECUTE FUNCTION plan_sale_is_handed_over()"""

# What was given back after a run had read does not make what it writes wrong.
GUARD = "plan_line_is_behind_a_sale()"
GUARDED = ("AND plan_refund.at <= run.cutoff)", "AND plan_refund.at <= run.cutoff\n                 AND {known})")
KNOWN = "(run.freeze_number IS NULL OR plan_refund.after_freeze < run.freeze_number)"


def upgrade() -> None:
    """Add; what was recorded so far has the number 0, and belongs to runs so far by its moment; what comes does not."""
    op.execute(f"CREATE SEQUENCE {NUMBER} AS integer")
    op.execute(f"SELECT setval('{NUMBER}', {FIRST})")
    for statement in (FROZEN, FREEZE, HANDED):
        op.execute(statement)
    for table, columns in (SALES, REFUNDS):
        for column in columns:
            op.add_column(table, sa.Column(column, sa.Integer, nullable=False, server_default=sa.text("0")))
            op.alter_column(table, column, server_default=sa.text("plan_frozen()"))
            op.create_index(f"ix_{table}_{column}", table, [column])
    op.execute(TRIGGER)
    for table in ("plan_period", "plan_run"):
        op.add_column(table, sa.Column("freeze_number", sa.Integer))
        op.execute(f"UPDATE {table} SET freeze_number = {FIRST} WHERE cutoff IS NOT NULL")
    op.create_check_constraint("freeze", "plan_period", "freeze_number IS NULL OR cutoff IS NOT NULL")
    op.create_table(
        "plan_statement",
        sa.Column("period_id", sa.Uuid, sa.ForeignKey("plan_period.id"), primary_key=True),
        sa.Column("account_id", sa.Uuid, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("made_of", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
    )
    for statement in _rights():
        op.execute(statement)
    _guard(*(text.format(known=KNOWN) for text in GUARDED))


def _rights() -> list[str]:
    both = f"{rls.APP_ROLE}, {rls.CENTRAL_ROLE}"
    return [
        *(f"REVOKE INSERT ON {table} FROM {rls.APP_ROLE}" for table in SETS),
        *(f"GRANT INSERT ({columns}) ON {table} TO {rls.APP_ROLE}" for table, columns in SETS.items()),
        *rls.grant("plan_statement", app="", central="SELECT, INSERT, UPDATE"),
        f"GRANT SELECT ON SEQUENCE {NUMBER} TO {both}",
        f"GRANT USAGE ON SEQUENCE {NUMBER} TO {rls.CENTRAL_ROLE}",
        "REVOKE ALL ON FUNCTION plan_frozen() FROM PUBLIC",
        "REVOKE ALL ON FUNCTION plan_freeze(interval) FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION plan_frozen() TO {both}",
        f"GRANT EXECUTE ON FUNCTION plan_freeze(interval) TO {rls.CENTRAL_ROLE}",
    ]


def _guard(old: str, new: str) -> None:
    """The guard of 0960 with one condition more, or without it. Only its owner replaces it: see 0965."""
    source = op.get_bind().exec_driver_sql(f"SELECT pg_get_functiondef('{GUARD}'::regprocedure)").scalar_one()
    if old not in source:
        raise RuntimeError(f"{GUARD} is not the function that this migration knows")
    for statement in rls.replace_definer(source.replace(old, new)):
        op.execute(statement)


def downgrade() -> None:
    """Undo; runs go by their moment again."""
    before, after = (text.format(known=KNOWN) for text in GUARDED)
    _guard(after, before)
    for table in SETS:
        op.execute(f"GRANT INSERT ON {table} TO {rls.APP_ROLE}")
    op.drop_table("plan_statement")
    op.drop_constraint("ck_plan_period_freeze", "plan_period")
    for table in ("plan_run", "plan_period"):
        op.drop_column(table, "freeze_number")
    op.execute("DROP TRIGGER handed ON plan_sale")
    for table, columns in (REFUNDS, SALES):
        for column in columns:
            op.drop_column(table, column)
    for function in ("plan_sale_is_handed_over()", "plan_freeze(interval)", "plan_frozen()"):
        op.execute(f"DROP FUNCTION {function}")
    op.execute(f"DROP SEQUENCE {NUMBER}")
