"""Beginning to write to somebody: from their page, or to several at once."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.community.messages import policies, queries, services
from hubapp.community.messages.forms import StartForm
from hubapp.community.messages.views.blueprint import pages, reader
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.web import access


@pages.route("/messages/new", methods=["GET", "POST"])
@access.requires()
def start() -> ResponseReturnValue:
    """The first message; whom one has written to before, one goes on writing to."""
    me = reader()
    guards.refuse_suspended()
    to = policies.handles_in(request.args.get("to", "")[:500])
    known = _known(me, to)
    if request.method == "GET" and known is not None:
        return known
    form = StartForm(data={"to": " ".join(f"@{handle}" for handle in to)})
    if form.validate_on_submit():
        try:
            thread_id = services.start(
                author_id=me.account_id,
                to=policies.handles_in(form.to.data or ""),
                title=form.title.data or "",
                body_md=form.body_md.data or "",
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(".detail", thread_id=thread_id, _anchor="write"), 303)
    people = membership.members_by_handle(to) if to else []
    page = render_template("community/messages/new.html", form=form, people=people, most=policies.MOST_PEOPLE)
    return page, 422 if form.errors or form.form_errors else 200


def _known(me: MemberView, to: tuple[str, ...]) -> ResponseReturnValue | None:
    if len(to) != 1:
        return None
    person = membership.member_by_handle(to[0])
    found = queries.thread_with(me.account_id, person.account_id) if person is not None else None
    return redirect(url_for(".detail", thread_id=found, _anchor="write"), 303) if found else None
