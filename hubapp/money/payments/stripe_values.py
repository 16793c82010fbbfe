"""Between the provider's shapes and ours: its dictionaries become frozen dataclasses, our lines its parameters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeAlias

from hubapp.money.payments.gateway_values import (
    BadSignature,
    BalanceState,
    BalanceTransaction,
    ChargeState,
    CheckoutLine,
    CheckoutSession,
    CheckoutState,
    Endpoint,
    GatewayEvent,
    PayeeAccount,
    PayoutState,
    RefundState,
    ReversalState,
    SavedCard,
    TransferState,
)
from hubapp.money.payments.units import from_provider, to_provider

Body: TypeAlias = dict[str, Any]

PAGE = 100  # the most that a list gives at once


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as an aware time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def reference(value: Any) -> str | None:
    """The id of an object that may be expanded, or not there."""
    if isinstance(value, dict):
        return str(value["id"])
    return value if value is None else str(value)


def checkout_session(body: Body) -> CheckoutSession:
    """A session as its creation answers it."""
    return CheckoutSession(body["id"], body.get("url"), body["status"], moment(body["expires_at"]))


def checkout_state(body: Body) -> CheckoutState:
    """A session with its payment intent and latest charge expanded."""
    intent = body.get("payment_intent")
    latest = intent.get("latest_charge") if isinstance(intent, dict) else None
    return CheckoutState(
        id=body["id"],
        url=body.get("url"),
        status=body["status"],
        expires_at=moment(body["expires_at"]),
        payment_status=body["payment_status"],
        amount=from_provider(body["amount_total"], body["currency"]),
        currency=body["currency"],
        reference=body.get("client_reference_id"),
        charge=charge(latest) if isinstance(latest, dict) else None,
        metadata=body.get("metadata") or {},
        card=_kept(intent, latest) if isinstance(intent, dict) and isinstance(latest, dict) else None,
    )


def _kept(intent: Body, latest: Body) -> SavedCard | None:
    """The card of a paid intent that was to keep it; the charge knows all that we show of it."""
    customer, method = reference(intent.get("customer")), latest.get("payment_method")
    if intent["status"] != "succeeded" or not intent.get("setup_future_usage") or customer is None or method is None:
        return None
    return saved_card(customer, method, latest["payment_method_details"]["card"])


def saved_card(customer_id: str | None, method_id: str, card: Body) -> SavedCard:
    """A customer's card."""
    return SavedCard(
        customer_id or "", method_id, card["brand"] or "card", card["last4"] or "", card["exp_month"], card["exp_year"]
    )


def charge(body: Body) -> ChargeState:
    """A charge with its balance transaction expanded, if it has one."""
    line = body.get("balance_transaction")
    currency = body["currency"]
    settled: Body = {}
    if isinstance(line, dict):
        fee = from_provider(line["fee"], line["currency"])
        settled = {
            "fee": fee,
            "net": from_provider(line["amount"], line["currency"]) - fee,
            "settled_currency": line["currency"],
            "available_on": moment(line["available_on"]),
        }
    return ChargeState(
        id=body["id"],
        amount=from_provider(body["amount"], currency),
        currency=currency,
        status=body["status"],
        refunded_amount=from_provider(body["amount_refunded"], currency),
        created=moment(body["created"]),
        payment_intent_id=reference(body.get("payment_intent")),
        failure_code=body.get("failure_code"),
        failure_message=body.get("failure_message"),
        disputed=body["disputed"],
        metadata=body.get("metadata") or {},
        **settled,
    )


def refund(body: Body) -> RefundState:
    """A refund."""
    return RefundState(
        id=body["id"],
        charge_id=reference(body["charge"]) or "",
        amount=from_provider(body["amount"], body["currency"]),
        currency=body["currency"],
        status=body["status"],
        created=moment(body["created"]),
        failure_reason=body.get("failure_reason"),
        metadata=body.get("metadata") or {},
    )


def payee(body: Body) -> PayeeAccount:
    """A connected account; its first bank account is the one that payouts go to."""
    requirements = body.get("requirements") or {}
    banks = (body.get("external_accounts") or {}).get("data") or [{}]
    return PayeeAccount(
        id=body["id"],
        country=body["country"],
        currency=body["default_currency"],
        details_submitted=body["details_submitted"],
        transfers_enabled=(body.get("capabilities") or {}).get("transfers") == "active",
        payouts_enabled=body["payouts_enabled"],
        requirements=tuple(requirements.get("currently_due") or ()),
        disabled_reason=requirements.get("disabled_reason"),
        bank_fingerprint=banks[0].get("fingerprint"),
        bank_last4=banks[0].get("last4"),
        metadata=body.get("metadata") or {},
    )


def transfer(body: Body) -> TransferState:
    """A transfer."""
    return TransferState(
        id=body["id"],
        amount=from_provider(body["amount"], body["currency"]),
        currency=body["currency"],
        destination=reference(body["destination"]) or "",
        reversed_amount=from_provider(body["amount_reversed"], body["currency"]),
        created=moment(body["created"]),
        transfer_group=body.get("transfer_group"),
        metadata=body.get("metadata") or {},
        payment_id=reference(body.get("destination_payment")),
    )


def reversal(body: Body) -> ReversalState:
    """A transfer's reversal."""
    return ReversalState(
        id=body["id"],
        transfer_id=reference(body["transfer"]) or "",
        amount=from_provider(body["amount"], body["currency"]),
        currency=body["currency"],
        created=moment(body["created"]),
        refund_id=reference(body.get("destination_payment_refund")),
    )


def payout(body: Body, account_id: str) -> PayoutState:
    """A payout of a connected account."""
    return PayoutState(
        id=body["id"],
        account_id=account_id,
        amount=from_provider(body["amount"], body["currency"]),
        currency=body["currency"],
        status=body["status"],
        arrival_date=moment(body["arrival_date"]),
        created=moment(body["created"]),
        failure_code=body.get("failure_code"),
        failure_message=body.get("failure_message"),
        metadata=body.get("metadata") or {},
    )


def balance(body: Body) -> BalanceState:
    """A balance; currencies that hold nothing are left out."""
    available, pending = (
        {row["currency"]: from_provider(row["amount"], row["currency"]) for row in body[column] if row["amount"]}
        for column in ("available", "pending")
    )
    return BalanceState(available, pending)


def balance_transaction(body: Body) -> BalanceTransaction:
    """A line of the provider's books."""
    currency = body["currency"]
    return BalanceTransaction(
        id=body["id"],
        type=body["type"],
        source_id=reference(body.get("source")),
        amount=from_provider(body["amount"], currency),
        fee=from_provider(body["fee"], currency),
        net=from_provider(body["amount"], currency) - from_provider(body["fee"], currency),
        currency=currency,
        created=moment(body["created"]),
        available_on=moment(body["available_on"]),
        status=body["status"],
    )


def event(body: Body) -> GatewayEvent:
    """An event; some objects, such as a balance, have no id."""
    return GatewayEvent(
        id=body["id"],
        type=body["type"],
        object_id=body["data"]["object"].get("id"),
        account=body.get("account"),
        created=moment(body["created"]),
        body=body,
    )


def require_endpoint(event: GatewayEvent, endpoint: Endpoint) -> None:
    """Refuse an event that came to the other endpoint: ours carry no account, payees' always do."""
    if (event.account is not None) != (endpoint == "connect"):
        raise BadSignature(f"{event.id} is no event for the endpoint {endpoint}.")


def line_item(line: CheckoutLine, currency: str) -> Body:
    """A line as a checkout's parameter; raises ValueError for an amount that the provider cannot count."""
    product = {"name": line.name} | ({"description": line.description} if line.description else {})
    price = {"currency": currency, "unit_amount": to_provider(line.amount, currency), "product_data": product}
    return {"quantity": line.quantity, "price_data": price}


def since(created_after: datetime) -> Body:
    """A list's parameters: everything since a moment, in full pages."""
    return {"created": {"gte": int(created_after.timestamp())}, "limit": PAGE}
