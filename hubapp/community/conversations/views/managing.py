"""Choosing topics, opening conversations to visitors, seeing what is hidden."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.conversations import policies, queries, services
from hubapp.community.conversations.forms import HoldForm, TopicForm
from hubapp.community.conversations.models import Comment, Post
from hubapp.community.conversations.views import reading, shown
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.tenancy import brand, versions
from hubapp.tenancy.errors import ChangedMeanwhile
from hubapp.web import access, areas
from hubapp.web.paging import Lists, Part

pages = areas.hub_blueprint("manage_conversations", __name__)
PAGE = 30
LISTS = Lists("manage_conversations.index", ("hidden",))


@pages.get("/manage/conversations")
@access.requires("conversations.manage")
def index() -> ResponseReturnValue:
    """Topics, the switch, and what is out of sight."""
    return _page(TopicForm(formdata=None))


def _page(
    form: TopicForm, hold: HoldForm | None = None, *, refused: ChangedMeanwhile | None = None
) -> ResponseReturnValue:
    hidden = _hidden()
    names = shown.names({row.author_id for row in hidden.rows})
    tones = reading.words_of_tones()
    form.tone.choices = list(tones.items())
    hold = hold or HoldForm(formdata=None, data={"first_held": queries.first_held()})
    latest = versions.newest("switches")
    number = latest.version.number if latest else 0
    html = render_template(
        "community/conversations/manage.html",
        form=form,
        hold=hold,
        may_moderate=access.may("moderation.view"),
        topics=queries.topics(with_archived=True),
        tones=tones,
        is_open=reading.is_open() if refused is None else bool(request.form.get("is_open")),
        version=number,
        has_versions=access.may("hub.manage") and access.may("switches.edit"),
        saved=latest if request.args.get("saved") == str(number) else None,
        refused=refused,
        is_on=areas.current_hub().features.get("conversations", True),
        hidden=[(row, names[row.author_id], *_words(row)) for row in hidden.rows],
        first_url=hidden.first_url,
        next_url=hidden.next_url,
    )
    return html, 422 if form.all_errors or hold.all_errors or refused else 200


def _hidden() -> Part[Post | Comment]:
    """Posts and comments together, the newest first: a page has enough of each, should it be full of one kind."""
    at = request.args.get("hidden", type=UUID)
    found: list[Post | Comment] = [
        *queries.hidden_posts(before=at, limit=PAGE + 1),
        *queries.hidden_comments(before=at, limit=PAGE + 1),
    ]
    found.sort(key=lambda row: row.id, reverse=True)
    return LISTS.part(found, size=PAGE, name="hidden", at=at, key=lambda row: row.id, anchor="hidden")


def _words(row: Post | Comment) -> tuple[UUID, UUID | None, str]:
    """Of which post, which comment, and how it begins."""
    if isinstance(row, Post):
        return row.id, None, policies.headline(row.title, row.body_md)
    return row.post_id, row.id, policies.headline("", row.body_md)


@pages.post("/manage/conversations/topics")
@access.requires("conversations.manage")
def add() -> ResponseReturnValue:
    """Add a topic."""
    form = TopicForm()
    try:
        services.add_topic(name=form.name.data or "", tone=form.tone.data or "")
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form)
    flash(_("Topic added."), "good")
    return redirect(url_for(".index"), 303)


@pages.post("/manage/conversations/topics/<uuid:topic_id>")
@access.requires("conversations.manage")
def edit(topic_id: UUID) -> ResponseReturnValue:
    """Rename, recolour, archive or move a topic: one form a row, `act` says what."""
    act = request.form.get("act", "")
    if act in {"up", "down"}:
        services.move_topic(topic_id=topic_id, is_up=act == "up")
        return redirect(url_for(".index", _anchor=f"topic-{topic_id}"), 303)
    try:
        services.edit_topic(
            topic_id=topic_id,
            name=request.form.get("name", ""),
            tone=request.form.get("tone", ""),
            is_archived=act == "archive",
            now=clock.now(),
        )
    except Refusal as refusal:
        if refusal.status == 404:  # noqa: PLR2004
            raise
        flash(str(refusal), "bad")
    else:
        flash(_("Saved."), "good")
    return redirect(url_for(".index", _anchor=f"topic-{topic_id}"), 303)


@pages.post("/manage/conversations/readers")
@access.requires("conversations.manage")
def open_to_visitors() -> ResponseReturnValue:
    """Let those who have not joined read, or members only; with its versions, as the hub's other switches have them."""
    switches, seen = {"open_conversations": bool(request.form.get("is_open"))}, request.form.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() else None
    try:
        number = brand.edit_switches(switches=switches, version=version, actor=guards.actor(), now=clock.now())
    except ChangedMeanwhile as refused:
        return _page(TopicForm(formdata=None), refused=refused)
    return redirect(url_for(".index", saved=number or None, _anchor="readers"), 303)


@pages.post("/manage/conversations/first")
@access.requires("conversations.manage")
def hold_first() -> ResponseReturnValue:
    """How many first texts of each member wait to be looked at."""
    form = HoldForm()
    if not form.validate_on_submit():
        return _page(TopicForm(formdata=None), form)
    services.choose_first_held(first_held=form.first_held.data or 0, actor=guards.actor(), now=clock.now())
    flash(_("Saved."), "good")
    return redirect(url_for(".index", _anchor="first"), 303)
