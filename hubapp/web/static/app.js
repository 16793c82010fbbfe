/* Comfort on top of pages that work without it: keys, dialogs, copying, one click only, and focus after a swap.
   Everything hangs on data attributes and on the document, so that swapped-in parts need no wiring. */
const one = (selector, within = document) => (selector ? within.querySelector(selector) : null);
const all = (selector, within = document) => within.querySelectorAll(selector);
const on = (name, act, capture) => document.addEventListener(name, act, capture);
const fields = "input, textarea, select";

/* Dialogs */
const open = (id) => {
  const dialog = one(`#${id}`);
  if (!dialog || dialog.open) return dialog;
  dialog.showModal();
  one("[autofocus], input:not([type=hidden]), select, textarea", dialog)?.focus();
  return dialog;
};

const ask = (question) =>
  new Promise((resolve) => {
    const dialog = one("#confirm");
    one("h2", dialog).textContent = question;
    dialog.returnValue = "";
    dialog.onclose = () => resolve(dialog.returnValue === "yes");
    dialog.showModal();
  });

on("click", async (event) => {
  const { target } = event;
  const opener = target.closest("[data-open]");
  if (opener && !event.ctrlKey && !event.metaKey && open(opener.dataset.open)) event.preventDefault();
  target.closest("[data-close]")?.closest("dialog")?.close();
  // A click beside it, on the backdrop.
  if (target.matches("dialog")) target.close();
  const copier = target.closest("[data-copy]");
  if (copier) await copy(copier);
  const { step } = target.dataset;
  if (step) {
    const field = one("input", target.parentNode);
    field[step]();
    changed(field);
  }
  for (const menu of all("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  for (const words of all(".trouble")) words.replaceChildren();
});

const copy = async (button) => {
  const source = one(button.dataset.copy);
  const label = one("span", button);
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(source.value);
  } catch {
    return source.select();
  }
  label.textContent = button.dataset.done;
  // Read out, while the button says its own name again.
  button.nextElementSibling.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, 2000);
};

/* Keys */
on("keydown", (event) => {
  for (const menu of event.key === "Escape" ? all("details.menu[open]") : []) {
    menu.open = false;
    one("summary", menu).focus();
  }
  const writing = event.target.closest?.(fields);
  if (writing || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
  if (event.key === "/") {
    const field = one("main [data-search]");
    field?.focus();
    field?.select();
    if (field || open("search")) event.preventDefault();
  }
  if (event.key === "?" && open("help")) event.preventDefault();
});

/* Light and dark, at once; the server keeps the choice */
on("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.schemeTo) return;
  event.preventDefault();
  const chosen = button.value;
  document.documentElement.dataset.scheme = chosen;
  for (const other of all("[data-scheme-to]")) other.setAttribute("aria-pressed", other.value === chosen);
  const body = new URLSearchParams(new FormData(event.target));
  body.set("scheme", chosen);
  fetch(event.target.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
});

/* Questions before what cannot be undone, and one click only */
const release = (form) => {
  delete form.dataset.sent;
  for (const button of all("[aria-busy]", form)) button.removeAttribute("aria-busy");
};

on("submit", async (event) => {
  const form = event.target;
  const data = form.dataset;
  if (event.defaultPrevented || form.method !== "post" || "repeatable" in data) return;
  const isToAsk = data.confirm && data.confirmed === undefined;
  if (isToAsk || data.sent !== undefined) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!isToAsk || !await ask(data.confirm)) return;
    data.confirmed = "";
    form.requestSubmit(event.submitter);
    delete data.confirmed;
    return;
  }
  // Not to the part of the page that one jumped to: the focus would land there again, and not on what is wrong.
  form.action = form.action.split("#")[0];
  data.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
  // A page that comes back from the browser's memory, or an answer that is a download, must be usable again.
  setTimeout(release, 15000, form);
}, true);

addEventListener("pageshow", () => all("form[data-sent]").forEach(release));
on("htmx:finally:request", (event) => {
  const form = event.target.closest?.("form[data-sent]");
  if (form) release(form);
});

/* Selects that send their form */
on("change", (event) => {
  const field = event.target;
  const form = field.form;
  if (form && ("autosubmit" in field.dataset || "autosubmitForm" in form.dataset) && field.type !== "search") form.requestSubmit();
  preview(field);
});

/* Pictures shown before they are sent */
const preview = (field) => {
  const holder = one(field.dataset.preview);
  if (!holder) return;
  for (const old of all("img", holder)) URL.revokeObjectURL(old.src);
  const pictures = [...field.files].filter((file) => file.type.startsWith("image/")).slice(0, 12);
  holder.replaceChildren(...pictures.map((file) => (
    Object.assign(new Image(), { src: URL.createObjectURL(file), alt: file.name })
  )));
  holder.hidden = !pictures.length;
};

const changed = (field) => field.dispatchEvent(new Event("change", { bubbles: true }));

/* A colour well and its text field hold the same value */
on("input", (event) => {
  const well = event.target;
  if (well.dataset.mirrors) {
    const field = one(well.dataset.mirrors);
    field.value = well.value;
    changed(field);
  } else if (/^#[0-9a-f]{6}$/i.test(well.value)) {
    const pair = one(`[data-mirrors="#${well.id}"]`);
    if (pair) pair.value = well.value;
  }
});

/* Buttons that only make sense with a script */
const furnish = (within) => {
  for (const button of all("[data-copy], [data-step], [data-no-script]", within)) {
    button.hidden = "noScript" in button.dataset;
  }
};

/* After a swap the reader goes on where the news is, or where they were if that is still there */
const aim = (part) => (part.matches("[data-focus]") ? part : one("[data-focus], [autofocus]", part));
const attend = (within) => {
  const target = aim(within) ?? one("[data-at]") ?? one("h1, h2, [role=alert], [role=status]:not([data-quiet])", within);
  if (!target) return;
  if (!target.matches(`a, button, ${fields}, [tabindex]`)) target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "nearest" });
};

on("htmx:after:settle", ({ target, detail: { newContent, task } }) => {
  // Something new has come, or somebody wrote and waits for an answer: it is asked soon again.
  if (task.sourceElement.matches("[data-watch], form")) later(FIRST);
  const parts = newContent.filter((node) => node.nodeType === 1);
  parts.forEach(furnish);
  const news = parts.find(aim);
  const part = news ?? parts[0];
  const at = document.activeElement;
  if (!part || at.matches(fields) || part.closest("[data-quiet]") || (!news && target.contains(at))) return;
  attend(part.matches("h1, h2, [role=alert], [role=status]") ? part.parentElement : part);
});

/* No answer, or none of a server that is well, is said where it is read out; of what the clock asked for, nothing.
   What was refused says so itself, there or in its form. */
const trouble = one("#trouble");
const noAnswer = ({ detail: { ctx } }) => {
  if (!ctx || ctx.response?.status < 500 || ctx.sourceElement.closest("[data-quiet]")) return;
  trouble.textContent = trouble.dataset.words;
};
on("htmx:error", noAnswer);
on("htmx:response:error", noAnswer);

/* Anything new? Asked less often while nothing comes, never in a hidden tab, not by all at once */
const FIRST = 15;
let timer;
const later = (pause) => {
  clearTimeout(timer);
  timer = setTimeout(look, pause * (800 + Math.random() * 400), pause);
};
const look = (pause) => {
  if (document.hidden) return;
  one("[data-watch]")?.dispatchEvent(new Event("look"));
  later(Math.min(pause * 1.4, 240));
};
on("visibilitychange", () => look(FIRST));
later(FIRST);

/* The hub as an app. What the phone keeps for one sign-in goes before the next one's page is there. */
const manifest = one("link[rel=manifest]");
// The page that the phone itself keeps knows nobody, which does not mean that somebody has signed out.
const worker = navigator.serviceWorker;
if (manifest && worker && !one("[data-kept]")) {
  const address = new URL("sw.js", manifest.href);
  const key = `mine ${address.pathname.slice(0, -6)}`;
  const mine = document.body.dataset.mine ?? "";
  (async () => {
    const isNew = localStorage.getItem(key) !== mine;
    if (isNew) await caches.delete(key);
    localStorage.setItem(key, mine);
    await worker.register(address);
    if (isNew && mine) (await worker.ready).active.postMessage("refresh");
  // Private browsing keeps nothing; pages work as they always did.
  })().catch(() => {});
}

/* Notices on this device: asked for on the click alone, and told to the server as the browser says it */
const device = one("[data-device]");
if (device && window.PushManager) {
  device.hidden = false;
  device.onsubmit = async (event) => {
    event.preventDefault();
    try {
      await Notification.requestPermission();
      const { pushManager } = await worker.ready;
      // One that is there already may be somebody else's, or made for another key.
      await (await pushManager.getSubscription())?.unsubscribe();
      device.subscription.value = JSON.stringify(await pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: device.dataset.device,
      }));
      device.submit();
    } catch {
      one("[data-denied]").hidden = false;
    }
  };
}

const weather = () => { for (const part of all("[data-offline]")) part.hidden = navigator.onLine; };
ononline = onoffline = weather;
weather();

furnish(document);
one("[data-focus]")?.focus();
// A region is heard when something comes into it: what was there with the page comes once more.
setTimeout(() => {
  for (const said of all("#flashes, .saved [role=status]")) said.replaceChildren(...said.childNodes);
}, 300);

/* A strip wider than a phone shows where the reader is */
for (const link of all(".side-nav [aria-current], .sub-nav [aria-current]")) {
  const strip = link.closest(".side-nav, .sub-nav ul");
  const [there, here] = [link, strip].map((part) => part.getBoundingClientRect());
  strip.scrollLeft += there.left - here.left + (there.width - here.width) / 2;
}
