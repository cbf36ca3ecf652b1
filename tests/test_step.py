import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.examples import read_corpus
from feedback_nlp.labels import NOT_REJECTION, STEPS
from feedback_nlp.records import Step
from feedback_nlp.step import PURPOSES, step_announced, step_reached, step_table

TABLE = step_table()
NOWHERE = ""

# A rejection's words, the furthest step that they tell of, and whether it had taken place.
REACHED = [
    ("Thank you for applying to the Warehouse Operative role. We will not be taking your application further.", "application", True),
    ("Many thanks for your application. On this occasion you have not been shortlisted for interview.", "application", True),
    ("We received over 300 applications for this post and yours was not among those chosen.", "application", True),
    ("We won't be inviting you to interview this time.", "application", True),
    ("Having reviewed your CV, we have decided not to proceed.", "application", True),
    ("Thank you for applying. We are moving ahead with candidates we will interview next week.", "application", True),
    ("Thanks for applying! If you are selected for an interview for another role, we will call you.", "application", True),
    ("After careful consideration of your application we cannot offer you an interview.", "application", True),
    ("Thank you for taking the time to apply, but the role has been filled.", "application", True),
    ("You were unsuccessful at the sift.", "application", True),
    ("Although you have not been invited to interview, we encourage you to apply again.", "application", True),
    ("We had an incredibly high number of applicants and are unable to invite you to the next step.", "application", True),
    ("Thank you for your recent application. We are not moving you forward to the phone interview stage.", "application", True),
    ("Thanks for applying. We will not be progressing you to the final round.", "application", True),
    ("Thank you for applying. The successful candidate has signed the contract.", "application", True),
    ("Thank you for applying. You would have had to sit a test at a later stage.", "application", True),
    ("No interviews will be held for this role. Thank you for applying.", "application", True),
    ("We asked another candidate to the second interview. Thank you for your application.", "application", True),
    ("Thanks for the call last Tuesday. We have decided to go with someone with more retail experience.", "screen", True),
    ("Thank you for speaking with me on the phone this morning about the bookkeeping job.", "screen", True),
    ("Following our phone screen, the team has decided not to move forward.", "screen", True),
    ("I enjoyed our call, but the hiring manager is after a different background.", "screen", True),
    ("Thank you for your time during the initial call with our recruiter.", "screen", True),
    ("It was good talking to you over the phone, Priya. It is a no, I'm afraid.", "screen", True),
    ("As discussed on the phone, the salary is out of reach.", "screen", True),
    ("Thanks for chatting with me last week! We've decided to go in a different direction.", "screen", True),
    ("Thank you for your phone interview. You will not be asked to an interview on site.", "screen", True),
    ("We are cancelling tomorrow's phone screen because the role has been filled.", "screen", False),
    ("Thank you for completing the online assessment. Unfortunately your score was below the threshold.", "test", True),
    ("Thanks for the trial day on Friday. We have taken on another cook.", "test", True),
    ("Thank you for doing a trial shift with us.", "test", True),
    ("Thanks for coming in for the trial on Saturday, but we will not be taking you on.", "test", True),
    ("Thank you for your interest in the post of Clinical Trial Manager, which has been filled.", "", False),
    ("Thanks a million for the chat on Monday. They have decided not to bring you forward.", "screen", True),
    ("Thanks for our chat. It is a no, I'm afraid.", "screen", True),
    ("It was lovely to chat yesterday, but the role has gone.", "screen", True),
    ("Thanks for your chat message. The role has been filled.", "", False),
    ("We appreciate the time you took to attend the interview.", "interview", True),
    ("We have reviewed your take-home and will not be moving forward.", "test", True),
    ("Thanks for sending back the coding challenge so quickly; it is a no from us.", "test", True),
    ("Your assessment results did not meet the benchmark for this role.", "test", True),
    ("Thank you for the time you put into the case study. We have chosen another submission.", "test", True),
    ("You passed the written test, but the post has been frozen.", "test", True),
    ("Thank you for taking our aptitude test; only the top ten go on to interview and you were not among them.", "test", True),
    ("Your results from the numerical reasoning test fell short of the required score.", "test", True),
    ("Thank you for interviewing with us for the Data Analyst role.", "interview", True),
    ("Thank you for coming in on Thursday. We have offered the job to somebody else.", "interview", True),
    ("Thank you for coming in. We will not be taking you to the final stage.", "interview", True),
    ("It was a pleasure to meet you last week, but we have chosen another candidate.", "interview", True),
    ("Following your interview on 4 May, I regret to say you have not been successful.", "interview", True),
    ("You interviewed very well, and the panel liked you.", "interview", True),
    ("We enjoyed meeting you and the team was impressed.", "interview", True),
    ("Thanks for making the trip down to Hull to meet the crew.", "interview", True),
    ("I am writing about your interview for the post of Clerk. The panel has appointed another applicant.", "interview", True),
    ("We decided against an offer after your interview.", "interview", True),
    ("Unfortunately your interview on Friday has been cancelled, as the vacancy has been withdrawn.", "interview", False),
    ("Thank you for taking part in the final round. It was a hard choice between two.", "final", True),
    ("You were one of three finalists, and it was close.", "final", True),
    ("Following your final interview with the board we have decided on another candidate.", "final", True),
    ("You made it to the last stage out of four hundred applicants, which is an achievement.", "final", True),
    ("In the end we chose the other finalist.", "final", True),
    ("You were the runner-up, by a hair.", "final", True),
    ("Thank you for coming to the onsite day; the hiring committee said no.", "final", True),
    ("It came down to you and one other person, and we chose the other.", "final", True),
    ("I am sorry to tell you that we must withdraw our offer of employment.", "offer", True),
    ("The conditional offer made to you on 3 June is hereby rescinded.", "offer", True),
    ("Your background check came back with a discrepancy and the offer has been revoked.", "offer", True),
    ("We have to take back the offer, as the funding fell through.", "offer", True),
    ("Please do not sign the offer letter that we sent you; the role no longer exists.", "offer", True),
    ("We can no longer honour the offer we made you.", "offer", True),
    ("The contract will not be issued, as the client has pulled out.", "offer", False),
    ("We regret that you have not been successful on this occasion.", NOWHERE, False),
    ("The position has been filled.", NOWHERE, False),
    ("We have decided not to make you an offer.", NOWHERE, False),
    ("The offer has gone to another candidate, who accepted it yesterday.", NOWHERE, False),
    ("The panel felt that you lacked experience with budgets.", NOWHERE, False),
    ("Interviews for this position have now been completed and a candidate has been selected.", NOWHERE, False),
    ("The rest of the team would have enjoyed meeting you.", NOWHERE, False),
]

# What any other mail says, the step that it announces or tells of, and whether that took place.
ANNOUNCED = [
    ("Thank you for applying to Greenfield. We have received your application and will be in touch.", "application", True),
    ("This is to confirm receipt of your application for the post of Librarian.", "application", True),
    ("Your application for Senior Buyer has been received.", "application", True),
    ("Your application is currently under review. We will contact you if you are selected for an interview.", "application", True),
    ("Your application was sent to Quillmark Press.\nData Analyst\nLeeds", "application", True),
    ("Your application to Quillmark Press has been sent. Good luck!", "application", True),
    ("We have forwarded your job application to the employer.", "application", True),
    ("Application submitted\nData Analyst, Quillmark Press", "application", True),
    ("You have successfully applied for the Data Analyst job.", "application", True),
    ("I wish to apply for the position of Lab Technician. Please find my CV attached.", "application", True),
    ("I am applying for the barista job; my CV is attached.", "application", True),
    ("Thanks for applying! Successful candidates will be invited to an interview in May.", "application", True),
    ("Thank you for your application. Only shortlisted applicants will be asked to take a test.", "application", True),
    ("We've received your application. If there's a fit, a recruiter will reach out to schedule a call.", "application", True),
    ("We liked your application and would like to schedule a phone screen with you next week.", "screen", False),
    ("Would you be available for a 20-minute call with our recruiter about your application?", "screen", False),
    ("Your phone interview is booked for Tuesday at 10 am with Carla from recruiting.", "screen", False),
    ("Sorry, I need to move our call about the analyst role to Thursday.", "screen", False),
    ("Thank you for speaking with me on the phone yesterday. I will share your CV with the hiring manager.", "screen", True),
    ("As the next step in your application, please complete the online assessment within five days.", "test", False),
    ("You are invited to take a coding test for the Junior Developer position.", "test", False),
    ("Reminder: your assessment link expires on Friday. Complete it to stay in the process.", "test", False),
    ("Thank you for submitting your take-home. Our engineers will review it and your application by Monday.", "test", True),
    ("We have received your assignment for the Copywriter role.", "test", True),
    ("We would like to invite you to an interview for the Store Manager role on 3 June at 2 pm.", "interview", False),
    ("You have been shortlisted for interview. Please choose a slot.", "interview", False),
    ("Your interview for the post of Nurse is confirmed for Monday at 9.", "interview", False),
    ("Unfortunately we need to reschedule your interview for the Accountant role.", "interview", False),
    ("The team would love to meet you in person about the designer role.", "interview", False),
    ("Interview confirmation: Business Analyst, Tuesday 14 March, 10:00. Please bring photo ID.", "interview", False),
    ("Thank you for interviewing with us last week. We are still deciding and will get back to you.", "interview", True),
    ("Thank you for meeting us yesterday about the role. We will be in touch by Friday.", "interview", True),
    ("Thank you for interviewing with us. Please complete the online assessment for the role by Friday.", "test", False),
    ("While the first role cannot be filled, we would like to invite you to an interview for the second.", "interview", False),
    ("Thanks for the phone interview. We'd like you to come in for an interview with the team.", "interview", False),
    ("Following your interview, we are pleased to invite you to the final round on 9 May.", "final", False),
    ("Your final interview for Head of Sales will take place on Monday.", "final", False),
    ("The panel would like to take up references before it decides on the role.", "final", False),
    ("Thank you for attending the final interview on Monday; the board will decide this week.", "final", True),
    ("We are delighted to offer you the position of Site Engineer.", "offer", False),
    ("Please find attached your offer letter for the Analyst role.", "offer", False),
    ("Congratulations! The job is yours if you want it.", "offer", False),
    ("Your contract of employment is attached for signature.", "offer", False),
    ("This is a conditional offer, subject to references.", "offer", False),
    ("Ace your next interview! Ten tips from our career coach.\n\nUnsubscribe", NOWHERE, False),
    ("5 new jobs match your search: Data Analyst, Leeds. You get this job alert because you signed up.", NOWHERE, False),
    ("Ten questions to expect in your next interview. Book a mock interview with our coaches.", NOWHERE, False),
    ("I came across your profile and would love to schedule a call about a role with my client.", NOWHERE, False),
    ("Hi mum, the interview went fine, see you on Sunday!", NOWHERE, False),
    ("Thanks for coming to the party, it was lovely to see you!", NOWHERE, False),
    ("Thank you for joining our talent community. We will let you know when roles open.", NOWHERE, False),
    ("How did we do? Rate your interview experience in this short survey.", NOWHERE, False),
    ("We are pleased to offer you a personal loan at 4.9 %.", NOWHERE, False),
    ("Thank you for applying for our credit card.", NOWHERE, False),
    ("Please complete the test drive form before you pick up the car.", NOWHERE, False),
    ("Your driving test is booked for 4 June at 10.14 am.", NOWHERE, False),
    ("Your visa interview is confirmed for 5 May at the embassy.", NOWHERE, False),
    ("Special offer: 20 % off all CV templates this week only!", NOWHERE, False),
    ("I'd like to withdraw my application for the clerk post, as I have accepted another job.", NOWHERE, False),
    ("The role is on hold until the budget is approved. You are still in the running.", NOWHERE, False),
    ("We are hiring! Apply now, interviews are held every Thursday.", NOWHERE, False),
    ("If your profile fits the role, we may invite you to an interview.", NOWHERE, False),
    ("We will arrange an interview for the role if your profile fits.", NOWHERE, False),
    ("Your application was not sent to Quillmark Press: the upload of your CV has failed.", NOWHERE, False),
    ("Your application for a visa has been sent to the embassy.", NOWHERE, False),
    ("One of your saved jobs closes tomorrow. You have 1 application sent and 3 drafts.", NOWHERE, False),
    ("I write about the application submitted in your son's name.", NOWHERE, False),
    ("Your application is incomplete. Please upload your CV before the closing date.", NOWHERE, False),
    ("Dear colleague, interviews for the new assistant are on Monday; please join the panel at 9.", NOWHERE, False),
    ("The final round of the chess club championship is on Sunday.", NOWHERE, False),
]


@pytest.mark.parametrize(("text", "name", "done"), REACHED, ids=[text[:60] for text, _, _ in REACHED])
def test_step_reached(text, name, done):
    assert step_reached(text) == Step(name, done)


@pytest.mark.parametrize(("text", "name", "done"), ANNOUNCED, ids=[text[:60] for text, _, _ in ANNOUNCED])
def test_step_announced(text, name, done):
    assert step_announced(text) == Step(name, done)


QUOTED = "\n\nOn Mon, 3 Mar 2025 at 10:00, Ann Bell <ann@bell.example> wrote:\n> We would like to invite you to an interview for the role."


@pytest.mark.parametrize("read", [step_reached, step_announced])
def test_what_is_quoted_does_not_count(read):
    own = "Thank you for your application for the role."
    assert read(own + QUOTED) == read(own) == Step("application", True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Thank you for attending\nyour interview with us on\nFriday.", id="wrapped"),
        pytest.param("THANK YOU FOR ATTENDING YOUR INTERVIEW.", id="capitals"),
        pytest.param("Thank you for inter\u00adviewing with us.", id="folded"),
        pytest.param("- Thank you for attending your interview -", id="marks"),
    ],
)
def test_form_of_the_text_does_not_matter(text):
    assert step_reached(text) == Step("interview", True)


@pytest.mark.parametrize("read", [step_reached, step_announced])
@given(text=st.text(max_size=400))
def test_any_text_can_be_read(read, text):
    step = read(text)
    assert step == Step() or step.name in STEPS


@pytest.mark.parametrize("read", [step_reached, step_announced])
@pytest.mark.parametrize(
    "unit",
    ["thank you for the ", "your interview offer test ", "if you ", "a", "\n", "(", "thank you for coming, not your final interview "],
)
def test_hostile_text_is_read_in_time(read, unit):
    started = time.perf_counter()
    read(unit * (100_000 // len(unit)))
    assert time.perf_counter() - started < 5


# The schema of step.toml.

PHRASES = [
    pytest.param(name, step, phrase, id=f"{name} {step}: {phrase}")
    for name in PURPOSES
    for step, phrases in TABLE[name].items()
    for phrase in phrases
]
LISTS = ("denials", "others", "conditions", "promises", "imagined", "clause_ends", "elsewhere", "hiring")
"""What the code asks for by name; the other lists are parts of phrases."""


def elements(phrase):
    """The elements of a phrase, each with its mark ("", "[", "!" or ".") and its forms, lists named in it taken in."""
    for element in re.findall(r"!?\([^()]*\)|\[[^\[\]]*\]|[^ ]+", phrase):
        mark = element[0] if element[0] in "[!." else ""
        forms = element.strip("!()[]").split("|")
        yield mark, [f for form in forms for f in (TABLE["words"][form[1:-1]] if form.startswith("{") else [form])]


def example(phrase):
    """The shortest words that a phrase should match, as a person writes them."""
    words = " ".join(forms[0] for mark, forms in elements(phrase) if not mark)
    return " ".join(TABLE["joined"][word][0] if word in TABLE["joined"] and "-" in word else word for word in words.split())


def test_table_has_the_known_parts_and_steps():
    assert set(TABLE) == {"joined", "words", *PURPOSES}
    assert [(name, step) for name in PURPOSES for step in TABLE[name] if step not in STEPS] == []
    assert len(PHRASES) > 150
    assert len({param.values for param in PHRASES}) == len(PHRASES)


def test_every_list_is_used_and_every_name_is_a_list():
    texts = [phrase for _, _, phrase in (param.values for param in PHRASES)] + [form for forms in TABLE["words"].values() for form in forms]
    named = {name for text in texts for name in re.findall(r"\{(.*?)\}", text)}
    assert named | set(LISTS) == set(TABLE["words"])


@pytest.mark.parametrize("phrase", [*(param.values[2] for param in PHRASES), *(form for name in LISTS for form in TABLE["words"][name])])
def test_phrases_are_well_formed(phrase):
    assert re.fullmatch(r"((!?\([^()\[\]]+\)|\[[^()\[\]]+\]|!?[^()\[\]|! ]+)( |$))+", phrase)
    for mark, forms in elements(phrase):
        if mark == ".":
            assert forms in (["."], [".."])
        else:
            words = {word for form in forms for word in form.split(" ")} - TABLE["joined"].keys()
            assert {word for word in words if not re.fullmatch(r"[\w'&]+|,", word) or word != word.lower()} == set()
    assert any(not mark for mark, _ in elements(phrase))


@pytest.mark.parametrize("forms", TABLE["joined"].values(), ids=TABLE["joined"])
def test_joined_expressions_are_words_in_a_row(forms):
    assert [form for form in forms if not re.fullmatch(r"[a-z0-9]+( [a-z0-9]+)*", form)] == []


@pytest.mark.parametrize(("name", "step", "phrase"), PHRASES)
def test_every_phrase_is_reached(name, step, phrase):
    text = f"The role is open. Well: {example(phrase)}."
    found = [
        read(text) for read, wanted in ((step_reached, PURPOSES[name].in_rejections), (step_announced, PURPOSES[name].in_others)) if wanted
    ]
    assert [STEPS.index(told.name) >= STEPS.index(step) for told in found if told.name] == [True] * len(found)


# What the labels of the corpus say: they hold what the writer thought of, which the text does not always tell.


@pytest.mark.parametrize(("rejection", "least"), [(True, 0.8), (False, 0.75)], ids=["rejections", "others"])
def test_steps_agree_with_the_labels_where_they_are_told(rejection, least):
    mails, _ = read_corpus()
    mails = [mail for mail in mails if mail.split == "test" and (mail.primary != NOT_REJECTION) is rejection]
    told = [(mail.stage, (step_reached if rejection else step_announced)(mail.text).name) for mail in mails]
    right = [stage == name for stage, name in told if name]
    assert sum(right) / len(right) > least
    assert len(right) / len(mails) > (0.35 if rejection else 0.12)
