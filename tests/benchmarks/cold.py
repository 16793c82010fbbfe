"""The web process by itself: how soon it answers, and how much memory it holds after work."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time

import psutil

from hubapp.app import create_app
from tests.benchmarks import town
from tests.benchmarks.ground import Ground
from tests.benchmarks.measuring import Result

STARTS, REQUESTS, PATIENCE = 3, 400, 30
MIB = 1024 * 1024
PATHS = ("/", "/market", "/members", "/p/shares", "/me/profile", "/me/orders", "/basket", "/theme.css")


def start(ground: Ground) -> list[Result]:
    """`hubapp serve` from its start to the first answer, and its resident memory after a few hundred pages."""
    server = ground.database("cold")
    app = create_app(server.settings, server)
    place = town.build(app)
    port = free_port()
    environ = {**ground.environment(server), "PORT": str(port)}
    seconds, cpu, memory = [], [], 0
    for _ in range(STARTS):
        begin = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "hubapp.cli", "serve"], env=environ, stderr=subprocess.DEVNULL
        )
        try:
            wait_for(port)
            seconds.append(time.monotonic() - begin)
            family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
            cpu.append(sum(sum(one.cpu_times()[:2]) for one in family))
            if len(seconds) == STARTS:
                memory = _memory_after_work(port, place.cookie, family)
        finally:
            process.terminate()
            process.wait(PATIENCE)
    return [
        Result(
            "Cold start of `hubapp serve` to its first answer, the database running (best of three)",
            f"{min(cpu):.1f} s of it CPU",
            min(seconds),
            3,
            unit=" s",
        ),
        Result(
            f"Resident memory of a web worker after {REQUESTS} pages",
            f"{len(PATHS)} kinds of pages",
            memory / MIB,
            200,
            unit=" MiB",
        ),
    ]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for(port: int) -> None:
    """Until the server answers; raises when it does not."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if get(port, "/", {"Host": f"localhost:{port}"})[0] == http.client.OK:
                return
        except OSError:
            time.sleep(0.01)
    raise RuntimeError("hubapp serve did not answer")


def _memory_after_work(port: int, cookie: str, family: list[psutil.Process]) -> int:
    headers = {"Host": f"{town.SLUG}.localhost:{port}", "Cookie": cookie, "Accept-Encoding": "gzip"}
    for number in range(REQUESTS):
        path = PATHS[number % len(PATHS)]
        status = get(port, path, headers)[0]
        if not re.match("2|3", str(status)):
            raise RuntimeError(f"{path} answered {status}")
    return max(int(one.memory_info().rss) for one in family)
