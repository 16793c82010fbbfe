"""What roles permit, how codes and handles look, when a touch counts: rules without I/O."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from slugify import slugify

TOUCH_LASTS = timedelta(days=30)
# A home hub stays at least so long, or the share of what its members buy elsewhere could be chased around.
HOME_STAYS = timedelta(days=90)
# Ways in which members pass their link on; each has its own link, code and numbers.
# An invite link's own channel, so that each has numbers of its own.
LINK_PREFIX = "i-"
CHANNELS = ("link", "qr", "mail", "chat", "poster", "social")
LONGEST_NAME = 60
LONGEST_ABOUT = 2_000
LONGEST_LABEL = 40
WHOLE = 10_000

# Every permission of a hub; `forms` says in words what each lets one do.
PERMISSIONS = (
    "hub.manage",
    "members.view",
    "mentors.manage",
    "roles.grant",
    "invites.manage",
    "brand.edit",
    "pages.edit",
    "switches.edit",
    "events.view",
    "events.manage",
    "conversations.manage",
    "moderation.view",
    "moderation.act",
    "market.view",
    "listings.manage",
    "orders.manage",
    "turnover.view",
    "refunds.grant",
    "payouts.request",
    "broadcasts.send",
)
# What a connector cannot hand on to a helper.
CONNECTOR_ONLY = frozenset({"roles.grant", "payouts.request"})
# What the core does not do in the place of a connector: money of their own, and links that say who brought whom.
NOT_THE_CORES = frozenset({"payouts.request", "invites.manage"})
# Area → (what lets one look, what lets one act). Whoever may act there may look.
AREAS = {
    "events": ("events.view", ("events.manage",)),
    "market": ("market.view", ("listings.manage", "orders.manage")),
    "moderation": ("moderation.view", ("moderation.act",)),
    "money": ("turnover.view", ("refunds.grant",)),
}
NONE, VIEW, ACT, PARTLY = "none", "view", "act", "partly"
_LOOKS = {act: look for look, acts in AREAS.values() for act in acts}
IN_AREAS = frozenset(_LOOKS) | frozenset(_LOOKS.values())

_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?")
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,23}")
_CODE = re.compile(r"[0-9A-Za-z]{4,16}")


def allows(role: str | None, permissions: Iterable[str], permission: str) -> bool:
    """Whether a role permits something: a connector everything there is, a helper what was granted."""
    if permission not in PERMISSIONS:
        return False
    if role == "connector":
        return True
    granted = with_looks(permissions) - CONNECTOR_ONLY
    # Whoever may do anything at all there has to be able to open the managing pages.
    return role == "helper" and bool(granted) and permission in granted | {"hub.manage"}


def allows_core(permission: str) -> bool:
    """Whether the central team may do something where nobody looks after the hub: all that gains nobody anything."""
    return permission in PERMISSIONS and permission not in NOT_THE_CORES


def grantable(permissions: Iterable[str]) -> list[str]:
    """What a helper may be given, in the table's order."""
    wanted = set(permissions)
    return [name for name in PERMISSIONS if name in wanted and name not in CONNECTOR_ONLY]


def with_looks(permissions: Iterable[str]) -> set[str]:
    """Permissions with the looking that the acting among them contains."""
    found = set(permissions)
    return found | {_LOOKS[name] for name in found if name in _LOOKS}


def level_of(permissions: Collection[str], area: str) -> str:
    """What a helper may in an area: none, view, act; or partly, where one of several ways to act is theirs."""
    look, acts = AREAS[area]
    have = [name for name in acts if name in permissions]
    if len(have) == len(acts):
        return ACT
    if have:
        return PARTLY
    return VIEW if look in permissions else NONE


def permissions_for(levels: Mapping[str, str], others: Iterable[str], *, now: Collection[str] = ()) -> list[str]:
    """What a helper gets from a level per area and single permissions; `partly` leaves an area as it is `now`."""
    wanted = {name for name in others if name not in IN_AREAS}
    for area, level in levels.items():
        look, acts = AREAS[area]
        if level == PARTLY:
            wanted |= {name for name in (look, *acts) if name in now}
        elif level != NONE:
            wanted |= {look, *(acts if level == ACT else ())}
    return grantable(wanted)


def split_evenly(count: int) -> list[int]:
    """10,000 basis points over `count` connectors, the remainder to the first ones."""
    if count == 0:
        return []
    part, rest = divmod(WHOLE, count)
    return [part + (1 if place < rest else 0) for place in range(count)]


def handle_for(name: str) -> str:
    """A handle from a name: small Latin letters, digits and hyphens; `member` where nothing is left of it."""
    return slugify(name, max_length=24).strip("-") or "member"


def is_handle(text: str) -> bool:
    """Whether a member may go by this in addresses."""
    return bool(_HANDLE.fullmatch(text))


def clean_code(text: str) -> str | None:
    """A code as typed or scanned, in the form it is stored in; None when it cannot be one."""
    code = text.strip().upper()
    return code if _CODE.fullmatch(code) else None


def clean_channel(text: str) -> str:
    """Through what the link travelled (`qr`, `mail`); `link` where nothing usable is said."""
    channel = text.strip().lower()
    return channel if _CHANNEL.fullmatch(channel) else "link"


def link_channel(code: str) -> str:
    """The channel of an invite link, whatever it travelled through."""
    return LINK_PREFIX + code.lower()


def is_fresh(touched_at: datetime, now: datetime) -> bool:
    """Whether a touch still counts; one from the future does not."""
    return timedelta(0) <= now - touched_at <= TOUCH_LASTS
