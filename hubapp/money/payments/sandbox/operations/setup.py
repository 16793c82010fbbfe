"""The platform's own account: what it may do, where its events go, and when it is paid out."""

from __future__ import annotations

from typing import Any

from hubapp.money.payments.sandbox.errors import no_such
from hubapp.money.payments.sandbox.operations import reads
from hubapp.money.payments.sandbox.parameters import INT, TEXT, nested, one_of
from hubapp.money.payments.sandbox.store import API_VERSION, PLATFORM, Body, Row, Tx

ENDPOINTS_URL = "/v1/webhook_endpoints"
SETTINGS = "balance_settings"
SETTINGS_ID = "bs_sbxplatform"
PAGED = {"limit": INT, "starting_after": TEXT, "ending_before": TEXT}
UPDATE = {"payments": nested(payouts=nested(schedule=nested(interval=one_of("daily", "manual", "monthly", "weekly"))))}
DELAY_DAYS = 2  # as charges settle here


def platform(tx: Tx) -> Body:
    """The account in whose name requests without another one are made."""
    return {
        "id": PLATFORM,
        "object": "account",
        "business_type": "company",
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "country": "FR",
        "created": tx.created,
        "default_currency": "eur",
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }


def capabilities(tx: Tx, account_id: str) -> Body:
    """What an account may do, one by one."""
    account = platform(tx) if account_id == PLATFORM else tx.get("account", account_id).body
    data = [
        {
            "id": name,
            "object": "capability",
            "account": account_id,
            "requested": True,
            "requested_at": account["created"],
            "status": status,
        }
        for name, status in sorted(account["capabilities"].items())
    ]
    return reads.as_list(data, False, f"/v1/accounts/{account_id}/capabilities")


def balance_settings(tx: Tx) -> Body:
    """The platform is paid out by hand unless somebody changed it: transfers need the money."""
    stored = tx.find(SETTINGS, SETTINGS_ID)
    interval = stored.body["interval"] if stored else "manual"
    payouts = {"schedule": {"interval": interval}, "statement_descriptor": None, "status": "enabled"}
    timing = {"delay_days": DELAY_DAYS}
    return {
        "object": SETTINGS,
        "payments": {"debit_negative_balances": True, "payouts": payouts, "settlement_timing": timing},
    }


def update_balance_settings(tx: Tx, values: dict[str, Any]) -> Body:
    """Choose another rhythm."""
    schedule = values.get("payments", {}).get("payouts", {}).get("schedule", {})
    if "interval" in schedule:
        stored = tx.find(SETTINGS, SETTINGS_ID, lock=True)
        if stored is None:
            stored = tx.insert(SETTINGS, {"id": SETTINGS_ID, "interval": "manual"})
        stored.body["interval"] = schedule["interval"]
        tx.save(stored)
    return balance_settings(tx)


def endpoints(tx: Tx, values: dict[str, Any]) -> Body:
    """Where events go. There are two at most, so that one page holds them."""
    reads.page_of(values, {})  # a limit out of range is refused
    rows = tx.connection.execute("SELECT * FROM endpoint ORDER BY id").fetchall()
    return reads.as_list([_endpoint(tx, row) for row in rows], False, ENDPOINTS_URL)


def endpoint(tx: Tx, endpoint_id: str) -> Body:
    """One of them."""
    row = tx.connection.execute("SELECT * FROM endpoint WHERE id = %s", (endpoint_id,)).fetchone()
    if row is None:
        raise no_such("webhook endpoint", endpoint_id)
    return _endpoint(tx, row)


def _endpoint(tx: Tx, row: Row) -> Body:
    return {
        "id": row["id"],
        "object": "webhook_endpoint",
        "api_version": API_VERSION,
        "application": None,
        "created": tx.created,
        "description": row["kind"],
        "enabled_events": ["*"],
        "livemode": False,
        "metadata": {},
        "status": "enabled" if row["enabled"] else "disabled",
        "url": row["url"],
    }
