"""Who would get what in a run, who would not, and why: nothing is written here (platform scope: sees all hubs)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import func, select

from hubapp.earnings.payouts import policies
from hubapp.earnings.payouts.models import Payee, PayeeStatus, Payout, PayoutStatus, Rhythm
from hubapp.earnings.shares import network as earned
from hubapp.earnings.shares import policies as netting
from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares.network import Outstanding
from hubapp.kernel.bulk import in_groups
from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.money.payments import queries as payments
from hubapp.tenancy import network as hubs
from hubapp.web.render import money

AT_ONCE = 500
GONE = (PayoutStatus.FAILED, PayoutStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class Line:
    """What a run means for one person in one currency, in minor units; `reason`: why they are left out, or None."""

    account_id: UUID
    currency: str
    held: int
    available: int
    owed_back: int
    amount: int
    bank_fingerprint: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Sums:
    account_id: UUID
    currency: str
    held: int
    available: int
    owed_back: int
    amount: int
    usable: int


def _(text: str, **values: str) -> str:
    """A reason in the reader's language."""
    return str(gettext(text, **values))


def preview(*, now: datetime, hub_id: int | None = None, is_everybody: bool = False) -> Iterator[Line]:
    """Everybody who has or owes something, in a lasting order; some hundreds at a time are in memory."""
    frozen = hubs.not_open()
    bps = shares.rules(now).rules.owed_back_bps
    with closing(earned.outstanding(now=now, hub_id=hub_id)) as rows:
        sums = (
            _sums(owner, currency, list(places), frozen, bps)
            for (owner, currency), places in groupby(rows, key=lambda row: (row.owner, row.currency))
        )
        for some in in_groups(sums, AT_ONCE):
            yield from _judged(some, now, is_everybody=is_everybody)


def _sums(owner: str, currency: str, rows: Sequence[Outstanding], frozen: frozenset[int], bps: int) -> _Sums:
    """Hub by hub, as the payout will be made: what is owed in one hub is not kept back in another."""
    step = payments.transferable_step(currency)
    usable = [row for row in rows if row.hub_id not in frozen]
    nets = [netting.netting(available=row.available, owed=row.owed_back, bps=bps, step=step) for row in usable]
    return _Sums(
        UUID(owner.removeprefix("account:")),
        currency,
        sum(row.held for row in rows),
        sum(row.available for row in rows),
        sum(row.owed_back for row in rows),
        sum(net.paid for net in nets),
        sum(row.available for row in usable),
    )


def _judged(some: Iterable[_Sums], now: datetime, *, is_everybody: bool) -> Iterator[Line]:
    some = list(some)
    accounts = {sums.account_id for sums in some}
    payees = {row.account_id: row for row in db.session.scalars(select(Payee).where(Payee.account_id.in_(accounts)))}
    under_way, last = _payouts_of(accounts)
    for sums in some:
        key, payee = (sums.account_id, sums.currency), payees.get(sums.account_id)
        reason = _nothing(sums) or _unready(payee)
        if reason is None and key in under_way:
            reason = _("A payout is under way.")
        if reason is None and payee is not None:
            reason = (None if is_everybody else _early(payee, last.get(key), now)) or _too_little(sums, payee)
        yield Line(
            sums.account_id,
            sums.currency,
            sums.held,
            sums.available,
            sums.owed_back,
            sums.amount,
            payee.bank_fingerprint if payee else None,
            reason,
        )


def _payouts_of(accounts: set[UUID]) -> tuple[set[tuple[UUID, str]], dict[tuple[UUID, str], datetime]]:
    """(those with a payout under way, when a run last paid), by person and currency."""
    is_open = Payout.status.not_in(sorted(policies.FINISHED)) & Payout.bounced_at.is_(None)
    of_run = Payout.run_item_id.is_not(None) & Payout.status.not_in(GONE)
    rows: Sequence[Any] = db.session.execute(
        select(
            Payout.account_id,
            Payout.currency,
            func.count().filter(is_open),
            func.max(Payout.requested_at).filter(of_run),
        )
        .where(Payout.account_id.in_(accounts), is_open | of_run)
        .group_by(Payout.account_id, Payout.currency)
    ).all()
    under_way = {(account, currency) for account, currency, count, _last in rows if count}
    return under_way, {(account, currency): last for account, currency, _count, last in rows if last is not None}


def _nothing(sums: _Sums) -> str | None:
    if sums.usable:
        return None
    if sums.available:
        return _("The hub is frozen or closed; what was earned there waits.")
    if sums.owed_back:
        return _("Owes %(amount)s back, and nothing is available.", amount=_shown(sums.owed_back, sums.currency))
    return _("Nothing is available yet; %(amount)s is held.", amount=_shown(sums.held, sums.currency))


def _unready(payee: Payee | None) -> str | None:
    if payee is None or payee.status == PayeeStatus.NEW:
        return _("No payout account is connected.")
    if payee.check_reason and not payee.frozen_reason:
        return _("The bank sent a payout back (%(reason)s). The payee looks first.", reason=payee.check_reason)
    return policies.obstacle(status=payee.status, frozen_reason=payee.frozen_reason, is_same_bank=True)


def _early(payee: Payee, last: datetime | None, now: datetime) -> str | None:
    if policies.is_due(payee.rhythm, last, now):
        return None
    if payee.rhythm == Rhythm.REQUEST:
        return _("Asks for payouts themself.")
    return _("Was paid this week.") if payee.rhythm == Rhythm.WEEKLY else _("Was paid this month.")


def _too_little(sums: _Sums, payee: Payee) -> str | None:
    least = policies.minimum(sums.currency, payee.minimums)
    if sums.amount >= least.amount:
        return None
    if sums.owed_back and sums.available >= least.amount:
        return _(
            "After what is kept back for %(owed)s owed, less than %(amount)s is left.",
            owed=_shown(sums.owed_back, sums.currency),
            amount=money(least),
        )
    return _("Less than the least that is paid out, %(amount)s.", amount=money(least))


def _shown(amount: int, currency: str) -> str:
    return money(Money(amount, currency))
