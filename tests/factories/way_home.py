"""A page as a tree, and every amount on it: is it a posting, does it lead to one, or does it say why there is none?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr", "source", "path", "rect", "circle", "wbr", "use", "line"}
SILENT = {"script", "style", "title", "textarea", "option"}
# Amounts as the tests' locale writes them, in the currencies of the tests' hubs.
AMOUNT = re.compile(r"[-−]?(?:€|KES|¥|TND|US\$|\$)\s?-?\d[\d,.]*")
# What belongs together: the smallest of these around an amount has to hold its link.
TOGETHER = {"tr", "li", "details", "article", "figure"}


@dataclass(eq=False)
class Node:
    """An element with its parent, its children and its text."""

    tag: str
    attributes: dict[str, str]
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def ancestors(self) -> list[Node]:
        """Itself, then what it is in."""
        return [self, *(self.parent.ancestors() if self.parent else [])]

    def walk(self) -> list[Node]:
        """Itself and all beneath."""
        return [self, *(node for child in self.children for node in child.walk())]

    def links(self) -> list[str]:
        """Addresses in it that lead towards postings."""
        return [node.attributes["href"] for node in self.walk() if node.tag == "a" and "data-books" in node.attributes]

    @property
    def is_together(self) -> bool:
        """Whether what is in it is one thing."""
        names = set(self.attributes.get("class", "").split())
        in_list = self.tag == "div" and self.parent is not None and self.parent.tag == "dl"
        return self.tag in TOGETHER or in_list or bool(names & {"stat", "panel"})


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = self.here = Node("root", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_endtag(self, tag: str) -> None:
        for node in self.here.ancestors():
            if node.tag == tag and node.parent is not None:
                self.here = node.parent
                return

    def handle_data(self, data: str) -> None:
        self.here.texts.append(data)


def tree_of(page: str) -> Node:
    """A page's elements."""
    tree = _Tree()
    tree.feed(page)
    return tree.root


@dataclass(frozen=True)
class Figure:
    """An amount on a page: `links` lead on from it; `why` says why none does; `is_posting`: it is at home."""

    text: str
    links: tuple[str, ...]
    why: str
    is_posting: bool

    @property
    def is_something(self) -> bool:
        """Whether it is not zero: a sum of no postings has none to show."""
        return any(digit in self.text for digit in "123456789")

    @property
    def is_lost(self) -> bool:
        """Whether there is no way from here."""
        return not (self.is_posting or self.why or self.links)


def figures_of(page: str) -> list[Figure]:
    """Every amount in the main part of a page."""
    found = []
    for node in tree_of(page).walk():
        above = node.ancestors()
        if node.tag in SILENT or not any(one.tag == "main" for one in above):
            continue
        found += [_figure(text, above) for text in AMOUNT.findall(" ".join(node.texts))]
    return found


def _figure(text: str, above: list[Node]) -> Figure:
    marks = {name for one in above for name in one.attributes}
    if marks & {"data-posting", "data-trail", "data-balance"}:
        return Figure(text, (), "", is_posting=True)
    panel = next((one.walk() for one in above if "panel" in one.attributes.get("class", "").split()), [])
    why = next((one.attributes["data-unbooked"] for one in above + panel if one.attributes.get("data-unbooked")), "")
    own = next((one for one in above if one.tag == "a" and "data-books" in one.attributes), None)
    box = own or next((one for one in above if one.is_together and one.links()), None)
    return Figure(text, tuple(box.links()) if box else (), why, is_posting=False)


def has(page: str, mark: str) -> bool:
    """Whether something on the page bears this mark."""
    return any(mark in node.attributes for node in tree_of(page).walk())


def hrefs(page: str, mark: str) -> list[str]:
    """Addresses of links that bear this mark."""
    return [node.attributes["href"] for node in tree_of(page).walk() if node.tag == "a" and mark in node.attributes]
