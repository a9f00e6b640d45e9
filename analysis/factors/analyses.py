"""Factor analysis: the axes on which firms differ most, from numbers, categories or both, with row weights.

What comes in is a table (a DataFrame whose text, boolean and categorical columns are categories, or an array of numbers); what goes
out are coordinates, contributions and qualities of rows, numbers, categories and variables on the axes. `FAMD` mixes both kinds of
columns (Escofier 1979; Pagès 2004), `MCA` takes categories only (Lebart, Morineau & Piron), `PCA` numbers only. Supplementary
elements are in `analysis.factors.supplementary`, missing answers in `analysis.factors.imputation`, the number of axes in `analysis.factors.dimensions`.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analysis.factors.coding import Coding, Kind, Kinds, kinds_of
from analysis.factors.imputation import FactorImputer
from analysis.factors.inertia import AdjustedInertia, TestSize, adjusted_inertia, quotient
from analysis.factors.model import FactorModel


class FAMD(FactorModel):
    """Factor analysis of mixed data with row weights, following scikit-learn's contract.

    Numbers are standardised with the weighted mean and standard deviation (denominator: the sum of weights); the indicator of a
    category of weighted share p becomes (indicator - p) / √p. The axes are exact eigenvectors, so that a table of any length costs
    one pass. Each axis points so that the entries of its vector sum to a positive number.

    Parameters
    ----------
    n_components : int or None, default=5
        The number of axes kept, at most the rank of the table; None keeps all.
    missing_level : str or None, default="NR"
        A missing category becomes this level of its own; None makes it passive: it counts as each level in its share, and says
        nothing. A missing number becomes the unweighted mean of its column.
    kinds : mapping of str to {"number", "category"}, optional
        What columns are, where their type does not say (a code that looks like a number).
    imputer : FactorImputer, optional
        Completes missing answers first; `missing_level` then says nothing.
    test_size : {"kish", "rows", "sum"}, default="kish"
        The number of rows behind test values when rows are weighted: Kish's effective number, their count (FactoMineR), or the sum
        of the weights as given. Without weights all three are the count.

    Attributes
    ----------
    eigenvalues_ : ndarray (axes,)
        The variance of the rows' coordinates on each axis, all axes, greatest first.
    explained_ : ndarray (axes,)
        Each axis's share of the total inertia (0 to 1).
    components_ : ndarray (n_components, columns)
        The axes in the space of standardised columns.
    coding_ : Coding
        Means, spreads, levels and shares of the columns.
    kinds_ : dict of str to str
        What each column was taken for.
    tested_rows_ : float
        The number of rows behind the test values.

    Notes
    -----
    An unseen level counts as each known one in its share. Constant columns, levels without weight and empty columns have
    coordinates of zero. A table in which nothing varies gives one axis, of eigenvalue zero.

    References
    ----------
    Escofier (1979), « Traitement simultané de variables quantitatives et qualitatives »; Pagès (2004), « Analyse factorielle de
    données mixtes », Revue de statistique appliquée 52(4).

    """

    def __init__(
        self,
        n_components: int | None = 5,
        *,
        missing_level: str | None = "NR",
        kinds: Kinds | None = None,
        imputer: FactorImputer | None = None,
        test_size: TestSize = "kish",
    ) -> None:
        self.n_components = n_components
        self.missing_level = missing_level
        self.kinds = kinds
        self.imputer = imputer
        self.test_size = test_size


class MCA(FactorModel):
    """Multiple correspondence analysis with row weights: the FAMD of categories alone, on the scale of correspondence analysis.

    Rows are at the chi-square distance of the indicator table; a category's coordinate is the weighted mean of its rows over √λ.
    Every column is a category, numbers included. Parameters and attributes are those of `FAMD`; eigenvalues are the FAMD's over the
    number of variables, and at most 1.

    References
    ----------
    Lebart, Morineau & Piron, « Statistique exploratoire multidimensionnelle »; Greenacre (1993), ch. 17 and 18.

    """

    _profiles = True

    def __init__(
        self,
        n_components: int | None = 5,
        *,
        missing_level: str | None = "NR",
        imputer: FactorImputer | None = None,
        test_size: TestSize = "kish",
    ) -> None:
        self.n_components = n_components
        self.missing_level = missing_level
        self.imputer = imputer
        self.test_size = test_size

    @property
    def categories_(self) -> pd.DataFrame:
        """Coordinates of the categories (categories, axes): the weighted means of the rows that have them, over √λ."""
        return self._of_categories(quotient(self._means(), np.sqrt(self._values())))

    @property
    def category_cos2_(self) -> pd.DataFrame:
        """How well each axis shows each category (categories, axes): its squared cosine in the space of column profiles."""
        distances = quotient(self.inertias_[:, None], self._shares()) * self._divisor() ** 2
        return self._of_categories(quotient(self.categories_.to_numpy() ** 2, distances))

    @property
    def adjusted_(self) -> AdjustedInertia:
        """The inertia of the axes corrected for the coding (Benzécri 1979; Greenacre 1993)."""
        return adjusted_inertia(self.eigenvalues_, len(self.coding_.variables), len(self.columns_))

    def _kinds(self, table: pd.DataFrame) -> dict[str, Kind]:
        return {str(name): "category" for name in table.columns}

    def rescaled(self, coding: Coding) -> Coding:
        """A coding on the scale of this analysis."""
        count = len(coding.variables)
        return replace(coding, divisors=(float(np.sqrt(count)),) * count)


class PCA(FactorModel):
    """Principal component analysis with row weights.

    Parameters
    ----------
    n_components : int or None, default=5
        The number of axes kept, at most the rank of the table; None keeps all.
    scaled : bool, default=True
        Divide each number by its weighted standard deviation (denominator: the sum of weights), or only centre it.
    imputer : FactorImputer, optional
        Completes missing numbers first; else they become the unweighted mean of their column.

    Attributes
    ----------
    eigenvalues_, explained_, components_, coding_, kinds_
        As for `FAMD`. `numbers_` are covariances with the standardised axes, which are correlations when `scaled`.

    """

    def __init__(self, n_components: int | None = 5, *, scaled: bool = True, imputer: FactorImputer | None = None) -> None:
        self.n_components = n_components
        self.scaled = scaled
        self.imputer = imputer

    def _kinds(self, table: pd.DataFrame) -> dict[str, Kind]:
        found = kinds_of(table, None)
        others = [name for name, kind in found.items() if kind == "category"]
        if others:
            message = f"A principal component analysis takes numbers only, not {', '.join(others)}. Use FAMD, or leave them out."
            raise ValueError(message)
        return found

    def rescaled(self, coding: Coding) -> Coding:
        """A coding on the scale of this analysis."""
        return coding if self.scaled else replace(coding, spreads=np.where(np.isinf(coding.spreads), np.inf, 1.0))
