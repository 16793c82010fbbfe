"""How Debian's Chromium is started where there is no screen and nothing may be sent home."""

from __future__ import annotations

import shutil

# The shell has no window and costs half; Playwright's own headless mode uses the same.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
