"""One run of the whole chain in a process of its own: factor analysis, clusters, description, calibration, estimates by domain.

`python -m bench.chain ROWS` prints one line of JSON: seconds (package loading and the making of the survey left out), peak memory,
and how well the partition agrees with the planted profiles. The numbers of axes (10) and profiles (5) are given, as they are to R.
"""

import json
import re
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analysis.profiles.chain import Steps, partitions
from analysis.profiles.coded import CodedTable, analysed
from analysis.profiles.description import describe_categories, describe_numbers
from analysis.profiles.partitions import adjusted_rand
from analysis.profiles.ranks import NormalScores
from analysis.survey.design import Design
from analysis.survey.weighting import Method, Weighting, calibrate, margins_of
from bench.survey import PROFILES, Made, make

AXES = 10


def profiles(made: Made) -> np.ndarray:
    """The partition in five profiles."""
    design = CodedTable.of(NormalScores("skewed").fit_transform(made.answers))
    matrix = design.matrix()
    points = analysed(matrix, made.weights, design.numbers.shape[1], AXES)[1]
    del matrix
    return partitions(points, made.weights, Steps(AXES, (PROFILES,), 5), seed=0, exchanges=True)[PROFILES]


def domains(made: Made, weights: np.ndarray) -> pd.DataFrame:
    """The mean of each number in each sector, with its error and interval."""
    crossed = made.strata["sector"] + "/" + made.strata["dept"] + "/" + made.strata["size"]
    codes = pd.factorize(crossed, sort=True)[0].astype(np.int64)
    sizes = np.asarray(np.bincount(codes, made.weights)[codes], dtype=np.float64)
    margins = margins_of(made.strata, made.totals)
    numbers = [name for name in made.answers.columns if name.startswith("x")]
    table = made.answers[numbers].assign(sector=made.strata["sector"].to_numpy())
    weighting = Weighting(weights, made.weights, codes, sizes, margins, Method.RAKING, None, ())
    return Design.from_weighting(weighting, table).by("sector").means(numbers)


def whole(made: Made) -> tuple[np.ndarray, dict[str, float]]:
    """The chain; gives the partition and the seconds of each step."""
    steps, clock = {}, time.perf_counter()

    def lap(name: str) -> None:
        nonlocal clock
        steps[name], clock = time.perf_counter() - clock, time.perf_counter()

    labels = profiles(made)
    lap("profiles")
    numbers = [name for name in made.answers.columns if name.startswith("x")]
    describe_numbers(made.answers[numbers], labels, made.weights)
    describe_categories(made.answers.drop(columns=numbers), labels, made.weights)
    lap("description")
    weights = calibrate(made.weights, margins_of(made.strata, made.totals), method=Method.RAKING)
    lap("calibration")
    domains(made, weights)
    lap("domains")
    return labels, steps


def peak_memory() -> float:
    """The peak of this process in MB: the kernel's `ru_maxrss` starts from that of whoever launched it."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    if found is None:
        message = "This system does not tell the peak memory of a process."
        raise RuntimeError(message)
    return int(found[1]) / 1024


def main() -> None:
    """Runs and prints."""
    rows = int(sys.argv[1])
    made = make(rows)
    if rows < 1000:
        whole(make(200))  # Python compiles and imports as it goes; R's packages are compiled beforehand.
    with threadpool_limits(1):
        started, worked = time.perf_counter(), time.process_time()
        labels, steps = whole(made)
        elapsed, worked = time.perf_counter() - started, time.process_time() - worked
    peak = peak_memory()
    rand = adjusted_rand(made.truth, labels)
    print(json.dumps({"rows": rows, "seconds": elapsed, "processor": worked, "peak": peak, "rand": rand, "steps": steps}))


if __name__ == "__main__":
    main()
