"""The text that a person sees of an HTML mail, without what it quotes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feedback_nlp.body import is_added

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_DROP = "script, style, head, title, template, noscript, [hidden], [aria-hidden=true]"
_QUOTES = (
    ".gmail_quote, .gmail_attr, .yahoo_quoted, .moz-cite-prefix, blockquote[type=cite], #divRplyFwdMsg, #appendonsend, "
    "#mail-editor-reference-message-container"
)
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0)", re.IGNORECASE)
_NO_SIZE = re.compile(r"font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$|!)", re.IGNORECASE)
_SIZE = re.compile(r"font(?:-size)?\s*:[^;]{0,60}?(?:[1-9][\d.]{0,9}(?:px|pt|rem)|small|medium|large)", re.IGNORECASE)
_WORD = re.compile(r"\w")
_MOST_TAGS = 20_000
_BLOCKS = "p, tr, table, ul, ol, h1, h2, h3, h4, h5, h6, blockquote, section, article, header, footer, hr"
_EDGES = re.compile("(\ue000?) ?\ue001[ \ue001]*")  # where a division starts or ends, one or several at once; no two spaces stand in a row


def html_to_text(html: str) -> str:
    """Visible text: block elements on lines of their own, list items with a bullet, hidden and quoted parts left out.

    What is quoted stays where nothing else is said: a forward. Mail programs write each line as a division: what one ends
    in and the next begins with are one end of a line.
    """
    if html.count("<") > _MOST_TAGS:  # deep nesting takes quadratic time, and no mail has so many
        return " ".join(re.sub(r"<[^<>]*>", " ", html).split())
    text = _text(html, with_quotes=False)
    told = any(_WORD.search(line) and not is_added(line) for line in text.split("\n"))
    return text if told else _text(html, with_quotes=True)


def _text(html: str, *, with_quotes: bool) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(html)
    if not with_quotes:
        _drop_quotes(tree)
    for node in tree.css(_DROP):
        node.decompose()
    _drop_hidden(tree)
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


def _drop_quotes(tree: LexborHTMLParser) -> None:
    for node in tree.css("#divRplyFwdMsg"):  # Outlook: all that follows this mark is the old message
        while (following := node.next) is not None:
            following.decompose()
    for node in tree.css(_QUOTES):
        node.decompose()


def _drop_hidden(tree: LexborHTMLParser) -> None:
    """Leaves out what nobody sees. What has no size is seen where something in it may have one: so templates close gaps."""
    seen = set()
    for node in tree.css("[style], [class], font"):
        sized = _SIZE.search(node.attributes.get("style") or "") or node.attributes.get("class") or node.tag == "font"
        around = node if sized else None
        while around is not None and around.mem_id not in seen:
            seen.add(around.mem_id)
            around = around.parent
    for node in tree.css("[style]"):
        style = node.attributes.get("style") or ""
        if _HIDDEN.search(style) or (_NO_SIZE.search(style) and node.mem_id not in seen):
            node.decompose()


def _mark(tree: LexborHTMLParser, nodes: str, mark: str) -> None:
    """Puts a mark where each of the nodes starts and where it ends."""
    for node in tree.css(nodes):
        node.insert_before(mark)
        node.insert_after(mark)
