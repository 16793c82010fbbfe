"""The mails about payouts: when the money has arrived, and when it has not."""

from __future__ import annotations

from sqlalchemy import text

from hubapp.kernel.db import db
from hubapp.people.notifications import rendering
from tests.factories.earning import Town

HELD = rendering.render


def letters(town: Town) -> list[tuple[str, str]]:
    statement = text("SELECT template, status FROM mail WHERE template LIKE 'payout%' ORDER BY id")
    return [tuple(row) for row in town.across(lambda: db.session.execute(statement).all())]


def read(town: Town, monkeypatch) -> list[str]:  # type: ignore[no-untyped-def]
    texts: list[str] = []

    def keep(letter: rendering.Letter) -> tuple[str, str, str]:
        made = HELD(letter)
        texts.append("\n".join(made))
        return made

    monkeypatch.setattr(rendering, "render", keep)
    return texts


def test_the_payee_reads_that_the_money_has_arrived(town: Town, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    texts = read(town, monkeypatch)
    seller = town.earner(10_000, 20_000)
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    assert letters(town) == [("payout_paid", "sent")]
    assert texts[0].startswith("Your payout of €271.00 has arrived")
    # In the look of the hub that gave most of it.
    assert f"nantes.localhost:8000/me/earnings/{payout_id}" in texts[0]


def test_the_payee_reads_that_the_bank_sent_it_back_and_what_to_do(town: Town, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    texts = read(town, monkeypatch)
    seller = town.earner(10_000, 20_000)
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    payout = town.payout(payout_id)
    town.till.sandbox.bounce_payout(str(payout.destination), str(payout.provider_id))
    town.settle()
    assert [template for template, _status in letters(town)] == ["payout_paid", "payout_failed"]
    assert "The bank account has been closed." in texts[1]
    assert "look at the bank details" in texts[1]
    assert "/me/payout-account" in texts[1]


def test_a_payout_that_was_asked_for_and_not_made_is_told_one_of_a_run_is_not(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    run_id = town.propose(is_everybody=True)
    town.approve(run_id)
    for hub_id in town.hubs:
        town.freeze_hub(hub_id, "under review")
    town.settle()
    assert [payout.status for payout in town.payouts()] == ["canceled"]
    assert letters(town) == []
    town.request(town.hubs[0], seller)
    town.settle()
    assert [template for template, _status in letters(town)] == ["payout_failed"]
