"""A buyer with a browser of their own, over real HTTP, who tries again when nobody answers."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import UUID

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="(version|shown)" value="([^"]+)"')
CARD = {"number": "4242 4242 4242 4242", "expiry": "12/40", "cvc": "123", "name": "Ben"}
SERVER_ERROR = 500
PATIENCE_SECONDS = 5
PAUSE_SECONDS = 0.1


class NoAnswer(Exception):
    """Nothing came back, or an apology: nobody knows what became of the request."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer and where it came from."""

    url: str
    status: int
    text: str
    location: str | None


@dataclass
class Surfer:
    """Keeps cookies by host and speaks to one port of this machine, whatever the host is called."""

    port: int
    cookies: dict[str, dict[str, str]]

    def ask(self, url: str, form: dict[str, str] | None = None) -> Page:
        """One request. Raises NoAnswer."""
        parts = urlsplit(url)
        jar = self.cookies.setdefault(parts.netloc, {})
        headers = {"Host": parts.netloc, "Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}
        body = None
        if form is not None:
            body, headers["Content-Type"] = urlencode(form), "application/x-www-form-urlencoded"
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=8)
        try:
            connection.request("POST" if body is not None else "GET", path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer from error
        finally:
            connection.close()
        if answer.status >= SERVER_ERROR:
            raise NoAnswer(f"{answer.status} {path}")
        for line in answer.msg.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(line).items():
                jar[name] = morsel.value
        location = answer.getheader("Location")
        return Page(url, answer.status, text, urljoin(url, location) if location else None)

    def follow(self, url: str) -> Page:
        """A page, after all redirects."""
        page = self.ask(url)
        while page.location:
            page = self.ask(page.location)
        return page


@dataclass
class Buyer:
    """Buys one thing after the other; remembers what the site told: `placed` and `paid` are checkouts."""

    surfer: Surfer
    hub: str
    listings: list[UUID]
    chance: random.Random
    placed: list[UUID] = field(default_factory=list)
    paid: list[UUID] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)

    def shop(self, over: threading.Event) -> None:
        """Go on until told to stop."""
        while not over.is_set():
            try:
                self.buy_one()
            except NoAnswer:
                time.sleep(PAUSE_SECONDS)

    def buy_one(self) -> None:
        """Basket, checkout, card. Raises NoAnswer."""
        page = self.surfer.follow(f"{self.hub}/checkout")
        if not page.url.endswith("/checkout"):
            listing = self.chance.choice(self.listings)
            self._send(f"{self.hub}/market/{listing}", f"{self.hub}/basket/{listing}", quantity="1")
            page = self.surfer.follow(f"{self.hub}/checkout")
        shown = dict(HIDDEN.findall(page.text))
        answer = self._send(page, f"{self.hub}/checkout", delivery="pickup", **shown)
        if answer is None or answer.location is None:  # sold out meanwhile
            self._empty_basket()
            return
        checkout_id = UUID(urlsplit(answer.location).path.split("/")[2])
        if checkout_id not in self.placed:
            self.placed.append(checkout_id)
        self._pay(checkout_id)

    def _pay(self, checkout_id: UUID) -> None:
        """Until the card was taken, or patience is over."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                page = self.surfer.follow(f"{self.hub}/checkout/{checkout_id}/pay")
                if "/sandbox/pay/" in page.url:
                    answer = self._send(page, page.url, **CARD)
                    if answer is not None and answer.location:
                        self.paid.append(checkout_id)
                        self.surfer.follow(answer.location)
                        return
                elif page.url.endswith("/return"):  # paid before, and the answer got lost
                    return
            except NoAnswer:
                pass
            time.sleep(PAUSE_SECONDS)

    def _send(self, seen: Page | str, to: str, **fields: str) -> Page | None:
        page = self.surfer.follow(seen) if isinstance(seen, str) else seen
        token = TOKEN.search(page.text)
        if token is None:
            return None
        answer = self.surfer.ask(to, {"csrf_token": token[1], **fields})
        if answer.status not in {200, 303, 422}:
            self.surprises.append(f"{answer.status} {to}")
        return answer

    def _empty_basket(self) -> None:
        for listing in self.listings:
            self._send(f"{self.hub}/basket", f"{self.hub}/basket/{listing}/remove")
