"""Each kind of command in the provider's terms: how it is sent, and how its outcome is found when nobody knows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hubapp.kernel import files
from hubapp.kernel.files import FilesUnavailable, NoSuchFile
from hubapp.money.payments import policies, wiring
from hubapp.money.payments.gateway import (
    CheckoutLine,
    CheckoutSession,
    CheckoutState,
    Ok,
    Outcome,
    PaymentGateway,
    Rejected,
    Unknown,
)
from hubapp.money.payments.gateway_models import CommandKind

# The provider counts in whole seconds and its clock is not ours.
SLACK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sending:
    """A command taken out of its row: plain values that outlive the transaction."""

    hub_id: int | None
    kind: str
    key: str
    subject: str
    params: dict[str, Any]
    first_sent_at: datetime


def send(gateway: PaymentGateway, sending: Sending) -> Outcome[Any]:
    """Ask the provider. The same command always says exactly the same."""
    return _SENDERS[sending.kind](gateway, sending)


def find(gateway: PaymentGateway, sending: Sending) -> Outcome[Any] | None:
    """What became of a command sent long ago; None: the provider never got it. Raises the gateway's errors."""
    found = _FINDERS[sending.kind](gateway, sending)
    return None if found is None else Ok(found)


def _create_checkout(gateway: PaymentGateway, sending: Sending) -> Outcome[Any]:
    params = sending.params
    wanted = datetime.fromisoformat(params["expires_at"])
    return gateway.create_checkout(
        key=sending.key,
        reference=params["reference"],
        amount=params["amount"],
        currency=params["currency"],
        lines=[CheckoutLine(line["name"], line["amount"], line["quantity"]) for line in params["lines"]],
        description=params["description"],
        success_url=params["success_url"],
        cancel_url=params["cancel_url"],
        expires_at=policies.page_expiry(wanted, sending.first_sent_at),
        metadata=params["metadata"],
        customer_email=params["customer_email"],
        # Commands written before cards could be saved do not say.
        customer_id=params.get("customer_id"),
        saves_card=params.get("saves_card", False),
    )


def _find_checkout(gateway: PaymentGateway, sending: Sending) -> CheckoutSession | None:
    state = gateway.find_checkout(reference=sending.params["reference"], created_after=sending.first_sent_at - SLACK)
    return None if state is None else as_session(state)


def as_session(state: CheckoutState) -> CheckoutSession:
    """The part of a looked-up checkout that opening one answers."""
    return CheckoutSession(state.id, state.url, state.status, state.expires_at)


def _create_setup(gateway: PaymentGateway, sending: Sending) -> Outcome[Any]:
    wanted = datetime.fromisoformat(sending.params["expires_at"])
    expires_at = policies.page_expiry(wanted, sending.first_sent_at)
    return gateway.create_setup(key=sending.key, **(sending.params | {"expires_at": expires_at}))


def _find_setup(gateway: PaymentGateway, sending: Sending) -> CheckoutSession | None:
    state = gateway.find_setup(reference=sending.params["reference"], created_after=sending.first_sent_at - SLACK)
    return None if state is None else CheckoutSession(state.id, state.url, state.status, state.expires_at)


def _find_charge(gateway: PaymentGateway, sending: Sending) -> Any:
    return gateway.find_intent(
        customer_id=sending.params["customer_id"],
        metadata=sending.params["metadata"],
        created_after=sending.first_sent_at - SLACK,
    )


def _find_expired(gateway: PaymentGateway, sending: Sending) -> CheckoutSession | None:
    state = gateway.retrieve_checkout(sending.params["checkout_id"])
    return None if state.status == "open" else as_session(state)


def _find_refund(gateway: PaymentGateway, sending: Sending) -> Any:
    wanted = sending.params["metadata"]
    refunds = gateway.find_refunds(charge_id=sending.params["charge_id"])
    return next((refund for refund in refunds if dict(refund.metadata) == wanted), None)


def _find_payee(gateway: PaymentGateway, sending: Sending) -> Any:
    return gateway.find_payee(metadata=sending.params["metadata"], created_after=sending.first_sent_at - SLACK)


def _find_transfer(gateway: PaymentGateway, sending: Sending) -> Any:
    transfers = gateway.find_transfers(transfer_group=sending.params["transfer_group"])
    wanted = sending.params["metadata"]
    return next((transfer for transfer in transfers if dict(transfer.metadata) == wanted), None)


def _find_reversal(gateway: PaymentGateway, sending: Sending) -> Any:
    # We reverse a transfer whole or not at all, so that its own state tells.
    transfer = gateway.retrieve_transfer(sending.params["transfer_id"])
    return transfer if transfer.reversed_amount >= sending.params["amount"] else None


def _find_payout(gateway: PaymentGateway, sending: Sending) -> Any:
    payouts = gateway.find_payouts(account_id=sending.params["account_id"], created_after=sending.first_sent_at - SLACK)
    wanted = sending.params["metadata"]
    return next((payout for payout in payouts if dict(payout.metadata) == wanted), None)


def _upload(gateway: PaymentGateway, sending: Sending) -> Outcome[Any]:
    try:
        content = files.opened(wiring.wiring().settings).get(sending.params["stored_as"])
    except NoSuchFile:
        return Rejected("file_missing", "The file is no longer there.")
    except FilesUnavailable as error:
        return Unknown(str(error))
    return gateway.upload_evidence(key=sending.key, filename=sending.params["filename"], content=content)


def _find_upload(gateway: PaymentGateway, sending: Sending) -> Any:
    return gateway.find_evidence(filename=sending.params["filename"], created_after=sending.first_sent_at - SLACK)


def _find_submitted(gateway: PaymentGateway, sending: Sending) -> Any:
    state = gateway.retrieve_dispute(sending.params["dispute_id"])
    return state if state.submissions else None


def _find_closed(gateway: PaymentGateway, sending: Sending) -> Any:
    state = gateway.retrieve_dispute(sending.params["dispute_id"])
    return state if state.status == "lost" else None


_SENDERS: dict[str, Callable[[PaymentGateway, Sending], Outcome[Any]]] = {
    CommandKind.CHECKOUT_CREATE: _create_checkout,
    CommandKind.CHECKOUT_EXPIRE: lambda gateway, sending: gateway.expire_checkout(key=sending.key, **sending.params),
    CommandKind.REFUND_CREATE: lambda gateway, sending: gateway.create_refund(key=sending.key, **sending.params),
    CommandKind.PAYEE_CREATE: lambda gateway, sending: gateway.create_payee(key=sending.key, **sending.params),
    CommandKind.TRANSFER_CREATE: lambda gateway, sending: gateway.create_transfer(key=sending.key, **sending.params),
    CommandKind.TRANSFER_REVERSE: lambda gateway, sending: gateway.reverse_transfer(key=sending.key, **sending.params),
    CommandKind.PAYOUT_CREATE: lambda gateway, sending: gateway.create_payout(key=sending.key, **sending.params),
    CommandKind.CHARGE_CREATE: lambda gateway, sending: gateway.charge_card(key=sending.key, **sending.params),
    CommandKind.SETUP_CREATE: _create_setup,
    CommandKind.DISPUTE_SUBMIT: lambda gateway, sending: gateway.submit_evidence(key=sending.key, **sending.params),
    CommandKind.DISPUTE_CLOSE: lambda gateway, sending: gateway.close_dispute(key=sending.key, **sending.params),
    CommandKind.FILE_UPLOAD: _upload,
}
_FINDERS: dict[str, Callable[[PaymentGateway, Sending], Any]] = {
    CommandKind.CHECKOUT_CREATE: _find_checkout,
    CommandKind.CHECKOUT_EXPIRE: _find_expired,
    CommandKind.REFUND_CREATE: _find_refund,
    CommandKind.PAYEE_CREATE: _find_payee,
    CommandKind.TRANSFER_CREATE: _find_transfer,
    CommandKind.TRANSFER_REVERSE: _find_reversal,
    CommandKind.PAYOUT_CREATE: _find_payout,
    CommandKind.CHARGE_CREATE: _find_charge,
    CommandKind.SETUP_CREATE: _find_setup,
    CommandKind.DISPUTE_SUBMIT: _find_submitted,
    CommandKind.DISPUTE_CLOSE: _find_closed,
    CommandKind.FILE_UPLOAD: _find_upload,
}
