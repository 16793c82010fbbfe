"""The matrix of privacy: each field, for each audience, as each kind of viewer sees it, on pages and in searches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.people.membership.errors import NoSuchMember
from hubapp.people.membership.queries import MemberView
from hubapp.people.profiles import errors, policies, queries, services
from hubapp.people.profiles.policies import AUDIENCES, CONNECTOR, EVERYBODY, FIELDS, MEMBERS, TAGS, ProfileText
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member
from tests.support.browsing import Browser
from tests.support.queries import counted

# Audience → who sees a field that is for it, besides its owner.
SEES = {
    EVERYBODY: {"visitor", "stranger", "central", "member", "helper", "connector"},
    MEMBERS: {"member", "helper", "connector"},
    CONNECTOR: {"connector"},
    "nobody": set(),
}
VIEWERS = ("owner", "visitor", "stranger", "central", "member", "helper", "connector", "blocked")


def secret(name: str) -> str:
    """Words that stand in this field alone, as the page shows them."""
    return f"https://{name}.secret.example" if name == "links" else f"secret {name}"


@dataclass
class Scene:
    app: HubFlask
    hub_id: int
    owner: MemberView
    viewers: dict[str, UUID | None]

    def tell(self, audience: str, *, only: str = "") -> None:
        """The owner tells everything, for one audience; or one field alone, and the rest for nobody."""
        audiences = {name: audience if only in ("", name) else policies.NOBODY for name in FIELDS}
        text = ProfileText(
            place=secret("place"),
            links=(secret("links"),),
            tags={kind: (secret(kind),) for kind in TAGS},
            audiences=audiences,
        )
        with self.app.app_context(), hub_scope(self.hub_id), unit_of_work():
            services.edit_profile(
                account_id=self.owner.account_id,
                name="Olga",
                handle="olga",
                about=secret("about"),
                is_listed=True,
                profile=text,
            )

    def page(self, viewer: str, path: str = "/members/@olga") -> str:
        answer = Browser(self.app, self.hub_id, self.viewers[viewer]).get(path)
        return answer.text if answer.status_code == 200 else ""

    def find(self, viewer: str, words: str) -> bool:
        return "/members/@olga" in self.page(viewer, f"/members?q={words}").partition("<main")[2]


@pytest.fixture
def scene(app: HubFlask) -> Scene:
    with app.app_context():
        hub_id = make_hub()
        owner = make_member(hub_id, "Olga")
        viewers: dict[str, UUID | None] = {"visitor": None, "owner": owner.account_id}
        viewers["stranger"] = make_account("Sam")
        viewers["central"] = make_account("Ines", is_central=True)
        viewers["member"] = make_member(hub_id, "Mo").account_id
        viewers["helper"] = make_member(hub_id, "Hana", role="helper", permissions=("members.view",)).account_id
        viewers["connector"] = make_connector(hub_id).account_id
        blocked = viewers["blocked"] = make_member(hub_id, "Bo").account_id
        with hub_scope(hub_id), unit_of_work():
            services.block(account_id=owner.account_id, blocked_id=blocked, now=NOW)
    return Scene(app, hub_id, owner, viewers)


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_field_is_in_the_page_for_its_audience_and_for_no_others(scene: Scene, viewer: str, audience: str) -> None:
    scene.tell(audience)
    page = scene.page(viewer)
    for name in FIELDS:
        assert (secret(name) in page) == (viewer == "owner" or viewer in SEES[audience]), name


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_has_an_audience_of_its_own(scene: Scene, name: str) -> None:
    scene.tell(MEMBERS, only=name)
    page = scene.page("member")
    assert [one for one in FIELDS if secret(one) in page] == [name]


def test_what_a_viewer_may_not_see_is_not_even_asked_of_the_database(scene: Scene) -> None:
    scene.tell(CONNECTOR)
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work():
        told = queries.told(scene.owner.id, seen=(EVERYBODY, MEMBERS))
    assert told.is_empty


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("viewer", ["member", "helper", "connector", "blocked"])
def test_a_tag_finds_somebody_for_those_who_may_see_it(scene: Scene, viewer: str, audience: str) -> None:
    scene.tell(audience)
    for kind in TAGS:
        assert scene.find(viewer, f"secr+{kind}") == (viewer in SEES[audience]), kind
        assert scene.find(viewer, f"&kind={kind}") == (viewer in SEES[audience]), kind


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_one_looks_for_stands_on_the_front_page_for_members_who_may_see_it(scene: Scene, audience: str) -> None:
    scene.tell(audience)
    seen = {viewer for viewer in SEES[EVERYBODY] | {"blocked"} if secret("seeks") in scene.page(viewer, "/")}
    assert seen == (SEES[MEMBERS] if audience in {EVERYBODY, MEMBERS} else set())


def test_an_address_from_before_goes_on_in_one_kind_of_tag_as_well(scene: Scene) -> None:
    scene.tell(MEMBERS)
    search, olga = f"kind=seeks&q={secret('seeks')}", scene.owner
    before, after = olga.joined_at - timedelta(days=1), olga.joined_at + timedelta(days=1)
    assert "/members/@olga" in scene.page("member", f"/members?{search}&after={key(after, olga.id)}")
    assert "/members/@olga" not in scene.page("member", f"/members?{search}&after={key(before, olga.id)}")


def key(at: datetime, member_id: UUID) -> str:
    """As addresses said it before."""
    return f"{at.isoformat()}_{member_id}".replace("+", "%2B")


def test_words_about_oneself_are_not_searched(scene: Scene) -> None:
    scene.tell(EVERYBODY)
    assert not scene.find("member", "about")


def test_a_name_finds_whoever_is_listed_but_not_for_whom_they_block(scene: Scene) -> None:
    assert scene.find("member", "olg")
    assert not scene.find("blocked", "olg")
    assert "/members/@olga" not in scene.page("blocked", "/members").partition("<main")[2]


def test_blocking_works_both_ways_in_the_list_and_is_taken_back(scene: Scene) -> None:
    browser = Browser(scene.app, scene.hub_id, scene.viewers["member"])
    assert browser.post("/members/@olga/block", form_page="/members/@olga").status_code == 303
    assert not scene.find("member", "olg")
    assert "You have blocked Olga" in scene.page("member")
    listed = browser.get("/me/blocked").text
    assert "Olga" in listed
    who = str(scene.owner.account_id)
    assert browser.post("/me/blocked/remove", {"who": who}, form_page="/me/blocked").status_code == 303
    assert scene.find("member", "olg")


def test_whom_one_blocked_is_listed_by_key_and_anybody_of_them_can_be_unblocked(scene: Scene) -> None:
    who = scene.owner.account_id
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work():
        services.block(account_id=who, blocked_id=scene.viewers["member"], now=NOW)  # type: ignore[arg-type]
        newest, oldest = queries.blocks(who)
        assert queries.blocks(who, limit=1) == [newest]
        assert queries.blocks(who, before=newest.id, limit=1) == [oldest]
        assert queries.blocks(who, before=oldest.id, limit=1) == []
    olga = Browser(scene.app, scene.hub_id, who)
    second = olga.get(f"/me/blocked?before={newest.id}").text
    assert (str(oldest.account_id) in second, str(newest.account_id) in second) == (True, False)
    assert str(newest.account_id) in olga.get("/me/blocked?before=nonsense").text
    for gone in (newest, oldest):
        form = {"who": str(gone.account_id)}
        assert olga.post("/me/blocked/remove", form, form_page="/me/blocked").status_code == 303
    assert "Nobody stands behind this page" in olga.get(f"/me/blocked?before={newest.id}").text


def test_a_blocked_person_gets_the_answer_that_nobody_gets(scene: Scene) -> None:
    browser = Browser(scene.app, scene.hub_id, scene.viewers["blocked"])
    assert browser.get("/members/@olga").status_code == browser.get("/members/@nobody").status_code == 404


def test_whoever_runs_the_hub_can_be_found_by_whom_they_block_as_a_stranger_finds_them(scene: Scene) -> None:
    connector, blocked = scene.viewers["connector"], scene.viewers["blocked"]
    assert connector is not None
    assert blocked is not None
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work():
        services.block(account_id=connector, blocked_id=blocked, now=NOW)
    page = scene.page("blocked", "/members/@maud")
    assert "Maud" in page
    assert "/messages/new" not in page


def test_a_block_is_of_somebody_else_who_is_known_here_and_counts_once(scene: Scene) -> None:
    owner = scene.owner.account_id
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work():
        with pytest.raises(errors.CannotBlockOneself):
            services.block(account_id=owner, blocked_id=owner, now=NOW)
        with pytest.raises(NoSuchMember):
            services.block(account_id=owner, blocked_id=UUID(int=9), now=NOW)
        before = queries.blocked_by(owner)
        for one in before:
            services.block(account_id=owner, blocked_id=one, now=NOW)
        assert queries.blocked_by(owner) == before


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"tags": {"offers": tuple(f"tag {number}" for number in range(11))}}, errors.TooManyTags),
        ({"tags": {"offers": ("x" * 41,)}}, errors.TagTooLong),
        ({"links": tuple(f"https://{number}.example" for number in range(5))}, errors.LinkRefused),
        ({"links": ("javascript:alert(1)",)}, errors.LinkRefused),
        ({"audiences": {"about": "friends"}}, errors.AudienceUnknown),
        ({"audiences": {"name": EVERYBODY}}, errors.AudienceUnknown),
    ],
)
def test_what_does_not_fit_is_refused(scene: Scene, change: dict[str, object], refusal: type[Exception]) -> None:
    account_id = scene.owner.account_id
    profile = ProfileText(**change)  # type: ignore[arg-type]
    with scene.app.app_context(), hub_scope(scene.hub_id), unit_of_work(), pytest.raises(refusal):
        services.edit_profile(
            account_id=account_id, name="Olga", handle="olga", about="", is_listed=True, profile=profile
        )


def test_the_form_keeps_what_one_tells_and_to_whom(scene: Scene) -> None:
    browser = Browser(scene.app, scene.hub_id, scene.owner.account_id)
    audiences = {f"{name}_for": MEMBERS for name in FIELDS} | {"offers_for": CONNECTOR}
    text = {"name": "Olga", "handle": "olga", "about": "I sew.", "offers": "Hems, hems, Zips", "is_listed": "1"}
    assert browser.post("/me/profile", {**text, **audiences}).status_code == 303
    page = browser.get("/me/profile").text
    assert 'value="hems, zips"' in page
    assert '<option value="connector" selected' in page.partition('name="offers_for"')[2].partition("</select>")[0]
    refused = browser.post("/me/profile", {**text, **audiences, "links": "javascript:x"})
    assert refused.status_code == 422
    assert "is not the address of a web page" in refused.text


def test_the_list_and_a_profile_ask_a_fixed_number_of_queries(scene: Scene) -> None:
    browser = Browser(scene.app, scene.hub_id, scene.viewers["member"])
    budgets = {"/members": 8, "/members?q=secret": 9, "/members?kind=offers": 9, "/members/@olga": 11}
    scene.tell(MEMBERS)

    def ask() -> dict[str, list[str]]:
        found = {}
        for path in budgets:
            browser.get(path)
            with counted() as statements:
                assert browser.get(path).status_code == 200
            found[path] = statements
        return found

    few = ask()
    with scene.app.app_context():
        for number in range(12):
            make_member(scene.hub_id, f"Secret {number}")
    many = ask()
    for path, most in budgets.items():
        assert len(many[path]) == len(few[path]), path
        assert len(many[path]) <= most, many[path]
