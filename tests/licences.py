"""The licences of all that the project installs, as the packages declare them."""

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

USES = {"": "run-time", "clipboard": "extra", "outlook": "extra", "plots": "extra", "serve": "extra", "tables": "extra"} | {
    "docs": "docs",
    "test": "tests",
}
"""What each extra is for, the nearest use first; `benchmark` and `mutation` are no part of any check."""
PERMISSIVE = re.compile(
    r"(0BSD|Apache|Apache-2\.0|BSD|BSD-[23]-Clause|CNRI-Python|HPND|ISC|MIT|MIT-0|MIT-CMU|MPL|MPL-2\.0|PSF|PSF-2\.0"
    r"|Python-2\.0|PSFL|Unlicense|Zlib|CC0-1\.0)"
)
"""What may go into a program under the MIT licence; the MPL binds its own files alone."""
REPLACEABLE = re.compile(r"LGPL\S*")
"""A library under it may be used beside such a program, by whoever chooses to install it: in an extra, never at run-time."""
UNDECLARED = {"axe-playwright-python": "MIT AND MPL-2.0"}
"""Where the package itself says nothing that a program could read: by the licence files in it."""
_LONG_NAMES = {
    r"Apache( Software)? License( Version)?,?( 2\.0)?|Apache Software License|Apache 2\.0": "Apache-2.0",
    r"BSD( 3-Clause)? License|Modified BSD License|3-Clause BSD License|New BSD License": "BSD",
    r"(The )?MIT License": "MIT",
    r"Mozilla Public License 2\.0 \(MPL 2\.0\)": "MPL-2.0",
    r"Python Software Foundation License": "PSF-2.0",
    r"ISC License( \(ISCL\))?": "ISC",
    r"GNU Lesser General Public License v3 or later \(LGPLv3\+\)|LGPLv3\+|GNU Lesser.*": "LGPL-3.0-or-later",
}


def used():
    """Each package that is installed for the project, and the nearest use of it."""
    found = {}
    for extra, use in USES.items():
        for name in _closure("feedback-nlp", frozenset([extra])):
            found.setdefault(name, use)
    del found["feedback-nlp"]
    return found


def declared(names):
    """The licence of each package."""
    run = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-system", "--packages", *names]
    rows = json.loads(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    return {canonicalize_name(row["Name"]): short(row["License"]) for row in rows} | {n: UNDECLARED[n] for n in names if n in UNDECLARED}


def short(licence):
    """A licence by its short name, where it has one."""
    licence = licence.replace(";", " AND")
    for long, name in _LONG_NAMES.items():
        licence = re.sub(rf"\b(?:{long})(?=$| AND| OR)", name, licence)
    return " ".join(licence.split())


def allowed(licence, use):
    """Whether a package of that licence may be used so: every part of it by `AND`, one by `OR`."""
    parts = [part.split(" OR ") for part in re.sub(r"[()]| WITH \S+", "", licence).split(" AND ")]
    return all(any(PERMISSIVE.fullmatch(one) or (use != "run-time" and REPLACEABLE.fullmatch(one)) for one in part) for part in parts)


def table():
    """All of it as Markdown."""
    uses = used()
    licences = declared(uses)
    rows = [f"| {name} | {licences[name]} | {uses[name]} |" for name in sorted(uses)]
    return "\n".join(["| package | licence | used for |", "|---|---|---|", *rows]) + "\n"


def _closure(name, extras, seen=None):
    seen = set() if seen is None else seen
    name = canonicalize_name(name)
    if (name, extras) in seen:
        return
    seen.add((name, extras))
    try:
        needed = requires(name) or []
    except PackageNotFoundError:  # of an extra that is not installed
        return
    yield name
    for requirement in map(Requirement, needed):
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras or [""]):
            yield from _closure(requirement.name, frozenset(requirement.extras) or frozenset([""]), seen)
