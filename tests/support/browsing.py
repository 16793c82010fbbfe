"""A test browser that stays on one site, and posts forms with the token their page gave it."""

from __future__ import annotations

import re
import uuid
from typing import Any

from werkzeug.test import TestResponse

from hubapp.web.areas import HubFlask
from tests.factories.accounts import base_url, sign_in

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Browser:
    """Visits pages of one site (`hub_id` None: the central one), as `account_id` if given."""

    def __init__(self, app: HubFlask, hub_id: int | None, account_id: uuid.UUID | None = None) -> None:
        self.client = app.test_client()
        self.base_url = base_url(app, hub_id)
        if account_id is not None:
            sign_in(self.client, account_id, hub_id)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Ask for a page."""
        return self.client.get(path, base_url=self.base_url, **options)

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, form_page: str = "", **options: Any
    ) -> TestResponse:
        """Send a form; the token comes from `form_page`, or from the address it is sent to."""
        token = self.token(form_page or path)
        return self.client.post(path, base_url=self.base_url, data={"csrf_token": token, **(data or {})}, **options)

    def change(self, path: str, data: dict[str, Any], *, page: str, part: str = "main") -> TestResponse:
        """Send a form as htmx sends one that may change `part` of the page at `page`."""
        headers = {
            "HX-Request": "true",
            "HX-Request-Type": "partial",
            "HX-Current-URL": self.base_url.rstrip("/") + page,
            "HX-Target": f"section#{part}",
        }
        return self.post(path, data, form_page=page, headers=headers)

    def token(self, path: str) -> str:
        """The token in the forms of a page."""
        found = _TOKEN.search(self.get(path).text)
        assert found, f"no form on {path}"
        return found[1]
