/* Notices, and offline: the shell, and one's own tickets. No other page is ever kept: not other people's, none with money.
   The server puts ROOT, VERSION, SHELL and KEY before this; another SHELL is another VERSION, and replaces the old one. */
const SHELF = `shell ${ROOT} ${VERSION}`;
const MINE = `mine ${ROOT}`;
const OFFLINE = `${ROOT}/offline`;
const TICKETS = `${ROOT}/me/tickets`;

const keep = async (answer) => {
  if (answer.ok) await (await caches.open(MINE)).put(TICKETS, answer.clone());
  // Signed out: the answer leads elsewhere.
  else if (answer.status < 500) await caches.delete(MINE);
  return answer;
};
const refresh = () => fetch(TICKETS, { redirect: "manual" }).then(keep, () => {});
const stored = async (path) => (await caches.match(path)) ?? caches.match(OFFLINE);

addEventListener("install", (event) => {
  const wanted = [new Request(OFFLINE, { credentials: "omit" }), ...SHELL];
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(wanted)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => event.waitUntil((async () => {
  const old = (name) => name.startsWith(`shell ${ROOT} `) && name !== SHELF;
  for (const name of (await caches.keys()).filter(old)) await caches.delete(name);
  await clients.claim();
  // In the new shell's clothes.
  if (await caches.has(MINE)) await refresh();
})()));

addEventListener("message", (event) => event.waitUntil(refresh()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (origin !== location.origin) return;
  if (request.method !== "GET") {
    if (pathname === `${ROOT}/auth/logout`) event.waitUntil(caches.delete(MINE));
  } else if (request.mode === "navigate") {
    const isMine = pathname === TICKETS && !search;
    const answer = fetch(request);
    event.respondWith((isMine ? answer.then(keep) : answer).catch(() => stored(isMine ? TICKETS : OFFLINE)));
  } else if (SHELL.includes(pathname + search)) {
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
