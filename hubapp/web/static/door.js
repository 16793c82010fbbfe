/* Checking in where the network may drop: codes are kept until the server has them; one sent twice counts once. */
(() => {
  "use strict";

  const door = document.querySelector("[data-door]");
  if (!door) return;
  const words = door.dataset;
  const key = `door:${words.door}`;
  const said = door.querySelector("[data-said]");
  const arrived = door.querySelector("[data-arrived]");
  const token = door.querySelector("[name=csrf_token]").value;
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
      return false; // private browsing with no room: then the forms post as if there were no script
    }
  };

  const clean = (text) => text.trim().split("/").pop().toUpperCase();
  const row = (code) => door.querySelector(`[data-code="${CSS.escape(code)}"]`);
  const mark = (code, word) => {
    const found = row(code);
    if (!found) return;
    found.classList.toggle("is-in", Boolean(word));
    const pill = document.createElement("span");
    pill.className = word === words.wordKept ? "pill warn" : "pill good";
    pill.textContent = word;
    found.querySelector("[data-state]").replaceChildren(...(word ? [pill] : []));
    const form = found.querySelector("form[data-letin]");
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
        const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
        if (!isJson || (!answer.ok && answer.status !== 404 && answer.status !== 422)) {
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
  window.addEventListener("online", send);
  setInterval(() => kept().length && send(), 10000);
  for (const code of kept()) mark(code, words.wordKept);
  send();

  /* The camera, where the browser can read codes */
  const button = door.querySelector("[data-scan]");
  const camera = door.querySelector("[data-camera]");
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
    const reader = new window.BarcodeDetector({ formats: ["qr_code"] });
    let last = "";
    const look = async () => {
      if (!camera.srcObject) return;
      const found = await reader.detect(camera).catch(() => []);
      if (found.length && found[0].rawValue !== last) {
        last = found[0].rawValue;
        letIn(last);
      }
      setTimeout(look, 250);
    };
    look();
  });
})();
