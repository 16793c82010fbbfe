/* Notices, and offline: the shell, one's own tickets, the doors one keeps. No other page is ever kept: none with money.
   The server puts ROOT, VERSION, SHELL and KEY before this; another SHELL is another VERSION, and replaces the old one. */
const SHELF = `shell ${ROOT} ${VERSION}`;
const MINE = `mine ${ROOT}`;
const OFFLINE = `${ROOT}/offline`;
const TICKETS = `${ROOT}/me/tickets`;
// Of the tickets that come up so many have their own pages kept; the list shows the others.
const MOST = 20;
// A door that was searched is kept whole, and shown whole.
const MY_PAGES = /\/me\/tickets$|\/ticket\/\w+$|\/checkin\b/;

const DOOR = /\/checkin$/;
const TICKET = /\/ticket\/\w+$/;

// The shelf is opened before the network is asked: what arrives after a sign-out falls on one that is gone.
const keep = (path, opened = caches.open(MINE)) => async (answer) => {
  const shelf = await opened;
  if (answer.ok) {
    // The names of one door, not of all that somebody ever opened.
    for (const { url } of await shelf.keys()) if (DOOR.test(path) && DOOR.test(url)) await shelf.delete(url);
    await shelf.put(path, answer.clone());
  // Not theirs any more. Signed out, the answer leads elsewhere, and has no status; so does anybody else's ticket.
  } else if (answer.status < 500) {
    await (answer.status || TICKET.test(path) ? shelf.delete(path) : caches.delete(MINE));
  }
  return answer;
};
const refresh = (path, opened) => fetch(path, { redirect: "manual" }).then(keep(path, opened), () => {});

// Each ticket of the list has its own page, and no other has: given back, over, or called off.
const follow = async () => {
  const shelf = await caches.open(MINE);
  const listed = (await (await shelf.match(TICKETS))?.text())?.match(/\/ticket\/\w+/g);
  const paths = [...new Set(listed)].slice(0, MOST).map((path) => ROOT + path);
  for (const { url } of await shelf.keys()) {
    if (TICKET.test(url) && !paths.includes(new URL(url).pathname)) await shelf.delete(url);
  }
  for (const path of paths) await refresh(path, shelf);
};

addEventListener("install", (event) => {
  const wanted = [new Request(OFFLINE, { credentials: "omit" }), ...SHELL];
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(wanted)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil((async () => {
  const old = (name) => name.startsWith(`shell ${ROOT} `) && name !== SHELF;
  for (const name of (await caches.keys()).filter(old)) await caches.delete(name);
  await clients.claim();
  // In the new shell's clothes.
  for (const { url } of await (await caches.open(MINE)).keys()) await refresh(url);
})()));

addEventListener("message", (event) => event.waitUntil(refresh(TICKETS).then(follow)));

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method !== "GET") {
    if (pathname === `${ROOT}/auth/logout`) event.waitUntil(caches.delete(MINE));
  } else if (request.mode === "navigate") {
    const isMine = MY_PAGES.test(pathname + search);
    const answer = fetch(request);
    const kept = isMine && !search ? answer.then(keep(pathname)) : answer;
    if (pathname + search === TICKETS) event.waitUntil(kept.then(follow, () => {}));
    // A ticket that is not kept by itself stands in the list, as it does where there is a network.
    const found = async () => await caches.match(pathname) ?? (TICKET.test(pathname) && caches.match(TICKETS));
    event.respondWith(kept.catch(async () => (isMine && await found()) || caches.match(OFFLINE)));
  } else if (SHELL.includes(pathname + search) || pathname.includes("/vendor/")) {
    event.respondWith(caches.match(request).then((hit) => hit ?? fetch(request)));
  }
});

/* Shown as the server wrote it. Clicked: its page comes forward if it is open somewhere, else it opens. */
addEventListener("push", (event) => {
  const told = event.data.json();
  event.waitUntil(registration.showNotification(told.title, told));
});

addEventListener("notificationclick", (event) => event.waitUntil((async () => {
  const { notification } = event;
  const [page, open] = ["page", "open"].map((name) => new URL(notification.data[name], registration.scope).href);
  notification.close();
  const shown = (await clients.matchAll({ type: "window" })).find(({ url }) => url === page);
  await (shown ? Promise.all([shown.focus(), fetch(open, { redirect: "manual" })]) : clients.openWindow(open));
})()));

/* A push service, or the browser, may end a subscription by itself: another one is made, and the server told. */
addEventListener("pushsubscriptionchange", (event) => event.waitUntil((async () => {
  const wish = { userVisibleOnly: true, applicationServerKey: KEY };
  const found = event.newSubscription ?? await registration.pushManager.subscribe(wish);
  await fetch(`${ROOT}/me/notifications/devices/again`, {
    method: "POST",
    body: new URLSearchParams({ subscription: JSON.stringify(found) }),
  });
})()));
