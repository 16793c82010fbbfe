"""From a mail's template and values to a message, and out through Flask-Mailman."""

from __future__ import annotations

import re
import smtplib
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formataddr
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale
from flask_mailman import EmailMultiAlternatives
from markupsafe import Markup
from werkzeug.test import EnvironBuilder

from hubapp.kernel.config import Settings
from hubapp.kernel.paths import TEMPLATES
from hubapp.people.notifications import policies, tokens, wording
from hubapp.people.notifications.errors import Undeliverable
from hubapp.tenancy import markdown
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.hosts import Found
from hubapp.tenancy.queries import HubView
from hubapp.web.areas import FOUND, HubFlask

FOLDER = "people/notifications/mail"
NETWORK_COLOUR = "#1f4b3f"
PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to whom, in which language and look.

    `context["stop"]`, {hub_id, kind}: what the reader can unsubscribe from with one click. `scheme`: light or dark for
    a preview; mail programs choose themselves.
    """

    template: str
    address: str
    name: str
    locale: str
    hub: HubView | None
    context: dict[str, Any]
    account_id: uuid.UUID | None = None
    scheme: str = ""


def exists(template: str) -> bool:
    """Whether there is such a mail."""
    return (TEMPLATES / FOLDER / f"{template}.txt").is_file()


def send(letter: Letter) -> None:
    """Render and send. Raises Undeliverable if the server will never take it; the job repeats what else fails."""
    subject, text, html = render(letter)
    settings: Settings = current_app.extensions["hubapp.settings"]
    sender = policies.header_text(letter.hub.name if letter.hub else settings.network_name)
    message = EmailMultiAlternatives(
        subject, text, formataddr((sender, settings.mail_from)), [letter.address], headers=headers(letter)
    )
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        if all(code >= PERMANENT for code, _reason in error.recipients.values()):
            raise Undeliverable(str(error)) from error
        raise


def render(letter: Letter) -> tuple[str, str, str]:
    """(subject, text, HTML) in the letter's language."""
    app: HubFlask = current_app  # type: ignore[assignment]
    values = {**letter.context, **_look(app, letter)}
    with in_language(letter.locale):
        subject, text = policies.split_subject(render_template(f"{FOLDER}/{letter.template}.txt", **values))
        html = render_template(f"{FOLDER}/{letter.template}.html", subject=subject, **values)
    return subject, text, html


@contextmanager
def in_language(locale: str) -> Iterator[None]:
    """Words of a job in somebody's language."""
    app: HubFlask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  a context needs the application itself
    environ = EnvironBuilder(base_url=app.addresses.central("/")).get_environ()
    environ[FOUND] = Found("central")
    # A request context of its own: outside of one the language would be set for all threads of the worker.
    # And an application context around it, because its end closes the database session that belongs to it.
    with app.app_context(), app.request_context(environ), force_locale(locale):
        yield


def headers(letter: Letter) -> dict[str, str]:
    """One click in the mail program unsubscribes (RFC 2369 and 8058), from all mails that can be unsubscribed from."""
    stop = stop_url(letter)
    return {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if stop else {}


def stop_url(letter: Letter) -> str:
    """The page that stops such mails, on the site whose look the mail has; '' for those that always arrive."""
    stop = letter.context.get("stop")
    if not stop or letter.account_id is None:
        return ""
    token = tokens.make(tokens.Stop(letter.account_id, stop["hub_id"], stop["kind"]))
    return _site(letter)(f"/unsubscribe/{token}")


def _site(letter: Letter) -> Callable[[str], str]:
    app: HubFlask = current_app  # type: ignore[assignment]
    hub = letter.hub
    if hub is None:
        return app.addresses.central

    def in_hub(path: str = "/") -> str:
        return app.addresses.hub(hub.slug, path)

    return in_hub


def _told(app: HubFlask, told: Mapping[str, Any]) -> dict[str, Any]:
    """A notice of the mail with the name and the addresses of its hub."""
    hub = None if told["hub_id"] is None else tenancy.hub_view(told["hub_id"])
    url = app.addresses.central(told["path"]) if hub is None else app.addresses.hub(hub.slug, told["path"])
    return {**told, "url": url, "hub_name": hub.name if hub else app.extensions["hubapp.settings"].network_name}


def _in_mail(text: str, site: str) -> Markup:
    """A text as HTML for a mail: what leads to a page of the hub or shows a picture of it has its whole address."""
    return Markup(_OWN.sub(rf'\1="{site.removesuffix("/")}/', str(markdown.render(text))))  # noqa: S704  safe as it came


_OWN = re.compile(r'\b(href|src)="/(?!/)')


def _look(app: HubFlask, letter: Letter) -> dict[str, Any]:
    settings: Settings = app.extensions["hubapp.settings"]
    colour = str(letter.hub.theme.get("primary", NETWORK_COLOUR)) if letter.hub else NETWORK_COLOUR
    told = [letter.context["notice"]] if letter.context.get("notice") else letter.context.get("notices", [])
    return {
        "told": [_told(app, one) for one in told],
        "say": wording.say,
        "in_mail": lambda text: _in_mail(text, _site(letter)("/")),
        "stop_url": stop_url(letter),
        "mail_scheme": letter.scheme,
        "mail_hub": letter.hub,
        "mail_from_name": letter.hub.name if letter.hub else settings.network_name,
        "network": settings.network_name,
        "recipient": letter.name,
        "address": letter.address,
        "colour": colour,
        "on_colour": policies.readable_on(colour),
        "central": app.addresses.central,
        "hub_url": _site(letter),
    }
