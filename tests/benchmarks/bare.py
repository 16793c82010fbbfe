"""The reference: a bare Flask application on the same database, with the ORM and no more than a page needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Flask, render_template, session
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import Table, select
from sqlalchemy.engine.url import URL

TABLES = ("listing", "listing_image", "membership")

ROUTES = {
    "home": "/home",
    "market": "/market",
    "members": "/members",
    "shares": "/p/shares",
    "listing": "/l/<listing_id>",
    "picture": "/picture/<image_id>",
    "member": "/members/<handle>",
    "static": "/static/<path:filename>",
}
MENU = [("Home", "home"), ("Market", "market"), ("Members", "members"), ("Shares", "shares")]

LAYOUT = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>{% block title %}{% endblock %}</title>
<link rel="stylesheet" href="{{ url_for('static', filename='core.css') }}"></head>
<body>
<header><nav>{% for text, name in menu %}<a href="{{ url_for(name) }}">{{ text }}</a>{% endfor %}</nav>
{{ viewer.display_name }}</header>
<main>{% block content %}{% endblock %}</main>
<footer>{% for text, name in menu %}<a href="{{ url_for(name) }}">{{ text }}</a>{% endfor %}</footer>
{% include "rest.html" %}
</body></html>
"""
PAGE = """{% extends "layout.html" %}
{% macro card(listing, seller, picture) %}
<article class="card"><a href="{{ url_for('listing', listing_id=listing.id) }}">
{% if picture %}<img src="{{ url_for('picture', image_id=picture.id) }}" alt="">{% endif %}
<h3>{{ listing.title }}</h3><p>{{ "%.2f" | format(listing.price / 100) }} {{ listing.currency }}</p>
<p>{{ seller }}</p></a></article>
{% endmacro %}
{% block title %}Home{% endblock %}
{% block content %}
<section>{% for listing in listings %}
{{ card(listing, names[listing.seller_account_id], pictures.get(listing.id)) }}
{% endfor %}</section>
<section>{% for person in newest %}
<a href="{{ url_for('member', handle=person.handle) }}">{{ person.display_name }}</a>
{% endfor %}</section>
{% endblock %}
"""


class Bare:
    """A Flask application whose models are the real tables, read from the database."""

    def __init__(self, url: URL, tables: tuple[str, ...]) -> None:
        self.app = Flask("bare", static_folder=None)
        self.app.config.update(SECRET_KEY="bare", SQLALCHEMY_DATABASE_URI=url)
        self.db = SQLAlchemy(self.app)
        with self.app.app_context():
            self.models: Mapping[str, Any] = {name: self._model(name) for name in tables}

    def _model(self, name: str) -> Any:
        # Foreign keys bring their tables along; the ORM wants to see them.
        table = Table(name, self.db.metadata, autoload_with=self.db.engine)
        return type(name.title().replace("_", ""), (self.db.Model,), {"__table__": table})

    def cookie(self, content: dict[str, Any]) -> str:
        """A signed session with `content`, as a Cookie header."""
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return f"session={serializer.dumps(content)}"


def home(url: URL, *, hub_id: int, account_id: UUID, real: str) -> tuple[Bare, str]:
    """The bare home page and its viewer's cookie; it shows the rows of the `real` one, and is as long."""
    bare = Bare(url, TABLES)
    db, (listing, image, member) = bare.db, (bare.models[name] for name in TABLES)
    for name, rule in ROUTES.items():
        bare.app.add_url_rule(rule, name)

    @bare.app.get("/")
    def page() -> str:
        asking = member.account_id == UUID(session["account"])
        viewer = db.session.scalars(select(member).where(member.hub_id == hub_id, asking)).one()
        live = select(listing).where(listing.hub_id == hub_id, listing.status == "live").order_by(listing.id.desc())
        listings = db.session.scalars(live.limit(8)).all()
        shown = select(image).where(image.hub_id == hub_id, image.listing_id.in_([row.id for row in listings]))
        pictures = {row.listing_id: row for row in db.session.scalars(shown)}
        selling = member.account_id.in_({row.seller_account_id for row in listings})
        sellers = db.session.scalars(select(member).where(member.hub_id == hub_id, selling))
        names = {row.account_id: row.display_name for row in sellers}
        people = select(member).where(member.hub_id == hub_id).order_by(member.joined_at.desc(), member.id.desc())
        newest = db.session.scalars(people.limit(6)).all()
        return render_template(
            "page.html", menu=MENU, viewer=viewer, listings=listings, names=names, pictures=pictures, newest=newest
        )

    templates = {"layout.html": LAYOUT, "page.html": PAGE, "rest.html": ""}
    bare.app.jinja_loader = DictLoader(templates)
    cookie = bare.cookie({"account": str(account_id)})
    with bare.app.test_client(use_cookies=False) as client:
        short = client.get("/", headers={"Cookie": cookie}).text
    # The rest is text that costs a template nothing: what the real page is longer by.
    templates["rest.html"] = "{% raw %}" + real[: len(real) - len(short)] + "{% endraw %}"
    bare.app.jinja_env.cache.clear()  # type: ignore[union-attr]
    return bare, cookie
