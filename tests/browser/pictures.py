"""`make pictures`: starts the demo and takes the pictures that the README shows, small enough for a repository."""

from __future__ import annotations

import io
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.flags import CHROMIUM, FLAGS
from tests.browser.people import Person
from tests.browser.site import BUYER, CENTRAL, CONNECTORS, MEMBER, SELLER, Site, running

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
MOST_BYTES = 200_000
DESKTOP, PHONE = (1280, 860), (390, 844)


@dataclass(frozen=True, slots=True)
class Picture:
    """What to show: a page as somebody sees it, or with `follow` the page behind its first link of that kind."""

    name: str
    hub: str
    path: str
    who: str | None = None
    size: tuple[int, int] = DESKTOP
    scheme: str = "light"
    follow: str = ""


PICTURES = (
    Picture("lyon", "lyon", "/"),
    Picture("nairobi-phone-dark", "nairobi", "/", size=PHONE, scheme="dark"),
    Picture("tunis-phone", "tunis", "/", size=PHONE),
    Picture("receipt", "nairobi", "/me/orders", BUYER, (1280, 1000), follow="/orders/0"),
    Picture("manage", "nairobi", "/manage/", CONNECTORS["nairobi"]),
    Picture("console", "", "/console/", CENTRAL, scheme="dark"),
    Picture("talk", "lyon", "/feed", MEMBER),
    Picture("gathering-phone", "nairobi", "/events", BUYER, PHONE, follow="/events/"),
    Picture("members", "nairobi", "/members", BUYER),
    Picture("market", "tunis", "/market", scheme="dark"),
    Picture("group", "lyon", "/me/group", SELLER, (1280, 1240)),
    Picture("plan", "", "/console/plan", CENTRAL, (1280, 1100), follow="/console/plan/"),
)


def main() -> None:
    """Take them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="hubapp-pictures-"))
    folder.chmod(0o755)  # the database server's own user has to get through
    try:
        with running(folder) as site:
            take_all(site)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def take_all(site: Site) -> None:
    """Every picture of a network that runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for picture in PICTURES:
            width, height = picture.size
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if picture.scheme == "dark" else "light",
                reduced_motion="reduce",
                device_scale_factor=2 if picture.size == PHONE else 1,
            )
            person = Person(site, context, context.new_page())
            size = _store(picture.name, _shot(person, picture))
            context.close()
            print(f"{picture.name}.webp: {size // 1000} kB")  # noqa: T201  what a command is for
        browser.close()


def _shot(person: Person, picture: Picture) -> bytes:
    if picture.who:
        person.sign_in(picture.who, picture.hub, picture.path)
        person.page.wait_for_url(f"**{picture.path}")
    else:
        person.go(picture.hub, picture.path)
    if picture.follow:
        person.main.locator(f"a[href*='{picture.follow}']").first.click()
        person.page.wait_for_url(f"**{picture.follow}*")
    person.page.wait_for_load_state("networkidle")
    return person.page.screenshot()


def _store(name: str, png: bytes) -> int:
    """As WebP, in the best quality that is small enough; returns its size."""
    for quality in (90, 80, 70, 55, 40):
        out = io.BytesIO()
        Image.open(io.BytesIO(png)).convert("RGB").save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= MOST_BYTES:
            break
    (FOLDER / f"{name}.webp").write_bytes(out.getvalue())
    return out.tell()


if __name__ == "__main__":
    main()
