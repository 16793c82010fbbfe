"""Connected accounts: opened through the API, made usable by the hosted onboarding form."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hubapp.money.payments.sandbox.errors import ApiError, invalid_parameter
from hubapp.money.payments.sandbox.parameters import BOOL, MAP, REQUIRED, TEXT, nested, one_of
from hubapp.money.payments.sandbox.store import PLATFORM, Body, Stored, Tx, new_id, stamp

CREATE = {
    "country": REQUIRED,
    "default_currency": TEXT,
    "email": TEXT,
    "metadata": MAP,
    "business_type": one_of("individual", "company"),
    "capabilities": nested(transfers=nested(requested=BOOL)),
    "controller": nested(
        fees=nested(payer=one_of("account", "application")),
        losses=nested(payments=one_of("application", "stripe")),
        requirement_collection=one_of("application", "stripe"),
        stripe_dashboard=nested(type=one_of("express", "full", "none")),
    ),
    "settings": nested(payouts=nested(schedule=nested(interval=one_of("daily", "manual", "monthly", "weekly")))),
}
CREATE_LINK = {
    "account": REQUIRED,
    "type": one_of("account_onboarding", "account_update", required=True),
    "refresh_url": REQUIRED,
    "return_url": REQUIRED,
}
LINK_LIVES = timedelta(hours=1)
WANTED = ("business_type", "external_account", "individual.first_name", "individual.last_name", "tos_acceptance.date")


@dataclass(frozen=True, slots=True)
class Onboarding:
    """What the hosted form collects; the bank account is invented, `is_bank_working` says whether payouts arrive."""

    business_type: str
    name: str
    bank_account: str
    is_bank_working: bool


def create(tx: Tx, values: dict[str, Any]) -> Body:
    """Open an account for somebody, empty until they fill in the form."""
    controller = values.get("controller", {})
    account_id = new_id("account")
    country = str(values["country"])
    if len(country) != 2 or not country.isupper():  # noqa: PLR2004  ISO 3166 alpha-2
        raise invalid_parameter("country", f"Country '{country}' is unknown.")
    body: Body = {
        "id": account_id,
        "object": "account",
        "business_type": values.get("business_type"),
        "capabilities": {"transfers": "inactive"},
        "charges_enabled": False,
        "controller": {
            "type": "application",
            "is_controller": True,
            "fees": controller.get("fees", {"payer": "application"}),
            "losses": controller.get("losses", {"payments": "application"}),
            "requirement_collection": controller.get("requirement_collection", "stripe"),
            "stripe_dashboard": controller.get("stripe_dashboard", {"type": "express"}),
        },
        "country": country,
        "created": tx.created,
        "default_currency": values.get("default_currency", "eur"),
        "details_submitted": False,
        "email": values.get("email"),
        "external_accounts": _banks(account_id, []),
        "metadata": values.get("metadata", {}),
        "payouts_enabled": False,
        "requirements": _requirements(WANTED),
        "type": "none",
    }
    tx.insert("account", body)
    return body


def create_link(tx: Tx, values: dict[str, Any]) -> Body:
    """A one-time link to the onboarding form."""
    account = tx.get("account", values["account"])
    link_id = new_id("link")
    expires_at = tx.now + LINK_LIVES
    private = {"refresh_url": values["refresh_url"], "return_url": values["return_url"], "is_used": False}
    tx.insert("link", {"id": link_id, "account": account.id, "expires_at": stamp(expires_at)}, private=private)
    return {
        "object": "account_link",
        "created": tx.created,
        "expires_at": stamp(expires_at),
        "url": f"{tx.site}/sandbox/onboarding/{account.id}?link={link_id}",
    }


@dataclass(frozen=True, slots=True)
class Link:
    """A link to the form, as its page needs it."""

    account_id: str
    country: str
    currency: str
    return_url: str
    refresh_url: str
    is_open: bool


def link(tx: Tx, account_id: str, link_id: str, *, lock: bool = False) -> Link | None:
    """The form behind a link, or None when the two do not belong together."""
    found = tx.find("link", link_id, lock=lock)
    account = tx.find("account", account_id)
    if found is None or account is None or found.body["account"] != account_id:
        return None
    return Link(
        account_id,
        account.body["country"],
        account.body["default_currency"],
        found.private["return_url"],
        found.private["refresh_url"],
        is_open=not found.private["is_used"] and tx.created < found.body["expires_at"],
    )


def hand_in(tx: Tx, account_id: str, link_id: str, form: Onboarding) -> Link | None:
    """Use the link up and finish the form; answers the link as it was before."""
    found = link(tx, account_id, link_id, lock=True)
    if found is None or not found.is_open:
        return found
    used = tx.get("link", link_id)
    used.private["is_used"] = True
    tx.save(used)
    _finish(tx, tx.get("account", account_id, lock=True), form)
    return found


def _finish(tx: Tx, account: Stored, form: Onboarding) -> None:
    """The form is filled in: the account may receive transfers and payouts."""
    digits = "".join(character for character in form.bank_account if character.isalnum())
    bank: Body = {
        "id": new_id("bank_account"),
        "object": "bank_account",
        "account": account.id,
        "account_holder_name": form.name,
        "account_holder_type": form.business_type,
        "bank_name": "SANDBOX BANK",
        "country": account.body["country"],
        "currency": account.body["default_currency"],
        "default_for_currency": True,
        "fingerprint": hashlib.sha256(digits.upper().encode()).hexdigest()[:16],
        "last4": digits[-4:],
        "metadata": {},
        "status": "new",
    }
    account.body |= {
        "business_type": form.business_type,
        "capabilities": {"transfers": "active"},
        "charges_enabled": True,
        "details_submitted": True,
        "external_accounts": _banks(account.id, [bank]),
        "payouts_enabled": True,
        "requirements": _requirements(()),
    }
    account.private["is_bank_working"] = form.is_bank_working
    tx.save(account)
    _announce(tx, account)


def disable(tx: Tx, account_id: str, *, reason: str) -> None:
    """The provider stops an account: no transfers, no payouts, until somebody looks into it."""
    account = tx.get("account", account_id, lock=True)
    account.body |= {"capabilities": {"transfers": "inactive"}, "charges_enabled": False, "payouts_enabled": False}
    account.body["requirements"] |= {"disabled_reason": reason}
    tx.save(account)
    _announce(tx, account)


def _announce(tx: Tx, account: Stored) -> None:
    """An account's events go to the endpoint for connected accounts, in the account's name."""
    owner, tx.account = tx.account, account.id
    tx.emit("account.updated", account.body)
    tx.account = owner


def required(tx: Tx, account_id: str, capability: str) -> Stored:
    """An account of ours that has a capability, locked; refuses in the provider's words."""
    owner, tx.account = tx.account, PLATFORM
    try:
        account = tx.get("account", account_id, lock=True)
    finally:
        tx.account = owner
    is_able = (
        account.body["payouts_enabled"]
        if capability == "payouts"
        else account.body["capabilities"]["transfers"] == "active"
    )
    if not is_able:
        raise _not_capable(account_id, capability)
    return account


def _not_capable(account_id: str, capability: str) -> ApiError:
    """The refusal of a payout or transfer to an account that may not have one."""
    if capability == "payouts":
        return ApiError(f"Payouts are not enabled on {account_id}.", code="payouts_not_allowed", executed=True)
    message = f"Your destination account {account_id} needs to have the transfers capability enabled."
    return ApiError(message, code="insufficient_capabilities_for_transfer", executed=True)


def _banks(account_id: str, banks: list[Body]) -> Body:
    return {"object": "list", "data": banks, "has_more": False, "url": f"/v1/accounts/{account_id}/external_accounts"}


def _requirements(wanted: tuple[str, ...]) -> Body:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(wanted),
        "disabled_reason": "requirements.past_due" if wanted else None,
        "errors": [],
        "eventually_due": list(wanted),
        "past_due": list(wanted),
        "pending_verification": [],
    }
