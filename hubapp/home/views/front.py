"""A hub's front page and its written pages."""

from __future__ import annotations

from functools import lru_cache

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from hubapp.community.mentoring import services
from hubapp.community.mentoring.views import shown as mentoring
from hubapp.home import front as content
from hubapp.home import presentation
from hubapp.kernel import clock
from hubapp.tenancy import markdown
from hubapp.tenancy import queries as tenancy
from hubapp.web import areas

blueprint = areas.hub_blueprint("home", __name__)


@blueprint.get("/")
def front() -> ResponseReturnValue:
    """Promise, proof and join for a visitor; what is new and what to do next for a member."""
    site = presentation.site()
    if site is None:
        abort(404)
    reader_id = current_user.account_id if current_user.is_authenticated else None
    front, words = content.front(site, reader_id, now=clock.now()), {}
    if front.plan is not None:
        words = {"steps": mentoring.items(front.plan, site.locale), "above": mentoring.words(site.locale)["welcome"]}
        if front.plan.is_done:  # seen once more, and gone the next time
            services.finish(account_id=front.plan.account_id, now=clock.now())
    return render_template("home/front.html", front=front, member=front.member, first=words)


@blueprint.get("/p/<slug>")
def page(slug: str) -> ResponseReturnValue:
    """A page or legal text, in the reader's language or else in the hub's own."""
    site = presentation.site()
    found = tenancy.page(slug, site.locale, site.view.default_locale) if site else None
    if found is None:
        abort(404)
    return render_template(
        "home/page.html", page=found, body=prose(found.body), page_dir=presentation.direction_of(found.locale)
    )


@lru_cache(maxsize=512)
def prose(text: str) -> Markup:
    """Markdown as safe HTML; texts are few and long, so the result is kept."""
    return markdown.render(text, is_whole_page=True)
