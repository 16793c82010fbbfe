"""Hubs open from packs, freeze at once, and their brand, words and pages change within limits."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import errors, queries, services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.models import AuditEvent, Hub, HubPage
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub


def open_from_pack(slug: str, root: Path = HUBS) -> int:
    with platform_scope(reason="test"), unit_of_work():
        return services.open_hub(pack=load.by_slug(root, slug), actor=SYSTEM, now=NOW)


def test_a_pack_becomes_a_hub_with_its_pages_and_an_audit_line(app: HubFlask) -> None:
    with app.app_context():
        hub_id = open_from_pack("lyon")
        with hub_scope(hub_id), unit_of_work():
            hub = queries.hub_view(hub_id)
            assert (hub.slug, hub.currency, hub.default_locale, hub.has_logo) == ("lyon", "EUR", "fr", True)
            assert hub.word("members", "fr") == "la bande"
            assert {page.slug for page in queries.pages("fr")} >= {"terms", "privacy", "imprint", "about"}
        with platform_scope(reason="test"), unit_of_work():
            assert db.session.scalars(select(AuditEvent.action).where(AuditEvent.hub_id == hub_id)).all() == [
                "hub.open"
            ]


def test_pages_of_a_new_hub_belong_to_it_alone(app: HubFlask) -> None:
    with app.app_context():
        open_from_pack("lyon")
        other = open_from_pack("nairobi")
        with hub_scope(other), unit_of_work():
            assert set(db.session.scalars(select(HubPage.hub_id))) == {other}


def test_a_slug_is_given_once(app: HubFlask) -> None:
    with app.app_context():
        make_hub("lyon")
        with pytest.raises(errors.SlugTaken):
            open_from_pack("lyon")


@pytest.mark.parametrize("slug", ["console", "Lyon", "a--b", "../etc", "-x"])
def test_an_address_that_means_something_else_is_refused(app: HubFlask, slug: str) -> None:
    with app.app_context(), pytest.raises(errors.SlugInvalid), platform_scope(reason="test"), unit_of_work():
        services.open_hub(pack=load.by_slug(HUBS, "lyon"), slug=slug, actor=SYSTEM, now=NOW)


def test_freezing_shows_the_reason_and_lifting_ends_it(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        with platform_scope(reason="test"), unit_of_work():
            services.freeze_hub(hub_id=hub_id, reason=" Stock check ", actor=SYSTEM, now=NOW)
        with hub_scope(hub_id), unit_of_work():
            assert (queries.hub_view(hub_id).is_selling, queries.hub_view(hub_id).frozen_reason) == (
                False,
                "Stock check",
            )
        with platform_scope(reason="test"), unit_of_work():
            services.lift_hub(hub_id=hub_id, actor=SYSTEM, now=NOW)
        with hub_scope(hub_id), unit_of_work():
            assert queries.hub_view(hub_id).is_selling


def test_freezing_needs_a_reason_and_happens_once(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        with platform_scope(reason="test"), unit_of_work():
            with pytest.raises(errors.ReasonMissing):
                services.freeze_hub(hub_id=hub_id, reason="  ", actor=SYSTEM, now=NOW)
            with pytest.raises(errors.NotFrozen):
                services.lift_hub(hub_id=hub_id, actor=SYSTEM, now=NOW)
            services.freeze_hub(hub_id=hub_id, reason="Stock check", actor=SYSTEM, now=NOW)
            with pytest.raises(errors.AlreadyFrozen):
                services.freeze_hub(hub_id=hub_id, reason="Again", actor=SYSTEM, now=NOW)


def test_the_apps_role_cannot_freeze(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        with pytest.raises(Exception, match="permission denied"), hub_scope(hub_id), unit_of_work():
            services.freeze_hub(hub_id=hub_id, reason="mine", actor=SYSTEM, now=NOW)


def test_a_domain_serves_one_hub_once_verified(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        with platform_scope(reason="test"), unit_of_work():
            services.add_domain(hub_id=one, host="Shop.Example.org.", actor=SYSTEM, now=NOW)
            assert queries.hub_of_domain("shop.example.org") is None
            with pytest.raises(errors.DomainTaken):
                services.add_domain(hub_id=two, host="shop.example.org", actor=SYSTEM, now=NOW)
            with pytest.raises(errors.DomainInvalid):
                services.add_domain(hub_id=two, host="not a host", actor=SYSTEM, now=NOW)
            services.verify_domain(host="shop.example.org", actor=SYSTEM, now=NOW)
            assert queries.hub_of_domain("shop.example.org") == (one, "one")


def test_a_freeze_waits_for_the_order_being_placed(live: Live) -> None:
    """An order holds the hub's lock shared; the freeze ends only after it, so that no order slips past a freeze."""
    frozen = threading.Event()

    def freeze(hub_id: int) -> None:
        with live.app.app_context(), platform_scope(reason="test"), unit_of_work():
            services.freeze_hub(hub_id=hub_id, reason="stop", actor=SYSTEM, now=NOW)
        frozen.set()

    with live.app.app_context():
        hub_id = make_hub("lyon")
        with hub_scope(hub_id), unit_of_work():
            db.session.execute(text("SELECT pg_advisory_xact_lock_shared(:hub)"), {"hub": hub_id})
            thread = threading.Thread(target=freeze, args=(hub_id,))
            thread.start()
            assert not frozen.wait(0.4)
        assert frozen.wait(10)
        thread.join()
        with platform_scope(reason="test"), unit_of_work():
            assert db.session.scalar(select(func.count()).select_from(Hub).where(Hub.status == "frozen")) == 1
