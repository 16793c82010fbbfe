"""A backup as one file: members with their checksums in a manifest that comes first; written whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from hubapp.kernel.errors import Refusal

FORMAT = 1
MANIFEST = "manifest.json"
CHECKSUM = "manifest.sha256"
CHUNK = 1024 * 1024


class Damaged(Refusal):
    """The file is no backup of ours, or not what it was when it was written."""


def write(target: Path, folder: Path, facts: Mapping[str, Any]) -> None:
    """Pack everything in `folder` into `target`, only its owner may read it; a crash leaves nothing half written."""
    members = {
        path.relative_to(folder).as_posix(): {"sha256": _digest_of(path), "size": path.stat().st_size}
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = json.dumps({"format": FORMAT, **facts, "members": members}, indent=1).encode()
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with fresh.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            with tarfile.open(fileobj=file, mode="w") as archive:
                _add(archive, MANIFEST, manifest)
                _add(archive, CHECKSUM, hashlib.sha256(manifest).hexdigest().encode())
                for name in members:
                    archive.add(folder / name, arcname=name, recursive=False)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Archive:
    """A backup that was read to its end and found whole."""

    def __init__(self, file: tarfile.TarFile, manifest: dict[str, Any]) -> None:
        self._file = file
        self.manifest = manifest

    def names(self, prefix: str) -> list[str]:
        """Members whose name begins so, in order."""
        return [name for name in self.manifest["members"] if name.startswith(prefix)]

    def read(self, name: str) -> bytes:
        """A small member's content."""
        with self._open(name) as file:
            return file.read()

    def extract(self, name: str, target: Path) -> Path:
        """Copy a member out; answers where it is."""
        with self._open(name) as file, target.open("wb") as out:
            while chunk := file.read(CHUNK):
                out.write(chunk)
        return target

    def _open(self, name: str) -> IO[bytes]:
        file = self._file.extractfile(name)
        if file is None:
            raise Damaged(f"The backup has no {name}.")
        return file


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a backup after checking every byte of it. Refuses with Damaged."""
    if not path.is_file():
        raise Refusal(f"There is no file {path}.")
    try:
        with tarfile.open(path, mode="r:") as file:
            yield Archive(file, _checked(file))
    except (tarfile.TarError, EOFError, KeyError, ValueError) as error:
        raise Damaged(f"{path.name} is no backup of hubapp, or it is damaged: {error}") from error


def _checked(file: tarfile.TarFile) -> dict[str, Any]:
    text = _content(file, MANIFEST)
    if hashlib.sha256(text).hexdigest().encode() != _content(file, CHECKSUM):
        raise Damaged("The backup is damaged: its manifest is not what was written.")
    manifest: dict[str, Any] = json.loads(text)
    if manifest["format"] != FORMAT:
        raise Damaged(f"The backup has format {manifest['format']}, this program reads {FORMAT}.")
    there = {member.name for member in file.getmembers()} - {MANIFEST, CHECKSUM}
    if there != set(manifest["members"]):
        raise Damaged("The backup is damaged: parts of it are missing or were added.")
    for name, facts in manifest["members"].items():
        content = file.extractfile(name)
        if content is None or hashlib.file_digest(content, "sha256").hexdigest() != facts["sha256"]:  # type: ignore[arg-type]
            raise Damaged(f"The backup is damaged: {name} is not what was written.")
    return manifest


def _content(file: tarfile.TarFile, name: str) -> bytes:
    found = file.extractfile(name)
    if found is None:
        raise Damaged(f"The backup has no {name}.")
    return found.read()
