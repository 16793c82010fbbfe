"""Gatherings of the demo's past: announced, registered for, and attended, through the services that pages use."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from hubapp.cli.demo.acts import Announce, Arrive, Cancel, Come
from hubapp.cli.demo.place import Place
from hubapp.community.gatherings import queries, services
from hubapp.community.gatherings.models import Frequency
from hubapp.community.gatherings.policies.details import CHOICE, NO, Question
from hubapp.community.gatherings.policies.recurrence import When


class Meetings:
    """One hub's gatherings by their numbers in the story; all in the hub in scope."""

    def __init__(self, place: Place) -> None:
        self.place, self.account_of = place, place.account
        self.known: dict[int, tuple[UUID, UUID]] = {}
        self.dates: dict[tuple[int, int], UUID] = {}

    def perform(self, act: Announce | Come | Arrive | Cancel, *, now: datetime) -> None:
        """Do it now."""
        if isinstance(act, Announce):
            self._announce(act, now)
        elif isinstance(act, Come):
            self._come(act, now)
        elif isinstance(act, Arrive):
            self._arrive(act, now)
        else:
            gathering_id, _host = self.known[act.number]
            services.cancel_gathering(gathering_id=gathering_id, reason=act.reason, with_following=False, now=now)

    def _announce(self, act: Announce, now: datetime) -> None:
        meeting, host_id = act.meeting, self.account_of(act.meeting.host)
        found = services.create_gathering(
            details=replace(meeting.text, host_account_id=host_id),
            when=When(act.day, meeting.at, meeting.minutes),
            repeat=services.Repeat(Frequency(meeting.repeat)) if meeting.repeat else None,
            now=now,
        )
        if meeting.picture:
            services.set_picture(
                gathering_id=found.id,
                content=self.place.drawn(meeting.picture),
                alt=meeting.picture.alt,
                files=self.place.files,
                now=now,
            )
        services.publish_gathering(gathering_id=found.id, now=now)
        self.known[act.number] = found.id, host_id

    def _come(self, act: Come, now: datetime) -> None:
        gathering_id = self._date(act.number, act.date, now)
        answers = {one["key"]: _answer(one) for one in queries.gathering(gathering_id).questions}
        services.register(
            gathering_id=gathering_id,
            account_id=self.account_of(act.who),
            seats_wanted=act.seats,
            answers=answers,
            now=now,
        )

    def _arrive(self, act: Arrive, now: datetime) -> None:
        host_id, gathering_id = self.known[act.number][1], self._date(act.number, act.date, now)
        registration = queries.registration_of(gathering_id, self.account_of(act.who))
        if registration is None:
            raise RuntimeError(f"{act.who} arrives without having registered")
        for ticket in queries.tickets([registration.id])[registration.id]:
            services.check_in(gathering_id=gathering_id, code=ticket.code, by=host_id, now=now)

    def _date(self, number: int, date: int, now: datetime) -> UUID:
        """One date of a series; the next one from now on, the first time somebody asks for it."""
        first_id, _host = self.known[number]
        if date and (number, date) not in self.dates:
            self.dates[number, date] = queries.siblings(queries.gathering(first_id), now=now, limit=1)[0].id
        return self.dates.get((number, date), first_id)


def _answer(question: dict[str, object]) -> str:
    choices = question["choices"]
    if question["kind"] == CHOICE and isinstance(choices, list):
        return str(choices[0])
    return "" if question["kind"] == Question("", "").kind else NO
