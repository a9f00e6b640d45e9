"""Reference figures: ours in tests/data, those of other packages' data sets beside the project, where they are."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

OURS = Path(__file__).resolve().parents[1] / "data" / "reference"
# Beside the project, or one folder further up for a copy that stands in a folder of its own.
OTHERS = [Path(__file__).resolve().parents[up] / "shared" / "reference" for up in (3, 4)]


def figures(data: str, name: str) -> dict[str, Any]:
    """The figures of a data set; a test that asks for one that is not there is skipped."""
    loaded: dict[str, Any] = json.loads((folder(data) / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def table(data: str) -> pd.DataFrame:
    """The data set itself, with its row names."""
    return pd.read_csv(folder(data) / "data.csv", index_col=0)


def ess690() -> pd.DataFrame:
    """The survey of 690 firms."""
    return pd.read_csv(OURS / "ess690" / "sample_690.csv", dtype={"dept": str})


def matrix(found: dict[str, Any]) -> NDArray[np.float64]:
    """The values of a matrix, NaN where the reference has none."""
    return np.array(found["values"], dtype=np.float64)


def folder(data: str) -> Path:
    """The folder of a data set; the test is skipped where it is absent."""
    for root in (OURS, *OTHERS):
        if (root / data).exists():
            return root / data
    pytest.skip(f"{data} belongs to another package and stays outside the project.")


def active(sample: pd.DataFrame) -> pd.DataFrame:
    """The active questions and numbers of the survey of 690 firms."""
    return sample[[name for name in map(str, sample.columns) if name[0] in "qx"]]
