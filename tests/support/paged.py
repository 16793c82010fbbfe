"""Walking through a list as somebody without JavaScript does: by its link to the next page, up to the last."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from werkzeug.test import TestResponse

from tests.support.queries import counted

MOST = 20


def following(page: str, of: str = "") -> str:
    """Where the list goes on; '' on its last page. `of`: what the list is of, where a page has several."""
    found = re.findall(r'<nav class="pages" aria-label="([^"]*)">(.*?)</nav>', page, re.DOTALL)
    links = {html.unescape(label): re.search(r'rel="next"\s+href="([^"]+)"', nav) for label, nav in found}
    link = links.get(f"Pages: {of}" if of else "Pages")
    return html.unescape(link[1]) if link else ""


def pages(get: Callable[[str], TestResponse], path: str, of: str = "") -> Iterator[str]:
    """Every page of a list, from the one at `path` on."""
    for _number in range(MOST):
        answer = get(path)
        assert answer.status_code == 200, path
        yield answer.text
        path = following(answer.text, of)
        if not path:
            return
    raise AssertionError("it does not end")


def seen(get: Callable[[str], TestResponse], path: str, pattern: str, of: str = "") -> list[list[str]]:
    """What matches, page by page; `pattern` has one group."""
    return [re.findall(pattern, page) for page in pages(get, path, of)]


def cost(get: Callable[[str], TestResponse], path: str) -> int:
    """How many queries a page asks, once it is warm."""
    return min(_cost(get, path) for _ in range(3))


def _cost(get: Callable[[str], TestResponse], path: str) -> int:
    with counted() as statements:
        assert get(path).status_code == 200, path
    return len(statements)
