import pytest
from licences import allowed, declared, short, used


@pytest.fixture(scope="module")
def uses():
    return used()


def test_every_licence_may_be_used_so(uses):
    licences = declared(uses)
    assert sorted(licences) == sorted(uses)
    assert {name: licences[name] for name, use in uses.items() if not allowed(licences[name], use)} == {}


def test_the_nearest_use_counts(uses):
    names = ("click", "spacy", "cymem", "pyarrow", "olefile", "mypy")
    assert {name: uses[name] for name in names} == {
        "click": "run-time",
        "spacy": "run-time",
        "cymem": "run-time",
        "pyarrow": "extra",
        "olefile": "extra",
        "mypy": "tests",
    }


@pytest.mark.parametrize(
    ("licence", "run_time", "tests"),
    [
        pytest.param("MIT", True, True, id="permissive"),
        pytest.param("BSD-3-Clause AND 0BSD AND Zlib", True, True, id="all of them"),
        pytest.param("GPL-3.0-or-later OR MIT", True, True, id="one of them"),
        pytest.param("(GPL-3.0-only OR MIT) AND MIT", True, True, id="in brackets"),
        pytest.param("MIT AND GPL-2.0-only", False, False, id="one of them binds"),
        pytest.param("LGPL-3.0-or-later", False, True, id="never at run-time"),
        pytest.param("Apache-2.0 WITH LLVM-exception", True, True, id="with an exception"),
        pytest.param("UNKNOWN", False, False, id="unknown"),
        pytest.param("Proprietary", False, False, id="proprietary"),
    ],
)
def test_what_may_be_used(licence, run_time, tests):
    assert (allowed(licence, "run-time"), allowed(licence, "tests")) == (run_time, tests)


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("MIT License", "MIT"),
        ("The MIT License", "MIT"),
        ("Apache Software License", "Apache-2.0"),
        ("BSD License; MIT License", "BSD AND MIT"),
        ("ISC License (ISCL)", "ISC"),
        ("GNU Lesser General Public License v3 or later (LGPLv3+)", "LGPL-3.0-or-later"),
        ("MPL-2.0 AND MIT", "MPL-2.0 AND MIT"),
    ],
)
def test_short_names(declared, name):
    assert short(declared) == name
