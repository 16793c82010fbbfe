"""What each row lock of the payouts prevents: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from hubapp.earnings.payouts import services
from hubapp.earnings.payouts.errors import AlreadySo
from hubapp.earnings.payouts.models import Payout, PayoutPart, PayoutRun
from hubapp.earnings.payouts.services import booking, payees, running, runs
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.payments.gateway_models import CommandKind
from hubapp.tenancy.scope import hub_scope
from tests.factories.earning import BANK_DAYS, Town
from tests.factories.jobs import run_all
from tests.factories.races import overtaken, without_lock


def across(town: Town, act: Callable[[], Any]) -> Callable[[], Any]:
    return lambda: town.across(act)


def gather_twice(town: Town) -> int:
    """Two jobs hear at once that all hubs have answered; answers how many transfers are on their way."""
    seller = town.earner(10_000, 20_000)
    town.till.hold_dispatch()
    payout_id = town.request(town.hubs[0], seller)
    run_all(town.till.app, only="payouts.plan")
    run_all(town.till.app, only="payouts.prepare")
    gather = across(town, lambda: running.gather(payout_id=payout_id, now=clock.now()))
    with overtaken(town.till.app, "payout", gather):
        gather()
    return [row.kind for row in town.till.commands(f"payout:{payout_id}")].count(CommandKind.TRANSFER_CREATE)


def test_a_payout_is_transferred_once(town: Town) -> None:
    assert gather_twice(town) == 1


def test_without_the_payouts_lock_only_the_outbox_stops_the_second_transfer(town: Town) -> None:
    with without_lock("earnings.payouts.services.running._locked"), pytest.raises(IntegrityError, match="alive"):
        gather_twice(town)


def settle_late(town: Town) -> list[str]:
    """A job that books a transfer is overtaken by one that knows of the arrival; what the hub's part says then."""
    hub_id = town.hubs[0]
    payout_id = town.request(hub_id, town.earner(10_000, 20_000))
    town.settle()
    of_hub = update(PayoutPart).where(PayoutPart.hub_id == hub_id)
    town.across(lambda: db.session.execute(of_hub.values(status="claimed")))

    def settle() -> None:
        with town.till.app.app_context(), hub_scope(hub_id), unit_of_work():
            booking.settle_part(payout_id=payout_id, now=clock.now())

    def arrive_and_settle() -> None:
        paid = update(Payout).values(status="paid", paid_at=clock.now())
        town.across(lambda: db.session.execute(paid))
        settle()

    with overtaken(town.till.app, "payout", arrive_and_settle):
        settle()
    return [part.status for part in town.parts(payout_id) if part.hub_id == hub_id]


def test_a_part_is_where_its_payout_is(town: Town) -> None:
    assert settle_late(town) == ["paid"]


def test_without_the_parts_lock_it_falls_back(town: Town) -> None:
    """The page of the payout would show money on its way that has arrived, until the next sweep."""
    with without_lock("earnings.payouts.services.booking.settle_part"):
        assert settle_late(town) == ["transferred"]


def paid(town: Town, seller: UUID) -> Payout:
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    return town.payout(payout_id)


def change_bank_while_one_bounces(town: Town) -> str | None:
    """New bank details arrive while a payout to the old ones comes back; why the payee is to look at them."""
    seller = town.earner(10_000, 20_000)
    payout, payee = paid(town, seller), town.payee(seller)
    town.till.sandbox.bounce_payout(str(payout.destination), str(payout.provider_id))
    seen = town.till.wiring.gateway.retrieve_payee(str(payee.provider_account_id))
    account = replace(seen, bank_fingerprint="another")
    look = across(town, lambda: running.observe_payout(payout_id=payout.id, now=clock.now()))
    with overtaken(town.till.app, "payee", look):
        town.across(lambda: payees.apply_payee(payee_id=payee.id, account=account, now=clock.now()))
    return town.payee(seller).check_reason


def test_who_has_changed_their_bank_need_not_look_again(town: Town) -> None:
    assert change_bank_while_one_bounces(town) is None


def test_without_the_payees_lock_they_are_kept_out_of_runs(town: Town) -> None:
    with without_lock("earnings.payouts.services.payees.locked_payee"):
        assert change_bank_while_one_bounces(town) == "The bank account has been closed."


def freeze_twice(town: Town) -> tuple[str | None, Exception | None]:
    """Two of the central team stop a payee at once; (the reason that counts, what the first was told)."""
    seller = town.earner(10_000, 20_000)
    with overtaken(town.till.app, "payee", lambda: town.freeze_payee(seller, "second")) as other:
        town.freeze_payee(seller, "first")
    return town.payee(seller).frozen_reason, other.answer


def test_a_payee_is_stopped_once(town: Town) -> None:
    reason, told = freeze_twice(town)
    assert reason == "first"
    assert isinstance(told, AlreadySo)


def test_without_the_lock_one_reason_replaces_the_other(town: Town) -> None:
    with without_lock("earnings.payouts.services.payees._known"):
        assert freeze_twice(town) == ("first", None)  # "second" was written, believed, and is nowhere


def issue_twice(town: Town) -> UUID | None:
    payout_id = town.request(town.hubs[0], town.earner(10_000, 20_000))
    town.settle()
    town.till.advance(BANK_DAYS)
    town.across(lambda: running.observe_payout(payout_id=payout_id, now=clock.now()))
    issue = across(town, lambda: services.issue(payout_id=payout_id, now=clock.now()))
    with overtaken(town.till.app, "payout_document", issue):
        made: UUID | None = issue()
    return made


def test_a_document_is_made_once(town: Town) -> None:
    assert issue_twice(town) is not None


def test_without_the_payouts_lock_making_it_fails(town: Town) -> None:
    with without_lock("earnings.payouts.services.documents._locked"), pytest.raises(IntegrityError):
        issue_twice(town)


def approve_while_replaced(town: Town) -> tuple[str, Exception | None]:
    """A person approves a proposal that the clock is replacing; (what it is then, what they were told)."""
    town.earner(10_000, 20_000)
    older, newer = (town.propose(is_everybody=True, key=f"day:{day}") for day in range(2))
    reopened = update(PayoutRun).where(PayoutRun.id == older).values(status="proposed")
    town.across(lambda: db.session.execute(reopened))
    with overtaken(town.till.app, "payout_run", lambda: town.approve(older)) as other:
        town.across(lambda: runs._replace(newer, clock.now()))
    return town.across(lambda: db.session.get_one(PayoutRun, older)).status, other.answer


def test_a_proposal_is_replaced_or_approved(town: Town) -> None:
    status, told = approve_while_replaced(town)
    assert status == "canceled"
    assert isinstance(told, AlreadySo)


def test_without_the_lock_an_approved_run_is_canceled(town: Town) -> None:
    with without_lock("earnings.payouts.services.runs._replace"):
        assert approve_while_replaced(town) == ("canceled", None)
