"""What joining, leaving and corrections of sponsors refuse, each with its own words."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class TermsNotAgreed(Refusal):
    """Nobody takes part by accident."""

    status = 422
    field = "agrees"

    def __init__(self) -> None:
        super().__init__(_("Read the terms, then tick the box to agree to them."))


class SponsorStays(Refusal):
    """Leaving is no way to another sponsor."""

    status = 422
    field = "code"

    def __init__(self) -> None:
        super().__init__(_("Who joins again stands where they stood. Leave this empty."))


class MembersOnlyHere(Refusal):
    """The programme is for members of a hub."""

    def __init__(self) -> None:
        super().__init__(_("Join the hub first: its members may take part."))


class NoSuchSponsor(Refusal):
    """A code that leads to nobody who takes part."""

    status = 422
    field = "code"

    def __init__(self) -> None:
        super().__init__(_("This code belongs to nobody who takes part in the programme. Leave it empty if unsure."))


class NotTakingPart(NotFound):
    """They never joined, or have left."""

    def __init__(self) -> None:
        super().__init__(_("This person does not take part in the earning programme."))


class SponsorGone(Refusal):
    """Nobody is put under somebody who left."""

    status = 422
    field = "sponsor"

    def __init__(self) -> None:
        super().__init__(_("Choose somebody who takes part today, or nobody for directly under the network."))


class SameSponsor(Refusal):
    """It would change nothing."""

    status = 422
    field = "sponsor"

    def __init__(self) -> None:
        super().__init__(_("This is their sponsor already."))


class WouldBeACircle(Refusal):
    """A tree has none."""

    status = 422
    field = "sponsor"

    def __init__(self) -> None:
        super().__init__(_("This person stands in their own group: the two would stand beneath one another."))


class BoughtFromThem(Refusal):
    """Somebody above the new sponsor, or that sponsor, bought from the group in the period that goes on.

    They would be paid by what they bought themselves.
    """

    def __init__(self, day: date) -> None:
        super().__init__(
            _(
                "Somebody who would stand above them bought from this group in the period that goes on, and would be"
                " paid by that. Propose it again from %(day)s on.",
                day=format_date(day),
            )
        )


class ReasonNeeded(Refusal):
    """The one who decides and the history read why."""

    status = 422

    def __init__(self, field: str = "reason") -> None:
        super().__init__(_("Write a few words: the history keeps them."), field=field)


class WaitsAlready(Refusal):
    """One correction at a time."""

    def __init__(self) -> None:
        super().__init__(_("A correction of this person's sponsor waits for a decision already."))


class NoSuchChange(NotFound):
    """No such correction."""

    def __init__(self) -> None:
        super().__init__(_("There is no such correction."))


class DecidedAlready(Refusal):
    """Somebody was quicker."""

    def __init__(self) -> None:
        super().__init__(_("This correction was decided already."))


class ProposedByYou(Refusal):
    """Four eyes."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to decide on what you proposed."))


class OwnLine(Refusal):
    """Nobody of the central team moves people to or from themselves."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to decide where you yourself stand, or who stands under you."))


class SponsorMoved(Refusal):
    """What was proposed is about a sponsor that they no longer have."""

    def __init__(self) -> None:
        super().__init__(_("Their sponsor has changed since this was proposed. Propose it again."))
