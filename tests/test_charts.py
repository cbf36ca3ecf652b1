from xml.etree import ElementTree

import pytest
from matplotlib.image import imread

from feedback_nlp.dossier.charts import COLOURS, draw_charts, svg_of, write_plots
from feedback_nlp.dossier.flow import flow_of
from feedback_nlp.errors import OutputError
from feedback_nlp.history import applications_of, message_of
from feedback_nlp.labels import REASONS
from feedback_nlp.patterns import patterns
from tests.labelled import other, row

S, C, A, F, V = REASONS
ROWS = [
    *[row(S, f"s{i}", "interview", role="Baker", date="2026-01-05", days_since_application=10 + i) for i in range(3)],
    row(C, "c", "final", date="2026-02-05", role="Miller"),
    row(A, "a", date="2026-02-05"),
    row(V, "v", date="2026-03-05", days_since_application=1),
    row(V, "u", date="2026-03-05", possible=[V, S]),
    other("o", "offer"),
    other("w", "screen"),
]


def charts(rows):
    return {chart.name: chart for chart in draw_charts(patterns(rows), flow_of(applications_of(map(message_of, rows))))}


def texts(chart):
    return [node.text for node in ElementTree.fromstring(svg_of(chart)).iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture(scope="module")
def drawn():
    return charts(ROWS)


def test_which_are_drawn(drawn):
    assert list(drawn) == ["reasons", "reached", "steps", "time", "roles", "days"]
    assert list(charts([row(stage="")])) == ["reasons", "steps", "roles"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param(
            "reasons",
            [
                *("skills: something the role asks for was missing", "3", "fit: values, personality or way of working", "1"),
                *("another: somebody else was chosen", "1", "freeze: the role went away or was paused", "0"),
                *("none: no usable reason given", "1", "unsure: could be one of several", "1"),
            ],
            id="reasons",
        ),
        pytest.param(
            "reached",
            [
                *("application", "9", "3 turned down", "screen", "6", "1 no decision yet", "test", "5"),
                *("interview", "5", "3 turned down", "final", "2", "1 turned down", "offer", "1", "1 offer"),
            ],
            id="stream",
        ),
        pytest.param(
            "steps",
            [
                *("skills", "fit", "another", "none", "unsure", "application", "1", "1", "1", "3"),
                *("interview", "3", "3", "final", "1", "1"),
            ],
            id="steps",
        ),
        pytest.param("time", ["skills", "fit", "another", "none", "unsure", "3", "2026-01", "2", "2026-02", "2", "2026-03"], id="time"),
        pytest.param(
            "roles",
            ["skills", "fit", "another", "none", "unsure", "baker", "3", "3", "other", "1", "1", "1", "1", "4"],
            id="roles",
        ),
        pytest.param("days", ["application: 1 day (1 answer)", "interview: 10 to 12 days, median 11 (3 answers)"], id="days"),
    ],
)
def test_what_they_say(drawn, name, said):
    assert texts(drawn[name]) == said


def test_bars_are_as_long_as_they_count(drawn):
    paths = list(ElementTree.fromstring(svg_of(drawn["reasons"])).iter("{http://www.w3.org/2000/svg}path"))
    length = {}
    for path in paths[1:]:
        xs = [float(part.split()[0]) for part in path.get("d").replace("M", "L").split("L") if part.strip()[:1].isdigit()]
        length[path.get("style").split(";")[0].removeprefix("fill: ")] = max(xs) - min(xs)
    assert length[COLOURS[S]] == pytest.approx(3 * length[COLOURS[C]])
    assert COLOURS[F] not in length


def test_long_times_and_many_roles():
    rows = [row(V, f"t{i}", date=f"{2000 + i // 4}-{3 * (i % 4) + 1:02}-01") for i in range(100)]
    said = texts(charts(rows)["time"])
    assert said[1] == "2000 Q1"
    assert len(said) < 20  # no two names over each other


def test_files(drawn, tmp_path):
    write_plots(tuple(drawn.values()), tmp_path / "plots")
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == sorted(
        f"{name}{end}" for name in drawn for end in (".png", ".svg")
    )
    for name in drawn:
        pixels = imread(tmp_path / "plots" / f"{name}.png")
        assert pixels.shape[1] == 833
        assert 0.005 < (pixels[..., :3].min(axis=2) < 0.5).mean() < 0.5  # ink
        ElementTree.parse(tmp_path / "plots" / f"{name}.svg")


def test_a_place_that_can_not_be_written(drawn, tmp_path):
    (tmp_path / "plots").write_text("a file")
    with pytest.raises(OutputError, match=r"reasons\.png can't be written \(.*\)\. Choose another place\.$"):
        write_plots(tuple(drawn.values()), tmp_path / "plots")


def test_the_same_counts_give_the_same_picture(drawn):
    assert svg_of(charts(ROWS)["reached"]) == svg_of(drawn["reached"])
