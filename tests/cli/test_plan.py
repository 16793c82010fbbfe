"""`hubapp plan`: worked cases and the lint on the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hubapp.cli import main
from tests.earnings.compensation.examples import case, order, person

PLAN = Path(__file__).parents[1] / "earnings" / "compensation" / "default_plan.toml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["plan", *map(str, arguments)])


@pytest.fixture
def worked(tmp_path: Path) -> Any:
    def write(name: str, **more: Any) -> Path:
        path = tmp_path / name
        rows = [{"type": "retail_margin", "bps": 1000}]
        data = case(rows, [person("a"), person("b", "a")], [order("1", "a", 500), order("2", "b", 90)], **more)
        path.write_text(json.dumps(data))
        return path

    return write


def test_evaluate_prints_the_payouts_as_json(worked: Any) -> None:
    result = run("evaluate", worked("one.json"))
    assert result.exit_code == 0
    expected = {"a": {"retail_margin": 50}, "b": {"retail_margin": 9}}
    assert json.loads(result.stdout) == {"payouts": expected, "gv": {"a": 590, "b": 90}}


def test_several_files_give_a_list_in_their_order(worked: Any) -> None:
    result = run("evaluate", worked("one.json"), worked("two.json", refunds=["1"]))
    assert [sorted(one) for one in json.loads(result.stdout)] == [
        ["gv", "payouts"],
        ["after_refund", "clawback", "gv", "payouts"],
    ]


def test_check_compares_only_the_members_in_only(worked: Any) -> None:
    path = worked("one.json", only=["a"], expected={"payouts": {"a": {"retail_margin": 50}}, "gv": {"a": 590}})
    result = run("evaluate", path, "--check")
    assert (result.exit_code, result.stdout) == (0, "one.json: as expected\n")


def test_check_prints_both_sides_of_a_difference_and_fails(worked: Any) -> None:
    path = worked("one.json", expected={"payouts": {"a": {"retail_margin": 51}, "b": {"retail_margin": 9}}, "total": 3})
    result = run("evaluate", worked("two.json"), path, "--check")
    assert result.exit_code == 1
    head, differs, found = result.stdout.split("\n", 2)
    assert (head, differs) == ("two.json: expects nothing", "one.json: differs")
    assert json.loads(found)["payouts"] == {
        "expected": {"a": {"retail_margin": 51}, "b": {"retail_margin": 9}},
        "got": {"a": {"retail_margin": 50}, "b": {"retail_margin": 9}},
    }
    assert json.loads(found)["total"]["expected"] == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "bad.json: cannot be read as JSON"),
        ("[]", "bad.json: must be a table of keys and values"),
        ('{"plan": {}, "plan": {}}', "bad.json: plan: is there twice"),
        ('{"members": []}', "bad.json: plan: is missing"),
        ("[" * 100_000, "bad.json: cannot be read as JSON: too many brackets within each other"),
        ("", "bad.json: cannot be read as JSON: Expecting value"),
        ('{"plan": ' + "9" * 5000 + "}", "bad.json: cannot be read as JSON: a number has too many digits"),
    ],
)
def test_a_bad_case_is_one_line_on_standard_error(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    result = run("evaluate", path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"hubapp: {reason}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["evaluate", "lint"])
def test_a_directory_is_no_file(tmp_path: Path, command: str) -> None:
    result = run(command, tmp_path)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr.startswith(f"hubapp: {tmp_path.name}: cannot be read as ")
    assert run(command, ".").stderr.startswith("hubapp: .: cannot be read as ")


def test_a_file_may_be_called_by_any_bytes(worked: Any) -> None:
    path = worked(os.fsdecode(b"\xff.json"), expected={"payouts": {}})
    result = run("evaluate", path, "--check")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (1, "\ufffd.json: differs")


def test_names_that_no_terminal_can_show_are_escaped(worked: Any) -> None:
    path = worked("one.json")
    path.write_text(path.read_text().replace('"a"', '"\\ud800"'))
    result = run("evaluate", path)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["payouts"]["\ud800"] == {"retail_margin": 50}


def test_several_roots_are_refused_on_request(tmp_path: Path) -> None:
    path = tmp_path / "roots.json"
    path.write_text(json.dumps(case([{"type": "retail_margin", "bps": 1}], [person("a"), person("b")], [])))
    assert run("evaluate", path).exit_code == 0
    assert "several roots where one is asked: a, b" in run("evaluate", path, "--one-root").stderr


def test_lint_says_that_the_default_plan_may_be_used() -> None:
    result = run("lint", PLAN)
    assert result.exit_code == 0
    assert result.stdout.startswith("default version 1: may be used\n")
    assert "= 29.5 % of cv at worst, against a cap of 30 %" in result.stdout


def test_lint_as_json_names_clause_status_number_and_reason() -> None:
    found = json.loads(run("lint", PLAN, "--json").stdout)
    assert (found["plan"], found["ok"]) == ("default", True)
    assert {"clause", "check", "status", "value", "reason", "source"} == set(found["findings"][0])


def test_lint_refuses_with_the_clause_and_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.read_text().replace("close_lag_days = 16", "close_lag_days = 2"))
    result = run("lint", path)
    assert result.exit_code == 1
    assert "refused M19 · withdrawal: close_lag_days is 2; no commission is final" in result.stdout


def test_lint_refuses_a_binary_plan_in_one_line_and_in_json(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.read_text().replace('type = "differential"', 'type = "binary"'))
    plain, as_json = run("lint", path), run("lint", path, "--json")
    assert (plain.exit_code, as_json.exit_code) == (1, 1)
    assert plain.stderr.startswith("hubapp: plan.toml: component[1].type=binary: is refused: pay would depend on")
    assert json.loads(as_json.stdout)["findings"][0]["status"] == "refused"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('currency = "EUR"', "currency = ", "plan.toml: cannot be read as TOML"),
        ("Europe/Paris", "Europe/Atlantis", "plan.toml: period.timezone: is no time zone"),
        ("Europe/Paris", "America/Argentina", "plan.toml: period.timezone: is no time zone: 'America/Argentina'"),
        ("Europe/Paris", f"Europe/A{'a' * 5000}", "plan.toml: period.timezone: is no time zone: 'Europe/Aaa"),
        ('id = "default"', 'id = "default"\ncolour = 1', "plan.toml: colour: unknown key"),
        ("schema = 1", f"schema = {'9' * 5000}", "plan.toml: cannot be read as TOML: a number has too many digits"),
        ("schema = 1", f"schema = {'[' * 50_000}", "plan.toml: cannot be read as TOML: too many brackets within"),
        ("schema = 1", f"{'a.' * 30_000}a = 1", "plan.toml: cannot be read as TOML: a line has more than 500 dots"),
        ("schema = 1", f"# {'-' * 65_536}", "plan.toml: is longer than 65536 characters"),
    ],
)
def test_a_bad_plan_is_one_line_on_standard_error(tmp_path: Path, old: str, new: str, reason: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.read_text().replace(old, new))
    result = run("lint", path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"hubapp: {reason}")
    assert result.stderr.count("\n") == 1
