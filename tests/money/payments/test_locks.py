"""What each row lock of the payments prevents: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm.exc import StaleDataError

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.files import Files, _open
from hubapp.money.payments import cards, dispatch, disputes, evidence, inbox, outbox, services, world
from hubapp.money.payments.dispute_values import FileState
from hubapp.money.payments.gateway import SavedCard, Unknown
from hubapp.money.payments.gateway_cards import SetupState
from hubapp.money.payments.gateway_models import GatewayCommand, GatewayEvent
from hubapp.tenancy import platform
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.jobs import waiting
from tests.factories.payments import PAYER, Till
from tests.factories.races import overtaken, without_lock, without_turns
from tests.money.payments.test_dispute import disputed, look
from tests.money.payments.test_inbox import event, post
from tests.money.payments.test_world import LIVE, TEST, marked, put_money, server_with


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return _open(None, str(tmp_path / "files"))


def in_hub(till: Till, hub: int, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with till.app.app_context(), hub_scope(hub), unit_of_work():
            return act()

    return done


def across(till: Till, act: Callable[[], Any], hub: int | None = None) -> Callable[[], Any]:
    def done() -> Any:
        narrowed = nullcontext() if hub is None else platform.in_hub(hub)
        with till.app.app_context(), platform_scope(reason="test"), unit_of_work(), narrowed:
            return act()

    return done


def fail_twice(till: Till, hub: int) -> int:
    """Two looks see at once that a refund of 5.00 came back; answers what the payment counts as refunded."""
    payment_id = till.sell(hub, 2000)
    till.refund(hub, payment_id, 700, "refund:kept")
    refund_id = till.refund(hub, payment_id, 500)
    fail = in_hub(till, hub, lambda: services.fail_refund(refund_id=refund_id, message="declined"))
    with overtaken(till.app, "refund", fail):
        fail()
    return till.payment(hub, payment_id).refunded


def test_a_refund_that_failed_is_given_back_once(till: Till, hub: int) -> None:
    assert fail_twice(till, hub) == 700


def test_without_the_refunds_lock_it_is_given_back_twice(till: Till, hub: int) -> None:
    """More could be refunded than is left."""
    with without_lock("money.payments.queries.refund_for_change"):
        assert fail_twice(till, hub) == 200


def handle_twice(till: Till, hub: int) -> int:
    """Two jobs handle one webhook at once; answers how often the payment is to be looked at for it."""
    payment_id = till.ask(hub)
    post(till, event(hub=str(hub), payment=str(payment_id)))
    (kept,) = across(till, lambda: db.session.query(GatewayEvent).all())()

    def handle() -> None:
        inbox.handle(source=kept.source, external_id=kept.external_id, now=clock.now())

    with overtaken(till.app, "gateway_event", across(till, handle)):
        across(till, handle)()
    return [name for name, *_ in waiting(till.app)].count(inbox.OBSERVE)


def test_a_webhook_is_handled_once(till: Till, hub: int) -> None:
    assert handle_twice(till, hub) == 1


def test_without_the_events_lock_it_is_handled_twice(till: Till, hub: int) -> None:
    with without_lock("money.payments.inbox.handle"):
        assert handle_twice(till, hub) == 2


def sending(till: Till, hub: int) -> GatewayCommand:
    """A command that nobody has sent."""
    till.hold_dispatch()
    payment_id = till.ask(hub)
    return till.commands(f"payment:{payment_id}")[0]


def send(till: Till, command: GatewayCommand) -> Callable[[], bool]:
    def done() -> bool:
        with till.app.app_context():
            return dispatch.dispatch_command(command.id)

    return done


def withdraw_while_it_is_sent(till: Till, hub: int) -> tuple[bool, bool]:
    """(whether the command was taken back, whether it left)."""
    command = sending(till, hub)
    withdraw = across(till, lambda: outbox.withdraw(command_id=command.id, now=clock.now()))
    with overtaken(till.app, "gateway_command", send(till, command)) as other:
        is_withdrawn = withdraw()
    return is_withdrawn, other.answer


def test_a_command_is_taken_back_or_sent(till: Till, hub: int) -> None:
    assert withdraw_while_it_is_sent(till, hub) == (True, False)


def test_without_the_commands_lock_it_is_both(till: Till, hub: int) -> None:
    """A payout would be canceled, its money claimed by the next one, and its transfer made."""
    with without_lock("money.payments.outbox.withdraw"):
        assert withdraw_while_it_is_sent(till, hub) == (True, True)


def record_late(till: Till, hub: int) -> str:
    """One sender heard nothing, another heard that it is done and writes that down first."""
    command = sending(till, hub)
    what, _is_old = across(till, lambda: dispatch._claim(command.id))()
    with till.app.app_context():
        heard = dispatch._ask(what)
    with overtaken(till.app, "gateway_command", across(till, lambda: dispatch._record(command.id, heard))):
        across(till, lambda: dispatch._record(command.id, Unknown("timeout")))()
    return till.commands(command.subject)[0].status


def test_what_is_known_is_not_forgotten_by_who_heard_nothing(till: Till, hub: int) -> None:
    assert record_late(till, hub) == "done"


def test_without_the_commands_lock_the_outcome_is_lost(till: Till, hub: int) -> None:
    with without_lock("money.payments.dispatch._record"):
        assert record_late(till, hub) == "unknown"


def save_card_twice(till: Till, hub: int) -> list[str]:
    """Two looks at a page that has saved a card; answers the jobs that follow from it."""

    def ask() -> UUID:
        return cards.request_setup(
            account_id=PAYER, reference="s", currency="EUR", success_path="/", cancel_path="/", now=clock.now()
        )

    setup_id: UUID = in_hub(till, hub, ask)()
    card = SavedCard("cus_1", "pm_1", "visa", "4242", 12, 2030)
    state = SetupState("cs_1", None, "complete", clock.now(), "s", card)
    look = in_hub(till, hub, lambda: cards.apply_setup(setup_id=setup_id, state=state, now=clock.now()))
    with overtaken(till.app, "card_setup", look):
        look()
    return [name for name, *_ in waiting(till.app) if name.endswith("another_card")]


def test_a_saved_card_is_told_once(till: Till, hub: int) -> None:
    assert len(save_card_twice(till, hub)) == 1


def test_without_the_pages_lock_it_is_told_twice(till: Till, hub: int) -> None:
    with without_lock("money.payments.cards._locked"):
        assert len(save_card_twice(till, hub)) == 2


def take_out_while_it_arrives(till: Till, hub: int, files: Files) -> int:
    """A file of evidence is taken out at the moment when the provider has it; answers how many are left."""
    payment_id, provider_id = disputed(till, hub)
    till.hold_dispatch()
    look(till, hub, payment_id, provider_id)
    (dispute,) = in_hub(till, hub, lambda: disputes.disputes_of(payment_id))()
    this: dict[str, Any] = {"dispute_id": dispute.id, "field": "receipt"}
    given = {"filename": "a.pdf", "content": b"%PDF-1.4", "by": None, "files": files, "now": clock.now()}
    across(till, lambda: evidence.attach(**this, **given), hub)()
    (file,) = in_hub(till, hub, lambda: disputes.files_of(dispute.id))()
    state = FileState("file_1", "a.pdf", 8, clock.now())
    with overtaken(till.app, "dispute_file", across(till, lambda: evidence.detach(**this), hub)):
        across(till, lambda: disputes.keep_upload(file_id=file.id, state=state), hub)()
    return len(in_hub(till, hub, lambda: disputes.files_of(dispute.id))())


def test_a_file_can_be_taken_out_while_it_arrives(till: Till, hub: int, files: Files) -> None:
    assert take_out_while_it_arrives(till, hub, files) == 0


def test_without_the_files_lock_its_arrival_fails(till: Till, hub: int, files: Files) -> None:
    """The command that uploaded it would never be written down as done."""
    with without_lock("money.payments.disputes._upload"), pytest.raises(StaleDataError):
        take_out_while_it_arrives(till, hub, files)


def begin_in_two_worlds(live: Live, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Two processes start on a new database with different keys, the second takes money; whose the database is."""
    mine, theirs, look, others = server_with(live, TEST), server_with(live, LIVE), world._marked, list[Thread]()

    def take_money() -> None:
        world.require(theirs)
        put_money(live)

    def look_and_be_overtaken(connection: Any, mode: Any) -> str | None:
        found = look(connection, mode)
        if not others:
            others.append(Thread(target=take_money))
            others[0].start()
            others[0].join(0.7)
        return found

    monkeypatch.setattr(world, "_marked", look_and_be_overtaken)
    world.require(mine)
    others[0].join()
    return marked(live)


def test_of_two_worlds_that_begin_at_once_the_one_with_money_stays(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    assert begin_in_two_worlds(live, monkeypatch) == "live"


def test_without_turns_live_money_is_marked_as_a_test(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    with without_turns("money.payments.world._take_turns"):
        assert begin_in_two_worlds(live, monkeypatch) == "test"
