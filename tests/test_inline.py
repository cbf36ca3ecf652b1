from xml.etree import ElementTree

from feedback_nlp.dossier.inline import svg_inline

SVG = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 4 3" onload="x()">
 <defs><style>*{color: red}</style></defs><metadata>m</metadata><script>x()</script>
 <g id="figure_1"><g id="patch_1" style="opacity: 1">
  <path id="p" d="M 0.123456 2
L 3 1.99" clip-path="url(#c)" style="fill: #ffffff; stroke: #222222; stroke-width: 0.8; stroke-linejoin: miter"/>
  <a xlink:href="https://oven.example"><text>no</text></a>
  <text x="1" y="2" style="font: bold 11px 'DejaVu Sans'; text-anchor: middle; fill: #222222">a &lt;b&gt; &amp; c</text>
  <text style="font: 10px sans-serif; fill: #56b4e9">d</text>
 </g></g>
</svg>"""


def test_a_picture_in_a_page():
    assert svg_inline(SVG, 'Bars: "<b>"\x1b\u202e') == (
        '<svg role="img" aria-label="Bars: &quot;&lt;b&gt;&quot;" viewBox="0 0 4 3">'
        '<path d="M 0.1 2 L 3 2.0" stroke-width="0.8" class="paper edge" />'
        '<text x="1" y="2" text-anchor="middle" font-size="11px" font-weight="bold" class="ink">a &lt;b&gt; &amp; c</text>'
        '<text fill="#56b4e9" font-size="10px">d</text>'
        "</svg>"
    )


def test_it_is_well_formed():
    assert ElementTree.fromstring(svg_inline(SVG, "x")).tag == "svg"
