"""What a form changes on the page one is on comes back as that part of the page, and as nothing else.

Views answer a POST with where to go on (303), or with their page and what is wrong in it (422), and ask nothing about
scripts. A form marked `{{ stays() }}` names the part that it may change. Here both answers become that part: a layout
draws one block of the page instead of the page, so that there is one template, one view and one set of queries for
both. Whoever is to go elsewhere goes there, by the browser, whole.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import structlog
from flask import Flask, Request, Response, current_app, g, request
from flask.globals import request_ctx
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from werkzeug.exceptions import HTTPException

from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal
from hubapp.web import request_scope
from hubapp.web.htmx import htmx

log = structlog.get_logger(__name__)

WHOLE = "main"  # the block and the id of what every page has
SWAP = "innerHTML show:none"
MORPH = "innerMorph show:none"
REDIRECTS = range(300, 400)


def install(app: Flask) -> None:
    """Wire the parts into `app`: before the request scope, so that what was done is committed when the page is read."""

    @app.before_request
    def ask() -> None:
        if request.method == "POST" and htmx and request.headers.get("HX-Request-Type") == "partial":
            g.part = unquote(request.headers.get("HX-Target", "").partition("#")[2]).replace("-", "_") or None

    @app.after_request
    def answer(response: Response) -> Response:
        if request.method != "POST" or not htmx:
            return response
        if response.status_code in REDIRECTS:
            _go_on(response)
        if g.get("part_drawn", g.get("part")) != g.get("part"):
            response.headers["HX-Retarget"] = f"#{WHOLE}"
            response.headers["HX-Reswap"] = SWAP
        return response


@pass_context
def part_asked(context: Context) -> str:
    """The block to draw instead of the page, or nothing; the page's middle where it has no block of that name."""
    wanted = g.get("part")
    if not wanted:
        return ""
    g.part_drawn = wanted if wanted in context.blocks else WHOLE
    drawn: str = g.part_drawn
    return drawn


def stays(part: str = WHOLE, *, is_typed: bool = True) -> Markup:
    """Attributes of a form that leads back to its own page: `part` is the id of what it may change.

    A form that one types in comes back new (`is_typed`); of one that is a button alone only what differs is replaced,
    so that the button keeps the focus, and what is open or half typed beside it stays as it is.
    """
    swap = SWAP if is_typed else MORPH
    # Boosted, so that it is sent as without a script: to its action or its button's. The address stays the page's.
    return Markup(' hx-boost="true" hx-push-url="false" hx-target="#{}" hx-swap="{}"').format(part, swap)


def _go_on(response: Response) -> None:
    """Make of "go there" the part of the page that one is on, if it leads there, else the browser's own way there."""
    where = response.headers.pop("Location")
    part = _drawn(where) if g.get("part") else None
    response.status_code = 200
    response.set_data(part or "")
    if part is None:
        # With an anchor the browser would take the address of the page it shows for a place on it, and stay.
        response.headers["HX-Redirect"] = where.partition("#")[0] if _is_here(where) else where


def _is_here(where: str) -> bool:
    """Whether this is the address of the page that the browser shows."""
    to, here = urlsplit(where), urlsplit(htmx.current_url or "")
    return here.netloc == request.host and to.netloc in {"", here.netloc} and unquote(to.path) == unquote(here.path)


def _drawn(where: str) -> str | None:
    """The part of the page at `where`, read as a GET would; nothing if one is not there, or it leads on itself."""
    if not _is_here(where) or not urlsplit(where).path.startswith(f"{request.script_root}/"):
        return None
    asked = request_ctx.request
    try:
        request_ctx.request = _get(where)
        request_scope.look_again()
        found = _answer(asked.blueprint)
        db.session.commit()
    except (Refusal, HTTPException):
        # What became of the page is shown by the page.
        db.session.rollback()
        return None
    except Exception:
        # What was done is done, and must not look as if it were not because a page cannot be drawn.
        log.exception("a part could not be drawn; the browser goes to the page", where=where)
        db.session.rollback()
        return None
    finally:
        request_ctx.request = asked
    if found is None or found.status_code != HTTPStatus.OK or not g.get("part_drawn"):
        return None
    # Where one would have landed is where one goes on, should what one pressed be gone.
    place = f' id="{escape(unquote(urlsplit(where).fragment))}"'
    return found.get_data(as_text=True).replace(place, f"{place} data-at", 1)


def _get(where: str) -> Request:
    """A GET of `where` by who asks now, matched to its view."""
    to, here = urlsplit(where), urlsplit(htmx.current_url or "")
    # One goes on reading where one was: the query of the page counts, unless the answer says otherwise.
    said = parse_qsl(to.query)
    query = [pair for pair in parse_qsl(here.query) if pair[0] not in dict(said)] + said
    environ = {key: value for key, value in request.environ.items() if not key.startswith(("HTTP_HX_", "werkzeug."))}
    environ |= {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": unquote(to.path, encoding="latin-1").removeprefix(request.script_root),
        "QUERY_STRING": urlencode(query),
        "CONTENT_LENGTH": "0",
    }
    page = current_app.request_class(environ)
    page.url_rule, arguments = current_app.create_url_adapter(page).match(return_rule=True)  # type: ignore[union-attr]
    page.view_args = dict(arguments)
    return page


def _answer(blueprint: str | None) -> Response | None:
    """What the view of the current request says, through its own guards; nothing where it sees more hubs, or fewer."""
    if not request_scope.is_same_scope(blueprint, request.blueprint):
        return None
    guards = current_app.before_request_funcs
    if any(guard() is not None for name in request.blueprints for guard in guards.get(name, ())):
        return None
    view = current_app.view_functions[str(request.endpoint)]
    return current_app.make_response(view(**request.view_args))  # type: ignore[arg-type]
