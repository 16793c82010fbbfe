"""The command line's manners: one line per error, 2 for wrong usage, 1 for a refusal, an example in every help."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner, Result

from hubapp.cli import COMMANDS, main

PRODUCTION = {"HUBAPP_ENV": "production", "HUBAPP_SCHEME": "https", "HUBAPP_DOMAIN": "glocal.example"}
NOBODY = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment)


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found: list[tuple[str, ...]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found += leaves(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", leaves(main), ids=" ".join)
def test_every_command_shows_an_example(path: tuple[str, ...]) -> None:
    text = " ".join(run(*path, "--help").output.split())
    assert f"Example: hubapp {' '.join(path)}" in text


def test_every_command_is_loaded_by_its_name() -> None:
    assert {path[0] for path in leaves(main)} == set(COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("--nonsense",),
        ("demo", "--port", "abc"),
        ("demo", "--port", "99999"),
        ("hubs", "add"),
        ("hubs", "check", "/nowhere/at/all"),
        ("report", "hubs", "--format", "xml"),
        ("sandbox", "advance", "3x"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_exit_2(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.output.startswith("hubapp: ")
    assert result.output.count("\n") == 1


@pytest.mark.parametrize(("name", "value"), [("PORT", "abc"), ("HUBAPP_ENV", "staging")])
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    result = run("db", "status", **{name: value})
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert result.output.startswith(f"hubapp: {name}: ")


def test_a_server_without_its_database_ends_with_one_line() -> None:
    command = [sys.executable, "-m", "hubapp.cli", "serve", "--port", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | NOBODY, timeout=120)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "The database does not answer" in done.stderr


@pytest.mark.parametrize("arguments", [("db", "status"), ("hubs", "list"), ("ledger", "verify")])
def test_a_database_that_does_not_answer_is_one_line(arguments: tuple[str, ...]) -> None:
    result = run(*arguments, **NOBODY)
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert "The database does not answer" in result.output


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        ({}, "HUBAPP_SECRET_KEY"),
        ({"HUBAPP_SECRET_KEY": "k" * 40, "HUBAPP_SCHEME": "http"}, "HUBAPP_SCHEME"),
        ({"HUBAPP_SECRET_KEY": "k" * 40, "HUBAPP_DOMAIN": ""}, "HUBAPP_DOMAIN"),
        ({"HUBAPP_SECRET_KEY": "k" * 40}, "HUBAPP_STRIPE_SECRET_KEY"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_production_does_not_start_half_set_up(command: str, missing: dict[str, str], named: str) -> None:
    result = run(command, **(NOBODY | PRODUCTION | missing))
    assert (result.exit_code, result.output.count("\n")) == (1, 1)
    assert f"Set {named}" in result.output


def test_a_group_alone_prints_its_help() -> None:
    result = run("hubs")
    assert result.exit_code == 2
    assert "export" in result.output


def test_the_installed_command_keeps_these_manners() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hubapp.cli", "demo", "--port", "abc"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PORT": "8000"},
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
