"""Members' Markdown to safe HTML: no raw HTML in, a whitelist out, pictures from this site only."""

from __future__ import annotations

from urllib.parse import urlsplit

import nh3
from flask_babel import gettext as _
from markdown_it import MarkdownIt
from markupsafe import Markup

from hubapp.kernel.errors import Refusal

LONGEST = 50_000

_TAGS = {
    "p",
    "br",
    "hr",
    "strong",
    "em",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "img",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}


class TextTooLong(Refusal):
    """More text than a page may hold."""

    status = 422

    def __init__(self, length: int, longest: int = LONGEST) -> None:
        words = _(
            "This text has %(length)s characters; %(longest)s are allowed.",
            length=f"{length:,}",
            longest=f"{longest:,}",
        )
        super().__init__(words)


def refuse_too_long(text: str) -> None:
    """Refuse with TextTooLong what `render` would refuse, without the work of rendering."""
    if len(text) > LONGEST:
        raise TextTooLong(len(text))


def render(text: str, *, is_whole_page: bool = False) -> Markup:
    """Safe HTML for a text of at most LONGEST characters, its headings one level down (the page has the h1).

    A whole page's title was written as its `#`, so that its `##` stay h2.
    Raises TextTooLong before any work is done on the text.
    """
    refuse_too_long(text)
    html = nh3.clean(
        _PARSER.render(text, {"lower": 0 if is_whole_page else 1}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_keep,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="nofollow noopener",
    )
    # nh3 has just removed everything that is not on the list above.
    return Markup(html)  # noqa: S704


def _keep(element: str, attribute: str, value: str) -> str | None:
    if element == "img" and attribute == "src":
        return value if _is_own_path(value) else None
    return value


def _is_own_path(value: str) -> bool:
    # Browsers read a backslash as a slash and skip control characters, so "/\host" would leave the site.
    if not value.startswith("/") or value.startswith("//") or "\\" in value:
        return False
    if any(character <= " " for character in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and ".." not in parts.path.split("/")


def _lower_headings(state: object) -> None:
    lower: int = getattr(state, "env", {}).get("lower", 1)
    for token in getattr(state, "tokens", []):
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(6, max(2, int(token.tag[1]) + lower))}"


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
    parser.core.ruler.push("lower_headings", _lower_headings)
    return parser


_PARSER = _parser()
