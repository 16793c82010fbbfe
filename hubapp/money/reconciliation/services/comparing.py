"""Holding the mirror against the books of all hubs, in both directions and in sum (platform scope)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.money.ledger import across
from hubapp.money.ledger.across import ProviderEntry
from hubapp.money.payments import wiring
from hubapp.money.reconciliation import matching, policies, queries
from hubapp.money.reconciliation.models import BalanceTxn, Item, ItemStatus, Match, Run
from hubapp.money.reconciliation.policies import Expected, Finding, Kind, Line, Reason

BATCH = 500
OWN = "suspense"  # kind of our own entries, which no line stands for
LOCK = 7_915_001  # two comparisons at once would both write each difference


def compare(*, run_id: UUID, now: datetime) -> Run:
    """Compare, keep every difference under its key, and settle those that are gone. Raises the gateway's errors."""
    take_turns()
    run = queries.run(run_id)
    before = _Sums(_provider_totals(), across.provider_totals())
    findings = {finding.key: finding for finding in _lines(run, now)}
    findings |= {finding.key: finding for finding in _entries(run, now)}
    known = {item.key: item for item in queries.unresolved()}
    findings |= _totals(run, list(findings.values()), before, now)
    write(run=run, findings=findings, known=known, now=now)
    run.finished_at = now
    health = queries.health()
    run.open, run.explained = health.open, health.explained
    db.session.flush()
    return run


def _lines(run: Run, now: datetime) -> Iterator[Finding]:
    after = ""
    while page := queries.lines_to_compare(since=run.since, after=after, limit=BATCH):
        expected = matching.expected(page)
        _link(page, expected, now)
        run.lines += len(page)
        yield from filter(None, (policies.compare(line, expected[line.id], now) for line in page))
        after = page[-1].id


def _link(page: Sequence[Line], expected: dict[str, Expected], now: datetime) -> None:
    """Remember which entries stand for these lines; what was remembered before may be wrong by now."""
    names = [line.id for line in page]
    db.session.execute(delete(Match).where(Match.txn_id.in_(names)))
    rows = [
        {"hub_id": hub_id, "entry_id": entry_id, "txn_id": name}
        for name in names
        for hub_id, entry_id in expected[name].booked.entries
    ]
    if rows:
        db.session.execute(insert(Match).values(rows).on_conflict_do_nothing())
    db.session.execute(update(BalanceTxn).where(BalanceTxn.id.in_(names)).values(compared_at=now))


def _entries(run: Run, now: datetime) -> Iterator[Finding]:
    """Entries that moved provider money although the provider has no line for them."""
    seen = set()
    place = (0, 0)
    while page := across.entries_since(run.since, after=place, limit=BATCH):
        run.entries += len(page)
        seen |= {policies.entry_key(entry.hub_id, entry.key) for entry in page}
        yield from _unmatched(page, now)
        place = (page[-1].hub_id, page[-1].seq)
    # What differed before and lies further back is looked at again: it may have been matched since.
    older = {item.entry_key for item in queries.unresolved() if item.entry_key and item.key not in seen}
    again = [entry for entry in across.entries_under(older) if policies.entry_key(entry.hub_id, entry.key) not in seen]
    yield from _unmatched(again, now)


def _unmatched(page: Sequence[ProviderEntry], now: datetime) -> Iterable[Finding]:
    matched = queries.matched([(entry.hub_id, entry.entry_id) for entry in page])
    for entry in page:
        if (entry.hub_id, entry.entry_id) in matched or entry.kind == OWN:
            continue
        reason, is_explained = policies.judged(Reason.JUST_BOOKED, entry.occurred_at, now)
        yield Finding(
            key=policies.entry_key(entry.hub_id, entry.key),
            kind=Kind.MISSING_AT_PROVIDER,
            reason=reason,
            is_explained=is_explained,
            currency=entry.currency,
            provider_amount=0,
            books_amount=entry.amount,
            occurred_at=entry.occurred_at,
            hub_id=entry.hub_id,
            entry_id=entry.entry_id,
            entry_key=entry.key,
            ref=entry.ref,
        )


def take_turns() -> None:
    """Let one comparison at a time write differences: two would both add the same one, and one of them fail."""
    db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))


@dataclass(frozen=True, slots=True)
class _Sums:
    """Our money by currency, as the provider and as the books have it."""

    provider: dict[str, int]
    books: dict[str, int]


def _totals(run: Run, findings: Sequence[Finding], before: _Sums, now: datetime) -> dict[str, Finding]:
    """Per currency: what the provider has less what the books say must be what the differences add up to."""
    named = {currency: -held for currency, held in queries.suspended().items()}
    for finding in findings:
        gap = finding.provider_amount - finding.books_amount
        named[finding.currency] = named.get(finding.currency, 0) + gap
    after = _Sums(_provider_totals(), across.provider_totals())
    found, totals = {}, []
    for currency in sorted({*after.provider, *after.books, *named}):
        has, says, gap = after.provider.get(currency, 0), after.books.get(currency, 0), named.get(currency, 0)
        totals.append({"currency": currency, "provider": has, "books": says, "named": gap})
        if has - says == gap:
            continue
        is_moving = before != after or _is_line_missing()
        found[policies.total_key(currency)] = Finding(
            key=policies.total_key(currency),
            kind=Kind.TOTAL_DIFFERS,
            reason=Reason.MOVING if is_moving else Reason.UNACCOUNTED,
            is_explained=is_moving,
            currency=currency,
            provider_amount=has,
            books_amount=says + gap,
            occurred_at=now,
        )
    run.totals = totals
    return found


def _is_line_missing() -> bool:
    """Whether the provider wrote a line since the mirror was filled."""
    newest = queries.newest_line_at()
    if newest is None:
        return False
    ids_since = {line.id for line in wiring.gateway().balance_transactions(created_after=newest)}
    return bool(ids_since - queries.mirrored(ids_since))


def _provider_totals() -> dict[str, int]:
    state = wiring.gateway().platform_balance()
    return {
        currency.upper(): state.available.get(currency, 0) + state.pending.get(currency, 0)
        for currency in {*state.available, *state.pending}
    }


def write(*, run: Run, findings: dict[str, Finding], known: dict[str, Item], now: datetime) -> None:
    """One row per business key: what a person explained stays so while the amounts do; what is gone is settled."""
    earlier = db.session.scalars(select(Item).where(Item.key.in_(findings.keys() - known.keys())))
    all_known = known | {item.key: item for item in earlier}
    for key, finding in findings.items():
        item = all_known.get(key)
        if item is None:
            item = Item(id=ids.uuid7(), key=key, found_at=now, suspense_amount=0, suspense_entries=0, note="")
            item.changed_at = now
            db.session.add(item)
        _update(item, finding, run, now)
    for key in known.keys() - findings.keys():
        item = known[key]
        item.status, item.resolved_at, item.changed_at, item.run_id = ItemStatus.RESOLVED, now, now, run.id
    db.session.flush()


def _update(item: Item, finding: Finding, run: Run, now: datetime) -> None:
    is_same = (item.provider_amount, item.books_amount) == (finding.provider_amount, finding.books_amount)
    stays_explained = item.explained_by is not None and is_same and item.status == ItemStatus.EXPLAINED
    if not stays_explained:
        item.status = ItemStatus.EXPLAINED if finding.is_explained else ItemStatus.OPEN
        item.explained_by = item.explained_name = None
    if not is_same or item.resolved_at is not None:
        item.changed_at = now
    item.run_id, item.resolved_at = run.id, None
    item.kind, item.reason, item.currency = finding.kind, finding.reason, finding.currency
    item.provider_amount, item.books_amount = finding.provider_amount, finding.books_amount
    item.occurred_at, item.account = finding.occurred_at, finding.account
    item.hub_id, item.ref, item.entry_id, item.entry_key = (
        finding.hub_id,
        finding.ref,
        finding.entry_id,
        finding.entry_key,
    )
    if finding.line is not None:
        item.txn_id, item.txn_type, item.source_id = finding.line.id, finding.line.type, finding.line.source_id
