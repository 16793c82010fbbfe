"""The real file, brought in by the real command: to the penny, also when it is killed on the way."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hubapp.kernel.paths import HUBS
from tests.conftest import Live

NET = 180_701_993  # Σ quantity × unit price of the file, each line rounded half-even to a penny
COMMAND = [sys.executable, "-m", "hubapp.cli"]


@pytest.fixture
def environment(live: Live) -> dict[str, str]:
    parts = dict(part.split("=", 1) for part in live.server.admin.split())
    url = f"postgresql://{parts['user']}@/{parts['dbname']}?host={parts['host']}&port={parts['port']}"
    return {**os.environ, "DATABASE_URL": url, "HUBAPP_DATA": str(live.server.settings.data)}


@pytest.fixture
def command(shared_dir: Path) -> list[str]:
    file = shared_dir / "data" / "online-retail" / "2010-12_2011-02.csv.gz"
    return [*COMMAND, "import", "sales", str(file), "--map", str(HUBS / "_import" / "online-retail.toml")]


def test_a_killed_import_ends_with_the_figures_of_an_undisturbed_one(
    environment: dict[str, str], command: list[str]
) -> None:
    chance = random.Random(20101201)
    for _ in range(3):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(3, 7))
        process.kill()
        process.wait()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    answer = subprocess.run(
        [*COMMAND, "report", "hubs", "--format", "json"], env=environment, check=True, capture_output=True
    )
    rows = json.loads(answer.stdout)
    assert sum(row["net_minor"] for row in rows) == NET
    assert (len(rows), sum(row["documents"] for row in rows), sum(row["lines"] for row in rows)) == (31, 4894, 105_335)
    kingdom = next(row for row in rows if row["slug"] == "united-kingdom")
    # As an undisturbed run gives them.
    assert kingdom == {
        "slug": "united-kingdom",
        "currency": "GBP",
        "documents": 4471,
        "lines": 97_393,
        "gross_minor": 167_352_117,
        "refunds_minor": 9_759_925,
        "adjustments_minor": -4_470_085,
        "suspense_minor": -1_192_224,
        "net_minor": 151_929_883,
        "commissionable_minor": 157_592_192,
        "shares": {"seller": 141_906_799, "connector": 10_957_679, "referrer": 0, "core": 4_727_714},
    }
    verified = subprocess.run([*COMMAND, "ledger", "verify"], env=environment, check=False, capture_output=True)
    assert verified.returncode == 0, verified.stdout
