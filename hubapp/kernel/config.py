"""Configuration: environment variables `HUBAPP_*`, read once, checked at start."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hubapp.kernel import ids
from hubapp.kernel.errors import Refusal

NO_KEY = "Set HUBAPP_SECRET_KEY to a long random text: it signs sessions and links."


def default_data_dir() -> Path:
    """Where files and the embedded database live unless HUBAPP_DATA says otherwise.

    As root not below /root: the database server runs as an unprivileged user, who cannot enter it.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/hubapp")
    return Path.home() / ".local" / "share" / "hubapp"


class Settings(BaseSettings):
    """All settings, with the environment variable's name behind each."""

    model_config = SettingsConfigDict(env_prefix="HUBAPP_", extra="ignore", populate_by_name=True)

    env: Literal["development", "production", "test"] = "development"
    data: Path = Field(default_factory=default_data_dir)
    database_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL", "HUBAPP_DATABASE_URL"))
    # Logins of their own: then DATABASE_URL is the pages' alone, this one is that of console, worker and close,
    database_url_central: str | None = None
    # and the owner's is given only to what makes, migrates, backs up and restores the database.
    database_url_owner: str | None = None
    sandbox_database_url: str | None = None
    port: int = Field(default=8000, validation_alias=AliasChoices("PORT", "HUBAPP_PORT"))
    host: str = "127.0.0.1"
    # What people type; hubs are its subdomains. Includes the port where there is one.
    domain: str | None = None
    scheme: Literal["http", "https"] = "http"
    # Where this server reaches itself (OpenID token call, webhooks of the sandbox).
    internal_url: str | None = None
    secret_key: str | None = None
    network_name: str = "Glocal"
    demo: bool = False
    web_threads: int = 4
    web_workers: int = 1
    # How many proxies stand before this server and add the visitor's address to X-Forwarded-For. 0: none is believed.
    trusted_proxies: int = Field(default=0, ge=0)

    mail_backend: Literal["file", "console", "smtp", "memory"] = "file"
    mail_from: str = "hello@glocal.example"
    smtp_host: str = "localhost"
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: str | None = None
    smtp_tls: bool = True

    stripe_secret_key: str | None = None
    sandbox: bool = False  # in production test cards have to be asked for
    stripe_platform_webhook_secret: str | None = None
    stripe_connect_webhook_secret: str | None = None
    files_url: str | None = None
    # Daily proposals to pay people by their rhythm wait for somebody of the central team, unless this is set.
    payout_runs_approved: bool = False
    # Which of the keys derived from the secret key signs statements: one more for each rotation. Public keys
    # (64 hex digits each, separated by spaces) from before the secret key was replaced stay published.
    statement_key: int = Field(default=1, ge=1, le=1000)
    statement_keys_before: str = Field(default="", pattern=r"^([0-9a-f]{64}( |$))*$")
    # For tests and trials: push services on this machine, in the clear. Production never asks its own network.
    push_is_local: bool = False
    # Lets a collector on another machine read /metrics; without it only this machine may.
    metrics_token: str | None = None

    @property
    def public_domain(self) -> str:
        """The central host with its port, e.g. `localhost:8000`."""
        return self.domain or f"localhost:{self.port}"

    @property
    def public_url(self) -> str:
        """The central site's address, without a slash at the end."""
        return f"{self.scheme}://{self.public_domain}"

    @property
    def loopback_url(self) -> str:
        """The address under which the server reaches itself."""
        return self.internal_url or f"http://127.0.0.1:{self.port}"

    @property
    def has_own_logins(self) -> bool:
        """Each role of the database signs in itself; otherwise DATABASE_URL's login takes all of them."""
        return self.database_url_central is not None

    @property
    def is_sandbox(self) -> bool:
        """No live keys: payments go through the sandbox."""
        return self.stripe_secret_key is None

    @property
    def is_production(self) -> bool:
        """HTTPS, its cookies, and a secret key from the environment are required."""
        return self.env == "production"

    @cached_property
    def signing_key(self) -> str:
        """HUBAPP_SECRET_KEY, or one made once and kept in the data directory (never in production)."""
        if self.secret_key:
            return self.secret_key
        if self.is_production:
            raise Refusal(NO_KEY)
        path = self.data / "secret_key"
        if not path.exists():
            self.data.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(f".{os.getpid()}")
            fresh.touch(mode=0o600)
            fresh.write_text(ids.secret(48))
            with suppress(FileExistsError):  # two processes starting at once keep the first key
                os.link(fresh, path)
            fresh.unlink()
        return path.read_text().strip()

    def refuse_half_set_up(self) -> None:
        """For whatever serves people: refuse a production that nobody could reach or trust."""
        if not self.is_production:
            return
        if not self.secret_key:
            raise Refusal(NO_KEY)
        if self.scheme != "https":
            raise Refusal("Set HUBAPP_SCHEME=https: without it sign-in cookies would travel in the clear.")
        if not self.domain:
            raise Refusal("Set HUBAPP_DOMAIN to the central site's host; hubs are its subdomains.")
        if self.is_sandbox and not self.sandbox:
            raise Refusal(
                "Set HUBAPP_STRIPE_SECRET_KEY, or HUBAPP_SANDBOX=1 to go on with test cards: no money would move."
            )


def explain(error: ValidationError) -> str:
    """What is wrong with the environment, by the variables' names."""
    parts = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        parts.append(f"{name if name.isupper() else 'HUBAPP_' + name.upper()}: {problem['msg']}")
    return ". ".join(parts) + "."
