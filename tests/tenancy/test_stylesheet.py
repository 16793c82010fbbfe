"""theme.css: bounds on a few properties, and no way out of the :root rule."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubapp.tenancy import stylesheet


def test_whitelisted_properties_within_bounds_are_read():
    css = "/* ours */ :root { --radius: 6px; --display-track: -.03em; --display-lead: 1.1; --radius-control: 0; }"
    assert stylesheet.check(css) == []
    assert stylesheet.declarations(css)["display-track"] == "-.03em"


@pytest.mark.parametrize(
    ("css", "words"),
    [
        ("@import 'x.css';", "@import is not allowed"),
        ("@media print { :root { --radius: 1px } }", "@media is not allowed"),
        ("body { --radius: 1px }", "only the selector :root"),
        (":root, body { --radius: 1px }", "only the selector :root"),
        (":root { --brand: #fff }", "--brand may not be set"),
        (":root { color: red }", "color may not be set"),
        (":root { --radius: 29px }", "from 0 to 28, written with px"),
        (":root { --radius: 1em }", "--radius must be"),
        (":root { --radius: 3 }", "--radius must be"),
        (":root { --radius: url(https://x.example/a) }", "--radius must be"),
        (":root { --radius: calc(1px + 1px) }", "--radius must be"),
        (":root { --radius: var(--x) }", "--radius must be"),
        (":root { --radius: 1px 2px }", "--radius must be"),
        (":root { --radius: 1px !important }", "!important"),
        (":root { a { color: red } }", "only properties"),
        (":root.x { --radius: 1px }", "only the selector :root"),
        ("::root { --radius: 1px }", "only the selector :root"),
        (":root { --radius: 0url }", "--radius must be"),
        (":root { --radius: 0% }", "--radius must be"),
        ("(" * 7900, "not CSS"),
        ("(" * 3900 + ")" * 3900 + "{}", "only the selector :root"),
        (":root{--radius:" + "(" * 3900 + ")" * 3900 + "}", "--radius must be"),
        ("<style>", "not CSS"),
        (":root { radius }", "not CSS"),
        ("x" * 9000, "8000 are allowed"),
    ],
)
def test_anything_else_is_refused_in_words(css, words):
    assert any(words in problem for problem in stylesheet.check(css))
    with pytest.raises(stylesheet.StylesheetRefused):
        stylesheet.declarations(css)


def test_a_problem_names_its_line():
    problems = stylesheet.check(":root {\n  --radius: 4px;\n  --nonsense: 1;\n}")
    assert problems[0].startswith("Line 3: --nonsense")


@given(st.text(alphabet=st.sampled_from("{}:;@-()/*\"'\\<>rooturl! 1px\n"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_what_passes_can_never_close_the_rule_it_is_written_into(css):
    if stylesheet.check(css) == []:
        for value in stylesheet.declarations(css).values():
            assert not set(value) & set("{};@()<>\\\"'")
