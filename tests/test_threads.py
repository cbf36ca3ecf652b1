import pytest

from feedback_nlp.threads import mark_own, number_conversations, own_addresses
from tests.journals import ME, column, day, grouped, journal_of

ANN, BO = "ann@oven.example", "bo@mill.example"


def conversations(folder, *messages):
    with journal_of(folder, *messages) as journal:
        mark_own(journal.connection)
        number_conversations(journal.connection)
        return grouped(column(journal, "conversation"))


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param([{"ids": ["a"]}, {"ids": ["b"]}], [0, 1], id="strangers"),
        pytest.param([{"ids": ["a"]}, {"ids": ["b", "a"]}, {"ids": ["c"]}], [0, 0, 2], id="an answer"),
        pytest.param([{"ids": ["c", "a", "b"]}, {"ids": ["b", "a"]}, {"ids": ["a"]}], [0, 0, 0], id="answers before what they answer"),
        pytest.param(
            [{"ids": ["a"]}, {"ids": ["c", "lost"]}, {"ids": ["b", "lost"]}], [0, 1, 1], id="answers to a message that is not there"
        ),
        pytest.param([{"ids": ["a"]}, {"ids": ["b"]}, {"ids": ["c", "a", "b"]}], [0, 0, 0], id="one that ties two"),
        pytest.param([{"ids": []}, {"ids": []}], [0, 1], id="without ids"),
    ],
)
def test_by_message_id(messages, expected, tmp_path):
    assert conversations(tmp_path, *messages) == expected


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param([{"subject": "the post"}, {"subject": "the post", "reply": 1}], [0, 0], id="lost headers"),
        pytest.param([{"subject": "the post"}, {"subject": "the post"}], [0, 1], id="no reply"),
        pytest.param(
            [{"subject": "the post", "sender": ANN}, {"subject": "the post", "reply": 1, "sender": BO}], [0, 1], id="another person"
        ),
        pytest.param([{"subject": "the post"}, {"subject": "the post", "reply": 1, "time": day(90)}], [0, 0], id="months later"),
        pytest.param([{"subject": "the post"}, {"subject": "the post", "reply": 1, "time": day(400)}], [0, 1], id="a year later"),
        pytest.param([{"subject": ""}, {"subject": "", "reply": 1}], [0, 1], id="no subject"),
        pytest.param([{"subject": "the post", "time": None}, {"subject": "the post", "reply": 1}], [0, 1], id="no date"),
        pytest.param(
            [
                {"subject": "the post", "sender": ANN},
                {"subject": "the post", "sender": ME, "sent": 1, "to": [ANN], "reply": 1},
                {"subject": "the post", "sender": ANN, "reply": 1},
            ],
            [0, 0, 0],
            id="to and fro",
        ),
        pytest.param(
            [
                {"subject": "the post", "ids": ["a"]},
                {"subject": "the post", "ids": ["x"]},
                {"subject": "the post", "reply": 1, "ids": ["b", "a"]},
            ],
            [0, 1, 0],
            id="a named message counts for more",
        ),
    ],
)
def test_by_subject(messages, expected, tmp_path):
    assert conversations(tmp_path, *messages) == expected


def test_own_addresses_are_told_by_sent_mail(tmp_path):
    with journal_of(tmp_path, {"sender": ME, "sent": 1, "to": [ANN]}, {"sender": ANN}, {"sender": ME, "to": [BO]}) as journal:
        assert own_addresses(journal.connection) == {ME}
        mark_own(journal.connection)
        assert column(journal, "own") == [1, 0, 1]


def test_own_addresses_are_told_by_whom_most_mail_went_to(tmp_path):
    with journal_of(tmp_path, *[{"sender": ANN}] * 5, {"sender": ME, "to": [ANN]}) as journal:
        assert own_addresses(journal.connection) == {ME}


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([{}] * 4, id="too few"),
        pytest.param([{"to": ["list@oven.example"]}] * 5 + [{"to": [f"{n}@x.example"]} for n in range(5)], id="only half"),
        pytest.param([{"to": []}] * 9, id="nobody named"),
    ],
)
def test_nobody_is_taken_for_the_person_without_grounds(messages, tmp_path):
    with journal_of(tmp_path, *messages) as journal:
        assert own_addresses(journal.connection) == set()


def test_own_addresses_can_be_given(tmp_path):
    with journal_of(tmp_path, {"sender": "me@else.example"}, {"sender": ANN}) as journal:
        mark_own(journal.connection, ["Me@Else.example"])
        assert column(journal, "own") == [1, 0]
        mark_own(journal.connection)
        assert column(journal, "own") == [0, 0]
