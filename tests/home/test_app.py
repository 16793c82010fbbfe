"""The hub as an app on a phone: its manifest, its icon, what it keeps without a network, and what it never keeps."""

from __future__ import annotations

import io
import json
import re

import pytest
from PIL import Image

from hubapp.home import appicon, look
from hubapp.web import lean, static
from hubapp.web.areas import HubFlask
from tests.factories.hubs import make_hub
from tests.factories.members import make_member
from tests.support.browsing import Browser

COLOURS = {"brand": "#1d3fa6", "accent": "#f2a541", "deep": "#101b3d", "on-brand": "#ffffff"}


@pytest.fixture
def hub_id(app: HubFlask) -> int:
    with app.app_context():
        return make_hub("lyon", name="The Bench")


def icon(size: int = 192, **values: object) -> Image.Image:
    usual = {"name": "The Bench", "colours": COLOURS, "font_pair": "plain", "tile_set": "workshop", "mosaic": 1}
    return Image.open(io.BytesIO(appicon.drawn(**{**usual, "size": size, **values})))  # type: ignore[arg-type]


def test_every_hub_is_an_app_of_its_own(app: HubFlask, hub_id: int) -> None:
    browser = Browser(app, hub_id)
    described = json.loads(browser.get("/manifest.webmanifest").text)
    assert (described["id"], described["scope"], described["display"]) == ("/", "/", "standalone")
    icons = {(one["sizes"], one["purpose"]): one["src"] for one in described["icons"]}
    assert {"maskable", "any"} == {purpose for _sizes, purpose in icons}
    for (sizes, _purpose), address in icons.items():
        answer = browser.get(address)
        assert answer.mimetype == "image/png"
        assert "immutable" in answer.headers["Cache-Control"]
        assert "x".join(map(str, Image.open(io.BytesIO(answer.data)).size)) == sizes
    assert described["shortcuts"][0]["url"] == "/me/tickets"
    assert browser.get("/icon-100.png").status_code == 404


def test_the_page_names_icon_and_colours(app: HubFlask, hub_id: int) -> None:
    page = Browser(app, hub_id).get("/").text
    assert re.search(r'rel="apple-touch-icon" href="/icon-180.png\?v=\d+"', page)
    assert page.count('name="theme-color"') == 2
    assert "data-mine" not in page


@pytest.mark.parametrize("size", appicon.SIZES)
@pytest.mark.parametrize("tile_set", ["workshop", "harbour", "rest", "network", "unheard of"])
def test_an_icon_fills_its_square_and_keeps_its_letters_where_no_mask_cuts(tile_set: str, size: int) -> None:
    drawn = icon(size, tile_set=tile_set).convert("RGBA")
    assert drawn.size == (size, size)
    assert drawn.getextrema()[3] == (255, 255)
    white = [
        (place % size, place // size)
        for place, pixel in enumerate(drawn.get_flattened_data())
        if min(pixel[:3]) > 240  # the letters
    ]
    middle = size / 2
    assert white
    assert max(((x - middle) ** 2 + (y - middle) ** 2) ** 0.5 for x, y in white) <= 0.4 * size


def test_the_same_pack_gives_the_same_icon_and_another_another() -> None:
    usual = {
        "name": "The Bench",
        "colours": COLOURS,
        "font_pair": "serif",
        "tile_set": "rest",
        "mosaic": 2,
        "size": 192,
    }
    same = appicon.drawn(**usual)  # type: ignore[arg-type]
    appicon._drawn.cache_clear()
    assert appicon.drawn(**usual) == same  # type: ignore[arg-type]
    for change in ({"name": "Annawl"}, {"mosaic": 3}, {"tile_set": "harbour"}, {"font_pair": "grotesque"}):
        assert appicon.drawn(**{**usual, **change}) != same  # type: ignore[arg-type]


def test_names_in_any_script_have_letters() -> None:
    assert icon(name="النول", font_pair="arabic").tobytes() != icon(name="الجرف", font_pair="arabic").tobytes()


def worker_of(app: HubFlask, hub_id: int) -> tuple[str, list[str]]:
    answer = Browser(app, hub_id).get("/sw.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    found = re.search(r'VERSION = "([0-9a-f]{12})", SHELL = (\[.*?\]), KEY = "[\w-]{87}";', answer.text)
    assert found
    return found[1], json.loads(found[2])


def test_the_shell_is_files_that_anybody_may_have(app: HubFlask, hub_id: int) -> None:
    _version, shell = worker_of(app, hub_id)
    browser = Browser(app, hub_id)
    for address in shell:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert answer.mimetype != "text/html", address
        assert "public" in answer.headers["Cache-Control"], address
        answer.close()
    page = browser.get("/").text
    linked = set(re.findall(r'(?:rel="stylesheet" |<script |rel="preload"[^>]*)(?:href|src)="([^"]+)"', page))
    assert linked <= set(shell)


def test_a_deployment_or_another_look_replaces_it(app: HubFlask, hub_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before, _shell = worker_of(app, hub_id)
    assert worker_of(app, hub_id)[0] == before
    print_of = static.fingerprint
    monkeypatch.setattr(static, "fingerprint", lambda name: "0123456789" if name == "app.js" else print_of(name))
    assert worker_of(app, hub_id)[0] != before


def test_the_offline_page_says_nothing_of_anybody(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        make_member(hub_id, "Quetzal")
    page = Browser(app, hub_id).get("/offline").text
    assert "You are offline" in page
    assert "/me/tickets" in page
    assert "Quetzal" not in page
    assert "data-kept>" in page  # or its script would take it for a sign-out


def test_two_sign_ins_are_told_apart_and_the_session_is_not_told(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        account_id = make_member(hub_id).account_id
    found = [re.search(r'data-mine="(\w{12})"', Browser(app, hub_id, account_id).get("/").text) for _again in range(2)]
    assert all(found)
    assert found[0][1] != found[1][1]  # type: ignore[index]


def test_scripts_are_sent_without_what_only_readers_need() -> None:
    script = '/* Why.\n   More. */\n(() => {\n  // a word\n  const a = "// no"; // kept\n\n  return a;\n})();\n'
    assert lean.lean(script) == '(()=>{const a="// no";// kept\nreturn a;})();\n'
    assert lean.lean("if (a) {\n  b() // why;\n}\nc()\nd(\n  1,\n)\n") == "if(a){b()// why;\n}\nc()\nd(1,)\n"


@pytest.mark.parametrize(
    ("script", "sent"),
    [
        ("const a = b === c ? { d } : [e, f];", "const a=b===c?{d}:[e,f];"),
        ("for (const [a] of b ?? []) if (!a && c in d) return (e);", "for(const[a]of b??[])if(!a&&c in d)return(e);"),
        ("a = b + +c - -d < e;", "a=b + +c - -d < e;"),
        (
            """say("a, b = \\" c", 'd = (e)', `f = ${g ? h : ", "}`);""",
            """say("a, b = \\" c",'d = (e)',`f = ${g ? h : ", "}`);""",
        ),
    ],
)
def test_spaces_go_where_they_say_nothing_and_texts_stay(script: str, sent: str) -> None:
    assert lean.lean(script) == f"{sent}\n"


def test_our_scripts_have_no_texts_over_several_lines_and_no_spaces_in_patterns() -> None:
    """Their indentation, and spaces around signs, are dropped when they are sent."""
    for path in static.FOLDER.glob("*.js"):
        for line in path.read_text().splitlines():
            assert line.count("`") % 2 == 0, (path.name, line)
            assert not re.search(r"[=(,:] */(?![/*])[^/]*[ ][^/]*/", line), (path.name, line)


def test_colours_of_every_pack_can_be_drawn() -> None:
    palette = look.palette_of({})
    assert icon(colours=palette.light).size == (192, 192)
