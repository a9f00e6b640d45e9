"""The question's name is the bridge: what the analysis needs exists in every version of the questionnaire."""

import pytest

from analysis.actions.catalogue import catalogue
from analysis.fragility.indicators import INDICATORS
from questionnaires.catalogue import load, versions


@pytest.mark.parametrize("version", versions())
@pytest.mark.parametrize("code", sorted(INDICATORS))
def test_every_name_that_an_indicator_needs_is_asked(version: str, code: str) -> None:
    known = {question.name for _section, question in load(version).questions()}
    needed = set(INDICATORS[code].needs)
    assert needed
    assert needed <= known


@pytest.mark.parametrize("version", versions())
def test_every_action_of_the_catalogue_works_on_a_dimension_that_is_marked(version: str) -> None:
    known = {question.name for _section, question in load(version).questions()}
    assert len(catalogue()) == 44
    for action in catalogue():
        assert {f"cons_{code}" for code in action.dimensions} <= known
