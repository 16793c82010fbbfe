"""From a notice to what a device shows of it, and out to the device's push service."""

from __future__ import annotations

from datetime import datetime

from flask import current_app

from hubapp.kernel import ids
from hubapp.kernel.config import Settings
from hubapp.people.notifications import policies, rendering, wording
from hubapp.people.notifications.models import Notice, PushDevice
from hubapp.people.notifications.webpush import courier, sealing, vapid
from hubapp.people.notifications.webpush.courier import Answer
from hubapp.tenancy.queries import HubView
from hubapp.web import render
from hubapp.web.areas import HubFlask


def _settings() -> Settings:
    settings: Settings = current_app.extensions["hubapp.settings"]
    return settings


def _is_local(settings: Settings) -> bool:
    return settings.push_is_local and not settings.is_production


def server_key() -> str:
    """The public key for which browsers subscribe."""
    return vapid.public_key(_settings().signing_key)


def may_be_asked(endpoint: str) -> bool:
    """Whether a browser may name this as its push service's address."""
    return courier.may_be_asked(endpoint, is_local=_is_local(_settings()))


def message(notice: Notice, *, hub: HubView | None, locale: str) -> bytes:
    """What the service worker is told, in the reader's language: no more than their list or a mail says.

    `open`: the notice's own address, which marks it read and leads on; `page`: where it leads. Both as seen from the
    hub's front page, wherever that stands; of no hub whole addresses, as the worker that gets them is some hub's.
    """
    app: HubFlask = current_app  # type: ignore[assignment]
    page = notice.path if len(notice.path) <= policies.LONGEST_PATH else "/notifications"
    # What stands in no list has no address of its own.
    follow = f"/notifications/{notice.id}" if notice.is_shown else page
    if hub is None:
        page, follow = app.addresses.central(page), app.addresses.central(follow)
    else:
        page, follow = page.removeprefix("/"), follow.removeprefix("/")
    data = {"page": page, "open": follow}
    with rendering.in_language(locale):
        words = wording.say(wording.item(notice))
        look = {"lang": locale, "dir": render.direction(), "icon": "icon-192.png"}
    name = hub.name if hub else _settings().network_name
    body = "\n".join(text for text in (policies.shortened(words.detail, 200), name) if text)
    return policies.push_payload(title=words.title, body=body, rest={**look, "tag": notice.id.hex, "data": data})


def send(device: PushDevice, payload: bytes, *, topic: str, is_urgent: bool, now: datetime) -> Answer:
    """Encrypt it for one device and hand it over. Raises NotPublic or Unreachable. `now`: wall time."""
    settings = _settings()
    body = sealing.seal(
        payload,
        public_key=device.public_key,
        auth=device.auth,
        sender=sealing.fresh_key(),
        salt=ids.octets(sealing.SALT_SIZE),
    )
    pass_ = vapid.authorization(
        secret=settings.signing_key, endpoint=device.endpoint, contact=settings.mail_from, now=now
    )
    headers = {
        "Authorization": pass_,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(policies.PUSH_LIFE.total_seconds())),
        "Urgency": "high" if is_urgent else "normal",
        # What waits at the push service for a phone that is off is replaced by what comes on top of it.
        "Topic": topic,
    }
    return courier.send(device.endpoint, body=body, headers=headers, is_local=_is_local(settings))
