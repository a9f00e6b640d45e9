"""Figures of reference software: those of our own survey, copied here, and those of other packages' data, which stay outside."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

OURS = Path(__file__).resolve().parents[1] / "data" / "reference"
# Beside the project, or one folder further up for one of its worktrees.
OTHERS = [Path(__file__).resolve().parents[up] / "shared" / "reference" for up in (3, 4)]


def folder(name: str) -> Path:
    """The folder of a data set; the test is skipped where it is absent."""
    for root in (OURS, *OTHERS):
        if (root / name).exists():
            return root / name
    pytest.skip("The data sets of other packages stay outside the project.")


def figures(name: str, file: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder(name) / f"{file}.json").read_text())
    return loaded


def survey() -> pd.DataFrame:
    """Our own survey of 690 firms."""
    return pd.read_csv(OURS / "ess690" / "sample_690.csv", dtype={"dept": str})


def active(sample: pd.DataFrame) -> pd.DataFrame:
    """Its active questions and numbers."""
    return sample[[name for name in map(str, sample.columns) if name[0] in "qx"]]
