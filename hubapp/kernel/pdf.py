"""PDF from a page that is made for printing, where the library for it is installed."""

from __future__ import annotations

from importlib import import_module, util

from hubapp.kernel.errors import NotFound

LIBRARY = "weasyprint"


class PdfUnavailable(NotFound):
    """This installation makes no PDF itself."""


def is_available() -> bool:
    """Whether PDF can be made here."""
    return util.find_spec(LIBRARY) is not None


def render(html: str, *, css: str) -> bytes:
    """The page as PDF, in the styles given; nothing is fetched for it. Refuses with PdfUnavailable."""
    if not is_available():
        raise PdfUnavailable("This server makes no PDF. Open the page and print it; choose “Save as PDF” there.")
    try:
        library = import_module(LIBRARY)
    except OSError as error:  # the library is there, and Pango is not
        raise PdfUnavailable("This server makes no PDF: Pango is missing. Print the page instead.") from error
    document = library.HTML(string=html, url_fetcher=_nothing)
    made: bytes = document.write_pdf(stylesheets=[library.CSS(string=css, url_fetcher=_nothing)])
    return made


def _nothing(url: str) -> dict[str, str]:
    """What a page names elsewhere stays there: its styles are given, and it has no pictures."""
    del url
    return {"string": "", "mime_type": "text/plain"}
