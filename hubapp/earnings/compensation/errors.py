"""What plan versions and periods refuse, each with its own words."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class NoSuchVersion(NotFound):
    """There is no such version of a plan."""

    def __init__(self) -> None:
        super().__init__(_("There is no such version of the plan."))


class NotADraft(Refusal):
    """What was proposed stays as it is until somebody decides, and for ever after."""

    def __init__(self) -> None:
        super().__init__(_("This version was proposed and stays as it is. Begin a new draft."))


class VersionTaken(Refusal):
    """A plan's versions have numbers of their own."""

    status = 422
    field = "source"

    def __init__(self, plan: str, version: int) -> None:
        super().__init__(
            _(
                "There is a version %(version)d of %(plan)s already. Give it the next number.",
                version=version,
                plan=plan,
            )
        )


class NotUsable(Refusal):
    """The lint refuses the plan; the first reason."""

    status = 422
    field = "source"

    def __init__(self, clause: str, reason: str) -> None:
        super().__init__(_("The plan may not be used. %(clause)s: %(reason)s", clause=clause, reason=reason))


class NotAPeriodStart(Refusal):
    """One period, one version."""

    status = 422
    field = "source"

    def __init__(self, day: date) -> None:
        super().__init__(
            _("effective_from: a version begins with a period; the next one begins on %(day)s.", day=format_date(day))
        )


class PeriodChanged(Refusal):
    """Otherwise a sale could count twice, or never."""

    status = 422
    field = "source"

    def __init__(self, key: str, value: str) -> None:
        super().__init__(
            _("period.%(key)s stays %(value)s: otherwise a sale could count twice, or never.", key=key, value=value)
        )


class StartTaken(Refusal):
    """Two versions cannot begin on one day."""

    status = 422
    field = "source"

    def __init__(self, day: date) -> None:
        super().__init__(_("effective_from: another version was announced for %(day)s already.", day=format_date(day)))


class TooSoon(Refusal):
    """People are told ahead, and longer ahead where they would get less."""

    status = 422
    field = "source"

    def __init__(self, day: date, people: int) -> None:
        shown = format_date(day)
        if people:
            text = ngettext(
                "effective_from: not before %(day)s. Replayed over what was closed, %(num)d person would have got"
                " less: that takes longer notice.",
                "effective_from: not before %(day)s. Replayed over what was closed, %(num)d people would have got"
                " less: that takes longer notice.",
                people,
                day=shown,
            )
        else:
            text = _("effective_from: not before %(day)s: people are told ahead.", day=shown)
        super().__init__(text)


class WordsMissing(Refusal):
    """The one who decides, and the log, read why."""

    status = 422

    def __init__(self, field: str) -> None:
        super().__init__(_("Write a few words."), field=field)


class SamePerson(Refusal):
    """Four eyes."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to decide on what you proposed."))


class AlreadyDecided(Refusal):
    """Somebody was quicker, or nobody proposed it."""

    def __init__(self) -> None:
        super().__init__(_("This version does not wait for a decision."))


class NoSuchPeriod(NotFound):
    """No period of this name, or of a time for which no plan was announced."""

    def __init__(self, name: str, currency: str) -> None:
        super().__init__(
            _("%(name)s: no plan in %(currency)s was announced for this period.", name=name, currency=currency)
        )


class NotAPeriod(Refusal):
    """A name that no plan's calendar knows."""

    status = 422

    def __init__(self, name: str, kind: str) -> None:
        example = "2027-W05" if kind == "iso_week" else "2027-01"
        super().__init__(_("%(name)s is no period of the plan: they are like %(example)s.", name=name, example=example))


class NotOver(Refusal):
    """What can still be withdrawn from is not paid for."""

    def __init__(self, name: str, day: date) -> None:
        super().__init__(
            _("%(name)s is still open: it may be closed from %(day)s on.", name=name, day=format_date(day))
        )


class AlreadyClosed(Refusal):
    """Once."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s was closed already.", name=name))


class StillRecording(Refusal):
    """Somebody has been recording a sale or a refund for so long that nobody knows whether they will be done."""

    def __init__(self) -> None:
        super().__init__(_("Sales are still being recorded that this run has to wait for: try again in a minute."))


class EarlierOpen(Refusal):
    """In order."""

    def __init__(self, name: str, earlier: str) -> None:
        super().__init__(_("%(earlier)s is not closed yet: it comes before %(name)s.", earlier=earlier, name=name))
