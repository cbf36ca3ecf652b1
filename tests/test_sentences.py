import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.body import own_lines
from feedback_nlp.sentences import split_sentences


def parts(text):
    return [text[a:b] for a, b in split_sentences(text)]


def case(name, text, *expected):
    return pytest.param(text, [*expected], id=name)


LONG = "Thank you for the time that you gave to all of us"  # long enough to have been wrapped by a mail program


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("next-line-in-capitals", f"{LONG}\nBell people last week.", f"{LONG}\nBell people last week."),
        case("next-line-in-lower-case", "We chose\nsomebody else.", "We chose\nsomebody else."),
        case("crlf", f"{LONG}\r\nBell people.\r\nBye.", f"{LONG}\r\nBell people.", "Bye."),
        case("two-sentences", "We liked you. It was\nclose. We chose\nTom.", "We liked you.", "It was\nclose.", "We chose", "Tom."),
        case("three-lines", f"{LONG},\n{LONG.lower()},\nand more.", f"{LONG},\n{LONG.lower()},\nand more."),
        case("not-over-a-blank-line", f"{LONG}\n\nand more", LONG, "and more"),
        case("not-over-a-nbsp-line", f"{LONG}\n\u00a0\nand more", LONG, "and more"),
        case("not-over-a-quoted-line", f"{LONG}\n> why?\nand more", LONG, "and more"),
        case("lower-case-after-full-stop", "we liked you.\nits a no.", "we liked you.", "its a no."),
        case("short-line-ends", "No news\nTom", "No news", "Tom"),
        case("carriage-return-only", f"{LONG}\rand more\rTom Lee", f"{LONG}\rand more", "Tom Lee"),
        case("wrapped-after-a-colon", f"{LONG}:\nit was close.", f"{LONG}:\nit was close."),
        case("short-line-with-a-colon", "We miss:\nsql", "We miss:", "sql"),
        case("wrapped-before-regards", f"{LONG}, with\nregards to the role.", f"{LONG}, with\nregards to the role."),
    ],
)
def test_wrapped_lines_are_joined(text, expected):
    assert parts(text) == expected


@pytest.mark.parametrize("mark", ["-", "*", "+", "•", "·", "–", "—", "●", "■", "1.", "2)", "(3)", "a)", "(b)"])
def test_list_items_are_apart(mark):
    assert parts(f"{LONG}\n{mark} Python\n{mark}\tmore SQL") == [LONG, f"{mark} Python", f"{mark}\tmore SQL"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("wrapped-item", f"- {LONG}\n  here\n- Python", f"- {LONG}\n  here", "- Python"),
        case("two-sentences-in-an-item", "- Good fit. Bad luck.\n- Tom", "- Good fit.", "Bad luck.", "- Tom"),
        case("number-stays-with-its-item", "1. No SQL. No Go.\n2. Late.", "1. No SQL.", "No Go.", "2. Late."),
        case("bullets-in-one-line", "We miss: • Python • more SQL", "We miss:", "• Python", "• more SQL"),
        case("hyphen-in-a-line", "We miss - above all - Python.", "We miss - above all - Python."),
        case("indented", f"{LONG}\n  - Python\n\t- go", LONG, "- Python", "- go"),
        case("indented-number", "  1. Python\n  2. go", "1. Python", "2. go"),
        case("bullet-and-nbsp", f"{LONG}\n•\u00a0Python", LONG, "•\u00a0Python"),
        case("numbers-in-one-line", "We miss two things. 1. Python. 2. Go.", "We miss two things.", "1. Python.", "2. Go."),
    ],
)
def test_lists(text, expected):
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("line", "Dear Ann,\nWe chose Tom.", "Dear Ann,", "We chose Tom."),
        case("line-lower-case-after", "Hi Ann,\nwe chose Tom.", "Hi Ann,", "we chose Tom."),
        case("line-no-comma", "hey ann\nno luck", "hey ann", "no luck"),
        case("line-colon", "Dear hiring candidate:\nno luck", "Dear hiring candidate:", "no luck"),
        case("good-morning", "Good Morning Ann!\nno luck", "Good Morning Ann!", "no luck"),
        case("inline", "Hi Ann, We chose Tom.", "Hi Ann,", "We chose Tom."),
        case("line-of-nbsp", "hey\u00a0ann\nno\u00a0luck", "hey\u00a0ann", "no\u00a0luck"),
        case("inline-nbsp", "Hi\u00a0Ann,\u00a0We\u00a0chose\u00a0Tom.", "Hi\u00a0Ann,", "We\u00a0chose\u00a0Tom."),
        case("inline-lower-case", "hi ann, its a no", "hi ann,", "its a no"),
        case("inline-title", "Dear Ms Bell: We chose Tom.", "Dear Ms Bell:", "We chose Tom."),
        case("inline-exclamation", "Hello! We chose Tom.", "Hello!", "We chose Tom."),
        case("highlight-is-no-greeting", "Highlights, as we saw them, were few.", "Highlights, as we saw them, were few."),
    ],
)
def test_greetings_are_apart(text, expected):
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("signature", "No luck.\n\nBest regards,\nTom Lee\nHead of People", "No luck.", "Best regards,", "Tom Lee", "Head of People"),
        case("after-long-line", f"{LONG}\nKind regards\nTom", LONG, "Kind regards", "Tom"),
        case("lower-case", f"{LONG}\nthanks\ntom", LONG, "thanks", "tom"),
        case("sincerely", f"{LONG}\nYours sincerely,\nTom", LONG, "Yours sincerely,", "Tom"),
        case("thanks-in-prose", f"{LONG}\nthanks to Tom", f"{LONG}\nthanks to Tom"),
        case("fields", "Role: Analyst\nPlace: Leeds\nNo luck.", "Role: Analyst", "Place: Leeds", "No luck."),
        case("field-after-long-line", f"{LONG}\nJob title: Analyst", LONG, "Job title: Analyst"),
        case("heading", "Next steps\nNone.", "Next steps", "None."),
        case("heading-colon", f"{LONG}:\nNone.", f"{LONG}:", "None."),
        case("subject", "Subject: Your application\n\nNo luck.", "Subject: Your application", "No luck."),
    ],
)
def test_signature_heading_and_field_lines_are_apart(text, expected):
    assert parts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Lee and Dr. Bell met Prof. Ray.",
        "J. R. Smith said no.",
        "We use tools, e.g. Excel, i.e. Office.",
        "Bell Inc. and Lee Ltd. are closed.",
        "Call at 9 a.m. or 5 p.m. on the day.",
        "The U.S. team and the U.K. team agree.",
        "A Ph.D. would help.",
        "Ask for ref. No. 5 on Tue. the 3rd of Sept. or so.",
        "Version 2.5 costs 1.000 and 3.50 more.",
        "See https://bell.example/a.b?c=1.2 or bell.example/jobs.html for more.",
        "Write to tom.lee@bell.example for more.",
        "Well... we chose Tom.",
        "Well… we chose Tom.",
        "We build with Node.js and .NET here.",
    ],
)
def test_no_break_inside_a_sentence(text):
    assert parts(text) == [text]
    assert parts(f"{text} Bye now.") == [text, "Bye now."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        case("company-ends", "We sold Bell Inc. Nothing is left.", "We sold Bell Inc.", "Nothing is left."),
        case("time-ends", "Come at 9 a.m. Bring a pen.", "Come at 9 a.m.", "Bring a pen."),
        case("etc-ends", "We saw tests etc. You did well.", "We saw tests etc.", "You did well."),
        case("a-no", "The answer is no. We chose Tom.", "The answer is no.", "We chose Tom."),
        case("ends-in-i", "So did I. We chose Tom.", "So did I.", "We chose Tom."),
        case("url-ends", "See https://bell.example/a.b. Bye.", "See https://bell.example/a.b.", "Bye."),
        case("three-dots", "It was close... We chose Tom.", "It was close...", "We chose Tom."),
        case("ellipsis", "It was close… We chose Tom.", "It was close…", "We chose Tom."),
        case("marks", "No!!! Why?! Because.", "No!!!", "Why?!", "Because."),
        case("chat", "hey sam, we liked u. its a no tho! sry? bye", "hey sam,", "we liked u.", "its a no tho!", "sry?", "bye"),
        case("chat-lines", "hey sam\nno luck\n\ngood luck tho", "hey sam", "no luck", "good luck tho"),
        case(
            "one-line",
            "Dear Ann, Thank you for coming. It was close. We chose Tom! Kind regards, Tom Lee",
            "Dear Ann,",
            "Thank you for coming.",
            "It was close.",
            "We chose Tom!",
            "Kind regards, Tom Lee",
        ),
        case("curly", "“It is a no.” We can’t say more. ‘Bye.’ Tom", "“It is a no.”", "We can’t say more.", "‘Bye.’", "Tom"),
        case("straight", 'He said "no." We left. (Or not.) Bye.', 'He said "no."', "We left.", "(Or not.)", "Bye."),
        case("markdown", "*It is a no.* We chose _Tom._ Bye.", "*It is a no.*", "We chose _Tom._", "Bye."),
        case("emoji", "Sorry 😞 not now. 🎉 Good luck! 🙂", "Sorry 😞 not now.", "🎉 Good luck!"),
        case("no-break-space", "It is a no.\u00a0We chose Tom.", "It is a no.", "We chose Tom."),
        case("other-spaces", "It is a no.\u2003We chose Tom.\u202fBye.", "It is a no.", "We chose Tom.", "Bye."),
        case("nothing-but-marks", "--- *** ... 🎉 ?!"),
        case("empty", ""),
    ],
)
def test_breaks(text, expected):
    assert parts(text) == expected


PIECES = st.sampled_from(
    "Dear Ann,|we|Tom|No.|e.g.|…|...|“Hi.”|•|- |1.|> q|Bye!|🎉|\n|\r\n|\r|\u2028| |\u00a0|\u200b".split("|"),
)


@given((st.lists(PIECES, max_size=40).map(" ".join)) | st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=80))
def test_spans_are_sentences_of_the_own_words(text):
    spans = split_sentences(text)
    ends = [0, *(b for _, b in spans)]
    assert all(end <= a < b <= len(text) for end, (a, b) in zip(ends, spans, strict=False))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    assert all(any(c.isalnum() for c in text[a:b]) for a, b in spans)
    # No letter of the own words is lost, and none that is not their own is in.
    own = "".join(c for a, b in own_lines(text) for c in text[a:b] if c.isalpha())
    assert "".join(c for a, b in spans for c in text[a:b] if c.isalpha()) == own


@pytest.mark.parametrize(
    "imprint",
    [
        "Sent from my iPhone",
        "Sent from my Samsung Galaxy smartphone.",
        "Get Outlook for Android",
        "Please consider the environment before printing this e-mail.",
        "\u00a9 2026 Bell plc.",
        "All rights reserved.",
        "The information contained in this message is meant for its addressee.",
        "This e-mail and any attachments may be confidential.",
        "This communication is intended for the addressee only.",
        "Any unauthorised use is prohibited.",
        "If you are not the intended recipient, delete it.",
        "If you received this in error, tell us.",
        "Registered office: 1 Mill Lane, Leeds.",
        "Bell & Lee Ltd is registered in England and Wales No. 01234567.",
        "Bell Foods is an equal opportunity employer, including disability and veterans.",
        "We do not discriminate on the basis of age.",
        "We process your personal data as our privacy notice says.",
        "Any views or opinions presented in this email are solely those of the author and do not necessarily represent the company's.",
        "The views expressed in this e-mail are not necessarily those of Bell plc.",
        "All opinions are my own.",
        "Although the company has taken reasonable precautions to ensure no viruses are present in this email, "
        "the company cannot accept responsibility for any loss or damage arising from the use of this email or attachments.",
        "While we take every care to keep this email free of viruses, we can't promise that it is.",
        "WARNING: Computer viruses can be transmitted via email.",
        "The recipient should check this email and any attachments for the presence of viruses.",
        "It is your responsibility to scan attachments for viruses.",
        "Bell plc accepts no liability for any damage caused by any virus transmitted by this email.",
        "The sender therefore does not accept liability for any errors in the contents of this message.",
        "E-mail transmission cannot be guaranteed to be secure or free of errors.",
        "Internet communications are not secure.",
        "The contents of this e-mail are confidential.",
        "CONFIDENTIALITY NOTICE: This email, including any attachments, is intended for the addressee.",
        "If you have received this communication by mistake, please delete it.",
        "If received in error, destroy.",
        "Please notify the sender immediately if you have received this e-mail by mistake.",
        "Any dissemination, distribution or copying of this email is strictly prohibited.",
        "Please note that emails sent to and from Bell plc may be monitored for legal purposes.",
        "We reserve the right to monitor all e-mail communications.",
        "This email has been scanned for viruses.",
        "CAUTION: This email originated from outside of the organization.",
        "Do not click links or open attachments unless you know the sender.",
        "Company number: 01234567",
        "VAT No. 123 4567 89",
        "For more information on how we use your personal data, please see our privacy notice.",
        "This email and any attachments are for the eyes of the addressee alone and\nare confidential.",
        "If you are not the\n   intended recipient, delete it.",
        "This event has been cancelled.",
        "This event has been canceled and removed from your calendar.",
        "This event has been updated with a note:",
        "The meeting was rescheduled.",
    ],
)
def test_what_law_and_mail_programs_add_is_left_out(imprint):
    assert parts(f"We chose Tom.\n\n{imprint}") == ["We chose Tom."]
    assert parts(f"{imprint}\n\nWe chose Tom.") == ["We chose Tom."]
    assert parts(imprint) == [imprint]


@pytest.mark.parametrize(
    "told",
    [
        "Company regulations bar us from employing people without a work permit, which you do not have.",
        "VAT registration work is what we were missing in your CV.",
        "You should check samples for virus load in this role, and you lack that experience.",
        "Unfortunately you are not registered in Ireland as a nurse, so we cannot offer you the post.",
        "We are an equal opportunities employer, but you do not have the experience in Kubernetes that we need.",
        "We do not discriminate, but you do not have the Python experience that we need.",
        "As an equal opportunity employer, we chose Tom.",
        "This event has been cancelled, and the role with it.",
        "This role has been cancelled.",
        "Your registered interest has lapsed.",
        "We process applications in turn and chose Tom.",
        "This message is a no.",
        "Information in this line of work is all, and you lack it.",
        "I sent the forms from my office.",
        "Sent from my iPhone\nwe chose tom, sorry.",
        "Outlook is a tool that you have not used.",
        "Sent from my phone\nwe chose Tom",
        "The views of the panel were that you need more SQL, and those of the sales team too.",
        "Any opinions on how you write were good.",
        "While we take reasonable steps to answer everyone, we chose Tom.",
        "This message is intended to tell you that we chose Tom.",
        "You did not check the samples for a virus.",
        "Although you took care over the exercise, it missed the virus scan.",
        "We cannot accept applications from abroad.",
        "The board does not accept responsibility for your travel costs, and chose Tom.",
        "Please tell the sender of your reference that it came late.",
        "This message came from the whole team, who chose Tom.",
        "We may monitor the role for some weeks before we hire.",
        "Your email was checked by the panel, who chose Tom.",
        "Company policy is to hire from within.",
        "To find out how we use Excel, look at the test again.",
        "Please note that we chose Tom.",
        "Important: we chose Tom.",
    ],
)
def test_what_says_something_stays(told):
    assert parts(f"Dear Ann,\n\n{told}") == ["Dear Ann,", told]
