"""Keys of single sign-on, all derived from the signing key: the same in every process, and nothing to store or lose."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"  # RFC 9864's name for what used to be called EdDSA


def signing_key(secret: str) -> OKPKey:
    """The private key that signs id tokens; changes with the signing key, which ends what was signed before."""
    seed = hmac.digest(secret.encode(), b"openid: id token key", hashlib.sha256)
    key = OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed))
    return OKPKey.import_key(key.as_dict(private=True), {"kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"})


def public_keys(secret: str) -> dict[str, list[dict[str, object]]]:
    """The JSON Web Key Set that anybody may read."""
    return {"keys": [dict(signing_key(secret).as_dict(private=False))]}


def client_id(hub_id: int) -> str:
    """A hub's name as a client."""
    return f"hub-{hub_id}"


def client_secret(secret: str, hub_id: int) -> str:
    """A hub's password as a client, known to this installation only."""
    return hmac.digest(secret.encode(), f"openid: client {hub_id}".encode(), hashlib.sha256).hex()
