"""The program by itself: without the application, from the command line, and as the application hands it out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hubapp.cli.statement import statement
from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.statement import building, issuing, keys
from hubapp.earnings.compensation.statement.building import Earner
from hubapp.kernel.config import Settings
from hubapp.web.areas import HubFlask
from tests.earnings.compensation import statements
from tests.factories.accounts import base_url

PROGRAM = Path(verify_statement.__file__)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "statement.json"
    path.write_bytes(statements.example())
    return path


def run(program: bytes, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python without site-packages and without the checkout, in another folder."""
    copy = folder / "verify_statement.py"
    copy.write_bytes(program)
    command = [sys.executable, "-I", "-S", str(copy), *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, encoding="utf-8", check=False)


def test_it_runs_alone_and_says_what_it_found(file: Path, tmp_path: Path) -> None:
    done = run(PROGRAM.read_bytes(), tmp_path, str(file), "--key", statements.PUBLIC.hex())
    assert (done.returncode, done.stderr) == (0, "")
    paid = statements.parsed(file.read_bytes())["totals"]["due"]
    assert f"total    {paid // 100}.{paid % 100:02} EUR" in done.stdout
    assert done.stdout.endswith("This statement is as it was signed.\n")


def test_a_changed_byte_is_named_and_ends_with_one(file: Path, tmp_path: Path) -> None:
    raw = file.read_bytes()
    at = raw.index(b'"amount": ') + len(b'"amount": ')
    file.write_bytes(raw[:at] + (b"1" if raw[at : at + 1] != b"1" else b"2") + raw[at + 1 :])
    was = statements.parsed(raw)["lines"][0]["amount"]
    done = run(PROGRAM.read_bytes(), tmp_path, str(file))
    assert done.returncode == 1
    assert f"lines[0].amount: expected {was}, found" in done.stdout
    assert done.stdout.endswith("This statement is NOT as it was signed.\n")


def test_published_keys_may_be_given_as_a_file(file: Path, tmp_path: Path) -> None:
    published = tmp_path / "keys.json"
    published.write_text(json.dumps({"keys": [{"public_key": statements.PUBLIC.hex()}]}))
    assert run(PROGRAM.read_bytes(), tmp_path, str(file), "--keys", str(published)).returncode == 0
    published.write_text(json.dumps({"keys": []}))
    done = run(PROGRAM.read_bytes(), tmp_path, str(file), "--keys", str(published))
    assert done.returncode == 1
    assert "is not among the keys given" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["none.json"], 1), (["--key", "xyz", "none.json"], 1), (["--keys", "none.json", "none.json"], 1), ([], 2)],
)
def test_what_cannot_be_read_is_said_in_one_line(arguments: list[str], code: int, tmp_path: Path) -> None:
    done = run(PROGRAM.read_bytes(), tmp_path, *arguments)
    assert done.returncode == code
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_the_command_line_does_the_same(file: Path) -> None:
    assert CliRunner().invoke(statement, ["verify", str(file), "--key", statements.PUBLIC.hex()]).exit_code == 0
    file.write_bytes(file.read_bytes() + b"\n")
    done = CliRunner().invoke(statement, ["verify", str(file)])
    assert done.exit_code == 1
    assert "NOT as it was signed" in done.output


def test_it_imports_nothing_but_pythons_own_library() -> None:
    code = "import sys, runpy; runpy.run_path(sys.argv[1]); print([name for name in sys.modules if 'hubapp' in name])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(PROGRAM)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def settings(**more: object) -> Settings:
    return Settings(env="test", secret_key="first secret", **more)  # type: ignore[arg-type]


def test_a_rotated_key_signs_and_the_earlier_ones_stay_published() -> None:
    before, after = keys.published(settings()), keys.published(settings(statement_key=2))
    assert [row["status"] for row in after["keys"]] == ["current", "retired"]
    assert after["keys"][1]["public_key"] == before["keys"][0]["public_key"]
    public = keys.current(settings(statement_key=2)).public_key().public_bytes_raw()
    assert after["keys"][0]["public_key"] == public.hex()
    assert set(verify_statement.keys_in(json.dumps(after).encode())) == {row["id"] for row in after["keys"]}


def test_an_issued_file_verifies_with_the_published_keys_and_no_others() -> None:
    closed = statements.closed(statements.TEAM, source=statements.SOURCE)
    main = building.told(closed, "ana", issuing.salt(settings(), run="run", account="ana"))
    raw = issuing.issue(main=main, earner=Earner("ana", "Ana"), settings=settings())
    published = verify_statement.keys_in(json.dumps(keys.published(settings(statement_key=3))).encode())
    assert statements.right(raw, published).signer.endswith("one of the keys given")
    assert not verify_statement.check(
        raw, {name: key for name, key in published.items() if name not in raw.decode()}
    ).is_right
    assert statements.parsed(raw)["about"]["keys"].endswith(keys.PATH)
    assert issuing.file_name("2027-01", "EUR") == "statement-2027-01-EUR.json"


def test_keys_of_a_replaced_secret_stay_published() -> None:
    old = keys.published(settings())["keys"][0]
    new = Settings(env="test", secret_key="second secret", statement_keys_before=old["public_key"])
    assert keys.published(new)["keys"][1] == {**old, "status": "retired"}


def test_salts_differ_by_statement_and_cannot_be_known_without_the_secret() -> None:
    salts = {keys.salt(secret, run=run_, account=who) for secret in "ab" for run_ in "12" for who in "xy"}
    assert len(salts) == 8


def test_the_application_publishes_its_keys_and_hands_out_the_program(app: HubFlask, tmp_path: Path) -> None:
    visitor, base = app.test_client(), base_url(app, None)
    published = visitor.get(keys.PATH, base_url=base)
    assert published.get_json() == keys.published(app.extensions["hubapp.settings"])
    assert published.headers["Access-Control-Allow-Origin"] == "*"
    program = visitor.get("/statements/verify_statement.py", base_url=base)
    assert program.data == PROGRAM.read_bytes()
    assert "attachment" in program.headers["Content-Disposition"]
    (tmp_path / "statement.json").write_bytes(statements.example())
    assert run(program.data, tmp_path, "statement.json").returncode == 0
