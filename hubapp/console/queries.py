"""What the console shows: each slice asked once for a page's hubs, and put together by hub."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hubapp.community.moderation import network as moderation
from hubapp.earnings.payouts import network as payouts
from hubapp.earnings.retainers import network as retainers
from hubapp.earnings.shares import network as shares
from hubapp.earnings.shares.network import MonthOf, RoleTotal
from hubapp.jobs import failures
from hubapp.kernel.money import Money
from hubapp.market.orders import network as orders
from hubapp.money.ledger import checks, manual
from hubapp.money.ledger.checks import Health
from hubapp.money.ledger.models import LedgerCheck
from hubapp.money.payments import dispute_network
from hubapp.money.payments import network as payments
from hubapp.money.payments.network import Unfinished
from hubapp.money.reconciliation import queries as reconciliation
from hubapp.people.membership import network as membership
from hubapp.people.notifications import network as mails
from hubapp.tenancy import network as hubs
from hubapp.tenancy.models import Hub, HubStatus

MONTHS = 12
# Filters of the list that other slices answer.
VACANT, UNSOUND = "vacant", "unsound"
MOST_UNSOUND = 1_000


@dataclass(frozen=True, slots=True)
class HubRow:
    """A hub in the list. `month` and `total`: turnover by currency, in this month of the hub and since it opened."""

    hub: Hub
    month: tuple[Money, ...]
    total: tuple[Money, ...]
    connectors: tuple[str, ...]
    check: LedgerCheck | None


@dataclass(frozen=True, slots=True)
class Turnover:
    """The network's turnover in one currency: this month and the one before."""

    currency: str
    orders: int
    now: Money
    before: Money


@dataclass(frozen=True, slots=True)
class Overview:
    """The network at a glance."""

    hubs: Mapping[str, int]
    vacant: int
    memberships: int
    people: int
    turnover: tuple[Turnover, ...]
    roles: Mapping[str, tuple[RoleTotal, ...]]
    unfinished: Unfinished
    failed_jobs: int
    proposed_runs: int
    proposed_retainers: int
    failed_mails: int
    health: Health
    differences: int
    disputes: int = 0
    urgent_disputes: int = 0
    refunds: int = 0
    proposed_entries: int = 0
    appeals: int = 0
    vacant_cases: int = 0

    @property
    def open_hubs(self) -> int:
        """Hubs that are not closed."""
        return sum(count for status, count in self.hubs.items() if status != HubStatus.CLOSED)


def first_of_month(now: datetime, zone: ZoneInfo | None = None) -> date:
    """First day of the month that `now` falls into."""
    return now.astimezone(zone or UTC).date().replace(day=1)


def months_back(first: date, count: int) -> list[date]:
    """`count` months up to and with `first`, the oldest first."""
    place = first.year * 12 + first.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(place - count + 1, place + 1)]


def overview(now: datetime) -> Overview:
    """Counts and sums over all hubs."""
    before, month = months_back(first_of_month(now), 2)
    counts = hubs.counts()
    disputes, urgent = dispute_network.unanswered(now=now)
    alive = sum(counts.values()) - counts[HubStatus.CLOSED]
    return Overview(
        hubs=counts,
        vacant=max(0, alive - len(membership.hubs_with_connector())),
        memberships=hubs.memberships(),
        people=membership.people_in_hubs(),
        turnover=_turnover(shares.months_of_network([before, month]), month),
        roles=roles_by_currency(shares.roles_of(month)),
        unfinished=payments.unfinished(),
        failed_jobs=failures.count(),
        proposed_runs=payouts.waiting(),
        appeals=moderation.count_appeals(),
        vacant_cases=moderation.count_in_vacant(closed=hubs.closed()),
        proposed_retainers=retainers.waiting(),
        failed_mails=mails.count_failed(),
        health=checks.health(hubs=sum(counts.values())),
        disputes=disputes,
        urgent_disputes=urgent,
        refunds=orders.count_for_core(),
        proposed_entries=manual.waiting(),
        differences=reconciliation.health().open,
    )


def _turnover(rows: Sequence[MonthOf], month: date) -> tuple[Turnover, ...]:
    found: dict[str, dict[bool, MonthOf]] = {}
    for row in rows:
        found.setdefault(row.currency, {})[row.month == month] = row
    return tuple(
        Turnover(
            currency,
            both[True].orders if True in both else 0,
            Money(both[True].turnover if True in both else 0, currency),
            Money(both[False].turnover if False in both else 0, currency),
        )
        for currency, both in sorted(found.items())
    )


def roles_by_currency(totals: Sequence[RoleTotal]) -> dict[str, tuple[RoleTotal, ...]]:
    """The roles' parts, currency by currency."""
    found: dict[str, tuple[RoleTotal, ...]] = {}
    for total in totals:
        found[total.currency] = (*found.get(total.currency, ()), total)
    return found


def hub_rows(*, search: str, status: str, after: str, limit: int, now: datetime) -> list[HubRow]:
    """A page of hubs with their figures: a fixed number of queries, however many hubs there are."""
    among = [check.hub_id for check in checks.failed(limit=MOST_UNSOUND)] if status == UNSOUND else None
    without = membership.hubs_with_connector() if status == VACANT else None
    found = hubs.hubs(search=search, status=status, after=after, limit=limit, among=among, without=without)
    return rows_of(found, now)


def rows_of(found: Sequence[Hub], now: datetime) -> list[HubRow]:
    """These hubs with their figures."""
    ids = [hub.id for hub in found]
    turnover = shares.turnover_of({hub.id: first_of_month(now, ZoneInfo(hub.timezone)) for hub in found})
    connectors, proofs = membership.connectors_of(ids), checks.checks_of(ids)
    return [
        HubRow(
            hub=hub,
            month=tuple(Money(row.month, row.currency) for row in turnover.get(hub.id, ()))
            or (Money(0, hub.currency),),
            total=tuple(Money(row.total, row.currency) for row in turnover.get(hub.id, ()))
            or (Money(0, hub.currency),),
            connectors=tuple(name for _account, name in connectors.get(hub.id, ())),
            check=proofs.get(hub.id),
        )
        for hub in found
    ]


def chart(hub: Hub, now: datetime) -> dict[str, list[tuple[date, Money]]]:
    """Currency → turnover of the last twelve months, months without sales included."""
    months = months_back(first_of_month(now, ZoneInfo(hub.timezone)), MONTHS)
    rows = shares.months_of_hub(hub.id, since=months[0])
    sums = {(row.currency, row.month): row.turnover for row in rows}
    currencies = sorted({hub.currency, *(row.currency for row in rows)})
    return {
        currency: [(month, Money(sums.get((currency, month), 0), currency)) for month in months]
        for currency in currencies
    }
