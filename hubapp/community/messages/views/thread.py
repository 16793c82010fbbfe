"""One thread: its messages by the page, writing into it, what comes while it is open."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.community.messages import policies, queries, services
from hubapp.community.messages.forms import WriteForm
from hubapp.community.messages.models import Message
from hubapp.community.messages.queries import ThreadView
from hubapp.community.messages.views import shown
from hubapp.community.messages.views.blueprint import NOTHING, key, pages, reader
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles import queries as profiles
from hubapp.web import access
from hubapp.web.htmx import htmx


@pages.get("/messages/<uuid:thread_id>")
@access.requires()
def detail(thread_id: UUID) -> ResponseReturnValue:
    """The last messages, or earlier ones; what is shown is read."""
    return _page(reader(), thread_id, WriteForm(formdata=None))


def _page(me: MemberView, thread_id: UUID, form: WriteForm) -> ResponseReturnValue:
    thread = queries.thread(thread_id, reader_id=me.account_id)
    before = key("before") if request.method == "GET" else None
    rows, earlier = queries.messages(thread_id, before=before)
    people = shown.people_of(thread.everyone)
    if before is None:
        _read(thread, me, rows)
    blocked = profiles.blocked_by(me.account_id)
    html = render_template(
        "community/messages/thread.html",
        thread=thread,
        title=shown.title_of(thread, people, me),
        others=shown.others(thread, people, me, blocked),
        bubbles=shown.bubbles(rows, people, me, blocked),
        form=form,
        after=rows[-1].id if rows else policies.NOTHING,
        day=shown.day_of(rows[-1]) if rows else "",
        is_end=before is None,
        earlier_url=url_for(".detail", thread_id=thread_id, before=earlier) if earlier else "",
        latest_url=url_for(".detail", thread_id=thread_id, _anchor="write"),
        warm=0,
        suspended=me if me.is_suspended else None,
    )
    return html, 422 if form.errors or form.form_errors else 200


def _read(thread: ThreadView, me: MemberView, rows: list[Message]) -> None:
    if rows and thread.read_until < rows[-1].id:
        services.mark_read(thread_id=thread.id, reader_id=me.account_id, until=rows[-1].id, now=clock.now())


@pages.post("/messages/<uuid:thread_id>")
@access.requires()
def send(thread_id: UUID) -> ResponseReturnValue:
    """Write one more."""
    me, form = reader(), WriteForm()
    if form.validate_on_submit():
        try:
            services.send(
                thread_id=thread_id, author_id=me.account_id, body_md=form.body_md.data or "", now=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            after = key("after")
            if htmx and after is not None:
                return _newer(me, thread_id, after, form=WriteForm(formdata=None), warm=policies.WARM)
            return redirect(url_for(".detail", thread_id=thread_id, _anchor="write"), 303)
    if htmx:
        # The page expects messages to be put below the others; this one takes the form's place.
        elsewhere = {"HX-Retarget": "#write", "HX-Reswap": "innerHTML"}
        thread = queries.thread(thread_id, reader_id=me.account_id)
        return render_template("community/messages/_form.html", form=form, thread=thread), 422, elsewhere
    return _page(me, thread_id, form)


@pages.get("/messages/<uuid:thread_id>/news")
@access.requires()
def thread_news(thread_id: UUID) -> ResponseReturnValue:
    """What came since, to be put below the others; nothing at all (204) where there is nothing.

    It looks at one index before it asks who is asking, and finds nothing for those who are not in the thread.
    """
    after, warm = key("after") or policies.NOTHING, min(request.args.get("warm", 0, int), policies.WARM)
    if not queries.count_newer(thread_id, reader_id=current_user.account_id, after=after):
        if warm <= 1:
            return NOTHING
        return render_template(
            "community/messages/_seen.html", thread_id=thread_id, after=after, day=_day(), warm=warm - 1
        )
    return _newer(reader(), thread_id, after, form=None, warm=policies.WARM)


def _day() -> str:
    """The last day that the page shows."""
    return request.values.get("day", "")[:80]


def _newer(me: MemberView, thread_id: UUID, after: UUID, *, form: WriteForm | None, warm: int) -> str:
    thread = queries.thread(thread_id, reader_id=me.account_id)
    rows = queries.newer(thread_id, after=after)
    blocked = profiles.blocked_by(me.account_id)
    _read(thread, me, rows)
    return render_template(
        "community/messages/_newer.html",
        thread=thread,
        thread_id=thread_id,
        bubbles=shown.bubbles(rows, shown.people_of(thread.everyone), me, blocked, after_day=_day()),
        after=rows[-1].id if rows else after,
        day=shown.day_of(rows[-1]) if rows else _day(),
        form=form,
        warm=warm,
    )


@pages.post("/messages/<uuid:thread_id>/take-back")
@access.requires()
def take_back(thread_id: UUID) -> ResponseReturnValue:
    """Delete one's own words."""
    services.take_back(
        thread_id=thread_id,
        message_id=key("message") or policies.NOTHING,
        author_id=reader().account_id,
        now=clock.now(),
    )
    flash(_("Taken back. Nobody reads it any more."), "info")
    return redirect(url_for(".detail", thread_id=thread_id, _anchor="write"), 303)


@pages.post("/messages/<uuid:thread_id>/mute")
@access.requires()
def mute(thread_id: UUID) -> ResponseReturnValue:
    """Be told of it no more, or again."""
    is_muted = "off" not in request.form
    services.mute(thread_id=thread_id, reader_id=reader().account_id, is_muted=is_muted)
    flash(
        _("Muted: it no longer counts as new, and no mail tells of it.") if is_muted else _("No longer muted."), "good"
    )
    return redirect(url_for(".detail", thread_id=thread_id), 303)


@pages.post("/messages/<uuid:thread_id>/leave")
@access.requires()
def leave(thread_id: UUID) -> ResponseReturnValue:
    """Leave a group."""
    services.leave(thread_id=thread_id, reader_id=reader().account_id, now=clock.now())
    flash(_("You have left the group. What you wrote stays with the others."), "info")
    return redirect(url_for(".index"), 303)
