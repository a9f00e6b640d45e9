"""Reference figures: ours in tests/data, those of other packages' data sets beside the project, where they are."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

OURS = Path(__file__).resolve().parents[1] / "data" / "reference"
OTHERS = Path(__file__).resolve().parents[3] / "shared" / "reference"


def figures(data: str, name: str) -> dict[str, Any]:
    """The figures of a data set; a test that asks for one that is not there is skipped."""
    loaded: dict[str, Any] = json.loads((_folder(data) / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def table(data: str) -> pd.DataFrame:
    """The data set itself, with its row names."""
    return pd.read_csv(_folder(data) / "data.csv", index_col=0)


def ess690() -> pd.DataFrame:
    """The survey of 690 firms."""
    return pd.read_csv(OURS / "ess690" / "sample_690.csv", dtype={"dept": str})


def matrix(found: dict[str, Any]) -> NDArray[np.float64]:
    """The values of a matrix, NaN where the reference has none."""
    return np.array(found["values"], dtype=np.float64)


def _folder(data: str) -> Path:
    folder = OURS / data if (OURS / data).exists() else OTHERS / data
    if not folder.exists():
        pytest.skip(f"{data} belongs to another package and stays outside the project: {folder} is not there.")
    return folder
