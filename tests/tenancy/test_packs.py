"""Hub packs: the ones we ship are whole, inherit from the base, and survive being written out and read again."""

from __future__ import annotations

import dataclasses
import json
import shutil
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.tenancy import logo, markdown, palette, stylesheet
from hubapp.tenancy.packs import check, export, load, schema
from hubapp.tenancy.packs.problems import PackInvalid
from hubapp.tenancy.packs.settings import is_slug

HUBS = Path(__file__).parents[2] / "hubs"
SHIPPED = load.available(HUBS)


@pytest.fixture
def root(tmp_path):
    """A folder of packs to spoil: `_base` and lyon."""
    for name in ("_base", "lyon"):
        shutil.copytree(HUBS / name, tmp_path / name)
    return tmp_path


def change(root, old, new, file="lyon/hub.toml"):
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new, 1))


def problems(root, name="lyon"):
    return [str(problem) for problem in check.check(root / name)]


def test_three_hubs_are_shipped():
    assert SHIPPED == ["lyon", "nairobi", "tunis"]


@pytest.mark.parametrize("slug", ["_base", *SHIPPED])
def test_a_shipped_pack_has_no_problems(slug):
    assert check.check(HUBS / slug) == []


@pytest.mark.parametrize("slug", SHIPPED)
def test_a_shipped_pack_has_its_own_pages_texts_and_words_in_every_language(slug):
    pack = load.load(HUBS / slug)
    own = tomllib.loads((HUBS / slug / "hub.toml").read_text())
    for locale in pack.locales:
        assert set(own["words"][locale]) == set(schema.WORDS)
        assert {"promise", "lead", "tagline", "about"} <= set(own["text"][locale])
        for folder, names in (("pages", schema.PAGE_ORDER), ("legal", schema.LEGAL_PAGES)):
            assert all((HUBS / slug / folder / locale / f"{name}.md").is_file() for name in names)


@pytest.mark.parametrize("slug", SHIPPED)
def test_a_shipped_pack_can_be_read_in_both_schemes_and_has_a_logo(slug):
    pack = load.load(HUBS / slug)
    built = palette.build(pack.theme.primary, pack.theme.accent, pack.theme.neutral_hue)
    assert palette.failures(built.light) == palette.failures(built.dark) == []
    assert pack.logo is not None
    assert logo.check(pack.logo) == []
    assert stylesheet.check(pack.theme_css) == []


@pytest.mark.parametrize("slug", SHIPPED)
def test_the_pages_of_a_shipped_pack_render_without_a_placeholder_left(slug):
    for page in load.load(HUBS / slug).pages:
        html = markdown.render(page.body)
        assert len(html) > 200, page
        assert "{{" not in f"{page.title}{html}", page


def test_the_shipped_hubs_differ_in_all_that_makes_a_hub():
    packs = [load.load(HUBS / slug) for slug in SHIPPED]
    themes = [dataclasses.asdict(pack.theme) for pack in packs]
    for key in themes[0]:
        assert len({theme[key] for theme in themes}) == len(packs), key
    for key in ("currency", "timezone", "country", "locales", "default_locale", "nav", "domains", "home"):
        assert len({getattr(pack, key) for pack in packs}) == len(packs), key
    assert len({pack.text(pack.default_locale).promise for pack in packs}) == len(packs)


def test_a_pack_inherits_what_it_does_not_say(root):
    change(root, 'merchant_of_record = "seller"\n', "")
    assert load.load(root / "lyon").legal.merchant_of_record == "seller"


def test_a_page_that_the_pack_lacks_comes_from_the_base_with_the_hubs_name_in_it(root):
    (root / "lyon/legal/en/terms.md").unlink()
    page = load.load(root / "lyon").page("terms", "en")
    assert page.title == "Terms of use"
    assert "L'Établi in Lyon 7e" in page.body


def test_a_page_missing_in_one_language_is_shown_in_the_hubs_own(root):
    (root / "lyon/pages/en/faq.md").unlink()
    assert load.load(root / "lyon").page("faq", "en").locale == "fr"


@pytest.mark.parametrize(
    "slug",
    [
        "..",
        "../lyon",
        "lyon/..",
        "/etc",
        "",
        ".",
        "_base",
        "Lyon",
        "lyon\n",
        "ly on",
        "-lyon",
        "lyon-",
        "x" * 41,
        "xn--a",
        "www",
    ],
)
def test_a_slug_that_plays_tricks_is_refused_before_any_file_is_touched(root, slug):
    with pytest.raises(PackInvalid, match="is not a hub's address"):
        load.by_slug(root, slug)


@given(st.text(max_size=45))
def test_a_slug_is_one_dns_label_whatever_is_tried(text):
    if is_slug(text):
        assert text.isascii()
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert not text.startswith("-")


def test_a_folder_that_is_not_there_is_said_so(root):
    assert problems(root, "nowhere") == ["nowhere: there is no such folder"]
    assert load.available(root / "nowhere") == []


def test_only_folders_that_are_hubs_are_available(root):
    (root / "_import").mkdir()
    (root / "drafts").mkdir()
    assert load.available(root) == ["lyon"]


ANSWERS = {
    "slug": "germany",
    "name": "Germany",
    "place": "Germany",
    "locales": ["en"],
    "default_locale": "en",
    "currency": "GBP",
    "timezone": "Europe/Berlin",
    "country": "DE",
    "legal": {"operator": "The company", "address": "1 Long Lane, London", "email": "hello@company.example"},
}


def test_a_hub_can_be_made_of_the_base_and_a_few_answers():
    pack = load.derive(HUBS, ANSWERS)
    assert (pack.slug, pack.currency, pack.tax.rates["standard"]) == ("germany", "GBP", 0)
    assert "The company" in pack.page("imprint", "en").body
    assert pack.text("en").join == "Join Germany"


def test_a_hub_like_another_begins_with_its_topics_where_it_speaks_its_language(root):
    written = (root / "lyon" / "hub.toml").read_text()
    topics = '[[topics]]\nname = "Outils"\ntone = "deep"\n\n[conversations]\nfirst_held = 2\n'
    (root / "lyon" / "hub.toml").write_text(f"{written}\n{topics}")
    abroad = load.derive(root, ANSWERS, like="lyon")
    assert (abroad.topics, abroad.first_held) == ((), 2)
    near = load.derive(root, ANSWERS | {"locales": ["fr"], "default_locale": "fr"}, like="lyon")
    assert [topic.name for topic in near.topics] == ["Outils"]


def test_wrong_answers_are_refused_like_a_wrong_file():
    with pytest.raises(PackInvalid, match="country: 'XX' is not a country"):
        load.derive(HUBS, ANSWERS | {"country": "XX"})


@pytest.mark.parametrize("slug", SHIPPED)
def test_an_exported_pack_loads_as_the_same_pack(root, slug):
    pack = load.load(HUBS / slug)
    shutil.rmtree(root / slug, ignore_errors=True)
    for name, content in export.files(pack).items():
        (root / slug / name).parent.mkdir(parents=True, exist_ok=True)
        (root / slug / name).write_bytes(content)
    assert load.load(root / slug) == pack


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
plain = (
    texts
    | st.integers(-(2**60), 2**60)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.lists(texts)
)


@given(
    st.recursive(
        st.dictionaries(texts, plain, max_size=4),
        lambda inner: st.dictionaries(texts, inner | plain | st.lists(inner, min_size=1, max_size=3), max_size=4),
    )
)
def test_whatever_is_written_as_toml_is_read_back(table):
    assert tomllib.loads(export.toml(table)) == table


@pytest.mark.parametrize("slug", SHIPPED)
def test_the_settings_of_a_pack_survive_the_database_as_json(slug):
    settings = load.load(HUBS / slug).settings()
    assert json.loads(json.dumps(settings)) == settings


def test_a_telephone_number_keeps_its_order_in_a_right_to_left_page():
    assert "\u2066+216 70 000 000\u2069" in load.load(HUBS / "tunis").page("imprint", "ar").body
