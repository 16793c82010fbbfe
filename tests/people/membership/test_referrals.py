"""The last touch within thirty days counts, and never one's own."""

from __future__ import annotations

from datetime import datetime, timedelta

from hubapp.kernel.db import unit_of_work
from hubapp.people.membership import invite_queries, queries, services, standing
from hubapp.people.membership.invite_queries import Touch
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member, referral_of
from tests.support.browsing import Browser


def came(
    hub_id: int, guest: queries.MemberView, through: queries.MemberView, at: datetime, channel: str = "link"
) -> bool:
    with hub_scope(hub_id), unit_of_work():
        return services.touch(account_id=guest.account_id, code=through.referral_code, channel=channel, at=at)


def referrer(
    hub_id: int, guest: queries.MemberView, now: datetime = NOW, touch: Touch | None = None
) -> invite_queries.Referral | None:
    with hub_scope(hub_id), unit_of_work():
        return invite_queries.referrer_for(guest.account_id, touch, now)


def test_the_last_touch_wins(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        first, last, guest = (make_member(hub_id, name) for name in ("First", "Last", "Guest"))
        came(hub_id, guest, last, NOW - timedelta(days=1), "qr")
        came(hub_id, guest, first, NOW - timedelta(days=2))
        found = referrer(hub_id, guest)
        assert found is not None
        assert (found.account_id, found.channel) == (last.account_id, "qr")


def test_the_sessions_touch_wins_when_it_is_later(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        stored, latest, guest = (make_member(hub_id, name) for name in ("Stored", "Latest", "Guest"))
        came(hub_id, guest, stored, NOW - timedelta(days=2))
        found = referrer(hub_id, guest, touch=Touch(latest.referral_code, "mail", NOW - timedelta(hours=1)))
        assert found is not None
        assert found.membership_id == latest.id


def test_a_touch_lasts_thirty_days_to_the_second(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        other, guest = make_member(hub_id, "Other"), make_member(hub_id, "Guest")
        came(hub_id, guest, other, NOW)
        assert referrer(hub_id, guest, NOW + timedelta(days=30)) is not None
        assert referrer(hub_id, guest, NOW + timedelta(days=30, seconds=1)) is None


def test_ones_own_link_counts_for_nothing_and_hides_nobody(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        other, guest = make_member(hub_id, "Other"), make_member(hub_id, "Guest")
        came(hub_id, guest, other, NOW - timedelta(days=3))
        assert came(hub_id, guest, guest, NOW) is False
        found = referrer(hub_id, guest, touch=Touch(guest.referral_code, "link", NOW))
        assert found is not None
        assert found.account_id == other.account_id


def test_who_left_refers_nobody(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        other, guest = make_member(hub_id, "Other"), make_member(hub_id, "Guest")
        came(hub_id, guest, other, NOW)
        with hub_scope(hub_id), unit_of_work():
            services.leave(account_id=other.account_id, now=NOW)
        assert referrer(hub_id, guest) is None


def test_a_code_of_another_hub_is_unknown_here(app: HubFlask) -> None:
    with app.app_context():
        one, two = make_hub("one"), make_hub("two")
        stranger, guest = make_member(one, "Stranger"), make_member(two, "Guest")
        assert came(two, guest, stranger, NOW) is False
        assert referrer(two, guest, touch=Touch(stranger.referral_code, "link", NOW)) is None


def test_a_guest_without_an_account_has_the_sessions_referrer(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        other = make_member(hub_id, "Other")
        with hub_scope(hub_id), unit_of_work():
            found = invite_queries.referrer_for(None, Touch(other.referral_code.lower(), "qr", NOW), NOW)
        assert found == referral_of(other, "qr")


def test_an_invite_link_counts_as_its_makers_until_withdrawn(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        maker, guest = make_member(hub_id, "Maker"), make_member(hub_id, "Guest")
        with hub_scope(hub_id), unit_of_work():
            link = services.make_invite(membership_id=maker.id, label="  Market   stall ", now=NOW)
            code, link_id = link.code, link.id
            found = invite_queries.referrer_for(guest.account_id, Touch(code, "qr", NOW), NOW)
            assert found is not None
            assert (found.account_id, link.label) == (maker.account_id, "Market stall")
        make_member(hub_id, "New", referral=found)
        with hub_scope(hub_id), unit_of_work():
            assert [(one.label, one.joined) for one in invite_queries.invites(limit=9)] == [("Market stall", 1)]
            assert [person.display_name for person in invite_queries.invited_by(maker.id, limit=9)] == ["New"]
            services.revoke_invite(invite_id=link_id, now=NOW)
            assert invite_queries.referrer_of_code(code) is None


def test_whom_somebody_brought_is_listed_by_key_to_the_last(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        maker = make_member(hub_id, "Maker")
        brought = [make_member(hub_id, f"Guest {number}", referral=referral_of(maker)) for number in range(3)]
        with hub_scope(hub_id), unit_of_work():
            names, key = [], None
            for _number in range(3):
                (found,) = invite_queries.invited_by(maker.id, after=key, limit=1)
                names.append(found.display_name)
                key = (found.joined_at, found.id)
            assert names == ["Guest 2", "Guest 1", "Guest 0"]
            assert invite_queries.invited_by(maker.id, after=key, limit=1) == []
            assert invite_queries.count_invited_by(maker.id) == 3
    page = Browser(app, hub_id, maker.account_id).get(
        "/me/referrals", query_string={"after": f"{brought[2].joined_at.isoformat()}_{brought[2].id}"}
    )
    assert [f"Guest {number}" in page.text for number in range(3)] == [True, True, False]
    assert 'rel="prev"' in page.text


def test_nobody_is_invited_by_themselves(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id, "Self")
        with hub_scope(hub_id), unit_of_work():
            services.leave(account_id=member.account_id, now=NOW)
        back = make_member(hub_id, "Self", account_id=member.account_id, referral=referral_of(member))
        assert back.invited_by is None


def test_suspension_ends_a_code(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        other = make_member(hub_id, "Other")
        with hub_scope(hub_id), unit_of_work():
            standing.suspend(membership_id=other.id, reason="spam", actor=SYSTEM, now=NOW)
            assert invite_queries.referrer_of_code(other.referral_code) is None
