"""Logos: drawings only; what runs, loads or points elsewhere is refused."""

from __future__ import annotations

import pytest

from hubapp.tenancy import logo

HEAD = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">'


def drawing(inside: bytes) -> bytes:
    return HEAD + inside + b"</svg>"


def test_a_drawing_with_a_gradient_and_its_own_parts_is_fine():
    svg = drawing(
        b'<defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs>'
        b'<path id="p" d="M0 0h9v9z" fill="url(#g)"/><use xlink:href="#p"/><use href="#p" x="2"/>'
    )
    assert logo.check(svg) == []


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        (b"<script>alert(1)</script>", "<script>"),
        (b'<script href="https://x.example/a.js"/>', "<script>"),
        (b"<foreignObject><p>x</p></foreignObject>", "<foreignObject>"),
        (b'<rect onload="alert(1)"/>', "event handler onload"),
        (b'<rect ONCLICK="alert(1)"/>', "event handler"),
        (b'<use href="https://x.example/a.svg#p"/>', "points outside"),
        (b'<use xlink:href="//x.example/a.svg#p"/>', "points outside"),
        (b'<use href="data:image/svg+xml;base64,AA"/>', "points outside"),
        (b'<image href="https://x.example/a.png"/>', "<image>"),
        (b'<a href="javascript:alert(1)"><rect/></a>', "<a>"),
        (b"<style>@import url(https://x.example)</style>", "<style>"),
        (b'<animate attributeName="href" values="javascript:alert(1)"/>', "<animate>"),
        (b'<set attributeName="onload" to="alert(1)"/>', "<set>"),
        (b'<rect style="fill:url(https://x.example)"/>', "style attribute"),
        (b'<rect fill="url(https://x.example/#a)"/>', "outside the drawing"),
        (b'<rect fill="ur\\6c(//x.example)"/>', "outside the drawing"),
        (b'<x:rect xmlns:x="urn:x"/>', "<rect>"),
        (b'<rect xmlns:x="urn:x" x:y="1"/>', "not an SVG attribute"),
    ],
)
def test_what_runs_or_points_elsewhere_is_refused(inside, words):
    assert any(words in problem for problem in logo.check(drawing(inside)))


@pytest.mark.parametrize(
    ("svg", "words"),
    [
        (b'<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + drawing(b"<title>&a;</title>"), "document type"),
        (b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + drawing(b""), "document type"),
        (b"<svg", "not well-formed"),
        (b"\x89PNG\r\n", "not well-formed"),
        (b"", "not well-formed"),
        (b"<html/>", "not an SVG drawing"),
        (b"<svg/>", "not an SVG drawing"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "viewBox"),
        (drawing(b" " * 70_000), "at most 64 kB"),
    ],
)
def test_what_is_not_a_plain_small_svg_is_refused(svg, words):
    assert any(words in problem for problem in logo.check(svg))
