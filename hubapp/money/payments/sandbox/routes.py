"""Which operation answers which request, and what each of them takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hubapp.money.payments.sandbox import books
from hubapp.money.payments.sandbox.errors import ApiError
from hubapp.money.payments.sandbox.operations import (
    accounts,
    checkout,
    customers,
    disputes,
    files,
    intents,
    payouts,
    reads,
    refunds,
    setup,
    transfers,
)
from hubapp.money.payments.sandbox.parameters import BOOL, TEXT, TEXTS, Param
from hubapp.money.payments.sandbox.store import PLATFORM, Body, Tx

Operation: TypeAlias = Callable[[Tx, str, dict[str, Any]], Body]


@dataclass(frozen=True, slots=True)
class Route:
    """An operation with its name, as faults are planted for it, and its parameters."""

    name: str
    method: str
    path: re.Pattern[str]
    run: Operation
    fields: dict[str, Param] = field(default_factory=dict)


def _route(name: str, method: str, path: str, run: Operation, fields: dict[str, Param] | None = None) -> Route:
    pattern = re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[A-Za-z0-9_]+)", path) + "$")
    return Route(name, method, pattern, run, {**(fields or {}), "expand": TEXTS})


def _one(kind: str) -> Operation:
    return lambda tx, object_id, _values: reads.retrieve(tx, kind, object_id)


def _many(kind: str, url: str, filters: dict[str, Param]) -> Operation:
    return lambda tx, _id, values: reads.many(tx, kind, reads.page_of(values, filters), url)


def _resource(kind: str, url: str, filters: dict[str, Param]) -> tuple[Route, Route]:
    name = kind.replace(".", "_")
    return (
        _route(f"{name}.list", "get", url, _many(kind, url, filters), reads.CURSOR | filters),
        _route(f"{name}.retrieve", "get", f"{url}/{{id}}", _one(kind)),
    )


LINES = {"type": TEXT, "source": TEXT, "currency": TEXT}
EVENTS = {"type": TEXT}
LINES_URL = "/v1/balance_transactions"
EVENTS_URL = "/v1/events"

ROUTES: tuple[Route, ...] = (
    _route(
        "checkout_session.create",
        "post",
        "/v1/checkout/sessions",
        lambda t, _, v: checkout.create(t, v),
        checkout.CREATE,
    ),
    _route(
        "checkout_session.expire", "post", "/v1/checkout/sessions/{id}/expire", lambda t, i, _: checkout.expire(t, i)
    ),
    *_resource("checkout.session", "/v1/checkout/sessions", {"payment_intent": TEXT, "status": TEXT}),
    *_resource("payment_intent", "/v1/payment_intents", {"customer": TEXT}),
    _route(
        "payment_intent.create", "post", "/v1/payment_intents", lambda t, _, v: intents.create(t, v), intents.CREATE
    ),
    _route("payment_intent.confirm", "post", "/v1/payment_intents/{id}/confirm", intents.confirm, intents.CONFIRM),
    _route("payment_intent.cancel", "post", "/v1/payment_intents/{id}/cancel", intents.cancel, intents.CANCEL),
    *_resource("setup_intent", "/v1/setup_intents", {"customer": TEXT, "payment_method": TEXT}),
    *_resource("customer", "/v1/customers", {"email": TEXT}),
    _route(
        "customer.payment_methods",
        "get",
        "/v1/customers/{id}/payment_methods",
        lambda t, i, v: customers.methods(t, i, reads.page_of(v, {})),
        {name: param for name, param in reads.CURSOR.items() if name != "created"} | {"type": TEXT},
    ),
    _route(
        "customer.payment_method",
        "get",
        "/v1/customers/{id}/payment_methods/{second}",
        lambda t, i, _: customers.method(t, *i.split("/")),
    ),
    _route("payment_method.retrieve", "get", "/v1/payment_methods/{id}", _one("payment_method")),
    _route("payment_method.detach", "post", "/v1/payment_methods/{id}/detach", lambda t, i, _: customers.detach(t, i)),
    *_resource("charge", "/v1/charges", {"payment_intent": TEXT, "transfer_group": TEXT}),
    _route("refund.create", "post", "/v1/refunds", lambda t, _, v: refunds.create(t, v), refunds.CREATE),
    *_resource("refund", "/v1/refunds", {"charge": TEXT, "payment_intent": TEXT}),
    *_resource("dispute", "/v1/disputes", {"charge": TEXT, "payment_intent": TEXT}),
    _route("dispute.update", "post", "/v1/disputes/{id}", disputes.update, disputes.UPDATE),
    _route("dispute.close", "post", "/v1/disputes/{id}/close", lambda t, i, _: disputes.close(t, i)),
    _route("file.create", "post", "/v1/files", lambda t, _, v: files.create(t, v), files.CREATE),
    *_resource("file", "/v1/files", {"purpose": TEXT}),
    _route("account.create", "post", "/v1/accounts", lambda t, _, v: accounts.create(t, v), accounts.CREATE),
    *_resource("account", "/v1/accounts", {}),
    _route(
        "account_link.create",
        "post",
        "/v1/account_links",
        lambda t, _, v: accounts.create_link(t, v),
        accounts.CREATE_LINK,
    ),
    _route("transfer.create", "post", "/v1/transfers", lambda t, _, v: transfers.create(t, v), transfers.CREATE),
    _route("transfer.reverse", "post", "/v1/transfers/{id}/reversals", transfers.reverse, transfers.REVERSE),
    *_resource("transfer", "/v1/transfers", {"destination": TEXT, "transfer_group": TEXT}),
    _route("payout.create", "post", "/v1/payouts", lambda t, _, v: payouts.create(t, v), payouts.CREATE),
    *_resource("payout", "/v1/payouts", {"status": TEXT}),
    _route("account.current", "get", "/v1/account", lambda t, _i, _v: setup.platform(t)),
    _route("capability.list", "get", "/v1/accounts/{id}/capabilities", lambda t, i, _: setup.capabilities(t, i)),
    _route("balance_settings.retrieve", "get", "/v1/balance_settings", lambda t, _i, _v: setup.balance_settings(t)),
    _route(
        "balance_settings.update",
        "post",
        "/v1/balance_settings",
        lambda t, _, v: setup.update_balance_settings(t, v),
        setup.UPDATE,
    ),
    _route("webhook_endpoint.list", "get", setup.ENDPOINTS_URL, lambda t, _, v: setup.endpoints(t, v), setup.PAGED),
    _route("webhook_endpoint.retrieve", "get", f"{setup.ENDPOINTS_URL}/{{id}}", lambda t, i, _: setup.endpoint(t, i)),
    _route("balance.retrieve", "get", "/v1/balance", lambda t, _i, _v: books.balance(t, t.account)),
    _route("balance_transaction.retrieve", "get", f"{LINES_URL}/{{id}}", lambda t, i, _: books.line(t, i)),
    _route(
        "balance_transaction.list",
        "get",
        LINES_URL,
        lambda t, _, v: reads.lines(t, reads.page_of(v, LINES), LINES_URL),
        reads.CURSOR | LINES,
    ),
    _route("event.retrieve", "get", f"{EVENTS_URL}/{{id}}", lambda t, i, _: reads.event(t, i)),
    _route(
        "event.list",
        "get",
        EVENTS_URL,
        lambda t, _, v: reads.events(t, reads.page_of(v, EVENTS), EVENTS_URL, was_delivered=v.get("delivery_success")),
        reads.CURSOR | EVENTS | {"delivery_success": BOOL},
    ),
)

# In a connected account's name only these make sense here; the rest is the platform's.
CONNECTED = re.compile(r"^(payout|balance|balance_transaction|event)\.")


def resolve(method: str, path: str, account: str) -> tuple[Route, str]:
    """The route and the ids in its path, with a slash in between; refuses what the sandbox does not offer."""
    for route in ROUTES:
        if route.method == method and (match := route.path.match(path)):
            if account != PLATFORM and not CONNECTED.match(route.name):
                raise ApiError(f"The sandbox does not offer {route.name} on connected accounts.", status=403)
            return route, "/".join(match.groups())
    raise ApiError(f"Unrecognized request URL ({method.upper()}: {path}).", status=404)
