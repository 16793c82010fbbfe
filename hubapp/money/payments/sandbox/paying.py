"""Paying on the hosted page: one session, one charge, however often the button is pressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from hubapp.money.payments.sandbox.cards import API_MESSAGES, BY_NUMBER, TestCard
from hubapp.money.payments.sandbox.operations import charges, checkout, customers, setups
from hubapp.money.payments.sandbox.store import Body, Stored, Tx


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the buyer typed; `card` is one of the test cards, nothing else gets this far."""

    card: TestCard
    exp_month: int
    exp_year: int
    name: str
    email: str | None

    @property
    def holder(self) -> Body:
        """What is kept with the charge."""
        return {"name": self.name, "email": self.email, "exp_month": self.exp_month, "exp_year": self.exp_year}


@dataclass(frozen=True, slots=True)
class PageLine:
    """One line of the hosted page."""

    name: str
    amount: int
    quantity: int
    description: str | None


@dataclass(frozen=True, slots=True)
class SessionPage:
    """What the hosted page shows of a session; without an amount it only saves a card."""

    id: str
    status: str
    amount: int | None
    currency: str
    email: str | None
    lines: tuple[PageLine, ...]
    success_url: str
    cancel_url: str | None
    pending_authentication: str | None


@dataclass(frozen=True, slots=True)
class Paid:
    """Paid, now or before."""

    success_url: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The card said no; the page stays open. `field` is where the reason belongs."""

    reason: str
    field: str


@dataclass(frozen=True, slots=True)
class Authenticate:
    """The bank wants to ask the payer; this is the intent to confirm."""

    intent_id: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over and was not paid."""

    cancel_url: str | None


Result: TypeAlias = Paid | Refused | Authenticate | Closed


def page(tx: Tx, session_id: str) -> SessionPage | None:
    """The session for its page, or None."""
    session = tx.find("checkout.session", session_id)
    if session is None:
        return None
    intent = _intent(tx, session.body["payment_intent"] or session.body.get("setup_intent") or "")
    is_waiting = intent is not None and intent.body["status"] == "requires_action"
    return SessionPage(
        id=session.id,
        status=session.body["status"],
        amount=session.body["amount_total"],
        currency=session.body["currency"] or "",
        email=session.body["customer_email"],
        lines=tuple(PageLine(**line) for line in session.private["lines"]),
        success_url=success_url(session),
        cancel_url=session.body["cancel_url"],
        pending_authentication=intent.id if intent is not None and is_waiting else None,
    )


def success_url(session: Stored) -> str:
    """Where a paid session leads; the API fills its id in."""
    return str(session.body["success_url"]).replace("{CHECKOUT_SESSION_ID}", session.id)


def pay(tx: Tx, session_id: str, attempt: Attempt) -> Result:
    """Try a card. The session's row lock makes a second click wait and then find the session paid."""
    session = tx.get("checkout.session", session_id, lock=True)
    if (over := _over(tx, session)) is not None:
        return over
    if session.body["mode"] == "setup":
        return _save(tx, session, attempt)
    intent = charges.intent_of(tx, session)
    if attempt.card.behaviour == "declines":
        charges.decline(tx, intent, attempt.card, holder=attempt.holder)
        return Refused(attempt.card.decline_code or attempt.card.code or "generic_decline", attempt.card.field)
    if attempt.card.behaviour == "asks":
        charges.ask(tx, intent, attempt.card, holder=attempt.holder)
        return Authenticate(intent.id)
    charges.succeed(tx, intent, attempt.card, holder=attempt.holder)
    return _complete(tx, session, attempt.holder, intent.body["customer"])


def _save(tx: Tx, session: Stored, attempt: Attempt) -> Result:
    card = attempt.card
    intent = tx.get("setup_intent", session.body["setup_intent"], lock=True)
    if card.saving == "declines":
        reason = card.decline_code or card.code or "generic_decline"
        message = API_MESSAGES.get(reason, API_MESSAGES["card_declined"])
        setups.refuse(tx, intent, code=card.code or "card_declined", message=message)
        return Refused(reason, card.field)
    if card.saving == "asks":
        setups.ask(tx, intent, card, holder=attempt.holder)
        return Authenticate(intent.id)
    setups.save(tx, intent, card, holder=attempt.holder)
    return _complete(tx, session, attempt.holder, intent.body["customer"])


def session_of(tx: Tx, intent_id: str) -> str | None:
    """The session behind an intent, or None."""
    intent = _intent(tx, intent_id)
    return intent.private.get("session") if intent else None


def _intent(tx: Tx, intent_id: str, *, lock: bool = False) -> Stored | None:
    kind = "setup_intent" if intent_id.startswith("seti") else "payment_intent"
    return tx.find(kind, intent_id, lock=lock)


def authenticate(tx: Tx, intent_id: str, decision: Literal["approve", "fail"]) -> Result:
    """The payer answers the bank. Session first, then intent: everybody locks in this order."""
    session = tx.get("checkout.session", session_of(tx, intent_id) or "", lock=True)
    if (over := _over(tx, session)) is not None:
        return over
    intent = _intent(tx, intent_id, lock=True)
    if intent is None or intent.body["status"] != "requires_action":
        return Refused("authentication_failed", "number")
    is_setup = intent.kind == "setup_intent"
    if decision == "fail":
        if is_setup:
            setups.refuse(tx, intent, code="setup_intent_authentication_failure")
        else:
            charges.refuse_authentication(tx, intent)
        return Refused("authentication_failed", "number")
    holder = intent.private["holder"]
    (setups.save if is_setup else charges.succeed)(tx, intent, BY_NUMBER[intent.private["card"]], holder=holder)
    return _complete(tx, session, holder, intent.body["customer"])


def _over(tx: Tx, session: Stored) -> Paid | Closed | None:
    if session.body["status"] == "open" and session.due_at is not None and session.due_at <= tx.now:
        checkout.close(tx, session)
    if session.body["status"] == "complete":
        return Paid(success_url(session))
    return Closed(session.body["cancel_url"]) if session.body["status"] == "expired" else None


def _complete(tx: Tx, session: Stored, holder: Body, customer: str | None) -> Paid:
    session.due_at = None
    if customer is None and session.private.get("creates"):
        customer = customers.create(tx, email=holder["email"], name=holder["name"])
    session.body |= {
        "customer": customer,
        "customer_details": {
            "address": None,
            "business_name": None,
            "email": holder["email"],
            "individual_name": None,
            "name": holder["name"],
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
        "payment_status": "no_payment_required" if session.body["mode"] == "setup" else "paid",
        "status": "complete",
        "url": None,
    }
    tx.save(session)
    tx.emit("checkout.session.completed", session.body)
    return Paid(success_url(session))
