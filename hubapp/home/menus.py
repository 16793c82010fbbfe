"""Menus: a hub's main one in its own words, the parts of `/manage/` one may open, one's own pages, the network's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import current_app, request
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.people.membership.views import guards
from hubapp.tenancy.packs import schema
from hubapp.tenancy.queries import HubView
from hubapp.web.areas import CENTRAL, HUB

# (label, address, icon, key), as the layouts take it.
Entry = tuple[str, str, str, str]
LEGAL = ("terms", "privacy", "imprint")

# Pages that stand elsewhere than what they are about.
BELONGS = {
    "/me/group": "/me/programme",
    "/manage/versions/page": "/manage/pages",
    "/manage/versions/steps": "/manage/mentors",
    **{f"/manage/versions/{part}": f"/manage/{part}" for part in ("brand", "front", "switches")},
}


def hub_nav(hub: HubView, locale: str, root: str, titles: Mapping[str, str]) -> list[Entry]:
    """The hub's main menu, as its pack or its connector ordered it."""

    def word(key: str, fallback: str) -> str:
        text = hub.word(key, locale) or fallback
        return text[:1].upper() + text[1:]

    known: dict[str, Entry] = {
        "home": (_("Home"), f"{root}/", "house", "home"),
        "events": (_("Gatherings"), f"{root}/events", "calendar-days", "events"),
        "feed": (_("Conversations"), f"{root}/feed", "messages-square", "feed"),
        "market": (word("market", _("Market")), f"{root}/market", "store", "market"),
        "members": (word("members", _("Members")), f"{root}/members", "users", "members"),
        "shares": (_("Shares"), f"{root}/p/shares", "chart-pie", "shares"),
    }
    for item, switch in schema.NAV_SWITCHES.items():
        if not hub.features.get(switch, True):
            del known[item]
    entries = []
    for item in hub.home.get("nav") or ("home", "feed", "events", "market", "members"):
        slug = item.removeprefix("page:")
        if item == "events" and not hub.features.get("events", True):
            continue
        if item in known:
            entries.append(known[item])
        elif slug in titles:
            entries.append((titles[slug], f"{root}/p/{slug}", "file-text", item))
    return entries


def hub_foot(hub: HubView, root: str, titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pages that are not in the main menu, then the legal ones."""
    shown = set(hub.home.get("nav") or ())
    pages = [slug for slug in titles if slug not in LEGAL and f"page:{slug}" not in shown]
    shares = [] if "shares" in shown else [(_("How sales are shared"), f"{root}/p/shares")]
    return [(titles[slug], f"{root}/p/{slug}") for slug in (*pages, *LEGAL) if slug in titles] + shares


def section(hub: HubView, root: str) -> list[Entry]:
    """The menu beside or above the page, by the part of the site it is in; empty elsewhere."""
    if not current_user.is_authenticated:
        return []
    if request.path == "/manage" or request.path.startswith("/manage/"):
        return _managing(root, has_events=hub.features.get("events", True))
    return _own(hub, root) if request.path.startswith("/me/") else []


def _managing(root: str, *, has_events: bool) -> list[Entry]:
    person = guards.team_member()
    if person is None:
        return []
    entries = (
        ("hub.manage", _("Today"), "/manage/", "layout-dashboard"),
        ("members.view", _("Members"), "/manage/members", "users"),
        ("roles.grant", _("Team"), "/manage/team", "key-round"),
        ("moderation.view", _("Moderation"), "/manage/moderation", "shield-check"),
        ("invites.manage", _("Invites"), "/manage/invites", "user-plus"),
        ("mentors.manage", _("Mentors"), "/manage/mentors", "sprout"),
        *([("events.view", _("Gatherings"), "/manage/events", "calendar-days")] if has_events else []),
        ("market.view", _("Orders"), "/manage/orders", "package"),
        ("market.view", _("Subscriptions"), "/manage/subscriptions", "refresh-cw"),
        ("market.view", _("Disputes"), "/manage/disputes", "scale"),
        ("market.view", _("Listings"), "/manage/listings", "tag"),
        ("conversations.manage", _("Conversations"), "/manage/conversations", "messages-square"),
        ("turnover.view", _("Turnover"), "/manage/turnover", "chart-line"),
        ("turnover.view", _("Reports"), "/manage/reports", "book-open"),
        ("payouts.request", _("Payouts"), "/manage/payouts", "banknote"),
        ("broadcasts.send", _("Broadcasts"), "/manage/broadcasts", "megaphone"),
        ("brand.edit", _("Brand"), "/manage/brand", "palette"),
        ("pages.edit", _("Pages"), "/manage/pages", "file-text"),
        ("pages.edit", _("Front page"), "/manage/front", "house"),
        ("switches.edit", _("Switches"), "/manage/switches", "sliders-horizontal"),
        ("roles.grant", _("Hand over"), "/manage/handover", "handshake"),
    )
    return _existing(((text, url, icon, url) for right, text, url, icon in entries if person.may(right)), root)


def _own(hub: HubView, root: str) -> list[Entry]:
    entries = [
        (_("Profile"), "/me/profile", "circle-user", "/me/profile"),
        (_("Orders"), "/me/orders", "package", "/me/orders"),
        (_("Subscriptions"), "/me/subscriptions", "refresh-cw", "/me/subscriptions"),
        (_("Selling"), "/me/selling", "tag", "/me/selling"),
        (_("Earnings"), "/me/earnings", "wallet", "/me/earnings"),
        (_("Earning programme"), "/me/programme", "sprout", "/me/programme"),
        (_("Notices"), "/me/notifications", "bell", "/me/notifications"),
        (_("House rules"), "/me/house-rules", "scale", "/me/house-rules"),
    ]
    if hub.features.get("events", True):
        entries.insert(1, (_("Tickets"), "/me/tickets", "ticket", "/me/tickets"))
    if hub.features.get("referrals", True):
        entries.append((_("Your link"), "/me/referrals", "share-2", "/me/referrals"))
    return _existing(entries, root)


def central_nav() -> list[Entry]:
    """The network's main menu."""
    entries = [
        (_("Home"), "/", "house", "home"),
        (_("Hubs"), "/hubs", "network", "/hubs"),
        (_("How money is shared"), "/p/shares", "chart-pie", "/p/shares"),
    ]
    return _existing(entries, "", CENTRAL)


def central_foot() -> list[tuple[str, str]]:
    """The network's legal pages."""
    return [(_("Terms"), "/p/terms"), (_("Privacy"), "/p/privacy"), (_("Imprint"), "/p/imprint")]


def current(entries: Iterable[Entry]) -> str:
    """The key of the entry that this page stands under: the longest address it starts with, or belongs to."""
    home = next((home for start, home in BELONGS.items() if request.path.startswith(start)), request.path)
    path = request.script_root + home
    best, found = -1, ""
    for _label, url, _icon, key in entries:
        # `/` and `/manage/` are pages of their own, not the parents of all others.
        within = path == url or (not url.endswith("/") and path.startswith(f"{url}/"))
        if within and len(url) > best:
            best, found = len(url), key
    return found


def _existing(entries: Iterable[Entry], root: str, area: str = HUB) -> list[Entry]:
    """Only what this installation serves: an entry without a page behind it would be a dead end."""
    rules = current_app.extensions.get("hubapp.paths")
    if rules is None:
        rules = {(rule.subdomain, rule.rule) for rule in current_app.url_map.iter_rules()}
        current_app.extensions["hubapp.paths"] = rules
    return [(text, root + url, icon, key) for text, url, icon, key in entries if (area, url) in rules]
