"""Devices for tests: a browser that decrypts by the letter of the standards, and a push service on this machine."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.accounts import services as accounts
from hubapp.people.notifications import queries, services
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub

CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36"


def to_text(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def to_bytes(text: str) -> bytes:
    """And back."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A browser's half of a subscription."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def public(self) -> bytes:
        """Its key as it sends it."""
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, endpoint: str) -> str:
        """What the page posts."""
        keys = {"p256dh": to_text(self.public), "auth": to_text(self.auth)}
        return json.dumps({"endpoint": endpoint, "expirationTime": None, "keys": keys})

    def read(self, body: bytes) -> bytes:
        """Decrypt as RFC 8291 says, step by step and with nothing of ours."""
        salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size
        other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.private.exchange(ec.ECDH(), other)
        secret = _one(_mac(self.auth, shared), b"WebPush: info\x00" + self.public + sender, 32)
        mixed = _mac(salt, secret)
        key, nonce = (
            _one(mixed, b"Content-Encoding: aes128gcm\x00", 16),
            _one(mixed, b"Content-Encoding: nonce\x00", 12),
        )
        padded = AESGCM(key).decrypt(nonce, sealed, None).rstrip(b"\x00")
        assert padded[-1:] == b"\x02"  # the last record
        return padded[:-1]

    def told(self, body: bytes) -> dict[str, Any]:
        """What the service worker gets."""
        found: dict[str, Any] = json.loads(self.read(body))
        return found


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, hashlib.sha256)


def _one(key: bytes, info: bytes, size: int) -> bytes:
    return _mac(key, info + b"\x01")[:size]


@dataclass(frozen=True, slots=True)
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class PushService:
    """Keeps what it is sent. `status`: what it answers; `location`: where it would rather be asked; `later`: when."""

    port: int
    status: int = 201
    location: str = ""
    later: str = ""
    received: list[Request] = field(default_factory=list)

    def url(self, name: str = "1") -> str:
        """A subscription's address."""
        return f"http://127.0.0.1:{self.port}/push/{name}"


@contextmanager
def push_service() -> Iterator[PushService]:
    """One that runs."""
    service = PushService(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            service.received.append(Request(self.path, dict(self.headers), body))
            self.send_response(service.status)
            if service.location:
                self.send_header("Location", service.location)
            if service.later:
                self.send_header("Retry-After", service.later)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_values: Any) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True, slots=True)
class Held:
    """A device somebody holds, signed in to a hub, with its notices switched on."""

    id: uuid.UUID
    root_id: uuid.UUID
    session_id: uuid.UUID
    browser: Subscriber


def open_device(account_id: uuid.UUID, hub_id: int, root_id: uuid.UUID | None = None) -> tuple[uuid.UUID, uuid.UUID]:
    """(central session, hub session) of a browser; `root_id`: one that is signed in elsewhere already."""
    now = clock.wall()
    with no_hub(), unit_of_work():
        if root_id is None:
            root_id, _token = accounts.open_session(account_id=account_id, user_agent="tests", now=now)
        session_id, _token = accounts.open_hub_session(
            account_id=account_id, parent_id=root_id, hub_id=hub_id, user_agent="tests", now=now
        )
    return root_id, session_id


def switch_on(account_id: uuid.UUID, hub_id: int, endpoint: str, *, root_id: uuid.UUID | None = None) -> Held:
    """A device of somebody (needs an application context)."""
    root_id, session_id = open_device(account_id, hub_id, root_id)
    browser = Subscriber()
    with hub_scope(hub_id), unit_of_work():
        services.switch_on(
            account_id=account_id,
            session_id=session_id,
            subscription=browser.subscription(endpoint),
            user_agent=CHROME,
            now=clock.wall(),
        )
        (found,) = (one for one in queries.devices(account_id, now=clock.wall()) if one.session_id == session_id)
    return Held(found.id, root_id, session_id, browser)


def devices(account_id: uuid.UUID) -> list[queries.Device]:
    """All devices of somebody that are reached."""
    with platform_scope(reason="test"), unit_of_work():
        return queries.devices(account_id, now=clock.wall())
