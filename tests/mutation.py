"""Whether the tests of the core modules fail where their code is changed, judged on changes drawn at random.

    mutmut run --max-children 1 $(python -m tests.mutation)   # judges the sample
    python -m tests.mutation --score                          # what the tests found of it, and the names of what they didn't

mutmut has pytest load this as a plugin: a change is judged by its module's own tests, which take seconds.
"""

import json
import os
import random
import sys
from pathlib import Path

from tests.small import small_trained

MODULES = ("body", "preprocess", "model", "store")
SAMPLE = 150
SEED = 20
UNFOUND = (0, 5, 33)
"""What mutmut writes down where all tests pass, or none reaches the change."""


def pytest_collection_modifyitems(config, items):
    package, _, changed = os.environ.get("MUTANT_UNDER_TEST", "").partition(".")
    if package == "feedback_nlp":
        items[:] = [item for item in items if item.path.stem == f"test_{changed.partition('.')[0]}"]
    elif config.option.collectonly:  # the process that all changes are forked from: it has the model, and remembers no answers
        small_trained()
        for name, module in list(sys.modules.items()):
            for value in list(vars(module).values()) if name.startswith("feedback_nlp") else ():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def sample(module):
    from mutmut.mutation.file_mutation import mutate_file_contents

    path = f"feedback_nlp/{module}.py"
    names = [f"feedback_nlp.{module}.{name}" for name in mutate_file_contents(path, Path(path).read_text(encoding="utf-8")).mutant_names]
    return random.Random(SEED).sample(names, min(SAMPLE, len(names)))


def score(module):
    """A line that says how many of the changes that were judged the tests found, and the names of those that none found."""
    codes = json.loads(Path(f"mutants/feedback_nlp/{module}.py.meta").read_text(encoding="utf-8"))["exit_code_by_key"]
    judged = {name: code for name, code in codes.items() if code is not None}
    unfound = [name for name, code in judged.items() if code in UNFOUND]
    found = len(judged) - len(unfound)
    return [f"{module}: {found} of {len(judged)} found ({found / max(1, len(judged)):.0%})", *unfound]


if __name__ == "__main__":
    lines = [line for module in MODULES for line in (score if "--score" in sys.argv else sample)(module)]
    sys.stdout.write("\n".join(lines) + "\n")
