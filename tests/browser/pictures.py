"""`make pictures`: the README's pictures, taken of the running demo."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from hubapp.cli.demo.acting import PASSWORD
from tests.browser.conftest import CHROMIUM, FLAGS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
DESKTOP, PHONE = (1280, 800), (390, 844)
LARGEST = 200_000  # bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: of `path` on `host` ("" is the central domain), as `who` (nobody: a visitor)."""

    name: str
    host: str
    path: str
    size: tuple[int, int]
    scheme: str = "light"
    who: str = ""


PICTURES = (
    Picture("lyon-desktop", "lyon", "/", DESKTOP),
    Picture("nairobi-phone-dark", "nairobi", "/", PHONE, "dark"),
    Picture("tunis-phone", "tunis", "/", PHONE),
    Picture("receipt", "lyon", "/me/orders", DESKTOP, who="lucie@letabli.example"),
    Picture("manage", "lyon", "/manage/turnover", DESKTOP, who="maud@letabli.example"),
    Picture("console", "", "/console/", DESKTOP, who="ines@glocal.example"),
)


@contextmanager
def demo() -> Iterator[int]:
    """A demo of its own on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="hubapp-pictures-") as folder:
        Path(folder).chmod(0o755)  # the database's own user has to get through
        command = [sys.executable, "-m", "hubapp.cli", "demo", "--port", str(port), "--data", f"{folder}/data"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith("ready"):
                    break
            yield port
        finally:
            process.terminate()
            process.wait()


def take(browser: Browser, port: int, picture: Picture) -> None:
    """Take one picture and keep it as WebP."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=picture.scheme, device_scale_factor=1.5
    )
    page = context.new_page()
    if picture.who:
        sign_in(page, port, picture.who)
    host = f"{picture.host}.localhost" if picture.host else "localhost"
    if picture.who and picture.host:
        page.goto(f"http://{host}:{port}/auth/login?next={picture.path}")
    else:
        page.goto(f"http://{host}:{port}{picture.path}")
    if picture.name == "receipt":
        page.locator("main table a").first.click()
        page.wait_for_load_state()
    keep(page.screenshot(), FOLDER / f"{picture.name}.webp")
    context.close()


def sign_in(page: Page, port: int, email: str) -> None:
    page.goto(f"http://localhost:{port}/sign-in")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def keep(shot: bytes, path: Path) -> None:
    for quality in (82, 70, 55):
        buffer = io.BytesIO()
        Image.open(io.BytesIO(shot)).convert("RGB").save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= LARGEST:
            break
    path.write_bytes(buffer.getvalue())
    print(path.name, buffer.tell() // 1024, "kB")  # noqa: T201  a command's output


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as port, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for picture in PICTURES:
            take(browser, port, picture)
        browser.close()


if __name__ == "__main__":
    main()
