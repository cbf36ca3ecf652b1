"""Every regular expression of the package: those in its source, and those that it makes of its tables and of what mails say."""

import ast
import datetime
import importlib.util
import json
import pkgutil
import re
import sys
from pathlib import Path

PACKAGE = Path(importlib.util.find_spec("feedback_nlp").origin).parent
_CALLS = ("compile", "sub", "subn", "search", "match", "fullmatch", "findall", "finditer", "split")
_MOST_OF_NAMES = 3
"""So many of those that a line makes of names are looked at."""
_FROM_TABLES = ("phrases.py",)


def places():
    """Where the source makes or uses one by `re`: (file, line) -> whether it stands there as it is."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
            if is_call and node.func.value.id == "re" and node.func.attr in _CALLS:
                found[str(path.relative_to(PACKAGE)), node.lineno] = node.args[0]
    return found


def only_at_the_start():
    """Where those are made that are only matched at one place of a text, and never looked for in it: (file, line)."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        lines = {node.targets[0].id: node.value.lineno for node in tree.body if isinstance(node, ast.Assign) and _is_compiled(node.value)}
        uses = {name: set() for name in lines}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in uses:
                uses[node.value.id].add(node.attr)
        yield from ((str(path.relative_to(PACKAGE)), lines[name]) for name, used in uses.items() if used and used <= {"match", "fullmatch"})


def _is_compiled(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile"


def written():
    """Those that stand in the source as they are: (file, line, pattern, flags)."""
    for (file, line), argument in places().items():
        if isinstance(argument, ast.Constant):
            yield file, line, argument.value, 0


def made():
    """Those that `re` is given by the package while all modules are imported and all kinds of input are read."""
    found = {}
    compile_anew = re._compile

    def noted(pattern, flags):
        frame = sys._getframe(2)
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE) and isinstance(pattern, (str, bytes)):
            place = str(path.relative_to(PACKAGE)), frame.f_lineno
            if place[0] in _FROM_TABLES or len(found.setdefault(place, {})) < _MOST_OF_NAMES:
                found.setdefault(place, {})[pattern, int(flags)] = None
        return compile_anew(pattern, flags)

    re._compile = noted
    _drive()
    re._compile = compile_anew
    return [(*place, pattern, flags) for place, patterns in found.items() for pattern, flags in patterns]


def _drive():
    for module in pkgutil.walk_packages([str(PACKAGE)], "feedback_nlp."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    from feedback_nlp import deadline, load, reply, step
    from feedback_nlp.dossier import compile_dossier, html_of
    from feedback_nlp.examples import read_corpus
    from feedback_nlp.feedback import give_feedback
    from feedback_nlp.history import read_history
    from feedback_nlp.records import Email
    from feedback_nlp.resources import read_table

    for for_rejections in (True, False):
        step._phrases(for_rejections)
    for name in step.step_table()["words"]:
        step._list(name)
    reply._faults()
    for name in reply._words():
        reply._list(name)
    for entry in reply.reply_table()["answered"]:
        reply._pattern(entry.get("says", ()))
    for phrases in reply.reply_table()["asks"].values():
        reply._pattern(phrases)
    for name in read_table("deadline").keys() - {"words"}:
        deadline._pattern(name)
    reply.check_reply("I had hoped for more.")
    emails = [Email(e.id, e.text, sender="Ida via Workday <ida@mill.example>") for e in read_corpus()[0][:400]]
    list(give_feedback(emails, load()))
    rows = list(read_history([PACKAGE.parent / "data" / "samples" / "labelled.csv"]))
    html_of(compile_dossier(rows, datetime.date(2026, 10, 1)))


if __name__ == "__main__":
    found = ((*place, p if isinstance(p, str) else p.decode("latin-1"), isinstance(p, bytes), flags) for *place, p, flags in made())
    sys.stdout.write(json.dumps(list(found)))
