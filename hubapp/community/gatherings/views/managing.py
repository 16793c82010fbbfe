"""Planning gatherings: write, publish, change, cancel."""

from __future__ import annotations

from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.community.gatherings import attendance, queries, services
from hubapp.community.gatherings.errors import NoSuchGathering, WrongDetails
from hubapp.community.gatherings.forms import FOLLOWING, CancelForm, GatheringForm, PictureForm
from hubapp.community.gatherings.models import Gathering, Status
from hubapp.community.gatherings.views import cards
from hubapp.community.gatherings.views.events import BAD_INPUT, key_of, key_text
from hubapp.kernel import clock, files, pictures
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

pages = cards.guard(areas.hub_blueprint("manage_gatherings", __name__))
FOLDER = "community/gatherings/manage"


def states() -> dict[str, tuple[str, str]]:
    """Status → (word, tone)."""
    return {
        Status.DRAFT: (_("Draft"), "neutral"),
        Status.PUBLISHED: (_("Published"), "good"),
        Status.CANCELED: (_("Canceled"), "bad"),
        Status.HIDDEN: (_("Hidden from others"), "warn"),
    }


@pages.get("/manage/events")
@access.requires("events.view")
def index() -> ResponseReturnValue:
    """Everything planned, drafts and canceled ones as well; `?when=past` what was."""
    is_past = request.args.get("when") == "past"
    key, now = key_of(request.args.get("after", "")), clock.now()
    if is_past:
        page = queries.past(now=now, before=key, everything=True)
    else:
        page = queries.coming(now=now, after=key, everything=True)
    when = "past" if is_past else None
    return render_template(
        f"{FOLDER}/index.html",
        gatherings=page.gatherings,
        arrived=attendance.arrived([one.id for one in page.gatherings]) if is_past else {},
        is_past=is_past,
        states=states(),
        may_plan=access.may("events.manage"),
        seats_left=cards.seats_left,
        next_url=url_for(".index", when=when, after=key_text(page.next_key)) if page.next_key else "",
    )


@pages.route("/manage/events/new", methods=["GET", "POST"])
@access.requires("events.manage")
def new() -> ResponseReturnValue:
    """Write one; it stays a draft until it is published."""
    form = GatheringForm()
    if not form.is_submitted():
        host = guards.me()  # nobody here, where the core does it in a connector's place
        form.host.data = host.handle if host else ""
    if form.validate_on_submit():
        try:
            found = services.create_gathering(
                details=form.details(_host(form)),
                when=form.when(),
                repeat=form.repeats(),
                now=clock.now(),
                by=current_user.account_id,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved as a draft. Look at it, then publish it."), "good")
            return redirect(url_for(".edit", gathering_id=found.id), 303)
    page = render_template(f"{FOLDER}/edit.html", form=form, gathering=None)
    return page, BAD_INPUT if form.is_submitted() else 200


@pages.route("/manage/events/<uuid:gathering_id>", methods=["GET", "POST"])
@access.requires("events.manage")
def edit(gathering_id: UUID) -> ResponseReturnValue:
    """Change one date, or it and all that follow."""
    found, form = queries.gathering(gathering_id), GatheringForm()
    if not form.is_submitted():
        form.show(found, host=_handle(found))
    if form.validate_on_submit():
        try:
            services.edit_gathering(
                gathering_id=gathering_id,
                details=form.details(_host(form)),
                when=form.when(),
                with_following=form.scope.data == FOLLOWING,
                now=clock.now(),
                by=current_user.account_id,
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for(".edit", gathering_id=gathering_id), 303)
    return _edit_page(found, form), BAD_INPUT if form.is_submitted() else 200


@pages.post("/manage/events/<uuid:gathering_id>/publish")
@access.requires("events.manage")
def publish(gathering_id: UUID) -> ResponseReturnValue:
    """Let everybody see it."""
    services.publish_gathering(gathering_id=gathering_id, now=clock.now())
    flash(_("Published: people can register now."), "good")
    return redirect(url_for("gatherings.detail", gathering_slug=queries.gathering(gathering_id).slug), 303)


@pages.route("/manage/events/<uuid:gathering_id>/cancel", methods=["GET", "POST"])
@access.requires("events.manage")
def cancel(gathering_id: UUID) -> ResponseReturnValue:
    """Call one date off, or it and all that follow."""
    found, form = queries.gathering(gathering_id), CancelForm()
    if form.validate_on_submit():
        services.cancel_gathering(
            gathering_id=gathering_id,
            reason=form.reason.data or "",
            with_following=form.scope.data == FOLLOWING,
            now=clock.now(),
        )
        flash(_("Canceled. Everybody who was registered gets a mail."), "good")
        return redirect(url_for(".index"), 303)
    page = render_template(f"{FOLDER}/cancel.html", form=form, gathering=found)
    return page, BAD_INPUT if form.is_submitted() else 200


@pages.post("/manage/events/<uuid:gathering_id>/picture")
@access.requires("events.manage")
def add_picture(gathering_id: UUID) -> ResponseReturnValue:
    """Show a picture instead of drawn art."""
    found, form = queries.gathering(gathering_id), PictureForm()
    if form.validate_on_submit():
        try:
            services.set_picture(
                gathering_id=gathering_id,
                content=form.picture.data.stream.read(pictures.MAX_BYTES + 1),
                alt=form.alt.data or "",
                files=files.opened(current_app.extensions["hubapp.settings"]),
                now=clock.now(),
            )
        except NoSuchGathering:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The picture is shown now."), "good")
            return redirect(url_for(".edit", gathering_id=gathering_id, _anchor="picture"), 303)
    shown = GatheringForm(formdata=None)
    shown.show(found, host=_handle(found))
    return _edit_page(found, shown, form), BAD_INPUT


@pages.post("/manage/events/<uuid:gathering_id>/picture/remove")
@access.requires("events.manage")
def remove_picture(gathering_id: UUID) -> ResponseReturnValue:
    """Back to drawn art."""
    services.remove_picture(gathering_id=gathering_id, now=clock.now())
    flash(_("Picture removed."), "info")
    return redirect(url_for(".edit", gathering_id=gathering_id, _anchor="picture"), 303)


def _edit_page(found: Gathering, form: GatheringForm, picture_form: PictureForm | None = None) -> str:
    return render_template(
        f"{FOLDER}/edit.html",
        form=form,
        gathering=found,
        series=queries.series(found.series_id),
        picture_form=picture_form or PictureForm(formdata=None),
        picture_url=cards.picture_url(found, 640),
        state=states()[found.status],
        is_over=found.is_canceled or found.is_hidden or (found.is_published and found.starts_at <= clock.now()),
        seats_left=cards.seats_left(found),
    )


def _handle(found: Gathering) -> str:
    if found.host_account_id is None:
        return ""
    member = membership.member(found.host_account_id)
    return member.handle if member else ""


def _host(form: GatheringForm) -> UUID | None:
    handle = form.host_handle()
    member = membership.member_by_handle(handle) if handle else None
    if handle and member is None:
        raise WrongDetails(_("No member goes by this handle."), field="host")
    return member.account_id if member else None
