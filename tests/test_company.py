import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.company import agency_likeness, company_key, company_name, is_agency_label, is_organisation, name_at


@pytest.mark.parametrize(
    "spellings",
    [
        ("Quillmark Press", "quillmark press", "QUILLMARK PRESS", "Quillmarkpress", "quillmark-press", "The Quillmark Press"),
        ("Foxmere", "Foxmere Ltd", "Foxmere Ltd.", "Foxmere Limited", "Foxmere, Inc.", "Foxmere GmbH", "Foxmere PLC", "Foxmere LLC"),
        ("Hoshizora", "Hoshizora K.K.", "Hoshizora KK", "Hoshizora B.V.", "Hoshizora S.A.", "Hoshizora AG"),
        ("Wattle Civil", "Wattle Civil Pty Ltd", "Wattle Civil (Pty) Ltd", "Wattle Civil Pvt. Ltd.", "Wattle Civil Private Limited"),
        ("Lindner", "Lindner GmbH & Co. KG", "Lindner & Co."),
        ("Café Éclair", "Cafe Eclair", "CAFÉ ÉCLAIR"),
        ("Bean & Gone", "Bean and Gone", "bean&gone"),
        ("St. Answold's", "St Answold’s".replace("’", "'"), "St Answolds"),
        ("Tovana", "Tovana Careers", "Tovana Recruiting", "Tovana Talent Acquisition", "Tovana Hiring Team", "Tovana HR", "Tovana Jobs"),
        ("A.G. Barr", "AG Barr"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_of_one_company_have_one_key(spellings):
    assert len({company_key(name) for name in spellings}) == 1
    assert company_key(spellings[0])


def test_other_companies_have_other_keys():
    names = ["Foxmere", "Foxmere Labs", "Foxmore", "Group", "AG", "The", "Careers", "HR", "Jobs Ltd", "Fox", "Mere"]
    assert len({company_key(name) for name in names}) == len(names)
    assert all(map(company_key, names))


@given(st.text(max_size=60))
def test_a_key_is_its_own_key(name):
    assert company_key(company_key(name)) == company_key(name) or not company_key(name).isascii()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Quillmark Press. To drive", "Quillmark Press"),
        ("Quillmark Press for the", "Quillmark Press"),
        ("the Bank of Staithes. The", "Bank of Staithes"),
        ("The Gilded Thistle", "The Gilded Thistle"),
        ("Tumblewood, Inc. Your application", "Tumblewood, Inc."),
        ("Northfell Ltd. The post", "Northfell Ltd"),
        ("Hoshizora Systems K.K. for", "Hoshizora Systems K.K."),
        ("St. Answold's Primary School", "St. Answold's Primary School"),
        ("Tillman's has been", "Tillman's"),
        ("Quillmark's editorial team", "Quillmark"),
        ("Bean & Gone went to", "Bean & Gone"),
        ("Roam.travel as a", "Roam.travel"),
        ("roam.com today", "roam.com"),
        ("eFlora and", "eFlora"),
        ("7Arrows for", "7Arrows"),
        ("Orsova Bearings.Wish you", "Orsova Bearings"),
        ("Tovana Talent Acquisition", "Tovana"),
        ("Te Whare (Wellington)", "Te Whare"),
        ("us", ""),
        ("We received", ""),
        ("the Mill Lane branch", ""),
        ("our store", ""),
        ("Senior Engineer", ""),
        ("Engineer II at", ""),
        ("London", ""),
        ("Fogg Ltd. Good luck", "Fogg Ltd"),
        ("Fogg Inc. Good luck", "Fogg Inc."),
        ("Fogg Co. Ltd. Good luck", "Fogg Co. Ltd"),
        ("Fogg & Co. KG for", "Fogg & Co. KG"),
        ("Fogg Pvt. Ltd. Good luck", "Fogg Pvt. Ltd"),
        ("Smith & Co. Accountants", "Smith & Co. Accountants"),
        ("Smith & Co. to", "Smith & Co."),
        ("Hoshizora S.A. Good luck", "Hoshizora S.A."),
        ("Fogg Corp. of Leith", "Fogg Corp. of Leith"),
        ("A.G. Barr is", "A.G. Barr"),
        ("Mott Bros. Coffee is", "Mott Bros. Coffee"),
        ("Monday", ""),
        ("Fri 4 Sep 2026 10am - 11am (BST)", ""),
        ("Tue Sep 8, 2026 2pm", ""),
        ("Thurs 3 Sept", ""),
        ("Saturday 5 September", ""),
        ("Sep 8, 2026 2pm", ""),
        ("September 8 at", ""),
        ("4 Sep 2026", ""),
        ("Weekly from 10am", ""),
        ("Daily from", ""),
        ("Monthly on", ""),
        ("Every 2 weeks", ""),
        ("Every weekday from", ""),
        ("Every Day", ""),
        ("Every Tuesday from", ""),
        ("Every June", ""),
        ("Every Mind", "Every Mind"),
        ("Every Cloud is", "Every Cloud"),
        ("Daily Bread", "Daily Bread"),
        ("3-D Systems", "3-D Systems"),
        ("Marketing 4 Good", "Marketing 4 Good"),
        ("Sun Bakery", "Sun Bakery"),
        ("Monday.com", "Monday.com"),
        ("Shared Services", ""),
        ("Human Resources", ""),
        ("Department of Geography", ""),
        ("Vetting Committee", ""),
        ("2027", ""),
        ("", ""),
    ],
)
def test_name_at(words, name):
    assert name_at(f"at {words}", 3) == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("HR Saltmarsh Foods", "Saltmarsh Foods"),
        ("Careers at Foxmere", "Foxmere"),
        ("Foxmere Team", "Foxmere"),
        ("of Foxmere and", "Foxmere"),
        ("not a name", ""),
        ("-", ""),
    ],
)
def test_company_name(words, name):
    assert company_name(words) == name


@pytest.mark.parametrize(
    ("name", "told"), [("Foxmere", False), ("Maria Silva", False), ("Foxmere Labs", True), ("Reed & Oak", True), ("Foxmere Ltd", True)]
)
def test_is_organisation(name, told):
    assert is_organisation(name) is told


@pytest.mark.parametrize(
    ("name", "likeness"),
    [
        ("Millstream Staffing", 2),
        ("Merlion Search & Selection", 2),
        ("Poole & Hart Recruitment Ltd", 2),
        ("Corrib Technical Recruitment", 1),
        ("Foxmere Talent", 1),
        ("Medical Staffing", 0),
        ("Talent Team", 0),
        ("Recruitment", 0),
        ("Foxmere Ltd", 0),
        ("Ltd", 0),
        ("", 0),
    ],
)
def test_agency_likeness(name, likeness):
    assert agency_likeness(name) == likeness


@pytest.mark.parametrize(
    ("label", "told"), [("millstream-staffing", True), ("gearshiftrecruitment", True), ("foxmere", False), ("staffa", False)]
)
def test_is_agency_label(label, told):
    assert is_agency_label(label) is told
