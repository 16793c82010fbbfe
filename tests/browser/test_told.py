"""What people are told, when and where: quiet hours, a muted hub, one choice for all hubs, news that wait, messages."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from hubapp.kernel import ids
from tests.browser.conftest import PHONE_SCRIPT, PLAIN, Visit
from tests.browser.site import BUYER, HOST, POTTER, Site
from tests.browser.steps import decide, enters
from tests.browser.test_conversations import words
from tests.browser.test_member import sign_up

# Of no other journey.
QUIET, THIRD = "halima@tulia.example", "zawadi@tulia.example"


def test_quiet_hours_a_muted_hub_and_one_choice_for_all_hubs(visit: Visit) -> None:
    halima = visit(**PLAIN)
    halima.sign_in(QUIET, path="/me/notifications")
    halima.is_at("/me/notifications")
    try:
        halima.main.locator("[name=quiet_from]").select_option("22")
        halima.main.locator("[name=quiet_to]").select_option("7")
        halima.main.get_by_label("Once a week").check()
        halima.press("Save times")
        halima.sees("Your times are saved.")
        halima.sees("Your times are saved.")
        halima.go("", "/me/notifications")
        expect(halima.main.locator("[name=quiet_from]")).to_have_value("22")
        expect(halima.main.get_by_label("Once a week")).to_be_checked()
        halima.main.locator("[name=mail-post_answered]").select_option("weekly")
        halima.press(re.compile("^Save$"))
        halima.sees("Your choices are saved.")
        # What she did not choose in the hub follows.
        halima.go("nairobi", "/auth/login?next=/me/notifications")
        expect(halima.main.locator("[name=mail-post_answered]")).to_have_value("weekly")
        halima.press(re.compile("^Mute"))
        halima.sees("Tulia is muted")
        halima.go("", "/me/notifications")
        halima.sees("muted")
        halima.press(re.compile("^Hear from it again"))
        halima.sees("You hear from Tulia again.")
    finally:
        halima.go("", "/me/notifications")
        halima.main.locator("[name=quiet_from]").select_option("")
        halima.main.locator("[name=quiet_to]").select_option("")
        halima.main.get_by_label("Once a day").check()
        halima.press("Save times")


def test_news_wait_for_their_hour_and_can_be_taken_back(visit: Visit, site: Site) -> None:
    wambui, subject = visit(**PHONE_SCRIPT), f"For makers {ids.short_code(4)}"
    enters(wambui, HOST, "/manage/broadcasts/new")
    wambui.main.get_by_label("Who sells here").check()
    wambui.write("Subject", subject)
    wambui.write("Text", "The kiln is warm on **Thursday**.")
    wambui.press("Save and look at it")
    wambui.sees("The kiln is warm on Thursday.", "Who sells here")
    soon = site.now().astimezone(ZoneInfo("Africa/Nairobi")) + timedelta(hours=1)

    def schedule() -> None:
        wambui.main.get_by_label("Later").check()
        wambui.write("Day and time", f"{soon:%Y-%m-%dT%H:%M}")
        wambui.press(re.compile("^Send$"))
        wambui.page.get_by_role("dialog").get_by_role("button", name="Yes").click()
        wambui.sees("It is scheduled.", "It goes out on")

    schedule()
    wambui.press("Take it back")
    wambui.sees("Taken back: it is a draft again.")
    schedule()
    assert not [letter for letter in site.letters_to(POTTER) if subject in letter]
    site.command("sandbox", "advance", "61m")
    site.sweep("broadcasts.sweep")
    assert "The kiln is warm" in site.letter_to(POTTER, subject)
    wambui.page.reload()
    wambui.sees("What became of it")


def test_a_few_write_to_one_another_and_one_leaves(visit: Visit) -> None:
    shiru, makena, zawadi, text = visit(**PHONE_SCRIPT), visit(), visit(**PLAIN), words()
    enters(shiru, BUYER, "/messages/new")
    shiru.write("To", "@makena-gitonga @zawadi-mwakio")
    shiru.write("Name of the group", f"Kiln, {text}")
    shiru.write("Your message", "Who comes on Saturday?")
    shiru.press(re.compile("^Send"))
    shiru.sees("Who comes on Saturday?")
    for person, address, answer in ((makena, POTTER, "I do."), (zawadi, THIRD, "Not this time.")):
        enters(person, address, "/messages")
        person.follow(re.compile(text))
        person.sees("Who comes on Saturday?")
        person.write("Your message", answer)
        person.press(re.compile("^Send"))
        person.sees(answer)
    shiru.page.reload()
    shiru.sees("I do.", "Not this time.")
    zawadi.agree("Leave")
    zawadi.sees("You have left the group.")
    zawadi.sees_not(text)


def test_a_person_is_reported_and_it_is_told_what_came_of_it(visit: Visit, site: Site) -> None:
    # Nobody reports the same profile twice: so it is one of somebody who has just come.
    ann, shiru, wambui, why = visit(**PLAIN), visit(**PLAIN), visit(), words()
    sign_up(ann, site, "nairobi")
    ann.go("nairobi", "/me/profile")
    profile = f"/members/@{ann.main.get_by_label('Handle').input_value()}"
    enters(shiru, BUYER, profile)
    shiru.main.locator("summary", has_text="More").click()
    shiru.follow(re.compile("^Report"))
    shiru.main.get_by_label("Something else").check()
    shiru.write("In your words", why)
    shiru.press("Report")
    shiru.sees("you hear what came of it")
    enters(wambui, HOST, profile)
    wambui.main.locator("summary", has_text="More").click()
    wambui.follow("Moderation")
    wambui.sees(why)
    decide(wambui, "Leave it")
    shiru.go("nairobi", "/me/house-rules")
    shiru.sees(why, "Left as it is")
