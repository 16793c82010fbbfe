/* What of a page a keyboard does not get at, by looking at what the browser has computed: [[rule, element], ...].
   Focus goes through everything there and back as Tab would take it, so that what a bar hides is seen from both sides.
   The last key pressed has to be Tab: else the browser does not show where the focus is. */
(() => {
  const FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, audio[controls], video[controls], [contenteditable]:not([contenteditable=false]), [tabindex]";
  const PRESSED = "a[href], button, input:not([type=hidden]), select, textarea, summary, label, iframe, audio[controls], video[controls], [contenteditable]:not([contenteditable=false]), [draggable=true], [data-open], [data-close], [data-copy], [data-step], [role=button], [role=link], [role=tab], [role=menuitem], [role=option], [role=checkbox], [role=radio], [role=switch]";
  const OWN_KEYS = "[role=tablist], [role=menu], [role=menubar], [role=radiogroup], [role=toolbar], [role=listbox], [role=tree], [role=grid]";
  const HANDLER = /^(on|hx-on:+)(click|dblclick|mouse(down|up)|pointer(down|up)|touch(start|end)|drag(start)?|drop)/;
  const found = [];
  const fault = (rule, here) => found.push([rule, here.outerHTML.slice(0, 200)]);
  const isShown = (here) => here.checkVisibility({ visibilityProperty: true });
  const isOff = (here) => here.matches(":disabled, [aria-disabled=true]") || here.closest("[inert]");
  const isReached = (here) => here.matches(FOCUSABLE) && !(here.getAttribute("tabindex") < 0) && !isOff(here) && isShown(here)
    && (here.localName !== "summary" || here.parentElement.querySelector(":scope > summary") === here);
  const reached = [...document.querySelectorAll(FOCUSABLE)].filter(isReached);
  /* Sets made once: each asked for everything on the page, again and again. */
  const around = new Set();
  const within = new Set();
  for (const one of reached) {
    for (let here = one; here && !around.has(here); here = here.parentElement) around.add(here);
    for (const here of [one, ...one.querySelectorAll("*")]) within.add(here);
  }
  const addresses = new Set(reached.map((one) => one.href).filter(Boolean));
  const hasReached = (here) => around.has(here);

  /* 1. Whatever a mouse acts on */
  const listens = window.pressedBy ?? new Set();
  const asks = (here) => {
    if (!here.matches("[hx-get], [hx-post], [hx-put], [hx-patch], [hx-delete], [hx-action]")) return false;
    const when = here.getAttribute("hx-trigger");
    return when === null ? here.localName !== "form" : /\b(dbl)?click|mouse|pointer|touch/.test(when);
  };
  const isPressed = (here) => here.matches(PRESSED) || asks(here)
    || here.getAttributeNames().some((name) => HANDLER.test(name));
  const points = (here) => getComputedStyle(here).cursor === "pointer";
  const isOneOfSame = (here) => addresses.has(here.href)
    || (here.closest(OWN_KEYS) && hasReached(here.closest(OWN_KEYS)));
  for (const here of document.querySelectorAll("body *")) {
    if (!isShown(here) || isOff(here) || within.has(here) || isOneOfSame(here)) continue;
    const label = here.closest("label");
    if (label && !(here !== label && isPressed(here))) {
      if (here === label && label.control && !isOff(label.control) && !isReached(label.control)) fault("no Tab leads to its field", here);
    } else if (isPressed(here)) fault("no Tab leads here", here);
    else if ((listens.has(here) || (points(here) && !points(here.parentElement))) && !hasReached(here)) fault("only a mouse acts on it", here);
  }

  /* 2. In the order in which it is read */
  for (const here of reached) if (here.getAttribute("tabindex") > 0) fault("a place of its own in the order of Tab", here);
  for (const here of document.querySelectorAll("body, body *")) {
    const { display, flexDirection, flexWrap } = getComputedStyle(here);
    if (!/flex|grid/.test(display)) continue;
    const children = [...here.children].filter(hasReached);
    if (children.length < 2) continue;
    const isTurned = display.includes("flex") && (flexDirection.endsWith("reverse") || flexWrap.endsWith("reverse"));
    if (isTurned || new Set(children.map((one) => getComputedStyle(one).order)).size > 1) fault("read in another order than Tab goes", here);
  }

  /* 3. What Tab stops at: of choices that exclude each other, the chosen one or the first */
  const isStop = (here) => {
    if (here.type !== "radio" || !here.name) return true;
    const among = reached.filter((one) => one.type === "radio" && one.name === here.name && one.form === here.form);
    return here === (among.find((one) => one.checked) ?? among[0]);
  };
  const stops = reached.filter(isStop);
  const LOOKS = ["boxShadow", "borderTopColor", "borderRightColor", "borderBottomColor", "borderLeftColor", "borderTopWidth", "borderBottomWidth"];
  const outline = (style) => (
    style.outlineStyle === "none" || style.outlineWidth === "0px" || style.outlineColor === "rgba(0, 0, 0, 0)"
      ? "" : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`);
  const look = (here) => {
    const parts = [...(here.labels ?? [])];
    for (let one = here, up = 0; one && up < 4; one = one.parentElement, up += 1) parts.push(one);
    return parts.map((one) => getComputedStyle(one)).map((style) => [outline(style), ...LOOKS.map((name) => style[name])].join()).join(";");
  };
  const boxes = (here) => [here, ...(here.matches("[type=radio], [type=checkbox], [type=file]") ? here.labels : [])];
  const isSeen = (here) => boxes(here).some((box) => [...box.getClientRects()].some((rect) => {
    const [left, right] = [Math.max(rect.left, 0), Math.min(rect.right, innerWidth)];
    const [top, bottom] = [Math.max(rect.top, 0), Math.min(rect.bottom, innerHeight)];
    if (right - left < 1 || bottom - top < 1) return false;
    return [0.04, 0.25, 0.5, 0.75, 0.96].some((x) => [0.1, 0.5, 0.9].some((y) => {
      const hit = document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y);
      return hit && (box.contains(hit) || (getComputedStyle(box).pointerEvents === "none" && hit.contains(box)));
    }));
  }));
  // What moves, however quickly, is still where it was when one looks at once.
  const still = new CSSStyleSheet();
  still.replaceSync("*, ::before, ::after { transition-property: none !important; scroll-behavior: auto !important; }");
  document.adoptedStyleSheets.push(still);
  document.activeElement.blur();
  const before = stops.map(look);
  stops.forEach((here, place) => {
    here.focus();
    if (document.activeElement !== here) fault("it does not take the focus", here);
    else if (look(here) === before[place]) fault("the focus is not shown", here);
    if (!isSeen(here)) fault("out of sight while it has the focus", here);
  });
  for (const here of stops.toReversed().slice(1)) {
    here.focus();
    if (!isSeen(here)) fault("out of sight on the way back", here);
  }
  document.activeElement.blur();
  document.adoptedStyleSheets.pop();

  /* For whoever presses Tab from here on */
  window.stops = stops;
  window.stopped = [];
  addEventListener("focusin", ({ target }) => window.stopped.push(target), true);
  return found;
})()
