"""The scores that come with the program: the fit they express, and the ballots."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from iiecon import ModelInputs, run_model
from iiecon.calibration import Calibration
from iiecon.illustrative import ballots_for, fit, targets
from tests.oracles import published


@pytest.fixture(scope="module")
def fitted(inputs: ModelInputs) -> Calibration:
    return fit(inputs)


def test_shipped_ballots_express_the_fit(inputs: ModelInputs, fitted: Calibration) -> None:
    """Half a vote of 60 on the lightest factor is the finest step that votes can express."""
    shipped = run_model(inputs).scores.used
    assert_allclose(shipped, list(fitted.of("score").values()), atol=0.002)


@pytest.mark.parametrize("score", [0.0, 0.017, 0.25, 0.31, 0.5, 0.777, 1.0])
def test_ballots_give_the_score_they_are_made_for(inputs: ModelInputs, score: float) -> None:
    weights, grades = inputs.experts.weights, inputs.experts.grade_scores
    votes = ballots_for(score, weights, grades, 60)
    assert float(weights @ (votes / 60) @ grades) == pytest.approx(score, abs=0.001)
    assert (votes.sum(axis=1) == 60).all()
    assert (votes >= 0).all()
    assert (votes == votes.round()).all()


def test_targets_are_the_printed_sections_and_what_they_imply() -> None:
    """The direct total is 35 698.92 / 3.74, with the ratio printed as 2.74 (about 9 540)."""
    values = {t.figure.id: t.figure.value for t in targets()}
    total = sum(published.sections("value_added", 2020).values())
    assert len(values) == 21
    assert values["nation.total.2020.value_added"] == pytest.approx(total)
    assert values["nation.direct.2020.value_added"] == pytest.approx(total / 3.74)
    assert values["nation.direct.2020.value_added"] == pytest.approx(9540, rel=0.002)


def test_fit_lies_between_zero_and_one(fitted: Calibration) -> None:
    scores = np.array(list(fitted.of("score").values()))
    assert ((scores >= 0) & (scores <= 1)).all()
