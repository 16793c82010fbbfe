"""Opening a hub in steps; what was answered waits, signed, in the browser's session until the last button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console import places, services, wizard
from hubapp.console import preview as looks
from hubapp.console.forms import (
    ConnectorStepForm,
    CountryForm,
    LookForm,
    NameForm,
    OperatorForm,
    ReviewForm,
    StartForm,
    slug_problem,
)
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404, site_url
from hubapp.kernel import clock
from hubapp.kernel.db import after_commit
from hubapp.kernel.errors import Refusal
from hubapp.kernel.paths import HUBS
from hubapp.people.membership import network as membership
from hubapp.tenancy.packs import load
from hubapp.tenancy.packs.problems import PackInvalid
from hubapp.tenancy.palette import PaletteRefused
from hubapp.web import access, areas
from hubapp.web.forms import Form
from hubapp.web.htmx import htmx

KEY = "new_hub"
FORMS: dict[str, Callable[..., Form]] = {
    "start": StartForm,
    "name": NameForm,
    "country": CountryForm,
    "operator": OperatorForm,
    "look": LookForm,
    "connector": ConnectorStepForm,
    "review": ReviewForm,
}


@blueprint.get("/hubs/new")
@access.requires("central.open")
def new_hub() -> ResponseReturnValue:
    """Go on where the last answers ended."""
    return redirect(_url(wizard.first_missing(_answers())), 303)


@blueprint.post("/hubs/new/over")
@access.requires("central.open")
def start_over() -> ResponseReturnValue:
    """Forget the answers."""
    session.pop(KEY, None)
    return redirect(_url("start"), 303)


@blueprint.get("/hubs/new/address")
@access.requires("central.open")
def address() -> ResponseReturnValue:
    """Whether an address is free, as a fragment, while it is typed."""
    slug = request.args.get("slug", "").strip().lower()[:60]
    return render_template(
        "console/_address.html", slug=slug, problem=slug_problem(slug) if slug else "", url=site_url(slug)
    )


@blueprint.route("/hubs/new/<any(start, name, country, operator, look, connector):step>", methods=["GET", "POST"])
@access.requires("central.open")
def new_hub_step(step: str) -> ResponseReturnValue:
    """One step: shown with what was answered, checked, kept, and on to the next."""
    answers = _answers()
    if not wizard.reachable(step, answers):
        return redirect(_url(wizard.first_missing(answers)), 303)
    form = _form(step, answers)
    if not form.validate_on_submit() or not _accepts(form):
        return _page(step, form, 422 if form.all_errors else 200)
    answers[step] = _given(form)
    session[KEY] = answers
    return redirect(_url(wizard.after(step)), 303)


@blueprint.route("/hubs/new/review", methods=["GET", "POST"])
@access.requires("central.open")
def review() -> ResponseReturnValue:
    """Everything once more, then the hub opens."""
    answers, form = _answers(), ReviewForm()
    missing = wizard.first_missing(answers)
    if missing != "review":
        return redirect(_url(missing), 303)
    try:
        pack = wizard.pack_of(HUBS, answers)
        if form.validate_on_submit():
            email = answers["connector"]["email"] if answers["connector"]["kind"] == "person" else ""
            services.open_hub(pack=pack, connector_email=email, actor=actor(), now=clock.now())
            session.pop(KEY, None)
            site: areas.HubFlask = current_app  # type: ignore[assignment]
            after_commit(site.resolver.forget)  # it may remember that nobody had this address
            return redirect(url_for("console.opened", slug=pack.slug), 303)
    except PackInvalid as invalid:
        for problem in invalid.problems:
            form.form_errors.append(f"{problem.key or problem.file}: {problem.message}")
    except Refusal as refusal:
        form.refuse(refusal)
    return _page("review", form, 422 if form.all_errors else 200)


@blueprint.get("/hubs/<slug>/opened")
@access.requires("central.open")
def opened(slug: str) -> ResponseReturnValue:
    """The new hub's address, and what to do next."""
    hub = hub_or_404(slug)
    connectors = membership.connectors_of([hub.id]).get(hub.id, [])
    return render_template("console/opened.html", found=hub, address=site_url(slug), connectors=connectors)


@blueprint.post("/hubs/new/preview")
@access.requires("central.open")
def preview() -> ResponseReturnValue:
    """The look as typed: the fragment for htmx, the whole page for the Preview button."""
    form = LookForm()
    form.validate()
    _accepts(form)
    status = 422 if form.all_errors else 200
    if htmx:
        return render_template("console/_look.html", form=form, **_look_context(form)), status
    return _page("look", form, status)


@blueprint.get("/hubs/new/preview.css")
@access.requires("central.open")
def preview_css() -> ResponseReturnValue:
    """The preview's colours and shapes, for its own part of the page."""
    try:
        sheet = looks.css({key: request.args.get(key, "") for key in wizard.THEME})
    except (PaletteRefused, KeyError):
        abort(422)
    return Response(sheet, mimetype="text/css", headers={"Cache-Control": "private, max-age=300"})


def _answers() -> wizard.Answers:
    kept = session.get(KEY)
    return dict(kept) if isinstance(kept, dict) else {}


def _url(step: str) -> str:
    return url_for("console.review") if step == "review" else url_for("console.new_hub_step", step=step)


def _form(step: str, answers: wizard.Answers) -> Form:
    data = dict(answers.get(step, {}))
    if step == "look":
        data = wizard.theme_of(HUBS, answers)
    elif step == "start":
        data.setdefault("like", wizard.BASE)
    elif step == "country":
        data = {"locales": ["en"], "default_locale": "en", "tax_name": "VAT", **data}
        data["tax_percent"] = data.pop("tax_bps", 0) / 100
    form = FORMS[step](data=data)
    if isinstance(form, StartForm):
        form.like.choices = [(slug, slug) for slug in (wizard.BASE, *load.available(HUBS))]
    return form


def _given(form: Form) -> dict[str, Any]:
    if isinstance(form, CountryForm):
        return form.answers()
    return {name: value for name, value in form.data.items() if name != "csrf_token"}


def _accepts(form: Form) -> bool:
    """What a form cannot see by itself: readable colours, and whether the connector has an account."""
    if isinstance(form, LookForm):
        found = looks.preview(form.primary.data or "", form.accent.data or "")
        if found.palette is None:
            form.refuse(Refusal(found.words, field=found.part))
    elif isinstance(form, ConnectorStepForm) and form.kind.data == "person":
        try:
            services.account_of(email=form.email.data or "")
        except Refusal as refusal:
            form.refuse(refusal)
    return not form.all_errors


def _page(step: str, form: Form, status: int) -> ResponseReturnValue:
    answers = _answers()
    labels = {
        "start": _("Start"),
        "name": _("Name"),
        "country": _("Country"),
        "operator": _("Imprint"),
        "look": _("Look"),
        "connector": _("Connector"),
        "review": _("Review"),
    }
    earlier = wizard.before(step)
    context: dict[str, Any] = {
        "form": form,
        "answers": answers,
        "step": step,
        "place": wizard.STEPS.index(step) + 1,
        "steps_of_wizard": [(labels[name], _url(name)) for name in wizard.STEPS],
        "back": (_("Back"), _url(earlier)) if earlier else None,
        "step_url": _url,
    }
    if isinstance(form, LookForm):
        context |= _look_context(form)
    elif isinstance(form, StartForm):
        context["packs"] = [load.by_slug(HUBS, slug) for slug in load.available(HUBS)]
    elif isinstance(form, ReviewForm):
        languages = dict(places.languages())
        context |= {
            "address": site_url(answers["name"]["slug"]),
            "country_name": places.country_name(answers["country"]["country"]),
            "language_names": [languages.get(code, code) for code in answers["country"]["locales"]],
        }
    return render_template(f"console/new/{step}.html", **context), status


def _look_context(form: LookForm) -> dict[str, Any]:
    typed = {name: getattr(form, name).data for name in wizard.THEME}
    found = looks.preview(str(typed["primary"] or ""), str(typed["accent"] or ""))
    slug = _answers().get("name", {}).get("slug", "")
    return {
        "look": found,
        "hub_name": _answers().get("name", {}).get("name", ""),
        "seed": f"{slug}/{typed['mosaic']}",
        "css_url": url_for("console.preview_css", **typed) if found.palette else "",
    }
