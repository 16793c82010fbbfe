"""A hub's logo as SVG: small, well-formed, drawing elements only, nothing that runs or points elsewhere."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

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
        return [f"The logo has {len(svg) // 1024} kB; at most {LARGEST // 1024} kB are allowed."]
    try:
        root = ElementTree.fromstring(svg, forbid_dtd=True)
    except DefusedXmlException:
        return ["The logo declares a document type or entities; a plain SVG has none."]
    except (ParseError, ValueError, LookupError) as error:
        return [f"The logo is not well-formed SVG ({error})."]
    if root.tag != f"{{{SVG}}}svg":
        return ["The logo is not an SVG drawing: its outermost element must be <svg> with the SVG namespace."]
    problems = [problem for element in root.iter() for problem in _problems(element)]
    if "viewBox" not in root.attrib:
        problems.append("The logo needs a viewBox, or it cannot be shown at every size.")
    return problems


def _problems(element: Element) -> list[str]:
    namespace, _, name = element.tag.removeprefix("{").rpartition("}")
    if namespace != SVG or name not in ELEMENTS:
        return [f"<{name[:40]}> is not allowed in a logo."]
    return [words for key, value in element.attrib.items() if (words := _wrong_attribute(name, key, value))]


def _wrong_attribute(element: str, key: str, value: str) -> str:
    namespace, _, name = key.removeprefix("{").rpartition("}")
    if name.lower().startswith("on"):
        return f"The event handler {name[:40]} on <{element}> is not allowed in a logo."
    if name == "href" and not _OWN_PART.fullmatch(value):
        return f"<{element}> points outside the drawing ({value[:40]!r}); only #parts of it are allowed."
    if namespace not in {"", XLINK, "http://www.w3.org/XML/1998/namespace"}:
        return f"The attribute {name[:40]} on <{element}> is not an SVG attribute."
    if name == "style":
        return f"The style attribute on <{element}> is not allowed; use fill, stroke and the like."
    if _POINTER.search(value) or _RUNS.search(value):
        return f"The attribute {name[:40]} on <{element}> refers to something outside the drawing."
    return ""
