"""Reading how somebody came to stand where they do: every sponsor since when, and every correction with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation.models import EarlierParticipation, SponsorChange, Sponsorship
from hubapp.kernel.db import db

MOST = 100


@dataclass(frozen=True, slots=True)
class History:
    """Sponsors and corrections of one person, and the times before that they took part, the latest first."""

    sponsors: Sequence[Sponsorship]
    changes: Sequence[SponsorChange]
    times: Sequence[EarlierParticipation]

    @property
    def people(self) -> set[UUID]:
        """Everybody who is named in it."""
        return people_in(self.changes) | {row.sponsor_id for row in self.sponsors if row.sponsor_id is not None}

    @property
    def waiting(self) -> SponsorChange | None:
        """The correction that nobody has decided yet."""
        return next((change for change in self.changes if change.status == "proposed"), None)


def history(account_id: UUID) -> History:
    """One person's."""
    sponsors = select(Sponsorship).where(Sponsorship.account_id == account_id).order_by(Sponsorship.since.desc())
    changes = select(SponsorChange).where(SponsorChange.account_id == account_id).order_by(SponsorChange.id.desc())
    times = select(EarlierParticipation).where(EarlierParticipation.account_id == account_id)
    return History(
        db.session.scalars(sponsors.limit(MOST)).all(),
        db.session.scalars(changes.limit(MOST)).all(),
        db.session.scalars(times.order_by(EarlierParticipation.joined_at.desc()).limit(MOST)).all(),
    )


def waiting(*, limit: int = MOST) -> Sequence[SponsorChange]:
    """Corrections that wait for a second person, the oldest first."""
    statement = select(SponsorChange).where(SponsorChange.status == "proposed").order_by(SponsorChange.id)
    return db.session.scalars(statement.limit(limit)).all()


def people_in(changes: Iterable[SponsorChange]) -> set[UUID]:
    """Everybody who is named in these corrections."""
    found = set()
    for change in changes:
        found |= {change.account_id, change.from_id, change.to_id, change.proposed_by, change.decided_by}
    return {one for one in found if one is not None}
