"""One account, several hubs: the whole way over the central domain, and every way to cheat on it."""

from __future__ import annotations

import uuid
from base64 import b64encode
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts.models import AuthSession
from hubapp.people.accounts.sso import keys
from hubapp.tenancy.models import HubDomain
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import PASSWORD, base_url, make_account, put_cookie, sign_in
from tests.factories.hubs import NOW, make_hub
from tests.people.accounts.conftest import CENTRAL, Loopback, Visitor, follow

LYON, NAIROBI = "http://lyon.localhost:8000", "http://nairobi.localhost:8000"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.fixture
def hubs(app: HubFlask) -> tuple[int, int]:
    with app.app_context():
        return make_hub("lyon"), make_hub("nairobi")


@pytest.fixture
def amina(app: HubFlask) -> uuid.UUID:
    with app.app_context():
        return make_account("Amina Diallo", "amina@example.org", PASSWORD)


def signed_in(visitor: Visitor, site: str) -> bool:
    """Whether the hub lets this browser past its sign-in."""
    answer = visitor.get("/auth/login?next=/p/inside", site)
    return str(answer.location) == "/p/inside"


def to_authorize(hub_id: int, **changes: str) -> str:
    values = {
        "response_type": "code",
        "client_id": keys.client_id(hub_id),
        "redirect_uri": f"{LYON}/auth/callback",
        "scope": "openid email",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    return "/oauth/authorize?" + urlencode({key: value for key, value in values.items() if value})


def exchange(visitor: Visitor, hub_id: int, code: str, *, secret: str = "", **changes: str):
    known = secret or keys.client_secret(visitor.client.application.config["SECRET_KEY"], hub_id)
    basic = b64encode(f"{keys.client_id(hub_id)}:{known}".encode()).decode()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{LYON}/auth/callback",
        "code_verifier": VERIFIER,
    } | changes
    return visitor.client.post("/oauth/token", data=form, base_url=CENTRAL, headers={"Authorization": f"Basic {basic}"})


def fresh_code(visitor: Visitor, hub_id: int) -> str:
    answer = visitor.get(to_authorize(hub_id))
    return parse_qs(urlsplit(answer.location).query)["code"][0]


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


def test_a_forged_state_is_refused_in_words(
    visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, loopback: Loopback
) -> None:
    sign_in(visitor.client, amina)
    visitor.get("/auth/login", LYON)
    answer = visitor.get(f"/auth/callback?state=forged&code={fresh_code(visitor, hubs[0])}", LYON)
    assert answer.status_code == 400
    assert "not begun in this browser" in answer.text
    assert not loopback.calls


def test_a_forged_nonce_is_refused(
    visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, loopback: Loopback
) -> None:
    sign_in(visitor.client, amina)
    start = urlsplit(visitor.get("/auth/login", LYON).location)
    asked = {key: values[0] for key, values in parse_qs(start.query).items()} | {"nonce": "another"}
    back = urlsplit(visitor.get(f"/oauth/authorize?{urlencode(asked)}").location)
    answer = visitor.get(f"/auth/callback?{back.query}", LYON)
    assert (answer.status_code, len(loopback.calls)) == (400, 1)
    assert not signed_in(visitor, LYON)


def test_another_verifier_is_refused(
    visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, loopback: Loopback
) -> None:
    sign_in(visitor.client, amina)
    loopback.spoil = lambda form: form | {"code_verifier": VERIFIER}
    answer, _path = follow(visitor, visitor.get("/auth/login", LYON))
    assert answer.status_code == 400
    assert not signed_in(visitor, LYON)


def test_a_code_works_once(visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID) -> None:
    sign_in(visitor.client, amina)
    code = fresh_code(visitor, hubs[0])
    assert exchange(visitor, hubs[0], code).status_code == 200
    assert exchange(visitor, hubs[0], code).json["error"] == "invalid_grant"


def test_a_wrong_verifier_uses_the_code_up(visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID) -> None:
    sign_in(visitor.client, amina)
    code = fresh_code(visitor, hubs[0])
    assert exchange(visitor, hubs[0], code, code_verifier="x" * 50).status_code == 400
    assert exchange(visitor, hubs[0], code).status_code == 400


def test_a_code_of_one_hub_is_nothing_to_another(visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID) -> None:
    sign_in(visitor.client, amina)
    assert exchange(visitor, hubs[1], fresh_code(visitor, hubs[0])).json["error"] == "invalid_grant"


def test_a_code_is_over_when_its_session_is(
    app: HubFlask, visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID
) -> None:
    sign_in(visitor.client, amina)
    code = fresh_code(visitor, hubs[0])
    visitor.post("/sign-out")
    assert exchange(visitor, hubs[0], code).json["error"] == "invalid_grant"


def test_a_wrong_client_secret_is_refused(visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID) -> None:
    sign_in(visitor.client, amina)
    assert exchange(visitor, hubs[0], fresh_code(visitor, hubs[0]), secret="guess").status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "http://evil.example/auth/callback"},
        {"redirect_uri": "http://nairobi.localhost:8000/auth/callback"},
        {"redirect_uri": "http://lyon.localhost:8000.evil.example/auth/callback"},
        {"redirect_uri": "http://evil.example\\@lyon.localhost:8000/auth/callback"},
        {"redirect_uri": "http://lyon.localhost:8000@evil.example/auth/callback"},
        {"redirect_uri": "http://lyon.localhost:9999/auth/callback"},
        {"redirect_uri": "https://lyon.localhost:8000/auth/callback"},
        {"redirect_uri": "http://127.0.0.1:8000/h/lyon/auth/callback"},
        {"redirect_uri": "http://lyon.localhost:8000/auth/callback/.."},
        {"redirect_uri": "http://lyon.localhost:8000/auth/callback?x=1"},
        {"redirect_uri": ""},
        {"code_challenge": "", "code_challenge_method": ""},
        {"code_challenge_method": "plain"},
        {"nonce": ""},
        {"client_id": "hub-999999"},
        {"client_id": "nobody"},
        {"response_type": "token"},
    ],
    ids=str,
)
def test_a_crooked_authorization_request_is_refused_here(
    visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID, changes: dict[str, str]
) -> None:
    sign_in(visitor.client, amina)
    answer = visitor.get(to_authorize(hubs[0], **changes))
    assert answer.status_code == 400
    assert answer.location is None


def test_strange_characters_are_a_bad_request(visitor: Visitor, hubs: tuple[int, int]) -> None:
    assert visitor.get(to_authorize(hubs[0], response_type="co\\de\x00")).status_code == 400
    assert exchange(visitor, hubs[0], "x", grant_type='"\\').status_code == 400


def test_a_verified_custom_domain_is_one_of_the_hubs_own(
    app: HubFlask, visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID
) -> None:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.add(HubDomain(host="letabli.example", hub_id=hubs[0], token="t", verified_at=NOW))
        db.session.add(HubDomain(host="not-yet.example", hub_id=hubs[0], token="t", verified_at=None))
    sign_in(visitor.client, amina)
    own = visitor.get(to_authorize(hubs[0], redirect_uri="http://letabli.example:8000/auth/callback"))
    assert str(own.location).startswith("http://letabli.example:8000/auth/callback?code=")
    assert (
        visitor.get(to_authorize(hubs[0], redirect_uri="http://not-yet.example:8000/auth/callback")).status_code == 400
    )
    assert (
        visitor.get(to_authorize(hubs[1], redirect_uri="http://letabli.example:8000/auth/callback")).status_code == 400
    )


def test_a_cookie_of_one_hub_opens_no_other(
    app: HubFlask, visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID
) -> None:
    sign_in(visitor.client, amina, hubs[0])
    value = visitor.client.get_cookie(f"hub{hubs[0]}", domain="lyon.localhost").value
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
    value = visitor.client.get_cookie(f"hub{hubs[0]}", domain="lyon.localhost").value
    content = app.session_interface.serializer_of(app, hubs[0]).loads(value)
    for hub_id in (hubs[1], None):
        put_cookie(visitor.client, hub_id, content)
    assert not signed_in(visitor, NAIROBI)
    assert visitor.get("/me").status_code == 303


def test_the_discovery_document_names_the_endpoints(visitor: Visitor, hubs: tuple[int, int]) -> None:
    found = visitor.get("/.well-known/openid-configuration").json
    public = visitor.get(urlsplit(found["jwks_uri"]).path).json["keys"][0]
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
