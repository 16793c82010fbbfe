"""The connector writes pages and legal texts, one language at a time, with a preview."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from hubapp.home import presentation
from hubapp.home.forms import NewPageForm, PageForm
from hubapp.home.presentation import Site
from hubapp.home.views.front import direction_of
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.tenancy import brand, markdown, pages
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.packs import schema
from hubapp.web import access, areas
from hubapp.web.htmx import htmx

# What each of the hub's own nouns stands for.
WORD_NAMES = {
    "member": _l("member"),
    "members": _l("members"),
    "listing": _l("listing"),
    "listings": _l("listings"),
    "offer": _l("offer"),
    "offers": _l("offers"),
    "need": _l("need"),
    "needs": _l("needs"),
    "market": _l("market"),
    "connector": _l("connector"),
    "seller": _l("seller"),
    "join": _l("Join"),
}

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
    answer = render_template(
        "home/manage/pages.html", form=form, slugs=slugs, written=written, legal=schema.LEGAL_PAGES
    )
    return answer, 422 if form.errors or form.form_errors else 200


@blueprint.route("/pages/<locale>/<slug>", methods=["GET", "POST"])
@access.requires("pages.edit")
def edit(locale: str, slug: str) -> ResponseReturnValue:
    """Write one page in one language; Preview shows it without saving."""
    site = _site()
    if locale not in site.view.locales:
        abort(404)
    found = tenancy.page(slug, locale, locale)
    shown = {"title": found.title, "body": found.body, "version": str(found.version)} if found else {"version": "0"}
    form = PageForm(data=shown)
    is_preview = request.method == "POST" and "preview" in request.form
    if form.validate_on_submit() and not is_preview:
        try:
            pages.save_page(
                slug=slug,
                locale=locale,
                title=form.title.data,
                body=form.body.data or "",
                version=int(form.version.data) if str(form.version.data).isdigit() else None,
                actor=guards.actor(),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("“%(title)s” is saved.", title=form.title.data), "good")
            return redirect(url_for("writing.index"), 303)
    is_bad = bool(form.errors or form.form_errors)
    preview = markdown.render(form.body.data or "") if is_preview and not is_bad else None
    context = {"form": form, "preview": preview, "slug": slug, "page_locale": locale, "page_dir": direction_of(locale)}
    if is_preview and htmx:
        return render_template("home/manage/_page_preview.html", **context), 422 if is_bad else 200
    answer = render_template(
        "home/manage/page.html", is_new=found is None, is_legal=slug in schema.LEGAL_PAGES, **context
    )
    return answer, 422 if is_bad else 200


@blueprint.post("/pages/<slug>/remove")
@access.requires("pages.edit")
def remove(slug: str) -> ResponseReturnValue:
    """Remove a page in all languages."""
    pages.remove_page(slug=slug, actor=guards.actor(), now=clock.now())
    flash(_("The page is gone."), "good")
    return redirect(url_for("writing.index"), 303)


@blueprint.route("/front", methods=["GET", "POST"])
@access.requires("pages.edit")
def front() -> ResponseReturnValue:
    """The front page's sections in their order, its sentences, and the hub's own nouns."""
    site = _site()
    problems: list[Refusal] = []
    if request.method == "POST":
        try:
            brand.edit_home(
                sections=_ordered(), texts=_typed("text", schema.TEXTS), actor=guards.actor(), now=clock.now()
            )
            brand.edit_words(words=_typed("word", schema.WORDS), actor=guards.actor(), now=clock.now())
        except Refusal as refusal:
            problems.append(refusal)
        else:
            flash(_("The front page is saved."), "good")
            return redirect(url_for("writing.front"), 303)
    answer = render_template(
        "home/manage/front.html",
        summary=[(f"text-{refusal.field}" if refusal.field else "", str(refusal)) for refusal in problems],
        failed={refusal.field: str(refusal) for refusal in problems if refusal.field},
        word_names=WORD_NAMES,
        sections=_ordered() if problems else site.view.home.get("sections") or schema.SECTIONS,
        known=schema.SECTIONS,
        texts=_typed("text", schema.TEXTS) if problems else site.view.home.get("texts", {}),
        words=_typed("word", schema.WORDS) if problems else site.view.words,
        text_keys=schema.TEXTS,
        word_keys=schema.WORDS,
        languages=presentation.named(site.view.locales),
    )
    return answer, 422 if problems else 200


def _ordered() -> tuple[str, ...]:
    """The ticked sections by the numbers beside them."""
    ticked = [section for section in request.form.getlist("section") if section in schema.SECTIONS]

    def place(section: str) -> tuple[int, int]:
        number = request.form.get(f"place-{section}", "")
        return (int(number) if number.isascii() and number.isdigit() else 99, schema.SECTIONS.index(section))

    return tuple(sorted(dict.fromkeys(ticked), key=place))


def _typed(kind: str, keys: tuple[str, ...]) -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = {}
    for locale in _site().view.locales:
        names = {key: f"{kind}-{locale}-{key}" for key in keys}
        tables[locale] = {key: request.form[name].strip() for key, name in names.items() if name in request.form}
    return tables


def _site() -> Site:
    found = presentation.site()
    if found is None:
        abort(404)
    return found
