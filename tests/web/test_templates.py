"""All templates, policed by their text: they parse, ask only for what exists, and stay within the content policy."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import nodes

from hubapp.kernel.paths import TEMPLATES
from hubapp.web.icons import NAMES
from tests.factories.gallery import gallery_app

PAGES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
WEB_PAGES = [page for page in PAGES if "/mail/" not in page]
ENVIRONMENT = gallery_app().jinja_env


@cache
def text_of(page: str) -> str:
    return re.sub(r"{#.*?#}", "", (Path(TEMPLATES) / page).read_text(encoding="utf-8"), flags=re.DOTALL)


@cache
def parsed(page: str) -> nodes.Template:
    return ENVIRONMENT.parse(text_of(page))


@cache
def macros_of(page: str) -> dict[str, set[str]]:
    return {macro.name: {arg.name for arg in macro.args} for macro in parsed(page).find_all(nodes.Macro)}


def imports_of(page: str) -> list[tuple[str, str, str]]:
    """(template, macro, name in this page) for every imported macro."""
    return [
        (one.template.value, *((name, name) if isinstance(name, str) else name))
        for one in parsed(page).find_all(nodes.FromImport)
        if isinstance(one.template, nodes.Const)
        for name in one.names
    ]


def test_imports_name_macros_that_exist() -> None:
    missing = [
        f"{page}: {macro} of {source}"
        for page in PAGES
        for source, macro, _ in imports_of(page)
        if macro not in macros_of(source)
    ]

    assert missing == []


def test_macros_are_called_with_arguments_that_they_have() -> None:
    wrong = []
    for page in PAGES:
        known = {alias: macros_of(source).get(macro, set()) for source, macro, alias in imports_of(page)}
        for call in parsed(page).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in known:
                unknown = [given.key for given in call.kwargs if given.key not in known[call.node.name]]
                wrong += [f"{page}: {call.node.name}({key}=…)" for key in unknown]

    assert wrong == []


def test_pages_carry_no_inline_style_or_script() -> None:
    forbidden = re.compile(r"\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*\bsrc=)|javascript:")

    assert {page: forbidden.findall(text_of(page)) for page in WEB_PAGES if forbidden.search(text_of(page))} == {}


def test_icons_that_are_named_are_vendored() -> None:
    named = re.compile(r"\bicon\(\s*\"([a-z0-9-]+)\"\s*[,)]|icon_name\"?\s*[=:]\s*\"([a-z0-9-]+)\"")
    asked = {(page, first or second) for page in PAGES for first, second in named.findall(text_of(page))}

    assert asked
    assert {(page, name) for page, name in asked if name not in NAMES} == set()


# Its address is the key, for mail programs post to it as well (RFC 8058).
KEYED = {"people/notifications/unsubscribe.html"}


def test_forms_that_change_things_carry_the_token() -> None:
    form = re.compile(r"<form\b[^>]*method=\"post\".*?</form>", re.DOTALL | re.IGNORECASE)
    without = [
        f"{page}: {found[:90]}"
        for page in WEB_PAGES
        for found in form.findall(text_of(page))
        if page not in KEYED and "csrf" not in found and "hidden_tag" not in found
    ]

    assert without == []


# What asks by itself while one looks on; whoever has no script loads the page again (`layouts/_waiting.html` says so).
ASKS_BY_ITSELF = re.compile(r'hx-trigger="(every|load|look)\b')
# A preview of what is typed, beside a form that is sent by its own button.
PREVIEWS = re.compile(r'hx-trigger="(input|change)\b')


def works_without_script(tag: str, after: str) -> bool:
    """Whether an element that asks by htmx leads somewhere by itself."""
    if tag.startswith("<a"):
        return "href=" in tag
    if tag.startswith("<form"):
        return 'method="' in tag
    if ASKS_BY_ITSELF.search(tag) or PREVIEWS.search(tag):
        return True
    # What opens: a link is in it until more comes.
    return tag.startswith("<details") and "href=" in after.partition("</details>")[0]


def test_what_asks_by_script_has_a_way_without_it() -> None:
    element = re.compile(r"<[a-z]+\b[^>]*\shx-(?:get|post|put|patch|delete)=[^>]*>")
    values = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
    found = [(page, hit) for page in WEB_PAGES for hit in element.finditer(values.sub(" ", text_of(page)))]
    assert len(found) >= 25
    dead = [f"{page}: {hit[0]}" for page, hit in found if not works_without_script(hit[0], hit.string[hit.end() :])]

    assert dead == []
