import pytest

from feedback_nlp.records import subject_end


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Subject: Your application\nDear Ann,", "Subject: Your application"),
        ("Subject: Your application", "Subject: Your application"),
        ("    Subject: Your application\n    Dear Ann,", "    Subject: Your application"),
        ("\n\nSubject: Your application\r\nDear Ann,", "\n\nSubject: Your application\r"),
        ("Dear Ann,\nSubject: Your application", ""),
        (f"{' ' * 81}Subject: Your application", ""),
        ("", ""),
    ],
)
def test_the_subject_that_a_text_begins_with(text, subject):
    assert text[: subject_end(text)] == subject
