"""Writing gatherings: new ones, changes of one date or all that follow, publishing and cancelling."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import update

from hubapp.community.gatherings import attendance
from hubapp.community.gatherings.errors import OutOfSight, Over, SeatsTaken, WrongDetails
from hubapp.community.gatherings.events import GatheringCanceled, GatheringMoved, GatheringPublished
from hubapp.community.gatherings.models import (
    Format,
    Frequency,
    Gathering,
    GatheringRegistration,
    GatheringSeries,
    Status,
)
from hubapp.community.gatherings.policies import asking
from hubapp.community.gatherings.policies import details as rules
from hubapp.community.gatherings.policies.details import Details, questions_from
from hubapp.community.gatherings.policies.recurrence import When, when_of
from hubapp.community.gatherings.services import letters, owing, pricing, registering, rows, series
from hubapp.jobs import events, queue
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.tenancy import markdown
from hubapp.tenancy import queries as tenancy

# What people have to know of when it changes.
PLACE = ("starts_at", "ends_at", "format", "place_name", "address", "online_url")


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a new gathering repeats; neither `until` nor `count`: for as long as nobody ends it."""

    frequency: Frequency
    every: int = 1
    until: date | None = None
    count: int | None = None


def create_gathering(
    *, details: Details, when: When, repeat: Repeat | None, now: datetime, by: UUID | None = None
) -> Gathering:
    """Write a draft, the first date of a series with `repeat`. `by` None: the system.

    Refuses with WrongDetails, UnknownTaxCategory, NotChargeable or NotTheirs.
    """
    _check(details, when, now)
    pricing.check(details=details, by=by, before=None)
    details = replace(details, questions=asking.settled(details.questions))
    seed = details.title  # its picture goes with its name
    found = series.new_gathering(details=details, when=when, cover_seed=seed, now=now)
    if repeat is not None:
        if repeat.until is not None and repeat.until < when.day:
            raise WrongDetails(_("The last day is before the first one."), field="until")
        row = GatheringSeries(
            id=ids.uuid7(),
            frequency=repeat.frequency,
            every=repeat.every,
            anchor_on=when.day,
            until_on=repeat.until,
            count=repeat.count,
            template=series.template(details=details, when=when, cover_seed=seed, picture=None),
            next_number=1,
            created_at=now,
        )
        db.session.add(row)
        db.session.flush()
        found.series_id = row.id
    db.session.add(found)
    db.session.flush()
    return found


def publish_gathering(*, gathering_id: UUID, now: datetime) -> None:
    """Let everybody see it; of a series, make the dates ahead as well. Refuses with NoSuchGathering or Over."""
    found = rows.for_change(gathering_id=gathering_id)
    if found.is_published:
        return
    _refuse_hidden(found)
    if found.is_canceled or found.starts_at <= now:
        raise Over
    found.status, found.updated_at = Status.PUBLISHED, now
    db.session.flush()
    events.publish(GatheringPublished(hub_id=found.hub_id, gathering_id=found.id))
    if found.series_id is not None:
        rows.series_for_change(series_id=found.series_id).is_published = True
        series.extend(series_id=found.series_id, now=now)


def edit_gathering(
    *,
    gathering_id: UUID,
    details: Details,
    when: When,
    with_following: bool,
    now: datetime,
    by: UUID | None = None,
) -> None:
    """Change one date, or it and all that follow in its series (but those edited by themselves).

    Refuses with NoSuchGathering, Over, WrongDetails, SeatsTaken, PriceStays, UnknownTaxCategory, NotChargeable or
    NotTheirs. `by` None: the system.
    """
    found = rows.for_change(gathering_id=gathering_id)
    _refuse_hidden(found)
    if found.is_canceled or (found.is_published and found.starts_at <= now):
        raise Over
    _check(details, when, now)
    pricing.check(details=details, by=by, before=found)
    zone = tenancy.hub_view(found.hub_id).zone
    # A series that nobody has seen yet is changed as a whole: its dates are made from it when it is published.
    if found.series_id is None or not (with_following or found.status == Status.DRAFT):
        found.is_own = found.series_id is not None
        _apply(found, _asking(details, found, attendance.answered([found.id])), when, now)
        return
    row = rows.series_for_change(series_id=found.series_id)
    before = when_of(found.starts_at, found.ends_at, zone)
    if when.day != before.day:
        # Counted from the day it was moved to: a third Tuesday may become a second Friday.
        row.anchor_on, row.anchor_number = when.day, found.number
    picture = row.template["picture"]
    following = rows.following(first=found)
    answered = attendance.answered([found.id, *(one.id for one in following)])
    mine = _asking(details, found, answered)
    details = replace(details, questions=tuple(one for one in mine.questions if one.is_asked))
    row.template = series.template(details=details, when=when, cover_seed=found.cover_seed, picture=picture)
    endless = replace(series.rule_of(series=row), until=None, count=None)
    found.is_own = False
    _apply(found, mine, when, now)
    for one in following:
        if not one.is_own and one.starts_at > now and (day := endless.day(one.number)) is not None:
            _apply(one, _asking(details, one, answered), When(day, when.at, when.minutes), now)


def cancel_gathering(*, gathering_id: UUID, reason: str, with_following: bool, now: datetime) -> None:
    """It does not take place, and with `with_following` neither does any later date, of which no more are made.

    Refuses with NoSuchGathering or Over.
    """
    found = rows.for_change(gathering_id=gathering_id)
    if found.is_canceled or found.ends_at <= now:
        raise Over
    dates = [found]
    if found.series_id is not None and with_following:
        rows.series_for_change(series_id=found.series_id).ended_at = now
        dates += rows.following(first=found, with_hidden=True)
    for one in dates:
        # What the hub hid is canceled as well: whoever has seats of it is told, and paid back.
        was_published = one.is_published or one.hidden_from == Status.PUBLISHED
        one.hidden_at = one.hidden_by = one.hidden_reason = one.hidden_from = None
        one.status, one.canceled_reason, one.updated_at = Status.CANCELED, reason.strip()[:500], now
        one.revision += 1
        db.session.flush()
        owing.owe_all(gathering=one, now=now)
        if was_published:
            events.publish(GatheringCanceled(hub_id=one.hub_id, gathering_id=one.id))
            _tell(one)


def _refuse_hidden(found: Gathering) -> None:
    if found.is_hidden:
        raise OutOfSight


def _asking(details: Details, found: Gathering, answered: Mapping[UUID, Collection[str]]) -> Details:
    """The same for one date, whose answers stay with the questions they were given to."""
    before = questions_from(found.questions)
    return replace(
        details, questions=asking.settled(details.questions, before=before, answered=answered.get(found.id, ()))
    )


def _apply(found: Gathering, details: Details, when: When, now: datetime) -> None:
    if details.capacity is not None and details.capacity < found.taken:
        raise SeatsTaken(found.taken)
    pricing.refuse_switch(gathering=found, details=details)
    pricing.refuse_far_move(gathering=found, ends_at=when.span(tenancy.hub_view(found.hub_id).zone)[1], now=now)
    before = {name: getattr(found, name) for name in PLACE}
    series.write_on(gathering=found, details=details)
    found.starts_at, found.ends_at = when.span(tenancy.hub_view(found.hub_id).zone)
    found.updated_at = now
    if found.is_published and any(getattr(found, name) != value for name, value in before.items()):
        found.revision += 1
        if found.starts_at != before["starts_at"]:
            _remind_again(found)
        events.publish(GatheringMoved(hub_id=found.hub_id, gathering_id=found.id, revision=found.revision))
        _tell(found)
    db.session.flush()
    registering.fill(gathering=found, now=now)


def _remind_again(found: Gathering) -> None:
    mine = GatheringRegistration.hub_id == require_hub_id()
    statement = update(GatheringRegistration).where(mine, GatheringRegistration.gathering_id == found.id)
    db.session.execute(statement.values(day_reminded_at=None, hour_reminded_at=None))


def _tell(found: Gathering) -> None:
    queue.enqueue(letters.TELL, hub_id=found.hub_id, arguments={"gathering_id": str(found.id)})


def _check(details: Details, when: When, now: datetime) -> None:
    if not details.title.strip():
        raise WrongDetails(_("Give it a title."), field="title")
    markdown.refuse_too_long(details.body_md)
    if details.format != Format.ONLINE and not details.place_name:
        raise WrongDetails(_("Say where it takes place."), field="place_name")
    if details.format != Format.PLACE and not rules.is_link(details.online_url):
        raise WrongDetails(_("Enter the address of the online room, beginning with https://."), field="online_url")
    if not 0 < when.minutes <= rules.LONGEST_MINUTES:
        raise WrongDetails(_("It has to end after it began, within two weeks."), field="ends")
    if when.span(tenancy.hub_view(require_hub_id()).zone)[0] <= now:
        raise WrongDetails(_("This time has passed already."), field="day")
    for number, question in enumerate(details.questions):
        if question.kind == rules.CHOICE and len(question.choices) < 2:  # noqa: PLR2004
            raise WrongDetails(_("A choice needs at least two answers, one per line."), field=f"question_{number}")
