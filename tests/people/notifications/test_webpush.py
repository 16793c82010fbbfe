"""Web Push to the letter: the examples of the standards, what a browser can read, and whom the server never asks."""

from __future__ import annotations

import json
import socket
from datetime import timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from hubapp.people.notifications import policies
from hubapp.people.notifications.webpush import courier, sealing, vapid
from tests.factories.hubs import NOW
from tests.factories.pushing import Subscriber, push_service, to_bytes, to_text

# RFC 8291, section 5 and appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
UA_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
UA_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AS_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
AS_PUBLIC = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
SALT, AUTH = "DGv6ra1nlYgDCS1FRnbzlw", "BTBZMqHH6r4Tts7J_aSIgg"
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3"
    "jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(to_bytes(text)), ec.SECP256R1())


def seal(message: bytes, reader: Subscriber, **changes: Any) -> bytes:
    values = {"public_key": reader.public, "auth": reader.auth, "sender": sealing.fresh_key(), "salt": bytes(16)}
    return sealing.seal(message, **{**values, **changes})


def test_the_standards_example_comes_out_byte_for_byte() -> None:
    sender = private(AS_PRIVATE)
    assert to_text(sealing.public_bytes(sender)) == AS_PUBLIC
    sealed = sealing.seal(
        PLAIN, public_key=to_bytes(UA_PUBLIC), auth=to_bytes(AUTH), sender=sender, salt=to_bytes(SALT)
    )
    assert to_text(sealed) == SEALED


def test_the_tests_own_browser_reads_the_standards_example() -> None:
    browser = Subscriber(private(UA_PRIVATE), to_bytes(AUTH))
    assert to_text(browser.public) == UA_PUBLIC
    assert browser.read(to_bytes(SEALED)) == PLAIN


@given(st.binary(max_size=sealing.LONGEST))
def test_a_browser_reads_what_was_sealed_for_it_and_a_push_service_takes_it(message: bytes) -> None:
    reader = Subscriber()
    sealed = seal(message, reader)
    assert reader.read(sealed) == message
    assert len(sealed) <= 4096


def test_nobody_else_reads_it_and_nothing_can_be_changed() -> None:
    reader = Subscriber()
    sealed = seal(b"told", reader)
    for other, body in (
        (Subscriber(), sealed),
        (Subscriber(reader.private, bytes(16)), sealed),
        (reader, sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(InvalidTag):
            other.read(body)


def test_what_does_not_fit_is_not_sent() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        seal(bytes(sealing.LONGEST + 1), Subscriber())


@pytest.mark.parametrize("point", [b"", b"\x04" + bytes(64), bytes(65), b"\x02" + bytes(32)])
def test_what_is_no_point_of_the_curve_is_no_key(point: bytes) -> None:
    assert not sealing.is_key(point)
    assert sealing.is_key(Subscriber().public)


def test_the_pass_is_signed_for_one_service_and_runs_out_within_a_day() -> None:
    header = vapid.authorization(
        secret="a", endpoint="https://push.example.net/send/1?x=2", contact="hello@glocal.example", now=NOW
    )
    scheme, _, rest = header.partition(" ")
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    public = to_bytes(parts["k"])
    key = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": to_text(public[1:33]), "y": to_text(public[33:])})
    token = jwt.decode(parts["t"], key, algorithms=["ES256"])
    assert (scheme, token.header) == ("vapid", {"typ": "JWT", "alg": "ES256"})
    assert (token.claims["aud"], token.claims["sub"]) == ("https://push.example.net", "mailto:hello@glocal.example")
    assert NOW < NOW.fromtimestamp(token.claims["exp"], NOW.tzinfo) <= NOW + timedelta(days=1)


def test_the_servers_key_is_always_the_same_and_another_for_another_secret() -> None:
    assert vapid.public_key("a") == vapid.public_key("a") != vapid.public_key("b")
    assert len(to_bytes(vapid.public_key("a"))) == 65


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.net/1",
        "https://push.example.net:8443/1",
        "https://somebody@push.example.net/1",
        "https://push.example.net/1#part",
        "https://localhost/1",
        "https://[::1]/1",
        "https://push.example.net:port/1",
        "https://push..example/1",
        "https://push.example.net/with space",
        "https://push.example.net/two\r\nHost: lines",
        "https://pü.example.net/1",
        "ftp://push.example.net/1",
        "http://127.0.0.1:80/1",
        "",
    ],
)
def test_no_message_goes_to_such_an_address(endpoint: str) -> None:
    assert not courier.may_be_asked(endpoint)
    with pytest.raises(courier.NotPublic):
        courier.send(endpoint, body=b"", headers={})


def test_this_machine_is_asked_only_where_that_was_allowed() -> None:
    assert courier.may_be_asked("https://push.example.net/1")
    assert courier.may_be_asked("http://127.0.0.1:9/1", is_local=True)
    assert not courier.may_be_asked("http://127.0.0.1.example.net:9/1", is_local=True)
    assert not courier.may_be_asked("http://10.0.0.1/1", is_local=True)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:1::1",
    ],
)
def test_a_name_that_leads_into_a_private_network_is_not_asked(address: str) -> None:
    assert not courier.is_public(address)
    for found in ([address], ["93.184.215.14", address]):
        with pytest.raises(courier.NotPublic):
            courier.send("https://push.example.net/1", body=b"", headers={}, resolve=lambda *_a, f=found, **_k: rows(f))


def rows(addresses: list[str]) -> list[tuple[Any, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in addresses]


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e"])
def test_public_addresses_are(address: str) -> None:
    assert courier.is_public(address)


def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    def unknown(*_arguments: Any, **_options: Any) -> list[tuple[Any, ...]]:
        raise socket.gaierror

    with pytest.raises(courier.Unreachable, match="no such name"):
        courier.send("https://push.example.net/1", body=b"", headers={}, resolve=unknown)


def test_where_nobody_listens_trying_again_is_right() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(courier.Unreachable, match="ConnectionRefused"):
        courier.send(f"http://127.0.0.1:{port}/1", body=b"", headers={}, is_local=True)


def test_nobody_is_led_elsewhere() -> None:
    with push_service() as service:
        service.status, service.location = 307, service.url("elsewhere")
        answer = courier.send(service.url(), body=b"x", headers={}, is_local=True)
    assert (answer.status, [one.path for one in service.received]) == (307, ["/push/1"])


def test_a_service_that_never_comes_to_an_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "TOTAL_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(courier.Unreachable):
        courier.send(f"http://127.0.0.1:{silent.getsockname()[1]}/1", body=b"", headers={}, is_local=True)


@given(st.text(max_size=400), st.text(max_size=4000), st.text(st.characters(codec="utf-8"), max_size=300))
def test_a_payload_is_json_of_at_most_three_kilobytes(title: str, body: str, page: str) -> None:
    rest = {"lang": "ar", "dir": "rtl", "tag": "0" * 32, "data": {"page": page, "open": "/notifications/" + "0" * 36}}
    payload = policies.push_payload(title=title, body=body, rest=rest)
    assert len(payload) <= 3_000
    told = json.loads(payload)
    assert title.startswith(told["title"].removesuffix("…").rstrip())
    assert told["data"]["page"] == page


SUBSCRIBER = Subscriber()


def test_a_subscription_is_read_as_browsers_write_it() -> None:
    found = policies.subscription_of(SUBSCRIBER.subscription("https://push.example.net/1"))
    assert found == policies.Subscription("https://push.example.net/1", SUBSCRIBER.public, SUBSCRIBER.auth)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "1",
        "{}",
        '{"endpoint": 1, "keys": {"p256dh": "a", "auth": "b"}}',
        '{"endpoint": "https://a.example/", "keys": []}',
        SUBSCRIBER.subscription(""),
        SUBSCRIBER.subscription("https://push.example.net/" + "x" * 1000),
        SUBSCRIBER.subscription("https://push.example.net/" + "x" * 4000),
        SUBSCRIBER.subscription("https://push.example.net/1").replace('"p256dh": "B', '"p256dh": "!'),
        Subscriber(SUBSCRIBER.private, bytes(15)).subscription("https://push.example.net/1"),
        "[" * 3000,
    ],
)
def test_what_is_no_subscription_is_none(text: str) -> None:
    assert policies.subscription_of(text) is None


OUTCOMES = {
    "sent": (200, 201, 202, 204),
    "gone": (404, 410),
    "refused": (301, 307, 400, 413, 418),
    "later": (101, 401, 403, 408, 429, 500, 502, 503),
}


@pytest.mark.parametrize(("outcome", "statuses"), OUTCOMES.items())
def test_what_a_push_services_answer_means(outcome: str, statuses: tuple[int, ...]) -> None:
    assert {policies.push_outcome(status) for status in statuses} == {outcome}
