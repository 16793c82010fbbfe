"""Gatherings in words: when, where, how many seats, and the row of an agenda; calendar files of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, current_app, url_for
from flask_babel import format_date, format_datetime, format_time, ngettext
from flask_babel import gettext as _

from hubapp.community.gatherings.models import Format, Gathering
from hubapp.community.gatherings.policies import calendar
from hubapp.community.gatherings.policies.calendar import Entry
from hubapp.community.gatherings.views import prices
from hubapp.web import areas

FEW = 5
Row = dict[str, Any]


def guard(pages: Blueprint) -> Blueprint:
    """Pages that do not exist in a hub without gatherings."""

    @pages.before_request
    def refuse() -> None:
        if not areas.current_hub().features.get("events", True):
            abort(404)

    return pages


def install(pages: Blueprint) -> None:
    """Filters for pages and mails."""
    pages.add_app_template_filter(span, "gathering_span")
    pages.add_app_template_filter(local_moment, "local_moment")


def formats() -> dict[str, str]:
    """Format → its word."""
    return {Format.PLACE: _("In place"), Format.ONLINE: _("Online"), Format.BOTH: _("In place and online")}


def span(found: Gathering) -> str:
    """When it is, on the hub's clocks: `Saturday, 28 November 2026, 10:00 – 13:00`."""
    zone = areas.current_hub().zone
    begin, end = found.starts_at.astimezone(zone), found.ends_at.astimezone(zone)
    if begin.date() == end.date():
        return f"{format_date(begin.date(), 'full')}, {hours(found)}"
    shown = (format_datetime(one.replace(tzinfo=None), "medium", rebase=False) for one in (begin, end))
    return f"{next(shown)} – {next(shown)}"


def hours(found: Gathering) -> str:
    """`10:00 – 13:00`, on the hub's clocks."""
    zone = areas.current_hub().zone
    shown = (one.astimezone(zone).replace(tzinfo=None) for one in (found.starts_at, found.ends_at))
    return " – ".join(str(format_time(one, "short", rebase=False)) for one in shown)


def local_moment(text: str, zone: str) -> str:
    """A moment kept as text, on the clocks of a zone, for mails."""
    local = datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return f"{format_date(local.date(), 'full')}, {format_time(local.time(), 'short', rebase=False)}"


def seats_left(found: Gathering) -> str:
    """`3 seats left`, `Full, 2 waiting`; '' where there is no limit."""
    if found.left is None:
        return ""
    if found.is_full:
        waiting = found.waiting
        return str(ngettext("Full, %(num)d waiting", "Full, %(num)d waiting", waiting)) if waiting else str(_("Full"))
    return str(ngettext("%(num)d seat left", "%(num)d seats left", found.left))


def where(found: Gathering) -> str:
    """The place, or that it is online."""
    return found.place_name if found.format == Format.PLACE else formats()[found.format]


def agenda(gatherings: Iterable[Gathering], *, can_register: bool = True) -> list[Row]:
    """Rows of the agenda component."""
    zone = areas.current_hub().zone
    rows: list[Row] = []
    for found in gatherings:
        local = found.starts_at.astimezone(zone).replace(tzinfo=None)
        href = url_for("gatherings.detail", gathering_slug=found.slug)
        low = found.left is not None and found.left <= FEW
        rows.append(
            {
                "day": format_date(local, "EEE", rebase=False),
                "date": format_date(local, "d", rebase=False),
                "month": format_date(local, "MMM", rebase=False),
                "title": found.title,
                "href": href,
                "meta": [part for part in (hours(found), where(found), prices.price_of(found)) if part],
                "seats": seats_left(found),
                "low": low,
                "action": (_("Join the waiting list") if found.is_full else _("Register"), href)
                if can_register
                else None,
            }
        )
    return rows


def picture_url(found: Gathering, width: int) -> str:
    """Its picture in the smallest size that is at least `width` wide, else its largest; '' where it has none."""
    if found.picture_id is None or not found.picture_widths:
        return ""
    fitting = next((have for have in found.picture_widths if have >= width), found.picture_widths[-1])
    return url_for("gatherings.picture", cover_id=found.picture_id, width=fitting)


def srcset(found: Gathering) -> str:
    """All sizes, for the browser to choose."""
    return ", ".join(
        f"{url_for('gatherings.picture', cover_id=found.picture_id, width=width)} {width}w"
        for width in found.picture_widths or ()
    )


def address_of(found: Gathering) -> str:
    """Its whole address, for calendars and for sharing."""
    path = url_for("gatherings.detail", gathering_slug=found.slug)
    root = areas.found().prefix or ""
    return str(current_app.addresses.hub(areas.current_hub().slug, path.removeprefix(root)))  # type: ignore[attr-defined]


def calendar_file(gatherings: Sequence[Gathering], *, linked: Iterable[object], name: str) -> Response:
    """An iCal answer; the online address only for those whose ids are in `linked`."""
    with_link = set(linked)
    text = calendar.written(name, [_entry(one, has_link=one.id in with_link) for one in gatherings])
    response = Response(text, mimetype="text/calendar")
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def _entry(found: Gathering, *, has_link: bool) -> Entry:
    place = ", ".join(part for part in (found.place_name, found.address) if part) if found.has_place else ""
    online = found.online_url if has_link and found.has_link else ""
    parts = (found.how_to_find if found.has_place else "", online, found.body_md[:2_000])
    return Entry(
        uid=f"{found.id}@hubapp",
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        title=found.title,
        changed_at=found.updated_at,
        text="\n\n".join(part for part in parts if part),
        place=place or online or formats()[found.format],
        url=address_of(found),
        sequence=found.revision,
        is_canceled=found.is_canceled,
    )
