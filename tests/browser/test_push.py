"""A device that shows notices: switched on by a click, and off from the list.

Chromium without a window keeps no notifications, so that what the worker shows is not looked at here.
"""

from __future__ import annotations

from tests.browser.conftest import Visit
from tests.browser.site import BUYER
from tests.factories.pushing import Subscriber

# No push service can be reached from here: the browser answers as if one had been.
SUBSCRIBES = """(() => {
  PushManager.prototype.getSubscription = async () => null;
  PushManager.prototype.subscribe = async (wish) => {
    if (!wish.userVisibleOnly || wish.applicationServerKey.length !== 87) throw new TypeError("not like this");
    return %s;
  };
})()"""


def test_a_click_switches_the_device_on_and_the_list_off(visit: Visit) -> None:
    shiru = visit(service_workers="allow", permissions=["notifications"])
    subscription = Subscriber().subscription("https://push.example.net/1")
    shiru.context.add_init_script(SUBSCRIBES % subscription)
    shiru.sign_in(BUYER, "nairobi", "/me/notifications")
    shiru.press("Show notices on this device")
    shiru.sees("Notices now come to this device.", "This device")
    shiru.press("Switch off")
    shiru.sees("Notices no longer come to that device.")


def test_a_browser_that_does_not_allow_it_is_told_so(visit: Visit) -> None:
    shiru = visit(service_workers="allow")
    shiru.context.add_init_script("PushManager.prototype.subscribe = async () => { throw new Error('denied'); };")
    shiru.sign_in(BUYER, "nairobi", "/me/notifications")
    shiru.press("Show notices on this device")
    shiru.sees("Your browser does not allow it.")


RENEWS = """async (subscription) => {
  let wish;
  PushManager.prototype.subscribe = async (given) => { wish = given; return JSON.parse(subscription); };
  let done;
  dispatchEvent(Object.assign(new Event("pushsubscriptionchange"), { waitUntil: (work) => { done = work; } }));
  await done;
  return [wish.userVisibleOnly, wish.applicationServerKey.length];
}"""


def test_a_subscription_that_the_browser_renews_is_named_again_by_its_worker(visit: Visit) -> None:
    shiru = visit(service_workers="allow", permissions=["notifications"])
    shiru.context.add_init_script(SUBSCRIBES % Subscriber().subscription("https://push.example.net/1"))
    shiru.sign_in(BUYER, "nairobi", "/me/notifications")
    shiru.press("Show notices on this device")
    shiru.sees("Notices now come to this device.")
    (worker,) = shiru.context.service_workers
    asked: list[int] = []
    shiru.context.on("response", lambda answer: asked.append(answer.status) if "/devices/again" in answer.url else None)
    wish = worker.evaluate(RENEWS, Subscriber().subscription("https://push.example.net/2"))
    assert wish == [True, 87]
    shiru.page.reload()
    shiru.sees("This device")
    assert asked == [204]
    shiru.press("Switch off")
    shiru.sees("Notices no longer come to that device.")
