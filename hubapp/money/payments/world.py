"""Which world the money rows belong to: sandbox, test or live. What began in one never goes on in another."""

from __future__ import annotations

import psycopg

from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal
from hubapp.kernel.server import Server
from hubapp.money.payments.gateway_values import Mode, ModeMismatch

LOCK = 7_915_002  # two processes that start at once would both mark
WORDS = {"sandbox": "the payment sandbox", "test": "the provider's test mode", "live": "live payments"}
# Rows that name something at the provider; without any, a database may still go to another world.
_HAS_MONEY = """
SELECT EXISTS (SELECT FROM gateway_command) OR EXISTS (SELECT FROM payment)
  OR EXISTS (SELECT FROM payee) OR EXISTS (SELECT FROM gateway_balance_txn)
"""
_MARK = """
INSERT INTO money_world (id, mode, marked_at) VALUES (true, %s, %s)
ON CONFLICT (id) DO UPDATE SET mode = excluded.mode, marked_at = excluded.marked_at
"""
# A database from before the marker tells by its ids: the sandbox's have a mark of their own.
_NAMES_SANDBOX = """
SELECT EXISTS (SELECT FROM payment WHERE checkout_id LIKE '%\\_sbx%')
  OR EXISTS (SELECT FROM payee WHERE provider_account_id LIKE '%\\_sbx%')
"""


class OtherWorld(Refusal):
    """The database holds money of another world than the configuration names."""


def mode_of_key(secret_key: str) -> Mode:
    """Test or live, by the key's own words. Raises ModeMismatch for what is no key of the provider's."""
    kind, world, rest = [*secret_key.split("_", 2), "", ""][:3]
    if kind not in {"sk", "rk"} or world not in {"live", "test"} or not rest or rest.startswith("sbx"):
        raise ModeMismatch("HUBAPP_STRIPE_SECRET_KEY is not a secret key of Stripe's (sk_live_…, sk_test_…, rk_…).")
    return "live" if world == "live" else "test"


def configured(settings: Settings) -> Mode:
    """The world that the settings name. Raises ModeMismatch for a key that is none."""
    return "sandbox" if settings.stripe_secret_key is None else mode_of_key(settings.stripe_secret_key)


def require(server: Server) -> Mode:
    """Mark the database as this world's if it has no money yet; refuses with OtherWorld when it has another world's.

    For whatever starts serving, working or moving money; the database must be migrated.
    """
    try:
        mode = configured(server.settings)
    except ModeMismatch as error:
        raise Refusal(str(error)) from error
    with psycopg.connect(server.conninfo("central")) as connection:
        _take_turns(connection)
        marked = _marked(connection, mode)
        if marked == mode:
            return mode
        has_money = connection.execute(_HAS_MONEY).fetchone()
        if marked is not None and has_money and has_money[0]:
            raise OtherWorld(_refusal(marked, mode))
        connection.execute(_MARK, (mode, clock.wall()))
    return mode


def _take_turns(connection: psycopg.Connection) -> None:
    """Two that start at once with different keys: the second finds the mark of the first."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))


def _marked(connection: psycopg.Connection, mode: Mode) -> str | None:
    row = connection.execute("SELECT mode FROM money_world").fetchone()
    if row is not None:
        return str(row[0])
    is_sandbox = connection.execute(_NAMES_SANDBOX).fetchone()
    if is_sandbox and is_sandbox[0] and mode != "sandbox":
        return "sandbox"
    return None


def _refusal(marked: str, mode: Mode) -> str:
    keys = {
        "sandbox": "Unset HUBAPP_STRIPE_SECRET_KEY",
        "test": "Set HUBAPP_STRIPE_SECRET_KEY to the test key",
        "live": "Set HUBAPP_STRIPE_SECRET_KEY to the live key",
    }
    return (
        f"The money in this database belongs to {WORDS[marked]}, and this configuration means {WORDS[mode]}."
        f" {keys[marked]}, or use another database (DATABASE_URL, HUBAPP_DATA): the two never mix."
    )
