"""Agreement with R's survey on its schools: 1. a stratified sample; 2. clusters and calibration; 3. two stages; 4. jackknife;
5. lone units; 6. bounded calibration.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.survey.calibration import Method, calibrate
from analysis.survey.comparisons import difference, independence
from analysis.survey.design import Design, DesignError, Lonely
from analysis.survey.estimate import Estimate
from analysis.survey.feasibility import tightest_bounds
from analysis.survey.intervals import Interval
from analysis.survey.margins import CalibrationError, Margins, margins_of
from analysis.survey.replicates import jackknife
from tests.analysis.survey_figures import estimates_of, figures, schools

EXACT = {"rel": 1e-8, "abs": 1e-7}


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return figures("survey_api", "survey.json")


@pytest.fixture(scope="module")
def stratified() -> Design:
    return Design(schools("apistrat"), weights="pw", strata="stype", sizes="fpc")


@pytest.fixture(scope="module")
def clustered() -> Design:
    return Design(schools("apiclus1"), weights="pw", clusters="dnum", sizes="fpc")


def agree(ours: list[Estimate], table: dict[str, Any]) -> None:
    """Estimates, standard errors, coefficients of variation, intervals and design effects, as far as the reference gives them."""

    def column(name: str) -> list[Any]:
        found = table[name]
        return list(found) if isinstance(found, list) else [found]

    values = column("estimate")
    assert len(ours) == len(values)
    assert [one.value for one in ours] == pytest.approx(values, rel=1e-8)
    # What the design knows exactly has an error of zero, which both programs give to their own last digits.
    tiny = max(abs(value) for value in values) * 1e-12
    assert [one.se for one in ours] == pytest.approx(column("se"), rel=1e-8, abs=tiny)
    normal = np.asarray([one.interval(0.95, np.inf) for one in ours])
    assert normal.ravel() == pytest.approx(np.asarray(table["ci95_normal"], dtype=float).ravel(), rel=1e-8)
    if "ci95_t" in table:
        student = np.asarray([one.interval(0.95, table["df"]) for one in ours])
        assert student.ravel() == pytest.approx(np.asarray(table["ci95_t"], dtype=float).ravel(), rel=1e-8)
    if "deff" in table:
        assert [one.design_effect for one in ours] == pytest.approx(column("deff"), rel=1e-8, abs=1e-12)
    if "cv" in table:
        assert [one.cv for one in ours] == pytest.approx(column("cv"), rel=1e-8, abs=1e-12)


def test_1_means_totals_ratios_and_shares(stratified: Design, known: dict[str, Any]) -> None:
    expected = known["apistrat"]
    assert stratified.degrees == expected["degf"]
    agree([stratified.mean(name) for name in expected["mean"]["names"]], expected["mean"])
    with_replacement = [stratified.mean(name).design_effect_with_replacement for name in expected["mean"]["names"]]
    assert with_replacement == pytest.approx(expected["mean_deff_replace"], rel=1e-8)
    agree([stratified.total(name) for name in expected["total"]["names"]], expected["total"])
    agree(estimates_of(stratified.shares("stype", "sch.wide", "awards")), expected["prop"])
    ratio = stratified.ratio("api.stu", "enroll")
    assert [ratio.value, ratio.se] == pytest.approx([expected["ratio"]["estimate"], expected["ratio"]["se"]], rel=1e-8)
    assert stratified.table is not None
    flags = [(stratified.table["awards"] == level).to_numpy(dtype=float) for level in ("No", "Yes")]
    agree([stratified.total(flag) for flag in flags], expected["total_awards"])
    assert stratified.total("enroll").se ** 2 == pytest.approx(expected["variance_total_enroll"], rel=1e-8)
    means = stratified.means(expected["mean"]["names"])
    assert means["se"].tolist() == pytest.approx(expected["mean"]["se"], rel=1e-8)


def test_1_domains(stratified: Design, known: dict[str, Any]) -> None:
    expected = known["apistrat"]
    for name, by in (("by_stype_mean", "stype"), ("by_schwide_mean_domain", "sch.wide")):
        agree(estimates_of(pd.concat([stratified.by(by).mean(variable) for variable in ("api00", "enroll")])), expected[name])
    agree(estimates_of(stratified.by("sch.wide").total("enroll")), expected["by_schwide_total_domain"])
    crossed = stratified.by("sch.wide", "stype").mean("enroll")
    agree(estimates_of(crossed), expected["by_stype_schwide"])
    assert crossed.index.tolist()[0] == ("No", "E")
    assert stratified.table is not None
    poor = stratified.where((stratified.table["meals"] > 50).to_numpy())
    agree([poor.mean("api00")], {key: value for key, value in expected["domain_subset_meals50"].items() if key != "deff"})


def test_1_quantiles_with_woodruffs_intervals(stratified: Design, known: dict[str, Any]) -> None:
    table = known["apistrat"]["quantiles_api00"]
    ours = stratified.quantiles("api00", [float(name) for name in table["rows"]])
    found = [[one.value, one.low, one.high, one.se] for one in ours]
    assert np.ravel(found) == pytest.approx(np.ravel(table["values"]), rel=1e-8)


@pytest.mark.parametrize("kind", list(Interval))
def test_1_intervals_of_a_proportion(stratified: Design, known: dict[str, Any], kind: Interval) -> None:
    assert stratified.table is not None
    expected = known["apistrat"]["ciprop"][kind.value]
    ours = stratified.proportion((stratified.table["awards"] == "Yes").to_numpy(), interval=kind)
    assert ours.value == pytest.approx(expected["p"], rel=1e-8)
    # R interpolates the profile of the likelihood; ours solves for its bounds.
    assert (ours.low, ours.high) == pytest.approx(expected["ci"], rel=1e-5 if kind is Interval.LIKELIHOOD else 1e-8)


def test_1_comparisons(stratified: Design, known: dict[str, Any]) -> None:
    assert stratified.table is not None
    expected = known["apistrat"]
    wide = (stratified.table["sch.wide"] == "Yes").to_numpy()
    ours = difference(stratified, "api00", wide, ~wide)
    assert [ours.t, ours.degrees, ours.p] == pytest.approx([expected["ttest"][name] for name in ("t", "df", "p")], rel=1e-8)
    test = independence(stratified, "stype", "sch.wide")
    reference = expected["chisq_RaoScott_F"]
    assert [test.f, test.numerator, test.denominator, test.p] == pytest.approx(
        [reference["statistic"], *reference["df"], reference["p"]], rel=1e-8
    )


def margins(table: pd.DataFrame, *, by_size: bool = True) -> Margins:
    return margins_of(table, {"stype": {"E": 4421, "H": 755, "M": 1018}}, {"api99": 3914069} if by_size else None)


def agree_calibrated(design: Design, expected: dict[str, Any]) -> None:
    assert design.weights == pytest.approx(expected["weights"], rel=1e-9)
    assert design.weights.sum() == pytest.approx(expected["sum_w"], rel=1e-9)
    agree([design.mean(name) for name in ("api00", "enroll")], expected["mean"])
    agree([design.total(name) for name in ("enroll", "api.stu")], expected["total"])
    assert design.table is not None
    agree([design.total((design.table["stype"] == level).to_numpy()) for level in "EHM"], expected["total_stype"])


@pytest.mark.parametrize(
    ("name", "by_size", "method", "bounds"),
    [
        ("postStratify_stype", False, Method.LINEAR, None),
        ("calibrate_linear_stype", False, Method.LINEAR, None),
        ("calibrate_linear_stype_api99", True, Method.LINEAR, None),
        ("calibrate_raking_stype_api99", True, Method.RAKING, None),
        ("calibrate_logit_wide", True, Method.LOGIT, (0.2, 3.0)),
    ],
)
def test_2_clusters_and_calibration(
    clustered: Design, known: dict[str, Any], name: str, by_size: bool, method: Method, bounds: tuple[float, float] | None
) -> None:
    assert clustered.table is not None
    expected = known["apiclus1"][name]
    design = clustered.calibrate(margins(clustered.table, by_size=by_size), method=method, bounds=bounds)
    agree_calibrated(design, expected)
    ratios = design.weights / clustered.weights
    assert [ratios.min(), ratios.max()] == pytest.approx(expected["range_g"], rel=1e-8)


def test_2_clusters_without_calibration(clustered: Design, known: dict[str, Any]) -> None:
    expected = known["apiclus1"]
    assert clustered.degrees == expected["degf"]
    agree_calibrated(clustered, expected["base"])
    assert clustered.mean("api00").design_effect == pytest.approx(expected["deff_mean_api00"], rel=1e-8)


def test_2_a_ratio_estimator_is_a_calibration_of_one_total(clustered: Design, known: dict[str, Any]) -> None:
    assert clustered.table is not None
    expected = known["apiclus1"]["ratio_calibration"]
    sizes = clustered.table["api99"].to_numpy(dtype=float)
    total = Margins(sizes[:, None], np.asarray([float(expected["total_api99"])]), ("api99",))
    agree_calibrated(clustered.calibrate(total, method=Method.LINEAR, scale=1 / sizes), expected)


def test_2_raking_meets_the_totals_that_the_reference_stops_short_of(clustered: Design, known: dict[str, Any]) -> None:
    expected = known["apiclus1"]["rake_stype_schwide"]
    design = clustered.calibrate(expected["targets"], method=Method.RAKING)
    assert design.weights == pytest.approx(expected["weights"], rel=4e-5)
    assert [design.mean(name).value for name in ("api00", "enroll")] == pytest.approx(expected["mean"]["estimate"], rel=4e-5)
    assert [design.mean(name).se for name in ("api00", "enroll")] == pytest.approx(expected["mean"]["se"], rel=1e-3)
    for variable, levels in expected["targets"].items():
        assert design.table is not None
        for level, total in levels.items():
            assert design.weights[(design.table[variable] == level).to_numpy()].sum() == pytest.approx(total, rel=1e-11)


@pytest.mark.parametrize(
    ("name", "method"), [("calibrate_logit_stype_api99", Method.LOGIT), ("calibrate_linear_bounded", Method.TRUNCATED)]
)
def test_2_bounds_that_fail_there_are_refused_with_the_narrowest_that_would_do(
    clustered: Design, known: dict[str, Any], name: str, method: Method
) -> None:
    assert clustered.table is not None
    expected = known["apiclus1"][name]
    assert "failed" in expected
    low, high = tightest_bounds(clustered.weights, margins(clustered.table))
    with pytest.raises(CalibrationError, match=f"narrowest that allow these margins are {low:.3f} to {high:.3f}"):
        clustered.calibrate(margins(clustered.table), method=method, bounds=tuple(expected["bounds"]))


def test_2_trimming_keeps_the_sum(clustered: Design, known: dict[str, Any]) -> None:
    assert clustered.table is not None
    expected = known["apiclus1"]["trim_after_linear"]
    linear = clustered.calibrate(margins(clustered.table), method=Method.LINEAR)
    trimmed = linear.trim(expected["lower"], expected["upper"], strict=False)
    assert trimmed.weights == pytest.approx(expected["weights"], rel=1e-9)
    assert trimmed.weights.sum() == pytest.approx(linear.weights.sum())


def test_3_two_stages(known: dict[str, Any]) -> None:
    expected = known["apiclus2"]
    design = Design(schools("apiclus2"), clusters=["dnum", "snum"], sizes=["fpc1", "fpc2"])
    assert design.degrees == expected["degf"]
    assert design.weights[:20] == pytest.approx(expected["weights_first20"])
    assert design.table is not None
    # The reference leaves out of both means the schools that lack one of the two.
    complete = design.where(design.table["enroll"].notna().to_numpy())
    agree([complete.mean(name) for name in ("api00", "enroll")], expected["mean"])
    agree([design.total("enroll")], expected["total"])


def test_4_the_jackknife_of_clusters_and_strata(clustered: Design, stratified: Design, known: dict[str, Any]) -> None:
    expected = known["apiclus1"]["jackknife_JK1"]
    replicates = jackknife(clustered)
    assert replicates.factors == pytest.approx(np.full(15, expected["scale"]), rel=1e-8)
    agree_jackknifed(replicates.variance, clustered, expected)
    assert clustered.table is not None
    agree_jackknifed(replicates.calibrated(margins(clustered.table)).variance, clustered, known["apiclus1"]["jk_calibrated"])
    stratum_by_stratum = jackknife(stratified)
    assert stratified.table is not None
    expected = known["apistrat_JKn"]
    for place, name in enumerate(expected["mean"]["names"]):
        values = stratified.table[name].to_numpy(dtype=float)
        se = np.sqrt(stratum_by_stratum.variance(mean_of(values)))
        assert se == pytest.approx(expected["mean"]["se"][place], rel=1e-8)
    enroll = stratified.table["enroll"].to_numpy(dtype=float)
    assert np.sqrt(stratum_by_stratum.variance(lambda weights: float(weights @ enroll))) == pytest.approx(
        expected["total"]["se"], rel=1e-8
    )
    api00 = stratified.table["api00"].to_numpy(dtype=float)
    for row in expected["by_stype"]["rows"]:
        here = (stratified.table["stype"] == row["stype"]).to_numpy()
        variance = stratum_by_stratum.variance(mean_of(np.where(here, api00, np.nan)))
        assert np.sqrt(variance) == pytest.approx(row["se"], rel=1e-8)


def mean_of(values: np.ndarray) -> Callable[[np.ndarray], float]:
    """The weighted mean of the known values, as a function of the weights."""
    here = np.isfinite(values)
    return lambda weights: float(weights[here] @ values[here] / weights[here].sum())


def agree_jackknifed(variance: Any, design: Design, expected: dict[str, Any]) -> None:
    assert design.table is not None
    api00, enroll = (design.table[name].to_numpy(dtype=float) for name in ("api00", "enroll"))
    assert np.sqrt(variance(lambda weights: float(weights @ api00 / weights.sum()))) == pytest.approx(
        expected["mean"]["se"], rel=1e-8
    )
    assert np.sqrt(variance(lambda weights: float(weights @ enroll))) == pytest.approx(expected["total"]["se"], rel=1e-8)


@pytest.mark.parametrize("lonely", [kind for kind in Lonely if kind is not Lonely.FAIL])
def test_5_lone_units(lonely: Lonely) -> None:
    expected = figures("survey_api", "lonely_psu.json")["results"][lonely.value]
    table = schools("apistrat")
    first = int(np.flatnonzero(table["stype"] == "H")[0])
    kept = table[(table["stype"] != "H") | (table.index == first)].reset_index(drop=True)
    agree([Design(kept, weights="pw", strata="stype", sizes="fpc", lonely=lonely).mean("api00")], expected)
    with pytest.raises(DesignError, match="1 strata have one sampled unit of several"):
        Design(kept, weights="pw", strata="stype", sizes="fpc", lonely="fail")


@pytest.mark.parametrize("place", range(6))
def test_6_bounded_calibration(clustered: Design, place: int) -> None:
    assert clustered.table is not None
    run = figures("survey_api", "calibration_bounded.json")["runs"][place]
    method = Method.LOGIT if run["method"] == "logit" else Method.TRUNCATED
    bounds = tuple(run["bounds"])
    if not run["feasible"]:
        with pytest.raises(CalibrationError, match="No weights meet these margins"):
            calibrate(clustered.weights, margins(clustered.table), method=method, bounds=bounds)
        return
    design = clustered.calibrate(margins(clustered.table), method=method, bounds=bounds)
    for program, weights in run["weights"].items():
        # The others stop their iterations earlier.
        assert design.weights == pytest.approx(weights, rel=1e-9 if program == "survey" else 1e-5)
    mean = design.mean("api00")
    assert [mean.value, mean.se] == pytest.approx([run["mean_api00"]["est"], run["mean_api00"]["se"]], rel=1e-8)
