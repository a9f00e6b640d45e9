"""The figures of reference software for surveys: where they are, and the designs that they were computed on."""

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.survey.estimate import Estimate

PROJECT = Path(__file__).resolve().parents[2]
OURS = PROJECT / "tests" / "data" / "reference"
# They are under the licence of the packages that they come from and stay beside the project, or where the variable says.
BESIDE = Path(os.environ.get("REFERENCE_FIGURES", PROJECT.parent / "shared" / "reference"))


def reference(folder: str, name: str) -> Path:
    """A file of figures, ours if we hold it; the test is skipped where it is absent."""
    for root in (OURS, BESIDE):
        if (root / folder / name).exists():
            return root / folder / name
    pytest.skip("The reference figures of other packages stay outside the project.")


def figures(folder: str, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(reference(folder, name).read_text())
    return loaded


def schools(name: str) -> pd.DataFrame:
    """A sample of Californian schools (the data « api » of R's survey package), the clusters' row names made columns."""
    return pd.read_csv(reference("survey_api", f"{name}.csv"))


def estimates_of(table: pd.DataFrame) -> list[Estimate]:
    """The rows of a table of estimates, as estimates."""
    names = ("value", "se", "low", "high", "n", "n_effective", "design_effect", "degrees")
    return [Estimate(**{name: row[name] for name in names}) for row in table.to_dict("records")]
