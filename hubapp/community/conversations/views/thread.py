"""One conversation: its post, its comments by the page, answering, and earlier versions of a text."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from hubapp.community.conversations import queries, services
from hubapp.community.conversations.forms import CommentForm
from hubapp.community.conversations.models import Comment, Post
from hubapp.community.conversations.queries import Thread
from hubapp.community.conversations.views import desk, reading, shown
from hubapp.community.conversations.views.blueprint import pages
from hubapp.community.conversations.views.feed import NOTHING
from hubapp.community.conversations.views.reading import Reader
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.web import access
from hubapp.web.htmx import htmx


@pages.get("/feed/<uuid:post_id>")
def detail(post_id: UUID) -> ResponseReturnValue:
    """A conversation, at its first comments, at its end, or from one of them on."""
    reader = reading.reader()
    post = reading.post(post_id, reader)
    if not reader.may_read:
        return reading.teaser(403)
    form = CommentForm(formdata=None, data=desk.resumed(str(post_id)))
    reply_to = reading.key("reply")
    if reply_to is not None:
        form.reply_to.data = str(reply_to)
    return page(reader, post, form)


def page(reader: Reader, post: Post, form: CommentForm) -> ResponseReturnValue:
    """The whole page; 422 if the form on it has errors."""
    thread = _thread(post.id)
    replied = _replied(post.id, form)
    cards = shown.comments(post.id, thread, reader)
    last = thread.comments[-1].id if thread.comments else queries.NOTHING_SEEN
    html = render_template(
        "community/conversations/thread.html",
        reader=reader,
        card=shown.posts([post], reader, is_whole=True)[0],
        cards=cards,
        form=form,
        replied=replied,
        after=None if thread.start is not None else last,
        earlier_url=url_for(".detail", post_id=post.id, before=thread.before, _anchor="answers")
        if thread.before
        else "",
        later_url=url_for(".detail", post_id=post.id, start=thread.start, _anchor="answers") if thread.start else "",
        back=url_for(".detail", post_id=post.id),
        picture_url=shown.picture_url,
        srcset=shown.srcset,
        now=clock.now(),
        ago=shown.ago,
    )
    return html, 422 if form.errors or form.form_errors else 200


def _thread(post_id: UUID) -> Thread:
    before = reading.key("before")
    if before is not None or request.args.get("at") == "end":
        return queries.thread_end(post_id, before=before)
    return queries.thread(post_id, start=reading.key("start"))


def _replied(post_id: UUID, form: CommentForm) -> str:
    """The name of whom the form answers; nobody's where that comment is gone."""
    comment_id = reading.uuid_or_none(form.reply_to.data)
    if comment_id is None:
        return ""
    try:
        comment = queries.comment(comment_id, post_id=post_id)
    except Refusal:
        form.reply_to.data = ""
        return ""
    return shown.names([comment.author_id])[comment.author_id]


@pages.post("/feed/<uuid:post_id>/comments")
def answer(post_id: UUID) -> ResponseReturnValue:
    """Answer; who has not joined yet is led there, and finds what they wrote when they come back."""
    reader, form = reading.reader(), CommentForm()
    post = reading.post(post_id, reader)
    if reader.member is None:
        if not reader.may_read:
            return reading.teaser(403)
        desk.keep(str(post_id))
        return reading.to_join(str(post_id))
    if form.validate_on_submit():
        try:
            made = services.write_comment(
                post_id=post_id,
                author_id=reader.member.account_id,
                body_md=form.body_md.data or "",
                reply_to=reading.uuid_or_none(form.reply_to.data),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            desk.forget(str(post_id))
            return _answered(reader, post, made)
    if htmx:
        # The page expects answers to be put below the others; this one takes the form's place.
        elsewhere = {"HX-Retarget": "#answer", "HX-Reswap": "outerHTML"}
        return _form(post, form, _replied(post_id, form)), 422, elsewhere
    return page(reader, post, form)


def _answered(reader: Reader, post: Post, made: Comment) -> ResponseReturnValue:
    after = reading.uuid_or_none(request.form.get("after"))
    if made.is_held and not htmx:
        flash(*shown.came_of(made))
    if htmx and after is not None:
        return _newer(reader, post, after=after, form=CommentForm(formdata=None), is_focused=made.id)
    return redirect(url_for(".detail", post_id=post.id, at="end", _anchor=f"c-{made.id}"), 303)


def _form(post: Post, form: CommentForm, replied: str) -> str:
    return render_template(
        "community/conversations/_answer.html", post=post, form=form, replied=replied, is_member=True
    )


@pages.get("/feed/<uuid:post_id>/news")
def thread_news(post_id: UUID) -> ResponseReturnValue:
    """How many comments are newer than the newest seen; 204 unless that number has changed."""
    reading.refuse_if_off()
    after, have = reading.key("after") or queries.NOTHING_SEEN, request.args.get("have", "0")
    count = queries.count_newer_comments(post_id=post_id, after=after)
    if str(count) == have or not reading.reader().may_read:
        return NOTHING
    return render_template(
        "community/conversations/_news.html",
        after=after,
        topic_id=None,
        count=count,
        text=ngettext("%(num)d new answer", "%(num)d new answers", count),
        more=url_for(".thread_newer", post_id=post_id, after=after),
        page=url_for(".detail", post_id=post_id, at="end", _anchor="answers"),
        target="#answers",
        swap="beforeend",
    )


@pages.get("/feed/<uuid:post_id>/newer")
def thread_newer(post_id: UUID) -> ResponseReturnValue:
    """The comments that came after one, to be put below the others."""
    reader = reading.reader()
    post = reading.post(post_id, reader)
    if not reader.may_read:
        return reading.teaser(403)
    return _newer(reader, post, after=reading.key("after") or queries.NOTHING_SEEN)


def _newer(
    reader: Reader, post: Post, *, after: UUID, form: CommentForm | None = None, is_focused: UUID | None = None
) -> str:
    thread = queries.newer_comments(post_id=post.id, after=after)
    return render_template(
        "community/conversations/_newer_comments.html",
        reader=reader,
        post=post,
        answers=queries.count_comments(post.id),
        cards=shown.comments(post.id, thread, reader),
        after=thread.comments[-1].id if thread.comments else after,
        form=form,
        is_focused=is_focused,
        back=url_for(".detail", post_id=post.id),
        ago=shown.ago,
    )


@pages.route("/feed/<uuid:post_id>/comments/<uuid:comment_id>/edit", methods=["GET", "POST"])
@access.requires()
def edit_comment(post_id: UUID, comment_id: UUID) -> ResponseReturnValue:
    """Change one's own comment."""
    reader, comment = reading.reader(), queries.comment(comment_id, post_id=post_id)
    if comment.author_id != reader.account_id or not comment.is_readable:
        abort(404)
    form = CommentForm(data={"body_md": comment.body_md, "version": str(comment.version)})
    if form.validate_on_submit():
        try:
            services.edit_comment(
                post_id=post_id,
                comment_id=comment_id,
                author_id=comment.author_id,
                body_md=form.body_md.data or "",
                version=form.seen_version(),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved."), "good")
            return redirect(url_for(".detail", post_id=post_id, start=comment_id, _anchor=f"c-{comment_id}"), 303)
    html = render_template("community/conversations/edit_comment.html", form=form, comment=comment)
    return html, 422 if form.errors or form.form_errors else 200


@pages.post("/feed/<uuid:post_id>/comments/<uuid:comment_id>/delete")
@access.requires()
def delete_comment(post_id: UUID, comment_id: UUID) -> ResponseReturnValue:
    """Take one's own comment back."""
    reader = reading.reader()
    if reader.account_id is None:
        abort(403)
    services.delete_comment(post_id=post_id, comment_id=comment_id, author_id=reader.account_id, now=clock.now())
    flash(_("Deleted. What others answered stays."), "info")
    # A page that is there already goes on showing what it shows; a new one begins with what was deleted.
    start = None if htmx else comment_id
    return redirect(url_for(".detail", post_id=post_id, start=start, _anchor=f"c-{comment_id}"), 303)


@pages.get("/feed/<uuid:post_id>/history")
def history(post_id: UUID) -> ResponseReturnValue:
    """Every version of a post."""
    return _history(reading.post(post_id, reading.reader()), post_id, None)


@pages.get("/feed/<uuid:post_id>/comments/<uuid:comment_id>/history")
def comment_history(post_id: UUID, comment_id: UUID) -> ResponseReturnValue:
    """Every version of a comment."""
    reading.post(post_id, reading.reader())
    return _history(queries.comment(comment_id, post_id=post_id), post_id, comment_id)


def _history(row: Post | Comment, post_id: UUID, comment_id: UUID | None) -> ResponseReturnValue:
    reader = reading.reader()
    if not reader.may_read:
        return reading.teaser(403)
    is_open = row.is_readable or (
        row.deleted_at is None and (reader.may_moderate or row.author_id == reader.account_id)
    )
    if not is_open:
        abort(404)
    before = _version("before")
    versions, earlier = queries.revisions(post_id=post_id, comment_id=comment_id, before=before)
    page = partial(url_for, ".comment_history" if comment_id else ".history", post_id=post_id, comment_id=comment_id)
    return render_template(
        "community/conversations/history.html",
        row=row,
        title=row.title if isinstance(row, Post) else "",
        name=shown.names([row.author_id])[row.author_id],
        versions=versions,
        is_first=before is None,
        first_url=page(),
        next_url=page(before=earlier) if earlier else "",
        prose=shown.prose,
        back=url_for(".detail", post_id=post_id, start=comment_id, _anchor=f"c-{comment_id}" if comment_id else None),
    )


def _version(name: str) -> int | None:
    """A version's number from the address; nonsense is none."""
    text = request.args.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004
