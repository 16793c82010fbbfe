"""Sending commands: mark, call outside of any transaction, record. Never twice at once, never again after 20 hours."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, select

from hubapp.jobs.events import publish
from hubapp.kernel import clock, crash
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.payments import cards, disputes, inbox, policies, sending, services, wiring
from hubapp.money.payments.events import CommandFinished
from hubapp.money.payments.gateway import (
    ActionRequired,
    Declined,
    GatewayError,
    Ok,
    Outcome,
    Rejected,
    Unknown,
)
from hubapp.money.payments.gateway_models import CommandKind, CommandStatus, GatewayCommand
from hubapp.money.payments.sending import Sending
from hubapp.tenancy.platform import platform_scope

log = structlog.get_logger(__name__)

WAITING = (CommandStatus.TODO, CommandStatus.UNKNOWN)
NEVER_ARRIVED = "never_arrived"
TOO_LATE = "too_late"
MARKED = crash.point("command.marked", "the command counts as being sent; the provider has not heard of it")
ANSWERED = crash.point("command.answered", "the provider has done it; its answer is written nowhere")
RECORDED = crash.point("command.recorded", "the answer is kept; whoever waits for it was not told")


def dispatch_quietly(command_id: UUID) -> None:
    """The edge's short cut after its commit: whatever goes wrong here, the sweep does it again."""
    try:
        dispatch_command(command_id)
    except Exception:
        log.exception("command not sent; the sweep will send it", command=str(command_id))


def dispatch_command(command_id: UUID) -> bool:
    """Send one command unless somebody else does or it is finished. Answers whether the provider was asked.

    A crash before the call leaves a lease that runs out; a crash after it sends the same key again. Neither doubles
    anything.
    """
    with platform_scope(reason="gateway outbox"), unit_of_work():
        claimed = _claim(command_id)
    if claimed is None:
        return False
    crash.reached(MARKED)
    command, is_old = claimed
    outcome = _look_up(command) if is_old else _ask(command)
    crash.reached(ANSWERED)
    with platform_scope(reason="gateway outbox", hub_id=command.hub_id), unit_of_work():
        _record(command_id, outcome)
    crash.reached(RECORDED)
    return True


def waiting(*, limit: int) -> list[UUID]:
    """Commands whose time to be sent (again) has come, oldest first (platform scope)."""
    return list(
        db.session.scalars(
            select(GatewayCommand.id)
            .where(GatewayCommand.status.in_(WAITING), GatewayCommand.next_try_at <= clock.wall())
            .order_by(GatewayCommand.next_try_at)
            .limit(limit)
        )
    )


def locked(statement: Select[GatewayCommand]) -> Select[GatewayCommand]:
    """Only one dispatcher may look at a command and mark it; whoever comes second leaves it alone."""
    return statement.with_for_update(skip_locked=True)


def _claim(command_id: UUID) -> tuple[Sending, bool] | None:
    """Mark a command as being sent; (what to send, whether its key may be forgotten) or None."""
    command = db.session.scalar(locked(select(GatewayCommand).where(GatewayCommand.id == command_id)))
    wall, now = clock.wall(), clock.now()
    if command is None or command.status not in WAITING or (command.lease_until and command.lease_until > wall):
        return None
    if _is_too_late(command, now):
        _fail(command, TOO_LATE, "", now)
        return None
    is_old = policies.must_look_up(command.first_sent_at, now)
    command.first_sent_at = command.first_sent_at or now
    command.attempts += 1
    command.lease_until = wall + policies.LEASE
    command.next_try_at = command.lease_until
    sent = Sending(command.hub_id, command.kind, command.key, command.subject, command.params, command.first_sent_at)
    return sent, is_old


def _is_too_late(command: GatewayCommand, now: datetime) -> bool:
    """A card page that nobody could open in time and that the provider never heard of need not be made."""
    if command.kind != CommandKind.CHECKOUT_CREATE or command.first_sent_at is not None:
        return False
    return datetime.fromisoformat(command.params["expires_at"]) <= now


def _ask(command: Sending) -> Outcome[Any]:
    try:
        return sending.send(wiring.gateway(), command)
    except GatewayError as error:
        return Unknown(str(error))


def _look_up(command: Sending) -> Outcome[Any]:
    try:
        found = sending.find(wiring.gateway(), command)
    except GatewayError as error:
        return Unknown(str(error))
    return found if found is not None else Rejected(NEVER_ARRIVED, "The provider never received this request.")


def _record(command_id: UUID, outcome: Outcome[Any]) -> None:
    """Write down how it went, once, together with what follows from it."""
    command = db.session.scalar(
        select(GatewayCommand)
        .where(GatewayCommand.id == command_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if command is None or command.status not in WAITING:
        return
    now = clock.now()
    match outcome:
        case Ok(value):
            command.status, command.result = CommandStatus.DONE, plain(value)
            command.finished_at, command.error, command.lease_until = now, None, None
            _done(command, value, now)
        case Declined(code, message) | Rejected(code, message):
            _fail(command, code, message, now)
        case ActionRequired(message):
            _fail(command, "action_required", message, now)
        case Unknown(message):
            command.status, command.error, command.lease_until = CommandStatus.UNKNOWN, message, None
            command.next_try_at = clock.wall() + policies.backoff(command.attempts)
            log.warning("provider did not answer", command=command.key, attempts=command.attempts, error=message)


def _done(command: GatewayCommand, value: Any, now: datetime) -> None:
    match command.kind:
        case CommandKind.CHECKOUT_CREATE:
            services.open_checkout(payment_id=_about(command), session=value)
        case CommandKind.CHARGE_CREATE:
            services.apply_intent(payment_id=_about(command), state=value, now=now)
        case CommandKind.SETUP_CREATE:
            cards.open_setup(setup_id=_about(command), session=value)
        case CommandKind.CHECKOUT_EXPIRE if value.status != "expired":
            # Paid meanwhile. Closing stays under way: asking again would need a second command beside this one.
            inbox.look_at(hub_id=command.hub_id, payment_id=_about(command))
        case CommandKind.CHECKOUT_EXPIRE:
            services.close_checkout(payment_id=_about(command), is_expired=True)
        case CommandKind.REFUND_CREATE:
            services.apply_refund(refund_id=_about(command), state=value, now=now)
        case CommandKind.DISPUTE_SUBMIT | CommandKind.DISPUTE_CLOSE:
            disputes.take_answer(dispute_id=_about(command), state=value, now=now)
        case CommandKind.FILE_UPLOAD:
            disputes.keep_upload(file_id=_about(command), state=value)
        case _:
            _tell(command)


def _fail(command: GatewayCommand, code: str, message: str, now: datetime) -> None:
    command.status, command.error_code, command.error = CommandStatus.FAILED, code, message
    command.finished_at, command.lease_until = now, None
    log.warning("provider refused", command=command.key, code=code, error=message)
    match command.kind:
        case CommandKind.CHECKOUT_CREATE if code == TOO_LATE:
            services.expire_unsent(payment_id=_about(command))
        case CommandKind.CHECKOUT_CREATE | CommandKind.CHARGE_CREATE:
            services.fail_checkout(payment_id=_about(command), code=code, message=message)
        case CommandKind.SETUP_CREATE:
            cards.fail_setup(setup_id=_about(command))
        case CommandKind.CHECKOUT_EXPIRE:
            services.close_checkout(payment_id=_about(command), is_expired=False)
        case CommandKind.REFUND_CREATE:
            services.fail_refund(refund_id=_about(command), message=message)
        case CommandKind.DISPUTE_SUBMIT | CommandKind.DISPUTE_CLOSE:
            disputes.fail_answer(dispute_id=_about(command), message=message)
        case CommandKind.FILE_UPLOAD:
            disputes.fail_upload(file_id=_about(command), message=message)
        case _:
            _tell(command)


def _tell(command: GatewayCommand) -> None:
    publish(CommandFinished(command.hub_id, command.id, command.kind, command.subject))


def _about(command: GatewayCommand) -> UUID:
    return UUID(command.subject.split(":")[1])


def plain(value: Any) -> dict[str, Any]:
    """A provider's answer as JSON values."""
    return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value):
        return plain(value)
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
