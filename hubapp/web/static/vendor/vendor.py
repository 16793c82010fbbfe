"""Fetching the third-party front-end files, unchanged, and writing down where each one came from.

A maintainer runs this by hand; nothing at set-up or run time does. It asks npm for exactly the versions in
`PACKAGES`, copies the wanted files and their licences beside this script, and records a SHA-256 for each in
`vendor.lock.toml`, which a test re-computes. To update: change a version here, run it, read the diff.

    python hubapp/web/static/vendor/vendor.py
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCK = HERE / "vendor.lock.toml"

ICONS = """
activity arrow-down-right arrow-left arrow-right arrow-up-right badge-check ban banknote bell book-marked
book-open boxes building-2 calendar calendar-days camera chart-column chart-line chart-pie check chevron-down
chevron-left chevron-right chevron-up circle circle-alert circle-check circle-dot circle-help circle-user
circle-x clock coins copy credit-card database download ellipsis external-link eye eye-off file-text filter
flag flask-conical gauge gift globe graduation-cap hammer hand-heart handshake headset heart history hourglass
house id-card image info key-round landmark languages layers layout-dashboard link list list-checks lock
lock-open log-in log-out mail map-pin megaphone menu message-circle messages-square minus monitor moon network
newspaper package package-check palette party-popper pencil percent phone plug plus printer qr-code receipt-text
refresh-cw scale search send settings share-2 shield-check shopping-basket sliders-horizontal smartphone
snowflake sprout star store sun sun-moon tag tags ticket trash-2 trending-down trending-up triangle-alert truck
type undo-2 upload user user-plus users wallet x zap
""".split()


@dataclass(frozen=True)
class Package:
    """One npm package: the files taken from it (path inside the package → path here) and its licence."""

    name: str
    version: str
    licence: str
    files: dict[str, str]


def font(family: str, *subsets: str) -> Package:
    """Return a variable font (weight axis only: the other axes double its size) in the given subsets."""
    stems = [f"{family}-{subset}-wght-normal.woff2" for subset in subsets]
    files = {f"files/{stem}": f"fonts/{stem}" for stem in stems}
    return Package(
        name=f"@fontsource-variable/{family}",
        version="5.3.0",
        licence="OFL-1.1",
        files={**files, "LICENSE": f"fonts/{family}.LICENSE.txt"},
    )


def cut(family: str, weight: int, *subsets: str) -> Package:
    """Return one weight of a font: half as heavy as all of them, for the weight that nearly every page is set in."""
    stems = [f"{family}-{subset}-{weight}-normal.woff2" for subset in subsets]
    files = {f"files/{stem}": f"fonts/{stem}" for stem in stems}
    return Package(
        name=f"@fontsource/{family}",
        version="5.3.0",
        licence="OFL-1.1",
        files={**files, "LICENSE": f"fonts/{family}.LICENSE.txt"},
    )


PACKAGES = (
    Package(
        name="htmx.org",
        version="4.0.1",
        licence="0BSD",
        files={"dist/htmx.min.js": "htmx/htmx.min.js", "LICENSE": "htmx/LICENSE.txt"},
    ),
    # Reads QR codes where the browser cannot: loaded at the door of a gathering, and nowhere else.
    Package(
        name="jsqr",
        version="1.4.0",
        licence="Apache-2.0",
        files={"dist/jsQR.js": "jsqr/jsQR.js", "LICENSE": "jsqr/LICENSE.txt"},
    ),
    font("figtree", "latin", "latin-ext"),
    font("bricolage-grotesque", "latin", "latin-ext"),
    cut("bricolage-grotesque", 700, "latin", "latin-ext"),
    font("fraunces", "latin", "latin-ext"),
    cut("fraunces", 400, "latin", "latin-ext"),
    font("readex-pro", "arabic"),
    Package(
        name="lucide-static",
        version="1.62.0",
        licence="ISC AND MIT",
        files={f"icons/{name}.svg": f"lucide/{name}.svg" for name in ICONS}
        | {"LICENSE": "lucide/LICENSE.txt"},
    ),
)


def sha256(path: Path) -> str:
    """Return the file's SHA-256 as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(package: Package, folder: Path) -> None:
    """Ask npm for the package and copy the wanted files here, byte for byte."""
    spec = f"{package.name}@{package.version}"
    subprocess.run(
        ["npm", "pack", "--silent", "--pack-destination", str(folder), spec], check=True
    )  # noqa: S603, S607
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        for source, target in package.files.items():
            member = tar.extractfile(f"package/{source}")
            if member is None:
                raise FileNotFoundError(f"{spec} has no {source}")
            destination = HERE / target
            destination.parent.mkdir(exist_ok=True)
            destination.write_bytes(member.read())


def lock() -> str:
    """Return the lock file's text: one table per package, one hash per file."""
    lines = ["# Written by vendor.py. tests/web/test_vendor.py re-computes every hash."]
    for package in PACKAGES:
        lines += [
            "",
            "[[package]]",
            f'name = "{package.name}"',
            f'version = "{package.version}"',
        ]
        lines += [f'licence = "{package.licence}"', "[package.files]"]
        lines += [
            f'"{target}" = "{sha256(HERE / target)}"'
            for target in sorted(package.files.values())
        ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Fetch everything, then write the lock file."""
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            fetch(package, Path(folder))
        sys.stdout.write(
            f"{package.name} {package.version}: {len(package.files)} files\n"
        )
    LOCK.write_text(lock(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
