"""Factor analyses against reference software (FactoMineR 2.7 and 2.14, missMDA 1.21), every figure of each file.

1. FAMD. 2. FAMD of an imputed table. 3. MCA and its adjusted inertia. 4. PCA. 5. Where the reference is wrong, and we differ.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.factors.analyses import FAMD, MCA, PCA
from analysis.factors.imputation import FactorImputer
from analysis.factors.model import FactorModel
from analysis.factors.supplementary import Supplementary
from analysis.factors.tables import Completed
from tests.analysis.references import ess690, figures, matrix, table

Figures = dict[str, Any]
EXTRA = ["n_employees", "sector", "dept", "size_class", "legal"]


def agree(ours: Any, theirs: Figures) -> None:
    """Every figure to 1e-8, those that the reference lacks aside."""
    values = matrix(theirs)
    found = np.asarray(ours, dtype=np.float64)
    assert found.shape == values.shape
    known = ~np.isnan(values)
    assert known.any()
    assert found[known] == pytest.approx(values[known], abs=1e-8)


def ours_of(labels: list[str], levels: dict[str, tuple[str, ...]]) -> list[str]:
    """Our names of the reference's categories, which are the level, alone or behind its variable's name."""
    names: dict[str, str] = {}
    for name, known in levels.items():
        for level in known:
            full = f"{name}={level}"
            names |= {level: full, f"{name}_{level}": full}
    return [names[label] for label in labels]


def agree_on_axes(model: FactorModel, expected: Figures) -> None:
    values = matrix(expected["eig"])
    assert model.eigenvalues_[: len(values)] == pytest.approx(values[:, 0], abs=1e-8)
    assert 100 * model.explained_[: len(values)] == pytest.approx(values[:, 1], abs=1e-8)
    assert 100 * np.cumsum(model.explained_)[: len(values)] == pytest.approx(values[:, 2], abs=1e-8)


def agree_on_rows(model: FactorModel, active: pd.DataFrame | Completed, weights: Any, expected: Figures) -> None:
    shown = len(expected["ind"]["coord"]["rows"])
    rows = model.transform(active)
    assert len(rows) == expected["ind"]["n"]
    agree(rows[:shown], expected["ind"]["coord"])
    agree(model.row_contributions(active, weights)[:shown], expected["ind"]["contrib"])
    agree(model.row_cos2(active)[:shown], expected["ind"]["cos2"])
    # Twelve digits of a sum near a thousand are eight after the point.
    assert np.abs(rows).sum(axis=0) == pytest.approx(list(expected["ind"]["coord_sum_abs"].values()), rel=1e-11)


def agree_on_categories(model: FactorModel, expected: Figures) -> None:
    levels = dict(zip(model.coding_.variables, model.coding_.levels, strict=True))
    places = ours_of(expected["coord"]["rows"], levels)
    agree(model.categories_.loc[places], expected["coord"])
    agree(model.category_cos2_.loc[places], expected["cos2"])
    agree(model.category_contributions_.loc[places], expected["contrib"])
    agree(model.category_tests_.loc[places], expected["v.test"])


def agree_on_numbers(model: FactorModel, expected: Figures) -> None:
    names = expected["coord"]["rows"]
    agree(model.numbers_.loc[names], expected["coord"])
    agree(model.number_cos2_.loc[names], expected["cos2"])
    agree(model.number_contributions_.loc[names], expected["contrib"])


def agree_on_variables(model: FactorModel, expected: Figures) -> None:
    names = expected["coord"]["rows"]
    agree(model.variables_.loc[names], expected["coord"])
    agree(model.variable_contributions_.loc[names], expected["contrib"])
    # The reference squares a coordinate that is a square already; ours is its root over the levels less one, see 5.
    agree(model.variable_cos2_.loc[names].to_numpy() ** 2 * freedom(model, names), expected["cos2"])


def freedom(model: FactorModel, names: list[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Levels less one of each variable, one for a number (variables, 1)."""
    levels = dict(zip(model.coding_.variables, model.coding_.levels, strict=True))
    return np.array([[len(levels[name]) - 1.0 if name in levels else 1.0] for name in names])


def agree_on_extra(found: Supplementary, extra: pd.DataFrame, expected: Figures) -> None:
    levels = {str(name): tuple(map(str, extra[name].unique())) for name in extra if not pd.api.types.is_numeric_dtype(extra[name])}
    quali, quanti = expected["quali.sup"], expected["quanti.sup"]
    places = ours_of(quali["coord"]["rows"], levels)
    agree(found.categories.loc[places], quali["coord"])
    agree(found.category_cos2.loc[places], quali["cos2"])
    agree(found.category_tests.loc[places], quali["v.test"])
    if "dist" in quali:
        assert found.distances.loc[places].to_list() == pytest.approx(list(quali["dist"].values()), abs=1e-8)
    if "eta2" in quali:
        agree(found.variables.loc[quali["eta2"]["rows"]], quali["eta2"])
    agree(found.numbers.loc[quanti["coord"]["rows"]], quanti["coord"])
    if "cor" in quanti:
        agree(found.numbers.loc[quanti["cor"]["rows"]], quanti["cor"])
    if "cos2" in quanti:
        agree(found.number_cos2.loc[quanti["cos2"]["rows"]], quanti["cos2"])


def active_of(sample: pd.DataFrame, first: str) -> pd.DataFrame:
    return sample[[name for name in map(str, sample.columns) if name[0] in first]]


def with_level(active: pd.DataFrame) -> pd.DataFrame:
    """The reference names the level of missing answers after its question."""
    return active.assign(**{name: active[name].fillna(f"{name}_NR") for name in map(str, active.columns) if name[0] == "q"})


@pytest.mark.parametrize(("name", "weighted"), [("famd_nr_mean", False), ("famd_nr_mean_weighted", True)])
def test_1_famd_of_the_survey(name: str, *, weighted: bool) -> None:
    sample = ess690()
    expected = figures("ess690", name)
    active = active_of(sample, "qx")
    active = with_level(active)
    weights = sample["weight"] if weighted else None
    model = FAMD(10, test_size="rows").fit(active, sample_weight=weights)
    agree_on_axes(model, expected)
    agree_on_rows(model, active, weights, expected)
    agree_on_categories(model, expected["quali.var"])
    agree_on_numbers(model, expected["quanti.var"])
    agree_on_variables(model, expected["var"])
    extra = model.supplementary(active, sample[EXTRA], weights)
    agree_on_extra(extra, sample[EXTRA], expected)
    placed = expected["var"]["coord.sup"]["rows"]
    agree(extra.variables.loc[placed], expected["var"]["coord.sup"])
    counts = np.array([[1.0 if name == "n_employees" else sample[name].nunique() - 1.0] for name in placed])
    agree(extra.variables.loc[placed].to_numpy() ** 2 / counts, expected["var"]["cos2.sup"])


@pytest.mark.parametrize("name", ["famd", "famd_weighted_indsup"])
def test_1_famd_of_another_table_with_weights_and_supplementary_rows(name: str) -> None:
    expected, whole = figures("geomorphology", name), table("geomorphology")
    weights = expected.get("row_w")
    active = whole if weights is None else whole.iloc[: len(weights)]
    model = FAMD(5, test_size="sum").fit(active, sample_weight=weights)
    agree_on_axes(model, expected)
    agree_on_rows(model, active, weights, expected)
    agree_on_categories(model, expected["quali.var"])
    agree_on_numbers(model, expected["quanti.var"])
    agree_on_variables(model, expected["var"])
    if weights is not None:
        later = whole.iloc[len(weights) :]
        agree(model.transform(later), expected["ind.sup"]["coord"])
        agree(model.row_cos2(later), expected["ind.sup"]["cos2"])
        distances = np.sqrt(model.coding_.squared_distances(model.code(later)))
        assert distances == pytest.approx(list(expected["ind.sup"]["dist"].values()), abs=1e-8)


def test_2_famd_of_the_imputed_survey() -> None:
    expected = figures("ess690", "famd_impute4")
    active = active_of(ess690(), "qx")
    completed = FactorImputer(4, tol=1e-8).fit_complete(active)
    model = FAMD(10).fit(completed)
    agree_on_axes(model, expected)
    agree_on_rows(model, completed, None, expected)
    agree_on_categories(model, expected["quali.var"])
    agree_on_numbers(model, expected["quanti.var"])
    names = expected["var"]["coord"]["rows"]
    agree(model.variable_contributions_.loc[names], expected["var"]["contrib"])
    # Its η² are those of the answers given, before imputation.
    tied = model.supplementary(completed, active).variables.loc[[name for name in names if name[0] == "q"]]
    tied = pd.concat([model.variables_.loc[[name for name in names if name[0] == "x"]], tied]).loc[names]
    agree(tied, expected["var"]["coord"])
    agree(tied.to_numpy() ** 2 / freedom(model, names), expected["var"]["cos2"])


def test_2_the_analysis_imputes_by_itself_alike() -> None:
    expected = figures("ess690", "famd_impute4")
    active = active_of(ess690(), "qx")
    model = FAMD(10, imputer=FactorImputer(4, tol=1e-8))
    agree(model.fit_transform(active)[:60], expected["ind"]["coord"])
    assert model.transform(active)[:60] == pytest.approx(matrix(expected["ind"]["coord"]), abs=1e-5)


def test_3_mca_of_the_survey() -> None:
    sample = ess690()
    expected, adjusted = figures("ess690", "mca_nr"), figures("ess690", "mca_adjusted_inertia")
    active = active_of(sample, "q")
    active = with_level(active)
    model = MCA(5).fit(active)
    agree_on_axes(model, expected)
    agree_on_rows(model, active, None, expected)
    agree_on_categories(model, expected["var"])
    agree(model.variables_.loc[expected["var"]["eta2"]["rows"]], expected["var"]["eta2"])
    agree_on_extra(model.supplementary(active, sample[EXTRA]), sample[EXTRA], expected)
    found = model.adjusted_
    assert (len(model.coding_.variables), len(model.columns_)) == (adjusted["Q"], adjusted["J"])
    assert found.eigenvalues == pytest.approx(adjusted["eigen_above_1_over_Q"], abs=1e-10)
    assert found.benzecri == pytest.approx(adjusted["benzecri"], abs=1e-10)
    assert found.benzecri_share == pytest.approx(adjusted["benzecri_share"], abs=1e-10)
    assert found.greenacre_total == pytest.approx(adjusted["greenacre_total"], abs=1e-10)
    assert found.greenacre_share == pytest.approx(adjusted["greenacre_share"], abs=1e-10)


@pytest.mark.parametrize("name", ["mca", "mca_weighted_indsup"])
def test_3_mca_of_another_table_with_weights_and_supplementary_rows(name: str) -> None:
    expected, whole = figures("tea", name), table("tea")
    weights = expected.get("row_w")
    rows = whole if weights is None else whole.iloc[: len(weights)]
    active, extra = rows.iloc[:, :18], rows.iloc[:, 18:]
    model = MCA(5, test_size="sum").fit(active, sample_weight=weights)
    agree_on_axes(model, expected)
    agree_on_rows(model, active, weights, expected)
    agree_on_categories(model, expected["var"])
    agree(model.variables_.loc[expected["var"]["eta2"]["rows"]], expected["var"]["eta2"])
    agree_on_extra(model.supplementary(active, extra, weights), extra, expected)
    if weights is not None:
        later = whole.iloc[len(weights) :, :18]
        agree(model.transform(later), expected["ind.sup"]["coord"])
        agree(model.row_cos2(later), expected["ind.sup"]["cos2"])


def test_4_pca() -> None:
    expected, whole = figures("decathlon", "pca"), table("decathlon")
    active, extra = whole.iloc[:, :10], whole.iloc[:, 10:]
    model = PCA(5).fit(active)
    agree_on_axes(model, expected)
    agree_on_rows(model, active, None, expected)
    agree_on_numbers(model, expected["var"])
    agree(model.numbers_, expected["var"]["cor"])
    agree_on_extra(model.supplementary(active, extra), extra, expected)


def test_5_the_cos2_of_variables_sum_to_one_over_the_axes() -> None:
    active = active_of(ess690(), "qx")
    model = FAMD(None).fit(active)
    assert model.variable_cos2_.sum(axis=1).to_numpy() == pytest.approx(np.ones(40))
    theirs = figures("ess690", "famd_nr_mean")["var"]["cos2"]
    numbers = [name for name in theirs["rows"] if name[0] == "x"]
    assert model.number_cos2_.iloc[:, 0].loc[numbers].to_list() == pytest.approx(
        [np.sqrt(row[0]) for name, row in zip(theirs["rows"], theirs["values"], strict=True) if name[0] == "x"]
    )


def test_5_every_category_has_a_cos2_where_the_reference_loses_some() -> None:
    expected, whole = figures("geomorphology", "famd_weighted_indsup"), table("geomorphology")
    assert np.isnan(matrix(expected["quali.var"]["cos2"])).any()
    weights = expected["row_w"]
    model = FAMD(None).fit(whole.iloc[: len(weights)], sample_weight=weights)
    assert model.category_cos2_.sum(axis=1).to_numpy() == pytest.approx(np.ones(6))
