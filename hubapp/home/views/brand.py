"""The brand page: what is typed is shown at once in its own colours, and refused in words before it is saved."""

from __future__ import annotations

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.home import look, presentation
from hubapp.home.forms import BrandForm
from hubapp.home.presentation import Site
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.tenancy import brand as brands
from hubapp.tenancy import errors
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.palette import PaletteRefused
from hubapp.web import access, areas
from hubapp.web.htmx import htmx

blueprint = areas.hub_blueprint("brand", __name__, url_prefix="/manage/brand")


@blueprint.get("")
@access.requires("brand.edit")
def edit() -> ResponseReturnValue:
    """The present brand in a form."""
    return _page(_filled(), 200)


@blueprint.post("")
@access.requires("brand.edit")
def save() -> ResponseReturnValue:
    """Give the hub these looks."""
    form = BrandForm()
    if not form.validate():
        return _page(form, 422)
    version = int(form.version.data) if str(form.version.data).isdigit() else None
    try:
        brands.edit_brand(brand=form.brand(), version=version, actor=guards.actor(), now=clock.now())
    except errors.BrandRefused as refused:
        for refusal in refused.refusals:
            form.refuse(refusal)
        return _page(form, 422)
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form, 422)
    flash(_("The new look is in place."), "good")
    return redirect(url_for("brand.edit"), 303)


@blueprint.post("/preview")
@access.requires("brand.edit")
def preview() -> ResponseReturnValue:
    """What is typed, not saved: the fragment for htmx, the whole page for the Preview button."""
    form = BrandForm()
    form.validate()
    if not form.errors:
        for refusal in brands.check(form.brand())[1]:
            form.refuse(refusal)
    status = 422 if form.errors or form.form_errors else 200
    if htmx:
        return render_template("home/manage/_preview.html", **_preview(form)), status
    return _page(form, status)


@blueprint.get("/preview.css")
@access.requires("brand.edit")
def preview_css() -> ResponseReturnValue:
    """The colours of a preview, for the preview's own part of the page; nothing for seeds that are refused."""
    shapes = {key: request.args.get(key, "") for key in ("font_pair", "control_shape", "density")}
    seeds = {key: request.args.get(key, "") for key in ("primary", "accent")}
    theme = look.full(seeds | {key: value for key, value in shapes.items() if value})
    try:
        theme["neutral_hue"] = float(request.args["neutral_hue"]) if request.args.get("neutral_hue") else None
        theme["radius"] = min(28, max(0, int(request.args.get("radius", "10"))))
        css = look.scoped(".brand-preview", theme)
    except (PaletteRefused, ValueError, KeyError, OverflowError):
        abort(422)
    return Response(css, mimetype="text/css", headers={"Cache-Control": "private, no-cache"})


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
    return BrandForm(data={**shown, "theme_css": stored.theme_css, "version": str(stored.version)})


def _page(form: BrandForm, status: int) -> ResponseReturnValue:
    return render_template("home/manage/brand.html", **_preview(form)), status


def _preview(form: BrandForm) -> dict[str, object]:
    """The typed brand as the preview needs it; where a colour is refused, why and what would do."""
    keys = ("primary", "accent", "neutral_hue", "font_pair", "radius", "control_shape", "density")
    typed = {key: getattr(form, key).data for key in keys}
    palette, nearest = None, None
    try:
        palette = look.palette(str(typed["primary"]).strip(), str(typed["accent"]).strip(), typed["neutral_hue"])
    except PaletteRefused as refused:
        nearest = refused.nearest
    query = {key: value for key, value in typed.items() if value not in {None, ""}}
    return {
        "form": form,
        "palette": palette,
        "nearest": nearest,
        "css_url": url_for("brand.preview_css", **query) if palette else "",
    }
