"""Files that people upload: a folder beside the database, or an S3-compatible store (HUBAPP_FILES_URL)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Unavailable

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class NoSuchFile(LookupError):
    """Nothing is stored under this key."""


class FilesUnavailable(Unavailable):
    """The store does not answer, or refuses."""


class Files:
    """A store of bytes under keys such as `hub/3/listing/<id>/<picture>-640.webp`."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, key: str, content: bytes) -> None:
        """Keep `content` under `key`, in place of what was there. Raises FilesUnavailable."""
        try:
            obstore.put(self._store, key, content)
        except BaseError as error:
            raise FilesUnavailable("The file could not be stored.") from error

    def get(self, key: str) -> bytes:
        """What is kept under `key`. Raises NoSuchFile or FilesUnavailable."""
        try:
            return bytes(obstore.get(self._store, key).bytes())
        except (NotFoundError, FileNotFoundError):
            raise NoSuchFile(key) from None
        except BaseError as error:
            raise FilesUnavailable("The file could not be read.") from error

    def all_keys(self) -> Iterator[str]:
        """Every key, in no order. Raises FilesUnavailable."""
        try:
            for page in obstore.list(self._store):
                yield from (entry["path"] for entry in page)
        except BaseError as error:
            raise FilesUnavailable("The files could not be listed.") from error

    def delete(self, key: str) -> None:
        """Forget `key`; nothing happens if it is not there. Raises FilesUnavailable."""
        try:
            obstore.delete(self._store, key)
        except (NotFoundError, FileNotFoundError):
            return
        except BaseError as error:
            raise FilesUnavailable("The file could not be removed.") from error


def opened(settings: Settings) -> Files:
    """The store that the settings name."""
    return _open(settings.files_url, str(settings.data / "files"))


@lru_cache(maxsize=8)
def _open(url: str | None, folder: str) -> Files:
    if url is None:
        return Files(LocalStore(folder, mkdir=True))
    return Files(from_url(url))
