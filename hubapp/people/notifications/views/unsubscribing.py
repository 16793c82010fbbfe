"""`/unsubscribe/<token>`: one click from a mail, without signing in. Opening it changes nothing: scanners do."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from hubapp.people.notifications import kinds, queries, services, tokens
from hubapp.people.notifications.tokens import Stop
from hubapp.people.notifications.views.blueprint import both, hub_id, url

ONE_CLICK = "One-Click"


@both("/unsubscribe/<token>")
def unsubscribe_page(token: str) -> ResponseReturnValue:
    """What would stop, with a button for it."""
    return _page(token, _stop(token))


@both("/unsubscribe/<token>", "POST")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Stop, or take it back. The token is the permission, so that a mail program can do it (RFC 8058)."""
    asked = _stop(token)
    # What the mail is about; its second choice is everything from this hub. A mail program asks for the first.
    kind = kinds.EVERYTHING if request.form.get("what") == "everything" else asked.kind
    act = services.unsubscribe_undone if request.form.get("undo") else services.unsubscribe
    act(account_id=asked.account_id, hub_id=asked.hub_id, kind=kind)
    return _page(token, asked)


def _stop(token: str) -> Stop:
    """What the token is for, if it is for mails of this site."""
    asked = tokens.read(token)
    if asked is None or asked.hub_id != hub_id():
        abort(404)
    return asked


def _page(token: str, asked: Stop) -> str:
    is_all = asked.kind == kinds.EVERYTHING
    return render_template(
        "people/notifications/unsubscribe.html",
        action=url(f"/unsubscribe/{token}"),
        title=None if is_all else kinds.kind(asked.kind).title,
        is_kind_off=not is_all
        and queries.mail_choice(asked.account_id, hub_id=asked.hub_id, kind=asked.kind) == kinds.OFF,
        is_all_off=queries.is_mail_off(asked.account_id, hub_id=asked.hub_id),
        settings_url=url("/me/notifications"),
    )
