"""Third-party front-end files are exactly those that the lock file names, unchanged."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import hubapp

VENDOR = Path(hubapp.__file__).parent / "web" / "static" / "vendor"
PACKAGES = tomllib.loads((VENDOR / "vendor.lock.toml").read_text(encoding="utf-8"))["package"]
OURS = {"vendor.py", "vendor.lock.toml"}


def locked_files() -> dict[str, str]:
    return {path: digest for package in PACKAGES for path, digest in package["files"].items()}


def test_every_vendored_file_has_the_hash_in_the_lock() -> None:
    found = {path: hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() for path in locked_files()}

    assert found == locked_files()


def test_nothing_is_vendored_without_an_entry_in_the_lock() -> None:
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}

    assert {path for path in present - OURS if "__pycache__" not in path} == set(locked_files())


def test_every_package_ships_its_licence() -> None:
    without = [p["name"] for p in PACKAGES if not any("LICENSE" in path for path in p["files"])]

    assert without == []


def test_the_font_stylesheet_names_the_release_of_its_fonts() -> None:
    releases = {package["version"] for package in PACKAGES if "fontsource" in package["name"]}
    first_line = (VENDOR.parent / "fonts.css").read_text(encoding="utf-8").splitlines()[0]

    assert len(releases) == 1
    assert f"Release {releases.pop()} " in first_line
