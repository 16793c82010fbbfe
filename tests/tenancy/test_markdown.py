"""Markdown from members: safe whatever is written, and refused at once when it is far too long."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubapp.tenancy import markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '![x"onerror="alert(1)](/a.png)',
    '![x](/a.png "x\\" onerror=\\"alert(1)")',
    '[x](https://a.example "onmouseover=alert(1)")',
    "[x]: javascript:alert(1)\n\n[x]",
    "```<script>\nalert(1)\n```",
    "`<img src=x onerror=alert(1)>`",
    "<iframe src=https://x.example></iframe>",
    "<style>body{display:none}</style>",
    "<form action=https://x.example><input name=p></form>",
    "<!--<img src=--><img src=x onerror=alert(1)//-->",
    "</p></div><base href=https://x.example>",
    "| <b onclick=alert(1)>x</b> |\n|-|\n| <script>1</script> |",
]
TAG = re.compile(r"<[^>]*>")


def dangerous(html: str) -> list[str]:
    """The tags of the output (text is escaped, so only tags can do harm) that should not be there."""
    bad = re.compile(
        r"^<(script|svg|iframe|style|form|input|base|object)|[\s\"'/]on\w+\s*=(?![^\"]*\"$)|(java|vb)script:|data:",
        re.IGNORECASE,
    )
    without_titles = (re.sub(r'(alt|title)="[^"]*"', "", tag) for tag in TAG.findall(html))
    return [tag for tag in without_titles if bad.search(tag)]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_ends_as_harmless_text(attack):
    assert dangerous(str(markdown.render(attack))) == []


def test_the_detector_of_this_test_would_see_an_attack():
    assert dangerous("<p><img src=x onerror=alert(1)></p>")
    assert dangerous('<a href="javascript:alert(1)">x</a>')


@given(st.text(alphabet=st.sampled_from("<>[]()!\"'`#*-_|\\/:&; \nascriptonhref="), max_size=120))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_a_tag_that_is_not_on_the_list(text):
    names = {re.split(r"[\s/>]", tag.strip("</"))[0] for tag in TAG.findall(str(markdown.render(text)))}
    assert names <= markdown._TAGS


def test_plain_markdown_reads_as_expected():
    html = markdown.render("# Shelf\n\nA *good* **lamp**, ~~40~~ 35.\n\n- one\n- two\n\n| a | b |\n|-|-|\n| 1 | 2 |")
    for piece in (
        "<h2>Shelf</h2>",
        "<em>good</em>",
        "<strong>lamp</strong>",
        "<s>40</s>",
        "<li>two</li>",
        "<td>2</td>",
    ):
        assert piece in html


def test_links_do_not_vouch_for_where_they_lead():
    assert 'rel="nofollow noopener"' in markdown.render("[shop](https://a.example)")


@pytest.mark.parametrize("source", ["/media/a.png", "/h/lyon/media/a.webp?size=2"])
def test_pictures_from_this_site_are_shown(source):
    assert f'src="{source}"' in markdown.render(f"![lamp]({source})")


@pytest.mark.parametrize(
    "source",
    ["https://x.example/a.png", "//x.example/a.png", "a.png", "/../a", "/a/../../b", "data:image/png;base64,AA"],
)
def test_pictures_from_elsewhere_are_not_loaded(source):
    assert "src=" not in markdown.render(f"![lamp]({source})").replace(f"![lamp]({source})", "")


def test_a_backslash_that_browsers_read_as_a_slash_stays_a_path_of_this_site():
    assert 'src="/%5Cx.example/a.png"' in markdown.render("![lamp](/\\x.example/a.png)")


def test_ten_megabytes_are_refused_at_once_and_in_words():
    with pytest.raises(markdown.TextTooLong, match=r"has 10,000,000 characters; 50,000 are allowed"):
        markdown.render("[" * 10_000_000)


@pytest.mark.parametrize("unit", ["[", "![](", "*a ", "> ", "- ", "`", "<", "&", "| a ", "(", "_a"])
def test_a_longer_text_costs_no_more_than_its_square(unit):
    def cost(length: int) -> float:
        began = time.process_time()
        markdown.render((unit * length)[:length])
        return time.process_time() - began

    # Four times as long: by the square that is 16, by the cube 64. The machine's speed cancels, and the limit on the
    # length bounds what the square comes to.
    assert cost(markdown.LONGEST) < 40 * max(cost(markdown.LONGEST // 4), 0.01)
