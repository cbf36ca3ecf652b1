import pytest

from feedback_nlp.letter import letter_of
from feedback_nlp.records import Email
from feedback_nlp.sender import is_by_applicant, sender_type_of

# From, the end of the mail, and who wrote it.
SENDERS = [
    ("", "Kind regards,\nMaria Silva\nTalent Partner", "recruiter"),
    ("", "Maria Silva\nHuman Resources\nFoxmere Labs", "recruiter"),
    ("", "Kim, HR", "recruiter"),
    ("", "jules, people ops", "recruiter"),
    ("", "Head of Talent", "recruiter"),
    ("", "I'm a technical recruiter here.", "recruiter"),
    ("careers@foxmere.example", "Kind regards,\nRuth Amos", "recruiter"),
    ("info@foxmere.example", "Kind regards,\nRuth Amos", ""),
    ("", "Kind regards,\nMaria Silva\nHead of Baking", "manager"),
    ("", "Kind regards,\nMaria Silva\nChief Procurement Officer", "manager"),
    ("", "Kind regards,\nMaria Silva\nTown Clerk", ""),
    ("", "Kind regards,\nMaria Silva, PhD", ""),
    ("", "My team needs somebody else.", "manager"),
    ("", "I run the workshop here.", "manager"),
    ("", "Our team needs somebody else.", ""),
    ("", "Best,\nMaria", ""),
    ("", "Recruitment Team", ""),
    ("", "Foxmere Labs, HR", ""),
    ("", "Kind regards, Resourcing", ""),
    ("", "With friendly greetings\nHR", ""),
    ("jobs@foxmere.example", "Kind regards,\nThe Recruiting Team", "noreply"),
    ("maria@foxmere.example", "Kind regards,\nThe Recruiting Team", ""),
    ("talent@foxmere.example", "Team Foxmere", "noreply"),
    ("no-reply@foxmere.example", "Kind regards,\nMaria Silva\nTalent Partner", "noreply"),
    ("", "Please do not reply to this email.", "noreply"),
    ("", "This is an automated message.", "noreply"),
    ("foxmere@myworkday.com", "Kind regards,\nThe Foxmere team", "noreply"),
    ("maria.s@foxmere.personio.de", "Kind regards,\nMaria Silva", ""),
    ("jobs-noreply@linkedin.com", "Foxmere", "noreply"),
    ("", "My client has chosen somebody else.", "agency"),
    ("", "Our client service team says hello.", ""),
    ("", "The client passed, sorry. I'd put you forward for another.", "agency"),
    ("", "The client passed, sorry.", ""),
    ("", "Dee\nMillstream Staffing", "agency"),
    ("", "Dee\nCorrib Recruitment", ""),
    ("dee@corrib-recruitment.example", "Dee", "agency"),
    ("Dee | Merlion Executive Search <dee@merlion.example>", "Dee", "agency"),
    ("", "My CV is attached.\n\nSam Reed\nHead of Baking", ""),
]


@pytest.mark.parametrize(("sender", "end", "kind"), SENDERS, ids=range(len(SENDERS)))
def test_sender_type_of(sender, end, kind):
    text = f"Dear Sam,\n\nWe have chosen somebody else for the post.\n\n{end}"
    assert sender_type_of(letter_of(Email("1", text, sender=sender))) == kind


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("I am writing to apply for the Editor role.", True),
        ("I wish to withdraw my application.", True),
        ("My CV is attached.", True),
        ("I'm withdrawing the offer.", False),
        ("Your application has arrived.", False),
    ],
)
def test_is_by_applicant(text, told):
    assert is_by_applicant(letter_of(Email("1", text))) is told
