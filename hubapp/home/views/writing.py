"""The connector writes pages and legal texts, in all languages of the hub side by side, seen before they are saved."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.home import presentation, previews
from hubapp.home.forms import NewPageForm
from hubapp.home.presentation import Site
from hubapp.home.views import saved
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.tenancy import errors, pages, versions
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.packs import schema
from hubapp.tenancy.pages import PageText, Writing
from hubapp.web import access, areas
from hubapp.web.htmx import htmx

blueprint = areas.hub_blueprint("writing", __name__, url_prefix="/manage")


@blueprint.route("/pages", methods=["GET", "POST"])
@access.requires("pages.edit")
def index() -> ResponseReturnValue:
    """All pages with their languages; a new one starts with an address."""
    site = _site()
    form = NewPageForm()
    form.locale.choices = presentation.named(site.view.locales)
    if form.validate_on_submit():
        slug, locale = form.slug.data.strip().lower(), form.locale.data
        try:
            pages.check_address(slug=slug, locale=locale)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("writing.edit", slug=slug, locale=locale), 303)
    written = {(row.slug, row.locale): row for locale in site.view.locales for row in tenancy.pages(locale)}
    slugs = sorted({slug for slug, _locale in written}, key=lambda slug: (slug in schema.LEGAL_PAGES, slug))
    gone = request.args.get("slug", "")[:40]
    answer = render_template(
        "home/manage/pages.html",
        form=form,
        slugs=slugs,
        written=written,
        legal=schema.LEGAL_PAGES,
        saved=saved.notice("page", gone),
        gone=versions.removed_pages(),
    )
    return answer, 422 if form.errors or form.form_errors else 200


@blueprint.get("/pages/<locale>/<slug>")
@access.requires("pages.edit")
def edit(locale: str, slug: str) -> ResponseReturnValue:
    """One page in all languages of the hub, the named one first."""
    locales = _locales(locale)
    held = versions.present("page", slug)["texts"]
    texts = {code: held.get(code, {"title": "", "body": ""}) for code in locales}
    return _page(slug, locales, texts, versions.number("page", slug), saved=saved.notice("page", slug))


@blueprint.post("/pages/<locale>/<slug>")
@access.requires("pages.edit")
def save(locale: str, slug: str) -> ResponseReturnValue:
    """Save the page in all its languages; Preview shows it without saving."""
    locales = _locales(locale)
    texts, seen = _typed(locales), request.form.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() else None
    writing = Writing(slug, {code: PageText(**text) for code, text in texts.items()})
    is_preview = "preview" in request.form
    try:
        if is_preview:
            pages.check(writing=writing)
            return _preview(slug, locales, texts, version or 0, problems=[])
        number = pages.write_page(writing=writing, version=version, actor=guards.actor(), now=clock.now())
    except errors.ChangedMeanwhile as refusal:
        latest = refusal.latest
        number = latest.number if latest else 0
        return _page(slug, locales, texts, number, problems=[refusal], newer=latest)
    except Refusal as refusal:
        if is_preview:
            return _preview(slug, locales, texts, version or 0, problems=[refusal])
        return _page(slug, locales, texts, version or 0, problems=[refusal])
    return redirect(url_for("writing.edit", slug=slug, locale=locale, saved=number or None), 303)


@blueprint.post("/pages/<slug>/remove")
@access.requires("pages.edit")
def remove(slug: str) -> ResponseReturnValue:
    """Remove a page in all languages."""
    number = pages.remove_page(slug=slug, actor=guards.actor(), now=clock.now())
    return redirect(url_for("writing.index", slug=slug, saved=number), 303)


def _preview(
    slug: str, locales: tuple[str, ...], texts: dict[str, dict[str, str]], version: int, *, problems: list[Refusal]
) -> ResponseReturnValue:
    if not htmx:
        return _page(slug, locales, texts, version, problems=problems)
    shown = [] if problems else previews.of_page(locales, texts)
    html = render_template("home/manage/_page_preview.html", shown=shown, problems=problems)
    return html, 422 if problems else 200


def _page(
    slug: str,
    locales: tuple[str, ...],
    texts: dict[str, dict[str, str]],
    version: int,
    *,
    problems: list[Refusal] | None = None,
    **context: Any,
) -> ResponseReturnValue:
    refused = problems or []
    names = dict(presentation.named(locales))
    title = next((text["title"] for text in texts.values() if text["title"]), "")
    answer = render_template(
        "home/manage/page.html",
        slug=slug,
        heading=title,
        languages=[(code, names[code], presentation.direction_of(code), texts[code]) for code in locales],
        version=version,
        summary=[(refusal.field or "", str(refusal)) for refusal in refused],
        failed={refusal.field: str(refusal) for refusal in refused if refusal.field},
        problems=[],
        shown=[] if refused else previews.of_page(locales, texts),
        is_legal=slug in schema.LEGAL_PAGES,
        **context,
    )
    return answer, 422 if refused else 200


def _typed(locales: tuple[str, ...]) -> dict[str, dict[str, str]]:
    return {
        code: {key: request.form.get(f"{key}-{code}", "").replace("\r\n", "\n").strip() for key in ("title", "body")}
        for code in locales
    }


def _locales(first: str) -> tuple[str, ...]:
    """The hub's languages, the one that was asked for in front."""
    locales = _site().view.locales
    if first not in locales:
        abort(404)
    return (first, *(code for code in locales if code != first))


def _site() -> Site:
    found = presentation.site()
    if found is None:
        abort(404)
    return found
