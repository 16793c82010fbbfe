/* Checking in where the network may drop: codes are kept until the server has them; one sent twice counts once. */
const one = (selector, within = document) => within.querySelector(selector);
const door = one("[data-door]");
const words = door.dataset;
const key = `door:${words.door}`;
const path = location.pathname;
const say = (text) => { one("[data-said]").textContent = text; };
let sending;

const kept = () => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
};
const keep = (codes) => {
  try {
    localStorage.setItem(key, JSON.stringify(codes));
    return true;
  } catch {
    // Private browsing with no room: then the forms post as if there were no script.
    return false;
  }
};

const mark = (code, word, page = document) => {
  const row = one(`[data-code="${CSS.escape(code)}"]`, page);
  if (!row) return;
  row.classList.toggle("is-in", word);
  const className = word && `pill ${word === words.wordKept ? "warn" : "good"}`;
  Object.assign(one("[data-state]", row), { className, textContent: word });
};
const note = (code, arrived, page = document) => {
  mark(code, words.wordIn, page);
  one("[data-arrived]", page).textContent = arrived;
};

const letIn = (typed) => {
  const code = typed.trim().split("/").pop().toUpperCase();
  const codes = kept();
  if (code && !codes.includes(code) && !keep([...codes, code])) return false;
  mark(code, words.wordKept);
  send();
  return true;
};

const send = async () => {
  if (sending) return;
  sending = true;
  const had = kept().length;
  try {
    for (let [code] = kept(); code; [code] = kept()) {
      const answer = await fetch(words.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams({ csrf_token: one("[name=csrf_token]").value, code }),
        redirect: "manual",
      });
      // Only the door itself answers so, whether it lets in or not.
      if (!/json/.test(answer.headers.get("Content-Type"))) {
        say(answer.status >= 500 ? words.wordOffline : words.wordReload);
        return;
      }
      const { name, is_new: isNew, arrived } = await answer.json();
      keep(kept().filter((other) => other !== code));
      if (answer.ok) {
        note(code, arrived);
        say(`${name}: ${isNew ? words.wordIn : words.wordAgain}`);
        await remember(code, arrived).catch(() => {});
      } else {
        mark(code, "");
        say(`${code}: ${words.wordUnknown}`);
      }
    }
    if (had > 1) say(words.wordSent);
  } catch {
    say(words.wordOffline);
  } finally {
    sending = false;
  }
};

/* What the phone keeps of this page, for when it is loaded again without a network */
const remember = async (code, arrived) => {
  const old = await caches.match(path);
  const page = new DOMParser().parseFromString(await old.clone().text(), "text/html");
  note(code, arrived, page);
  const text = `<!doctype html>${page.documentElement.outerHTML}`;
  await (await caches.open(words.shelf)).put(path, new Response(text, old));
};
const canSee = async () => (await window.BarcodeDetector?.getSupportedFormats())?.includes("qr_code");
const shelve = async () => {
  const shelf = await caches.open(words.shelf);
  // Else the worker has kept it.
  if (!navigator.serviceWorker.controller) await shelf.add(path);
  if (!await canSee()) await shelf.add(words.decoder);
};

door.onsubmit = (event) => {
  const form = event.target;
  if (!form.matches("[data-letin]")) return;
  const field = form.elements.code;
  if (!letIn(field.value)) return;
  event.preventDefault();
  form.reset();
  // The button that was pressed is gone: go on from where it stood.
  (form.closest("li") ?? field).focus();
};
addEventListener("online", send);
setInterval(() => kept().length && send(), 10000);
for (const code of kept()) mark(code, words.wordKept);
send();
shelve().catch(() => {});

/* The camera: read by the browser itself where it can, else by a decoder that is loaded only then */
const camera = one("[data-camera]");
const reader = async () => {
  if (await canSee()) {
    const eye = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await eye.detect(camera))[0]?.rawValue;
  }
  await import(words.decoder);
  const sheet = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  return async () => {
    const [width, height] = [640, Math.round(640 * camera.videoHeight / camera.videoWidth)];
    Object.assign(sheet.canvas, { width, height });
    sheet.drawImage(camera, 0, 0, width, height);
    return jsQR(sheet.getImageData(0, 0, width, height).data, width, height)?.data;
  };
};
const button = one("[data-scan]");
button.hidden = !navigator.mediaDevices;
button.onclick = async () => {
  const stream = camera.srcObject;
  camera.hidden = stream;
  camera.srcObject = null;
  if (stream) return stream.getTracks().forEach((track) => track.stop());
  try {
    const read = await reader();
    camera.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    let last;
    while (camera.srcObject) {
      // Nothing before the first picture is there.
      const code = await read().catch(() => {});
      if (code && code !== last) letIn(last = code);
      await new Promise((next) => setTimeout(next, 250));
    }
  } catch {
    camera.hidden = true;
    say(words.wordCamera);
  }
};
