"""`hubapp plan`: what a plan pays in a worked case, and whether a plan may be used at all."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from hubapp.earnings.compensation import sources
from hubapp.earnings.compensation.plans import cases, evaluation
from hubapp.earnings.compensation.plans.errors import BadInput, NotLawful
from hubapp.earnings.compensation.plans.lint import report as linting
from hubapp.earnings.compensation.plans.lint.report import Report
from hubapp.earnings.compensation.plans.schema import Plan


@click.group()
def plan() -> None:
    """Try and check compensation plans; no database is needed."""


@plan.command()
@click.argument("files", metavar="CASE.json...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Compare with `expected`; exit 1 on a difference, printing both.")
@click.option("--one-root", is_flag=True, help="Refuse a tree with several roots.")
def evaluate(files: tuple[Path, ...], check: bool, one_root: bool) -> None:  # noqa: FBT001  click's signature
    """Run worked cases. Example: hubapp plan evaluate case.json --check.

    Prints a JSON object; of several files a list with one object for each, in their order.
    """
    read = [cases.read(_json(path), file=_name(path), one_root=one_root) for path in files]
    outputs = [evaluation.evaluate(case) for case in read]
    if not check:
        _print(outputs[0] if len(outputs) == 1 else outputs)
        return
    is_same = True
    for case, output in zip(read, outputs, strict=True):
        different = evaluation.differences(case, output)
        click.echo(f"{case.file}: {'differs' if different else 'as expected' if case.expected else 'expects nothing'}")
        if different:
            is_same = False
            _print(different)
    if not is_same:
        sys.exit(1)


@plan.command()
@click.argument("file", metavar="PLAN.toml", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def lint(file: Path, as_json: bool) -> None:  # noqa: FBT001  click's signature
    """Say what a plan could pay and reward. Example: hubapp plan lint plan.toml --json.

    Exit 1 where something is refused, with the clause and the reason.
    """
    try:
        found = linting.lint(_plan(file))
    except NotLawful as refusal:
        if not as_json:
            raise
        found = linting.of_refusal(refusal)
    if as_json:
        _print(found.as_dict())
    else:
        _say(found)
    if not found.is_usable:
        sys.exit(1)


def _say(found: Report) -> None:
    click.echo(f"{found.plan} version {found.version}: {'may be used' if found.is_usable else 'is refused'}")
    for one in found.findings:
        source = f" [{one.source}]" if one.status != "ok" else ""
        click.echo(f"{one.status:8}{one.clause} · {one.check}: {one.reason}{source}")


def _plan(path: Path) -> Plan:
    return sources.read(_text(path, "TOML"), file=_name(path))


def _json(path: Path) -> Any:
    text = _text(path, "JSON")
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, _name(path)))
    except RecursionError:
        raise BadInput("cannot be read as JSON: too many brackets within each other", file=_name(path)) from None
    except ValueError as error:  # a number with thousands of digits is no error of JSON
        words = str(error) if isinstance(error, json.JSONDecodeError) else "a number has too many digits"
        raise BadInput(f"cannot be read as JSON: {words}", file=_name(path)) from error


def _name(path: Path) -> str:
    """How a file is called in what is printed, whatever bytes its name is made of."""
    return click.format_filename(path.name or path)


def _text(path: Path, form: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput("there is no such file", file=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read as {form}: {error}", file=_name(path)) from error


def _once(pairs: list[tuple[str, Any]], file: str) -> dict[str, Any]:
    """A key that is there twice would silently hide its first value."""
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        raise BadInput("is there twice", key=next(name for name in names if names.count(name) > 1), file=file)
    return table


def _print(value: Any) -> None:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # half a character in a name, or a terminal that knows few
        text = json.dumps(value, indent=1)
    click.echo(text)
