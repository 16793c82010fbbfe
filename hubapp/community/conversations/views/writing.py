"""Writing a post: from a line in the feed to pictures and a poll; drafts, editing, deleting."""

from __future__ import annotations

from uuid import UUID

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.conversations import policies, queries, services
from hubapp.community.conversations.forms import PostForm
from hubapp.community.conversations.models import Post
from hubapp.community.conversations.views import desk, reading, shown
from hubapp.community.conversations.views.blueprint import pages
from hubapp.kernel import clock, files
from hubapp.kernel.errors import Refusal
from hubapp.web import access
from hubapp.web.htmx import htmx


@pages.route("/feed/new", methods=["GET", "POST"])
def write() -> ResponseReturnValue:
    """Write a post, save it for later, or be led to joining first; what was begun is there again."""
    reader = reading.reader()
    if reader.suspended is not None:
        return reading.to_join(policies.FEED)
    if request.method == "GET":
        form = PostForm(formdata=None, data=desk.resumed(policies.FEED))
        if form.topic.data is None:
            form.topic.data = request.args.get("topic", "")
        return _page(form, is_member=reader.member is not None)
    form = PostForm()
    form.offer(queries.topics())
    if reader.member is None:
        desk.keep(policies.FEED)
        return reading.to_join(policies.FEED)
    if request.form.get("act") in {"draft", "more"}:
        return _put_aside()
    if form.validate_on_submit():
        try:
            post = services.write_post(
                author_id=reader.member.account_id,
                text=form.text(),
                pictures=form.uploads(),
                files=files.opened(current_app.extensions["hubapp.settings"]),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            desk.forget(policies.FEED)
            flash(*shown.came_of(post))
            return redirect(url_for(".detail", post_id=post.id), 303)
    return _page(form, is_member=True)


def _put_aside() -> ResponseReturnValue:
    desk.keep(policies.FEED)
    if request.form.get("act") == "more":
        return redirect(url_for(".write"), 303)
    flash(_("Saved as a draft. It waits for you here; pictures are chosen when you publish."), "good")
    return redirect(url_for(".index"), 303)


def _page(form: PostForm, *, is_member: bool) -> ResponseReturnValue:
    form.offer(queries.topics())
    html = render_template("community/conversations/write.html", form=form, is_member=is_member, post=None)
    return html, 422 if form.errors or form.form_errors else 200


@pages.post("/feed/draft")
@access.requires()
def draft() -> ResponseReturnValue:
    """Save while typing; `place` is the feed or a conversation."""
    reading.reader()
    place = request.form.get("place", policies.FEED)
    if place != policies.FEED:
        queries.post(reading.uuid_or_none(place) or queries.NOTHING_SEEN)
    desk.keep(place)
    if not htmx:
        return redirect(url_for(".index"), 303)
    return render_template("community/conversations/_draft_saved.html")


@pages.post("/feed/draft/forget")
@access.requires()
def forget_draft() -> ResponseReturnValue:
    """Throw a begun post away."""
    reading.reader()
    desk.forget(policies.FEED)
    flash(_("The draft is gone."), "info")
    return redirect(url_for(".write"), 303)


@pages.route("/feed/<uuid:post_id>/edit", methods=["GET", "POST"])
@access.requires()
def edit(post_id: UUID) -> ResponseReturnValue:
    """Change one's own post."""
    post = _own(post_id)
    values = {"title": post.title, "body_md": post.body_md, "topic": str(post.topic_id or "")}
    form = PostForm(data={**values, "version": str(post.version)})
    form.offer(
        [topic for topic in queries.topics(with_archived=True) if _is_offered(topic.archived_at, topic.id, post)]
    )
    if form.validate_on_submit():
        try:
            services.edit_post(
                post_id=post_id,
                author_id=post.author_id,
                text=form.text(),
                version=form.seen_version(),
                now=clock.now(),
            )
            services.tell_pictures(post_id=post_id, author_id=post.author_id, alts=form.told())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved. Earlier versions stay readable."), "good")
            return redirect(url_for(".detail", post_id=post_id), 303)
    html = render_template(
        "community/conversations/write.html",
        form=form,
        is_member=True,
        post=post,
        pictures=queries.pictures([post_id]).get(post_id, ()),
        picture_url=shown.picture_url,
    )
    return html, 422 if form.errors or form.form_errors else 200


def _is_offered(archived_at: object, topic_id: UUID, post: Post) -> bool:
    return archived_at is None or topic_id == post.topic_id


@pages.post("/feed/<uuid:post_id>/delete")
@access.requires()
def delete(post_id: UUID) -> ResponseReturnValue:
    """Take one's own post back."""
    post = _own(post_id)
    services.delete_post(post_id=post_id, author_id=post.author_id, now=clock.now())
    flash(_("Deleted. What others answered stays."), "info")
    return redirect(url_for(".index"), 303)


def _own(post_id: UUID) -> Post:
    reader, post = reading.reader(), queries.post(post_id)
    if post.author_id != reader.account_id or post.deleted_at is not None:
        abort(404)
    return post
