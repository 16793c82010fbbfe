"""What people of the programme are called: by their name where they agreed to it, else by a number."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import gettext as _

from hubapp.earnings.compensation import participant_queries
from hubapp.earnings.compensation.participant_queries import Person
from hubapp.people.accounts import queries as accounts


def name_of(account_id: UUID) -> str:
    """One person's."""
    found = participant_queries.person(account_id)
    return names([found])[account_id] if found is not None else str(_("The network"))


def names(people: Sequence[Person]) -> dict[UUID, str]:
    """Account → what others read; who left is never named."""
    known = accounts.names([person.account_id for person in people if person.shows_name and person.left_at is None])
    return {
        person.account_id: known.get(person.account_id) or str(_("Participant %(number)s", number=person.number))
        for person in people
    }
