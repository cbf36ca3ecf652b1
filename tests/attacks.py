"""Texts that make a regular expression work as long as it can, made from the expression itself."""

import time

try:
    from re import _constants as codes
    from re import _parser as parser
except ImportError:  # Python 3.10
    import sre_constants as codes
    import sre_parse as parser

_OF_CATEGORY = {
    codes.CATEGORY_DIGIT: "1",
    codes.CATEGORY_SPACE: " \n\t",
    codes.CATEGORY_WORD: "a1A_",
    codes.CATEGORY_NOT_DIGIT: "a -",
    codes.CATEGORY_NOT_SPACE: "a-1.",
    codes.CATEGORY_NOT_WORD: " -.",
}
_COMMON = ("a", " ", "\n", ".", "-", "1", "A", "a ", "a, ", "a.", "a@", "<", "&", "=", "(", "\r\n", "_", "\t \n", "\xa0", "'")
_ANY = "a -.1A\n<:("
_MANY = 20
"""What may be there so often is worth repeating."""


def attacks(pattern, flags=0):
    """(prefix, pump): what the expression wants, and then the same again and again, for each thing that it takes many times."""
    found = []
    _walk(parser.parse(pattern, flags), "", found)
    pumps = list(dict.fromkeys([pump for _, pump in found if pump] + list(_COMMON)))
    prefixes = list(dict.fromkeys(["", "\n", *(prefix for prefix, _ in found), *(prefix + pump for prefix, pump in found)]))
    begun = dict.fromkeys(("", text) for prefix, pump in found for text in (prefix, prefix + pump) if text)  # and never ended
    mixed = ((prefix, pump) for prefix in prefixes[:12] for pump in pumps[:6])
    return [*found, *begun, *(("", pump) for pump in pumps), *mixed]


def _walk(nodes, before, found):
    """Notes what is repeated in a row of nodes; gives a text that the row matches."""
    text = before
    for code, value in nodes:
        text += _example(code, value, text, found)
    return text[len(before) :]


def _example(code, value, before, found):
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.ANY:
        return "a"
    if code is codes.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if code is codes.IN:
        return (_members(value) or ["a"])[0]
    if code is codes.SUBPATTERN:
        return _walk(value[-1], before, found)
    if code is codes.BRANCH:
        first, *_ = [_walk(branch, before, found) for branch in value[1]]
        return first
    if code is getattr(codes, "ATOMIC_GROUP", None):
        return _walk(value, before, found)
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        text = _walk(value[1], before, found)
        return text if code is codes.ASSERT and value[0] > 0 else ""
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, getattr(codes, "POSSESSIVE_REPEAT", None)):
        least, most, body = value
        one = _walk(body, before, found)
        if most > _MANY:
            found.append((before, one))
            if len(body) == 1 and body[0][0] in (codes.IN, codes.ANY):
                members = _members(body[0][1]) if body[0][0] is codes.IN else list(_ANY)
                found.extend((before, member) for member in members[1:4])
                found.append((before, "".join(members[:4])))
        return one * min(max(least, 1), 100)
    return ""


def _members(items):
    """Some characters of a set."""
    if items and items[0][0] is codes.NEGATE:
        barred = _members(items[1:])
        return [c for c in _ANY if c not in barred]
    members = []
    for kind, value in items:
        if kind is codes.LITERAL:
            members.append(chr(value))
        elif kind is codes.RANGE:
            members += [c for c in _ANY if value[0] <= ord(c) <= value[1]] or [chr(value[0])]
        elif kind is codes.CATEGORY:
            members += _OF_CATEGORY.get(value, "a")
    return members


def growth(run, prefix, pump, size=3000, times=4, enough=0.004):
    """How much longer `run` works on a text `times` as long; 0.0 where it is done with the shorter in `enough` seconds.

    It is the processor's time, and the least of several, so that what else the machine does counts for little.
    """
    if seconds(run, lengthened(prefix, pump, size)) < enough:
        return 0.0
    shorter, longer = (min(seconds(run, lengthened(prefix, pump, n)) for _ in range(3)) for n in (size, times * size))
    return longer / max(1e-9, shorter)


def lengthened(prefix, pump, size):
    """The prefix, the pump again and again up to a size, and what nothing matches."""
    return prefix + pump * (size // len(pump)) + "\0"


def seconds(run, text):
    """The processor's seconds of a run."""
    begun = time.process_time()
    run(text)
    return time.process_time() - begun
