import ast
import graphlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import feedback_nlp

PACKAGE = Path(feedback_nlp.__file__).parent
FILES = {
    ".".join(["feedback_nlp", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
# `from feedback_nlp.store import x` inside a function and at the top of a module count alike.


def is_for_types_only(node):
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def statements(node):
    """All nodes below one, those for type checkers left out."""
    for child in ast.iter_child_nodes(node):
        if is_for_types_only(child):
            for other in child.orelse:
                yield from (other, *statements(other))
        else:
            yield from (child, *statements(child))


def imported(source, module, is_package=False):
    """The full names that a module's source imports."""
    for node in statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = module.split(".")[: None if is_package and node.level == 1 else -node.level + is_package] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            for alias in node.names:
                yield f"{base}.{alias.name}" if f"{base}.{alias.name}" in FILES else base


def graph():
    names = {m: set(imported(path.read_text(encoding="utf-8"), m, path.name == "__init__.py")) for m, path in FILES.items()}
    return {module: {name for name in found if name in FILES} for module, found in names.items()}


@pytest.mark.parametrize(
    ("source", "module", "found"),
    [
        pytest.param("import numpy as np", "feedback_nlp.model", ["numpy"], id="plain"),
        pytest.param("from feedback_nlp.labels import LABELS", "feedback_nlp.model", ["feedback_nlp.labels"], id="name"),
        pytest.param("from feedback_nlp import labels", "feedback_nlp.model", ["feedback_nlp.labels"], id="module"),
        pytest.param("from feedback_nlp import load", "feedback_nlp.model", ["feedback_nlp"], id="package"),
        pytest.param("from .labels import LABELS", "feedback_nlp.model", ["feedback_nlp.labels"], id="relative"),
        pytest.param("from .html import x", "feedback_nlp.inbox", ["feedback_nlp.inbox.html"], id="relative-in-a-package"),
        pytest.param("from ..labels import x", "feedback_nlp.inbox.html", ["feedback_nlp.labels"], id="relative-up"),
        pytest.param("def f():\n    from spacy.tokens import Doc", "feedback_nlp.model", ["spacy.tokens"], id="in-a-function"),
        pytest.param("if TYPE_CHECKING:\n    import spacy\nelse:\n    import re", "feedback_nlp.model", ["re"], id="for-types"),
    ],
)
def test_imports_are_found(source, module, found):
    assert list(imported(source, module, FILES[module].name == "__init__.py")) == found


def test_imports_go_one_way():
    edges = graph()
    assert {"feedback_nlp.preprocess", "feedback_nlp.features"} <= edges["feedback_nlp.model"]
    assert "feedback_nlp.store" in edges["feedback_nlp"]  # inside a function
    order = list(graphlib.TopologicalSorter(edges).static_order())  # raises CycleError, with the cycle
    assert sorted(order) == sorted(FILES)


def unit(module):
    """The file or the package by which a module stands in the list."""
    return module.split(".")[1]


def test_imports_go_up_the_list_of_files():
    lines = re.findall(r"^ {4}(\w+(?:, \w+)*)(?= |$)", feedback_nlp.__doc__, re.MULTILINE)
    listed = [name for line in lines for name in line.split(", ")]
    edges = {module: {name for name in found if "." in name} for module, found in graph().items() if "." in module}
    assert sorted(listed) == sorted({unit(module) for module in edges})
    place = {name: i for i, name in enumerate(listed)}
    assert [(module, name) for module, found in edges.items() for name in found if place[unit(name)] > place[unit(module)]] == []


def modules_after(code, home):
    """The top-level names in sys.modules of a fresh Python that ran the code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"],
        env=os.environ | {"FEEDBACK_NLP_HOME": str(home)},
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("module", ["feedback_nlp", "feedback_nlp.cli"])
def test_start_is_light(module, tmp_path):
    loaded = modules_after(f"import {module}", tmp_path)
    assert "feedback_nlp" in loaded
    assert loaded & {"spacy", "sklearn", "numpy", "pandas", "scipy"} == set()


def test_answering_needs_no_learning_libraries(tmp_path):
    loaded = modules_after("import feedback_nlp\nfeedback_nlp.load().predict(['We chose another candidate.'])", tmp_path)
    assert {"numpy", "spacy"} <= loaded
    assert loaded & {"sklearn", "scipy", "pandas"} == set()


@pytest.mark.parametrize("name", feedback_nlp.__all__)
def test_public_names_are_there(name):
    assert getattr(feedback_nlp, name) is not None


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = feedback_nlp.nothing
