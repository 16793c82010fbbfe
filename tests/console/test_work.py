"""Proofs of the books, failed jobs, people, the audit log and the rules."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, text

from hubapp.jobs import failures, worker
from hubapp.kernel import clock
from hubapp.kernel.db import ScopeChanged, db, require_hub_id, unit_of_work
from hubapp.money.ledger import checks
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import in_hub, platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_connector
from tests.factories.turnover import make_sale


def fail_job(app: HubFlask, name: str, hub_id: int | None, task: str = "hubapp.run") -> int:
    """A job that the worker has given up."""
    arguments = json.dumps({"name": name, "hub_id": hub_id, "arguments": {}})
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        job_id = db.session.scalar(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, attempts)"
                " VALUES ('default', :task, :args, 'failed', 12) RETURNING id"
            ),
            {"task": task, "args": arguments},
        )
        assert isinstance(job_id, int)
    worker.note_failure(app, job_id=job_id, error=ValueError("the tap is dry"))
    return job_id


def test_books_are_proved_by_a_job_and_the_page_says_so(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        make_sale(make_hub("lyon"), 1_000, at=clock.now())
    central.post("/console/hubs/lyon/verify")
    assert "Being verified" in central.get("/console/hubs/lyon/books").text
    run_all(app, only="ledger.")
    fragment = central.get("/console/hubs/lyon/books").text
    assert "Books hold" in fragment
    assert "Being verified" not in fragment


def test_all_books_are_proved_at_once(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hubs = [make_hub("lyon"), make_hub("nairobi")]
    central.post("/console/verify")
    run_all(app, only="ledger.")
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert {hub_id: check.ok for hub_id, check in checks.checks_of(hubs).items()} == dict.fromkeys(hubs, True)
        health = checks.health(hubs=2)
    assert (health.sound, health.failed, health.unproved, health.waiting) == (2, 0, 0, 0)


def test_books_that_fail_are_named_with_their_first_bad_entry(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        make_sale(make_hub("lyon"), 1_000, at=clock.now())
        forge = "UPDATE ledger_entry SET memo = 'forged' WHERE seq = 1"
        db.session.connection().exec_driver_sql(f"RESET ROLE; SET LOCAL session_replication_role = replica; {forge}")
        db.session.commit()
        db.session.remove()
    central.post("/console/hubs/lyon/verify")
    run_all(app, only="ledger.")
    assert "its content is not what was booked" in central.get("/console/").text
    page = central.get("/console/hubs/lyon").text
    assert "First entry that fails" in page
    assert "/console/hubs/lyon" in central.get("/console/hubs?status=unsound").text


def test_a_failed_job_is_shown_with_its_words_and_tried_again(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
    job_id = fail_job(app, "payments.observe", hub_id)
    assert "ValueError: the tap is dry" in central.get("/console/jobs").text
    central.post(f"/console/jobs/{job_id}/retry", reason="The tap runs")
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        job = db.session.execute(text("SELECT status, attempts FROM procrastinate_jobs WHERE id = :id"), {"id": job_id})
        assert job.one() == ("todo", 0)
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "job.retry")).one()
    assert (event.hub_id, event.actor_id, event.reason) == (hub_id, central.account_id, "The tap runs")


def test_a_retry_needs_a_reason_and_a_failed_job(app: HubFlask, central: Browser) -> None:
    job_id = fail_job(app, "payments.observe", None)
    central.post(f"/console/jobs/{job_id}/retry", reason=" ")
    central.post("/console/jobs/999999999/retry", reason="Gone")
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert failures.count() == 1
        assert db.session.scalar(select(AuditEvent).where(AuditEvent.action == "job.retry")) is None


def test_jobs_of_the_clock_are_not_retried(app: HubFlask, central: Browser) -> None:
    job_id = fail_job(app, "x", None, task="hubapp.periodic.1.payments.sweep")
    central.post(f"/console/jobs/{job_id}/retry", reason="Now")
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert failures.count() == 1


def test_words_of_jobs_that_are_gone_are_forgotten(app: HubFlask) -> None:
    kept = fail_job(app, "payments.observe", None)
    worker.note_failure(app, job_id=kept + 1, error=ValueError("done since"))
    worker.run_job(app, name="console.forget_failures", hub_id=None, arguments={})
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert list(db.session.scalars(text("SELECT job_id FROM job_failure"))) == [kept]


def test_people_are_found_by_how_their_address_begins(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        account_id = make_account("Maud Ferrandeau", email="maud@example.org")
        make_connector(make_hub("lyon"), account_id=account_id)
        make_account("Zoé", email="zoe@example.org")
    page = central.get("/console/people?q=MAU").text
    assert "Maud Ferrandeau" in page
    assert "/console/hubs/lyon" in page
    assert "Zoé" not in page
    assert "central team" in central.get("/console/people").text


def test_the_audit_log_filters_and_pages(app: HubFlask, central: Browser) -> None:
    with app.app_context(), platform_scope(reason="test"):
        hub_id = make_hub("lyon")
        with unit_of_work():
            rows = [{"at": NOW, "actor_name": f"Person {number}", "action": "hub.open"} for number in range(60)]
            db.session.add_all(AuditEvent(**row) for row in rows)
            db.session.add(AuditEvent(at=NOW, actor_name="Ann", action="brand.edit", hub_id=hub_id))
    assert "Ann" in central.get("/console/audit?action=brand.").text
    assert "Person 5<" not in central.get("/console/audit?actor=ann").text
    assert "Nothing was done yet." in central.get("/console/audit?hub=nowhere").text
    first = central.get("/console/audit?action=hub.").text
    following = first.split('rel="next"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = central.get(following).text
    assert first.count("Hub opened") + second.count("Hub opened") == 60


@pytest.mark.parametrize(
    "path", ["audit?before=x", "audit?before=2026-01-01T00:00:00_zz", "jobs?before=-1", "hubs?status=x"]
)
def test_nonsense_in_addresses_is_ignored(app: HubFlask, central: Browser, path: str) -> None:
    assert central.get(f"/console/{path}").status_code == 200


def test_the_rules_name_the_version_in_force(app: HubFlask, central: Browser) -> None:
    page = central.get("/console/rules").text
    assert "in force" in page
    assert "up to 5,000" in page


def test_the_platform_scope_looks_into_one_hub_and_out_again(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        make_connector(one)
        with platform_scope(reason="test"), unit_of_work():
            count = text("SELECT current_setting('app.hub_id')")
            with in_hub(two):
                assert (require_hub_id(), db.session.scalar(count)) == (two, str(two))
            assert db.session.scalar(count) == ""


def test_a_refusal_inside_leaves_the_platform_scope_usable(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub("one")
        with platform_scope(reason="test"), unit_of_work():
            with pytest.raises(LookupError), in_hub(hub_id):
                raise LookupError
            assert db.session.scalars(select(AuditEvent)).all() is not None


def test_a_hub_cannot_look_into_another(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        with hub_scope(one), unit_of_work(), pytest.raises(ScopeChanged), in_hub(two):
            raise AssertionError
