"""Hub packs: the ones we ship are whole, and a wrong one is refused with its file and key."""

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
    ("old", "new", "message"),
    [
        (
            'primary = "#1d3fa6"',
            'primry = "#1d3fa6"',
            "lyon/hub.toml: theme.primry: is not a known key; did you mean primary",
        ),
        ('slug = "lyon"', 'slug = "lyon"\nmotto = "x"', "lyon/hub.toml: motto: is not a known key; known here:"),
        ("radius = 4", 'radius = "4px"', "lyon/hub.toml: theme.radius: must be a whole number, not text"),
        ("radius = 4", "radius = true", "lyon/hub.toml: theme.radius: must be a whole number, not true or false"),
        ("radius = 4", "radius = 400", "lyon/hub.toml: theme.radius: is 400; it must be from 0 to 28"),
        ("neutral_hue = 262", "neutral_hue = 400", "lyon/hub.toml: theme.neutral_hue: is 400"),
        ("shipping = false", 'shipping = "no"', "lyon/hub.toml: features.shipping: must be true or false, not text"),
        ('name = "L\'Établi"', "name = 7", "lyon/hub.toml: name: must be text in quotes, not a number"),
        ('name = "L\'Établi"', 'name = " "', "lyon/hub.toml: name: must not be empty"),
        ('name = "L\'Établi"', f'name = "{"x" * 61}"', "lyon/hub.toml: name: has 61 characters; 60 are allowed"),
        ('name = "L\'Établi"\n', "", "lyon/hub.toml: name: is missing"),
        ('currency = "EUR"', 'currency = "EURO"', "lyon/hub.toml: currency: 'EURO' is not a currency"),
        ('country = "FR"', 'country = "fr"', "lyon/hub.toml: country: 'fr' is not a country"),
        (
            'timezone = "Europe/Paris"',
            'timezone = "../etc/passwd"',
            "lyon/hub.toml: timezone: '../etc/passwd' is not a time zone",
        ),
        ('locales = ["fr", "en"]', 'locales = ["fr", "xx"]', "lyon/hub.toml: locales: 'xx' is not a language"),
        ('locales = ["fr", "en"]', 'locales = ["fr", 3]', "lyon/hub.toml: locales: must be a list of texts"),
        ('locales = ["fr", "en"]', 'locales = ["fr", "fr"]', "lyon/hub.toml: locales: lists something twice"),
        ('locales = ["fr", "en"]', 'locales = ["fr"]', "lyon/hub.toml: text.en: is not a known key"),
        ('default_locale = "fr"', 'default_locale = "de"', "lyon/hub.toml: default_locale: 'de' is not one of fr, en"),
        ('slug = "lyon"', 'slug = "paris"', "lyon/hub.toml: slug: must be the folder's name, 'lyon'"),
        ('slug = "lyon"', 'slug = "../lyon"', "lyon/hub.toml: slug: '../lyon' is not a usable address"),
        (
            'font_pair = "grotesque"',
            'font_pair = "comic"',
            "lyon/hub.toml: theme.font_pair: 'comic' is not one of grotesque",
        ),
        ('primary = "#1d3fa6"', 'primary = "#ffe94d"', "lyon/hub.toml: theme.primary: #ffe94d reaches only 1.2:1"),
        ('accent = "#f5b82e"', 'accent = "gold"', "lyon/hub.toml: theme.accent: 'gold' is not a colour"),
        ('"connector", "about"]', '"weather"]', "lyon/hub.toml: home.sections: 'weather' is not one of hero"),
        ('"members", "page:how-we-work"', '"page:nowhere"', "lyon/hub.toml: nav.items: page:nowhere has no page in fr"),
        (
            'custom = ["letabli.example"]',
            'custom = ["http://x"]',
            "lyon/hub.toml: domain.custom: 'http://x' is not a domain name",
        ),
        ("standard = 2000", "standard = 20.0", "lyon/hub.toml: tax.rates.standard: must be a whole number"),
        ("zero = 0", "zero = 1", "lyon/hub.toml: tax.rates.zero: must be 0"),
        ('default = "standard"', 'default = "luxury"', "lyon/hub.toml: tax.default: 'luxury' is not one of"),
        (
            'email = "bonjour@letabli.example"',
            'email = "bonjour"',
            "lyon/hub.toml: legal.email: 'bonjour' is not an e-mail",
        ),
        (
            'member = "tinkerer"',
            'membr = "tinkerer"',
            "lyon/hub.toml: words.en.membr: is not a known key; did you mean member",
        ),
        (
            'join = "Join the workshop"',
            'join = "Join {{nobody}}"',
            "lyon/hub.toml: text.en.join: {{nobody}} means nothing",
        ),
        (
            "needs = true",
            "needs = false",
            "lyon/hub.toml: home.sections: 'needs' leads nowhere while features.needs is",
        ),
        (
            "members_directory = true",
            "members_directory = false",
            "lyon/hub.toml: nav.items: 'members' leads nowhere while features.members_directory is false",
        ),
        ("[theme]", "[theme", "lyon/hub.toml: is not TOML"),
    ],
)
def test_an_error_names_file_and_key(root, old, new, message):
    change(root, old, new)
    assert any(problem.startswith(message) for problem in problems(root)), problems(root)


def test_all_problems_are_told_at_once(root):
    change(root, "radius = 4", "radius = 99")
    change(root, 'currency = "EUR"', 'currency = "X"')
    with pytest.raises(PackInvalid) as refused:
        load.load(root / "lyon")
    assert {problem.key for problem in refused.value.problems} == {"theme.radius", "currency"}


def test_a_table_where_a_value_belongs_is_a_problem_and_not_a_crash(root):
    for key in ("theme", "nav", "features", "domain", "home", "legal", "tax", "text", "words"):
        (root / "lyon/hub.toml").write_text(f'slug = "lyon"\n{key} = "x"\n')
        assert any(f"lyon/hub.toml: {key}: must be a table" in problem for problem in problems(root)), key


def test_a_spoilt_base_is_a_problem_of_the_base(root):
    for key in ("legal", "text", "words"):
        (root / "_base/hub.toml").write_text(f"{key} = 1\n")
        assert problems(root, "_base"), key


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (
            "logo.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
            "lyon/logo.svg: <script> is not allowed",
        ),
        ("logo.svg", b"x" * 70_000, "lyon/logo.svg: has 70,000 bytes; 65,536 are allowed"),
        ("theme.css", b"body{}", "lyon/theme.css: Line 1: only the selector :root"),
        ("pages/fr/about.md", b"No title", "lyon/pages/fr/about.md: title: the first line must be the title"),
        ("pages/fr/about.md", b"# \xff", "lyon/pages/fr/about.md: is not UTF-8"),
        ("pages/fr/about.md", b"# A\n" + b"a" * 60_000, "lyon/pages/fr/about.md: This text has 60,000 characters"),
        ("pages/fr/about.md", b"# A\n" + b"a" * 10_000_000, "lyon/pages/fr/about.md: has 10,000,004 bytes"),
        ("pages/fr/about.md", b"# A\n\n{{secret}}", "lyon/pages/fr/about.md: {{secret}} means nothing"),
        ("pages/fr/terms.md", b"# A\n\nb", "lyon/pages/fr/terms.md: the name terms is taken"),
        ("pages/fr/A B.md", b"# A\n\nb", "lyon/pages/fr/A B.md: the name must be small letters"),
        ("pages/de/about.md", b"# A\n\nb", "lyon/hub.toml: locales: there are pages in de"),
        ("pages/zz/about.md", b"# A\n\nb", "lyon/pages/zz/about.md: the folder 'zz' is not a language"),
        ("legal/fr/extra.md", b"# A\n\nb", "lyon/legal/fr/extra.md: a legal page is one of"),
        ("run.py", b"", "lyon/run.py: does not belong in a pack"),
        ("templates/x.html", b"", "lyon/templates/x.html: does not belong in a pack"),
    ],
)
def test_a_file_that_may_not_be_there_is_named(root, file, content, message):
    path = root / "lyon" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    assert any(problem.startswith(message) for problem in problems(root)), problems(root)


def test_a_link_to_a_file_outside_is_refused_and_not_read(root, tmp_path):
    (tmp_path / "secret.md").write_text("# Secret\n\nwords")
    (root / "lyon/pages/fr/secret.md").symlink_to(tmp_path / "secret.md")
    assert "lyon/pages/fr/secret.md: is a link; a pack holds plain files only" in problems(root)


def test_a_hub_without_its_legal_pages_is_refused(root):
    for path in (root / "lyon/legal/fr/imprint.md", root / "_base/legal/fr/imprint.md"):
        path.unlink()
    assert any(problem.startswith("lyon/legal/fr/imprint.md: is missing") for problem in problems(root))


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
        st.dictionaries(texts, plain, max_size=4), lambda inner: st.dictionaries(texts, inner | plain, max_size=4)
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
