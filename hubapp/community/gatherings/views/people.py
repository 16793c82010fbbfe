"""Who comes to a gathering, for those who plan it: a page at a time, and whole as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from hubapp.community.gatherings import attendance, queries
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat
from hubapp.community.gatherings.policies.details import Question, plain_cell, questions_from
from hubapp.community.gatherings.views import cards, prices
from hubapp.web import access, areas

pages = cards.guard(areas.hub_blueprint("gathering_people", __name__))


def states() -> dict[str, tuple[str, str]]:
    """What a registration stands for → (word, tone)."""
    return {
        Seat.CONFIRMED: (_("comes"), "good"),
        Seat.PAYING: (_("seat kept"), "neutral"),
        Seat.WAITING: (_("waits"), "warn"),
    }


@pages.get("/manage/events/<uuid:gathering_id>/people")
@access.requires("events.view")
def people(gathering_id: UUID) -> ResponseReturnValue:
    """Who comes, who waits, and what they answered."""
    found, key = queries.gathering(gathering_id), _key_of(request.args.get("after", ""))
    page = attendance.page(gathering_id, after=key)
    following = url_for(".people", gathering_id=gathering_id, after=_key_text(page.next_key)) if page.next_key else ""
    return render_template(
        "community/gatherings/manage/people.html",
        gathering=found,
        registrations=page.registrations,
        states=states(),
        names=queries.names_of(one.account_id for one in page.registrations),
        tickets=queries.tickets([one.id for one in page.registrations]),
        questions=_questions(found),
        payments=prices.of_people(found, page.registrations),
        may_plan=access.may("events.manage"),
        is_first=key is None,
        next_url=following,
    )


@pages.get("/manage/events/<uuid:gathering_id>/people.csv")
@access.requires("events.view")
def people_csv(gathering_id: UUID) -> ResponseReturnValue:
    """All of them as a table, in the hub's language; no cell is taken for a formula."""
    found, out = queries.gathering(gathering_id), io.StringIO()
    with force_locale(areas.current_hub().default_locale):
        csv.writer(out).writerows(_table(found, attendance.registrations(gathering_id)))
    response = Response("\ufeff" + out.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.slug}.csv"'
    return response


def _table(found: Gathering, registrations: Iterable[GatheringRegistration]) -> Iterator[list[object]]:
    """The head, then a row for each."""
    rows = list(registrations)
    names = queries.names_of(one.account_id for one in rows)
    tickets = queries.tickets([one.id for one in rows])
    questions, words, zone = _questions(found), states(), areas.current_hub().zone
    head = [
        _("Name"),
        _("State"),
        _("Seats"),
        _("Arrived"),
        _("Registered at"),
        *([_("Paid")] if found.is_paid else []),
    ]
    yield [*head, *(plain_cell(one.label) for one in questions)]
    for one in rows:
        inside = sum(ticket.checked_in_at is not None for ticket in tickets.get(one.id, ()))
        name = names.get(one.account_id) or _("Former member")
        when = f"{one.queued_at.astimezone(zone):%Y-%m-%d %H:%M}"
        paid = [prices.paid_amount(one)] if found.is_paid else []
        answers = (_answer(one.answers.get(question.key, ""), question.kind) for question in questions)
        yield [plain_cell(name), words[one.status][0], one.seats, inside, when, *paid, *answers]


def _questions(found: Gathering) -> list[Question]:
    """What is asked, then what was: whoever answered that can still be read."""
    return [
        one if one.is_asked else replace(one, label=_("%(question)s (no longer asked)", question=one.label))
        for one in questions_from(found.questions)
    ]


def _answer(text: str, kind: str) -> str:
    if kind == "yes_no":
        text = {"yes": _("Yes"), "no": _("No")}.get(text, text)
    return plain_cell(text)


def _key_of(text: str) -> attendance.Key | None:
    """A key from an address; nonsense is none."""
    status, at, one_id = (*text.split("~"), "", "", "")[:3]
    try:
        moment, found = datetime.fromisoformat(at), UUID(one_id)
    except ValueError:
        return None
    return (status, moment, found) if moment.tzinfo and status in set(Seat) else None


def _key_text(key: attendance.Key) -> str:
    return f"{key[0]}~{key[1].isoformat()}~{key[2]}"
