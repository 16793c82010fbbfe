"""Earlier versions: a list per part, how each looked and what it changed, and the way back."""

from __future__ import annotations

import uuid
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.mentoring.views import shown as mentoring
from hubapp.home import changes, names, presentation, previews
from hubapp.home.presentation import Site
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.tenancy import errors, versions
from hubapp.tenancy.models import HubVersion
from hubapp.tenancy.versions import Pair
from hubapp.web import access, areas

_EDITED_AT = {
    "brand": "brand.edit",
    "front": "arranging.edit",
    "steps": "manage_mentors.index",
    "switches": "switching.edit",
}

blueprint = areas.hub_blueprint("versions", __name__, url_prefix="/manage/versions")


@blueprint.get("/<part>")
@access.requires("hub.manage")
def index(part: str) -> ResponseReturnValue:
    """The versions of a part, newest first; `?page=` says which page's."""
    _guard(part)
    subject = request.args.get("page", "")[:40] if part == "page" else ""
    below = request.args.get("below", "")
    pairs = versions.versions(part, subject, below=int(below) if below.isascii() and below.isdigit() else None)
    answer: str = render_template(
        "home/manage/versions.html",
        part=part,
        subject=subject,
        title=_title(part, subject),
        pairs=[(pair, _changes(pair)) for pair in pairs],
        newest=versions.number(part, subject),
        below=pairs[-1].version.number if pairs and pairs[-1].before is not None else None,
        edit_url=_edit_url(part, subject),
    )
    return answer


@blueprint.get("/<part>/<uuid:version_id>")
@access.requires("hub.manage")
def show(part: str, version_id: uuid.UUID) -> ResponseReturnValue:
    """One version: what it changed, and the part as it looked then."""
    _guard(part)
    pair = _found(part, version_id)
    return _page(pair, [])


@blueprint.post("/<part>/<uuid:version_id>/restore")
@access.requires("hub.manage")
def restore(part: str, version_id: uuid.UUID) -> ResponseReturnValue:
    """Bring this version back, as a new one."""
    _guard(part)
    pair = _found(part, version_id)
    seen = request.form.get("seen", "")
    number = int(seen) if seen.isascii() and seen.isdigit() else None
    try:
        number = versions.bring_back(version_id=version_id, seen=number, actor=guards.actor(), now=clock.now())
    except errors.BrandRefused as refused:
        return _page(pair, list(refused.refusals))
    except Refusal as refusal:
        return _page(pair, [refusal])
    subject, is_gone = pair.version.subject, part == "page" and not pair.version.content["texts"]
    if is_gone:
        return redirect(url_for("writing.index", slug=subject, saved=number), 303)
    return redirect(_edit_url(part, subject, saved=number), 303)


def _guard(part: str) -> None:
    if part not in versions.PART_PERMISSIONS:
        abort(404)
    if not access.may(versions.PART_PERMISSIONS[part]):
        abort(403)


def _found(part: str, version_id: uuid.UUID) -> Pair:
    pair = versions.version(version_id)
    if pair.version.part != part:
        raise errors.NoSuchVersion
    return pair


def _page(pair: Pair, problems: list[Refusal]) -> ResponseReturnValue:
    row = pair.version
    answer = render_template(
        "home/manage/version.html",
        pair=pair,
        row=row,
        title=_title(row.part, row.subject),
        changed=_changes(pair),
        newest=versions.number(row.part, row.subject),
        languages=dict(presentation.named(_site().view.locales)),
        summary=[("", str(refusal)) for refusal in problems],
        **_preview(row),
    )
    return answer, 422 if problems else 200


def _preview(row: HubVersion) -> dict[str, Any]:
    site, held = _site(), row.content
    if row.part == "brand":
        url = url_for("brand.kept", digest=held["logo"]) if held["logo"] else ""
        return {"shown": previews.of_brand(site, held, logo_url=url)}
    if row.part == "front":
        return {"shown": previews.of_front(site, versions.front_then(held))}
    if row.part == "switches":
        words = {True: _("on"), False: _("off")}
        shown = [(label, words[bool(held.get(key))]) for key, (label, _hint) in names.SWITCHES.items()]
        return {"switches_shown": shown}
    if row.part == "steps":
        return {"shown": mentoring.in_all_languages(held)}
    return {"shown": previews.of_page(tuple(held["texts"]), held["texts"])}


def _changes(pair: Pair) -> list[changes.Changed]:
    row, before = pair.version, pair.before
    if before is None:
        return []
    return changes.changes(row.part, before.content, row.content)


def _title(part: str, subject: str) -> str:
    return f"/p/{subject}" if subject else str(names.PARTS[part])


def _edit_url(part: str, subject: str, **query: Any) -> str:
    if part == "page":
        locale = _site().view.default_locale
        return url_for("writing.edit", slug=subject, locale=locale, **query) if subject else url_for("writing.index")
    return url_for(_EDITED_AT[part], **query)


def _site() -> Site:
    found = presentation.site()
    if found is None:
        abort(404)
    return found
