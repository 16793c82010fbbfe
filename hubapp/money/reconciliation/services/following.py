"""Following connected accounts: their lines are mirrored, held against our books payout by payout, and in sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel.db import db
from hubapp.money.ledger import across
from hubapp.money.payments import lookups, policies, wiring
from hubapp.money.payments.gateway import BalanceTransaction, GatewayRefusal, NoSuchObject
from hubapp.money.payments.lookups import Moved
from hubapp.money.reconciliation import connected, queries
from hubapp.money.reconciliation.connected import Name, Step
from hubapp.money.reconciliation.models import ConnectedTxn, Run
from hubapp.money.reconciliation.policies import Finding, Line, Reason
from hubapp.money.reconciliation.services.comparing import take_turns, write
from hubapp.money.reconciliation.services.mirroring import BATCH, FACTS, OVERLAP

NOTHING: dict[str, int] = {}


def accounts_to_follow(*, run_id: UUID) -> list[str]:
    """Connected accounts that money was sent to lately, that were never looked at, or that differ (platform scope)."""
    sent = lookups.destinations(since=queries.run(run_id).since)
    never_seen = lookups.destinations(since=policies.BEGINNING) - queries.accounts_seen()
    return sorted(sent | never_seen | queries.accounts_that_differ())


def follow(*, run_id: UUID, account: str, now: datetime) -> int:
    """Mirror one connected account and compare it with the books of all hubs; answers how many differences are open.

    Safe to repeat; each payout's step is one difference under its own key. Raises the gateway's errors, but for an
    account that the provider shows us no longer: that is a difference itself.
    """
    before: dict[str, int] | None
    has: dict[str, int] | None
    try:
        before = _balance(account)
        _mirror(account, now)
        has = _balance(account)
    except (NoSuchObject, GatewayRefusal):
        before = has = None
    take_turns()
    commands = lookups.moved(account)
    findings = {one.key: one for one in _differences(account, commands, now)}
    findings |= {one.key: one for one in _totals(account, commands, list(findings.values()), before, has, now)}
    known = {item.key: item for item in queries.unresolved_of(account)}
    run = queries.run(run_id)
    write(run=run, findings=findings, known=known, now=now)
    _count(run)
    return sum(not one.is_explained for one in findings.values())


def _mirror(account: str, now: datetime) -> None:
    newest = db.session.scalar(select(func.max(ConnectedTxn.created_at)).where(ConnectedTxn.account == account))
    start = policies.BEGINNING if newest is None else newest - OVERLAP
    found = wiring.gateway().balance_transactions(created_after=start, account_id=account)
    while page := list(islice(found, BATCH)):
        _keep(account, page, now)


def _keep(account: str, page: Sequence[BalanceTransaction], now: datetime) -> None:
    rows = {
        line.id: {
            "id": line.id,
            "account": account,
            "type": line.type,
            "source_id": line.source_id,
            "currency": line.currency.upper(),
            "amount": line.amount,
            "fee": line.fee,
            "net": line.net,
            "created_at": line.created,
            "available_on": line.available_on,
            "seen_at": now,
        }
        for line in page
    }
    statement = insert(ConnectedTxn).values(list(rows.values()))
    new = statement.excluded
    is_other = or_(*(getattr(ConnectedTxn, name).is_distinct_from(new[name]) for name in FACTS))
    changes: dict[str, Any] = {name: new[name] for name in (*FACTS, "available_on")}
    changes["altered_at"] = case((is_other, literal(now)), else_=ConnectedTxn.altered_at)
    db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))


def _differences(account: str, commands: Sequence[Moved], now: datetime) -> Iterator[Finding]:
    lines = [
        Line(
            row.id,
            row.type,
            row.source_id,
            row.currency,
            row.amount,
            row.fee,
            row.net,
            row.created_at,
            row.available_on,
        )
        for row in queries.connected_lines(account)
    ]
    stands_for = connected.assigned(lines, commands)
    steps: dict[tuple[str, Name, str], Step] = {}
    for line in lines:
        command, name = stands_for.get(line.id), connected.STEP_OF_LINE.get(line.type)
        if command is None or name is None:
            yield connected.stray(line, account=account)
            continue
        step = _step(steps, command.subject, name, line.currency)
        step.lines.append(line)
        step.is_unanswered = step.is_unanswered or not command.is_done
    for entry in across.connected_entries({command.subject for command in commands}):
        name = connected.STEP_OF_ENTRY.get(entry.kind)
        if name is not None:
            step = _step(steps, entry.ref, name, entry.currency)
            step.booked += entry.amount
            step.booked_at = max(filter(None, (step.booked_at, entry.occurred_at)))
            step.hubs.add(entry.hub_id)
    yield from filter(None, (connected.finding(step, account=account, now=now) for step in steps.values()))


def _step(steps: dict[tuple[str, Name, str], Step], subject: str, name: Name, currency: str) -> Step:
    return steps.setdefault((subject, name, currency), Step(subject, name, currency))


def _totals(
    account: str,
    commands: Sequence[Moved],
    findings: Sequence[Finding],
    before: dict[str, int] | None,
    has: dict[str, int] | None,
    now: datetime,
) -> Iterator[Finding]:
    says = across.connected_totals({command.subject for command in commands})
    reason = Reason.UNREACHABLE if has is None else Reason.UNACCOUNTED if before == has else Reason.MOVING
    for currency in sorted({*says, *(has or NOTHING), *(one.currency for one in findings)}):
        amounts = {"has": (has or NOTHING).get(currency, 0), "says": says.get(currency, 0)}
        found = connected.total(
            account=account, currency=currency, **amounts, findings=findings, reason=reason, now=now
        )
        if found is not None:
            yield found


def _balance(account: str) -> dict[str, int]:
    state = wiring.gateway().payee_balance(account)
    sums = {
        currency.upper(): state.available.get(currency, 0) + state.pending.get(currency, 0)
        for currency in {*state.available, *state.pending}
    }
    return {currency: amount for currency, amount in sums.items() if amount}


def _count(run: Run) -> None:
    """Two jobs may count at once: the row is asked, not remembered."""
    health = queries.health()
    counted = {"followed": Run.followed + 1, "open": health.open, "explained": health.explained}
    db.session.execute(update(Run).where(Run.id == run.id).values(counted))
