"""The demo's web server and worker as child processes: started, watched, announced, stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType

from rich.console import Console

from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal

START_SECONDS = 60
POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class SignIn:
    """One demo account, shown when the network is up."""

    who: str
    email: str
    password: str
    where: str


def require_free(port: int) -> None:
    """Refuse a port that somebody listens on, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Refusal(
                f"Port {port} is in use. Choose another: PORT=8001 make demo, or hubapp demo --port 8001."
            ) from None


def run(settings: Settings, console: Console, sign_ins: Sequence[SignIn]) -> None:
    """Start web and worker, say when they answer, and wait until Ctrl-C or until one of them ends."""
    # The environment carries the settings; children that outlive us are found by their process group.
    children = [
        subprocess.Popen([sys.executable, "-m", "hubapp.cli", name], env=os.environ, start_new_session=True)
        for name in ("serve", "worker")
    ]
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _wait_until_ready(settings, children)
        announce(settings, console, sign_ins)
        while all(child.poll() is None for child in children):
            time.sleep(POLL_SECONDS)
        raise Refusal("The web server or the worker ended by itself; see the lines above.")
    except KeyboardInterrupt:
        console.print("\nStopping.")
    finally:
        for child in children:
            _stop(child)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_until_ready(settings: Settings, children: Sequence[subprocess.Popen[bytes]]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{settings.port}/readyz", headers={"Host": settings.public_domain}
    )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if any(child.poll() is not None for child in children):
            raise Refusal("The web server or the worker did not start; see the lines above.")
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310  our own loopback address
                if answer.status == 200:  # noqa: PLR2004
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(POLL_SECONDS)
    raise Refusal(f"The web server did not answer within {START_SECONDS} seconds.")


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
    try:
        child.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def announce(settings: Settings, console: Console, sign_ins: Sequence[SignIn]) -> None:
    """Print who can sign in, the addresses, and `ready`; whole lines, also where the output is narrow or a file."""

    def say(text: str = "") -> None:
        console.print(text, soft_wrap=True, highlight=False, markup=False)

    say("\nDemo sign-ins (invented people; exempt from the second factor):")
    for row in sign_ins:
        say(f"  {row.who}\n    {row.email}   {row.password}   {row.where}")
    say(f"\nMails are written to {settings.data / 'mail'}. Card numbers for the sandbox are on its card page.")
    say(f"The sandbox's clock moves with: HUBAPP_DATA={settings.data} {sys.argv[0]} sandbox advance 20d")
    say("Stop with Ctrl-C.\n")
    say(f"ready {settings.public_url}")
    console.file.flush()  # whoever reads this through a pipe waits for that line
