"""Side by side with R's survey, where it is installed, on a survey drawn anew: strata, clusters, two stages, lone units, calibration.

1. every design and calibration; 2. estimates by domain; 3. intervals, quantiles and tests.
"""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.survey.comparisons import difference, independence
from analysis.survey.design import Design, Method

SCRIPT = """
suppressMessages(library(survey)); options(digits=15, survey.lonely.psu="adjust")
t <- read.csv("t.csv"); t$g <- factor(t$g)
add <- function(k, v) cat(k, format(as.numeric(v), digits=15), "\\n")
designs <- list(
  rows=svydesign(id=~1, strata=~h, weights=~w, fpc=~N, data=t), clusters=svydesign(id=~cl, strata=~h, weights=~w, data=t),
  stages=svydesign(id=~cl+row, strata=~h, weights=~w, fpc=~M+M2, data=t), lone=svydesign(id=~1, strata=~lone, weights=~w, fpc=~Nl, data=t))
g <- tapply(t$w, t$g, sum) * c(1.02, .97, 1.05)
totals <- c(sum(g), g[-1], sum(t$w * t$x) * 1.04); names(totals) <- colnames(model.matrix(~g+x, t))
for (k in names(designs)) for (m in c("none", "linear", "raking", "logit")) {
  s <- designs[[k]]
  if (m == "logit") s <- calibrate(s, ~g+x, totals, calfun=m, bounds=c(.4, 2.2), epsilon=1e-12, maxit=200)
  else if (m != "none") s <- calibrate(s, ~g+x, totals, calfun=m, epsilon=1e-12, maxit=200)
  key <- function(n) paste(k, m, n)
  e <- svymean(~y, s, na.rm=TRUE, deff=TRUE); add(key("mean"), c(coef(e), SE(e), deff(e)))
  e <- svytotal(~y, s, na.rm=TRUE, deff=TRUE); add(key("total"), c(coef(e), SE(e), deff(e)))
  e <- svyratio(~y, ~x, s, na.rm=TRUE); add(key("ratio"), c(coef(e), SE(e)))
  e <- svyby(~y, ~g, s, svymean, na.rm=TRUE, deff=TRUE); add(key("by"), c(coef(e), SE(e), deff(e)))
  for (i in c("logit", "beta", "asin")) add(key(i), attr(svyciprop(~z, s, method=i), "ci"))
  b <- subset(s, g == "b"); add(key("logit.b"), attr(svyciprop(~z, b, method="logit"), "ci"))
  add(key("quantiles"), t(svyquantile(~y, b, c(.25, .5, .9), na.rm=TRUE)[[1]]))
  e <- svychisq(~z+g, s, statistic="F"); add(key("independence"), c(e$statistic, e$parameter, e$p.value))
  e <- svyttest(y~z, s); add(key("difference"), c(e$statistic, e$parameter, e$p.value))
}
"""
ROWS, STRATA = 300, 9


def drawn(seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    table = pd.DataFrame({"h": random.integers(0, STRATA, ROWS), "g": random.choice(list("abc"), ROWS, p=[0.6, 0.3, 0.1])})
    table["cl"] = table["h"] * 1000 + random.integers(0, 6, ROWS)
    table["row"] = np.arange(ROWS)
    table["y"] = np.where(random.uniform(size=ROWS) < 0.1, np.nan, np.round(random.gamma(2, 3, ROWS) + table["h"], 1))
    table["x"], table["z"] = random.uniform(1, 9, ROWS), (random.uniform(size=ROWS) < 0.3).astype(int)
    for name, counted in (("N", table.groupby("h")["h"].transform("size")), ("M", table.groupby("h")["cl"].transform("nunique"))):
        table[name] = counted * random.integers(1, 5, STRATA)[table["h"]]
    table["M2"] = table.groupby("cl")["cl"].transform("size") * 3
    table["w"] = random.uniform(1, 6, ROWS)
    table["lone"] = table["h"].where(table.index > 2, 100 + table.index)
    table["Nl"] = table.groupby("lone")["lone"].transform("size") * 3
    return table


def designs(table: pd.DataFrame) -> dict[tuple[str, str], Design]:
    plain = {
        "rows": Design(table, weights="w", strata="h", sizes="N", freedom="domain"),
        "clusters": Design(table, weights="w", strata="h", clusters="cl", freedom="domain"),
        "stages": Design(table, weights="w", strata="h", clusters=["cl", "row"], sizes=["M", "M2"], freedom="domain"),
        "lone": Design(table, weights="w", strata="lone", sizes="Nl", freedom="domain"),
    }
    known = table.groupby("g")["w"].sum() * np.asarray([1.02, 0.97, 1.05])
    totals = {"g": {str(level): total for level, total in zip(known.index, known.tolist(), strict=True)}}
    size = {"x": float(table["w"].to_numpy() @ table["x"].to_numpy()) * 1.04}
    made: dict[tuple[str, str], Design] = {}
    for name, design in plain.items():
        made[name, "none"] = design
        made[name, "linear"] = design.calibrate(totals, size, method=Method.LINEAR)
        made[name, "raking"] = design.calibrate(totals, size)
        made[name, "logit"] = design.calibrate(totals, size, method=Method.LOGIT, bounds=(0.4, 2.2))
    return made


def ours(design: Design, table: pd.DataFrame) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for name, estimate in (("mean", design.mean("y")), ("total", design.total("y"))):
        found[name] = [estimate.value, estimate.se, estimate.design_effect]
    ratio, by = design.ratio("y", "x"), design.by("g").mean("y")
    found["ratio"] = [ratio.value, ratio.se]
    found["by"] = [*by["value"], *by["se"], *by["design_effect"]]
    for kind in ("logit", "beta", "asin"):
        share = design.proportion("z", interval=kind)
        found[kind] = [share.low, share.high]
    domain = design.where((table["g"] == "b").to_numpy())
    share = domain.proportion("z")
    found["logit.b"] = [share.low, share.high]
    quantiles = domain.quantiles("y", (0.25, 0.5, 0.9))
    found["quantiles"] = [number for one in quantiles for number in (one.value, one.low, one.high, one.se)]
    test = independence(design, "z", "g")
    found["independence"] = [test.f, test.numerator, test.denominator, test.p]
    gap = difference(design, "y", (table["z"] == 1).to_numpy(), (table["z"] == 0).to_numpy())
    # R takes the difference the same way round: the second group less the first.
    found["difference"] = [gap.t, gap.degrees, gap.p]
    return found


@pytest.fixture(scope="module", params=[12])
def beside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, dict[str, list[float]]]:
    program = shutil.which("Rscript")
    if program is None or subprocess.run([program, "-e", "library(survey)"], capture_output=True, check=False).returncode:
        pytest.skip("R's survey is not installed here.")
    table, folder = drawn(request.param), Path(tmp_path_factory.mktemp("beside"))
    table.to_csv(folder / "t.csv", index=False)
    (folder / "run.R").write_text(SCRIPT)
    run = subprocess.run([program, "run.R"], cwd=folder, capture_output=True, text=True, check=True)
    lines = [line.split() for line in run.stdout.splitlines()]
    return table, {" ".join(words[:3]): [float(word) for word in words[3:]] for words in lines}


def test_1_to_3_every_figure_agrees(beside: tuple[pd.DataFrame, dict[str, list[float]]]) -> None:
    table, known = beside
    compared = 0
    for (name, method), design in designs(table).items():
        for figure, values in ours(design, table).items():
            assert values == pytest.approx(known[f"{name} {method} {figure}"], rel=1e-8, nan_ok=True), f"{name} {method} {figure}"
            compared += 1
    assert compared == len(known) == 16 * 11
