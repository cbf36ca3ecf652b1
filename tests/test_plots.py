import re
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from matplotlib.image import imread

from feedback_nlp.errors import OutputError
from feedback_nlp.evaluation import evaluate
from feedback_nlp.labels import LABELS
from feedback_nlp.plots import calibration_svg, check_drawable, draw, drawable
from feedback_nlp.records import Example, Prediction

NO_MATPLOTLIB = "Drawing needs matplotlib, which is not installed. Install it: pip install 'feedback-nlp[plots]'"


def evaluation(unjudged=0):
    truth = [Example(str(i), "a", label) for i, label in enumerate(LABELS * 7)]
    said = [Prediction("skills_gap" if i % 3 else e.primary, 0.3 + (i % 7) / 10, {}) for i, e in enumerate(truth)]
    return evaluate(truth, [*[Prediction(None, 0.0, {})] * unjudged, *said[unjudged:]])


def texts(svg):
    """The texts of an SVG picture, which must be well-formed."""
    return [" ".join(node.itertext()).strip() for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.fixture
def without_matplotlib(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)


@pytest.mark.parametrize("names", [["a"], ["a", "b"]], ids=["one model", "two models"])
def test_a_png_is_one_and_not_blank(names, tmp_path):
    draw([(name, evaluation()) for name in names], tmp_path / "p.PNG")
    assert (tmp_path / "p.PNG").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    pixels = imread(tmp_path / "p.PNG", format="png")
    assert pixels.shape[0] > 800
    assert pixels.shape[1] > 1800
    assert 0.01 < (pixels[..., :3].min(axis=2) < 0.5).mean() < 0.5  # ink


def test_one_model_as_svg(tmp_path):
    draw([("shipped", evaluation())], tmp_path / "p.svg")
    said = texts((tmp_path / "p.svg").read_bytes())
    assert "feedback-nlp, model shipped, on 42 labelled mails (35 rejections)" in said
    assert {"Confusion of shipped", "Calibration, with 95 % intervals", "Risk and coverage"} <= set(said)
    assert {"the mail is", "the answer", "share right", "confidence", "mails", "risk: share wrong"} <= set(said)
    assert [said.count(label) for label in LABELS] == [2] * 6
    assert [text for text in said if text.startswith("model shipped (")] == [
        f"model shipped (error {evaluation().figures['calibration_error']:.3f})",
        f"model shipped (area {evaluation().risk_coverage_area:.3f})",
    ]
    assert "not_judged" not in said


def test_two_models_as_svg(tmp_path):
    draw([("shipped", evaluation()), ("models/$x_1$", evaluation(unjudged=2))], tmp_path / "p.svg")
    said = texts((tmp_path / "p.svg").read_bytes())
    assert "feedback-nlp, model shipped and model $x_1$, on 42 labelled mails (35 rejections)" in said
    assert {"Confusion of shipped", "Confusion of $x_1$"} <= set(said)
    assert [re.sub(r"\d\.\d{3}", "", text) for text in said if text.startswith("model ")] == [
        "model shipped (error )",
        "model $x_1$ (error )",
        "model shipped (area )",
        "model $x_1$ (area )",
    ]
    assert said.count("not_judged") == 1


def test_one_mail_can_be_drawn(tmp_path):
    for label in LABELS:
        draw([("a", evaluate([Example("1", "a", "skills_gap")], [Prediction(label, 1.0, {})]))], tmp_path / "p.png")


def test_the_calibration_alone():
    svg = calibration_svg("82d4bb13b0a6", evaluation())
    assert svg == calibration_svg("82d4bb13b0a6", evaluation())  # or every build would change the file
    said = texts(svg)
    assert {"Calibration on 42 labelled mails, with 95 % intervals", "share right", "confidence", "mails"} <= set(said)
    assert {str(b.n) for b in evaluation().calibration} <= set(said)


@pytest.mark.parametrize("name", ["p.pdf", "p", "png"])
def test_other_formats(name, tmp_path):
    with pytest.raises(OutputError) as error:
        draw([("a", evaluation())], tmp_path / name)
    assert str(error.value) == f"{tmp_path / name}: can't tell the format of the picture. End the name in .png or .svg."
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_can_not_be_written(tmp_path):
    (tmp_path / "p.png").mkdir()
    with pytest.raises(OutputError, match=r"p\.png can't be written \(.*\)\. Choose another place\.$"):
        draw([("a", evaluation())], tmp_path / "p.png")


def test_without_matplotlib(without_matplotlib, tmp_path):
    assert not drawable()
    with pytest.raises(OutputError) as error:
        check_drawable(tmp_path / "p.png")
    assert str(error.value) == NO_MATPLOTLIB
