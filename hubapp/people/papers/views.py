"""A page as PDF: at once where it is made already, else by way of a page that waits for it and goes on by itself."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock, pdf
from hubapp.kernel.files import NoSuchFile
from hubapp.people.papers import queries, services, store
from hubapp.people.papers.models import PaperStatus
from hubapp.web import access, areas
from hubapp.web.htmx import asked_again

pages = areas.hub_blueprint("papers", __name__)
blueprints = (pages,)

SLOW = timedelta(seconds=40)


def answer(sheet: str, *, name: str, printed_at: str) -> ResponseReturnValue:
    """The PDF of a sheet that the current view has rendered; `printed_at` is the address of the sheet itself.

    Refuses with PdfUnavailable or TooManyAttempts.
    """
    if not pdf.is_available():
        raise pdf.PdfUnavailable(_("This server makes no PDF. Open the page and print it; choose “Save as PDF” there."))
    now = clock.wall()
    address = request.script_root + request.full_path.rstrip("?")
    paper = services.ask(
        account_id=current_user.account_id, html=sheet, name=name, address=address, sheet=printed_at, now=now
    )
    if paper.status == PaperStatus.MADE:
        try:
            return _download(store.opened().get(paper.key), paper.name)
        except NoSuchFile:
            services.ask_again(paper=paper, html=sheet, now=now)
    return redirect(url_for("papers.waiting", paper_id=paper.id), 303)


def _download(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, mimetype="application/pdf", headers=headers)


@pages.get("/papers/<uuid:paper_id>")
@access.requires()
@asked_again
def waiting(paper_id: UUID) -> ResponseReturnValue:
    """How a paper of one's own gets on."""
    paper = queries.paper_of(account_id=current_user.account_id, paper_id=paper_id)
    is_slow = clock.wall() - paper.asked_at > SLOW
    return render_template("people/papers/waiting.html", paper=paper, is_slow=is_slow)
