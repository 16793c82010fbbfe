"""Messages on the real database and through the pages: who reads, who may write, what is new, what is told."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ProgrammingError

from hubapp.community.messages import errors, policies, queries, services
from hubapp.kernel.db import unit_of_work
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.people.membership import queries as members
from hubapp.people.membership import services as joining
from hubapp.people.membership import standing
from hubapp.people.membership.errors import MembershipSuspended
from hubapp.people.membership.queries import MemberView
from hubapp.people.notifications.models import Notice
from hubapp.people.profiles import services as profiles
from hubapp.people.profiles.policies import ProfileText
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.members import make_connector, make_member
from tests.factories.notices import notices
from tests.support.browsing import Browser
from tests.support.queries import counted

HTMX = {"HX-Request": "true"}


@dataclass
class Scene:
    app: HubFlask
    hub_id: int = 0
    people: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.app.app_context():
            self.hub_id = make_hub()
            for name in ("Ann", "Ben", "Cem", "Dina"):
                self.people[name] = make_member(self.hub_id, name).account_id
            self.people["Maud"] = make_connector(self.hub_id).account_id
            self.people["Ines"] = make_account("Ines", is_central=True)

    def inside(self, act: Callable[[], Any]) -> Any:
        with self.app.app_context(), hub_scope(self.hub_id), unit_of_work():
            return act()

    def start(self, who: str, *to: str, body: str = "Hello", title: str = "") -> UUID:
        handles = [one.lower() for one in to]
        asked = {"author_id": self.people[who], "to": handles, "title": title, "body_md": body, "now": NOW}
        return self.inside(lambda: services.start(**asked))

    def send(self, thread_id: UUID, who: str, body: str = "Yes") -> UUID:
        asked = {"thread_id": thread_id, "author_id": self.people[who], "body_md": body, "now": NOW}
        return self.inside(lambda: services.send(**asked).id)

    def block(self, who: str, whom: str) -> None:
        asked = {"account_id": self.people[who], "blocked_id": self.people[whom], "now": NOW}
        self.inside(lambda: profiles.block(**asked))

    def switch_off(self, who: str) -> None:
        profile = ProfileText(takes_messages=False)
        asked = {"account_id": self.people[who], "name": who, "handle": who.lower(), "about": "", "is_listed": True}
        self.inside(lambda: profiles.edit_profile(**asked, profile=profile))

    def hide_from_the_list(self, who: str, *, about: str) -> None:
        asked = {"account_id": self.people[who], "name": who, "handle": who.lower(), "about": about}
        self.inside(lambda: profiles.edit_profile(**asked, is_listed=False, profile=ProfileText()))

    def member(self, who: str) -> MemberView:
        """Their membership, whoever is suspended included."""
        return self.inside(lambda: members.member(self.people[who]))

    def unread(self, who: str) -> int:
        lines, _following = self.inside(lambda: queries.inbox(self.people[who]))
        return sum(line.unread for line in lines)

    def told(self, who: str) -> list[Notice]:
        """What they were told of messages."""
        with self.app.app_context():
            return [one for one in notices(self.people[who]) if one.kind == "message_received"]

    def as_(self, who: str | None) -> Browser:
        return Browser(self.app, self.hub_id, self.people[who] if who else None)


@pytest.fixture
def scene(app: HubFlask) -> Scene:
    return Scene(app)


def test_two_have_one_thread_whoever_begins(scene: Scene) -> None:
    first = scene.start("Ann", "Ben")
    assert scene.start("Ben", "Ann") == first
    assert scene.start("Ann", "Ben", "Cem") != first


@pytest.mark.parametrize("who", [None, "Cem", "Maud", "Ines"])
def test_only_those_in_a_thread_read_it_connector_and_central_team_included(scene: Scene, who: str | None) -> None:
    thread_id = scene.start("Ann", "Ben", body="Between us")
    scene.send(thread_id, "Ben", "Really between us")
    browser = scene.as_(who)
    for path in (f"/messages/{thread_id}", f"/messages/{thread_id}/news", "/messages", "/messages/news"):
        answer = browser.get(path)
        assert "between us" not in answer.text.lower(), path
        assert f'href="/messages/{thread_id}' not in answer.text, path
    if who is not None:
        for act in ("", "/mute", "/leave", "/take-back"):
            answer = browser.post(
                f"/messages/{thread_id}{act}",
                {"body_md": "Me too"},
                form_page="/me/blocked" if who in {"Cem", "Maud"} else "/join",
            )
            assert answer.status_code in {403, 404, 422}, act


def test_the_central_teams_role_may_not_read_a_word(scene: Scene, connection: Connection) -> None:
    scene.start("Ann", "Ben")
    with connection.begin_nested() as attempt:
        connection.exec_driver_sql("SET LOCAL ROLE hubapp_central")
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("SELECT body_md FROM message"))
        attempt.rollback()


def test_those_who_are_in_it_read_and_answer(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben", body="A **hem**?")
    page = scene.as_("Ben").get(f"/messages/{thread_id}")
    assert "<strong>hem</strong>" in page.text
    sent = scene.as_("Ben").post(f"/messages/{thread_id}", {"body_md": "<script>x</script> ok"})
    assert sent.status_code == 303
    answer = scene.as_("Ann").get(f"/messages/{thread_id}").text
    assert "&lt;script&gt;x" in answer
    assert "<script>x" not in answer


def test_one_writes_from_a_profile(scene: Scene) -> None:
    browser = scene.as_("Ann")
    assert 'href="/messages/new?to=ben"' in browser.get("/members/@ben").text
    made = browser.post("/messages/new?to=ben", {"to": "@ben", "body_md": "Hello Ben"})
    assert made.status_code == 303
    assert browser.get("/messages/new?to=ben").location.startswith(made.location.partition("#")[0])


@pytest.mark.parametrize(
    ("to", "body", "refusal"),
    [
        ([], "x", errors.NobodyChosen),
        (["ann"], "x", errors.NobodyChosen),
        (["nobody"], "x", errors.NoSuchPeople),
        (["ben", "nobody"], "x", errors.NoSuchPeople),
        ([f"p{number}" for number in range(13)], "x", errors.TooManyPeople),
        (["ben"], " \x00 ", errors.TextMissing),
        (["ben"], "x" * 5001, errors.TextTooLong),
    ],
)
def test_what_cannot_be_sent_is_refused(scene: Scene, to: list[str], body: str, refusal: type[Exception]) -> None:
    asked = {"author_id": scene.people["Ann"], "to": to, "title": "", "body_md": body, "now": NOW}
    with pytest.raises(refusal):
        scene.inside(lambda: services.start(**asked))


def test_a_group_has_twelve_people_at_most(scene: Scene) -> None:
    with scene.app.app_context():
        handles = [make_member(scene.hub_id, f"P{number}").handle for number in range(12)]
    asked = {"author_id": scene.people["Ann"], "title": "", "body_md": "x", "now": NOW}
    thread_id = scene.inside(lambda: services.start(to=handles[:11], **asked))
    with pytest.raises(errors.TooManyPeople):
        scene.inside(lambda: services.start(to=handles, **asked))
    assert len(scene.inside(lambda: queries.thread(thread_id, reader_id=scene.people["Ann"])).people) == 12


def test_only_members_of_the_hub_write_and_the_suspended_read(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    member = scene.inside(lambda: members.member(scene.people["Ben"]))
    scene.inside(lambda: standing.suspend(membership_id=member.id, reason="Spam.", actor=SYSTEM, now=NOW))
    with pytest.raises(MembershipSuspended):
        scene.send(thread_id, "Ben")
    page = scene.as_("Ben").get(f"/messages/{thread_id}")
    assert page.status_code == 200
    assert "Spam." in page.text
    assert f'action="/messages/{thread_id}#write"' not in page.text
    assert scene.as_("Ben").get("/messages").status_code == 200
    assert scene.as_("Ben").get("/messages/new").status_code == 403
    with pytest.raises(errors.TakesNoMessages):
        scene.send(thread_id, "Ann")


def test_a_blocked_person_reaches_nobody_and_is_told_what_all_are_told_who_reach_nobody(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    scene.send(thread_id, "Ben")
    scene.block("Ben", "Ann")
    scene.switch_off("Cem")
    for act in (
        lambda: scene.send(thread_id, "Ann"),
        lambda: scene.start("Ann", "Ben"),
        lambda: scene.start("Ann", "Ben", "Dina"),
    ):
        with pytest.raises(errors.TakesNoMessages, match="Ben takes no messages here at the moment"):
            act()
    with pytest.raises(errors.TakesNoMessages, match="Cem takes no messages here at the moment"):
        scene.start("Ann", "Cem")


def test_whoever_blocks_somebody_does_not_write_to_them_either(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    scene.block("Ann", "Ben")
    with pytest.raises(errors.BlockedByOneself):
        scene.send(thread_id, "Ann")


def test_whoever_takes_no_messages_still_gets_answers_to_their_own(scene: Scene) -> None:
    scene.switch_off("Ann")
    with pytest.raises(errors.TakesNoMessages):
        scene.start("Ben", "Ann")
    thread_id = scene.start("Ann", "Ben")
    scene.send(thread_id, "Ben", "Here you are")


def test_in_a_group_the_words_of_whom_one_has_blocked_stay_behind_a_line(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben", "Cem", title="Garden")
    scene.block("Ben", "Ann")
    page = scene.as_("Ben").get(f"/messages/{thread_id}").text
    veil = page.partition('<details class="veil">')[2]
    assert "Hello" in veil.partition("</details>")[0]
    assert "From somebody you have blocked." in scene.as_("Ben").get("/messages").text
    assert "veil" not in scene.as_("Cem").get(f"/messages/{thread_id}").text


def hrefs(page: str, name: str) -> list[str]:
    """Where the links of this name lead."""
    return [html.unescape(one) for one in re.findall(rf'href="([^"]+)">(?:<svg.*?</svg>)?{name}<', page)]


def test_from_a_thread_one_blocks_whom_one_writes_with_and_takes_it_back_there(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    browser, path = scene.as_("Ben"), f"/messages/{thread_id}"
    assert 'action="/members/@ann/block"' in browser.get(path).text
    done = browser.post("/members/@ann/block", {"back": path}, form_page=path)
    assert (done.status_code, done.location) == (303, path)
    page = browser.get(path).text
    assert '<details class="veil">' in page
    assert 'action="/members/@ann/block"' not in page
    who = {"who": str(scene.people["Ann"]), "back": path}
    assert browser.post("/me/blocked/remove", who, form_page=path).location == path
    assert "veil" not in browser.get(path).text
    assert browser.post("/members/@ann/block", {"back": "//evil.example"}).location == "/members/@ann"


def test_from_a_thread_one_reports_each_of_the_others_and_no_message_goes_along(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben", "Cem", body="Nobody else reads this")
    # Whom the list of members leaves out writes all the same.
    scene.hide_from_the_list("Ann", about="For nobody")
    browser = scene.as_("Ben")
    links = hrefs(browser.get(f"/messages/{thread_id}").text, "Report")
    assert len(links) == 2
    link = next(one for one in links if str(scene.member("Ann").id) in one)
    form = browser.get(link).text
    assert '<p dir="auto">Ann</p>' in form
    assert f'href="/messages/{thread_id}"' in form
    assert browser.post(link, {"reason": "unkind", "words": "Rude to me"}).status_code == 303
    maud = scene.as_("Maud")
    queue = maud.get("/manage/moderation").text
    case = re.search(r'href="(/manage/moderation/[^"?#]+)"[^>]*>(?:(?!</a>).)*Ann', queue, re.DOTALL)
    assert case
    seen = queue + maud.get(case[1]).text
    assert "Rude to me" in seen
    assert "Nobody else reads this" not in seen
    assert "For nobody" not in seen


def test_nobody_reports_themselves_those_who_left_or_while_suspended(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    browser, path = scene.as_("Ben"), f"/messages/{thread_id}"
    assert len(hrefs(browser.get(path).text, "Report")) == 1
    scene.inside(lambda: standing.suspend(membership_id=scene.member("Ben").id, reason="x", actor=SYSTEM, now=NOW))
    assert hrefs(browser.get(path).text, "Report") == []
    scene.inside(lambda: joining.leave(account_id=scene.people["Ben"], now=NOW))
    assert hrefs(scene.as_("Ann").get(path).text, "Report") == []


def test_what_is_new_is_counted_until_it_is_read(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben", "Cem")
    scene.send(thread_id, "Ann", "Again")
    assert (scene.unread("Ann"), scene.unread("Ben"), scene.unread("Cem")) == (0, 2, 2)
    assert 'aria-label="Messages, 1 new"' in scene.as_("Ben").get("/").text
    scene.as_("Ben").get(f"/messages/{thread_id}")
    assert (scene.unread("Ben"), scene.unread("Cem")) == (0, 2)
    assert 'aria-label="Messages"' in scene.as_("Ben").get("/").text


def test_what_was_read_stays_read_when_an_older_page_is_opened_later(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    newest = scene.send(thread_id, "Ann", "Again")
    ben = scene.people["Ben"]
    for until in (newest, policies.NOTHING):
        scene.inside(lambda until=until: services.mark_read(thread_id=thread_id, reader_id=ben, until=until, now=NOW))
    assert scene.unread("Ben") == 0


def test_a_muted_thread_counts_no_more_and_still_comes(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    browser = scene.as_("Ben")
    browser.post(f"/messages/{thread_id}/mute")
    scene.send(thread_id, "Ann", "Anybody?")
    assert 'aria-label="Messages"' in browser.get("/").text
    assert "Anybody?" in browser.get("/messages").text
    run_all(scene.app, only="hubapp.community.messages")
    assert browser.post(f"/messages/{thread_id}/mute", {"off": "1"}).status_code == 303


def test_who_leaves_a_group_reads_it_no_more_and_gets_nothing_new(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben", "Cem")
    browser = scene.as_("Ben")
    assert browser.post(f"/messages/{thread_id}/leave").status_code == 303
    scene.send(thread_id, "Ann", "Without Ben")
    assert browser.get(f"/messages/{thread_id}").status_code == 404
    assert scene.unread("Ben") == 0
    with pytest.raises(errors.NoSuchThread):
        scene.send(thread_id, "Ben")


def test_two_cannot_leave_one_another(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    with pytest.raises(errors.CannotLeave):
        scene.inside(lambda: services.leave(thread_id=thread_id, reader_id=scene.people["Ann"], now=NOW))


def test_one_takes_back_ones_own_words_and_nobody_elses(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben", body="Not so kind")
    message = scene.inside(lambda: queries.messages(thread_id)[0][0].id)
    path, form = f"/messages/{thread_id}/take-back", {"message": str(message)}
    page = f"/messages/{thread_id}"
    assert scene.as_("Ben").post(path, form, form_page=page).status_code == 404
    assert scene.as_("Ann").post(path, form, form_page=page).status_code == 303
    assert "Not so kind" not in scene.as_("Ben").get(page).text
    assert "Taken back." in scene.as_("Ben").get("/messages").text
    assert scene.as_("Ann").post(path, form, form_page=page).status_code == 303


def test_flooding_is_stopped(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    with pytest.raises(TooManyAttempts):
        for _ in range(61):
            scene.send(thread_id, "Ann")


def test_strangers_cannot_be_written_to_one_after_the_other_without_end(scene: Scene) -> None:
    with scene.app.app_context():
        handles = [make_member(scene.hub_id, f"P{number}").handle for number in range(16)]
    asked = {"author_id": scene.people["Ann"], "title": "", "body_md": "x", "now": NOW}
    with pytest.raises(TooManyAttempts):
        for handle in handles:
            scene.inside(lambda handle=handle: services.start(to=[handle], **asked))


def test_those_who_have_not_read_it_are_told_once_unless_they_muted_it_or_its_author(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben", "Cem", "Dina")
    scene.block("Cem", "Ann")
    scene.inside(lambda: services.mute(thread_id=thread_id, reader_id=scene.people["Dina"], is_muted=True))
    run_all(scene.app)
    told = {name: scene.told(name) for name in ("Ann", "Ben", "Cem", "Dina")}
    assert {name: len(rows) for name, rows in told.items()} == {"Ann": 0, "Ben": 1, "Cem": 0, "Dina": 0}
    assert told["Ben"][0].read_at is None
    assert "Hello" not in str(told["Ben"][0].context)
    scene.as_("Ben").get(f"/messages/{thread_id}")
    assert scene.told("Ben")[0].read_at is not None


def test_new_messages_arrive_and_nothing_new_is_no_content(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    browser, path = scene.as_("Ben"), f"/messages/{thread_id}/news"
    page = browser.get(f"/messages/{thread_id}").text
    after = re.search(r'id="seen".*?name="after" value="([^"]+)"', page, re.DOTALL)
    assert after is not None
    assert browser.get(f"{path}?after={after[1]}").status_code == 204
    scene.send(thread_id, "Ann", "Fresh news")
    arrived = browser.get(f"{path}?after={after[1]}").text
    assert "Fresh news" in arrived
    assert 'class="day"' in arrived
    day = re.search(r'name="day" value="([^"]+)"', page)
    assert day is not None
    assert 'class="day"' not in browser.get(path, query_string={"after": after[1], "day": day[1]}).text
    assert "Hello" not in arrived
    assert 'id="seen" hx-swap-oob' in arrived
    assert "warm=6" in arrived
    assert scene.unread("Ben") == 0


def test_after_something_happened_a_page_asks_a_few_times_more_and_then_seldom(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    last = scene.inside(lambda: queries.messages(thread_id)[0][-1].id)
    browser, path = scene.as_("Ben"), f"/messages/{thread_id}/news?after={last}"
    assert "warm=5" in browser.get(f"{path}&warm=6").text
    assert "warm=1" in browser.get(f"{path}&warm=2").text
    assert browser.get(f"{path}&warm=1").status_code == 204
    assert "warm=5" in browser.get(f"{path}&warm=999").text


def test_a_form_that_is_sent_by_htmx_brings_the_message_and_a_new_form(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    last = scene.inside(lambda: queries.messages(thread_id)[0][-1].id)
    browser, path = scene.as_("Ben"), f"/messages/{thread_id}"
    sent = browser.post(path, {"body_md": "Quick", "after": str(last)}, headers=HTMX)
    assert sent.status_code == 200
    assert "Quick" in sent.text.partition('id="write"')[0]
    assert "Quick" not in sent.text.partition('id="write"')[2]
    refused = browser.post(path, {"body_md": " ", "after": str(last)}, headers=HTMX)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#write")


def test_a_poll_costs_one_query_besides_knowing_who_asks(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben")
    last = scene.inside(lambda: queries.messages(thread_id)[0][-1].id)
    browser = scene.as_("Ben")
    for path in (f"/messages/{thread_id}/news?after={last}", f"/messages/news?after={last}"):
        browser.get(path)
        with counted() as statements:
            assert browser.get(path).status_code == 204
        assert len(statements) <= 2, statements


def test_what_came_is_said_and_said_in_other_words_when_more_comes(scene: Scene) -> None:
    thread_id, _old = scene.start("Ann", "Ben"), scene.start("Cem", "Ben", body="Long ago")
    browser, said = scene.as_("Ben"), []
    for body in ("One", "Two", "Two"):
        last = scene.inside(lambda: queries.inbox(scene.people["Ben"])[0][0].thread.last_id)
        scene.send(thread_id, "Ann", body)
        page = browser.get(f"/messages/news?after={last}").text
        said.append(" ".join(page.partition('id="rows-said"')[2].partition(">")[2].partition("<")[0].split()))
    assert said == [f"{number} new messages from Ann." for number in (2, 3, 4)]


def test_the_pages_ask_a_fixed_number_of_queries(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben", "Cem")
    browser = scene.as_("Ben")

    def ask(path: str) -> list[str]:
        browser.get(path)
        with counted() as statements:
            assert browser.get(path).status_code == 200
        return statements

    few = [ask("/messages"), ask(f"/messages/{thread_id}")]
    for number in range(8):
        scene.send(thread_id, "Ann" if number % 2 else "Cem", f"Number {number}")
        scene.start("Dina", "Ben", "Cem", body=f"Group {number}")
    scene.start("Ann", "Ben")
    browser.get("/messages")
    many = [ask("/messages"), ask(f"/messages/{thread_id}")]
    # Only what is new is counted: one query more for a list that has something new.
    assert len(many[0]) <= len(few[0]) + 1
    assert len(many[1]) == len(few[1])
    assert len(many[0]) <= 11, many[0]
    assert len(many[1]) <= 11, many[1]


def test_threads_and_messages_page_by_key(scene: Scene) -> None:
    thread_id = scene.start("Ann", "Ben", body="Number 0")
    for number in range(1, 45):
        scene.send(thread_id, "Ann" if number % 2 else "Ben", f"Number {number}")
    browser = scene.as_("Ben")
    page = browser.get(f"/messages/{thread_id}").text
    assert "Number 44" in page
    assert "Number 4<" not in page
    earlier = page.split('class="more" href="')[1].split('"')[0]
    assert "Number 4<" in browser.get(earlier).text
    ben = scene.people["Ben"]
    for number in range(4):
        scene.start("Cem", "Ben", "Dina", body=f"Group {number}")
    first, following = scene.inside(lambda: queries.inbox(ben, limit=3))
    rest, end = scene.inside(lambda: queries.inbox(ben, before=following, limit=3))
    assert (len(first), len(rest), end) == (3, 2, None)
    assert len({line.thread.id for line in (*first, *rest)}) == 5


def test_a_hub_may_do_without_messages(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub("quiet", features={"messages": False})
        ann, _ben = make_member(hub_id, "Ann"), make_member(hub_id, "Ben")
    browser = Browser(app, hub_id, ann.account_id)
    assert browser.get("/messages").status_code == 404
    assert "/messages" not in browser.get("/members/@ben").text
