"""Taking a post or comment out of sight, with a reason, and bringing it back."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.conversations import policies, queries, services
from hubapp.community.conversations.forms import HideForm
from hubapp.community.conversations.views import reading
from hubapp.community.conversations.views.blueprint import pages
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.web import access


@pages.route("/feed/<uuid:post_id>/hide", methods=["GET", "POST"])
@access.requires("moderation.act")
def hide(post_id: UUID) -> ResponseReturnValue:
    """Say why, then hide the post, or the comment that `comment` names."""
    reading.reader()
    post, comment_id, form = queries.post(post_id), reading.key("comment"), HideForm()
    text = post.body_md if comment_id is None else queries.comment(comment_id, post_id=post_id).body_md
    if form.validate_on_submit():
        try:
            services.hide(
                post_id=post_id,
                comment_id=comment_id,
                reason=form.reason.data or "",
                actor=guards.actor(),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Hidden. Its author reads your reason; you can bring it back any time."), "good")
            return _back(post_id, comment_id)
    headline = policies.headline("" if comment_id else post.title, text)
    html = render_template("community/conversations/hide.html", form=form, post=post, headline=headline)
    return html, 422 if form.errors or form.form_errors else 200


@pages.post("/feed/<uuid:post_id>/unhide")
@access.requires("moderation.act")
def unhide(post_id: UUID) -> ResponseReturnValue:
    """Bring it back."""
    reading.reader()
    comment_id = reading.uuid_or_none(request.form.get("comment"))
    services.unhide(post_id=post_id, comment_id=comment_id, actor=guards.actor(), now=clock.now())
    flash(_("Everybody sees it again."), "good")
    return _back(post_id, comment_id)


def _back(post_id: UUID, comment_id: UUID | None) -> ResponseReturnValue:
    anchor = f"c-{comment_id}" if comment_id else None
    return redirect(url_for(".detail", post_id=post_id, start=comment_id, _anchor=anchor), 303)
