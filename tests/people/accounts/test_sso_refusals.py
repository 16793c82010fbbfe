"""Ways to cheat on single sign-on, and how each of them ends."""

from __future__ import annotations

import uuid
from base64 import b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from werkzeug.test import TestResponse

from hubapp.kernel.db import db, unit_of_work
from hubapp.people.accounts.sso import keys
from hubapp.tenancy.models import HubDomain
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import sign_in
from tests.factories.hubs import NOW
from tests.people.accounts.conftest import CENTRAL, LYON, Loopback, Visitor, follow, signed_in

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


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


def exchange(visitor: Visitor, hub_id: int, code: str, *, secret: str = "", **changes: str) -> TestResponse:
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
    assert exchange(visitor, hubs[0], code).get_json()["error"] == "invalid_grant"


def test_a_wrong_verifier_uses_the_code_up(visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID) -> None:
    sign_in(visitor.client, amina)
    code = fresh_code(visitor, hubs[0])
    assert exchange(visitor, hubs[0], code, code_verifier="x" * 50).status_code == 400
    assert exchange(visitor, hubs[0], code).status_code == 400


def test_a_code_of_one_hub_is_nothing_to_another(visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID) -> None:
    sign_in(visitor.client, amina)
    assert exchange(visitor, hubs[1], fresh_code(visitor, hubs[0])).get_json()["error"] == "invalid_grant"


def test_a_code_is_over_when_its_session_is(
    app: HubFlask, visitor: Visitor, hubs: tuple[int, int], amina: uuid.UUID
) -> None:
    sign_in(visitor.client, amina)
    code = fresh_code(visitor, hubs[0])
    visitor.post("/sign-out")
    assert exchange(visitor, hubs[0], code).get_json()["error"] == "invalid_grant"


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
