"""Finding the entries that a balance transaction stands for, by business keys (platform scope)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias
from uuid import UUID

from hubapp.money.ledger import across
from hubapp.money.ledger.across import ProviderEntry
from hubapp.money.payments import lookups, wiring
from hubapp.money.payments.gateway import ChargeState, GatewayRefusal, ModeMismatch, NoSuchObject, RefundState
from hubapp.money.payments.gateway_models import CommandKind
from hubapp.money.payments.lookups import Charged, Ordered
from hubapp.money.reconciliation import references
from hubapp.money.reconciliation.policies import Booked, Expected, Line, Reason

Found: TypeAlias = dict[str, Expected]
Matcher: TypeAlias = Callable[[Sequence[Line]], Found]

UNFINISHED = frozenset({"new", "open", "processing"})


def expected(lines: Sequence[Line]) -> Found:
    """Line id → what is known of it. Kinds that nobody knows are looked for by the provider's id alone."""
    found: Found = {}
    by_matcher: dict[Matcher, list[Line]] = {}
    for line in lines:
        by_matcher.setdefault(_matchers.get(line.type, other_kinds), []).append(line)
    for matcher, some in by_matcher.items():
        found |= matcher(some)
    return found


def register(kind: str, matcher: Matcher) -> None:
    """Let a slice above say what the provider's lines of a kind stand for."""
    _matchers[kind] = matcher


def _sources(lines: Sequence[Line]) -> set[str]:
    return {line.source_id for line in lines if line.source_id}


def _booked(entries: Sequence[ProviderEntry]) -> Booked:
    return Booked(sum(entry.amount for entry in entries), 0, tuple((entry.hub_id, entry.entry_id) for entry in entries))


def charges(lines: Sequence[Line]) -> Found:
    """Sales: the payment with the charge, the entries that split it, and the one that made it usable."""
    payments = lookups.charged(_sources(lines))
    refs = references.refs_of({(paid.hub_id, paid.reference) for paid in payments.values()})
    wanted = {(hub_id, ref) for (hub_id, _), names in refs.items() for ref in names}
    sales: dict[tuple[int, str], list[ProviderEntry]] = {}
    for entry in across.entries_about(wanted):
        if entry.charged or entry.fee:
            sales.setdefault((entry.hub_id, entry.ref), []).append(entry)
    released = {entry.key: entry for entry in across.entries_under({_released_key(line) for line in lines})}
    found = {}
    for line in lines:
        paid = payments.get(line.source_id or "")
        release = released.get(_released_key(line))
        if paid is None:
            found[line.id] = _unseen_charge(line)
            continue
        about = [
            entry for ref in sorted(refs[paid.hub_id, paid.reference]) for entry in sales.get((paid.hub_id, ref), [])
        ]
        found[line.id] = _charge(paid, about, release)
    return found


def _released_key(line: Line) -> str:
    return f"charge:{line.source_id}:available"


def _charge(paid: Charged, sales: Sequence[ProviderEntry], release: ProviderEntry | None) -> Expected:
    entries = [*sales, release] if sales and release else sales
    booked = Booked(
        net=sum(entry.charged + entry.fee for entry in sales),
        fee=-sum(entry.fee for entry in sales),
        entries=tuple((entry.hub_id, entry.entry_id) for entry in entries),
    )
    is_released = not paid.net or (release is not None and release.usable == paid.net)
    return Expected(booked, paid.hub_id, paid.reference, Reason.NOT_BOOKED_YET, paid.settled_at, is_released)


def _unseen_charge(line: Line) -> Expected:
    """A charge that no payment here names: perhaps one that the poller is about to see."""
    known = _payment_named(_metadata(line, "charge"))
    if known is None:
        return Expected()
    reason = Reason.NOT_OBSERVED if known.status in UNFINISHED else Reason.UNKNOWN_SOURCE
    return Expected(hub_id=known.hub_id, ref=known.reference, missing=reason)


def _payment_named(metadata: dict[str, str]) -> Charged | None:
    try:
        return lookups.payment_in(int(metadata["hub"]), UUID(metadata["payment"]))
    except (KeyError, ValueError):
        return None


def _metadata(line: Line, kind: str) -> dict[str, str]:
    """What we gave the provider with the thing behind a line; nothing for what it does not know."""
    gateway = wiring.gateway()
    read: Callable[[str], ChargeState | RefundState] = gateway.retrieve_charge
    if kind == "refund":
        read = gateway.retrieve_refund
    try:
        return dict(read(line.source_id or "").metadata)
    except (NoSuchObject, GatewayRefusal, ModeMismatch):
        return {}


def refunds(lines: Sequence[Line]) -> Found:
    """Money that went back to buyers."""
    return _refunds(lines, "settled")


def failed_refunds(lines: Sequence[Line]) -> Found:
    """Money that came back because a card refused it."""
    return _refunds(lines, "failed")


def _refunds(lines: Sequence[Line], step: str) -> Found:
    known = lookups.given_back(_sources(lines))
    keys = {f"refund:{refund.refund_id}:{step}" for refund in known.values()}
    entries = {entry.key: entry for entry in across.entries_under(keys)}
    unanswered = {one.subject for one in lookups.unanswered(kind=CommandKind.REFUND_CREATE)} if lines else set()
    found = {}
    for line in lines:
        refund = known.get(line.source_id or "")
        if refund is None:
            metadata = _metadata(line, "refund")
            is_asked = f"refund:{metadata.get('refund')}" in unanswered
            payment = _payment_named(metadata)
            hub_id, ref = (payment.hub_id, payment.reference) if payment else (None, None)
            reason = Reason.UNANSWERED if is_asked else Reason.UNKNOWN_SOURCE
            found[line.id] = Expected(hub_id=hub_id, ref=ref, missing=reason)
            continue
        entry = entries.get(f"refund:{refund.refund_id}:{step}")
        booked = _booked([entry] if entry else [])
        waits_since = refund.settled_at
        found[line.id] = Expected(booked, refund.hub_id, refund.reference, Reason.NOT_BOOKED_YET, waits_since)
    return found


def transfers(lines: Sequence[Line]) -> Found:
    """Money for payees: the command that sent it, and each hub's part of it."""
    return _ordered(lines, CommandKind.TRANSFER_CREATE, "transfer", lookups.answered(_sources(lines)))


def reversals(lines: Sequence[Line]) -> Found:
    """Money taken back from payees. Where the answer was lost, the amount tells: nothing else names the reversal."""
    known = lookups.answered(_sources(lines))
    unnamed = lookups.looked_up_reversals() if len(known) < len(lines) else []
    for line in lines:
        if line.source_id and line.source_id not in known:
            same = next((command for command in unnamed if command.amount == line.amount), None)
            if same is not None:
                unnamed.remove(same)
                known[line.source_id] = same
    return _ordered(lines, CommandKind.TRANSFER_REVERSE, "returned", known)


def _ordered(lines: Sequence[Line], kind: CommandKind, step: str, known: dict[str, Ordered]) -> Found:
    entries: dict[str, list[ProviderEntry]] = {}
    for entry in across.entries_under({f"{command.subject}:{step}" for command in known.values()}):
        entries.setdefault(entry.key, []).append(entry)
    unanswered = lookups.unanswered(kind=kind) if len(known) < len(lines) else []
    found = {}
    for line in lines:
        command = known.get(line.source_id or "")
        if command is None:
            found[line.id] = _unanswered(line, unanswered)
            continue
        booked = _booked(entries.get(f"{command.subject}:{step}", []))
        found[line.id] = Expected(booked, command.hub_id, command.subject, Reason.NOT_BOOKED_YET, command.finished_at)
    return found


def _unanswered(line: Line, commands: Sequence[Ordered]) -> Expected:
    """A transfer that no answer names: sent, and the answer was lost on the way, perhaps."""
    subject = next((command.subject for command in commands if command.amount == abs(line.amount)), None)
    return Expected(ref=subject, missing=Reason.UNANSWERED if subject else Reason.UNKNOWN_SOURCE)


def platform_payouts(lines: Sequence[Line]) -> Found:
    """Money that went to the platform's own bank: somebody has to book it."""
    return _by_source(lines, Reason.PLATFORM_PAYOUT)


def other_kinds(lines: Sequence[Line]) -> Found:
    """Whatever else the provider moves: an entry may name the provider's id, else a person has to look."""
    return _by_source(lines, Reason.UNKNOWN_KIND)


def _by_source(lines: Sequence[Line], reason: Reason) -> Found:
    keys = {key: line.id for line in lines for key in source_keys(line)}
    entries: dict[str, list[ProviderEntry]] = {}
    for entry in across.entries_under(keys):
        entries.setdefault(keys[entry.key], []).append(entry)
    found = {}
    for line in lines:
        some = entries.get(line.id, [])
        hub_id = some[0].hub_id if some else None
        booked = _booked(some)
        if some:
            # Whoever books such a line books its net amount; the fee has a posting elsewhere.
            booked = Booked(booked.net, line.fee, booked.entries)
        found[line.id] = Expected(booked, hub_id, line.source_id, reason)
    return found


def source_keys(line: Line) -> tuple[str, ...]:
    """Keys under which an entry says that it books this very line."""
    return (f"txn:{line.id}", *((f"{line.type}:{line.source_id}",) if line.source_id else ()))


_matchers: dict[str, Matcher] = {
    "charge": charges,
    "payment": charges,
    "refund": refunds,
    "payment_refund": refunds,
    "refund_failure": failed_refunds,
    "payment_failure_refund": failed_refunds,
    "transfer": transfers,
    "transfer_refund": reversals,
    "transfer_cancel": reversals,
    "transfer_failure": reversals,
    "payout": platform_payouts,
}
