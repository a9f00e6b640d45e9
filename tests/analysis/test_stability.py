"""Stability and chance: 1. noise of many shapes; 2. planted profiles; 3. the same digest wherever it is computed; 4. missing answers."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.base import BaseEstimator, TransformerMixin

from analysis import execution
from analysis.arrays import Floats
from analysis.execution import Execution, ExecutionError, digest, run
from analysis.factors.analyses import FAMD
from analysis.profiles.chain import Sample, Steps, coordinates, parallel_axes, partitions, tried_numbers
from analysis.profiles.coded import CodedTable, analysed, principal_axes
from analysis.profiles.model import FragilityProfiles
from analysis.profiles.null import Copula, without_structure
from analysis.profiles.partitions import adjusted_rand
from analysis.profiles.stability import Source, whole_chain
from analysis.profiles.variants import compare_missing
from bench.survey import make
from tests.analysis.references import active, ess690

ROOT = Path(__file__).resolve().parents[2]
ROWS = 300


def with_levels(latent: Floats, random: np.random.Generator) -> pd.DataFrame:
    """Answers on four levels cut out of continuous traits."""
    cuts = [np.sort(random.normal(size=3)) * trait.std() for trait in latent.T]
    codes = [np.digitize(trait, cut) for trait, cut in zip(latent.T, cuts, strict=True)]
    return pd.DataFrame({f"q{place}": np.array(list("abcd"), dtype=object)[code] for place, code in enumerate(codes)})


def noise(shape: str, seed: int) -> pd.DataFrame:
    """Answers of firms of one kind only, however they are distributed."""
    random = np.random.default_rng(seed)
    plain, factor = random.normal(size=(ROWS, 12)), random.normal(size=(ROWS, 1))
    shapes: dict[str, Callable[[], Floats]] = {
        "gaussian": lambda: plain,
        "correlated": lambda: plain + 1.5 * factor,
        "three factors": lambda: plain + random.normal(size=(ROWS, 3)) @ random.normal(size=(3, 12)),
        "uniform": lambda: random.random((ROWS, 12)),
        "correlated uniform": lambda: stats.norm.cdf((plain + 1.2 * factor) / 1.56),
        "skewed": lambda: np.exp(plain),
        "correlated skewed": lambda: np.exp(plain + factor),
        "heavy tails": lambda: plain / np.sqrt(random.chisquare(4, size=(ROWS, 1)) / 4),
    }
    if shape in shapes:
        return pd.DataFrame(shapes[shape]())
    levels = with_levels(random.normal(size=(ROWS, 20)) + (1.0 if shape == "one trait" else 0.0) * factor, random)
    table = levels.join(pd.DataFrame(np.hstack([plain[:, :5], np.exp(plain[:, 5:10])])).add_prefix("x"))
    return table.mask(random.random(table.shape) < 0.06)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    "shape",
    [
        "gaussian", "correlated", "three factors", "uniform", "correlated uniform", "skewed", "correlated skewed", "heavy tails",
        "mixed", "one trait",
    ],
)  # fmt: skip
def test_1_noise_has_no_profile_whatever_its_shape(shape: str, seed: int) -> None:
    model = FragilityProfiles(replicates=4, largest=5).fit(noise(shape, seed))
    assert (model.structure_, model.k_) == ("none", 1)
    assert not model.labels_.any()


def test_1_clouds_without_structure_keep_answers_and_correlations() -> None:
    random = np.random.default_rng(3)
    latent = random.normal(size=(2000, 1)) + random.normal(size=(2000, 6))
    table = with_levels(latent[:, :3], random).join(pd.DataFrame(np.exp(latent[:, 3:])).add_prefix("x"))
    table.loc[:100, "x0"] = np.nan
    design = CodedTable.of(table)
    drawn = Copula.of(design, np.ones(2000)).draw(np.random.default_rng(0))
    assert np.array_equal(np.isnan(drawn.numbers), np.isnan(design.numbers))
    for place in range(3):
        assert np.sort(drawn.numbers[:, place]) == pytest.approx(np.sort(design.numbers[:, place]), nan_ok=True)
        shares = [np.bincount(each.codes[:, place], minlength=4) / 2000 for each in (design, drawn)]
        assert shares[0] == pytest.approx(shares[1], abs=0.04)
    ours, theirs = (stats.spearmanr(each.numbers[:, 1:]).statistic for each in (design, drawn))
    assert theirs == pytest.approx(ours, abs=0.07)


@pytest.mark.parametrize("profiles", [2, 3, 4])
def test_2_planted_profiles_are_found(profiles: int) -> None:
    random = np.random.default_rng(profiles)
    truth = random.integers(0, profiles, 360)
    numbers = random.normal(size=(profiles, 8))[truth] * 1.3 + random.normal(size=(360, 8))
    chances = np.exp(1.2 * random.normal(size=(profiles, 8, 3)))
    chances /= chances.sum(axis=2, keepdims=True)
    levels = (random.random((360, 8, 1)) > chances[truth].cumsum(axis=2)).sum(axis=2)
    table = (
        pd.DataFrame(np.array(list("abc"), dtype=object)[levels.clip(0, 2)])
        .add_prefix("q")
        .join(pd.DataFrame(numbers).add_prefix("x"))
    )
    table = table.mask(random.random(table.shape) < 0.06)
    model = FragilityProfiles(replicates=10).fit(table)
    assert (model.structure_, model.k_) == ("clear", profiles)
    assert adjusted_rand(truth, model.labels_) > 0.8
    wanted = model.evidence_[profiles - 2]
    assert wanted.null_p < 0.05
    assert wanted.excess > 3
    assert wanted.gap > 0
    # People may choose another number; what is not stable is not kept for them either.
    forced = FragilityProfiles(replicates=10, number=7).fit(table)
    assert forced.k_ in {1, 7}
    assert (forced.k_ == 7) == (forced.evidence_[5].stability >= 0.6)
    assert set(forced.partitions_) == {2, 3, 4, 5, 6, 7}


def test_2_the_coded_table_has_the_axes_of_the_factor_analysis() -> None:
    sample = ess690()
    table, weights = active(sample), sample["weight"].to_numpy()
    design = CodedTable.of(table)
    axes, points = analysed(design.matrix(), weights, design.numbers.shape[1], 10)
    model = FAMD(10).fit(table, sample_weight=weights)
    assert axes.variances == pytest.approx(model.eigenvalues_[:10], abs=1e-10)
    assert points == pytest.approx(model.transform(table), abs=1e-9)
    assert principal_axes(design.matrix(), weights, design.numbers.shape[1], 3).coordinates(design.matrix()) == pytest.approx(
        points[:, :3]
    )
    assert 5 <= parallel_axes(design, weights, np.random.default_rng(0)) <= 12


def small() -> tuple[Source, dict[int, np.ndarray], Steps, CodedTable, Floats]:
    made = make(150)
    design = CodedTable.of(made.answers)
    source, steps = Source.of(made.answers, made.weights), Steps(4, (2, 3), 1)
    points = coordinates(Sample(source.matrix, source.numbers, made.weights), 4)
    return source, partitions(points, made.weights, steps, seed=0), steps, design, made.weights


def results(how: Execution) -> str:
    source, found, steps, design, weights = small()
    stability = whole_chain(source, found, steps, replicates=12, seed=5, execution=how)
    null = without_structure(design, weights, steps, draws=6, seed=5, execution=how)
    return digest({k: (each.jaccard, each.spread) for k, each in stability.items()}, null.silhouettes, null.within)


@contextmanager
def cluster(folder: Path, *, workers: int = 2, home: Path = ROOT) -> Iterator[str]:
    """A real scheduler and its workers, each a process of its own started at `home`, on free ports of this machine."""
    file = folder / "scheduler.json"
    quiet = ["--no-dashboard", "--dashboard-address", "127.0.0.1:0", "--scheduler-file", str(file)]
    started = [begun(home, "dask_scheduler", "--host", "127.0.0.1", "--port", "0", *quiet)]
    try:
        worker = ("dask_worker", "--nthreads", "1", "--no-nanny", "--local-directory", str(folder), *quiet)
        started += [begun(home, *worker) for _ in range(workers)]
        yield address_in(file)
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            ended(process)


def ended(process: subprocess.Popen[bytes]) -> None:
    """Waits for a process that was asked to end; a busy machine may leave a worker waiting for its scheduler."""
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def begun(home: Path, module: str, *options: str) -> subprocess.Popen[bytes]:
    """A dask process, which can import the project if it starts there."""
    command = [sys.executable, "-m", f"distributed.cli.{module}", *options]
    return subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def address_in(file: Path) -> str:
    """The address that a scheduler writes into its file once it listens."""
    for _ in range(300):
        if file.exists() and file.read_text().strip():
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.1)
    message = "The scheduler did not start."
    raise AssertionError(message)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_3_processes_and_a_dask_cluster_give_the_same_digest(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="dask is an option of the analysis.")
    here = results(Execution())
    assert results(Execution()) == here
    assert results(Execution.parse("processes:2")) == here
    with cluster(tmp_path) as address:
        assert results(Execution.parse(f"dask:{address}")) == here


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_3_a_cluster_that_could_not_run_the_tasks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="dask is an option of the analysis.")
    monkeypatch.setattr(execution, "WAITING", 0.5)
    with cluster(tmp_path, workers=0) as address, pytest.raises(ExecutionError, match="has no worker"):
        run(abs, [-1], Execution.parse(f"dask:{address}"))
    monkeypatch.setattr(execution, "WAITING", 30)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with (
        cluster(elsewhere, workers=1, home=elsewhere) as address,
        pytest.raises(ExecutionError, match="not found by the scheduler, the worker tcp"),
    ):
        run(abs, [-1], Execution.parse(f"dask:{address}"))


def test_3_without_dask_or_a_scheduler_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "CLUSTER", None)
    with pytest.raises(ExecutionError, match="pip install distributed"):
        run(abs, [-1], Execution.parse("dask:tcp://127.0.0.1:8786"))
    for setting in ("threads", "dask", "processes:0", "processes:x", "", "sequential:2"):
        with pytest.raises(ExecutionError, match="dask:tcp"):
            Execution.parse(setting)
    with pytest.raises(ExecutionError, match="known are"):
        run(abs, [-1], Execution("elsewhere"))
    assert run(abs, [-1, 2]) == [1, 2]


def test_3_digests_tell_results_apart() -> None:
    assert digest({"b": 1, "a": np.arange(3)}) == digest({"a": np.arange(3), "b": 1})
    different = [digest(np.arange(3)), digest(np.arange(3.0)), digest([0, 1, 2]), digest((0, 1), 2), digest(None), digest("0")]
    assert len(set(different)) == len(different)
    with pytest.raises(TypeError, match="no digest"):
        digest({1, 2})


class Completed(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The simplest imputer: medians and most frequent levels."""

    def fit(self, X: pd.DataFrame, y: object = None) -> "Completed":  # noqa: N803, ARG002
        self.fill_ = {
            name: X[name].median() if pd.api.types.is_numeric_dtype(X[name]) else X[name].mode().iloc[0] for name in X.columns
        }
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803
        return X.fillna(self.fill_)


def test_4_missing_answers_as_a_level_and_completed_are_compared() -> None:
    made = make(300)
    model = FragilityProfiles(replicates=5, largest=5)
    found = compare_missing(model, made.answers, Completed(), sample_weight=made.weights)
    assert found.as_level.k_ > 1
    assert len(found.jaccard) == found.as_level.k_
    assert found.robust == (found.as_level.k_ == found.imputed.k_ and bool((found.jaccard >= 0.75).all()))
    assert {k for k, _ in found.agreement} == {2, 3, 4, 5}
    assert max(rand for _, rand in found.agreement) > 0.8
    assert not hasattr(model, "labels_")
    # A dossier with gaps is completed before it is placed.
    assert (found.imputed.predict(made.answers) == found.imputed.labels_).mean() > 0.95


def test_4_numbers_of_profiles_make_sense_or_are_refused() -> None:
    with pytest.raises(ValueError, match="2 at least"):
        tried_numbers(1, 4)
    with pytest.raises(ValueError, match="20 at least"):
        FragilityProfiles(null_draws=5).fit(np.random.default_rng(0).normal(size=(40, 3)))
