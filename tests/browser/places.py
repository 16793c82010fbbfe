"""The main pages of every role: which address shows them, and as whom."""

from __future__ import annotations

from dataclasses import dataclass

from tests.browser.site import BUYER, CENTRAL, CONNECTORS, MEMBER, SELLER


@dataclass(frozen=True, slots=True)
class Place:
    """A page. `link`: not `path` itself, but where its first link leads whose address contains this."""

    who: str | None
    hub: str
    path: str
    link: str = ""

    def __str__(self) -> str:
        return f"{self.who or 'visitor'} {self.hub or 'central'}{self.link or self.path}"


def places() -> list[Place]:
    """All of them, in an order in which neighbours differ in hub and role."""
    return [Place(who, hub, *path.split(" > ")) for who, hub, paths in _PLACES for path in paths]


_PLACES: tuple[tuple[str | None, str, tuple[str, ...]], ...] = (
    (None, "", ("/", "/hubs", "/sign-in", "/sign-up", "/forgot", "/no-such-page")),
    (None, "lyon", ("/", "/market", "/market > /market/0", "/members", "/p/shares", "/p/terms", "/join", "/basket")),
    (None, "nairobi", ("/", "/market", "/no-such-page")),
    (None, "tunis", ("/", "/market", "/market > /market/0", "/members", "/p/shares", "/p/privacy", "/join")),
    (MEMBER, "lyon", ("/", "/me/orders", "/me/orders > /orders/0", "/me/profile", "/me/referrals", "/me/earnings")),
    (MEMBER, "lyon", ("/me/payout-account", "/members", "/basket", "/me/selling")),
    (MEMBER, "", ("/me", "/me/security", "/me/security/second-factor", "/notifications", "/me/notifications")),
    (SELLER, "lyon", ("/sell", "/sell > /sell/0", "/sell/new", "/sell/orders", "/sell/orders > /sell/orders/0")),
    (SELLER, "lyon", ("/me/earnings", "/me/referrals/print")),
    (CONNECTORS["lyon"], "lyon", ("/manage/", "/manage/members", "/manage/members > /manage/members/0")),
    (CONNECTORS["lyon"], "lyon", ("/manage/orders", "/manage/orders > /manage/orders/0", "/manage/listings")),
    (CONNECTORS["lyon"], "lyon", ("/manage/turnover", "/manage/payouts", "/manage/brand", "/manage/front")),
    (CONNECTORS["lyon"], "lyon", ("/manage/pages", "/manage/pages > /manage/pages/fr", "/manage/invites")),
    (CONNECTORS["tunis"], "tunis", ("/", "/manage/", "/manage/orders", "/manage/payouts", "/manage/brand")),
    (CONNECTORS["tunis"], "tunis", ("/me/orders", "/me/earnings", "/sell/orders", "/manage/turnover")),
    (
        CONNECTORS["nairobi"],
        "nairobi",
        ("/manage/", "/manage/turnover", "/me/earnings", "/me/earnings > /me/earnings/0"),
    ),
    (CENTRAL, "", ("/console/", "/console/hubs", "/console/hubs > /console/hubs/l", "/console/people")),
    (CENTRAL, "", ("/console/audit", "/console/jobs", "/console/rules", "/console/hubs/lyon/freeze")),
    (CENTRAL, "", ("/console/hubs/new/start", "/console/hubs/lyon/connectors/new")),
    (CENTRAL, "", ("/console/payouts", "/console/payouts/preview", "/console/disputes", "/console/refunds")),
    (CENTRAL, "", ("/console/ledger", "/console/ledger?q=1", "/console/ledger/manual", "/console/reconciliation")),
    (CENTRAL, "", ("/console/reports", "/console/mails", "/console/hubs/lyon/tax", "/console/hubs/tunis/refunds")),
    (CONNECTORS["lyon"], "lyon", ("/manage/subscriptions", "/manage/disputes", "/manage/parts", "/notifications")),
    (CONNECTORS["lyon"], "lyon", ("/me/notifications", "/manage/broadcasts", "/manage/broadcasts/new")),
    (CONNECTORS["tunis"], "tunis", ("/notifications", "/me/notifications", "/manage/broadcasts/new")),
    (CONNECTORS["tunis"], "tunis", ("/manage/reports", "/manage/reports/tax", "/manage/books", "/me/books")),
    (SELLER, "lyon", ("/me/books", "/me/subscriptions", "/me/earnings/periods", "/me/earnings/periods/2026-11")),
    (MEMBER, "lyon", ("/me/subscriptions", "/me/programme")),
    (CENTRAL, "", ("/console/plan/people",)),
    (MEMBER, "lyon", ("/me/subscriptions", "/me/billing", "/me/orders > /orders/0")),
    (SELLER, "lyon", ("/sell/invoices",)),
    (CENTRAL, "", ("/console/invoices",)),
    (MEMBER, "lyon", ("/events", "/me/tickets", "/events > /events/visio", "/me/tickets?when=past")),
    (MEMBER, "lyon", ("/events > /events/ressemeler",)),
    (CONNECTORS["nairobi"], "nairobi", ("/manage/events", "/manage/events/new", "/manage/events > /manage/events/0")),
    (CONNECTORS["lyon"], "lyon", ("/manage/events > /checkin", "/manage/events > /people")),
    (None, "tunis", ("/events", "/events > /events/", "/events?when=past")),
    (None, "lyon", ("/feed", "/feed > #answers")),
    (MEMBER, "lyon", ("/feed", "/feed > #answers", "/feed/new")),
    (CONNECTORS["lyon"], "lyon", ("/manage/conversations", "/feed > #answers")),
    (CONNECTORS["tunis"], "tunis", ("/feed", "/feed > #answers", "/feed/new", "/manage/conversations")),
    (MEMBER, "lyon", ("/me/house-rules",)),
    (CONNECTORS["lyon"], "lyon", ("/manage/moderation", "/manage/team", "/manage/members > /manage/members/0")),
    (CONNECTORS["tunis"], "tunis", ("/manage/moderation", "/manage/moderation?state=done", "/manage/team")),
    (CENTRAL, "", ("/console/appeals",)),
    (None, "nairobi", ("/feed",)),
    (BUYER, "nairobi", ("/feed", "/feed > #answers")),
    (MEMBER, "lyon", ("/members > /members/@", "/messages", "/messages/new", "/me/mentoring", "/me/blocked")),
    (CONNECTORS["lyon"], "lyon", ("/manage/mentors", "/members?kind=offers")),
    (CONNECTORS["tunis"], "tunis", ("/me/profile", "/messages", "/manage/mentors")),
    (MEMBER, "lyon", ("/me/leave", "/me/referrals?c=poster", "/offline")),
    (CONNECTORS["tunis"], "tunis", ("/me/leave", "/manage/handover", "/manage/invites")),
    (CONNECTORS["lyon"], "lyon", ("/manage/versions/brand", "/manage/versions/page?page=about", "/manage/switches")),
    (CONNECTORS["tunis"], "tunis", ("/manage/front", "/manage/pages/ar/about", "/manage/versions/front")),
    (
        CENTRAL,
        "",
        (
            "/console/vacant",
            "/console/hubs/lyon/handover",
            "/console/plan/periods",
            "/console/plan",
            "/console/plan/new",
        ),
    ),
    (MEMBER, "", ("/plan/pay", "/plan/pay > /plan/rules/")),
    (MEMBER, "lyon", ("/search?q=atelier", "/search?q=atelier&in=gatherings", "/search?q=xyzzyplugh")),
    (None, "", ("/search?q=lyon", "/search")),
    (CONNECTORS["tunis"], "tunis", ("/search", "/search?q=%D8%A7%D9%84%D8%B3%D9%88%D9%82")),
)
