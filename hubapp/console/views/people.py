"""Accounts, the audit log, and the published share rules: to read."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from hubapp.community.moderation.forms import REASONS
from hubapp.console.views.blueprint import blueprint
from hubapp.console.views.choosing import choice
from hubapp.earnings.shares import network as shares
from hubapp.kernel import clock
from hubapp.people.accounts import network as accounts
from hubapp.people.membership import network as membership
from hubapp.tenancy import choosing
from hubapp.tenancy import network as hubs_of_network
from hubapp.web import access, places

PAGE = 30
AUDIT_PAGE = 50
# How the log's verbs begin, for the filter.
ACTIONS = {
    "account.": _l("Accounts"),
    "hub.": _l("Hubs: opened, frozen, lifted"),
    "domain.": _l("Domains"),
    "role.": _l("Roles"),
    "handover.": _l("Handovers"),
    "member.": _l("Members"),
    "profile.": _l("Profiles"),
    "moderation.": _l("Moderation"),
    "conversations.": _l("Rules for conversations"),
    "post.": _l("Conversations"),
    "comment.": _l("Answers"),
    "gathering.": _l("Gatherings"),
    "broadcast.": _l("Messages to all"),
    "brand.": _l("Brand"),
    "page.": _l("Pages"),
    "home.": _l("Front page"),
    "words.": _l("Words"),
    "steps.": _l("First steps"),
    "switches.": _l("Switches"),
    "listing.": _l("Listings"),
    "order.": _l("Orders"),
    "refund.": _l("Refunds"),
    "dispute.": _l("Disputes"),
    "payouts.": _l("Payouts"),
    "payee.": _l("Payouts to a person"),
    "retainer.": _l("Retainers"),
    "plan.": _l("Pay plan"),
    "ledger.": _l("Books"),
    "reconciliation.": _l("Reconciliation"),
    "rate.": _l("Rates of exchange"),
    "mail.": _l("Mails"),
    "job.": _l("Jobs"),
    "core.": _l("Done for hubs without a connector"),
}


@blueprint.get("/people")
@access.requires("central.people")
def people() -> ResponseReturnValue:
    """Accounts by address."""
    search = request.args.get("q", "").strip()[:254]
    found = accounts.accounts(search=search, after=request.args.get("after", "")[:254], limit=PAGE + 1)
    shown = found[:PAGE]
    hubs = membership.hubs_of([account.id for account in shown])
    following = url_for("console.people", after=shown[-1].email, q=search or None) if len(found) > PAGE else ""
    return render_template(
        "console/people.html",
        people=shown,
        hubs=hubs,
        names=hubs_of_network.names([hub.hub_id for of_one in hubs.values() for hub in of_one]),
        search=search,
        next_url=following,
    )


@blueprint.get("/audit")
@access.requires("central.audit")
def audit() -> ResponseReturnValue:
    """Who did what, the newest first."""
    typed, actor = request.args.get("hub", "").strip(), request.args.get("actor", "").strip()[:80]
    action = request.args.get("action", "")
    action = action if action in ACTIONS else ""
    hub, refused = choice(typed)
    # An unknown hub did nothing; showing everybody's acts instead would mislead.
    found = (
        []
        if refused
        else hubs_of_network.audit_log(
            hub_id=hub.id if hub else None,
            actor=actor,
            action=action,
            before=places.read(request.args.get("before", "")),
            limit=AUDIT_PAGE + 1,
        )
    )
    shown = found[:AUDIT_PAGE]
    following = ""
    if len(found) > AUDIT_PAGE:
        last = places.written(shown[-1].at, shown[-1].id)
        following = url_for("console.audit", before=last, hub=typed or None, actor=actor or None, action=action or None)
    page = render_template(
        "console/audit.html",
        events=shown,
        names=hubs_of_network.names([event.hub_id for event in shown]),
        filters={"hub": typed, "actor": actor, "action": action},
        refused=refused,
        hubs=choosing.offered(typed),
        actions=ACTIONS,
        reasons=REASONS,
        next_url=following,
    )
    return page, 422 if refused else 200


@blueprint.get("/rules")
@access.requires("central.view")
def rules() -> ResponseReturnValue:
    """Every version of the share rules."""
    now = clock.now()
    versions = shares.rule_versions()
    current = next((row.key for row in versions if row.is_published and row.effective_from <= now), "")
    return render_template("console/rules.html", versions=versions, current=current, now=now)
