"""Error pages when even the database is gone: plain words, never a broken answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from hubapp.app import create_app
from hubapp.kernel.config import Settings
from hubapp.kernel.server import Server
from hubapp.web.areas import HubFlask


@pytest.fixture
def stranded(tmp_path: Path) -> HubFlask:
    """An application whose database does not answer."""
    settings = Settings(env="development", data=tmp_path, secret_key="a key for tests only", database_url=None)
    app = create_app(settings, Server(f"host={tmp_path} port=1 user=postgres dbname=hubapp", settings))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@pytest.mark.parametrize("host", ["localhost:8000", "lyon.localhost:8000"])
def test_without_a_database_the_answer_is_to_come_back_later(stranded: HubFlask, host: str) -> None:
    answer = stranded.test_client().get("/", headers={"Host": host})
    assert answer.status_code == 503
    assert "503" in answer.text


def test_a_part_of_a_page_is_told_what_went_wrong_in_its_place(stranded: HubFlask) -> None:
    headers = {"Host": "localhost:8000", "HX-Request": "true"}
    answer = stranded.test_client().get("/no-such-page", headers=headers)
    assert answer.headers["HX-Retarget"] == "#trouble"
    assert answer.headers["HX-Reswap"] == "innerHTML"
    assert "<html" not in answer.text
