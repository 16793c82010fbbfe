"""The connector arranges the front page: its parts in their order, its sentences and nouns in every language."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.home import names, presentation, previews
from hubapp.home.presentation import Site
from hubapp.home.views import saved
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.tenancy import arrangement, brand, errors, versions
from hubapp.tenancy.brand import Front
from hubapp.tenancy.packs import schema
from hubapp.web import access, areas
from hubapp.web.htmx import htmx

blueprint = areas.hub_blueprint("arranging", __name__, url_prefix="/manage/front")


@blueprint.get("")
@access.requires("pages.edit")
def edit() -> ResponseReturnValue:
    """The front page as it is, in a form."""
    view = _site().view
    chosen = arrangement.in_order(view.home.get("sections") or schema.SECTIONS)
    front = Front(chosen, view.home.get("texts", {}), view.words)
    return _page(front, versions.number("front"), saved=saved.notice("front"))


@blueprint.post("")
@access.requires("pages.edit")
def save() -> ResponseReturnValue:
    """Save parts, sentences and nouns in one change."""
    front, version = _typed(), _version()
    try:
        number = brand.edit_front(front=front, version=version, actor=guards.actor(), now=clock.now())
    except errors.ChangedMeanwhile as refusal:
        latest = refusal.latest
        return _page(front, latest.number if latest else 0, problems=[refusal], newer=latest)
    except Refusal as refusal:
        return _page(front, version or 0, problems=[refusal])
    return redirect(url_for("arranging.edit", saved=number or None), 303)


@blueprint.post("/preview")
@access.requires("pages.edit")
def preview() -> ResponseReturnValue:
    """The front page as typed, not saved: the fragment for htmx, the whole page for the Preview button."""
    front, problems = _typed(), []
    try:
        brand.check_front(_site().view, front)
    except Refusal as refusal:
        problems = [refusal]
    if not htmx:
        return _page(front, _version() or 0, problems=problems)
    shown = [] if problems else previews.of_front(_site(), front)
    return render_template("home/manage/_front_preview.html", shown=shown, problems=problems), 422 if problems else 200


def _page(front: Front, version: int, *, problems: list[Refusal] | None = None, **context: Any) -> ResponseReturnValue:
    site, refused = _site(), problems or []
    view = site.view
    order = {name: place for place, name in enumerate((arrangement.FIRST, *front.sections))}
    answer = render_template(
        "home/manage/front.html",
        summary=[(_field(refusal), str(refusal)) for refusal in refused],
        failed={_field(refusal): str(refusal) for refusal in refused if refusal.field},
        names=names,
        front=front,
        first=arrangement.FIRST,
        known=sorted(arrangement.shown(view.features), key=lambda name: (name not in order, order.get(name, 0))),
        languages=[(code, name, presentation.direction_of(code)) for code, name in presentation.named(view.locales)],
        version=version,
        problems=[],
        shown=[] if refused else previews.of_front(site, front),
        **context,
    )
    return answer, 422 if refused else 200


def _field(refusal: Refusal) -> str:
    """The field of a form where a refusal of the service belongs: nouns are refused for their length only."""
    field = refusal.field or ""
    if field == "sections" or "-" not in field:
        return ""
    typed = request.form.get(f"word-{field}", "")
    return f"word-{field}" if len(typed.strip()) > brand.LONGEST_WORD else f"text-{field}"


def _typed() -> Front:
    return Front(
        arrangement.with_hidden(_site().view, _ordered()), _tables("text", schema.TEXTS), _tables("word", schema.WORDS)
    )


def _version() -> int | None:
    seen = request.form.get("version", "")
    return int(seen) if seen.isascii() and seen.isdigit() else None


def _ordered() -> tuple[str, ...]:
    """The ticked sections by the numbers beside them."""
    ticked = [section for section in request.form.getlist("section") if section in schema.SECTIONS]

    def place(section: str) -> tuple[int, int]:
        number = request.form.get(f"place-{section}", "")
        return (int(number) if number.isascii() and number.isdigit() else 99, schema.SECTIONS.index(section))

    return arrangement.in_order(sorted(dict.fromkeys(ticked), key=place))


def _tables(kind: str, keys: tuple[str, ...]) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for locale in _site().view.locales:
        fields = {key: f"{kind}-{locale}-{key}" for key in keys}
        tables[locale] = {key: request.form[name].strip() for key, name in fields.items() if name in request.form}
    return tables


def _site() -> Site:
    found = presentation.site()
    if found is None:
        abort(404)
    return found
