"""A wrong hub pack is refused in words that name its file and key; nothing in a pack is a crash."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from hubapp.tenancy.packs import check, load
from hubapp.tenancy.packs.problems import PackInvalid

HUBS = Path(__file__).parents[2] / "hubs"


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


TOPIC = "[[topics]]\nname = 'Tools'\ntone = 'deep'\n"
MANY_TOPICS = "".join(f"[[topics]]\nname = 'Tools {number}'\ntone = 'deep'\n" for number in range(25))


def problems(root, name="lyon"):
    return [str(problem) for problem in check.check(root / name)]


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
        (
            "members_directory = true",
            "members_directory = false",
            "lyon/hub.toml: features.needs: cannot be on while members_directory is off",
        ),
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
        ('"orders_split", "connector"]', '"weather"]', "lyon/hub.toml: home.sections: 'weather' is not one of hero"),
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
        ("[theme]", "[theme", "lyon/hub.toml: is not TOML"),
        ("[theme]", f"{TOPIC}{TOPIC}[theme]", "lyon/hub.toml: topics.2.name: is another topic's already"),
        ("[theme]", f"{TOPIC}slug = 'a b'\n[theme]", "lyon/hub.toml: topics.1.slug: 'a b' is not an address"),
        ("[theme]", f"{TOPIC}tint = 'x'\n[theme]", "lyon/hub.toml: topics.1.tint: is not a known key"),
        ("[theme]", "[[topics]]\ntone = 'red'\n[theme]", "lyon/hub.toml: topics.1.name: is missing"),
        ("[theme]", "[[topics]]\ntone = 'red'\n[theme]", "lyon/hub.toml: topics.1.tone: 'red' is not one of brand"),
        ("[theme]", f"{MANY_TOPICS}[theme]", "lyon/hub.toml: topics: has 25 topics; 24 are allowed"),
        ('slug = "lyon"', 'slug = "lyon"\ntopics = "all"', "lyon/hub.toml: topics: must be a list of tables"),
        ('slug = "lyon"', 'slug = "lyon"\ntopics = ["a"]', "lyon/hub.toml: topics: must be a list of tables"),
        (
            "[theme]",
            "[conversations]\nfirst_held = 11\n[theme]",
            "lyon/hub.toml: conversations.first_held: is 11; it must be from 0 to 10",
        ),
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
