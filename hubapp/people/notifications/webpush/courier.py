"""The way to push services: over TLS to public addresses only, checked where the name leads, never led elsewhere.

Subscriptions come from browsers, so that anybody can name any address: nothing within this network is ever asked.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

CONNECT_SECONDS, TOTAL_SECONDS = 4.0, 10.0
LONGEST_ANSWER = 300
MOST_ADDRESSES = 4
HTTPS = 443
_HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[..., list[tuple[Any, ...]]]


class NotPublic(Exception):
    """The address leads into a private network, or is none that a message may go to."""


class Unreachable(Exception):
    """Nobody answered in time, or not as a server does; later it may."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the push service said; `retry_after`: the header of that name, as it came."""

    status: int
    words: str
    retry_after: str = ""


def may_be_asked(endpoint: str, *, is_local: bool = False) -> bool:
    """Whether a message may go to this address, as far as its letters tell. `is_local`: to this machine's own, too."""
    try:
        parts = urlsplit(endpoint)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return False
    if not endpoint.isascii() or any(letter <= " " for letter in endpoint) or parts.fragment or "@" in parts.netloc:
        return False
    if is_local and parts.scheme == "http" and host in {"127.0.0.1", "localhost"}:
        return True
    return parts.scheme == "https" and _HOST.fullmatch(host) is not None and port in {None, HTTPS}


def host_of(endpoint: str) -> str:
    """The push service behind an address, with its port where that is not the usual one."""
    return urlsplit(endpoint).netloc


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public network's, whatever it is wrapped in."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.sixtofour or found.teredo:
            return False
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        if found.ipv4_mapped:
            return is_public(str(found.ipv4_mapped))
    return found.is_global and not found.is_multicast


def send(
    endpoint: str,
    *,
    body: bytes,
    headers: Mapping[str, str],
    is_local: bool = False,
    resolve: Resolve = socket.getaddrinfo,
) -> Answer:
    """POST it and answer with what was said; redirects are not followed. Raises NotPublic or Unreachable."""
    if not may_be_asked(endpoint, is_local=is_local):
        raise NotPublic
    parts = urlsplit(endpoint)
    is_tls = parts.scheme == "https"
    host = parts.hostname or ""
    port = parts.port or (HTTPS if is_tls else 80)
    addresses = _resolved(host, port, resolve)
    if is_tls and not all(map(is_public, addresses)):
        raise NotPublic(host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Pinned(host, port, addresses, _trust() if is_tls else None)
    # A service that sends its answer letter by letter would hold a worker for ever.
    deadline = threading.Timer(TOTAL_SECONDS, connection.abort)
    deadline.start()
    try:
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        words = answer.read(LONGEST_ANSWER).decode("utf-8", "replace")
        return Answer(answer.status, words, answer.getheader("Retry-After", ""))
    except (OSError, http.client.HTTPException) as error:
        raise Unreachable(f"{host}: {type(error).__name__}") from error
    finally:
        deadline.cancel()
        connection.close()


def _resolved(host: str, port: int, resolve: Resolve) -> list[str]:
    try:
        found = [str(row[4][0]) for row in resolve(host, port, type=socket.SOCK_STREAM)]
    except OSError as error:
        raise Unreachable(f"{host}: no such name") from error
    if not found:
        raise Unreachable(f"{host}: no address")
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Pinned(http.client.HTTPConnection):
    """A connection to the very addresses that were checked: asking for the name again could give others."""

    def __init__(self, host: str, port: int, addresses: list[str], trust: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=TOTAL_SECONDS)
        self._addresses, self._trust = addresses[:MOST_ADDRESSES], trust

    def connect(self) -> None:
        """Try them one after the other."""
        self.sock = self._reached()
        self.sock.settimeout(TOTAL_SECONDS)
        if self._trust is not None:
            # In two steps, so that `abort` knows the socket that the handshake waits for.
            secure = self._trust.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = secure
            secure.do_handshake()

    def _reached(self) -> socket.socket:
        for address in self._addresses[:-1]:
            try:
                return socket.create_connection((address, self.port), CONNECT_SECONDS)
            except OSError:
                continue
        return socket.create_connection((self._addresses[-1], self.port), CONNECT_SECONDS)

    def abort(self) -> None:
        """End it from another thread, whatever it waits for."""
        if self.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
