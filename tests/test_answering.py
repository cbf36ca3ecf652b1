import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.answering import refuses_feedback, shuts_door
from feedback_nlp.records import Email

BANS = [
    "You may not apply again within six months.",
    "You may not\nre-apply within six months.",
    "You may not apply to us for twelve months.",
    "Candidates who are rejected cannot reapply for one year.",
    "You can’t apply again for this role.",
    "Please do not apply again.",
    "Please don't reapply for the same post.",
    "We ask that you do not apply again this year.",
    "We do not want you to apply again.",
    "We would not encourage you to apply again.",
    "You will not be able to apply again until the next intake.",
    "You are not allowed to apply again for two years.",
    "You are not eligible to re-apply for a year.",
    "You are no longer permitted to apply.",
    "It is not possible to apply again.",
    "We will not consider a further application from you.",
    "We cannot accept another application from you within a year.",
    "You will not be considered if you apply again.",
    "You are barred from applying again for two years.",
    "You are ineligible to reapply.",
    "We must ask you to refrain from further applications.",
    "No further applications will be considered.",
    "Further applications from you will not be read.",
    "Re-application within a year is not permitted.",
    "Applying again is not possible.",
    "Repeat applications will be rejected.",
    "Candidates who were turned down need not apply again.",
    "Further applications are not needed.",
]
INVITATIONS = [
    "You may apply again not before January.",
    "You may apply again in six months.",
    "You are welcome to apply again in the spring.",
    "Please do apply again once you have the licence.",
    "Please don't hesitate to apply again.",
    "Do not let this stop you from applying again.",
    "I hope this does not discourage you from applying again.",
    "Nothing prevents you from applying again.",
    "There is no reason why you should not apply again next year.",
    "This does not mean that you cannot apply again.",
    "Why not apply again in the spring?",
    "Candidates are asked to wait at least six months before applying again.",
    "You did not get the job this time, but please apply again in May.",
    "We cannot take your application further, but we encourage you to reapply in May.",
    "We do not accept speculative applications, so please apply when you see a vacancy.",
    "You cannot reapply for this post, but please do apply for others.",
    "You will not be disadvantaged should you apply again.",
    "We cannot consider further applications this year, and you are welcome to apply again in January.",
    "Whether or not you apply again in the spring, we wish you well.",
    "In May you could apply again.",
    "Future applications will not be affected by this decision.",
    "Applying again in a year isn't a problem.",
    "Further applications will not be held against you.",
    "You need not apply again: we will consider you automatically.",
    "No new application is needed: we will move you to the spring intake.",
]
DELETIONS = [
    "Your details will be deleted.",
    "Your details will be deleted from our records in six months.",
    "We shall be destroying your documents.",
    "We will erase your data after ninety days.",
    "Your papers will be shredded.",
    "We dispose of all applications after the closing date.",
    "Your CV will be discarded.",
    "We will not keep your CV on file.",
    "We don't hold CVs on file.",
    "We cannot retain your details and will delete them.",
    "Your application will not be kept.",
    "Your data will no longer be stored.",
    "Your CV will not be on file here; it is deleted at once.",
    "We have removed you from our talent pool and will delete your profile.",
    "We will not add you to our talent pool, and will delete your CV.",
    "You can be sure that your details will be deleted.",
    "You can rest assured that we will delete your details.",
]
KEPT = [
    "We will keep your CV on file.",
    "We won't delete your CV.",
    "Your details will not be deleted.",
    "We will keep your CV for six months, after which it will be deleted.",
    "Your details will be held for a year and then destroyed.",
    "Unless you ask us to delete it, your CV stays with us.",
    "If you would like your details deleted, just let us know.",
    "We can't promise anything, but we will keep your details.",
    "Please tell us if you would rather we did not hold on to your CV.",
    "Your application will be archived, unless you request erasure.",
    "Your folder goes into the cabinet rather than the shredder.",
    "We will hold on to your CV and will not dispose of it before the spring.",
    "We have added you to our talent pool; you can delete your profile at any time.",
    "You are now in our talent community, and you may ask us to erase your data.",
    "We have put you into our talent pool, from which you will be deleted after a year.",
    "Your CV will be on file for a year, and deleted after that.",
    "Your details are on file until you ask us to remove or delete them.",
]


@pytest.mark.parametrize(
    ("quote", "value", "shut"),
    [
        *((quote, "apply again", True) for quote in BANS),
        *((quote, "apply again", False) for quote in INVITATIONS),
        *((quote, "kept on file", True) for quote in DELETIONS),
        *((quote, "kept on file", False) for quote in KEPT),
        ("You may not apply again for the post of clerk, but a post of porter comes up.", "later role", False),
        ("We delete all data.", "courtesy", False),
    ],
)
def test_a_door_that_is_shut(quote, value, shut):
    assert shuts_door(quote, value) is shut


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Feedback is only given to shortlisted candidates.", True),
        ("Please note that feedback is only available to candidates who are interviewed.", True),
        ("Feedback is only provided to those who reach the final stage.", True),
        ("Feedback is only offered to short-listed applicants.", True),
        ("Feedback is only available to candidates who ask for it by 5 June.", False),
        ("Feedback is only given by telephone, so please ring me.", False),
        ("Feedback is only available on request.", False),
        ("Feedback is only given to candidates who request it after the interview.", False),
        ("Feedback is only sent once all interviews are over.", False),
        ("Feedback is not given.", True),
        ("Feedback cannot be given, but we are happy to consider you for other roles.", True),
        ("Feedback will not be given, but thank you for coming.", True),
        ("Feedback is not given unless you were interviewed.", True),
        ("Feedback is not sent. I would be happy to talk about it with the team.", True),
        ("Feedback is not sent unless you ask for it.", False),
        ("Feedback won't be sent out unless you request it.", False),
        ("Feedback isn't included here but I am happy to give it by phone.", False),
        ("Feedback is not in this letter; I am glad to talk it through.", False),
        ("If feedback is not what you expected, I am happy to give more detail.", False),
    ],
)
def test_feedback_that_is_refused(text, refused):
    assert refuses_feedback(Email("1", f"Dear Ann,\n\nIt is a no.\n{text}\n\nBo")) is refused


@given(st.text(), st.sampled_from(["apply again", "kept on file", "later role", ""]))
def test_any_text(quote, value):
    assert shuts_door(quote, value) in (True, False)
