"""A file becomes hubs, orders and books: exactly, once, and in any number of pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.market.history import queries, services
from hubapp.market.history.errors import HubMismatch
from hubapp.market.history.mapping import SalesMap
from hubapp.market.history.queries import HubReport
from hubapp.money.ledger import verify
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.market.history.conftest import LINES

Bring = Callable[..., services.Summary]


@contextmanager
def transaction(hub_id: int | None) -> Iterator[None]:
    with platform_scope(reason="test", hub_id=hub_id), unit_of_work():
        yield


@pytest.fixture
def bring(app: HubFlask, sales_file: Callable[..., Path], sales_map: SalesMap) -> Bring:
    def run(*lines: str) -> services.Summary:
        content = services.sort_file(path=sales_file(*lines), sales_map=sales_map)
        with app.app_context():
            return services.load(
                content=content, sales_map=sales_map, transaction=transaction, now=NOW, progress=lambda *_: None
            )

    return run


@pytest.fixture
def figures(app: HubFlask) -> Callable[[], dict[str, HubReport]]:
    def read() -> dict[str, HubReport]:
        with app.app_context(), platform_scope(reason="test"), unit_of_work():
            return {row.slug: row for row in queries.report()}

    return read


def test_every_line_is_counted_where_it_belongs(bring: Bring, figures: Callable[[], dict[str, HubReport]]) -> None:
    bring(*LINES)
    france = figures()["france"]
    # Three walnut oils go back, two were sold: the third stays unexplained.
    assert (france.documents, france.lines) == (3, 6)
    assert (france.gross, france.refunds, france.adjustments, france.suspense) == (1668, 1000, 400, -500)
    assert france.net == 568
    assert france.commissionable == 668


def test_shares_of_what_is_left_sum_to_it(bring: Bring, figures: Callable[[], dict[str, HubReport]]) -> None:
    bring(*LINES)
    for row in figures().values():
        assert row.seller + row.connector + row.referrer + row.core == row.commissionable


def test_a_cancellation_without_a_customer_goes_to_suspense(
    bring: Bring, figures: Callable[[], dict[str, HubReport]]
) -> None:
    bring(*LINES)
    germany = figures()["germany"]
    assert (germany.gross, germany.refunds, germany.suspense, germany.net) == (500, 0, -500, 0)


def test_the_same_file_twice_adds_nothing(bring: Bring, figures: Callable[[], dict[str, HubReport]]) -> None:
    bring(*LINES)
    before = figures()
    summary = bring(*LINES)
    assert figures() == before
    assert sum(loaded.documents for loaded in summary.loaded.values()) == 0


def test_a_later_file_takes_back_what_an_earlier_one_sold(
    bring: Bring, figures: Callable[[], dict[str, HubReport]]
) -> None:
    bring(*LINES[:4])
    bring(LINES[5])
    france = figures()["france"]
    assert (france.refunds, france.suspense) == (1000, -500)


def test_the_books_of_imported_hubs_hold(app: HubFlask, bring: Bring) -> None:
    bring(*LINES)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        hubs = tenancy.directory()
        assert len(hubs) == 2
        for hub in hubs:
            assert verify.verify(hub.id).ok


def test_a_hub_that_no_import_made_is_left_alone(app: HubFlask, bring: Bring) -> None:
    with app.app_context():
        make_hub("france")
    with pytest.raises(HubMismatch, match="france"):
        bring(*LINES)
