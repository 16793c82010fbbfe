"""A hub's logo as SVG: small, well-formed, drawing elements only, nothing that runs or points elsewhere."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from flask_babel import gettext as _

LARGEST = 64 * 1024
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"

ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "defs",
        "title",
        "desc",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "use",
        "symbol",
        "clipPath",
        "mask",
        "pattern",
        "linearGradient",
        "radialGradient",
        "stop",
    ]
)
# `href` on an element that is allowed at all may only name a part of the same drawing.
_OWN_PART = re.compile(r"#[\w.-]+")
_POINTER = re.compile(r"url\(\s*['\"]?\s*(?!#)", re.IGNORECASE)
_RUNS = re.compile(r"javascript:|data:|expression\(|@import|\\", re.IGNORECASE)


def check(svg: bytes) -> list[str]:
    """Why this may not be a hub's logo, one sentence each; empty when it may."""
    if len(svg) > LARGEST:
        return [
            _("The logo has %(size)s kB; at most %(most)s kB are allowed.", size=len(svg) // 1024, most=LARGEST // 1024)
        ]
    try:
        root = ElementTree.fromstring(svg, forbid_dtd=True)
    except DefusedXmlException:
        return [_("The logo declares a document type or entities; a plain SVG has none.")]
    except (ParseError, ValueError, LookupError) as error:
        return [_("The logo is not well-formed SVG (%(reason)s).", reason=str(error))]
    if root.tag != f"{{{SVG}}}svg":
        return [_("The logo is not an SVG drawing: its outermost element must be <svg> with the SVG namespace.")]
    problems = [problem for element in root.iter() for problem in _problems(element)]
    if "viewBox" not in root.attrib:
        problems.append(_("The logo needs a viewBox, or it cannot be shown at every size."))
    return problems


def _problems(element: Element) -> list[str]:
    namespace, name = _split(element.tag)
    if namespace != SVG or name not in ELEMENTS:
        return [_("<%(element)s> is not allowed in a logo.", element=name[:40])]
    return [words for key, value in element.attrib.items() if (words := _wrong_attribute(name, key, value))]


def _wrong_attribute(element: str, key: str, value: str) -> str:
    namespace, name = _split(key)
    where = {"attribute": name[:40], "element": element}
    if name.lower().startswith("on"):
        return str(_("The event handler %(attribute)s on <%(element)s> is not allowed in a logo.", **where))
    if name == "href" and not _OWN_PART.fullmatch(value):
        return str(_("<%(element)s> points outside the drawing (%(value)s).", element=element, value=repr(value[:40])))
    if namespace not in {"", XLINK, "http://www.w3.org/XML/1998/namespace"}:
        return str(_("The attribute %(attribute)s on <%(element)s> is not an SVG attribute.", **where))
    if name == "style":
        return str(
            _("The style attribute on <%(element)s> is not allowed; use fill, stroke and the like.", element=element)
        )
    if _POINTER.search(value) or _RUNS.search(value):
        return str(_("The attribute %(attribute)s on <%(element)s> refers to something outside the drawing.", **where))
    return ""


def _split(name: str) -> tuple[str, str]:
    """`{namespace}name`, as the parser writes it, in two parts."""
    namespace, _brace, local = name.removeprefix("{").rpartition("}")
    return namespace, local
