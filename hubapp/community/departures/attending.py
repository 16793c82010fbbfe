"""Gatherings in a takeout: those one registered for, and those one hosts."""

from __future__ import annotations

import uuid
from typing import Any

from hubapp.community.departures.parts import Part, pages, picked
from hubapp.community.gatherings import queries, registered
from hubapp.community.gatherings.models import Gathering
from hubapp.community.gatherings.policies.details import questions_from
from hubapp.community.gatherings.services.pictures import key_of

PAGE = 200
_HOSTED = (
    "title status body_md format place_name address how_to_find online_url starts_at ends_at capacity most_seats price"
    " refund_hours is_sold_by_host taken waiting canceled_reason hidden_reason created_at updated_at"
)


def attended(account_id: uuid.UUID) -> Part:
    """Their registrations, with tickets and answers."""
    return Part(
        "gatherings",
        [
            {
                **picked(mine.gathering, "title starts_at ends_at place_name"),
                **picked(mine.registration, "status seats queued_at confirmed_at canceled_at unit_price paid_at"),
                "answers": _answers(mine),
                "tickets": [picked(ticket, "number code checked_in_at") for ticket in mine.tickets],
            }
            for mine in registered.all_of(account_id)
        ],
    )


def _answers(mine: registered.Mine) -> list[dict[str, str]]:
    """What they answered, under the words they were asked; answers to what is stored no more stand alone."""
    words = {one.key: one.label for one in questions_from(mine.gathering.questions)}
    return [{"question": words.get(key, ""), "answer": text} for key, text in sorted(mine.registration.answers.items())]


def hosted(account_id: uuid.UUID) -> Part:
    """What they host, as they see it; of those who come only how many, who they are is theirs."""
    found: list[dict[str, Any]] = []
    pictures: dict[str, str] = {}
    for page in pages(lambda after: queries.hosted_by(account_id, after=after, limit=PAGE)):
        for one in page:
            # The dates of a series show one picture.
            name = f"pictures/gathering-{one.picture_id}.webp" if one.picture_id and one.picture_widths else ""
            if name:
                pictures[name] = key_of(picture_id=one.picture_id, width=one.picture_widths[-1])
            found.append({**_told(one), "picture": {"file": name, "alt": one.picture_alt} if name else None})
    return Part("gatherings-hosted", found, tuple(pictures.items()))


def _told(one: Gathering) -> dict[str, Any]:
    asked = [picked(question, "label kind is_required choices is_asked") for question in questions_from(one.questions)]
    return {**picked(one, _HOSTED), "questions": asked}
