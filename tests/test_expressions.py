"""No mail makes a regular expression work longer than in proportion to its length."""

import json
import re
import subprocess
import sys
from collections import deque
from functools import cache
from pathlib import Path

import pytest

from feedback_nlp.phrases import plain_parts
from tests.attacks import attacks, growth, lengthened, seconds
from tests.expressions import only_at_the_start, places, written

ROOT = Path(__file__).parent.parent
QUADRATIC = 8.0
"""Four times the text takes four times as long where an expression is linear, and sixteen times where it is not."""
BOUNDED = {
    r"[\w.&'’]+$": "looks at the 20 characters before a place",
    r"(?:(?P<weight>bold|700) )?(?P<size>[\d.]+px)": "reads the style of our own pictures",
    r"\d+\.\d+": "reads the lines of our own pictures",
}
"""Those that are not linear, and why no text of a mail can be long for them."""
PHRASES = "phrases.py"
LONGEST_PART = 120 * 31
"""Phrases look ahead to the end of a part of a sentence: 120 words of up to 30 letters."""


@cache
def expressions():
    """(file, line, pattern, flags) of each."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.expressions"], capture_output=True, text=True, check=True, timeout=300, cwd=ROOT
    ).stdout
    rows = [(file, line, p.encode("latin-1") if is_bytes else p, flags) for file, line, p, is_bytes, flags in json.loads(made)]
    known = {(file, line) for file, line, _, _ in rows}
    return [*rows, *(row for row in written() if row[:2] not in known)]


def runner(compiled, anchored):
    """What looks for an expression in a text: at its start alone, or everywhere."""

    def run(text):
        content = text.encode("utf-8", "replace") if isinstance(compiled.pattern, bytes) else text
        if anchored:
            compiled.match(content)
            compiled.fullmatch(content)
        else:
            deque(compiled.finditer(content), maxlen=0)

    return run


def worst(pattern, flags=0, anchored=False):
    """How much longer it takes for four times the worst text, and that text's prefix and pump."""
    run = runner(re.compile(pattern, flags), anchored)
    found = (0.0, "", "")
    for prefix, pump in dict.fromkeys(attacks(pattern, flags)):
        found = max(found, (growth(run, prefix, pump), prefix, pump))
        if found[0] > QUADRATIC:
            break
    return found


@pytest.mark.parametrize(
    ("pattern", "anchored"),
    [
        (r"^(?:re\s*(?:x)?\s*:)+", True),
        (r"\s+$", False),
        (r"[ \t]*:", False),
        (r"<!--.*?-->", False),
        (rb"\w+@", False),
    ],
)
def test_what_is_not_linear_is_found(pattern, anchored):
    assert worst(pattern, anchored=anchored)[0] > QUADRATIC


def test_what_is_exponential_is_found():
    assert growth(runner(re.compile("(a|aa)+b"), True), "", "a", size=12, times=2, enough=0.0) > QUADRATIC


@pytest.mark.parametrize("pattern", [r"a+b?", r"[^<>]{0,300}<", r"(?<!\w)\w{1,40}@", r"\bx\d*"])
def test_what_is_linear_is_not(pattern):
    assert worst(pattern)[0] < QUADRATIC


def test_none_is_left_out():
    seen = {(file, line) for file, line, _, _ in expressions()}
    lines = {(file, line) for file, line in places()}
    assert sorted(lines - seen) == []
    assert len(expressions()) > 500


def test_all_are_linear():
    anchored = set(only_at_the_start())
    slow = {}
    for file, line, pattern, flags in expressions():
        if file != PHRASES:
            times, prefix, pump = worst(pattern, flags, (file, line) in anchored)
            if times > QUADRATIC:
                slow[pattern] = f"{file}:{line}: {times:.1f} times on {prefix[:60]!r} + {pump[:30]!r} * n"
    assert {pattern: how for pattern, how in slow.items() if pattern not in BOUNDED} == {}
    assert slow.keys() == BOUNDED.keys()


def test_no_phrase_takes_long_in_the_longest_part():
    assert max(map(len, plain_parts("a" * 30 + " , and " * 2000 + "b" * 30_000))) <= LONGEST_PART
    slow = {}
    for file, _, pattern, flags in expressions():
        if file == PHRASES:
            run = runner(re.compile(pattern, flags), False)
            for prefix, pump in list(dict.fromkeys(attacks(pattern, flags)))[:8]:
                text = lengthened(prefix, pump, LONGEST_PART)[:LONGEST_PART]
                if (took := min(seconds(run, text) for _ in range(2))) > 0.1:
                    slow[pattern] = f"{took:.2f} s on {prefix[:60]!r} + {pump[:30]!r} * n"
    assert slow == {}
