"""From a mail's template and values to a message, and out through Flask-Mailman."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from email.utils import formataddr
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale
from flask_mailman import EmailMultiAlternatives
from werkzeug.test import EnvironBuilder

from hubapp.kernel.config import Settings
from hubapp.kernel.paths import TEMPLATES
from hubapp.people.notifications import policies
from hubapp.people.notifications.errors import Undeliverable
from hubapp.tenancy.hosts import Found
from hubapp.tenancy.queries import HubView
from hubapp.web.areas import FOUND, HubFlask

FOLDER = "people/notifications/mail"
NETWORK_COLOUR = "#1f4b3f"
PERMANENT = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to whom, in which language and look."""

    template: str
    address: str
    name: str
    locale: str
    hub: HubView | None
    context: dict[str, Any]


def exists(template: str) -> bool:
    """Whether there is such a mail."""
    return (TEMPLATES / FOLDER / f"{template}.txt").is_file()


def send(letter: Letter) -> None:
    """Render and send. Raises Undeliverable if the server will never take it; the job repeats what else fails."""
    subject, text, html = render(letter)
    settings: Settings = current_app.extensions["hubapp.settings"]
    sender = policies.header_text(letter.hub.name if letter.hub else settings.network_name)
    message = EmailMultiAlternatives(subject, text, formataddr((sender, settings.mail_from)), [letter.address])
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        if all(code >= PERMANENT for code, _reason in error.recipients.values()):
            raise Undeliverable(str(error)) from error
        raise


def render(letter: Letter) -> tuple[str, str, str]:
    """(subject, text, HTML) in the letter's language."""
    app: HubFlask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  a context needs the application itself
    environ = EnvironBuilder(base_url=app.addresses.central("/")).get_environ()
    environ[FOUND] = Found("central")
    values = {**letter.context, **_look(app, letter)}
    # A request context of its own: outside of one the language would be set for all threads of the worker.
    # And an application context around it, because its end closes the database session that belongs to it.
    with app.app_context(), app.request_context(environ), force_locale(letter.locale):
        subject, text = policies.split_subject(render_template(f"{FOLDER}/{letter.template}.txt", **values))
        html = render_template(f"{FOLDER}/{letter.template}.html", subject=subject, **values)
    return subject, text, html


def _look(app: HubFlask, letter: Letter) -> dict[str, Any]:
    settings: Settings = app.extensions["hubapp.settings"]
    colour = str(letter.hub.theme.get("primary", NETWORK_COLOUR)) if letter.hub else NETWORK_COLOUR
    return {
        "mail_hub": letter.hub,
        "mail_from_name": letter.hub.name if letter.hub else settings.network_name,
        "network": settings.network_name,
        "recipient": letter.name,
        "address": letter.address,
        "colour": colour,
        "on_colour": policies.readable_on(colour),
        "central": app.addresses.central,
        "hub_url": (lambda path="/": app.addresses.hub(letter.hub.slug, path)) if letter.hub else app.addresses.central,
    }
