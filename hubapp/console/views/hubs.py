"""Overview, the list of hubs, one hub, and the proofs of their books."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.moderation.forms import REASONS
from hubapp.console import attention, queries
from hubapp.console.forms import DomainForm
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404, site_url
from hubapp.earnings.shares import network as shares
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.orders import queries as orders
from hubapp.money.ledger import checks
from hubapp.people.membership import network as membership
from hubapp.tenancy import audit, services
from hubapp.tenancy import network as hubs_of_network
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.models import Hub, HubStatus
from hubapp.tenancy.platform import in_hub
from hubapp.web import access

PAGE = 25
RECENT = 6
FILTERS = (*HubStatus, queries.VACANT, queries.UNSOUND)


@blueprint.get("/")
@access.requires("central.view")
def overview() -> ResponseReturnValue:
    """The network's figures, the state of its books, and what needs somebody."""
    before, month = queries.months_back(queries.first_of_month(clock.now()), 2)
    figures = queries.overview(clock.now())
    failed = checks.failed(limit=10)
    return render_template(
        "console/overview.html",
        figures=figures,
        todo=attention.items(figures),
        failed=failed,
        month_key=f"{month:%Y-%m}",
        before_key=f"{before:%Y-%m}",
        names=hubs_of_network.names([check.hub_id for check in failed]),
    )


@blueprint.get("/hubs")
@access.requires("central.view")
def hubs() -> ResponseReturnValue:
    """All hubs by address, with search and filter."""
    search, status = request.args.get("q", "").strip()[:60], request.args.get("status", "")
    status = status if status in FILTERS else ""
    after = request.args.get("after", "")[:40]
    rows = queries.hub_rows(search=search, status=status, after=after, limit=PAGE + 1, now=clock.now())
    following = ""
    if len(rows) > PAGE:
        following = url_for("console.hubs", after=rows[PAGE - 1].hub.slug, q=search or None, status=status or None)
    return render_template(
        "console/hubs.html", rows=rows[:PAGE], search=search, status=status, next_url=following, is_paged=bool(after)
    )


@blueprint.get("/hubs/<slug>")
@access.requires("central.view")
def hub(slug: str) -> ResponseReturnValue:
    """One hub: sales, shares, books, who looks after it, and what was done to it."""
    return hub_page(hub_or_404(slug), DomainForm())


def hub_page(found: Hub, form: DomainForm, status: int = 200) -> ResponseReturnValue:
    """One hub's page, with a domain form that may hold errors."""
    now = clock.now()
    month = queries.first_of_month(now, tenancy.view_of(found).zone)
    with in_hub(found.id):
        recent = orders.all_orders(limit=RECENT)
    page = render_template(
        "console/hub.html",
        row=queries.rows_of([found], now)[0],
        charts=queries.chart(found, now),
        roles=queries.roles_by_currency(shares.roles_of(month, hub_id=found.id)),
        month=month,
        recent=recent,
        connectors=membership.connectors_of([found.id]).get(found.id, []),
        domains=tenancy.domains(found.id),
        events=hubs_of_network.audit_log(hub_id=found.id, limit=10),
        reasons=REASONS,
        address=site_url(found.slug),
        desk=site_url(found.slug, "/manage/"),
        form=form,
    )
    return page, status


@blueprint.post("/verify")
@access.requires("central.verify")
def verify_all() -> ResponseReturnValue:
    """Have all books proved."""
    checks.ask_for_all(now=clock.now())
    audit.record(actor=actor(), action="ledger.verify", subject="all", now=clock.now())
    flash(_("All books are being verified. The result appears here as each hub is done."), "info")
    return redirect(url_for("console.overview"), 303)


@blueprint.post("/hubs/<slug>/verify")
@access.requires("central.verify")
def verify(slug: str) -> ResponseReturnValue:
    """Have one hub's books proved."""
    found = hub_or_404(slug)
    checks.ask_for_check(hub_id=found.id, now=clock.now())
    audit.record(actor=actor(), action="ledger.verify", hub_id=found.id, subject=found.slug, now=clock.now())
    flash(_("The books of %(name)s are being verified.", name=found.name), "info")
    return redirect(url_for("console.hub", slug=slug, _anchor="books"), 303)


@blueprint.get("/hubs/<slug>/books")
@access.requires("central.view")
def books(slug: str) -> ResponseReturnValue:
    """The state of one hub's books as a fragment, which asks again while a proof is under way."""
    found = hub_or_404(slug)
    return render_template("console/_books.html", hub=found, check=checks.checks_of([found.id]).get(found.id))


@blueprint.post("/hubs/<slug>/domains")
@access.requires("central.domains")
def add_domain(slug: str) -> ResponseReturnValue:
    """Note a domain; it serves once its record was seen."""
    found, form = hub_or_404(slug), DomainForm()
    if not form.validate_on_submit():
        return hub_page(found, form, 422)
    try:
        services.add_domain(hub_id=found.id, host=form.domain.data, actor=actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return hub_page(found, form, 422)
    flash(_("Noted. Set the DNS record shown below, then confirm it here."), "good")
    return redirect(url_for("console.hub", slug=slug, _anchor="domains"), 303)


@blueprint.post("/hubs/<slug>/domains/<host>/verify")
@access.requires("central.domains")
def verify_domain(slug: str, host: str) -> ResponseReturnValue:
    """Somebody has seen the record: the domain serves the hub."""
    found = hub_or_404(slug)
    if host in {domain.host for domain in tenancy.domains(found.id)}:
        services.verify_domain(host=host, actor=actor(), now=clock.now())
        flash(_("%(host)s leads to this hub now.", host=host), "good")
    return redirect(url_for("console.hub", slug=slug, _anchor="domains"), 303)
