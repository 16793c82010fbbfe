"""PDF from a page that is made for printing, in a process of its own, where the libraries for it are installed.

`python -m hubapp.kernel.pdf FOLDER` reads a page from standard input and writes it as PDF. WeasyPrint takes a second
and a hundred megabytes: that process ends with the page, and takes a page that eats memory or never ends along.
"""

from __future__ import annotations

import contextlib
import ctypes
import mimetypes
import re
import resource
import subprocess
import sys
from functools import lru_cache
from importlib import util
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog

from hubapp.kernel.errors import NotFound, Refusal

log = structlog.get_logger(__name__)

LIBRARY = "weasyprint"
# What WeasyPrint opens when it is imported, by the names of Debian, and of macOS.
SYSTEM = ("gobject-2.0", "pango-1.0", "harfbuzz", "fontconfig", "pangoft2-1.0", "harfbuzz-subset")
SECONDS = 60  # of computing: some 6,000 lines of a statement
PATIENCE = 300  # seconds on the clock, as other work may need the processors
MEMORY = 1536 * 1024 * 1024
MAX_BYTES = 2 * 1024 * 1024  # some 3,000 lines: refused before the time is spent
PROGRAM = (sys.executable, "-m", "hubapp.kernel.pdf")
# Where pages find their styles and fonts; the address itself is nowhere.
BASE = "http://paper.invalid/"
_STATIC = re.compile(r"/static/[^/]+/(.+)")


class PdfUnavailable(NotFound):
    """This installation makes no PDF itself."""


class NotMade(Refusal):
    """The page could not be made a PDF; `reason` is size, time or broken."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This page could not be made a PDF ({reason}). Print it instead.")
        self.reason = reason


@lru_cache(maxsize=1)
def is_available() -> bool:
    """Whether PDF can be made on this machine: asked without loading WeasyPrint, which no web process should carry."""
    return util.find_spec(LIBRARY) is not None and all(map(_is_installed, SYSTEM))


def _is_installed(name: str) -> bool:
    for file in (f"lib{name}.so.0", f"lib{name}.so.1", f"lib{name}.0.dylib", f"lib{name}.1.dylib", f"lib{name}.dylib"):
        with contextlib.suppress(OSError):
            ctypes.CDLL(file)
            return True
    return False


def render(html: str, *, folder: Path) -> bytes:
    """The page as PDF; `folder` holds the static files it may name, and nothing else is read or fetched.

    Refuses with PdfUnavailable or NotMade.
    """
    if not is_available():
        raise PdfUnavailable("This server makes no PDF. Open the page and print it; choose “Save as PDF” there.")
    page = html.encode()
    if len(page) > MAX_BYTES:
        raise NotMade("size")
    try:
        child = subprocess.run([*PROGRAM, str(folder)], input=page, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise NotMade("time") from None
    if child.returncode or not child.stdout.startswith(b"%PDF-"):
        log.error("no PDF was made", status=child.returncode, said=child.stderr.decode(errors="replace")[-2000:])
        raise NotMade("broken")
    return child.stdout


def static_file(address: str, folder: Path) -> Path:
    """The static file behind an address of a page. Raises LookupError for everything else."""
    found = _STATIC.search(unquote(urlsplit(address).path)) if address.startswith(BASE) else None
    file = (folder / found[1]).resolve() if found else folder
    if not file.is_relative_to(folder.resolve()) or not file.is_file():
        raise LookupError(address)
    return file


def _make(html: str, folder: Path) -> bytes:
    from weasyprint import HTML  # noqa: PLC0415  only the child loads it
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class Kept(URLFetcher):
        """Gives the site's own files, and pictures that are written out in the page."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            file = static_file(url, folder)
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, file.read_bytes(), {"Content-Type": kind})

    document = HTML(string=html, base_url=BASE, url_fetcher=Kept())
    for link in document.etree_element.iter("a"):
        link.attrib.pop("href", None)  # paper leads nowhere
    made: bytes = document.write_pdf(pdf_tags=True)
    return made


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    sys.stdout.buffer.write(_make(sys.stdin.buffer.read().decode(), Path(sys.argv[1])))


if __name__ == "__main__":
    _main()
