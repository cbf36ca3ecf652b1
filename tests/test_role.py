import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.letter import letter_of
from feedback_nlp.records import Email
from feedback_nlp.role import clean_role, ends_in_role, kind_of_role, role_key, role_of

# Sentences with the role that they name.
SENTENCES = [
    ("We have filled the position of Parts Interpreter (Req. 20931).", "Parts Interpreter"),
    ("Thank you for applying for the role of Lead Dispatcher at Metro Valley.", "Lead Dispatcher"),
    ("We offer you the post of Tenor, Lay Clerk.", "Tenor"),
    ("You applied for Sr. Kafka Engineer. We chose another.", "Sr. Kafka Engineer"),
    ("Your application for Senior software engineer has arrived.", "Senior software engineer"),
    ("Your application for Registered Nurse - Night Shift (Req. 88120) was received.", "Registered Nurse - Night Shift"),
    ("Your application for 512-AHP-7741 Rotational Therapist arrived.", "Rotational Therapist"),
    ("Your application for Field Service Engineer I has arrived.", "Field Service Engineer I"),
    ("Your application for Data Analyst I am sorry to say was late.", "Data Analyst"),
    ("Thank you for your application as Warehouse Team Lead (m/f/d) at Oberndorf.", "Warehouse Team Lead"),
    ("The Front-End Engineer, Checkout position is filled.", "Front-End Engineer, Checkout"),
    ("The Customer Success role is on hold.", "Customer Success"),
    ("Sorry, the night baker job went to Tom.", "night baker"),
    ("For the actuary's post we look for another.", "actuary"),
    ("We are recruiting for a Warehouse Operative in Corby.", "Warehouse Operative"),
    ("The post of Lecturer in Hydrology is filled.", "Lecturer in Hydrology"),
    ("You expressed interest in becoming a Police Investigator.", "Police Investigator"),
    ("We hired somebody else as our Platform Engineer.", "Platform Engineer"),
    ("Role: Nurse Educator (Critical Care)", "Nurse Educator (Critical Care)"),
    ("Vacancy: Officer (2 posts)", "Officer"),
    ("The second design role went to somebody from inside.", ""),
    ("We may have a new teaching role in the spring.", ""),
    ("Would you look at a different sales job?", ""),
    ("We chose another for the Second Engineer position.", "Second Engineer"),
    ("The New Business Manager role is filled.", "New Business Manager"),
    ("This role is filled.", ""),
    ("The position has been filled.", ""),
    ("The advertised position is filled.", ""),
    ("Another suitable role may come up.", ""),
    ("Your application for Flat 4 was received.", ""),
    ("Your application for a Skilled Worker visa was received.", ""),
    ("Your application for the van finance was received.", ""),
    ("The Executive Vacancy Panel met about the vacancy.", ""),
    ("The Larkfield Hydraulics role is gone.", ""),
    ("A role at our firm.", ""),
    ("We thank you for the interview for this\n\nBackend Engineer\nposition.", "Backend Engineer"),
    ("Your application for\nSoftware Engineer\nAcme Ltd\nJob details", "Software Engineer"),
    ("Employer ......... Foxmere\nVacancy .......... Research Data Steward", "Research Data Steward"),
    (
        "You took part in a selection process at Foxmere for the position Project Coordinator Network Rollout.",
        "Project Coordinator Network Rollout",
    ),
    ("The shortlisting for Research Data Steward is now finished.", "Research Data Steward"),
]


@pytest.mark.parametrize(("sentence", "role"), SENTENCES, ids=[sentence for sentence, _ in SENTENCES])
def test_role_of(sentence, role):
    assert role_of(letter_of(Email("1", sentence))) == role


@pytest.mark.parametrize(
    ("subject", "role"),
    [
        ("Re: Backend Engineer (Go)", "Backend Engineer (Go)"),
        ("Your application - Product Designer", "Product Designer"),
        ("Application status: Research Scientist", "Research Scientist"),
        ("Requisition 4711 - Field Engineer", "Field Engineer"),
        ("Sous Chef - The Gilded Thistle", "Sous Chef"),
        ("Foxmere: update on your application", ""),
        ("What's changing for riders", ""),
        ("Hello", ""),
    ],
)
def test_role_of_subject(subject, role):
    assert role_of(letter_of(Email("1", "Sorry.", subject=subject))) == role


@pytest.mark.parametrize(
    "spellings",
    [
        ("Field Engineer", "field engineer", "FIELD ENGINEER", "Field-Engineer", "The Field Engineer position", "Field Engineer role"),
        ("Field Engineer", "Field Engineer (Req. 4711)", "Field Engineer #R-1234", "R-20117 Field Engineer", "Field Engineer - 2400031"),
        ("Team Lead", "Team Lead (m/f/d)", "Team Lead (w/m/d)", "Team Lead (all genders)", "Team Lead (Job ID: 77)"),
        ("Senior Data Analyst", "Sr. Data Analyst", "Sr Data Analyst"),
        ("Research & Policy Officer", "Research and Policy Officer"),
        ("Café Manager", "Cafe Manager"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_of_one_role_have_one_key(spellings):
    assert len({role_key(role) for role in spellings}) == 1


def test_other_roles_have_other_keys():
    roles = [
        "Editor",
        "Senior Editor",
        "Junior Editor",
        "Editor II",
        "C Developer",
        "C++ Developer",
        "C# Developer",
        "Nurse (Nights)",
        "Nurse",
    ]
    assert len({role_key(role) for role in roles}) == len(roles)


@given(st.text(max_size=80))
def test_a_cleaned_role_is_part_of_the_words(role):
    assert len(clean_role(role)) <= len(role)
    assert role_key(role_key(role)) == role_key(role) or any(c.isdigit() for c in role) or not role.isascii()


@pytest.mark.parametrize(
    ("words", "told"), [("Head of Talent", True), ("Backend Engineer II", True), ("Baker", True), ("Foxmere Labs", False), ("", False)]
)
def test_ends_in_role(words, told):
    assert ends_in_role(words) is told


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("Senior Engineer II, Payments", "engineer"),
        ("Payments - Software Engineer", "engineer"),
        ("Software Engineers", "engineer"),
        ("Engineering Manager (Platform)", "manager"),
        ("Technical Writer/Editor", "writer"),
        ("TECHNICAL WRITER", "writer"),
        ("Registered Nurse - Night Shift", "nurse"),
        ("Nurses' Aide", "aide"),
        ("Manager's Assistant", "assistant"),
        ("Accounts Payable Clerk: Temporary", "clerk"),
        ("Head of Talent", "head"),
        ("Lecturer in Hydrology", "lecturer"),
        ("Quality of Service Engineer (Req. 20931)", "engineer"),
        ("Customer Success", "success"),
        ("Marketing Manager", "manager"),
        ("Something", ""),
        ("", ""),
        ("\x1b[31m" * 1000, ""),
        ("Senior " * 10_000 + "Baker", ""),
    ],
    ids=lambda value: value[:20],
)
def test_kind_of_role(role, kind):
    assert kind_of_role(role) == kind


@given(st.text(max_size=300))
def test_a_kind_of_role_stands_in_the_role(role):
    assert kind_of_role(role) in role.lower()
