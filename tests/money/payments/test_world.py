"""Money of one world never goes on in another: by key, by marker, and in both directions."""

from __future__ import annotations

import psycopg
import pytest

from hubapp.kernel.errors import Refusal
from hubapp.kernel.server import Server
from hubapp.money.payments import world
from hubapp.money.payments.gateway import ModeMismatch
from tests.conftest import Live
from tests.factories.payments import Till

LIVE, TEST = "sk_live_abc", "sk_test_abc"


def server_with(live: Live, key: str | None) -> Server:
    return Server(live.server.admin, live.server.settings.model_copy(update={"stripe_secret_key": key}))


def marked(live: Live) -> str | None:
    with psycopg.connect(live.server.admin) as connection:
        row = connection.execute("SELECT mode FROM money_world").fetchone()
        return row[0] if row else None


def put_money(live: Live) -> None:
    with psycopg.connect(live.server.admin) as connection:
        connection.execute(
            "INSERT INTO gateway_command (id, kind, key, subject, params, status, attempts, next_try_at, created_at)"
            " VALUES (uuidv7(), 'payee.create', 'k', 's', '{}', 'todo', 0, now(), now())"
        )


def test_a_database_without_money_goes_where_it_is_led(live: Live) -> None:
    for key, mode in ((None, "sandbox"), (TEST, "test"), (LIVE, "live"), (None, "sandbox")):
        assert (world.require(server_with(live, key)), marked(live)) == (mode, mode)


@pytest.mark.parametrize(
    ("begun", "then", "words"),
    [
        (None, LIVE, "belongs to the payment sandbox"),
        (LIVE, None, "belongs to live payments"),
        (LIVE, TEST, "belongs to live payments"),
        (TEST, LIVE, "belongs to the provider's test mode"),
    ],
)
def test_money_of_another_world_is_refused_with_words(
    live: Live, begun: str | None, then: str | None, words: str
) -> None:
    mode = world.require(server_with(live, begun))
    put_money(live)
    with pytest.raises(world.OtherWorld, match=words):
        world.require(server_with(live, then))
    assert marked(live) == mode
    assert world.require(server_with(live, begun)) == mode


def test_sandbox_money_from_before_the_marker_is_known_by_its_ids(till: Till, hub: int, live: Live) -> None:
    till.sell(hub)
    with psycopg.connect(live.server.admin) as connection:
        connection.execute("DELETE FROM money_world")
    with pytest.raises(world.OtherWorld, match="sandbox"):
        world.require(server_with(live, LIVE))
    assert marked(live) is None
    assert world.require(server_with(live, None)) == "sandbox"


def test_a_key_that_is_none_is_refused(live: Live) -> None:
    with pytest.raises(Refusal, match="not a secret key"):
        world.require(server_with(live, "pk_live_abc"))


@pytest.mark.parametrize(("key", "mode"), [("sk_live_x", "live"), ("rk_live_x", "live"), ("sk_test_x", "test")])
def test_keys_say_their_world(key: str, mode: str) -> None:
    assert world.mode_of_key(key) == mode


@pytest.mark.parametrize("key", ["", "sk", "sk_live_", "pk_test_x", "sk_test_sbx_no_real_money", "sk_prod_x"])
def test_other_texts_are_no_keys(key: str) -> None:
    with pytest.raises(ModeMismatch):
        world.mode_of_key(key)
