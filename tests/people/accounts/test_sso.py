"""One account, several hubs: signed in and out once, by way of the central domain."""

from __future__ import annotations

import uuid
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import func, select

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts.models import AuthSession
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from hubapp.web.sessions import SiteSessions
from tests.factories.accounts import PASSWORD, base_url, put_cookie, sign_in
from tests.people.accounts.conftest import CENTRAL, LYON, NAIROBI, Loopback, Visitor, follow, signed_in


def test_signing_in_from_a_hub_leads_back_to_the_page_there(
    visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, loopback: Loopback
) -> None:
    form, path = follow(visitor, visitor.get("/auth/login?next=/market%3Fkind%3Doffer", LYON))
    assert (form.status_code, urlsplit(path[-1]).path) == (200, "/sign-in")
    goal = parse_qs(urlsplit(path[-1]).query)["next"][0]
    _page, path = follow(visitor, visitor.post("/sign-in", email="amina@example.org", password=PASSWORD, next=goal))
    assert path[-1] == f"{LYON}/market?kind=offer"
    assert signed_in(visitor, LYON)
    assert loopback.calls[-1].headers["Host"] == "localhost:8000"


def test_a_second_hub_lets_in_without_asking(
    visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, loopback: Loopback
) -> None:
    sign_in(visitor.client, amina)
    _page, path = follow(visitor, visitor.get("/auth/login?next=/a", LYON))
    assert path[-1] == f"{LYON}/a"
    _page, path = follow(visitor, visitor.get("/auth/login?next=/b", NAIROBI))
    assert path[-1] == f"{NAIROBI}/b"


def test_the_path_form_works_too(visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, loopback: Loopback) -> None:
    sign_in(visitor.client, amina)
    _page, path = follow(visitor, visitor.get("/h/lyon/auth/login?next=/h/lyon/market"))
    assert path[-1] == f"{CENTRAL}/h/lyon/market"
    assert visitor.get("/h/lyon/auth/login?next=/h/lyon/x").location == "/h/lyon/x"


def test_signing_out_in_one_hub_ends_it_everywhere(
    visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, loopback: Loopback
) -> None:
    sign_in(visitor.client, amina)
    for site in (LYON, NAIROBI):
        follow(visitor, visitor.get("/auth/login", site))
    _page, path = follow(visitor, visitor.post("/auth/logout", LYON))
    assert path[-1] == f"{LYON}/"
    assert not signed_in(visitor, LYON)
    assert not signed_in(visitor, NAIROBI)
    assert visitor.get("/me").location == "/sign-in?next=/me"


def test_signing_out_needs_the_csrf_token(app: HubFlask, hubs: tuple[int, int], amina: uuid.UUID) -> None:
    browser = app.test_client()
    sign_in(browser, amina, hubs[0])
    assert browser.post("/auth/logout", base_url=LYON).status_code == 400
    assert browser.get("/auth/logout", base_url=LYON).status_code == 200
    assert browser.get("/auth/login?next=/x", base_url=LYON).location == "/x"


def test_a_cookie_of_one_hub_opens_no_other(
    app: HubFlask, visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID
) -> None:
    sign_in(visitor.client, amina, hubs[0])
    value = visitor.cookie(hubs[0], "lyon.localhost")
    thief = Visitor(app.test_client())
    thief.client.set_cookie(f"hub{hubs[1]}", value, domain="nairobi.localhost")
    thief.client.set_cookie("central", value, domain="localhost")
    assert signed_in(visitor, LYON)
    assert not signed_in(thief, NAIROBI)
    assert thief.get("/me").status_code == 303


def test_a_token_of_one_hub_is_refused_elsewhere_even_if_signed_there(
    app: HubFlask, visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID
) -> None:
    sign_in(visitor.client, amina, hubs[0])
    value = visitor.cookie(hubs[0], "lyon.localhost")
    sessions = app.session_interface
    assert isinstance(sessions, SiteSessions)
    content = sessions.serializer_of(app, hubs[0]).loads(value)
    for hub_id in (hubs[1], None):
        put_cookie(visitor.client, hub_id, content)
    assert not signed_in(visitor, NAIROBI)
    assert visitor.get("/me").status_code == 303


def test_the_discovery_document_names_the_endpoints(visitor: Visitor, hubs: tuple[int, int]) -> None:
    found = visitor.get("/.well-known/openid-configuration").get_json()
    public = visitor.get(urlsplit(found["jwks_uri"]).path).get_json()["keys"][0]
    assert found["issuer"] == CENTRAL
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert (public["kty"], "d" in public) == ("OKP", False)


@pytest.mark.parametrize(
    "goal",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/\n//evil",
        "evil.example",
    ],
)
def test_next_never_leaves_the_site(visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, goal: str) -> None:
    sign_in(visitor.client, amina)
    sign_in(visitor.client, amina, hubs[0])
    assert visitor.get(f"/auth/login?next={quote(goal)}", LYON).location == "/"
    assert visitor.get(f"/sign-in?next={quote(goal)}").location == "/me"
    assert visitor.post("/preferences", LYON, scheme="dark", next=goal).location == "/"
    assert visitor.get(f"/signed-out?to={quote(goal)}").location == "/"
    assert visitor.get(f"/enter?to={quote(goal)}").location == "/"


def test_a_hub_session_hangs_on_the_central_one(
    app: HubFlask, visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, loopback: Loopback
) -> None:
    root_id = sign_in(visitor.client, amina)
    follow(visitor, visitor.get("/auth/login", LYON))
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        children = (
            select(func.count())
            .select_from(AuthSession)
            .where(AuthSession.parent_id == root_id, AuthSession.hub_id == hubs[0])
        )
        assert db.session.scalar(children) == 1


def test_base_url_is_the_hubs_subdomain(app: HubFlask, hubs: tuple[int, int]) -> None:
    assert base_url(app, hubs[0]) == f"{LYON}/"
