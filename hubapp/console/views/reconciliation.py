"""The provider's books beside ours: runs, differences, and a person's words about one."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console.views.blueprint import actor, blueprint
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.money.ledger import across
from hubapp.money.reconciliation import jobs, queries, services, wording
from hubapp.money.reconciliation.models import Item, ItemStatus
from hubapp.tenancy import network as hubs_of_network
from hubapp.web import access

PAGE = 50
FILTERS = (ItemStatus.OPEN, ItemStatus.EXPLAINED, ItemStatus.RESOLVED)


@blueprint.context_processor
def words() -> dict[str, object]:
    """Differences in words."""
    return {"difference": wording, "Money": Money}


@blueprint.get("/reconciliation")
@access.requires("central.view")
def reconciliation() -> ResponseReturnValue:
    """What differs, and when somebody last looked."""
    status = request.args.get("status", "")
    chosen = status if status in set(FILTERS) else None
    found = queries.items(status=chosen, before=_uuid(request.args.get("before", "")), limit=PAGE + 1)
    shown = found[:PAGE]
    following = url_for("console.reconciliation", status=chosen or None, before=shown[-1].id) if found[PAGE:] else ""
    return render_template(
        "console/reconciliation/index.html",
        items=shown,
        runs=queries.runs(limit=10),
        health=queries.health(),
        status=chosen,
        names=hubs_of_network.names([item.hub_id for item in shown]),
        next_url=following,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@blueprint.post("/reconciliation")
@access.requires("central.reconcile")
def reconcile() -> ResponseReturnValue:
    """Compare now, by jobs."""
    jobs.ask(since=None, asked_by=actor().name, now=clock.now())
    flash(_("The comparison has begun. Load this page again in a moment."), "good")
    return redirect(url_for("console.reconciliation"), 303)


@blueprint.get("/reconciliation/<uuid:item_id>")
@access.requires("central.view")
def difference(item_id: UUID) -> ResponseReturnValue:
    """One difference, with what the provider and the books say."""
    return _page(queries.item(item_id), {}, 200)


@blueprint.post("/reconciliation/<uuid:item_id>/explain")
@access.requires("central.reconcile")
def explain_difference(item_id: UUID) -> ResponseReturnValue:
    """Keep somebody's words with it."""
    try:
        services.explain(item_id=item_id, note=request.form.get("note", ""), actor=actor(), now=clock.now())
    except Refusal as refusal:
        if refusal.field is None:
            raise
        return _page(queries.item(item_id), {refusal.field: str(refusal)}, refusal.status)
    flash(_("Your words are kept with the difference."), "good")
    return redirect(url_for("console.difference", item_id=item_id), 303)


def _page(item: Item, errors: dict[str, str], status: int) -> ResponseReturnValue:
    is_ours = item.account is None
    entries = across.entries_known(queries.entries_of(item)) if is_ours else across.connected_entries({item.ref or ""})
    read = queries.line if is_ours else queries.connected_line
    body = render_template(
        "console/reconciliation/item.html",
        item=item,
        line=read(item.txn_id) if item.txn_id else None,
        entries=entries,
        run=queries.run(item.run_id),
        names=hubs_of_network.names([item.hub_id, item.suspense_hub_id, *(entry.hub_id for entry in entries)]),
        errors=errors,
    )
    return body, status
