"""The brand page: what is typed is shown at once in its own colours, and refused in words before it is saved."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.home import look, presentation, previews
from hubapp.home.forms import BrandForm
from hubapp.home.presentation import Site
from hubapp.home.views import saved
from hubapp.home.views.files import SANDBOX
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.tenancy import brand as brands
from hubapp.tenancy import editing, errors, logo, versions
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.brand import Brand
from hubapp.tenancy.palette import PaletteRefused
from hubapp.tenancy.stylesheet import StylesheetRefused
from hubapp.web import access, areas
from hubapp.web.htmx import htmx

DIGEST = re.compile(r"[0-9a-f]{64}")

blueprint = areas.hub_blueprint("brand", __name__, url_prefix="/manage/brand")


@blueprint.get("")
@access.requires("brand.edit")
def edit() -> ResponseReturnValue:
    """The present brand in a form."""
    form = _filled()
    return _page(form, form.brand(None), 200)


@blueprint.post("")
@access.requires("brand.edit")
def save() -> ResponseReturnValue:
    """Give the hub these looks."""
    form = BrandForm()
    is_whole = form.validate()
    brand, newer = _typed(form), None
    if is_whole:
        version = int(form.version.data) if str(form.version.data).isdigit() else None
        try:
            number = brands.edit_brand(brand=brand, version=version, actor=guards.actor(), now=clock.now())
        except errors.BrandRefused as refused:
            for refusal in refused.refusals:
                form.refuse(refusal)
        except errors.ChangedMeanwhile as refusal:
            form.refuse(refusal)
            newer = refusal.latest
            form.version.data = str(newer.number if newer else 0)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("brand.edit", saved=number or None), 303)
    return _page(form, brand, 422, newer=newer)


@blueprint.post("/preview")
@access.requires("brand.edit")
def preview() -> ResponseReturnValue:
    """What is typed, not saved: the fragment for htmx, the whole page for the Preview button."""
    form = BrandForm()
    form.validate()
    brand = _typed(form)
    if not form.errors:
        for refusal in brands.check(brand)[1]:
            form.refuse(refusal)
    status = 422 if form.errors or form.form_errors else 200
    if htmx:
        return render_template("home/manage/_preview.html", **_shown(form, brand)), status
    return _page(form, brand, status)


@blueprint.get("/preview.css")
@access.requires("brand.edit")
def preview_css() -> ResponseReturnValue:
    """The colours of a preview, for the preview's own part of the page; nothing for values that are refused."""
    shapes = {key: request.args.get(key, "") for key in ("font_pair", "control_shape", "density")}
    seeds = {key: request.args.get(key, "") for key in ("primary", "accent")}
    theme = look.full(seeds | {key: value for key, value in shapes.items() if value})
    lines = [
        f"--{key.removeprefix(previews.EXTRA)}: {value};"
        for key, value in request.args.items()
        if key.startswith(previews.EXTRA)
    ]
    try:
        theme["neutral_hue"] = float(request.args["neutral_hue"]) if request.args.get("neutral_hue") else None
        theme["radius"] = min(28, max(0, int(request.args.get("radius", "10"))))
        css = look.scoped(".brand-preview", theme, f":root {{ {' '.join(lines)} }}" if lines else "")
    except (PaletteRefused, StylesheetRefused, ValueError, KeyError, OverflowError):
        abort(422)
    return Response(css, mimetype="text/css", headers={"Cache-Control": "private, no-cache"})


@blueprint.get("/kept/<digest>")
@access.requires("brand.edit")
def kept(digest: str) -> ResponseReturnValue:
    """A drawing that an earlier version has, or that is being looked at."""
    drawing = editing.kept_logo(digest) if DIGEST.fullmatch(digest) else None
    if drawing is None:
        abort(404)
    headers = {"Content-Security-Policy": SANDBOX, "Cache-Control": "private, max-age=86400, immutable"}
    return Response(drawing, mimetype=brands.SVG, headers=headers)


def _site() -> Site:
    found = presentation.site()
    if found is None:
        abort(404)
    return found


def _filled() -> BrandForm:
    hub = _site().view
    stored = tenancy.look(hub.id)
    shown = {**look.full(stored.theme), "name": hub.name, "place": hub.place}
    hue = shown["neutral_hue"]
    shown["neutral_hue"] = int(hue) if hue is not None and hue == int(hue) else hue  # 262, not 262.0
    version = str(versions.number("brand"))
    return BrandForm(data={**shown, "theme_css": stored.theme_css, "version": version})


def _typed(form: BrandForm) -> Brand:
    """The brand as typed. A good drawing is kept, so that it need not be chosen again after a look or a refusal."""
    name = str(form.kept_logo.data or "")
    brand = form.brand(editing.kept_logo(name) if DIGEST.fullmatch(name) else None)
    is_good = brand.logo and not logo.check(brand.logo)
    form.kept_logo.data = editing.keep_logo(brand.logo, now=clock.now()) if brand.logo and is_good else ""
    return brand


def _page(form: BrandForm, brand: Brand, status: int, **context: Any) -> ResponseReturnValue:
    shown = {**_shown(form, brand), "saved": saved.notice("brand"), **context}
    return render_template("home/manage/brand.html", **shown), status


def _shown(form: BrandForm, brand: Brand) -> dict[str, Any]:
    """The typed brand as the preview needs it; where a colour is refused, why and what would do."""
    site = _site()
    url = "" if brand.logo == b"" else site.logo_url
    if form.kept_logo.data:
        url = url_for("brand.kept", digest=form.kept_logo.data)
    held = {"name": brand.name, "place": brand.place, "theme": brand.theme, "theme_css": brand.theme_css}
    return {"form": form, "shown": previews.of_brand(site, held, logo_url=url)}
