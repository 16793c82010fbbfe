"""The few statements that write the books, a set at a time."""

from __future__ import annotations

from sqlalchemy import text

from hubapp.kernel import arrays
from hubapp.kernel.arrays import BIGINT, BYTES, SMALLINT, TEXT, TIME, UUID, Columns

WANTED: Columns = {"owner": TEXT, "purpose": TEXT, "currency": TEXT}
ACCOUNT: Columns = {"id": UUID, **WANTED}
ENTRY: Columns = {
    "id": UUID,
    "seq": BIGINT,
    "idempotency_key": TEXT,
    "kind": TEXT,
    "ref": TEXT,
    "currency": TEXT,
    "occurred_at": TIME,
    "memo": TEXT,
    "legs": SMALLINT,
    "prev_hash": BYTES,
    "hash": BYTES,
}
POSTING: Columns = {
    "id": UUID,
    "entry_id": UUID,
    "seq": BIGINT,
    "legs": SMALLINT,
    "position": SMALLINT,
    "account_id": UUID,
    "currency": TEXT,
    "amount": BIGINT,
    "available_at": TIME,
    "tag": TEXT,
}

TAKE_HEAD = text("SELECT seq, hash FROM ledger_take_head()")
KNOWN_KEYS = text(
    "SELECT idempotency_key, id, seq, prev_hash, hash FROM ledger_entry "
    "WHERE hub_id = :hub AND idempotency_key = ANY(:keys)"
)
FIND_ACCOUNTS = text(
    "SELECT account.id, account.owner, account.purpose, account.currency FROM ledger_account AS account "  # noqa: S608
    f"JOIN unnest({arrays.arrays(WANTED)}) AS wanted (owner, purpose, currency) USING (owner, purpose, currency) "
    "WHERE account.hub_id = :hub"
)
ADD_ACCOUNTS = arrays.insertion("ledger_account", ACCOUNT)
ADD_ENTRIES = arrays.insertion("ledger_entry", ENTRY)
ADD_POSTINGS = arrays.insertion("ledger_posting", POSTING)
