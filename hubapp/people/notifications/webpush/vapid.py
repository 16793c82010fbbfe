"""Who sends: the server's key pair and the signed pass that it shows to push services (RFC 8292)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, derive_private_key
from joserfc import jwt
from joserfc.jwk import ECKey

from hubapp.people.notifications.webpush import sealing

ALGORITHM = "ES256"
LIFE = timedelta(hours=12)  # a pass may be good for a day at most
# How many points the curve has (FIPS 186-5, P-256).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def key_pair(secret: str) -> EllipticCurvePrivateKey:
    """The server's key, derived from the signing key as those of single sign-on are: nothing to store or lose.

    It changes with the signing key, which ends every subscription made for the old one.
    """
    seed = hmac.digest(secret.encode(), b"web push: server key", hashlib.sha512)
    return derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, sealing.CURVE)


def encoded(data: bytes) -> str:
    """Base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_key(secret: str) -> str:
    """What a browser subscribes with."""
    return encoded(sealing.public_bytes(key_pair(secret)))


def authorization(*, secret: str, endpoint: str, contact: str, now: datetime) -> str:
    """The header that shows the pass to one push service. `contact`: an address for its operators."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + LIFE).timestamp()),
        "sub": f"mailto:{contact}",
    }
    pair = key_pair(secret)
    token = jwt.encode({"typ": "JWT", "alg": ALGORITHM}, claims, ECKey.import_key(pair), algorithms=[ALGORITHM])
    return f"vapid t={token}, k={encoded(sealing.public_bytes(pair))}"
