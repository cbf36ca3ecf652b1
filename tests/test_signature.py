import pytest

from feedback_nlp.signature import after_closing, is_closing, is_person, is_team


@pytest.mark.parametrize(
    ("lines", "below"),
    [
        (["No.", "Kind regards,", "Ida", "Baker"], ["Ida", "Baker"]),
        (["Thanks", "No.", "Best wishes", "Ida"], ["Ida"]),
        (["No.", "Cheers"], []),
        (["No.", "Ida"], None),
        ([], None),
    ],
)
def test_after_closing(lines, below):
    assert after_closing(lines) == below


@pytest.mark.parametrize(
    ("line", "closing", "person", "team"),
    [
        ("Kind regards,", True, False, False),
        ("Regards. Then more", False, False, False),
        ("Ida Mill", False, True, False),
        ("Ida M. Mill", False, True, False),
        ("The Mill Recruiting Team", False, False, True),
        ("Talent Acquisition", False, False, True),
        ("Mill HR", False, False, True),
        ("mill", False, False, False),
        ("HR " + "a" * 90, False, False, False),
    ],
)
def test_kinds_of_line(line, closing, person, team):
    assert (is_closing(line), is_person(line), is_team(line)) == (closing, person, team)
