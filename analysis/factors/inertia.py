"""Formulas that factor analyses share: row weights, test values, and the inertia of an MCA corrected for its coding."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sklearn.utils.validation import _check_sample_weight

from analysis.arrays import Floats

TestSize = Literal["kish", "rows", "sum"]


@dataclass(frozen=True, slots=True)
class AdjustedInertia:
    """The axes of an MCA whose eigenvalue exceeds 1/Q, with their corrected inertia.

    `eigenvalues`, `benzecri` (inertia), `benzecri_share` and `greenacre_share` (0 to 1) are (axes,); `greenacre_total` is the average
    inertia outside the diagonal of the Burt table, of which Greenacre's shares are shares: they do not sum to one.
    """

    eigenvalues: Floats
    benzecri: Floats
    benzecri_share: Floats
    greenacre_total: float
    greenacre_share: Floats


def adjusted_inertia(eigenvalues: Floats, variables: int, columns: int) -> AdjustedInertia:
    """Corrects an MCA's eigenvalues for the coding, which spreads inertia over as many axes as there are levels.

    With Q variables and J levels: (Q / (Q - 1))² (λ - 1/Q)² for each λ > 1/Q, shares of their own sum (Benzécri 1979) or of
    Q / (Q - 1) (Σ λ² - (J - Q) / Q²), the average off-diagonal inertia of the Burt table (Greenacre 1993).

    Parameters
    ----------
    eigenvalues : ndarray (axes,)
        All of them, greatest first.
    variables, columns : int
        Q and J. With fewer than two variables there is nothing to correct, and a ValueError says so.

    """
    if variables < 2:  # noqa: PLR2004 (a correction by Q - 1.)
        message = "Adjusted inertia compares variables: it needs two at least."
        raise ValueError(message)
    kept = eigenvalues[eigenvalues > 1 / variables]
    ratio = variables / (variables - 1)
    found = ratio**2 * (kept - 1 / variables) ** 2
    total = ratio * float((eigenvalues**2).sum() - (columns - variables) / variables**2)
    none = np.zeros_like(found)
    return AdjustedInertia(
        eigenvalues=kept,
        benzecri=found,
        benzecri_share=found / found.sum() if found.sum() > 0 else none,
        greenacre_total=total,
        greenacre_share=found / total if total > 0 else none,
    )


def row_weights(sample_weight: Any, rows: int) -> Floats:
    """Row weights as given (rows,), ones where None.

    Raises
    ------
    ValueError
        When a weight is negative or not finite, when all are zero, or when there is not one a row.

    """
    if sample_weight is None:
        return np.ones(rows)
    weights = np.asarray(_check_sample_weight(sample_weight, np.empty((rows, 1)), dtype=np.float64), dtype=np.float64)
    if (weights < 0).any() or weights.sum() <= 0:
        message = "Row weights must be zero or more, and not all zero."
        raise ValueError(message)
    return weights


def effective_size(weights: Floats, size: TestSize) -> float:
    """The number of rows that a test may count on: Kish's (Σw)² / Σw², the rows of weight above zero, or the sum of weights."""
    if size not in {"kish", "rows", "sum"}:
        message = f"test_size is « {size} »; say « kish », « rows » or « sum »."
        raise ValueError(message)
    if size == "kish":
        return float(weights.sum() ** 2 / (weights**2).sum())
    return float((weights > 0).sum()) if size == "rows" else float(weights.sum())


def v_tests(means: Floats, values: Floats, shares: Floats, size: float) -> Floats:
    """Test values of categories on axes: how many standard errors their mean is from zero, were their rows drawn at random.

    Parameters
    ----------
    means : ndarray (categories, axes)
        The weighted means of the rows' coordinates.
    values : ndarray (axes,)
        The variances of the rows' coordinates.
    shares : ndarray (categories, 1)
        The weighted shares of the rows.
    size : float
        The number of rows n: mean / √λ · √((n - 1) p / (1 - p)) (Lebart, Morineau & Piron, § 1.4).

    """
    spread = np.sqrt(np.where(values > 0, values, np.inf))
    partial = (shares > 0) & (shares < 1)
    p = np.where(partial, shares, 0.5)
    return np.asarray(np.where(partial, means / spread * np.sqrt(max(size - 1, 0.0) * p / (1 - p)), 0.0), dtype=np.float64)


def quotient(above: Floats, below: Floats) -> Floats:
    """A quotient, zero where the divisor is."""
    return np.asarray(np.where(below > 0, above / np.where(below > 0, below, 1.0), 0.0), dtype=np.float64)
