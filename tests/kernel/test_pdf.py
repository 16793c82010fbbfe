"""PDF of pages: made in a process of its own, of what the page says and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pypdf
import pytest

from hubapp.kernel import pdf
from hubapp.web import static
from tests.support import papers
from tests.support.papers import needs_pango, words

PAGE = """<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>A page</title>
<link rel="stylesheet" href="/h/lyon/static/x/fonts.css">
<link rel="stylesheet" href="/h/lyon/static/x/sheet.css"></head>
<body><nav class="sheet-bar">Print me</nav><main>{body}</main></body></html>"""


@pytest.fixture
def no_pango(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from papers.without_pango(monkeypatch)


def made(body: str, language: str = "en") -> bytes:
    return pdf.render(PAGE.format(body=body, language=language), folder=static.FOLDER)


@needs_pango
def test_a_page_becomes_a4_with_its_text_its_title_and_our_fonts(tmp_path) -> None:
    (tmp_path / "page.pdf").write_bytes(made("<h1>Statement</h1><p>1.234,500 TND <b>كشف حساب</b></p>"))
    found = pypdf.PdfReader(tmp_path / "page.pdf")
    (page,) = found.pages
    assert [round(float(size)) for size in page.mediabox[2:]] == [595, 842]
    fonts = {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in page["/Resources"]["/Font"].values()}
    assert fonts >= {"Figtree", "Readex-Pro-Bold"}
    assert found.metadata is not None
    assert found.metadata.title == "A page"
    text = words((tmp_path / "page.pdf").read_bytes())
    assert "Statement" in text
    assert "1.234,500 TND" in text
    assert "1 / 1" in text
    assert "Print me" not in text


@needs_pango
def test_links_of_a_page_lead_nowhere_in_its_pdf(tmp_path) -> None:
    (tmp_path / "page.pdf").write_bytes(made('<p><a href="/me/books">€5.00</a></p>'))
    assert "/Annots" not in pypdf.PdfReader(tmp_path / "page.pdf").pages[0]


@needs_pango
def test_nothing_is_fetched_and_no_file_beside_ours_is_read(tmp_path: Path) -> None:
    (tmp_path / "theirs.css").write_text("p::after { content: 'from a file' }")
    asked: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    with ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        away = f"http://127.0.0.1:{server.server_port}/theirs.css"
        styles = "".join(f'<link rel="stylesheet" href="{url}">' for url in (away, (tmp_path / "theirs.css").as_uri()))
        text = words(made(f'{styles}<p>Here</p><img src="{away}" alt="away">'))
        server.shutdown()
    assert "Here" in text
    assert "from a file" not in text
    assert asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://paper.invalid/static/x/../../../../etc/passwd",
        "http://paper.invalid/static/x/%2e%2e/static.py",
        "http://paper.invalid/theme.css",
        "http://elsewhere.example/static/x/sheet.css",
        "file:///etc/passwd",
    ],
)
def test_only_static_files_are_given(address: str) -> None:
    with pytest.raises(LookupError):
        pdf.static_file(address, static.FOLDER)
    assert pdf.static_file("http://paper.invalid/h/lyon/static/x/sheet.css", static.FOLDER).name == "sheet.css"


@needs_pango
def test_a_page_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PROGRAM", (sys.executable, "-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(pdf, "PATIENCE", 0.2)
    with pytest.raises(pdf.NotMade) as refused:
        made("<p>x</p>")
    assert refused.value.reason == "time"


@needs_pango
def test_a_process_that_dies_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PROGRAM", (sys.executable, "-c", "import os; os.abort()"))
    with pytest.raises(pdf.NotMade) as refused:
        made("<p>x</p>")
    assert refused.value.reason == "broken"


@needs_pango
def test_a_page_that_is_too_long_is_refused_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_BYTES", 10)
    with pytest.raises(pdf.NotMade) as refused:
        made("<p>x</p>")
    assert refused.value.reason == "size"


def test_without_pango_it_is_refused_in_words(no_pango: None) -> None:
    assert not pdf.is_available()
    with pytest.raises(pdf.PdfUnavailable, match="print it"):
        made("<p>x</p>")


def test_a_web_process_never_carries_the_library() -> None:
    look = (
        "import sys, hubapp.app; from hubapp.kernel import pdf; pdf.is_available(); print('weasyprint' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
