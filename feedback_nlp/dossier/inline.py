"""A picture as a part of a page: no style of its own (the page forbids it), no ids, and colours that follow the page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from feedback_nlp.dossier.charts import INK, PAPER
from feedback_nlp.terminal import harmless

_SVG = "http://www.w3.org/2000/svg"
_KEPT = ("path", "text")
_ATTRIBUTES = ("d", "x", "y")
_STYLES = ("fill", "stroke", "stroke-width", "stroke-dasharray", "text-anchor", "font-size", "font-weight")
_CLASSES = {("fill", INK): "ink", ("stroke", INK): "edge", ("fill", PAPER): "paper"}
_FONT = re.compile(r"(?:(?P<weight>bold|700) )?(?P<size>[\d.]+px)")


def svg_inline(svg: str, label: str) -> str:
    """The picture as an element `svg` that a screen reader calls by the label. It must be well-formed, as matplotlib's are."""
    source = ElementTree.fromstring(svg)
    target = ElementTree.Element("svg", {"role": "img", "aria-label": harmless(label), "viewBox": source.get("viewBox", "")})
    _copy(source, target)
    return ElementTree.tostring(target, encoding="unicode")


def _copy(source: ElementTree.Element, target: ElementTree.Element) -> None:
    for child in source:
        name = str(child.tag).removeprefix(f"{{{_SVG}}}")
        if name == "g":
            _copy(child, target)
        elif name in _KEPT:
            ElementTree.SubElement(target, name, _attributes(child)).text = (child.text or "").strip()


def _attributes(element: ElementTree.Element) -> dict[str, str]:
    found = {name: value for name, value in element.items() if name in _ATTRIBUTES}
    if "d" in found:
        found["d"] = re.sub(r"\d+\.\d+", lambda number: f"{float(number[0]):.1f}", " ".join(found["d"].split()))
    style = dict(_declarations(element.get("style", "")))
    if font := _FONT.search(style.pop("font", "")):
        style |= {"font-size": font["size"]} | ({"font-weight": "bold"} if font["weight"] else {})
    names = " ".join(_CLASSES[item] for item in style.items() if item in _CLASSES)
    kept = {name: value for name, value in style.items() if name in _STYLES and (name, value) not in _CLASSES}
    return found | kept | ({"class": names} if names else {})


def _declarations(style: str) -> list[tuple[str, str]]:
    pairs = (part.partition(":") for part in style.split(";"))
    return [(name.strip(), value.strip()) for name, colon, value in pairs if colon]
