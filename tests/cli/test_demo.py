"""The demo's past: believable on paper, made through the services, made once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from PIL import Image
from sqlalchemy import text

from hubapp.app import create_context
from hubapp.cli.demo import deeds, plan, reading, scenes, seed
from hubapp.cli.demo.acts import Act, Announce, Buy, CallOff, Come, Enter, HandOver, Offer, Respond, Say, Step
from hubapp.kernel import files
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.errors import Refusal
from hubapp.kernel.paths import HUBS
from hubapp.kernel.server import Server
from hubapp.money.ledger import verify
from hubapp.people.profiles.policies import PORTRAIT_SIDES
from hubapp.tenancy import audit
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.cli.conftest import QUIET, Past, count, short, story
from tests.factories.hubs import NOW, make_hub
from tests.factories.turnover import make_sale

SLUGS = seed.HUBS_SHOWN


def acts(steps: Sequence[Step], kind: type[Act]) -> list[tuple[Step, Act]]:
    return [(step, step.act) for step in steps if isinstance(step.act, kind)]


@pytest.mark.parametrize("slug", SLUGS)
def test_every_hub_has_people_and_things_to_show(slug: str) -> None:
    told = story(slug)
    assert len(told.people) >= 60
    assert max(person.joined for person in told.people.values()) > 360
    assert 20 < sum(bool(person.about) for person in told.people.values()) < len(told.people)
    assert len(told.articles) >= 10
    assert {article.text.kind for article in told.articles} == {"product", "offer", "place", "membership"}
    assert any(article.seller is None for article in told.articles)
    assert any(article.is_sold_out for article in told.articles)
    assert [person.role for person in told.people.values()].count("connector") == 1


@pytest.mark.parametrize("slug", SLUGS)
def test_whoever_is_named_is_there_by_then(slug: str) -> None:
    told = story(slug)
    for person in told.people.values():
        assert person.brought_by is None or told.people[person.brought_by].joined > person.joined
    for article in told.articles:
        assert article.seller is None or told.people[article.seller].joined > article.added
        assert article.text.tax_category in told.pack.settings()["tax_rates"]
        assert article.text.shipping_price is None or told.pack.features["shipping"]


@pytest.mark.parametrize("slug", SLUGS)
def test_gatherings_repeat_fill_up_and_were_attended_by_people_who_are_there(slug: str) -> None:
    told = story(slug)
    assert any(one.repeat for one in told.meetings)
    assert any(
        one.text.capacity and sum(seats for _who, seats in one.come) > one.text.capacity for one in told.meetings
    )
    assert any(one.in_days < 0 and one.arrived for one in told.meetings)
    for one in told.meetings:
        assert {one.host, *(who for who, _seats in one.come)} <= set(told.people)
        assert set(one.arrived) <= {who for who, _seats in one.come}
        assert all(seats <= one.text.most_seats for _who, seats in one.come)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_year_is_talked_about_by_people_who_are_there(slug: str) -> None:
    told, here, written, threads = story(slug), set(), set(), set()
    assert len(told.talks) >= 36
    assert max(talk.days_ago for talk in told.talks) > 340
    for step in plan.plan(told, NOW):
        match step.act:
            case Enter(person):
                here.add(person.key)
            case Say(number, talk):
                assert talk.who in here, (talk.who, talk.days_ago)
                written |= {talk.key}
            case Respond(who=who, key=key):
                assert who in here, (who, key)
                written |= {key}
            case deeds.Object(one) | deeds.Judge(one):
                assert one.about in written
            case deeds.Write(number, letter, line):
                assert {letter.who, *letter.to} <= here
                assert line == 0 or number in threads
                threads.add(number)
            case Announce(meeting=meeting):
                assert {meeting.host, *meeting.regulars} <= set(told.people)
                assert meeting.host in here, (meeting.host, meeting.text.title)
            case Come(who=who) | deeds.AskMentor(deeds.Mentor(who=who)) | deeds.KeepAway(deeds.Distance(who=who)):
                assert who in here
            case _:
                pass


@pytest.mark.parametrize("slug", SLUGS)
def test_pictures_changed_words_and_versions_are_there_to_see(slug: str) -> None:
    told = story(slug)
    for things in (told.meetings, told.talks, told.articles):
        shown = [one.picture for one in things if one.picture]
        assert shown
        assert all(one.alt for one in shown)
    assert any(one.text.format == "both" for one in told.meetings)
    assert any(talk.reworded and talk.reworded.text != talk.text for talk in told.talks)
    assert len(told.life.amendments) > 1


def test_a_drawing_is_the_same_again_and_in_the_colours_of_the_hub() -> None:
    for name in scenes.SCENES:
        picture = scenes.drawn(name, primary="#1d3fa6", accent="#f5b82e")
        assert picture == scenes.drawn(name, primary="#1d3fa6", accent="#f5b82e")
        assert Image.open(io.BytesIO(picture)).size == (1200, 900)
    assert scenes.drawn("bench", primary="#1d3fa6", accent="#f5b82e") != scenes.drawn(
        "bench", primary="#6a49b8", accent="#e8825a"
    )


def test_what_is_wrong_in_a_file_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo.toml").write_text((HUBS / "lyon" / "demo.toml").read_text())
    pack = load.by_slug(HUBS, "lyon")
    (tmp_path / "demo" / "talks.toml").write_text('talks = [{ who = "maud", days_ago = 3 }]')
    with pytest.raises(ValueError, match=r"demo/talks.toml: talks 1: 'text' is missing"):
        reading.read(tmp_path, pack)
    unknown = 'talks = [{ who = "maud", days_ago = 3, text = "x", picture = { scene = "moon", alt = "y" } }]'
    (tmp_path / "demo" / "talks.toml").write_text(unknown)
    with pytest.raises(ValueError, match=r"talks 1: picture.scene is moon; there are bench, "):
        reading.read(tmp_path, pack)
    (tmp_path / "demo" / "talks.toml").write_text("talks = [\n{ who = }]")
    with pytest.raises(ValueError, match=r"talks.toml: .*line 2"):
        reading.read(tmp_path, pack)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_plan_is_the_same_again_and_ends_before_now(slug: str) -> None:
    steps = plan.plan(story(slug), NOW)
    assert steps == plan.plan(story(slug), NOW)
    assert steps == sorted(steps, key=lambda step: step.at)
    assert steps[-1].at < NOW
    assert len(acts(steps, Buy)) >= 40


@pytest.mark.parametrize("slug", SLUGS)
def test_nobody_buys_before_joining_or_from_themselves(slug: str) -> None:
    told, here, on_sale = story(slug), set(), set()
    for step in plan.plan(told, NOW):
        match step.act:
            case Enter(person):
                assert person.brought_by is None or person.brought_by in here
                here.add(person.key)
            case Offer(number, article):
                assert article.seller is None or article.seller in here
                on_sale.add(number)
            case Buy(buyer=buyer, lines=lines, via=via):
                assert lines
                assert {buyer, via or buyer} <= here
                assert {number for number, _ in lines} <= on_sale
                assert buyer not in {told.articles[number].seller for number, _ in lines}


@pytest.mark.parametrize("slug", SLUGS)
def test_stock_is_never_oversold_and_what_is_to_sell_out_does(slug: str) -> None:
    told = story(slug)
    sold = dict.fromkeys(range(len(told.articles)), 0)
    for _step, act in acts(plan.plan(told, NOW), Buy):
        for number, quantity in act.lines:
            sold[number] += quantity
    for number, article in enumerate(told.articles):
        assert article.text.left is None or sold[number] <= article.text.left
        assert not article.is_sold_out or sold[number] == article.text.left


@pytest.mark.parametrize("slug", SLUGS)
def test_who_subscribes_is_there_and_so_is_what_they_have(slug: str) -> None:
    told = story(slug)
    assert told.subscribers
    for one in told.subscribers:
        article = told.articles[one.article]
        assert told.people[one.who].joined > one.days_ago
        assert article.added > one.days_ago
        assert article.text.is_monthly
        assert article.seller != one.who


def test_whom_a_retainer_is_for_is_there_and_it_has_been_earned() -> None:
    told = story()
    assert told.retainers
    for one in told.retainers:
        assert told.people[one.who].joined > one.days_ago > 31


def test_what_is_called_off_is_not_handed_over() -> None:
    steps = plan.plan(story(), NOW)
    off = {act.number for _step, act in acts(steps, CallOff)}
    assert len(off) == 2
    assert not off & {act.number for _step, act in acts(steps, HandOver)}


def test_a_start_that_broke_off_starts_over_and_the_books_hold(past: Past) -> None:
    assert past.hubs_of_the_first == 1
    assert count(past.settings, "hub") == 1
    assert [row.who.split(",")[0] for row in past.rows] == ["central team", "connector", "seller", "member"]
    assert "provider refused" not in past.said
    assert_at_rest(past.settings)


def test_a_start_that_broke_off_after_sales_by_the_newest_rules_starts_over(place: Settings) -> None:
    server = seed.database.prepare(place)
    app = create_context(place, server)
    with app.app_context():
        make_sale(make_hub("lyon"), 1_000, at=NOW)
        for engine in db.engines.values():
            engine.dispose()
    assert count(place, "order_share WHERE rule_key <> 'default-1'") == 1
    seed._start_over(server)
    assert (count(place, "hub"), count(place, "share_rule_version")) == (0, 2)


def test_who_has_a_portrait_shows_it_in_every_size(past: Past) -> None:
    told = short()[0]
    with psycopg.connect(seed.database.prepare(past.settings).admin) as connection:
        rows = connection.execute("SELECT hub_id, portrait FROM membership WHERE portrait IS NOT NULL").fetchall()
    assert len(rows) == sum(bool(person.looks) for person in told.people.values()) > 0
    store = files.opened(past.settings)
    for hub_id, portrait in rows:
        for side in PORTRAIT_SIDES:
            assert store.get(f"hub/{hub_id}/faces/{portrait}-{side}.webp").startswith(b"RIFF")


def test_the_past_has_everything_that_was_told(past: Past) -> None:
    place = past.settings
    assert count(place, "orders") >= 14 + 4
    assert count(place, "subscription_period WHERE status = 'paid'") == 3
    assert count(place, "gathering_ticket WHERE checked_in_at IS NOT NULL") > 9
    assert count(place, "gathering WHERE status = 'canceled'") == 1
    assert count(place, "post") == len(short()[0].talks) > 1
    assert count(place, "post_comment") > 1
    assert count(place, "notice WHERE kind = 'post_answered'") > 0
    assert count(place, "subscription WHERE status = 'past_due'") == 1
    assert count(place, "retainer WHERE status = 'agreed'") == 1
    assert count(place, "ledger_entry WHERE kind = 'retainer'") == 1
    assert_lives(place)


def test_the_plan_has_paid_every_month_that_is_over(past: Past) -> None:
    place = past.settings
    assert count(place, "plan_period WHERE status = 'closed'") >= 3
    assert count(place, "plan_line WHERE amount > 0 AND booked_at IS NULL") == 0
    assert count(place, "plan_line WHERE amount > 0 AND component = 'personal'") > 0


def test_the_past_is_made_once(past: Past) -> None:
    orders = count(past.settings, "orders")
    seed.prepare(past.settings, QUIET, short())
    assert count(past.settings, "orders") == orders


def assert_lives(settings: Settings) -> None:
    """Letters, mentors, moderation, invitations and news left their traces."""
    assert count(settings, "message") == sum(len(one.lines) for one in short()[0].life.letters) > 0
    assert count(settings, "message_part WHERE last_id > read_until") > 0
    assert count(settings, "mentor WHERE status = 'active'") == len(short()[0].life.mentors) > 0
    assert count(settings, "newcomer WHERE mentor_id IS NOT NULL") > 0
    assert count(settings, "moderation_case WHERE closed_at IS NULL") == 1
    assert count(settings, "moderation_action") == 2
    assert count(settings, "moderation_appeal WHERE decided_at IS NULL") == 1
    assert count(settings, "member_block") == 1
    assert count(settings, "invite_tally WHERE joined > 0") > 0
    assert count(settings, "broadcast WHERE status = 'sent'") == 2
    assert count(settings, "profile_tag WHERE audience = 'everybody'") > 0


def assert_at_rest(settings: Settings) -> None:
    """Books that hold, a sandbox at real time, no job and no event left over."""
    server = seed.database.prepare(settings)
    app = create_context(settings, server)
    with app.app_context():
        with hub_scope(1), unit_of_work():
            found = verify.verify(1)
        with platform_scope(reason="test"), unit_of_work():
            jobs = db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))
        for engine in db.engines.values():
            engine.dispose()
    assert found.ok
    assert found.entries > 8
    assert jobs == 0
    with psycopg.connect(server.sandbox) as connection:
        assert connection.execute("SELECT ahead_by FROM clock").fetchone() == (timedelta(0),)
        assert connection.execute("SELECT count(*) FROM delivery").fetchone() == (0,)


def test_the_past_has_what_waits_for_somebody_and_what_is_over(past: Past) -> None:
    place = past.settings
    assert count(place, "dispute WHERE outcome = 'won'") == 1
    assert count(place, "dispute WHERE status = 'needs_response' AND due_by > now()") == 1
    assert count(place, "refund_request WHERE status = 'open' AND level = 'hub'") == 1
    assert count(place, "payout_run WHERE status = 'finished'") == 1
    assert count(place, "payout_run WHERE status = 'proposed'") == 1


def test_a_member_of_one_hub_buys_in_another() -> None:
    told = story("nairobi")
    (visit,) = told.purchases
    at_home = story("lyon").people[visit.who]
    assert told.people[visit.who].email == at_home.email
    assert at_home.joined > told.people[visit.who].joined


def test_a_network_of_others_is_left_alone(place: Settings) -> None:
    server: Server = seed.database.prepare(place)
    app = create_context(place, server)
    with app.app_context():
        with platform_scope(reason="test"), unit_of_work():
            audit.record(actor=audit.SYSTEM, action="hub.open", now=NOW)
        for engine in db.engines.values():
            engine.dispose()
    with pytest.raises(Refusal, match="not the demo's"):
        seed.prepare(place, QUIET, short())
    assert count(place, "account") == 0
