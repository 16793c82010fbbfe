"""Forms of notifications: when digests come, and when no mail does."""

from __future__ import annotations

from datetime import time
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel.dates import get_day_names
from flask_babel import format_time, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.policies import Wishes
from hubapp.web.forms import ChoiceField, Form

RHYTHMS = [("daily", _l("Once a day")), ("weekly", _l("Once a week"))]


@lru_cache(maxsize=1)
def zones() -> list[str]:
    """Time zones that people know by a place."""
    outside = ("Etc/", "SystemV/", "US/", "posix/", "right/")
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(outside))


def hours() -> list[tuple[str, str]]:
    """The hours of the day as the reader's language writes them."""
    return [(str(hour), format_time(time(hour), "short", rebase=False)) for hour in range(24)]


class TimesForm(Form):
    """When."""

    rhythm = ChoiceField(_l("Digest"), choices=RHYTHMS)
    weekday = ChoiceField(_l("Day of the weekly digest"))
    hour = ChoiceField(_l("At"))
    quiet_from = ChoiceField(_l("No mails from"))
    quiet_to = ChoiceField(_l("until"))
    timezone = ChoiceField(_l("Time zone"))

    def __init__(self, wishes: Wishes, zone: str | None) -> None:
        start, end = wishes.quiet or ("", "")
        shown: dict[str, Any] = {
            "rhythm": wishes.rhythm,
            "weekday": str(wishes.weekday),
            "hour": str(wishes.hour),
            "quiet_from": str(start),
            "quiet_to": str(end),
            "timezone": zone or "",
        }
        super().__init__(data=shown)
        names = get_day_names("wide", locale=get_locale() or "en")
        self.weekday.choices = [(str(day), names[day]) for day in range(7)]
        self.hour.choices = hours()
        self.quiet_from.choices = [("", _("No quiet hours")), *hours()]
        self.quiet_to.choices = [("", "–"), *hours()]
        self.timezone.choices = [("", _("That of the hub")), *((one, one.replace("_", " ")) for one in zones())]

    def quiet(self) -> tuple[int, int] | None:
        """(from, to), if both were chosen."""
        if not self.quiet_from.data or not self.quiet_to.data:
            return None
        return int(self.quiet_from.data), int(self.quiet_to.data)
