"""What happens in the hub: the agenda, one gathering with its registration, calendar files, pictures."""

from __future__ import annotations

import contextlib
from datetime import datetime
from uuid import UUID

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.community.gatherings import paid_queries, queries, services
from hubapp.community.gatherings.errors import NoSuchGathering
from hubapp.community.gatherings.forms import PayForm, RegisterForm
from hubapp.community.gatherings.models import Gathering, GatheringRegistration, Seat, Status
from hubapp.community.gatherings.policies import asking
from hubapp.community.gatherings.policies.details import Question, asked_from
from hubapp.community.gatherings.services import Payer
from hubapp.community.gatherings.views import cards, prices
from hubapp.kernel import clock, files
from hubapp.kernel.errors import Refusal
from hubapp.kernel.files import NoSuchFile
from hubapp.money.payments import services as payments
from hubapp.money.payments.gateway import GatewayError
from hubapp.people.accounts.signed_in import site_url
from hubapp.people.membership import queries as membership
from hubapp.people.membership import visits
from hubapp.people.membership.views import guards
from hubapp.tenancy import markdown
from hubapp.web import access, areas
from hubapp.web.htmx import htmx
from hubapp.web.static import FOREVER

pages = cards.guard(areas.hub_blueprint("gatherings", __name__))
cards.install(pages)
BAD_INPUT = 422


def key_of(text: str) -> queries.Key | None:
    """A key from a query string; nonsense is none."""
    at, _separator, one_id = text.partition("_")
    try:
        moment, found = datetime.fromisoformat(at), UUID(one_id)
    except ValueError:
        return None
    return (moment, found) if moment.tzinfo else None


def key_text(key: queries.Key | None) -> str | None:
    """A key for a query string."""
    return None if key is None else f"{key[0].isoformat()}_{key[1]}"


@pages.get("/events")
def index() -> ResponseReturnValue:
    """What comes, the next first; `?when=past` what was."""
    is_past = request.args.get("when") == "past"
    key = key_of(request.args.get("after", ""))
    now = clock.now()
    page = queries.past(now=now, before=key) if is_past else queries.coming(now=now, after=key)
    when = "past" if is_past else None
    return render_template(
        "community/gatherings/index.html",
        rows=cards.agenda(page.gatherings, can_register=not is_past),
        is_past=is_past,
        is_first=key is None,
        first_url=url_for(".index", when=when),
        next_url=url_for(".index", when=when, after=key_text(page.next_key)) if page.next_key else "",
        may_plan=access.may("events.manage"),
    )


@pages.get("/events.ics")
def feed() -> ResponseReturnValue:
    """Everything that comes, for calendars to subscribe to."""
    hub = areas.current_hub()
    page = queries.coming(now=clock.now(), limit=queries.MOST_IN_FEED)
    return cards.calendar_file(page.gatherings, linked=(), name=hub.name)


@pages.get("/events/<gathering_slug>")
def detail(gathering_slug: str) -> ResponseReturnValue:
    """One gathering, and the way to come."""
    found = _visible(gathering_slug)
    return _page(found, RegisterForm(formdata=None), {})


@pages.get("/events/<gathering_slug>.ics")
def file(gathering_slug: str) -> ResponseReturnValue:
    """One gathering for a calendar; with the online address for who comes."""
    found = _visible(gathering_slug)
    linked = [found.id] if _comes(_registration(found)) else []
    response = cards.calendar_file([found], linked=linked, name=found.title)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.slug}.ics"'
    return response


@pages.post("/events/<gathering_slug>/register")
@access.requires()
def register(gathering_slug: str) -> ResponseReturnValue:
    """Take seats, or wait for them."""
    found = _visible(gathering_slug)
    if guards.me() is None:
        if guards.suspended() is None:
            flash(_("Join the hub first: its gatherings are for members. Joining is free."), "info")
        return redirect(url_for("membership.join"), 303)
    form = RegisterForm()
    answers = {question.key: request.form.get(f"answer_{question.key}", "") for question in _asked(found)}
    if not form.validate_on_submit():
        return _page(found, form, _still_asked(found, form, answers)), BAD_INPUT
    try:
        registration = services.register(
            gathering_id=found.id,
            account_id=current_user.account_id,
            seats_wanted=form.seats.data or 0,
            answers=answers,
            now=clock.now(),
            asked=form.asked.data or "",
        )
        if registration.status == Seat.PAYING:
            return _to_card_page(found, form.shown_price())
    except NoSuchGathering:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(found, form, _still_asked(found, form, answers), refusal), BAD_INPUT
    if htmx:
        return _page(found, form, {})
    comes = registration.status == Seat.CONFIRMED
    flash(_("You are coming. Your tickets are ready.") if comes else _("You are on the waiting list."), "good")
    return redirect(url_for(".detail", gathering_slug=gathering_slug, _anchor="registration"), 303)


@pages.post("/events/<gathering_slug>/pay")
@access.requires()
def pay(gathering_slug: str) -> ResponseReturnValue:
    """To the card page for seats that are kept: a new one, or the one that is open."""
    found, form = _visible(gathering_slug), PayForm()
    if not form.validate_on_submit():
        return _page(found, RegisterForm(formdata=None), {}), BAD_INPUT
    try:
        return _to_card_page(found, form.shown_price())
    except Refusal as refusal:
        shown = RegisterForm(formdata=None)
        shown.refuse(refusal)
        return _page(found, shown, {}), BAD_INPUT


@pages.get("/events/<gathering_slug>/paid")
@access.requires()
def paid(gathering_slug: str) -> ResponseReturnValue:
    """Back from the card page: what became of the payment is looked at, not believed from the address."""
    found = _visible(gathering_slug)
    registration = _registration(found)
    if registration is not None and registration.status == Seat.PAYING and registration.payment_id is not None:
        # A provider that does not answer now is asked again by the clock.
        with contextlib.suppress(GatewayError):
            payments.observe(payment_id=registration.payment_id, now=clock.now())
    return redirect(url_for(".detail", gathering_slug=gathering_slug, _anchor="registration"), 303)


def _to_card_page(found: Gathering, shown: int) -> ResponseReturnValue:
    payer = Payer(
        account_id=current_user.account_id,
        email=current_user.email,
        shown=shown,
        path=site_url(url_for(".paid", gathering_slug=found.slug)),
        touch=visits.current(areas.current_hub().id),
    )
    payment_id = services.pay(gathering_id=found.id, payer=payer, now=clock.now())
    return redirect(url_for("payments.proceed", payment_id=payment_id), 303)


@pages.post("/events/<gathering_slug>/cancel")
@access.requires()
def cancel(gathering_slug: str) -> ResponseReturnValue:
    """Give one's seats back, or stop waiting."""
    found = _visible(gathering_slug)
    before = _registration(found)
    services.cancel_registration(gathering_id=found.id, account_id=current_user.account_id, now=clock.now())
    after = None if before is None else paid_queries.fresh(before.id)
    if after is not None and after.refund_due_at is not None:
        flash(_("Done: you are not registered any more. Your money is on its way back."), "good")
    else:
        flash(_("Done: you are not registered any more."), "good")
    return redirect(url_for(".detail", gathering_slug=gathering_slug), 303)


@pages.get("/events/pictures/<uuid:cover_id>-<int:width>.webp")
def picture(cover_id: UUID, width: int) -> ResponseReturnValue:
    """A picture's file; its address never shows another picture, so browsers may keep it for ever."""
    if width not in (queries.picture(cover_id) or ()):
        abort(404)
    store = files.opened(current_app.extensions["hubapp.settings"])
    try:
        content = store.get(services.key_of(picture_id=cover_id, width=width))
    except NoSuchFile:
        abort(404)
    response = Response(content, mimetype="image/webp")
    response.headers["Cache-Control"] = f"public, max-age={FOREVER}, immutable"
    return response


def _visible(gathering_slug: str) -> Gathering:
    found = queries.by_slug(gathering_slug)
    if found.status == Status.DRAFT and not access.may("events.view"):
        raise NoSuchGathering
    if found.is_hidden and not (_hosts(found) or access.may("events.view") or access.may("moderation.view")):
        raise NoSuchGathering
    return found


def _hosts(found: Gathering) -> bool:
    return bool(current_user.is_authenticated) and current_user.account_id == found.host_account_id


def _registration(found: Gathering) -> GatheringRegistration | None:
    return queries.registration_of(found.id, current_user.account_id) if current_user.is_authenticated else None


def _comes(registration: GatheringRegistration | None) -> bool:
    return registration is not None and registration.status == Seat.CONFIRMED


def _asked(found: Gathering) -> tuple[Question, ...]:
    return asked_from(found.questions)


def _still_asked(found: Gathering, form: RegisterForm, answers: dict[str, str]) -> dict[str, str]:
    """What was typed, unless the page asked other things: it would stand under other words now."""
    return answers if form.asked.data in {None, "", asking.mark(_asked(found))} else {}


def _page(found: Gathering, form: RegisterForm, answers: dict[str, str], refusal: Refusal | None = None) -> str:
    registration, now = _registration(found), clock.now()
    field = (refusal.field or "") if refusal else ""
    context = {
        "gathering": found,
        "form": form,
        "answers": answers,
        "wrong": {field: str(refusal)} if field.startswith("answer_") else {},
        "questions": _asked(found),
        "asked": asking.mark(_asked(found)),
        "registration": registration,
        "place": queries.place_in_queue(registration) if registration and registration.status == Seat.WAITING else 0,
        "comes": _comes(registration),
        "is_open": found.is_published and now < found.closes_at,
        "has_begun": now >= found.starts_at,
        "seats_left": cards.seats_left(found),
        "most": min(found.most_seats, found.capacity or found.most_seats),
        "suspended": guards.suspended(),
        **prices.of_registration(found, registration, now),
    }
    if htmx:
        return render_template("community/gatherings/_registration.html", **context)
    host = membership.members_of([found.host_account_id]) if found.host_account_id else {}
    return render_template(
        "community/gatherings/detail.html",
        **context,
        body=markdown.render(found.body_md),
        split=prices.split_of(found, now),
        host=host.get(found.host_account_id) if found.host_account_id else None,
        others=cards.agenda(queries.siblings(found, now=now), can_register=False),
        kind=cards.formats()[found.format],
        picture_url=cards.picture_url(found, 1280),
        srcset=cards.srcset(found),
        address=cards.address_of(found),
        may_plan=access.may("events.manage"),
        may_report=guards.me() is not None and not _hosts(found),
        may_moderate=access.may("moderation.view"),
        is_host=_hosts(found),
    )
