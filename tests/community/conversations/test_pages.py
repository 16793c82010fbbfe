"""The pages of conversations: who sees what, what comes back, what it costs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import TestResponse

from hubapp.community.conversations import queries, services
from hubapp.community.conversations.policies import PostText
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member
from tests.factories.talk import POLL, answer, png, say
from tests.support.browsing import Browser
from tests.support.queries import counted

ATOM = "{http://www.w3.org/2005/Atom}"
HTMX = {"HX-Request": "true"}


@dataclass
class Scene:
    app: HubFlask
    hub_id: int
    ann: UUID
    ben: UUID
    connector: UUID
    post_id: UUID
    comment_id: UUID

    def as_(self, account_id: UUID | None) -> Browser:
        return Browser(self.app, self.hub_id, account_id)

    def inside(self, act: Any) -> Any:
        with self.app.app_context(), hub_scope(self.hub_id), unit_of_work():
            return act()


def make_scene(app: HubFlask, **features: bool) -> Scene:
    with app.app_context():
        hub_id = make_hub(features=features)
        ann, ben = (make_member(hub_id, name).account_id for name in ("Ann", "Ben"))
        connector = make_connector(hub_id).account_id
        with hub_scope(hub_id), unit_of_work():
            post = say(ann, "Who has a **ladder**, @ben?", title="A ladder", poll=POLL, pictures=1)
            comment = answer(post.id, ben, "I do.")
    return Scene(app, hub_id, ann, ben, connector, post.id, comment.id)


@pytest.fixture
def closed(app: HubFlask) -> Scene:
    return make_scene(app)


@pytest.fixture
def open_(app: HubFlask) -> Scene:
    return make_scene(app, open_conversations=True)


def test_members_read_the_feed_with_all_that_hangs_on_it(closed: Scene) -> None:
    page = closed.as_(closed.ben).get("/feed").text
    for shown in ("A ladder", "<strong>ladder</strong>", 'href="/members/@ben"', "Which day?", "1 answer", "srcset="):
        assert shown in page


def test_visitors_see_a_teaser_unless_the_hub_is_open(closed: Scene) -> None:
    visitor = closed.as_(None)
    assert "ladder" not in visitor.get("/feed").text
    assert visitor.get(f"/feed/{closed.post_id}").status_code == 403
    assert visitor.get("/feed/news").status_code == 204
    assert visitor.get(f"/feed/{closed.post_id}/history").status_code == 403
    assert "/join?next=" in visitor.get("/feed").text


def test_an_open_hub_lets_visitors_read_and_only_read(open_: Scene) -> None:
    page = open_.as_(None).get(f"/feed/{open_.post_id}").text
    assert "<strong>ladder</strong>" in page
    assert 'name="set"' not in page
    assert "Join and answer" in page


def test_a_hub_without_conversations_has_none(app: HubFlask) -> None:
    scene = make_scene(app, conversations=False)
    for path in ("/feed", "/feed.atom", f"/feed/{scene.post_id}", "/feed/new", "/feed/news"):
        assert scene.as_(scene.ann).get(path).status_code == 404
    assert 'href="/feed"' not in scene.as_(scene.ann).get("/market").text


def test_a_member_publishes_with_pictures_a_poll_and_a_topic(closed: Scene) -> None:
    topic = closed.inside(lambda: services.add_topic(name="Garden", tone="brand"))
    sent = {
        "title": "Seeds",
        "body_md": "Swap?",
        "topic": str(topic.id),
        "question": "When?",
        "options": "Now\nLater\n\nNow",
        "days": "0",
        "pictures": [(io_of(png()), "a.png"), (io_of(png()), "b.png")],
        "alts": "Beans\nPeas",
    }
    browser = closed.as_(closed.ann)
    done = browser.post("/feed/new", sent, content_type="multipart/form-data")
    page = browser.get(done.location).text
    assert done.status_code == 303
    for shown in ("Seeds", "Garden", "When?", 'alt="Peas"', "Later"):
        assert shown in page
    assert page.count('name="choice"') == 2


def io_of(content: bytes) -> Any:
    import io

    return io.BytesIO(content)


def test_what_is_refused_keeps_what_was_typed(closed: Scene) -> None:
    answer_ = closed.as_(closed.ann).post("/feed/new", {"body_md": "Swap?", "question": "When?", "options": "Now"})
    assert answer_.status_code == 422
    assert "Swap?" in answer_.text
    assert 'id="options-error"' in answer_.text


def test_a_draft_is_saved_while_typing_and_resumed(closed: Scene) -> None:
    browser = closed.as_(closed.ann)
    said = browser.post("/feed/draft", {"body_md": "Half a th", "title": "T"}, form_page="/feed/new", headers=HTMX)
    assert "Draft saved" in said.text
    assert "Half a th" in browser.get("/feed/new").text
    feed = browser.get("/feed").text
    assert "Half a th" in feed
    # The line in the feed saves as well.
    assert re.search(r'<textarea[^>]* id="compose"[^>]* hx-post="/feed/draft"', feed)
    assert '<span class="small muted" id="saved" role="status"' in feed
    browser.post("/feed/new", {"body_md": "Half a thought"})
    assert "Half a th" not in browser.get("/feed/new").text


def test_nothing_a_visitor_wrote_is_lost_on_the_way_to_joining(closed: Scene) -> None:
    browser = closed.as_(None)
    sent = browser.post("/feed/new", {"body_md": "My first words"}, form_page="/feed")
    assert sent.location.startswith("/join?next=")
    with closed.app.app_context():
        account_id = make_account("Zoe")
    kept = browser.client._cookies
    signed_in = closed.as_(account_id)
    signed_in.client._cookies = {**(kept or {}), **(signed_in.client._cookies or {})}
    joined = signed_in.post(sent.location, {"name": "Zoe"})
    assert (joined.status_code, joined.location) == (303, "/feed/new")
    assert "My first words" in signed_in.get("/feed/new").text


def test_who_is_signed_in_and_no_member_joins_with_one_click_and_answers(open_: Scene) -> None:
    with open_.app.app_context():
        browser = open_.as_(make_account("Zoe"))
    path = f"/feed/{open_.post_id}"
    sent = browser.post(f"{path}/comments", {"body_md": "Take mine"}, form_page=path)
    joined = browser.post(sent.location, {"name": "Zoe"})
    assert joined.location == f"{path}#answer"
    assert "Take mine" in browser.get(path).text


def test_answering_with_a_script_brings_the_answer_and_an_empty_form(closed: Scene) -> None:
    browser, path = closed.as_(closed.ben), f"/feed/{closed.post_id}"
    sent = browser.post(
        f"{path}/comments", {"body_md": "Blue", "after": str(closed.comment_id)}, form_page=path, headers=HTMX
    )
    assert sent.status_code == 200
    assert "<html" not in sent.text
    assert sent.text.count("<article") == 1
    assert 'id="answer" hx-swap-oob' in sent.text
    refused = browser.post(f"{path}/comments", {"body_md": " "}, form_page=path, headers=HTMX)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (422, "#answer")


def test_answering_without_a_script_leads_to_the_answer(closed: Scene) -> None:
    path = f"/feed/{closed.post_id}"
    sent = closed.as_(closed.ben).post(
        f"{path}/comments", {"body_md": "Blue", "reply_to": str(closed.comment_id)}, form_page=path
    )
    assert re.fullmatch(rf"{path}\?at=end#c-[0-9a-f-]+", sent.location)


def react(scene: Scene, data: dict[str, str], **options: Any) -> TestResponse:
    return scene.as_(scene.ben).post(f"/feed/{scene.post_id}/reactions", data, form_page="/feed", **options)


def test_reactions_are_set_and_unset_and_sent_twice_they_count_once(closed: Scene) -> None:
    for _ in range(2):
        fragment = react(closed, {"set": "heart"}, headers=HTMX).text
    assert fragment.count('aria-pressed="true"') == 1
    assert re.search(r'<span class="num">1</span>', fragment)
    assert "Ben" in closed.as_(closed.ann).get(f"/feed/{closed.post_id}/reactions").text
    assert 'aria-pressed="true"' not in react(closed, {"unset": "heart"}, headers=HTMX).text


def test_reactions_without_a_script_lead_back_and_nowhere_else(closed: Scene) -> None:
    assert react(closed, {"set": "heart", "back": "/feed?before=x"}).location.startswith("/feed?before=x#r-")
    assert react(closed, {"set": "heart", "back": "//evil.example"}).location.startswith(f"/feed/{closed.post_id}#")


def test_voting_shows_the_results(closed: Scene) -> None:
    browser = closed.as_(closed.ben)
    fragment = browser.post(f"/feed/{closed.post_id}/vote", {"choice": "1"}, form_page="/feed", headers=HTMX).text
    assert "100%" in fragment
    assert "Change my vote" in fragment
    wrong = browser.post(f"/feed/{closed.post_id}/vote", {"choice": "9"}, form_page="/feed", headers=HTMX)
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)


def test_there_is_nothing_new_until_there_is(closed: Scene) -> None:
    browser = closed.as_(closed.ben)
    after = f"/feed/news?after={closed.post_id}"
    assert (browser.get(after).status_code, browser.get(after).data) == (204, b"")
    closed.inside(lambda: say(closed.ann, "Something new"))
    said = browser.get(after)
    assert "1 new post" in said.text
    assert browser.get(f"{after}&have=1").status_code == 204
    fragment = browser.get(f"/feed/newer?after={closed.post_id}").text
    assert "Something new" in fragment
    assert "A ladder" not in fragment
    assert 'id="news-said" hx-swap-oob' in fragment


def test_of_very_many_new_posts_none_is_lost(closed: Scene) -> None:
    def fill() -> None:
        for number in range(25):
            say((closed.ann, closed.ben, closed.connector)[number % 3], f"Number {number}.")

    closed.inside(fill)
    browser, after, read = closed.as_(closed.ben), str(closed.post_id), []
    button = re.search(r'<a class="btn[^>]*>', browser.get(f"/feed/news?after={after}").text)
    assert button
    assert 'href="/feed"' in button[0]
    assert "hx-get" not in button[0]
    # Who asked while there were fewer gets the first of them, and is told of the others.
    while "new post" in browser.get(f"/feed/news?after={after}").text:
        page = browser.get(f"/feed/newer?after={after}").text
        read = re.findall(r"<p>(Number \d+\.)</p>", page) + read
        after = page.split('name="after" value="')[1].split('"')[0]
    assert read == [f"Number {number}." for number in reversed(range(25))]


def test_new_posts_of_a_topic_are_read_on_its_page(closed: Scene) -> None:
    topic = closed.inside(lambda: services.add_topic(name="Garden", tone="brand"))
    closed.inside(lambda: say(closed.ann, "Who has a spade?", topic_id=topic.id))
    said = closed.as_(closed.ben).get(f"/feed/news?after={closed.post_id}&topic={topic.id}").text
    assert f'href="/feed/topics/{topic.slug}"' in said


def test_new_answers_are_told_the_same_way(closed: Scene) -> None:
    browser, path = closed.as_(closed.ann), f"/feed/{closed.post_id}"
    after = f"{path}/news?after={closed.comment_id}"
    assert browser.get(after).status_code == 204
    closed.inside(lambda: answer(closed.post_id, closed.ben, "And a rope"))
    assert "1 new answer" in browser.get(after).text
    assert "And a rope" in browser.get(f"{path}/newer?after={closed.comment_id}").text


def test_a_poll_for_news_costs_one_query_besides_knowing_who_asks(closed: Scene) -> None:
    browser = closed.as_(closed.ben)
    browser.get("/feed/news")
    with counted() as statements:
        assert browser.get(f"/feed/news?after={closed.post_id}").status_code == 204
    assert len([one for one in statements if "post" in one]) == 1
    assert len(statements) <= 2, statements


def test_the_feed_asks_a_fixed_number_of_queries(closed: Scene) -> None:
    browser = closed.as_(closed.ben)
    browser.get("/feed")
    with counted() as few:
        browser.get("/feed")
    for number in range(8):
        closed.inside(lambda number=number: say(closed.ann, f"@ben {number}", poll=POLL))
    with counted() as many:
        browser.get("/feed")
    assert len(many) == len(few)
    assert len(many) <= 15, many


def test_a_conversation_asks_a_fixed_number_of_queries(closed: Scene) -> None:
    browser, path = closed.as_(closed.ben), f"/feed/{closed.post_id}"
    browser.get(path)
    with counted() as few:
        browser.get(path)
    for _ in range(8):
        closed.inside(lambda: answer(closed.post_id, closed.ann, "Yes @ben"))
    with counted() as many:
        browser.get(path)
    assert len(many) == len(few)
    assert len(many) <= 17, many


def test_pages_of_answers_follow_each_other(closed: Scene) -> None:
    def fill() -> None:
        for number in range(34):
            answer(closed.post_id, closed.ann if number % 2 else closed.ben, f"Number {number}.")

    closed.inside(fill)
    browser = closed.as_(closed.ben)
    first = browser.get(f"/feed/{closed.post_id}").text
    later = re.search(r'class="more" href="(/feed/[^"#]+)', first)
    assert later
    second = browser.get(later[1]).text
    end = browser.get(f"/feed/{closed.post_id}?at=end").text
    assert ("Number 28." in first, "Number 29." in first) == (True, False)
    assert ("Number 28." in second, "Number 29." in second, "Number 33." in second) == (False, True, True)
    assert ("Number 4." in end, "Number 3." in end, "before=" in end) == (True, False, True)


def test_versions_are_everybodys_to_read(closed: Scene) -> None:
    browser = closed.as_(closed.ann)
    browser.post(f"/feed/{closed.post_id}/edit", {"body_md": "Who has a rope?", "version": "1", "title": "A rope"})
    page = closed.as_(closed.ben).get(f"/feed/{closed.post_id}/history").text
    assert "Who has a rope?" in page
    assert "<strong>ladder</strong>" in page


@pytest.mark.parametrize("is_post", [True, False])
def test_however_often_a_text_was_edited_its_first_words_can_be_found(closed: Scene, is_post: bool) -> None:
    def edit(version: int, now: datetime) -> None:
        about = {"post_id": closed.post_id, "author_id": closed.ann if is_post else closed.ben, "now": now}
        if is_post:
            text = PostText("", f"Version {version + 1}.", None)
            services.edit_post(text=text, version=version, **about)
        else:
            about |= {"comment_id": closed.comment_id, "body_md": f"Version {version + 1}."}
            services.edit_comment(version=version, **about)

    for version in range(1, 121):
        closed.inside(lambda version=version: edit(version, NOW + timedelta(minutes=5 * version)))
    browser, read = closed.as_(closed.ben), []
    path = f"/feed/{closed.post_id}" + ("" if is_post else f"/comments/{closed.comment_id}") + "/history"
    while path:
        page = browser.get(path).text
        read += re.findall(r"<p>(Version \d+\.)</p>", page)
        older = re.search(r'rel="next"\s+href="([^"]+)"', page)
        path = older[1] if older else ""
    assert read == [f"Version {number}." for number in range(121, 1, -1)]
    assert ("Who has a <strong>ladder" if is_post else "I do.") in page
    assert browser.get(f"/feed/{closed.post_id}/history?before=9999999999999").status_code == 200


def test_a_picture_is_served_to_those_who_may_read(closed: Scene) -> None:
    picture = closed.inside(lambda: queries.pictures([closed.post_id])[closed.post_id][0])
    path = f"/feed/pictures/{picture.id}-320.webp"
    assert closed.as_(closed.ben).get(path).mimetype == "image/webp"
    assert closed.as_(None).get(path).status_code == 404
    closed.inside(lambda: services.delete_post(post_id=closed.post_id, author_id=closed.ann, now=NOW))
    assert closed.as_(closed.ben).get(path).status_code == 404


def test_what_is_hidden_says_why_and_can_be_found(closed: Scene) -> None:
    actor = Actor(closed.connector, "Maud")
    about = {"post_id": closed.post_id, "comment_id": None}
    closed.inside(lambda: services.hide(reason="Not kind.", actor=actor, now=NOW, **about))
    path = f"/feed/{closed.post_id}"
    seen, managed = (
        closed.as_(closed.ben).get(path).text,
        closed.as_(closed.connector).get("/manage/conversations").text,
    )
    assert "Hidden by the hub: Not kind." in seen
    assert "<strong>ladder</strong>" not in seen
    assert "Not kind." in managed
    closed.inside(lambda: services.unhide(actor=actor, now=NOW, **about))
    assert "<strong>ladder</strong>" in closed.as_(closed.ben).get(path).text


def test_members_do_not_pin(closed: Scene) -> None:
    path = f"/feed/{closed.post_id}/pin"
    assert closed.as_(closed.ben).post(path, {}, form_page="/feed").status_code == 403


def test_the_connector_chooses_topics_and_who_reads(closed: Scene) -> None:
    boss = closed.as_(closed.connector)
    page = "/manage/conversations"
    boss.post(f"{page}/topics", {"name": "Garden", "tone": "accent"}, form_page=page)
    assert boss.post(f"{page}/topics", {"name": "garden", "tone": "accent"}, form_page=page).status_code == 422
    boss.post(f"{page}/topics", {"name": "Tools", "tone": "brand"}, form_page=page)
    second = closed.inside(queries.topics)[1]
    boss.post(f"{page}/topics/{second.id}", {"act": "up"}, form_page=page)
    boss.post(f"{page}/readers", {"is_open": "1"}, form_page=page)
    seen = closed.as_(None).get("/feed").text
    assert seen.index("Tools") < seen.index("Garden")
    assert "A ladder" in seen
    assert closed.as_(None).get("/feed/topics/garden").status_code == 200


def test_the_feed_for_readers_is_well_formed_and_names_the_hub(open_: Scene) -> None:
    open_.inside(lambda: say(open_.ann, "Fish & <b>chips</b> \x08 ]]>", title='"A" & <B>'))
    response = open_.as_(None).get("/feed.atom")
    feed = ET.fromstring(response.data)
    assert response.mimetype == "application/atom+xml"
    assert feed.find(f"{ATOM}title").text == "Conversations of Lyon"  # type: ignore[union-attr]
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries] == ['"A" & <B>', "A ladder"]  # type: ignore[union-attr]
    for entry in entries:
        assert entry.find(f"{ATOM}id").text.startswith("urn:uuid:")  # type: ignore[union-attr]
        assert entry.find(f"{ATOM}link").attrib["href"].startswith("http://lyon.localhost")  # type: ignore[union-attr]
        ET.fromstring(f"<div>{entry.find(f'{ATOM}content').text}</div>".replace("&nbsp;", " "))  # type: ignore[union-attr]


def test_a_closed_hub_gives_its_feed_under_a_members_own_address_only(closed: Scene) -> None:
    assert closed.as_(None).get("/feed.atom").status_code == 403
    assert closed.as_(None).get("/feed.atom?key=x.y").status_code == 403
    own = re.search(r'href="(/feed\.atom\?key=[^"]+)"', closed.as_(closed.ben).get("/feed").text)
    assert own
    assert "A ladder" in closed.as_(None).get(own[1]).text
    from hubapp.people.membership import services as membership

    closed.inside(lambda: membership.leave(account_id=closed.ben, now=NOW))
    assert closed.as_(None).get(own[1]).status_code == 403


def test_a_hidden_comment_is_out_of_sight_and_answers_stay(closed: Scene) -> None:
    actor = Actor(closed.connector, "Maud")
    closed.inside(
        lambda: services.hide(post_id=closed.post_id, comment_id=closed.comment_id, reason="Spam", actor=actor, now=NOW)
    )
    page = closed.as_(closed.ann).get(f"/feed/{closed.post_id}").text
    assert "I do." not in page
    assert "Hidden by the hub: Spam" in page


def test_no_page_carries_a_style_or_script_of_its_own(closed: Scene) -> None:
    boss = closed.as_(closed.connector)
    for path in ("/feed", f"/feed/{closed.post_id}", "/feed/new", "/manage/conversations"):
        page = boss.get(path).text
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*src=)", page), path
