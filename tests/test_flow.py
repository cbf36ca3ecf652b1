from hypothesis import given
from hypothesis import strategies as st

from feedback_nlp.dossier.flow import Stop, flow_of
from feedback_nlp.history import applications_of, message_of
from feedback_nlp.labels import LABELS, STEPS
from tests.labelled import other, row


def flow(*rows):
    return flow_of(applications_of(map(message_of, rows)))


def test_from_application_to_outcome():
    found = flow(
        row(thread="a"),
        row(thread="b", stage="test"),
        other("c", "application"),
        other("d", "interview"),
        other("e", "offer"),
        row(thread="f", stage="offer"),
        row(thread="g", stage=""),
    )
    assert found == (
        Stop("application", 6, 1, 0, 1),
        Stop("screen", 4, 0, 0, 0),
        Stop("test", 4, 1, 0, 0),
        Stop("interview", 3, 0, 0, 1),
        Stop("final", 2, 0, 0, 0),
        Stop("offer", 2, 1, 1, 0),
    )
    assert [stop.went_on for stop in found] == [4, 4, 3, 2, 2, 0]


def test_it_ends_with_the_furthest_step():
    assert flow(row(thread="a"), row(thread="b")) == (Stop("application", 2, 2, 0, 0),)
    assert flow(row(stage="")) == ()
    assert flow() == ()


@given(st.lists(st.builds(row, st.sampled_from(LABELS), st.sampled_from("abcde"), st.sampled_from(STEPS))))
def test_whoever_goes_on_arrives(rows):
    stops = flow(*rows)
    assert [stop.went_on for stop in stops[:-1]] == [stop.came for stop in stops[1:]]
    assert not stops or stops[-1].went_on == 0
