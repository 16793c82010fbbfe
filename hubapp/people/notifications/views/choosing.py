"""`/me/notifications`: what one wants to be told in a hub, and on the central site everywhere, when, where and how."""

from __future__ import annotations

from flask import abort, current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts.views.me import subnav
from hubapp.people.notifications import kinds, pushes, queries, services
from hubapp.people.notifications.forms import TimesForm
from hubapp.people.notifications.kinds import Kind
from hubapp.people.notifications.queries import Choice
from hubapp.people.notifications.views.blueprint import CENTRAL, both, here, hub_id, url
from hubapp.tenancy import queries as tenancy
from hubapp.web import access, areas
from hubapp.web.forms import Form

PATH = "/me/notifications"


@both(PATH)
@access.requires()
def matrix() -> ResponseReturnValue:
    """Each kind: in the app or not, by mail and how."""
    return page()


def _times() -> TimesForm:
    account_id = current_user.account_id
    return TimesForm(queries.settings(account_id, fallback="UTC"), queries.named_zone(account_id))


def page(times: TimesForm | None = None, *, refusal: Refusal | None = None) -> ResponseReturnValue:
    """The whole of it. `times`: a form with errors; `refusal`: of what was asked elsewhere on the page."""
    account_id, hub = current_user.account_id, here()
    if times is None and hub is None:
        times = _times()
    site: areas.HubFlask = current_app  # type: ignore[assignment]
    states = {state.hub_id: state for state in queries.hubs(account_id)}
    views = {number: tenancy.hub_view(number) for number in states}
    devices = queries.devices(account_id, now=clock.wall())
    errors = times.all_errors if times is not None else []
    errors += [("", str(refusal))] if refusal is not None else []
    context = {
        "groups": _groups(_offered()),
        "is_mail_off": queries.is_mail_off(account_id, hub_id=hub_id()),
        "central_url": site.addresses.central(PATH),
        "times": times,
        "errors": errors,
        "hubs": [
            (views[number], state, site.addresses.hub(views[number].slug, PATH)) for number, state in states.items()
        ],
        "state": states.get(hub.id) if hub else None,
        "devices": devices,
        "session_id": current_user.session_id,
        "server_key": pushes.server_key(),
        "device_hubs": {one.hub_id: tenancy.hub_view(one.hub_id).name for one in devices},
    }
    if hub is None:
        context |= {"subnav": subnav(), "active": "notifications"}
    return render_template("people/notifications/choices.html", **context), 422 if errors else 200


def _offered() -> list[Choice]:
    """What concerns the reader here: kinds for who runs a hub are shown to them only."""
    found = queries.choices(current_user.account_id, hub_id=hub_id())
    return [one for one in found if _concerns(one.kind)]


def _concerns(kind: Kind) -> bool:
    if kind.is_central:
        return here() is None and access.may(kind.needs)
    return not kind.needs or here() is None or access.may(kind.needs)


def _groups(choices: list[Choice]) -> list[tuple[str, list[Choice]]]:
    rows = [(str(title), [one for one in choices if one.kind.group == group]) for group, title in kinds.GROUPS.items()]
    return [(title, some) for title, some in rows if some]


@both(PATH, "POST")
@access.requires()
def choose() -> ResponseReturnValue:
    """Keep what was ticked and chosen."""
    if not Form().validate_on_submit():
        return page()
    wanted: dict[str, tuple[bool, str]] = {}
    pushed: dict[str, bool] = {}
    for one in _offered():
        mail = request.form.get(f"mail-{one.kind.name}", one.mail)
        if mail not in kinds.MAILS:
            abort(422)
        wanted[one.kind.name] = (f"app-{one.kind.name}" in request.form, mail)
        pushed[one.kind.name] = f"push-{one.kind.name}" in request.form
    services.choose(account_id=current_user.account_id, hub_id=hub_id(), wanted=wanted, pushed=pushed)
    flash(_("Your choices are saved."), "good")
    return redirect(url(PATH), 303)


@CENTRAL.post(f"{PATH}/times")
@access.requires()
def times() -> ResponseReturnValue:
    """When digests come, and when no mail does."""
    form = _times()
    if not form.validate_on_submit():
        return page(form)
    try:
        services.save_settings(
            account_id=current_user.account_id,
            rhythm=form.rhythm.data,
            weekday=int(form.weekday.data),
            hour=int(form.hour.data),
            timezone=form.timezone.data or None,
            quiet=form.quiet(),
            now=clock.now(),
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return page(form)
    flash(_("Your times are saved."), "good")
    return redirect(PATH, 303)


@both(f"{PATH}/mute", "POST")
@access.requires()
def mute_hub() -> ResponseReturnValue:
    """Nothing more from a hub one belongs to, or something again."""
    chosen = hub_id() or request.form.get("hub_id", type=int)
    if chosen not in {state.hub_id for state in queries.hubs(current_user.account_id)} or chosen is None:
        abort(404)
    name = tenancy.hub_view(chosen).name
    if request.form.get("is_muted") == "1":
        services.mute(account_id=current_user.account_id, hub_id=chosen, now=clock.now())
        flash(_("%(hub)s is muted: only money, security and what you take part in still reach you.", hub=name), "good")
    else:
        services.unmute(account_id=current_user.account_id, hub_id=chosen)
        flash(_("You hear from %(hub)s again.", hub=name), "good")
    return redirect(url(PATH), 303)


@both(f"{PATH}/mails", "POST")
@access.requires()
def mails_again() -> ResponseReturnValue:
    """Mails again after unsubscribing from everything."""
    services.unsubscribe_undone(account_id=current_user.account_id, hub_id=hub_id(), kind=kinds.EVERYTHING)
    flash(_("You get mails again, as chosen below."), "good")
    return redirect(url(PATH), 303)
