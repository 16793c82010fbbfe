"""PDF as tests read it: where it can be made at all, asked for like a person does, and its text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pypdf
import pytest

from hubapp.kernel import pdf
from tests.factories.jobs import run_all
from tests.support.browsing import Browser

needs_pango = pytest.mark.skipif(
    not pdf.is_available(),
    reason="no PDF here: Pango is missing (Debian: libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)",
)


def words(content: bytes) -> str:
    """The text of all pages, with any run of blanks as one."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def flat(text: str) -> str:
    """Text as `words` gives it: no-break and narrow blanks are blanks."""
    return re.sub(r"\s+", " ", text)


def download(own: Browser, path: str) -> bytes:
    """Ask, let the worker make it, go on from the page that waits, and get the file.

    Once more, where the page says something else by then.
    """
    asked = own.get(path)
    for _ in range(2):
        if asked.status_code != 303:
            break
        run_all(own.client.application, only="papers.")
        assert "is ready" in own.get(asked.location).text
        asked = own.get(path)
    assert asked.status_code == 200, asked.text
    assert asked.mimetype == "application/pdf"
    return asked.data


def without_pango(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a machine on which nobody has installed it."""
    monkeypatch.setattr(pdf, "SYSTEM", ("no-such-library",))
    pdf.is_available.cache_clear()
    yield
    pdf.is_available.cache_clear()
