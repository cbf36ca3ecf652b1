import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.addressee import addressee_of
from feedback_nlp.letter import letter_of
from feedback_nlp.records import Email

START = "Subject: Your application to Quillmark\n\nDear Sam,\n\nThank you for applying to us. It is a no from our side, I am afraid.\n\n"
NOBODY = START.replace("I am afraid", "and we are sorry")

# The end of a mail, and whom that lets one greet.
ENDS = [
    ("Best,\nIda", "Ida"),
    ("Best\nIda", "Ida"),
    ("Cheers, Ida", "Ida"),
    ("Warmly,\nZoë", "Zoë"),
    ("Thanks, Ida Mill, Talent Partner", "Ida"),
    ("Kind regards,\nIda Mill\nHead of Baking", "Ida"),
    ("Kind regards,\n\nIda van der Berg", "Ida"),
    ("Kind regards,\nIda Mill, Talent Partner", "Ida"),
    ("Kind regards,\nIda Mill | Quillmark", "Ida"),
    ("Kind regards,\nIda Mill (she/her)", "Ida"),
    ("Kind regards,\nIda-Marie O'Neill", "Ida-Marie"),
    ("Best,\n*Ida Mill*", "Ida"),
    ("With thanks,\nJo\n--\nJo Brand, Quillmark", "Jo"),
    ("Yours sincerely,\nDr. Ida Mill", "Dr Mill"),
    ("Yours sincerely,\nProfessor I. Mill", "Professor Mill"),
    ("Regards,\nMr A. Okoye", "Mr Okoye"),
    ("Regards,\nA. Okoye", ""),
    ("Regards,\nde Vries", ""),
    ("Best,\nida", ""),
    ("Kind regards,\nMILL Ida", ""),
    ("Best,\nKim HR", ""),
    ("Best wishes,\nQuillmark", ""),
    ("Best wishes,\nQuillmark Press Ltd", ""),
    ("Best wishes,\nAlder", ""),
    ("Best wishes,\nFernhill", ""),
    ("Best,\nSam", ""),
    ("Best,\nThe Team", ""),
    ("Thanks,\nPriya & Tom", ""),
    ("Kind regards,\nHuman Resources", ""),
    ("Kind regards,\nCustomer Care", ""),
    ("Best regards\nTalent Acquisition", ""),
    ("Kind regards,\nWorks Manager", ""),
    ("Kind regards,\n[Recruiter Name]", ""),
    ("Kind regards,\n{{first_name}}", ""),
    ("Kind regards,", ""),
    ("Kind regards,\nSr Philomena Daly", ""),
    ("Sorry again!\nIda", ""),
    ("Sent from my iPhone", ""),
    ("", ""),
]


@pytest.mark.parametrize(("end", "addressee"), ENDS)
def test_addressee(end, addressee):
    email = Email("1", f"{START}{end}\n", sender="jobs@fernhill.example")
    assert addressee_of(letter_of(email), "Alder Works") == addressee


@pytest.mark.parametrize(
    ("end", "sender", "addressee"),
    [
        ("Best,\nIda", "", ""),
        ("Best,\nIda Mill", "jobs@alder.example", ""),
        ("Best,\nIda", "Ida Mill <jobs@alder.example>", "Ida"),
        ("Best,\nIda", "ida.mill@alder.example", "Ida"),
        ("Best,\nIda Mill", "i.mill@alder.example", "Ida"),
        ("Best,\nIda Mill", "brigida@alder.example", ""),
        ("Best,\nIda Mill\nHead of Baking", "", "Ida"),
        ("Best,\nIda Mill, Talent Partner", "", "Ida"),
        ("Best,\nAlder Baking", "Alder <jobs@alder.example>", ""),
    ],
)
def test_where_we_write_something_must_tell_who_signed(end, sender, addressee):
    assert addressee_of(letter_of(Email("1", f"{NOBODY}{end}\n", sender=sender)), "Alder Works") == addressee


@given(st.text(max_size=80))
def test_whatever_signs_is_greeted_by_plain_words_or_not_at_all(end):
    found = addressee_of(letter_of(Email("1", f"{START}Best,\n{end}\n")), "")
    assert all(c.isalpha() or c.isdigit() or c in " -'_" for c in found)
    assert found == found.strip()
