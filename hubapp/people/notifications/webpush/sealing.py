"""Messages that only the subscribed browser can read: RFC 8291, in one record of RFC 8188's aes128gcm."""

from __future__ import annotations

import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = SECP256R1()
KEY_SIZE, AUTH_SIZE, SALT_SIZE = 65, 16, 16
RECORD_SIZE = 4096
# What push services must take (RFC 8030) less the header, the cipher's tag and the byte that ends the text.
LONGEST = RECORD_SIZE - (SALT_SIZE + 4 + 1 + KEY_SIZE) - 16 - 1
_LAST_RECORD = b"\x02"


def fresh_key() -> EllipticCurvePrivateKey:
    """A key pair for one message."""
    return generate_private_key(CURVE)


def public_bytes(key: EllipticCurvePrivateKey) -> bytes:
    """The public half as browsers read it: an uncompressed point of 65 bytes."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def is_key(point: bytes) -> bool:
    """Whether these bytes are a public key of the curve."""
    try:
        EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        return False
    return len(point) == KEY_SIZE


def seal(message: bytes, *, public_key: bytes, auth: bytes, sender: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """Encrypt for the browser with that key and secret. `sender` and `salt` serve for one message only.

    Raises ValueError for a message that does not fit, or a key that is none.
    """
    if len(message) > LONGEST:
        raise ValueError(f"{len(message)} bytes do not fit into one record")
    own = public_bytes(sender)
    shared = sender.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(CURVE, public_key))
    # RFC 8291, section 3.4: what both sides know is mixed with the secret that the push service never sees.
    secret = _derived(shared, auth, b"WebPush: info\x00" + public_key + own, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
    header = salt + struct.pack("!IB", RECORD_SIZE, len(own)) + own
    return header + AESGCM(key).encrypt(nonce, message + _LAST_RECORD, None)


def _derived(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)
