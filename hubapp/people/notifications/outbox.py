"""How mails leave: SMTP, the console, memory for tests, or `.eml` files below the data directory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask_mailman import Mail as Mailman
from flask_mailman.backends.base import BaseEmailBackend

from hubapp.kernel import ids
from hubapp.kernel.config import Settings

if TYPE_CHECKING:
    from flask_mailman import EmailMessage

BACKENDS = {"console": "console", "smtp": "smtp", "memory": "locmem"}


class FileBackend(BaseEmailBackend):
    """One `.eml` file per mail, named by time, readable by its owner only: it may hold a link that signs in."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write them; returns how many."""
        folder = Path(self.mailman.file_path)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            name = str(ids.uuid7())
            fresh = folder / f".{name}"
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(message.message().as_bytes())
            fresh.rename(folder / f"{name}.eml")
        return len(email_messages)


def folder(settings: Settings) -> Path:
    """Where the file backend writes."""
    return settings.data / "mail"


def install(app: Flask, settings: Settings) -> None:
    """Set Flask-Mailman up from the settings."""
    app.config.update(
        MAIL_BACKEND=FileBackend if settings.mail_backend == "file" else BACKENDS[settings.mail_backend],
        MAIL_FILE_PATH=str(folder(settings)),
        MAIL_SERVER=settings.smtp_host,
        MAIL_PORT=settings.smtp_port,
        MAIL_USERNAME=settings.smtp_user,
        MAIL_PASSWORD=settings.smtp_password,
        MAIL_USE_TLS=settings.smtp_tls,
        MAIL_DEFAULT_SENDER=settings.mail_from,
        MAIL_TIMEOUT=20,
    )
    Mailman(app)
