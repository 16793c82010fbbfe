"""The sandbox itself: answers API requests, takes payments on its pages, moves its clock, sends its events."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from psycopg import Connection, OperationalError
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from hubapp.kernel import clock
from hubapp.money.payments.sandbox import faults, idempotency, paying, webhooks
from hubapp.money.payments.sandbox.errors import ApiError, LostConnection
from hubapp.money.payments.sandbox.idempotency import KEPT_FOR, Answer
from hubapp.money.payments.sandbox.operations import accounts, checkout, disputes, files, payouts, reads, refunds
from hubapp.money.payments.sandbox.parameters import read, unflatten
from hubapp.money.payments.sandbox.routes import Route, resolve
from hubapp.money.payments.sandbox.store import API_VERSION, PLATFORM, Row, Tx, stored_from

SECRET_KEY = "sk_test_sbx_no_real_money"  # noqa: S105  not a secret: it opens nothing but the sandbox
BATCH = 100
DUE = {
    "charge": disputes.open_due,
    "checkout.session": checkout.close,
    "dispute": disputes.decide,
    "payout": payouts.move_on,
    "refund": refunds.fail,
}
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class Sandbox:
    """A payment provider in its own database; give it that database's DSN and the address of its pages.

    Threads may share it. Connections are opened when first needed, so that a process may fork before.
    """

    def __init__(self, dsn: str, *, site: str, pool_size: int = 8) -> None:
        self.site = site.rstrip("/")
        self._pool: ConnectionPool[Connection[Row]] = ConnectionPool(
            dsn, min_size=0, max_size=pool_size, open=False, kwargs={"row_factory": dict_row}, timeout=10
        )
        self._opening = threading.Lock()

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()

    @contextmanager
    def transaction(self, *, account: str = PLATFORM, request_key: str | None = None) -> Iterator[Tx]:
        """One transaction in the sandbox's database."""
        with self._opening:
            self._pool.open()  # does nothing when it is open
        with self._pool.connection() as connection:
            yield Tx(connection, site=self.site, account=account, request_key=request_key)

    # The clock

    def now(self) -> datetime:
        """The sandbox's time."""
        with self.transaction() as tx:
            return tx.now

    def offset(self) -> timedelta:
        """How far it runs ahead of real time."""
        with self.transaction() as tx:
            return tx.ahead_by

    def advance(self, by: timedelta) -> timedelta:
        """Move the clock forward, let happen what falls due on the way, and answer the new offset."""
        if by < timedelta(0):
            raise ValueError("The sandbox's clock only moves forward.")
        with self.transaction() as tx:
            ahead_by = tx.move_clock(by)
            is_due = self._is_something_due(tx)
        if is_due:
            self.tick()
        return ahead_by

    def begin_at(self, moment: datetime) -> timedelta:
        """Set the clock of a sandbox that has seen nothing yet, into the past too, and answer the offset."""
        with self.transaction() as tx:
            if tx.connection.execute("SELECT FROM resource LIMIT 1").fetchone() is not None:
                raise ValueError("Something has happened in this sandbox: its clock only moves forward.")
            tx.connection.execute("UPDATE clock SET ahead_by = %s", (moment - clock.wall(),))
        return self.offset()

    def tick(self) -> int:
        """Let happen what is due: sessions close, payouts move on, refunds bounce. Answers how many did."""
        happened = 0
        while step := self._tick_once():
            happened += step
        return happened

    def _tick_once(self) -> int:
        with self.transaction() as tx:
            rows = tx.connection.execute(
                "SELECT * FROM resource WHERE due_at <= %s ORDER BY due_at, seq LIMIT %s FOR UPDATE SKIP LOCKED",
                (tx.now, BATCH),
            ).fetchall()
            for row in rows:
                tx.account = row["account"]
                DUE[row["kind"]](tx, stored_from(row))
            return len(rows)

    def _is_something_due(self, tx: Tx) -> bool:
        row = tx.connection.execute("SELECT FROM resource WHERE due_at <= %s LIMIT 1", (tx.now,)).fetchone()
        return row is not None

    # The API

    def handle(self, *, method: str, url: str, headers: Mapping[str, str], body: str | bytes | None) -> Answer:
        """Answer one API request; raises LostConnection when nobody knows what became of it.

        That is the case when the database is away, or when a planted fault breaks the line.
        """
        given = {name.lower(): value for name, value in headers.items()}
        address = urlsplit(url)
        account = given.get("stripe-account", PLATFORM)
        key = given.get("idempotency-key") if method == "post" else None
        try:
            _check_headers(given)
            pairs = _pairs(method, address.query, given.get("content-type", FORM), body)
            route, object_id = resolve(method, address.path, account)
            with self.transaction(account=account, request_key=key) as tx:
                is_due = self._is_something_due(tx)
            if is_due:
                self.tick()
            with self.transaction(account=account, request_key=key) as tx:
                answer = self._answer(tx, route, object_id, pairs, key)
        except ApiError as error:
            answer = _refusal(error)
        except OperationalError as error:
            raise LostConnection(str(error)) from error
        if answer.is_lost:
            raise LostConnection("The line broke (a planted fault).")
        return answer

    def _answer(self, tx: Tx, route: Route, object_id: str, pairs: list[tuple[str, str]], key: str | None) -> Answer:
        request = idempotency.digest(route.name, object_id, pairs)
        if key is not None and (kept := idempotency.recall(tx, key, request)) is not None:
            return kept
        fault = faults.take(tx.connection, route.name)
        if fault == "timeout_before":
            return Answer(0, b"", is_lost=True)
        if fault == "rate_limit":
            return _refusal(ApiError("Too many requests.", status=429, code="rate_limit"))
        answer, is_kept = _FAULT if fault == "error" else self._run(tx, route, object_id, pairs)
        if fault == "error_after":
            answer, is_kept = _FAULT
        if key is not None and is_kept:
            idempotency.remember(tx, key, request, answer)
        return Answer(answer.status, answer.body, is_lost=fault == "timeout")

    def _run(self, tx: Tx, route: Route, object_id: str, pairs: list[tuple[str, str]]) -> tuple[Answer, bool]:
        try:
            with tx.connection.transaction():
                values = read(unflatten(pairs), route.fields)
                try:
                    shown = route.run(tx, object_id, values)
                except ApiError as error:
                    if not error.lasts:
                        raise
                    return _refusal(error), True
                for path in values.get("expand", []):
                    reads.expand(tx, shown, path)
        except ApiError as error:
            return _refusal(error), error.executed
        return Answer(200, json.dumps(shown).encode()), True

    # The hosted pages

    def page(self, session_id: str) -> paying.SessionPage | None:
        """What the card page shows, or None for an unknown session."""
        self.tick()
        with self.transaction() as tx:
            return paying.page(tx, session_id)

    def pay(self, session_id: str, attempt: paying.Attempt) -> paying.Result:
        """Try a card on a session; raises ApiError for an unknown one."""
        with self.transaction() as tx:
            return paying.pay(tx, session_id, attempt)

    def session_of(self, intent_id: str) -> str | None:
        """The session to which an authentication belongs, or None."""
        with self.transaction() as tx:
            return paying.session_of(tx, intent_id)

    def authenticate(self, intent_id: str, decision: Literal["approve", "fail"]) -> paying.Result:
        """The payer answers the bank; raises ApiError for an unknown intent."""
        with self.transaction() as tx:
            return paying.authenticate(tx, intent_id, decision)

    def onboarding(self, account_id: str, link_id: str) -> accounts.Link | None:
        """The form behind a link, or None when the two do not belong together."""
        with self.transaction() as tx:
            return accounts.link(tx, account_id, link_id)

    def onboard(self, account_id: str, link_id: str, form: accounts.Onboarding) -> accounts.Link | None:
        """Hand the form in, once; a link used or too old changes nothing and says so."""
        with self.transaction() as tx:
            return accounts.hand_in(tx, account_id, link_id, form)

    def disable_account(self, account_id: str, *, reason: str = "rejected.other") -> None:
        """Stop a connected account, as the provider may."""
        with self.transaction() as tx:
            accounts.disable(tx, account_id, reason=reason)

    def dispute(
        self, charge_id: str, *, amount: int | None = None, reason: str = "fraudulent", is_inquiry: bool = False
    ) -> str:
        """The buyer of a charge complains to their bank, as may happen to any card; answers the dispute's id."""
        with self.transaction() as tx:
            charge = tx.get("charge", charge_id, lock=True)
            wanted = charge.body["amount"] - charge.body["amount_refunded"] if amount is None else amount
            return disputes.open_dispute(tx, charge, amount=wanted, reason=reason, is_inquiry=is_inquiry).id

    def bounce_payout(self, account_id: str, payout_id: str) -> None:
        """The bank returns a payout that had been paid, as banks may within some days."""
        with self.transaction(account=account_id) as tx:
            payouts.bounce(tx, tx.get("payout", payout_id))

    # Events and faults

    def configure_endpoint(self, *, kind: Literal["platform", "connect"], url: str, secret: str) -> None:
        """Where events of a kind go from now on."""
        with self.transaction() as tx:
            webhooks.configure(tx.connection, kind=kind, url=url, secret=secret)

    def pause_endpoints(self) -> None:
        """Nobody listens until an endpoint is configured again; what happens meanwhile is never sent."""
        with self.transaction() as tx:
            webhooks.pause(tx.connection)

    def deliver_due(self, post: webhooks.Post, *, limit: int = BATCH) -> int:
        """Send what is due; `post(url, body, headers)` answers a status. Answers how many were taken.

        No transaction is open while a receiver works, so that it may ask the sandbox back.
        """
        self.tick()
        with self.transaction() as tx:
            tx.connection.execute("DELETE FROM idempotency WHERE created <= %s", (tx.now - KEPT_FOR,))
            claimed = webhooks.claim(tx.connection, tx.now, limit)
        taken = 0
        for delivery in claimed:
            status, error = webhooks.send(delivery, post)
            with self.transaction() as tx:
                taken += webhooks.settle(tx.connection, delivery, now=tx.now, status=status, error=error)
        return taken

    def replay(self, event_id: str | None = None) -> int:
        """Have an event, or every one that ever happened, delivered again; raises ApiError for an unknown one."""
        with self.transaction() as tx:
            if event_id is not None:
                reads.event(tx, event_id, any_account=True)
            return webhooks.replay(tx.connection, tx.now, event_id=event_id)

    def fail_next(self, kind: faults.ApiFault, *, operation: str = "", times: int = 1) -> None:
        """Plant a fault for the next requests to an operation, e.g. `transfer.create`; '' is any."""
        with self.transaction() as tx:
            faults.plant(tx.connection, kind=kind, matches=operation, times=times)


def _pairs(method: str, query: str, content_type: str, body: str | bytes | None) -> list[tuple[str, str]]:
    if method != "post":
        return parse_qsl(query, keep_blank_values=True)
    if isinstance(body, bytes):
        if content_type.startswith(MULTIPART):
            return files.pairs_of(content_type, body)
        body = body.decode()
    return parse_qsl(body or "", keep_blank_values=True)


def _check_headers(given: Mapping[str, str]) -> None:
    if given.get("authorization") != f"Bearer {SECRET_KEY}":
        message = "The sandbox refuses every key but its own; live keys never come here."
        raise ApiError(message, status=401)
    if given.get("stripe-version") != API_VERSION:
        raise ApiError(f"The sandbox speaks API version {API_VERSION} only.")


def _refusal(error: ApiError) -> Answer:
    return Answer(error.status, json.dumps(error.body).encode())


_FAULT = (_refusal(ApiError("An unknown error occurred.", status=500, kind="api_error")), True)
