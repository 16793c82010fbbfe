"""`/manage/broadcasts`: write, look at it as a mail, try it, send; and `/news/<id>`, where members read it."""

from __future__ import annotations

import base64
import hashlib
import re
import uuid

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from hubapp.community.broadcasts import queries, services
from hubapp.community.broadcasts.forms import SEGMENTS, BroadcastForm, ScheduleForm
from hubapp.community.broadcasts.models import Broadcast, Status
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.people.notifications import rendering
from hubapp.people.notifications.rendering import Letter
from hubapp.tenancy import markdown
from hubapp.web import access, areas

PAGE = 30
MAY = "broadcasts.send"
FOLDER = "community/broadcasts"
_STYLE = re.compile(r'style="([^"]*)"|<style>(.*?)</style>', re.DOTALL)

blueprint = areas.hub_blueprint("broadcasts", __name__)
blueprints = (blueprint,)


@blueprint.get("/manage/broadcasts")
@access.requires(MAY)
def index() -> ResponseReturnValue:
    """All of them, the newest first."""
    before = request.args.get("before", type=uuid.UUID)
    found = queries.broadcasts(before=before, limit=PAGE + 1)
    following = url_for("broadcasts.index", before=found[PAGE - 1].id) if len(found) > PAGE else ""
    return render_template(f"{FOLDER}/index.html", found=found[:PAGE], next_url=following, segments=SEGMENTS)


@blueprint.route("/manage/broadcasts/new", methods=["GET", "POST"])
@access.requires(MAY)
def new() -> ResponseReturnValue:
    """Write one."""
    return _edit(None)


@blueprint.route("/manage/broadcasts/<uuid:broadcast_id>/edit", methods=["GET", "POST"])
@access.requires(MAY)
def edit(broadcast_id: uuid.UUID) -> ResponseReturnValue:
    """Change a draft."""
    return _edit(queries.broadcast(broadcast_id))


def _edit(row: Broadcast | None) -> ResponseReturnValue:
    hub = areas.current_hub()
    form = BroadcastForm(
        further=[code for code in hub.locales if code != hub.default_locale],
        held=row.words if row else {},
        obj=row,
        data=None if row else {"segment": "everybody"},
    )
    if form.validate_on_submit():
        try:
            broadcast_id = services.write(
                broadcast_id=row.id if row else None,
                subject=form.subject.data.strip(),
                body_md=form.body_md.data,
                words=form.words,
                segment=form.segment.data,
                author_id=current_user.account_id,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("broadcasts.show", broadcast_id=broadcast_id), 303)
    page = render_template(f"{FOLDER}/edit.html", form=form, row=row, own=hub.default_locale)
    return page, 422 if form.all_errors else 200


@blueprint.get("/manage/broadcasts/<uuid:broadcast_id>")
@access.requires(MAY)
def show(broadcast_id: uuid.UUID) -> ResponseReturnValue:
    """One: how it reads, when it goes, and what became of it."""
    return _show(queries.broadcast(broadcast_id), ScheduleForm(data={"when": "now"}))


def _show(row: Broadcast, form: ScheduleForm) -> ResponseReturnValue:
    is_gone = row.status in {Status.SENDING, Status.SENT}
    page = render_template(
        f"{FOLDER}/show.html",
        row=row,
        form=form,
        shown=_shown(row),
        segment=SEGMENTS[row.segment],
        reach=queries.reach(row.segment, clock.now()),
        numbers=queries.numbers(row.id) if is_gone else None,
    )
    return page, 422 if form.errors or form.form_errors else 200


def _shown(row: Broadcast) -> list[tuple[str, str, Markup]]:
    """(language, subject, text) in each language in which it was written, the hub's own first."""
    said = [(code, row.said_in(code)) for code in (areas.current_hub().default_locale, *row.words)]
    return [(code, one.subject, markdown.render(one.body_md)) for code, one in said]


@blueprint.get("/manage/broadcasts/<uuid:broadcast_id>/mail/<any(light, dark, text):look>")
@access.requires(MAY)
def mail(broadcast_id: uuid.UUID, look: str) -> ResponseReturnValue:
    """The mail as it comes to oneself, in one of the colour schemes, or its text; `?in=` to readers of a language."""
    row, locale = queries.broadcast(broadcast_id), str(get_locale() or "en")
    if (wanted := request.args.get("in", "")) in areas.current_hub().locales:
        locale = wanted
    context = services.mail_context(broadcast=row, said=row.said_in(locale))
    letter = Letter(
        "broadcast",
        current_user.email,
        current_user.name,
        locale,
        areas.current_hub(),
        context,
        account_id=current_user.account_id,
        scheme=look,
    )
    subject, plain, html = rendering.render(letter)
    if look == "text":
        return Response(f"{subject}\n\n{plain}", mimetype="text/plain")
    return Response(html, headers={"Content-Security-Policy": _policy(html)})


def _policy(html: str) -> str:
    """Mails carry their styles in themselves: exactly these are let in, and nothing else."""
    styles = {attribute or block for attribute, block in _STYLE.findall(html)}
    sums = sorted(base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles)
    allowed = " ".join(f"'sha256-{one}'" for one in sums)
    return f"default-src 'none'; img-src 'self' data:; style-src 'unsafe-hashes' {allowed}; frame-ancestors 'none'"


@blueprint.post("/manage/broadcasts/<uuid:broadcast_id>/test")
@access.requires(MAY)
def send_test(broadcast_id: uuid.UUID) -> ResponseReturnValue:
    """The mail to oneself."""
    services.send_test(broadcast_id=broadcast_id, to_account_id=current_user.account_id, now=clock.now())
    flash(_("A test is on its way to %(address)s.", address=current_user.email), "good")
    return redirect(url_for("broadcasts.show", broadcast_id=broadcast_id), 303)


@blueprint.post("/manage/broadcasts/<uuid:broadcast_id>/send")
@access.requires(MAY)
def send(broadcast_id: uuid.UUID) -> ResponseReturnValue:
    """Now, or at the time chosen."""
    form, row = ScheduleForm(), queries.broadcast(broadcast_id)
    if not form.validate_on_submit():
        return _show(row, form)
    moment = form.moment(areas.current_hub().zone)
    try:
        services.schedule(broadcast_id=broadcast_id, send_at=moment, actor=guards.actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _show(row, form)
    flash(_("It goes out now.") if moment is None else _("It is scheduled. Until then you can take it back."), "good")
    return redirect(url_for("broadcasts.show", broadcast_id=broadcast_id), 303)


@blueprint.post("/manage/broadcasts/<uuid:broadcast_id>/cancel")
@access.requires(MAY)
def cancel(broadcast_id: uuid.UUID) -> ResponseReturnValue:
    """A draft again."""
    services.take_back(broadcast_id=broadcast_id, actor=guards.actor(), now=clock.now())
    flash(_("Taken back: it is a draft again."), "good")
    return redirect(url_for("broadcasts.show", broadcast_id=broadcast_id), 303)


@blueprint.get("/news/<uuid:broadcast_id>")
@access.requires()
def news(broadcast_id: uuid.UUID) -> ResponseReturnValue:
    """What was sent, for members to read."""
    guards.reader_or_403()
    row = queries.news(broadcast_id)
    said, author = row.said_in(str(get_locale() or "en")), queries.author_name(row)
    return render_template(
        f"{FOLDER}/news.html",
        row=row,
        subject=said.subject,
        body=markdown.render(said.body_md),
        author=author,
        member=membership.member(row.author_account_id),
    )
