"""The text that a person sees of an HTML mail, without what it quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_DROP = (
    "script, style, head, title, template, noscript, [hidden], [aria-hidden=true], "
    ".gmail_quote, .gmail_attr, .yahoo_quoted, .moz-cite-prefix, blockquote[type=cite], #divRplyFwdMsg, #appendonsend, "
    "#mail-editor-reference-message-container"
)
_HIDDEN = re.compile(
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|"
    r"font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$|!)|max-height\s*:\s*0)",
    re.IGNORECASE,
)
_MOST_TAGS = 20_000
_BLOCKS = "p, tr, table, ul, ol, h1, h2, h3, h4, h5, h6, blockquote, section, article, header, footer, hr"
_EDGES = re.compile("(\ue000?) ?\ue001[ \ue001]*")  # where a division starts or ends, one or several at once; no two spaces stand in a row


def html_to_text(html: str) -> str:
    """Visible text: block elements on lines of their own, list items with a bullet, hidden and quoted parts left out.

    Mail programs write each line as a division: what one ends in and the next begins with are one end of a line.
    """
    from selectolax.lexbor import LexborHTMLParser

    if html.count("<") > _MOST_TAGS:  # deep nesting takes quadratic time, and no mail has so many
        return " ".join(re.sub(r"<[^<>]*>", " ", html).split())
    tree = LexborHTMLParser(html)
    for node in tree.css("#divRplyFwdMsg"):  # Outlook: all that follows this mark is the old message
        while (following := node.next) is not None:
            following.decompose()
    for node in tree.css(_DROP):
        node.decompose()
    for node in tree.css("[style]"):
        if _HIDDEN.search(node.attributes.get("style") or ""):
            node.decompose()
    for node in tree.css("br"):
        node.replace_with("\ue000")
    for node in tree.css("li"):
        node.insert_before("\ue000• ")
        node.insert_after("\ue000")
    _mark(tree, _BLOCKS, "\ue000")
    _mark(tree, "div", "\ue001")
    for node in tree.css("td, th"):
        node.insert_after(" ")
    for node in tree.css("p"):
        node.insert_after("\ue000")
    body = tree.body
    text = re.sub(r"[ \t\r\n\f]+", " ", body.text() if body else "")
    text = _EDGES.sub(lambda edge: edge[1] or "\n", text).replace("\ue000", "\n")
    lines = [line.strip(" ") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _mark(tree: LexborHTMLParser, nodes: str, mark: str) -> None:
    """Puts a mark where each of the nodes starts and where it ends."""
    for node in tree.css(nodes):
        node.insert_before(mark)
        node.insert_after(mark)
