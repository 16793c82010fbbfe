"""The seal of a statement: hashes of all sections and entries, one over all, and the network's signature."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hubapp.earnings.compensation import verify_statement


def sealed(document: dict[str, Any], key: Ed25519PrivateKey) -> bytes:
    """The file: the document's canonical text with its seal, byte for byte the same for the same document and key."""
    lines = verify_statement.canonical({**document, "seal": {}}).split(b"\n")
    hashes = verify_statement.hashes_of(verify_statement.sections_of(lines))
    public = key.public_key().public_bytes_raw()
    name, whole = verify_statement.key_id(public), verify_statement.over_all(hashes)
    seal = {
        "hashes": hashes,
        "key": name,
        "over_all": whole,
        "public_key": public.hex(),
        "signature": key.sign(verify_statement.signed_text(name, whole)).hex(),
    }
    return verify_statement.canonical({**document, "seal": seal})
