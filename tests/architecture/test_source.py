"""What no linter sees: who commits, who reads the clock, what templates may hold, what the lock file may say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The edges: a request, a job, a command, and the sandbox, which is a server of its own.
MAY_COMMIT = (
    "hubapp/kernel/db.py",
    "hubapp/web/request_scope.py",
    "hubapp/web/fragments.py",
    "hubapp/money/payments/sandbox/",
    "hubapp/kernel/server.py",
    "hubapp/cli/demo/stage.py",
)
MAY_READ_CLOCK = ("hubapp/kernel/clock.py", "hubapp/kernel/ids.py")
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("time", "time"),
    ("date", "today"),
    ("uuid", "uuid4"),
    ("uuid", "uuid1"),
}
# Who may speak to other machines, and to which. Nobody asks for an address that somebody wrote: no previews of links,
# no pictures from elsewhere, no avatars.
MAY_SPEAK = {
    "hubapp/money/payments/stripe_gateway.py": "the payment provider",
    "hubapp/money/payments/delivery.py": "our own webhooks, from the sandbox",
    "hubapp/people/notifications/webpush/courier.py": "push services, checked where their name leads",
    "hubapp/people/accounts/sso/client.py": "the central site, where one signs in",
    "hubapp/cli/demo/processes.py": "the demo's own server",
}
SPEAKERS = {
    "http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp", "socket", "ssl", "ftplib", "stripe",
}  # fmt: skip


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "hubapp").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def calls(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
            yield name, node.func.attr


def test_nobody_commits_but_the_edge() -> None:
    guilty = [
        name
        for name, tree in sources()
        if not name.startswith(MAY_COMMIT) and any(verb == "commit" for _, verb in calls(tree))
    ]
    assert guilty == []


def test_only_the_kernel_reads_the_clock_and_draws_lots() -> None:
    guilty = [name for name, tree in sources() if not name.startswith(MAY_READ_CLOCK) and CLOCKS & set(calls(tree))]
    assert guilty == []


def test_services_take_keywords_only() -> None:
    guilty = [
        f"{name}:{node.name}"
        for name, tree in sources()
        if re.search(r"/services(/|\.py)", name)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args
    ]
    assert guilty == []


def test_every_module_says_its_purpose() -> None:
    assert [name for name, tree in sources() if not ast.get_docstring(tree)] == []


@pytest.mark.parametrize("pattern", [r"\sstyle=", r"<style\b", r"<script(?![^>]*\bsrc=)", r"\son[a-z]+="])
def test_templates_hold_no_inline_script_or_style(pattern: str) -> None:
    pages = [path for path in (ROOT / "templates").rglob("*.html") if "mail" not in path.parts]
    assert pages
    assert [path.name for path in pages if re.search(pattern, path.read_text())] == []


def test_the_lock_file_names_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in text
    assert not re.search(r"://|--index|--find-links", text)


def imported(tree: ast.Module) -> set[str]:
    """Modules that a file imports, each with the packages that it is in."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names | {name.rpartition(".")[0] for name in names}


def test_the_server_speaks_to_nobody_but_whom_it_has_to() -> None:
    found = {name: imported(tree) & SPEAKERS for name, tree in sources()}
    assert {name: spoken for name, spoken in found.items() if spoken and name not in MAY_SPEAK} == {}
    assert {name for name in MAY_SPEAK if not found[name]} == set()
