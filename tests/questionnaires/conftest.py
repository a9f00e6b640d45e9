"""Fixtures of the questionnaires' tests: tiny questionnaires, and the day they are judged on."""

from datetime import date

import pytest

from questionnaires.model import Questionnaire
from questionnaires.records import Context
from questionnaires.sheets import read_sheets
from tests.questionnaires.tiny import Rows, Tiny, sheets_of


@pytest.fixture
def tiny() -> Tiny:
    """Makes a questionnaire of one section out of a few rows and checks."""

    def make(*rows: dict[str, str], checks: Rows = (), wrap: bool = True) -> Questionnaire:
        return read_sheets(sheets_of(rows, checks, wrap=wrap))

    return make


@pytest.fixture
def context() -> Context:
    return Context(today=date(2026, 11, 24), programme_start=date(2026, 9, 1))
