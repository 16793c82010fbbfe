"""Series: making their dates ahead, from the rule and what the coming dates look like."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from slugify import slugify
from sqlalchemy import func, select

from hubapp.community.gatherings.events import GatheringPublished
from hubapp.community.gatherings.models import Frequency, Gathering, GatheringSeries, Status
from hubapp.community.gatherings.policies.details import Details, details_from
from hubapp.community.gatherings.policies.recurrence import Rule, When
from hubapp.community.gatherings.services import pictures, rows
from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.tenancy import queries as tenancy

LONGEST_SLUG = 60


def template(*, details: Details, when: When, cover_seed: str, picture: dict[str, Any] | None) -> dict[str, Any]:
    """What coming dates look like, as a series keeps it."""
    clock = {"at": when.at.isoformat("minutes"), "minutes": when.minutes}
    return {"details": details.as_json(), **clock, "cover_seed": cover_seed, "picture": picture or {}}


def rule_of(*, series: GatheringSeries) -> Rule:
    """The rule of a series."""
    return Rule(
        frequency=Frequency(series.frequency),
        every=series.every,
        first=series.anchor_on,
        base=series.anchor_number,
        until=series.until_on,
        count=series.count,
    )


def extend(*, series_id: UUID, now: datetime) -> int:
    """Make the dates that are due by now; answers how many. Run again, it makes none twice."""
    series = rows.series_for_change(series_id=series_id)
    if series.ended_at is not None or not series.is_published:
        return 0
    zone = tenancy.hub_view(series.hub_id).zone
    rule, made = rule_of(series=series), 0
    coming = db.session.scalar(select(func.count()).where(Gathering.series_id == series_id, Gathering.starts_at > now))
    today = now.astimezone(zone).date()
    for number, day in rule.due(number=series.next_number, today=today, coming=coming or 0):
        series.next_number = number + 1
        when = When(day, time.fromisoformat(series.template["at"]), series.template["minutes"])
        if when.span(zone)[0] <= now:
            continue
        made += 1
        found = _date(series, number, when, now)
        events.publish(GatheringPublished(hub_id=series.hub_id, gathering_id=found.id))
    if rule.day(series.next_number) is None:
        series.ended_at = now
    db.session.flush()
    return made


def _date(series: GatheringSeries, number: int, when: When, now: datetime) -> Gathering:
    details = details_from(series.template["details"])
    found = new_gathering(details=details, when=when, cover_seed=series.template["cover_seed"], now=now)
    found.series_id, found.number, found.status = series.id, number, Status.PUBLISHED
    pictures.put_on(gathering=found, shown=series.template["picture"])
    db.session.add(found)
    db.session.flush()
    return found


def new_gathering(*, details: Details, when: When, cover_seed: str, now: datetime) -> Gathering:
    """A draft that nobody has stored yet."""
    starts_at, ends_at = when.span(tenancy.hub_view(require_hub_id()).zone)
    found = Gathering(
        id=ids.uuid7(),
        slug=_slug(details.title, when.day),
        status=Status.DRAFT,
        starts_at=starts_at,
        ends_at=ends_at,
        cover_seed=cover_seed,
        number=0,
        taken=0,
        waiting=0,
        revision=0,
        created_at=now,
        updated_at=now,
    )
    write_on(gathering=found, details=details)
    return found


def write_on(*, gathering: Gathering, details: Details) -> None:
    """Put details on a date."""
    for name in Details.__slots__:
        setattr(gathering, name, getattr(details, name))
    gathering.questions = details.as_json()["questions"]


def _slug(title: str, day: date) -> str:
    base = f"{slugify(title, max_length=LONGEST_SLUG) or 'gathering'}-{day.isoformat()}"
    taken = set(db.session.scalars(select(Gathering.slug).where(Gathering.slug.startswith(base, autoescape=True))))
    place = 2
    slug = base
    while slug in taken:
        slug, place = f"{base}-{place}", place + 1
    return slug
