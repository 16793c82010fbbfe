"""Catalogues, held against the code and templates: every message translated, nothing left over, placeholders intact."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages import frontend
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from hubapp.kernel.paths import TEMPLATES

ROOT = Path(TEMPLATES).parent
LOCALES = ROOT / "hubapp" / "web" / "locale"
LANGUAGES = sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/messages.po"))
# The further names under which `make messages` looks for messages, beside Babel's own.
KEYWORDS = ("_l", "lazy_gettext", "lazy_ngettext:1,2")
PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]|%%|\{+[\w…]*\}+|</?[a-z%][^<>]*>")
COUNTED = "%(num)"


@cache
def template() -> Catalog:
    """What code and templates say, collected as `make messages` does, but in memory."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = frontend.parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    keywords = DEFAULT_KEYWORDS | frontend.parse_keywords(KEYWORDS)
    found = Catalog()
    for _path, _line, message, _comments, context in extract_from_dir(ROOT, methods, options, keywords):
        found.add(message, context=context)
    return found


def path_of(language: str) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "messages.po"


def catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def single_numbers(translated: Catalog) -> set[int]:
    """Plural forms that stand for one number only: there a language may name the number itself ("two hubs")."""
    form = gettext.c2py(translated.plural_expr)
    uses = Counter(form(number) for number in range(1000))
    return {index for index, count in uses.items() if count == 1}


def wrong_placeholders(message: Message, single: set[int]) -> bool:
    if isinstance(message.id, str):
        return Counter(PLACEHOLDER.findall(message.id)) != Counter(PLACEHOLDER.findall(texts(message)[0]))
    wanted = Counter(PLACEHOLDER.findall(message.id[1]))
    without = Counter({name: count for name, count in wanted.items() if not name.startswith(COUNTED)})
    allowed = [[wanted, without] if index in single else [wanted] for index in range(len(texts(message)))]
    given = [Counter(PLACEHOLDER.findall(text)) for text in texts(message)]
    return any(one not in choices for one, choices in zip(given, allowed, strict=True))


def problems(translated: Catalog, wanted: Catalog) -> list[str]:
    """Everything that is wrong with a catalogue, each as kind and message."""
    single, found = single_numbers(translated), []
    for source in wanted:
        message = translated.get(source.id, source.context) if source.id else None
        if not source.id:
            continue
        if message is None or message.id != source.id:
            found.append(f"missing: {source.id!r}")
        elif message.fuzzy:
            found.append(f"fuzzy: {source.id!r}")
        elif len(texts(message)) != (1 if isinstance(message.id, str) else translated.num_plurals):
            found.append(f"plural forms: {source.id!r}")
        elif not all(text.strip() for text in texts(message)):
            found.append(f"empty: {source.id!r}")
        elif wrong_placeholders(message, single):
            found.append(f"placeholders: {source.id!r}")
    left_over = [message.id for message in translated if message.id and wanted.get(message.id, message.context) is None]
    found += [f"obsolete: {one!r}" for one in [*left_over, *(message.id for message in translated.obsolete.values())]]
    return found


def test_messages_are_collected_from_code_and_templates_alike() -> None:
    assert template().get("There is no such hub.") is not None, "hubapp/tenancy/errors.py"
    assert template().get("Choose a colour.") is not None, "a lazy text of hubapp/console/forms.py"
    assert template().get("Skip to the content") is not None, "templates/layouts/base.html"
    assert len(template()) > 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_says_everything_and_nothing_more(language: str) -> None:
    found = problems(catalogue(language), template())
    assert not found, f"{len(found)} problems in {language}; `make messages`, then translate:\n" + "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_names_its_plural_rule(language: str) -> None:
    # Without this line gettext counts as German does: wrong for zero in French, and for most numbers in Arabic.
    head = path_of(language).read_text(encoding="utf-8").split("\n\n", 1)[0]
    assert f"nplurals={catalogue(language).num_plurals};" in head


SOURCE = (("Hello %(name)s", "Bonjour %(name)s"), (("%(num)d hub", "%(num)d hubs"), ("%(num)d hub", "%(num)d hubs")))


@pytest.mark.parametrize(
    ("key", "text", "flag", "kind"),
    [
        ("Hello %(name)s", "", "", "empty"),
        ("Hello %(name)s", "Bonjour %(nom)s", "", "placeholders"),
        ("Hello %(name)s", "Bonjour %(name)d", "", "placeholders"),
        ("Hello %(name)s", "Bonjour <b>%(name)s</b>", "", "placeholders"),
        ("Hello %(name)s", "Bonjour %(name)s", "fuzzy", "fuzzy"),
        (("%(num)d hub", "%(num)d hubs"), ("%(num)d hub", ""), "", "empty"),
        (("%(num)d hub", "%(num)d hubs"), ("un hub", "%(num)d hubs"), "", "placeholders"),
        ("Gone", "Parti", "", "obsolete"),
    ],
)
def test_each_fault_of_a_catalogue_is_named(key: str, text: str, flag: str, kind: str) -> None:
    wanted, translated = Catalog(), Catalog(locale="fr")
    for message, string in SOURCE:
        wanted.add(message)
        translated.add(message, string)
    assert problems(translated, wanted) == []
    if translated.get(key) is not None:
        translated.delete(key)
    translated.add(key, text, flags=[flag] if flag else [])
    assert problems(translated, wanted) == [f"{kind}: {key!r}"]


def test_a_message_that_a_catalogue_lacks_is_named() -> None:
    wanted = Catalog()
    wanted.add("Hello")
    assert problems(Catalog(locale="fr"), wanted) == ["missing: 'Hello'"]


def test_a_plural_form_for_exactly_one_number_may_say_it_in_words() -> None:
    wanted, translated = Catalog(), Catalog(locale="ar")
    wanted.add(("%(num)d hub", "%(num)d hubs"))
    rest = ["%(num)d"] * (translated.num_plurals - 3)
    translated.add(("%(num)d hub", "%(num)d hubs"), ("none", "one", "two", *rest))
    assert problems(translated, wanted) == []


def test_french_is_set_as_french() -> None:
    """Curly apostrophes, and no space that could break before a high mark or inside guillemets."""
    breakable = re.compile(r"\w'\w|(?<=\S) [:;!?»%](?=\s|$)|« |[“”]")
    found = [text for message in catalogue("fr") if message.id for text in texts(message) if breakable.search(text)]
    assert found == []
