"""Links that stop mails without signing in: signed, for one person, one kind and one hub; they open nothing else."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

SALT = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Stop:
    """Whose mails of which kind (`*`: all), of which hub (None: of all)."""

    account_id: uuid.UUID
    hub_id: int | None
    kind: str


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=SALT)


def make(stop: Stop) -> str:
    """The token; it does not run out, because old mails are unsubscribed from as well."""
    return str(_signer().dumps([stop.account_id.hex, stop.hub_id, stop.kind]))


def read(token: str) -> Stop | None:
    """What a token is for; None if it is not ours."""
    try:
        account, hub_id, kind = _signer().loads(token)
        return Stop(uuid.UUID(account), None if hub_id is None else int(hub_id), str(kind))
    except (BadSignature, ValueError, TypeError):
        return None
