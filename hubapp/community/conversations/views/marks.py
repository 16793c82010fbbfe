"""Reacting, seeing who did, voting; pictures; pinning."""

from __future__ import annotations

from uuid import UUID

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.conversations import queries, services
from hubapp.community.conversations.views import reading, shown
from hubapp.community.conversations.views.blueprint import pages
from hubapp.kernel import clock, files
from hubapp.kernel.errors import Refusal
from hubapp.kernel.files import NoSuchFile
from hubapp.people.membership.views import guards
from hubapp.web import access
from hubapp.web.htmx import htmx
from hubapp.web.redirects import safe_path

KEPT_SECONDS = 3600


@pages.post("/feed/<uuid:post_id>/reactions")
@access.requires()
def react(post_id: UUID) -> ResponseReturnValue:
    """React, or take it back: `set` and `unset` name a kind, so that sending it twice does it once."""
    reader, post = reading.reader(), queries.post(post_id)
    if reader.member is None:
        return reading.to_join(str(post_id))
    comment_id = reading.uuid_or_none(request.form.get("comment"))
    account_id, kind, taken = reader.member.account_id, request.form.get("set", ""), request.form.get("unset", "")
    if taken:
        services.unreact(post_id=post_id, comment_id=comment_id, account_id=account_id, kind=taken)
    else:
        services.react(post_id=post_id, comment_id=comment_id, account_id=account_id, kind=kind, now=clock.now())
    back = safe_path(request.form.get("back"), url_for(".detail", post_id=post_id))
    if not htmx:
        return redirect(f"{back}#r-{comment_id or post_id}", 303)
    comments = [comment_id] if comment_id else []
    reacted = queries.reactions(post_ids=[post.id], comment_ids=comments, reader_id=account_id)
    return render_template(
        "community/conversations/_reactions.html",
        post_id=post_id,
        comment_id=comment_id,
        chips=shown.chips(reacted.get((post_id, comment_id), {})),
        is_member=True,
        back=back,
        focused=taken or kind,
    )


@pages.get("/feed/<uuid:post_id>/reactions")
def reactions(post_id: UUID) -> ResponseReturnValue:
    """Who reacted how; for members, like the list of members."""
    reader = reading.reader()
    post = reading.open_post(post_id, reader)
    if reader.member is None:
        return reading.teaser(403)
    comment_id = reading.key("comment")
    if comment_id is not None:
        queries.comment(comment_id, post_id=post_id)
    reacted = queries.reacted_by(post_id=post_id, comment_id=comment_id)
    names = shown.names({account_id for some in reacted.values() for account_id in some})
    words = reading.words_of_kinds()
    return render_template(
        "community/conversations/_who.html" if htmx else "community/conversations/who.html",
        post=post,
        groups=[
            (*words[kind], [names[account_id] for account_id in reacted[kind]]) for kind in words if kind in reacted
        ],
        back=url_for(".detail", post_id=post_id, start=comment_id),
    )


@pages.post("/feed/<uuid:post_id>/vote")
@access.requires()
def vote(post_id: UUID) -> ResponseReturnValue:
    """Vote, or vote again."""
    reader = reading.reader()
    post = reading.open_post(post_id, reader)
    if reader.member is None:
        return reading.to_join(str(post_id))
    choices = [int(text) if text.isdecimal() and len(text) < 3 else -1 for text in request.form.getlist("choice")]  # noqa: PLR2004
    error = ""
    try:
        services.vote(post_id=post_id, account_id=reader.member.account_id, choices=choices, now=clock.now())
    except Refusal as refusal:
        error = str(refusal)
    if not htmx:
        flash(
            error or _("Your vote counts. You can change it as long as the poll is open."), "bad" if error else "good"
        )
        back = safe_path(request.form.get("back"), url_for(".detail", post_id=post_id))
        return redirect(f"{back}#poll-{post_id}", 303)
    poll = queries.polls([post.id], reader_id=reader.account_id).get(post.id)
    if poll is None:
        abort(404)
    fragment = render_template(
        "community/conversations/_poll.html",
        poll=poll,
        is_member=True,
        back=request.form.get("back", ""),
        now=clock.now(),
        error=error,
        has_voted_now=not error,
    )
    return fragment, 422 if error else 200


@pages.get("/feed/pictures/<uuid:picture_id>-<int:width>.webp")
def picture(picture_id: UUID, width: int) -> ResponseReturnValue:
    """A picture's file, as long as its post can be read by whoever asks."""
    reader, found = reading.reader(), queries.picture(picture_id)
    if found is None or width not in found.widths:
        abort(404)
    post = queries.post(found.post_id)
    is_open = post.is_readable or reader.may_moderate or post.author_id == reader.account_id
    if not reader.may_read or not is_open:
        abort(404)
    try:
        content = files.opened(current_app.extensions["hubapp.settings"]).get(
            services.key_of(picture_id=picture_id, width=width)
        )
    except NoSuchFile:
        abort(404)
    response = Response(content, mimetype="image/webp")
    response.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return response


@pages.post("/feed/<uuid:post_id>/pin")
@access.requires("conversations.manage")
def pin(post_id: UUID) -> ResponseReturnValue:
    """Put it above the feed, or take it down again: `off` says which."""
    reading.reader()
    queries.post(post_id)
    if request.form.get("off"):
        services.unpin(post_id=post_id, actor=guards.actor(), now=clock.now())
        flash(_("Taken down from above the feed."), "info")
    else:
        services.pin(post_id=post_id, actor=guards.actor(), now=clock.now())
        flash(_("Pinned above the feed."), "good")
    return redirect(url_for(".detail", post_id=post_id), 303)
