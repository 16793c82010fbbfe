"""The blueprint of the account pages, and what all of them need."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlsplit

from flask import current_app, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from hubapp.kernel.config import Settings
from hubapp.people.accounts import entering
from hubapp.people.accounts.signed_in import LOGIN
from hubapp.web import areas, request_scope
from hubapp.web.forms import Form
from hubapp.web.redirects import safe_path

accounts = areas.central_blueprint("accounts", __name__)


def site() -> areas.HubFlask:
    """The application, with its addresses and resolver."""
    return current_app  # type: ignore[return-value]


def settings() -> Settings:
    """The settings."""
    found: Settings = current_app.extensions["hubapp.settings"]
    return found


def network() -> str:
    """The address that the request came from; behind proxies of ours, the one that the outermost of them saw."""
    trusted = settings().trusted_proxies
    # Proxies add to the end, and what stands further left anybody may have written.
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if trusted and len(forwarded) >= trusted and forwarded[-trusted]:
        return forwarded[-trusted]
    return request.remote_addr or ""


def user_agent() -> str:
    """The browser's own description."""
    return request.user_agent.string


def locale() -> str:
    """The language of this page, for the mail that follows from it."""
    return str(get_locale() or "en")


def next_path(default: str = "/me") -> str:
    """Where to go afterwards: a path on the central domain."""
    return safe_path(request.values.get("next"), default)


def show(template: str, form: Form | None = None, **context: object) -> tuple[str, int]:
    """Render a page of this slice; 422 if the form was refused. What was counted stays counted."""
    status = 200
    if form is not None and (form.errors or form.form_errors):
        request_scope.keep()
        status = 422
    return render_template(f"people/accounts/{template}.html", form=form, mail_place=mail_place(), **context), status


def mail_place() -> str:
    """Where mails go on an installation that does not send them; empty where it does, and in production always."""
    known = settings()
    if known.is_production or known.mail_backend not in {"file", "console"}:
        return ""
    if known.mail_backend == "console":
        return str(_("This installation prints mails in the worker's window."))
    return str(_("This installation writes mails to files: %(folder)s", folder=str(known.data / "mail")))


def done(message: str, path: str) -> ResponseReturnValue:
    """Say what happened, on the next page."""
    flash(message, "good")
    return redirect(path, 303)


def leave_for(path: str) -> ResponseReturnValue:
    """Go on to `path`; `/enter?to=<address in a hub>` leads to that hub's sign-in, which lets in silently.

    A custom domain gets a page in between: browsers stop a form's redirect to a host that the content policy does
    not name.
    """
    parts = urlsplit(path)
    if parts.path != "/enter":
        return redirect(path, 303)
    place = entering.place_of(site(), parse_qs(parts.query).get("to", [""])[0])
    if place is None:
        return redirect("/", 303)
    root = urlsplit(place.base).path
    target = f"{place.base}{LOGIN}?next={quote(root + place.path, safe='')}"
    if place.is_custom:
        return render_template("people/accounts/onward.html", target=target, host=urlsplit(place.base).netloc)
    return redirect(target, 303)
