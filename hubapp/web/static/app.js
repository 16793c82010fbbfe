/* Comfort on top of pages that work without it: keys, dialogs, copying, one click only, and focus after a swap.
   Everything hangs on data attributes and on the document, so that swapped-in parts need no wiring. */
(() => {
  "use strict";

  const root = document.documentElement;
  const one = (selector, within = document) => (selector ? within.querySelector(selector) : null);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  /* Dialogs */
  const open = (id) => {
    const dialog = document.getElementById(id);
    if (!dialog?.showModal || dialog.open) return Boolean(dialog);
    dialog.showModal();
    one("[autofocus], input:not([type=hidden]), select, textarea", dialog)?.focus();
    return true;
  };

  const ask = (question) =>
    new Promise((resolve) => {
      const dialog = document.getElementById("confirm");
      if (!dialog?.showModal) return resolve(window.confirm(question));
      one("h2", dialog).textContent = question;
      dialog.returnValue = "";
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
      dialog.showModal();
    });

  document.addEventListener("click", async (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener && !event.ctrlKey && !event.metaKey && open(opener.dataset.open)) event.preventDefault();
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement) event.target.close(); // a click beside it, on the backdrop
    const copier = event.target.closest("[data-copy]");
    if (copier) await copy(copier);
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  const copy = async (button) => {
    const source = one(button.dataset.copy);
    const label = one("span", button) ?? button;
    const before = label.textContent;
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
    } catch {
      return source.select?.();
    }
    label.textContent = button.dataset.done ?? before;
    say(label.textContent);
    setTimeout(() => { label.textContent = before; }, 2000);
  };

  /* One place where short results are read out */
  const say = (text) => {
    let voice = document.getElementById("voice");
    if (!voice) {
      voice = document.createElement("p");
      voice.id = "voice";
      voice.className = "vh";
      voice.setAttribute("role", "status");
      document.body.append(voice);
    }
    voice.textContent = text;
  };

  /* Keys */
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of all("details.menu[open]")) {
        menu.open = false;
        one("summary", menu).focus();
      }
    }
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (writing || event.ctrlKey || event.metaKey || event.altKey || one("dialog[open]")) return;
    if (event.key === "/") {
      const field = one("main [data-search]");
      if (field) {
        event.preventDefault();
        field.focus();
        field.select();
      } else if (open("search")) {
        event.preventDefault();
      }
    }
    if (event.key === "?" && open("help")) event.preventDefault();
  });

  /* Light and dark, at once; the server keeps the choice */
  document.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button?.dataset.schemeTo) return;
    event.preventDefault();
    const chosen = button.value;
    root.dataset.scheme = chosen;
    for (const other of all("[data-scheme-to]")) other.setAttribute("aria-pressed", String(other.value === chosen));
    const body = new URLSearchParams(new FormData(event.target));
    body.set("scheme", chosen);
    await fetch(event.target.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
  });

  /* Questions before what cannot be undone, and one click only */
  const release = (form) => {
    delete form.dataset.sent;
    for (const button of all("[aria-busy]", form)) button.removeAttribute("aria-busy");
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || "repeatable" in form.dataset) return;
    if (form.dataset.confirm && form.dataset.confirmed === undefined) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const submitter = event.submitter;
      if (await ask(form.dataset.confirm)) {
        form.dataset.confirmed = "";
        form.requestSubmit(submitter ?? undefined);
        delete form.dataset.confirmed;
      }
      return;
    }
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.sent = "";
    event.submitter?.setAttribute("aria-busy", "true");
    // A page that comes back from the browser's memory, or an answer that is a download, must be usable again.
    setTimeout(() => release(form), 15000);
  }, true);

  window.addEventListener("pageshow", () => all("form[data-sent]").forEach(release));
  document.addEventListener("htmx:finally:request", (event) => {
    const form = event.target.closest?.("form[data-sent]");
    if (form) release(form);
  });

  /* Selects that send their form */
  document.addEventListener("change", (event) => {
    const field = event.target;
    const form = field.form;
    if (form && ("autosubmit" in field.dataset || "autosubmitForm" in form.dataset) && field.type !== "search") form.requestSubmit();
    if (field.dataset.preview) preview(field);
  });

  /* Pictures shown before they are sent */
  const preview = (field) => {
    const holder = one(field.dataset.preview);
    if (!holder) return;
    for (const old of all("img", holder)) URL.revokeObjectURL(old.src);
    const pictures = [...field.files].filter((file) => file.type.startsWith("image/")).slice(0, 12);
    holder.replaceChildren(...pictures.map((file) => {
      const picture = new Image();
      picture.src = URL.createObjectURL(file);
      picture.alt = file.name;
      return picture;
    }));
    holder.hidden = pictures.length === 0;
  };

  /* A colour well and its text field hold the same value */
  document.addEventListener("input", (event) => {
    const well = event.target;
    if (well.dataset.mirrors) {
      const field = one(well.dataset.mirrors);
      field.value = well.value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    } else if (/^#[0-9a-f]{6}$/i.test(well.value ?? "") && well.id) {
      const pair = one(`[data-mirrors="#${CSS.escape(well.id)}"]`);
      if (pair) pair.value = well.value;
    }
  });

  /* Buttons that only make sense with a script */
  const furnish = (within) => {
    for (const button of all("[data-copy][hidden]", within)) button.hidden = false;
    for (const button of all("form[data-autosubmit-form] [data-no-script]", within)) button.hidden = true;
    for (const box of all("[data-stepper]:not([data-ready])", within)) {
      box.dataset.ready = "";
      const field = one("input", box);
      const make = (text, label, turn) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "icon-btn";
        button.textContent = text;
        button.setAttribute("aria-label", label);
        button.addEventListener("click", () => {
          turn();
          field.dispatchEvent(new Event("change", { bubbles: true }));
        });
        return button;
      };
      field.before(make("−", box.dataset.less, () => field.stepDown()));
      field.after(make("+", box.dataset.more, () => field.stepUp()));
    }
  };

  /* After a swap the reader goes on where the news is */
  const attend = (within) => {
    const target = within.matches?.("[data-focus]")
      ? within
      : within.querySelector?.("[data-focus], [autofocus]") ?? within.querySelector?.("h1, h2, [role=alert], [role=status]:not([data-quiet])");
    if (!target) return;
    if (!target.matches("a, button, input, select, textarea, [tabindex]")) target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("htmx:after:settle", (event) => {
    for (const part of event.detail?.newContent ?? []) {
      if (part.nodeType !== Node.ELEMENT_NODE) continue;
      furnish(part);
    }
    const parts = (event.detail?.newContent ?? []).filter((node) => node.nodeType === Node.ELEMENT_NODE);
    const part = parts.find((node) => node.matches("[data-focus]") || one("[data-focus]", node)) ?? parts[0];
    const typing = document.activeElement?.matches("input, textarea, select");
    if (part && !typing) attend(part.parentElement?.closest("[data-quiet]") || part.closest("[data-quiet]") ? document.createElement("i") : wrapOf(part));
  });

  const wrapOf = (part) => (part.matches("h1, h2, [role=alert], [role=status]") ? part.parentElement : part);

  /* Anything new? Asked less often while nothing comes, never in a hidden tab, not by all at once */
  const FIRST = 15, LAST = 240;
  let pause = FIRST;
  let timer;
  const later = (seconds) => {
    timer = setTimeout(look, seconds * (800 + Math.random() * 400));
  };
  const look = () => {
    const box = one("[data-watch]");
    if (!box || document.hidden) return;
    box.dispatchEvent(new Event("look"));
    pause = Math.min(pause * 1.4, LAST);
    later(pause);
  };
  document.addEventListener("visibilitychange", () => {
    pause = FIRST;
    clearTimeout(timer);
    if (!document.hidden) later(1);
  });
  if (one("[data-watch]")) later(pause);

  /* The hub as an app. What the phone keeps for one sign-in goes before the next one's page is there. */
  const manifest = one("link[rel=manifest]");
  // The page that the phone itself keeps knows nobody, which does not mean that somebody has signed out.
  if (manifest && "serviceWorker" in navigator && !one("[data-kept]")) {
    const address = new URL("sw.js", manifest.href);
    const root = address.pathname.slice(0, -6);
    const mine = document.body.dataset.mine ?? "";
    const worker = navigator.serviceWorker;
    (async () => {
      const key = `mine ${root}`;
      const isNew = localStorage.getItem(key) !== mine;
      if (isNew) await caches.delete(key);
      localStorage.setItem(key, mine);
      await worker.register(address);
      if (isNew && mine) (await worker.ready).active.postMessage("refresh");
    // Private browsing keeps nothing; pages work as they always did.
    })().catch(() => {});
  }
  const weather = () => { for (const part of all("[data-offline]")) part.hidden = navigator.onLine; };
  addEventListener("online", weather);
  addEventListener("offline", weather);
  weather();

  furnish(document);
  const summary = one("[data-focus]");
  if (summary) summary.focus();

  /* A strip wider than a phone shows where the reader is */
  for (const link of all(".side-nav [aria-current], .sub-nav [aria-current]")) {
    const strip = link.closest(".side-nav, .sub-nav ul");
    const [there, here] = [link.getBoundingClientRect(), strip.getBoundingClientRect()];
    strip.scrollLeft += there.left + there.width / 2 - (here.left + here.width / 2);
  }
})();
