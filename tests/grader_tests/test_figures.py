"""A figure is drawn of whatever a student's code returns: a failure would make a wrong solution a broken check."""

import base64
import json
from xml.etree import ElementTree

import jsonschema
import numpy as np
import pytest

from coursekit.data import ROOT
from grader_tests import figures
from grader_tests.render import as_html
from grader_tests.verdict import FAILED, PASSED, CheckResult, Report

RNG = np.random.default_rng(1)
ODD = [np.nan, np.inf, -np.inf, 0.0, -0.0, -1.0, 1e-320, 1e38, -1e38, 1e308, -1e308]


def drawn(figure):
    """The root of the picture, read back from its address."""
    kind, _, content = figure.uri.partition(",")
    assert kind == "data:image/svg+xml;base64"
    return ElementTree.fromstring(base64.b64decode(content))


@pytest.mark.parametrize(
    "values",
    [RNG.uniform(0, 1, (5, 32, 10)), RNG.normal(0, 3, (32, 10)), np.array(ODD), *(np.array([1.0, odd]) for odd in ODD)],
)
def test_scales_of_any_size_are_drawn(values):
    assert drawn(figures.scales(values)).tag.endswith("svg")


@pytest.mark.parametrize("beta", [1, 3])
@pytest.mark.parametrize("values", [RNG.uniform(2, 3, 10), np.array(ODD), np.array([0.5]), np.full(10, np.nan)])
def test_variances_of_any_size_are_drawn(values, beta):
    assert drawn(figures.variances(values, beta)).tag.endswith("svg")


def test_reconstructions_of_any_values_are_drawn():
    output = np.resize(np.array(ODD), (10, 784))
    assert drawn(figures.reconstructions(RNG.uniform(0, 1, (10, 784)), output)).tag.endswith("svg")


def test_words_say_what_the_picture_shows():
    assert "od -2 do 4" in figures.scales(np.array([-2.0, 4.0, np.nan])).alt
    assert "0.50; 3.00" in figures.variances(np.array([0.5, 3.0]), 3).alt


def test_where_both_mistakes_with_beta_lie_is_shown_for_a_model_that_has_one():
    texts = {beta: "".join(drawn(figures.variances(np.ones(3), beta)).itertext()) for beta in (1, 3)}
    assert "skalowany tylko guide" in texts[3]
    assert "skalowany tylko" not in texts[1]


def test_the_same_values_give_the_same_file():
    values = RNG.uniform(0.1, 2, 100)
    assert figures.scales(values).svg == figures.scales(values).svg


def test_a_report_reads_the_same_from_its_record():
    figure = figures.scales(np.array([1.0, 2.0]))
    result = CheckResult("a", "A", FAILED, "0", "1", "źle", "popraw", 0.1, figure)
    report = Report("test_1a", 1, [result, CheckResult("b", "B", PASSED, "1", "1", "", "", 0.1)])
    fields = json.loads(json.dumps(report.as_dict()))
    assert fields["checks"][0]["figure"] == {"uri": figure.uri, "alt": figure.alt}
    assert "figure" not in fields["checks"][1]
    assert as_html(fields) == as_html(report.as_dict())
    assert f'src="{figure.uri}"' in as_html(fields)
    schema = json.loads((ROOT / "docs" / "record.schema.json").read_text())
    jsonschema.validate([fields], schema["properties"]["reports"])


@pytest.mark.parametrize("uri", ["http://h/x.png", "data:text/html;base64,AAAA", 'data:image/png;base64,A" onerror="x'])
def test_a_figure_from_elsewhere_is_refused(uri):
    check = CheckResult("a", "A", FAILED, "0", "1", "źle", "popraw", 0.1).as_dict() | {
        "figure": {"uri": uri, "alt": "x"}
    }
    with pytest.raises(ValueError, match="A figure begins with"):
        as_html({"points": 0.0, "maximum": 1.0, "checks": [check]})
