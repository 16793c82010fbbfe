"""`hubapp backup` and `hubapp restore`: the whole installation as one file, and back again, proved."""

from __future__ import annotations

import importlib.metadata
import os
import tempfile
from pathlib import Path
from typing import Any

import click
from alembic.script import ScriptDirectory

from hubapp.app import create_app
from hubapp.cli import ledger
from hubapp.cli.ready import require_migrated
from hubapp.kernel import archive, clock, dump, files, logins, migrate
from hubapp.kernel import server as database_server
from hubapp.kernel.archive import Archive
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal
from hubapp.kernel.files import NoSuchFile
from hubapp.kernel.paths import MIGRATIONS
from hubapp.kernel.server import Server
from hubapp.money.payments import plug as payments
from hubapp.money.payments import world
from hubapp.money.payments.sandbox import schema as sandbox_schema

MAIN, SANDBOX = "hubapp.dump", "sandbox.dump"
FILES = "files/"
KEY = "secret_key"
# Written by migrations themselves, so that a database may have them and still be empty.
MADE_BY_MIGRATIONS = ("alembic_version", "procrastinate_version", "share_rule_version", "money_world")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write databases, uploaded files and the signing key into one FILE, while the network goes on.

    Keep it where nobody else can read it. Example: hubapp backup /backups/2026-11-22.hubapp
    """
    settings = Settings()
    facts = make(require_migrated(settings), file)
    rows = sum(facts["rows"].values())
    size = file.stat().st_size
    click.echo(f"{file}: {rows} rows in {len(facts['rows'])} tables, {facts['files']} files, {size} bytes.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Restore into this data directory.")
@click.option("--force", is_flag=True, help="Replace what is there. It is gone then.")
def restore(file: Path, data: Path | None, *, force: bool) -> None:
    """Bring a backup back into an empty installation, then prove the books.

    Example: hubapp restore /backups/2026-11-22.hubapp --data /var/lib/hubapp-restored
    """
    settings = Settings()
    if data is not None:
        if settings.database_url:
            raise Refusal("DATABASE_URL names the database to restore into; --data would name another. Use one.")
        settings = settings.model_copy(update={"data": data.resolve()})
    with archive.opened(file) as found:
        require_readable(found, settings)
        server = database_server.connect(settings)
        bring_back(server, found, force=force)
    app = create_app(settings, server)
    if not ledger.report(app, None):
        raise Refusal("The restored books do not hold.")
    click.echo(f"Restored {sum(found.manifest['rows'].values())} rows of {found.manifest['made_at']}.")


def make(server: Server, target: Path) -> dict[str, Any]:
    """Write the archive; answers the facts of its manifest.

    The sandbox comes after the application: a provider may know more than we do, never less.
    """
    if not target.parent.is_dir():
        raise Refusal(f"There is no folder {target.parent}.")
    settings = server.settings
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as name:
        folder = Path(name)
        main = dump.dump(server.admin, folder / MAIN)
        sandbox = dump.dump(server.sandbox, folder / SANDBOX).rows if settings.is_sandbox else {}
        count = _copy_files(settings, folder / "files")
        _write_private(folder / KEY, settings.signing_key)
        facts = {
            "made_at": clock.wall().isoformat(),
            "version": importlib.metadata.version("hubapp"),
            "revision": migrate.status(server)[0],
            "server_version": main.server_version,
            "mode": world.configured(settings),
            "rows": main.rows,
            "sandbox_rows": sandbox,
            "files": count,
        }
        archive.write(target, folder, facts)
    return facts


def _copy_files(settings: Settings, folder: Path) -> int:
    store = files.opened(settings)
    count = 0
    for key in store.all_keys():
        try:
            content = store.get(key)
        except NoSuchFile:  # removed meanwhile
            continue
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        count += 1
    return count


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def require_readable(found: Archive, settings: Settings) -> None:
    """Refuse what this program cannot run: a newer schema, or money of another world."""
    revision, mode = found.manifest["revision"], world.configured(settings)
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision not in known:
        version = found.manifest["version"]
        raise Refusal(
            f"The backup was made by a newer hubapp ({version}, schema {revision}). Install that version, then restore."
        )
    if found.manifest["mode"] != mode:
        there, here = world.WORDS[found.manifest["mode"]], world.WORDS[mode]
        raise Refusal(f"The backup holds {there}, this configuration means {here}: the two never mix.")


def bring_back(server: Server, found: Archive, *, force: bool) -> None:
    """Load databases, files and key, apply missing migrations, and compare every table's rows with the manifest."""
    logins.make(server)
    _require_empty(server, force=force)
    with tempfile.TemporaryDirectory(prefix="hubapp-restore-") as name:
        folder = Path(name)
        dump.wipe(server.admin)
        database_server.ensure_roles(server.admin)
        rows = dump.load(server.admin, found.extract(MAIN, folder / MAIN), keep_owners=True)
        _require_same(rows, found.manifest["rows"])
        if server.settings.is_sandbox:
            sandbox_schema.remove(server.sandbox)
            rows = dump.load(server.sandbox, found.extract(SANDBOX, folder / SANDBOX), keep_owners=False)
            _require_same(rows, found.manifest["sandbox_rows"])
    migrate.upgrade(server)
    _put_files(server.settings, found)
    _put_key(server.settings, found)
    payments.install_sandbox(server)


def _require_empty(server: Server, *, force: bool) -> None:
    if force:
        return
    where = [server.admin, *([server.sandbox] if server.settings.is_sandbox else [])]
    kept = (*MADE_BY_MIGRATIONS, "sandbox_version", "clock", "endpoint")
    has_rows = any(dump.has_rows(conninfo, apart_from=kept) for conninfo in where)
    if has_rows or next(iter(files.opened(server.settings).all_keys()), None) is not None:
        raise Refusal("There is something here already. Restore into an empty place (--data), or add --force.")


def _require_same(rows: dict[str, int], wanted: dict[str, int]) -> None:
    if rows != wanted:
        other = sorted(name for name in rows.keys() | wanted.keys() if rows.get(name) != wanted.get(name))
        raise Refusal(f"These tables do not hold what the backup says: {', '.join(other)}.")


def _put_files(settings: Settings, found: Archive) -> None:
    store = files.opened(settings)
    wanted = {name.removeprefix(FILES) for name in found.names(FILES)}
    for key in set(store.all_keys()) - wanted:
        store.delete(key)
    for key in sorted(wanted):
        store.put(key, found.read(FILES + key))


def _put_key(settings: Settings, found: Archive) -> None:
    """Sessions and the sandbox's webhooks are signed with it. One that the environment names wins."""
    key = found.read(KEY).decode()
    if settings.secret_key is None:
        settings.data.mkdir(parents=True, exist_ok=True)
        _write_private(settings.data / KEY, key)
    elif settings.secret_key != key:
        click.echo("HUBAPP_SECRET_KEY is not the key of the backup: everybody has to sign in again.", err=True)
