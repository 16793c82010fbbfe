"""Pure rules: a mail's header, how a notice goes out, when digests are due and hours quiet, what devices are told."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hubapp.people.notifications.webpush import sealing

TEMPLATE = re.compile(r"^[a-z][a-z0-9_]{0,60}$")
MAX_HEADER = 200
# Their links open an account: what they said is forgotten, whatever became of them.
SECRET = frozenset({"confirm", "reset", "change"})


def header_text(text: str) -> str:
    """`text` as it may stand in a header: one line, no control or direction characters, not endless."""
    spaced = "".join(" " if char.isspace() else char for char in text)
    visible = "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cf", "Cs"})
    return " ".join(visible.split())[:MAX_HEADER]


def split_subject(rendered: str) -> tuple[str, str]:
    """(subject, body) of a rendered text template, whose first line is the subject."""
    subject, _separator, body = rendered.strip().partition("\n")
    return header_text(subject), body.strip() + "\n"


def readable_on(colour: str) -> str:
    """Black or white text, whichever is easier to read on `#rrggbb` (WCAG 2.2 relative luminance)."""
    match = re.fullmatch(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", colour)
    if match is None:
        return "#ffffff"
    channels = [int(part, 16) / 255 for part in match.groups()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)  # noqa: PLR2004
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"


DIGEST_HOUR, DIGEST_WEEKDAY = 8, 0
LONGEST_ABOUT, LONGEST_CONTEXT = 200, 4_000
# What opens something must never lie in a notice, which is kept and shown again.
FORBIDDEN = re.compile(r"token|secret|password|code$")


@dataclass(frozen=True, slots=True)
class Wishes:
    """When somebody wants their digest and when no mail; hours are local, `quiet` is (from, to)."""

    zone: ZoneInfo
    rhythm: str = "daily"
    weekday: int = DIGEST_WEEKDAY
    hour: int = DIGEST_HOUR
    quiet: tuple[int, int] | None = None


def mail_of(*, default: str, chosen: str | None, is_off: bool, rhythm: str) -> str:
    """How a kind's mail goes out: never where all is off, else as chosen, else its default in one's own rhythm."""
    if is_off:
        return "off"
    if chosen is not None:
        return chosen
    return rhythm if default == "daily" else default


def quiet_until(now: datetime, wishes: Wishes) -> datetime | None:
    """When the quiet hours that are on now end; None outside of them."""
    if wishes.quiet is None:
        return None
    start, end = wishes.quiet
    local = now.astimezone(wishes.zone)
    is_quiet = start <= local.hour < end if start < end else (local.hour >= start or local.hour < end)
    if not is_quiet:
        return None
    day = local.date() if local.hour < end else local.date() + timedelta(days=1)
    return max(_at(day, end, wishes.zone), now)


def next_digest(now: datetime, wishes: Wishes, *, weekly: bool) -> tuple[datetime, date]:
    """(when, of which local day) the next digest goes out, later than `now`; once on each local day that has it.

    An hour that the change to summer time leaves out is the hour after it; one that comes twice is its first. In quiet
    hours it waits for their end, which may be on the day after its own.
    """
    day = now.astimezone(wishes.zone).date() - timedelta(days=1)
    while True:
        due = _at(day, wishes.hour, wishes.zone)
        due = quiet_until(due, wishes) or due
        if due > now and (not weekly or day.weekday() == wishes.weekday):
            return due, day
        day += timedelta(days=1)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)


def wishes_of(
    *,
    timezone: str | None,
    fallback: str,
    rhythm: str | None,
    weekday: int | None,
    hour: int | None,
    quiet_from: int | None,
    quiet_to: int | None,
) -> Wishes:
    """Stored values, or the defaults where somebody has chosen nothing; `fallback`: the hub's time zone."""
    return Wishes(
        zone=ZoneInfo(timezone or fallback),
        rhythm=rhythm or "daily",
        weekday=DIGEST_WEEKDAY if weekday is None else weekday,
        hour=DIGEST_HOUR if hour is None else hour,
        quiet=None if quiet_from is None or quiet_to is None else (quiet_from, quiet_to),
    )


def occasion_key(*, hub_id: int | None, kind: str, about: str, occasion: str) -> bytes:
    """What an occasion is known by once somebody was told of it."""
    return hashlib.sha256("\x1f".join((str(hub_id), kind, about, occasion)).encode()).digest()[:16]


def plain(context: Mapping[str, Any]) -> dict[str, Any]:
    """A notice's context as it may be kept. Raises ValueError for secrets, for too much, for what is not plain JSON."""
    wrong = [name for name in context if FORBIDDEN.search(name)]
    text = json.dumps(dict(context))  # raises TypeError for what is not plain
    if wrong or len(text) > LONGEST_CONTEXT:
        raise ValueError(f"a notice cannot keep {wrong or f'{len(text)} characters'}")
    return dict(context)


LONGEST_PUSH, LONGEST_PATH, LONGEST_ENDPOINT, LONGEST_SUBSCRIPTION = 3_000, 300, 1_000, 4_000
# What is older says nothing new on a phone; the list and the mails have it.
PUSH_LIFE = timedelta(days=1)
# Between two tries: twice as long each time, and as long as the service asks, within reason.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
SPREAD = timedelta(minutes=1)
# A device that could not be reached for so long, however often it was tried, is forgotten.
FAILING_LASTS = timedelta(days=7)
_GONE, _LATER = {404, 410}, {401, 403, 408, 425, 429}
SENT, GONE, REFUSED, LATER = "sent", "gone", "refused", "later"


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser answers when it subscribes: where to send, and for whom to encrypt."""

    endpoint: str
    public_key: bytes
    auth: bytes


def subscription_of(text: str) -> Subscription | None:
    """A browser's PushSubscription as JSON; None where it is none that anything can be sent to."""
    if len(text) > LONGEST_SUBSCRIPTION:
        return None
    try:
        found = json.loads(text)
        endpoint, keys = found["endpoint"], found["keys"]
        public_key, auth = _octets(keys["p256dh"]), _octets(keys["auth"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    is_whole = isinstance(endpoint, str) and 0 < len(endpoint) <= LONGEST_ENDPOINT
    if not is_whole or len(auth) != sealing.AUTH_SIZE or not sealing.is_key(public_key):
        return None
    return Subscription(endpoint, public_key, auth)


def _octets(text: str) -> bytes:
    """Base64 for addresses, with or without padding. Raises ValueError."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def shortened(text: str, size: int) -> str:
    """At most so many characters, and a sign where some are missing."""
    return text if len(text) <= size else text[: max(size - 1, 0)].rstrip() + "…"


def push_payload(*, title: str, body: str, rest: Mapping[str, Any]) -> bytes:
    """JSON of at most 3 kB for the service worker; the words of the thing give way first. Raises ValueError."""
    for size in (240, 120, 40):
        shown = {"title": shortened(title, 120), "body": shortened(body, size), **rest}
        payload = json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
        if len(payload) <= LONGEST_PUSH:
            return payload
    raise ValueError("what stands around the words is too long")


def push_outcome(status: int) -> str:
    """What a push service's answer means: sent, gone for good, refused for good, or to be tried again later."""
    if 200 <= status < 300:  # noqa: PLR2004
        return SENT
    if status in _GONE:
        return GONE
    return LATER if status in _LATER or not 300 <= status < 500 else REFUSED  # noqa: PLR2004


def is_failing(status: int) -> bool:
    """Whether an answer says that the service does not work, rather than that it wants less, or other papers, of us."""
    return status >= 500 or status == 408  # noqa: PLR2004


def is_for_all(status: int) -> bool:
    """Whether the pause that comes with an answer is meant for the whole service: it is down (RFC 9110, 15.6.4).

    What else asks for a pause, as 429 does, speaks of one device or of one sender's papers: others must not wait.
    """
    return status == 503  # noqa: PLR2004


def pause_asked(retry_after: str, *, now: datetime) -> timedelta | None:
    """How long a service wants to be left alone: seconds, or until a date (RFC 9110, 10.2.3); nonsense is nothing."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:  # noqa: PLR2004  some hundred years
        wanted = timedelta(seconds=int(text))
    else:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        wanted = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(wanted, LONGEST_PAUSE) if wanted > timedelta(0) else None


def pause_after(tries: int) -> timedelta:
    """How long to wait where the service says nothing; `tries`: how many went before this one."""
    times: int = 2 ** min(tries, 12)
    return min(FIRST_PAUSE * times, LONGEST_PAUSE)


def spread(notice_id: UUID, device_id: UUID) -> timedelta:
    """How much later than the others one goes, less than a minute: the same for the same notice and device."""
    digest = hashlib.sha256(notice_id.bytes + device_id.bytes).digest()
    return SPREAD * (int.from_bytes(digest[:4]) / 2**32)
