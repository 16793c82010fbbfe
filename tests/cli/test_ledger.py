"""`hubapp ledger verify` says how many hubs it proved, in English that counts."""

from __future__ import annotations

import pytest

from hubapp.cli.ledger import report
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import carls_hub, settled
from tests.factories.hubs import make_hub


def test_one_hub_is_no_hubs(app: HubFlask, capsys: pytest.CaptureFixture[str]) -> None:
    with app.app_context(), hub_scope(carls_hub()), unit_of_work():
        settled()
    assert report(app, None)
    assert "The books hold: 1 hub, 1 entry, " in capsys.readouterr().out
    with app.app_context():
        make_hub("nairobi")
    assert report(app, None)
    assert "The books hold: 2 hubs, " in capsys.readouterr().out
