import pytest

from feedback_nlp.labels import LABELS, label_named


@pytest.mark.parametrize(
    ("name", "label"),
    [
        *(pytest.param(label, label, id=label) for label in LABELS),
        pytest.param("Skills gap", "skills_gap", id="words"),
        pytest.param(" NOT-REJECTION\n", "not_rejection", id="capitals and a hyphen"),
        pytest.param("hiring _ freeze", "hiring_freeze", id="spaces around"),
        pytest.param("Another\xa0Candidate", "another_candidate", id="a space that breaks no line"),
        pytest.param(" Skills Gaps ", "Skills Gaps", id="another word"),
        pytest.param("skillsgap", "skillsgap", id="one word"),
        pytest.param(" ", "", id="blank"),
    ],
)
def test_the_label_that_is_meant(name, label):
    assert label_named(name) == label
