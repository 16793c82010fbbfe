"""Every lock has a negative control: a test that takes it out and shows what then goes wrong."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# The provider's stand-in has a database of its own; its double is the provider, which does not show us its locks.
NOT_OURS = "hubapp/money/payments/sandbox/"
# Whole sessions that wait for one another: a process that starts while another one does the same.
OF_PROCESSES = {"cli.demo.seed._alone"}
# `plan_freeze` is the database's own way of waiting for those who record, `plan_count` for those who correct.
RAW = re.compile(r"pg_(try_)?advisory|\bplan_(freeze|count)\(|\bFOR (NO KEY )?(UPDATE|SHARE)\b")
CONTROLS = {"without_lock", "without_turns", "without_turns_inside"}


def is_lock(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="with_for_update"):
            return True
        case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
            return RAW.search(name) is not None
    return False


def functions(tree: ast.AST, outer: str = "") -> Iterator[tuple[str, ast.AST]]:
    """(name of the innermost function around it, node)."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue  # a docstring
        inner = node.name if isinstance(node, ast.FunctionDef) else outer
        yield inner, node
        yield from functions(node, inner)


def locks() -> set[str]:
    found = set()
    for path in (ROOT / "hubapp").rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(NOT_OURS):
            continue
        module = name.removeprefix("hubapp/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        found |= {f"{module}.{function}" for function, node in functions(ast.parse(path.read_text())) if is_lock(node)}
    return found


def controls() -> set[str]:
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CONTROLS:
                found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return found


def test_every_lock_has_a_negative_control() -> None:
    assert sorted(locks() - OF_PROCESSES - controls()) == []


def test_every_control_is_of_a_lock_that_exists() -> None:
    assert sorted(controls() - locks()) == []


def test_row_locks_are_asked_for_in_one_way_only() -> None:
    """`session.get(…, with_for_update=True)` would escape the two tests above."""
    guilty = [
        path.name
        for path in (ROOT / "hubapp").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword) and node.arg == "with_for_update"
    ]
    assert guilty == []
