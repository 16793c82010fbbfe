/* Checking in where the network may drop: codes are kept until the server has them; one sent twice counts once. */
(() => {
  "use strict";

  const door = document.querySelector("[data-door]");
  if (!door) return;
  const one = (selector, within = door) => within.querySelector(selector);
  const words = door.dataset;
  const key = `door:${words.door}`;
  const said = one("[data-said]");
  const arrived = one("[data-arrived]");
  const token = one("[name=csrf_token]").value;
  let sending = false;

  const kept = () => {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? [];
    } catch {
      return [];
    }
  };
  const keep = (codes) => {
    try {
      if (codes.length) localStorage.setItem(key, JSON.stringify(codes));
      else localStorage.removeItem(key);
      return true;
    } catch {
      // Private browsing with no room: then the forms post as if there were no script.
      return false;
    }
  };

  const clean = (text) => text.trim().split("/").pop().toUpperCase();
  const row = (code) => one(`[data-code="${CSS.escape(code)}"]`);
  const mark = (code, word) => {
    const found = row(code);
    if (!found) return;
    found.classList.toggle("is-in", Boolean(word));
    const className = word === words.wordKept ? "pill warn" : "pill good";
    const pill = Object.assign(document.createElement("span"), { className, textContent: word });
    one("[data-state]", found).replaceChildren(...(word ? [pill] : []));
    const form = one("form[data-letin]", found);
    if (form) form.hidden = Boolean(word);
  };
  const say = (text) => { said.textContent = text; };

  const letIn = (typed) => {
    const code = clean(typed);
    if (!code) return true;
    const codes = kept();
    if (!codes.includes(code) && !keep([...codes, code])) return false;
    mark(code, words.wordKept);
    send();
    return true;
  };

  const post = (code) => fetch(words.action, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: new URLSearchParams({ csrf_token: token, code }),
    redirect: "manual",
  });

  const send = async () => {
    if (sending) return;
    sending = true;
    const had = kept().length;
    try {
      for (let codes = kept(); codes.length; codes = kept()) {
        const code = codes[0];
        const answer = await post(code);
        const isJson = /json/.test(answer.headers.get("Content-Type"));
        if (!isJson || (!answer.ok && ![404, 422].includes(answer.status))) {
          say(answer.status >= 500 ? words.wordOffline : words.wordReload);
          return;
        }
        const found = await answer.json();
        keep(kept().filter((other) => other !== code));
        if (answer.ok) {
          mark(code, words.wordIn);
          arrived.textContent = found.arrived;
          say(`${found.name}: ${found.is_new ? words.wordIn : words.wordAgain}`);
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

  door.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("letin" in form.dataset)) return;
    const field = form.elements.code;
    if (!letIn(field.value)) return;
    event.preventDefault();
    if (field.type !== "hidden") {
      field.value = "";
      field.focus();
    }
  });
  addEventListener("online", send);
  setInterval(() => kept().length && send(), 10000);
  for (const code of kept()) mark(code, words.wordKept);
  send();

  /* The camera, where the browser can read codes */
  const button = one("[data-scan]");
  const camera = one("[data-camera]");
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (camera.srcObject) {
      for (const track of camera.srcObject.getTracks()) track.stop();
      camera.srcObject = null;
      camera.hidden = true;
      return;
    }
    try {
      camera.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch (error) {
      say(error.message);
      return;
    }
    camera.hidden = false;
    camera.play().catch(() => {});
    const reader = new BarcodeDetector({ formats: ["qr_code"] });
    let last = "";
    const look = async () => {
      if (!camera.srcObject) return;
      const [found] = await reader.detect(camera).catch(() => []);
      if (found && found.rawValue !== last) {
        last = found.rawValue;
        letIn(last);
      }
      setTimeout(look, 250);
    };
    look();
  });
})();
