"""Survey estimates: 1. agreement with R's survey on ess690; 2. what estimates say of themselves; 3. domains, one by one or together;
4. inputs that cannot serve; 5. the variance, computed two ways.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.survey.comparisons import difference, independence
from analysis.survey.design import Design, DesignError, Freedom, Method
from analysis.survey.estimate import NOBODY, Estimate, Reliability
from analysis.survey.intervals import Interval
from analysis.survey.margins import CalibrationError, margins_of
from analysis.survey.replicates import jackknife
from tests.analysis.survey_figures import estimates_of, figures, reference


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return pd.read_csv(reference("ess690", "sample_690.csv"), dtype={"dept": str})


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    return figures("ess690", "survey.json")


@pytest.fixture(scope="module")
def design(sample: pd.DataFrame) -> Design:
    return Design(sample, weights="weight", strata="stratum", sizes="N_h", freedom=Freedom.DOMAIN)


def agree(values: Any, expected: Any, *, rel: float = 1e-9, absolute: float = 0.0) -> None:
    found = np.ravel(np.asarray(expected, dtype=float))
    assert np.ravel(np.asarray(values, dtype=float)) == pytest.approx(found, rel=rel, abs=absolute)


def test_1_means_totals_and_shares(design: Design, known: dict[str, Any]) -> None:
    assert design.degrees == known["degf"]
    for expected in known["means"]:
        if expected["names"] == [expected["var"]]:
            ours = [design.mean(expected["var"])]
            agree([ours[0].low, ours[0].high], expected["ci95_t"])
        else:
            table = design.shares(expected["var"], interval=Interval.MEAN)
            ours = estimates_of(table)
        agree([one.value for one in ours], expected["est"])
        agree([one.se for one in ours], expected["se"], absolute=1e-15)
        agree([one.design_effect for one in ours], expected["deff"], absolute=1e-12)
    for expected in known["totals"]:
        total = design.total(expected["var"])
        agree(
            [total.value, total.se, total.design_effect, total.low, total.high],
            [expected["est"], expected["se"], expected["deff"], *expected["ci95_t"][0]],
        )


def test_1_ratios_and_domains(design: Design, known: dict[str, Any]) -> None:
    overall, expected = design.ratio("x02_retire_5y", "n_employees"), known["ratio_retire_over_employees"]
    agree([overall.value, overall.se], [expected["est"], expected["se"]])
    by = design.by("sector").ratio("x02_retire_5y", "n_employees")
    agree(by["value"], known["ratio_by_sector"]["est"])
    agree(by["se"], known["ratio_by_sector"]["se"])
    for table in known["by"]:
        names = table["by"].split("+")
        if table["var"] == "I(profile==1)":
            profile = (design.table["profile"] == 1).to_numpy() if design.table is not None else np.zeros(0)
            ours, value, effect = design.by(*names).mean(profile), "I(profile == 1)TRUE", "DEff.I(profile == 1)TRUE"
            errors = [row["se.I(profile == 1)TRUE"] for row in table["rows"]]
        else:
            ours, value, effect = design.by(*names).mean(table["var"]), table["var"], f"DEff.{table['var']}"
            errors = table["se"]
        keys = [tuple(str(row[name]) for name in names) for row in table["rows"]]
        ours = ours.loc[keys if len(names) > 1 else [key[0] for key in keys]]
        agree(ours["value"], [row[value] for row in table["rows"]])
        agree(ours["se"], errors, absolute=1e-15)
        effects = [row.get(effect, np.nan) for row in table["rows"]]
        held = np.isfinite(np.asarray(effects, dtype=float))
        agree(ours["design_effect"][held], np.asarray(effects)[held], absolute=1e-12)


@pytest.mark.parametrize("kind", [kind for kind in Interval if kind is not Interval.WILSON])
def test_1_intervals_of_a_proportion(design: Design, sample: pd.DataFrame, known: dict[str, Any], kind: Interval) -> None:
    flags = sample["q01"].map({"q01_a": 1.0, "q01_b": 0.0})
    ours, expected = design.proportion(flags, interval=kind), known["ciprop_q01_a"][kind.value]
    agree(ours.value, expected["p"])
    # R's likelihood interval interpolates a profile, and scales it by the weights of firms that did not answer.
    agree([ours.low, ours.high], expected["ci"], rel=2e-4 if kind is Interval.LIKELIHOOD else 1e-9)


def test_1_quantiles_and_independence(design: Design, known: dict[str, Any]) -> None:
    for table in known["quantiles"]:
        ours = design.quantiles(table["var"], [float(name) for name in table["rows"]])
        agree([[one.value, one.low, one.high, one.se] for one in ours], table["values"])
    test, expected = independence(design, "q01", "sector"), known["chisq_q01_sector"]
    agree([test.f, test.numerator, test.denominator, test.p], [expected["F"], *expected["df"], expected["p"]])


def test_1_design_effects_after_calibration(sample: pd.DataFrame) -> None:
    calibration = figures("ess690", "calibration.json")
    respondents = sample.iloc[np.asarray(calibration["respondents_row_1based"]) - 1].reset_index(drop=True)
    weights = respondents["weight"] * sample["weight"].sum() / respondents["weight"].sum()
    plain = Design(respondents, weights=weights, strata="stratum", sizes="N_h")
    margins = pd.read_csv(reference("ess690", "margins_690.csv"), dtype={"level": str})
    totals = {
        str(variable): dict(zip(rows["level"], rows["total"].astype(float), strict=True))
        for variable, rows in margins.groupby("variable", sort=False)
        if variable in {"sector", "size_class", "dept"}
    }
    runs = {
        "linear": plain.calibrate(totals, {"n_employees": 130153}, method=Method.LINEAR),
        "raking": plain.calibrate(totals, {"n_employees": 130153}),
        "logit_.7_1.6": plain.calibrate(totals, {"n_employees": 130153}, method=Method.LOGIT, bounds=(0.7, 1.6)),
        "none": plain,
    }
    for name, made in runs.items():
        for expected in calibration["runs"][name]["means"]:
            mean = made.mean(expected["var"])
            agree([mean.value, mean.se, mean.design_effect], [expected["est"], expected["se"], expected["deff"]], absolute=1e-9)
        for table in calibration["runs"][name]["domains"]:
            agree(made.by(table["by"]).mean("x01_share_55plus")["se"], table["share55_se"])


def test_2_an_estimate_says_how_far_it_can_be_relied_on(design: Design, sample: pd.DataFrame) -> None:
    assert design.mean("x03_mean_age").reliability(share=False) is Reliability.SOUND
    small = Estimate(0.4, 0.1, 0.2, 0.6, 25, 24.0)
    assert small.reliability(share=True) is Reliability.WITHHELD
    assert Estimate(0.1, 0.01, 0.08, 0.12, 25, 24.0).reliability(share=True) is Reliability.FRAGILE
    assert Estimate(0.1, 0.01, 0.08, 0.12, 90, 29.0).reliability(share=True) is Reliability.FRAGILE
    assert Estimate(0.5, 0.08, 0.35, 0.65, 200, 150.0).reliability(share=True) is Reliability.WITHHELD
    assert Estimate(3.0, 4.0, -5.0, 11.0, 12, 12.0).reliability(share=False) is Reliability.WITHHELD
    assert NOBODY.reliability(share=True) is Reliability.WITHHELD
    table = design.by("sector", "dept").proportion((sample["profile"] == 1).to_numpy())
    wide = table["high"] - table["low"] >= 0.3
    assert wide.any()
    assert ((table["reliability"] == "withheld") == wide).all()
    assert (table.loc[(table["n"] < 30) & ~wide, "reliability"] == "fragile").all()


def test_2_one_answer_has_no_interval_and_nobody_no_estimate(design: Design, sample: pd.DataFrame) -> None:
    alone = design.where(sample.index == 5).mean("n_employees")
    assert alone.n == 1
    assert alone.value == sample.loc[5, "n_employees"]
    assert np.isnan([alone.low, alone.high]).all()
    assert alone.reliability(share=False) is Reliability.WITHHELD
    assert design.where(np.zeros(len(sample), dtype=bool)).total("n_employees") == NOBODY
    assert design.mean(np.full(len(sample), np.nan)).n == 0
    lone = Design(sample.head(1), weights="weight", sizes="N_h")
    assert lone.mean("n_employees").value == sample.loc[0, "n_employees"]
    assert lone.proportion([1.0]).low < 0.1
    assert lone.median("n_employees").value == sample.loc[0, "n_employees"]


def test_2_nobody_or_everybody_has_an_interval(design: Design, sample: pd.DataFrame) -> None:
    here = design.where((sample["dept"] == "04").to_numpy())
    none, every = here.proportion(np.zeros(len(sample))), here.proportion(np.ones(len(sample)))
    assert none.value == none.low == none.se == 0
    assert 0.05 < none.high < 0.2
    assert every.low == pytest.approx(1 - none.high)


def test_2_a_census_has_no_error() -> None:
    table = pd.DataFrame({"y": [1.0, 5.0, 9.0, 2.0]})
    whole = Design(table, weights=np.ones(4), sizes=[np.full(4, 4.0)])
    assert whole.mean("y").se == 0
    assert np.isnan(whole.mean("y").design_effect)
    assert Design(table, sizes=[np.full(4, 8.0)]).weights.tolist() == [2.0] * 4


def test_3_domains_together_are_the_same_as_one_by_one(design: Design, sample: pd.DataFrame) -> None:
    calibrated = design.calibrate({"sector": dict.fromkeys(sorted(sample["sector"].unique()), 1500.0)})
    together = calibrated.by("dept").means(["n_employees", "x03_mean_age"])
    by_answer: Any = calibrated.by("dept").shares("q01", "q04").to_dict("index")
    for level, domain in calibrated.by("dept"):
        mean = domain.mean("x03_mean_age")
        row: Any = together.loc[(level, "x03_mean_age")]
        assert [row["value"], row["se"], row["n"]] == pytest.approx([mean.value, mean.se, mean.n])
        flags = sample["q04"].map(lambda answer: float(answer == "q04_b") if isinstance(answer, str) else np.nan)
        share = calibrated.where((sample["dept"] == level).to_numpy()).proportion(flags)
        row = by_answer[level, "q04", "q04_b"]
        assert [row["value"], row["se"], row["low"], row["high"]] == pytest.approx([share.value, share.se, share.low, share.high])
    medians = calibrated.by("dept").quantile("n_employees", 0.5)
    assert medians.loc["13", "value"] == calibrated.where((sample["dept"] == "13").to_numpy()).median("n_employees").value
    totals = calibrated.by("dept").total("n_employees")["value"].sum()
    assert totals == pytest.approx(calibrated.total("n_employees").value)


def test_3_small_domains_merge_where_asked_and_rows_without_a_level_are_in_none(design: Design) -> None:
    merged = design.by("dept", merge_below=60).mean("n_employees")
    assert (merged["n"] >= 60).all()
    assert any("+" in level for level in merged.index)
    assert merged["n"].sum() == len(design)
    ordered = design.by("size_class", merge_below=120, ordered=True)
    assert all(len(domain) >= 120 for _, domain in ordered)
    assert design.table is not None
    assert sum(len(domain) for _, domain in design.by("q01")) == design.table["q01"].notna().sum()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weights": [1.0, 0.0, 2.0]}, r"weight of row 2 is 0: it must be finite and above zero"),
        ({"weights": [1.0, -1.0, 2.0]}, r"weight of row 2 is -1"),
        ({"weights": [1.0, np.nan, 2.0]}, r"weight of row 2 is nan"),
        ({"weights": [1.0, 2.0]}, r"one weight for each of the 3 rows, not 2"),
        ({"strata": ["a", None, "b"]}, r"stratum of row 2 is not known"),
        ({"strata": ["a", "a", "b"], "sizes": [[1.0, 1.0, 9.0]]}, r"2 sampled units and a population of 1"),
        ({"strata": ["a", "a", "b"], "sizes": [[5.0, 6.0, 9.0]]}, r"not one finite number throughout the stratum"),
        ({"strata": ["a", "b", "b"], "clusters": [["x", "x", "y"]]}, r"lies in two strata"),
        ({"weights": None}, r"every stage of sampling needs the size"),
        ({"sizes": [[9.0] * 3, [9.0] * 3]}, r"2 sizes for 1 stages"),
        ({"level": 95}, r"between 0 and 1, not 95"),
        ({"weights": "absent"}, r"no column absent"),
        ({"weights": "word"}, r"word is not numeric"),
        ({"lonely": "average", "strata": ["a", "b", "c"]}, r"no other to take an average from"),
    ],
)
def test_4_designs_that_cannot_serve_are_refused_with_their_cause(changes: dict[str, Any], words: str) -> None:
    table = pd.DataFrame({"y": [1.0, 2.0, 3.0], "word": ["p", "q", "r"]})
    with pytest.raises(DesignError, match=words):
        Design(table, **{"weights": [1.0, 1.0, 2.0], **changes})


def test_4_values_that_cannot_serve_are_refused(design: Design, sample: pd.DataFrame) -> None:
    with pytest.raises(DesignError, match="row 4 is infinite"):
        design.mean(np.where(sample.index == 3, np.inf, 1.0))
    with pytest.raises(DesignError, match="one value for each of the 690 rows"):
        design.mean([1.0, 2.0])
    with pytest.raises(DesignError, match="flag, 0 or 1"):
        design.proportion("n_employees")
    with pytest.raises(DesignError, match="between 0 and 1"):
        design.quantile("n_employees", 50)
    with pytest.raises(DesignError, match="sector is not numeric"):
        design.mean("sector")
    with pytest.raises(DesignError, match="one boolean for each"):
        design.where([True, False])
    with pytest.raises(DesignError, match="one only where categories are merged"):
        design.by("sector", "dept", merge_below=5)
    with pytest.raises(DesignError, match="one respondent at least"):
        Design(sample.head(0), weights="weight")
    with pytest.raises(DesignError, match="no table"):
        Design(None, weights=[1.0, 2.0]).mean("y")
    with pytest.raises(DesignError, match="no table"):
        Design(None, weights=[1.0, 2.0]).calibrate({"sector": {"a": 3.0}})
    with pytest.raises(CalibrationError, match="has 9 frame firms and no respondent"):
        design.calibrate({"sector": {**dict.fromkeys(sample["sector"].unique(), 1500.0), "absent": 9.0}})
    with pytest.raises(DesignError, match="two levels each"):
        independence(Design(sample.assign(one="same"), weights="weight"), "one", "sector")
    with pytest.raises(DesignError, match="answers in both"):
        difference(design, "n_employees", np.zeros(690, dtype=bool), np.ones(690, dtype=bool))
    with pytest.raises(DesignError, match="jackknife cannot leave out"):
        jackknife(Design(sample.head(3), weights="weight", strata="id", sizes="N_h"))


def test_4_constant_columns_and_duplicated_rows_are_harmless(design: Design, sample: pd.DataFrame) -> None:
    constant = design.mean(np.full(len(sample), 7.0))
    assert (constant.value, constant.low, constant.high) == pytest.approx((7.0, 7.0, 7.0))
    assert constant.se == pytest.approx(0.0, abs=1e-12)
    twice = pd.concat([sample, sample], ignore_index=True)
    doubled = Design(twice, weights=twice["weight"] / 2, strata="stratum", sizes="N_h")
    assert doubled.mean("n_employees").value == pytest.approx(design.mean("n_employees").value)
    assert doubled.mean("n_employees").n == 2 * 690
    assert set(design.where((sample["sector"] == "culture").to_numpy()).shares("sector")["value"]) == {0.0, 1.0}


@given(st.integers(0, 10_000), st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_5_the_expanded_variance_is_the_direct_one(seed: int, clusters: bool, calibrated: bool) -> None:
    random = np.random.default_rng(seed)
    rows = int(random.integers(30, 90))
    table = pd.DataFrame(
        {
            "stratum": random.integers(0, 4, rows),
            "cell": random.choice(list("abc"), rows),
            "x": random.uniform(1, 9, rows),
            "y": random.normal(5, 2, rows),
        }
    )
    table["cluster"] = table["stratum"] * 100 + random.integers(0, 6, rows)
    size = table["stratum"].map(table["stratum"].value_counts()) * random.integers(2, 5)
    weights = random.uniform(1, 4, rows)
    design = Design(table, weights=weights, strata="stratum", sizes=[size], clusters=["cluster"] if clusters else ())
    if calibrated:
        hidden = weights * random.uniform(0.9, 1.2, rows)
        totals = {"cell": {level: float(hidden[table["cell"] == level].sum()) for level in table["cell"].unique()}}
        design = design.calibrate(margins_of(table, totals, {"x": float(hidden @ table["x"])}), method=Method.LINEAR)
    values = np.where(random.uniform(size=rows) < 0.1, np.nan, table["y"])
    here = random.uniform(size=rows) < 0.5
    domain = design.where(here)
    _, influence = domain.influence(values)
    direct = np.sqrt(np.diag(design.covariance(influence[:, None])))
    assert domain.mean(values).se == pytest.approx(direct[0], rel=1e-9, abs=1e-12)
    doubled = design.covariance(np.column_stack([influence, 2 * influence]))
    assert doubled[0, 1] == pytest.approx(2 * doubled[0, 0])


def test_5_what_calibration_knows_has_no_error(design: Design, sample: pd.DataFrame) -> None:
    totals = sample["weight"].groupby(sample["dept"]).sum()
    calibrated = design.calibrate(
        {"dept": {str(level): float(total) for level, total in totals.items()}}, {"n_employees": 131_000.0}, method=Method.LINEAR
    )
    total = calibrated.total("n_employees")
    assert total.value == pytest.approx(131_000)
    assert total.se < 1e-6
    shares = calibrated.shares("dept")
    assert (shares["se"] < 1e-12).all()
    assert shares["low"].tolist() == pytest.approx(shares["value"].tolist())
    assert calibrated.total("x02_retire_5y").se < design.total("x02_retire_5y").se
