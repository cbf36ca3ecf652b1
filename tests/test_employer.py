import pytest

from feedback_nlp.employer import employer_of, name_of_address
from feedback_nlp.letter import address_of, letter_of
from feedback_nlp.records import Email


def employer(text="Sorry.", sender="", subject="", **kind):
    return employer_of(letter_of(Email("1", text, subject=subject, sender=sender)), **kind)


TEXTS = [
    ("Thank you for applying to Foxmere Labs. We", "Foxmere Labs"),
    ("Your application for the Editor role at Foxmere is closed.", "Foxmere"),
    ("Your application with Foxmere for Editor.", "Foxmere"),
    ("Thank you for your interest in joining Foxmere as an Editor.", "Foxmere"),
    ("Thank you for your interest in Foxmere and for your time.", "Foxmere"),
    ("Thank you for your interest in Senior Editor at Foxmere.", "Foxmere"),
    ("On behalf of Foxmere I thank you.", "Foxmere"),
    ("On behalf of everyone at Foxmere, thank you.", "Foxmere"),
    ("Best,\nThe Foxmere Recruiting Team", "Foxmere"),
    ("Foxmere Labs offered you the job.", "Foxmere Labs"),
    ("I'm a recruiter at Foxmere.", "Foxmere"),
    ("Your application was viewed by Foxmere.", "Foxmere"),
    ("Employer: Foxmere", "Foxmere"),
    ("Employer ......... Foxmere Labs\nVacancy .......... Editor", "Foxmere Labs"),
    ("You took part in a selection process at Foxmere Labs for the post.", "Foxmere Labs"),
    ("Your application for Editor (Leeds) was submitted to Foxmere Labs on 6 April.", "Foxmere Labs"),
    ("Sent by HireSail on behalf of Foxmere Labs. Settings", "Foxmere Labs"),
    ("Foxmere Labs has sent you the following message:", "Foxmere Labs"),
    ("Thank you for your application, the call with Kwabena, and the visit.", ""),
    ("The Editor position at Foxmere. Foxmere Medical Center is large.", "Foxmere Medical Center"),
    ("The editor job at Bean & Gone went to Tom.", "Bean & Gone"),
    ("Kind regards,\nMaria\nFoxmere Ltd", "Foxmere Ltd"),
    ("Kind regards,\nMaria Silva\nDirector\nStichting Waterwijs", "Stichting Waterwijs"),
    ("Talent Acquisition, Foxmere Labs", "Foxmere Labs"),
    ("Regards\nMaria Silva\nStrategy & Performance, Wexcombe Borough Council", "Wexcombe Borough Council"),
    ("Regards\nMaria Silva\nReed & Oak, Leeds", "Reed & Oak"),
    ("Quill Mark Careers", "Quill Mark"),
    ("Foxmere has read your form.\n\nFoxmere Careers", "Foxmere"),
    ("Legal Talent", ""),
    ("Early Careers Recruitment", ""),
    ("The position with Java at its heart is filled.", ""),
    ("Your interview at 2pm is off.", ""),
    ("Thank you for applying to JO 88120.", ""),
    ("The editor job at Kedzie went to Tom.", ""),
    ("The position at our Leeds store is filled.", ""),
    ("The position at the Mill Lane branch is filled.", ""),
    ("Thank you for interviewing with Maria Silva.", ""),
    ("We spoke about the role with Jen and Marcus.", ""),
    ("Thank you for applying to Senior Editor.", ""),
    ("Thank you for applying to our company.", ""),
    ("Kind regards,\nMaria\nHR", ""),
    ("Kind regards,\nKim HR", ""),
    ("Kind regards,\nMaria\nHuman Resources\nShared Services", ""),
    ("Greetings from Kottayam!", ""),
    ("Thank you for applying to Millstream Staffing.", ""),
    ("The following items were sent to Fogg Ltd. Good luck!", "Fogg Ltd"),
]


@pytest.mark.parametrize(("text", "name"), TEXTS, ids=[text for text, _ in TEXTS])
def test_names_in_the_text(text, name):
    assert employer(text) == name


@pytest.mark.parametrize(
    "subject",
    [
        "Invitation: Interview - Data Engineer @ Fri 4 Sep 2026 10am - 11am (BST)",
        "Updated invitation: Interview - Data Engineer @ Tue Sep 8, 2026 2pm - 3pm (EDT) (jo@mail.example)",
        "Invitation: Interview - Data Engineer @ Weekly from 10am to 11am on Friday (BST)",
        "Invitation: Interview - Data Engineer @ Daily from 9am to 10am, Mon 7 Sep 2026",
    ],
)
def test_the_time_of_an_invitation_is_no_employer(subject):
    assert employer("Hello Jo, here is the link for our call. Maria", subject=subject) == ""
    assert employer("Hello Jo, here is the link for our call. Maria", "Maria <maria@foxmere.com>", subject) == "Foxmere"


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("Foxmere Careers <x@gmail.com>", "Foxmere"),
        ("Foxmere Talent Acquisition <x@gmail.com>", "Foxmere"),
        ("Maria at Foxmere <x@gmail.com>", "Foxmere"),
        ("Maria Silva | Foxmere <x@gmail.com>", "Foxmere"),
        ("Foxmere | Careers <x@gmail.com>", "Foxmere"),
        ("Maria (Foxmere Labs) <x@gmail.com>", "Foxmere Labs"),
        ("Maria, Foxmere <x@gmail.com>", ""),
        ("Foxmere via Greenhouse <no-reply@greenhouse.io>", "Foxmere"),
        ("Foxmere <no-reply@hire.lever.co>", "Foxmere"),
        ("Maria Silva <maria.silva@foxmere.recruitee.com>", "Foxmere"),
        ("Maria Silva <maria@gmail.com>", ""),
        ("LinkedIn <jobs-noreply@linkedin.com>", ""),
        ("Greenhouse <no-reply@greenhouse.io>", ""),
        ("Workday <acme@myworkday.com>", "Acme"),
        ("Greenhouse Recruiting <no-reply@foxmere.com>", "Foxmere"),
        ("Greenhouse Foods <no-reply@greenhouse.io>", "Greenhouse Foods"),
    ],
)
def test_names_in_the_sender(sender, name):
    assert employer(sender=sender) == name


def test_a_service_that_writes_for_others_is_no_employer():
    text = "Your application was received.\nSent through HireSail."
    assert employer(text, "HireSail <no-reply@hiresail-mail.example>") == ""
    assert employer("Hello.\nSent by HireSail for you.", "Foxmere Labs via HireSail <no-reply@hiresail.example>") == "Foxmere Labs"


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("ida@quillmark.com", "Quillmark"),
        ("ida@mail.quillmark.co.uk", "Quillmark"),
        ("jobs@black-heron-insurance.com", "Black Heron Insurance"),
        ("ida@quillmark-careers.com", "Quillmark"),
        ("ida@nwlr.com", "NWLR"),
        ("ida@kpm.com", "KPM"),
        ("quillmark@myworkday.com", "Quillmark"),
        ("quill-mark+autoreply@talent.icims.com", "Quill Mark"),
        ("x.y@quillmark.teamtailor-mail.com", "Quillmark"),
        ("no-reply@us.greenhouse-mail.io", ""),
        ("jana.k@personio.de", ""),
        ("ida@gmail.com", ""),
        ("a@linkedin.com", ""),
        ("a@jobs.example", ""),
        ("a@x.com", ""),
        ("", ""),
    ],
)
def test_name_of_address(address, name):
    assert name_of_address(address_of(address)) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The role with Quill Mark is gone, quillmark says.", "Quill Mark"),
        ("Quillmark Press has decided.", "Quillmark Press"),
        ("The Quillmark decides.", "The Quillmark"),
        ("Write to ida@quillmark.com or quillmark.", "Quillmark"),
        ("We have decided.", "Quillmark"),
        ("The University of Quillmark decides.", "University of Quillmark"),
        ("Ann\nUniversity of Quillmark", "University of Quillmark"),
        ("The City of Quillmark Council met.", "City of Quillmark Council"),
        ("The Head of Quillmark decides.", "Quillmark"),
        ("Thank you for applying to Quillmark's Graduate Scheme.", "Quillmark"),
        ("Thank you for applying to Foxmere's Graduate Scheme. Foxmere is full.", "Foxmere"),
        ("Thank you for applying to Foxmere's Graduate Scheme. Foxmere's year is full.", "Foxmere's"),
    ],
)
def test_the_text_spells_the_domain(text, name):
    assert employer(text, sender="ida@quillmark.com") == name


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Your application to Foxmere", "Foxmere"),
        ("Application for Editor at Foxmere", "Foxmere"),
        ("[Foxmere Labs] Application status", "Foxmere Labs"),
        ("Foxmere Labs: update on your application", "Foxmere Labs"),
        ("Editor - The Gilded Thistle", "The Gilded Thistle"),
        ("Interview with Foxmere Labs", "Foxmere Labs"),
        ("Reminder: your application", ""),
        ("Editor - Charlotte", ""),
        ("Foxmere Labs: spring news", ""),
    ],
)
def test_names_in_the_subject(subject, name):
    assert employer(subject=subject) == name


def test_what_an_outsider_signs_or_writes_from_is_no_employer():
    text = "The Editor role is gone.\n\nDee\nPoole & Hart Ltd"
    assert employer(text, sender="dee@poolehart.com") == "Poole & Hart Ltd"
    assert employer(text, sender="dee@poolehart.com", by_outsider=True) == ""
    text = "The Editor role at Foxmere is gone.\n\nDee\nPoole & Hart Ltd"
    assert employer(text, sender="dee@poolehart.com", by_outsider=True) == "Foxmere"
    assert employer("The Editor role at Poole & Hart is gone.\n\nDee\nPoole & Hart Ltd", by_outsider=True) == ""
