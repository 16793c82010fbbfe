"""One's threads, the latest first; and whether anything came since."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hubapp.community.messages import policies, queries
from hubapp.community.messages.views import shown
from hubapp.community.messages.views.blueprint import NOTHING, key, pages, reader, refuse_if_off
from hubapp.people.membership.views import guards
from hubapp.web import access


@pages.get("/messages")
@access.requires()
def index() -> ResponseReturnValue:
    """A page of them."""
    refuse_if_off()
    if guards.reader() is None:
        return render_template("community/messages/outside.html"), 403
    me, before = reader(), key("before")
    lines, following = queries.inbox(me.account_id, before=before)
    return render_template(
        "community/messages/index.html",
        rows=shown.rows(lines, me),
        after=lines[0].thread.last_id if lines else policies.NOTHING,
        is_first=before is None,
        next_url=url_for(".index", before=following) if following else "",
    )


@pages.get("/messages/news")
@access.requires()
def news() -> ResponseReturnValue:
    """The list anew if anything came; nothing at all (204) otherwise."""
    seen = key("after") or policies.NOTHING
    if not queries.has_newer_threads(current_user.account_id, after=seen):
        return NOTHING
    member = reader()
    lines, _following = queries.inbox(member.account_id)
    rows = shown.rows(lines, member)
    return render_template(
        "community/messages/_rows.html",
        is_fragment=True,
        rows=rows,
        fresh=shown.fresh(rows, seen),
        after=lines[0].thread.last_id if lines else policies.NOTHING,
    )
