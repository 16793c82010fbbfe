"""Files: what they are called, how large they are and what they begin with; their content is not kept."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header

from hubapp.money.payments.sandbox.errors import ApiError, invalid_parameter
from hubapp.money.payments.sandbox.parameters import INT, REQUIRED, TEXT, nested, one_of
from hubapp.money.payments.sandbox.store import Body, Tx, new_id

MOST_BYTES = 5 * 1024 * 1024
BEGINNINGS = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
CREATE = {
    "purpose": one_of("dispute_evidence", required=True),
    "file": nested(required=True, filename=REQUIRED, size=INT, digest=TEXT, type=TEXT),
}


def _in_memory(*_about: Any, **_more: Any) -> io.BytesIO:
    return io.BytesIO()


def pairs_of(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """A multipart request as the pairs of a form; a file becomes its name, size, digest and kind."""
    boundary = parse_options_header(content_type)[1].get("boundary", "")
    try:
        form, files = MultiPartParser(stream_factory=_in_memory).parse(io.BytesIO(body), boundary.encode(), len(body))
    except ValueError as error:
        raise ApiError("Invalid multipart request.") from error
    pairs = list(form.items(multi=True))
    for name, sent in files.items(multi=True):
        content = sent.read()
        kind = next((kind for start, kind in BEGINNINGS.items() if content.startswith(start)), "")
        pairs += [
            (f"{name}[filename]", sent.filename or "blob"),
            (f"{name}[size]", str(len(content))),
            (f"{name}[digest]", hashlib.sha256(content).hexdigest()),
            (f"{name}[type]", kind),
        ]
    return pairs


def create(tx: Tx, values: dict[str, Any]) -> Body:
    """Take a file in, if it is one that banks read."""
    sent = values["file"]
    if not sent["type"]:
        raise invalid_parameter("file", "Invalid file type. Must be PDF, PNG or JPEG.")
    if sent["size"] > MOST_BYTES:
        raise invalid_parameter("file", "The file is too large: at most 5 MB.")
    body: Body = {
        "id": new_id("file"),
        "object": "file",
        "created": tx.created,
        "expires_at": None,
        "filename": sent["filename"],
        "links": {"object": "list", "data": [], "has_more": False, "url": "/v1/file_links"},
        "purpose": values["purpose"],
        "size": sent["size"],
        "title": None,
        "type": sent["type"],
        "url": None,
    }
    tx.insert("file", body, private={"digest": sent["digest"]})
    return body
