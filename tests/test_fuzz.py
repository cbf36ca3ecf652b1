"""A little of `python -m tests.fuzz`: the seeds, among them every fault that was found, and some seconds of chance."""

from random import Random

import pytest

from tests.fuzz.__main__ import SEEDS, Fuzzer, fuzz
from tests.fuzz.mutation import LARGEST, mutated
from tests.fuzz.targets import TARGETS


@pytest.fixture
def fuzzer(tmp_path):
    return Fuzzer(1, tmp_path / "findings", tmp_path / "fuzz")


def faults(fuzzer):
    return [path.read_text(encoding="utf-8") for path in sorted(fuzzer.findings.glob("*.why"))]


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("seed", sorted(SEEDS.iterdir()), ids=lambda path: path.name)
def test_seed(seed, name, fuzzer):
    fuzzer.one(name, seed.read_bytes())
    assert faults(fuzzer) == []
    assert fuzzer.runs == {name: 1}


def test_some_seconds(fuzzer):
    fuzz(fuzzer, 5)
    assert faults(fuzzer) == []
    assert sum(fuzzer.runs.values()) > len(TARGETS) * len(list(SEEDS.iterdir()))
    assert next(fuzzer.summary()).startswith(f"{sum(fuzzer.runs.values()):,} executions, ")


def test_a_seed_says_what_is_made():
    data, other = (path.read_bytes() for path in sorted(SEEDS.iterdir())[:2])
    one, two = ([mutated(data, other, random) for _ in range(200)] for random in (Random(7), Random(7)))
    assert one == two
    assert len(set(one)) > 150
    assert max(map(len, one)) <= LARGEST


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (ValueError("Samira"), "ValueError: Samira"),
        (RecursionError(), "RecursionError"),
        (AssertionError("no quote"), "AssertionError: no quote"),
    ],
)
def test_a_fault_is_kept_with_the_smallest_input(fault, said, fuzzer, monkeypatch):
    def broken(data, folder):
        raise fault

    monkeypatch.setitem(TARGETS, "cells", (broken, 1))
    for data in (b"longer", b"short", b"longest"):
        fuzzer.one("cells", data)
    (kind,) = fuzzer.failed
    assert fuzzer.failed[kind] == 3
    assert (fuzzer.findings / kind).read_bytes() == b"short"
    assert said in (fuzzer.findings / f"{kind}.why").read_text(encoding="utf-8")


def test_what_takes_too_long_is_a_fault(fuzzer, monkeypatch):
    monkeypatch.setattr("tests.fuzz.__main__.SLOWEST", 0.0)
    fuzzer.one("mail", b"no")
    assert "TimeoutError" in faults(fuzzer)[0]
