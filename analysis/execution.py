"""Where heavy work runs: one task after the other, on processes of this machine, or on a dask cluster, always to the same bytes.

What comes in is a function and its tasks; what goes out are the results in the order of the tasks. A task carries its own seed and
computes on one thread, so that neither the number of workers nor the order in which they finish can change a figure.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Self, TypeVar

import joblib
import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

try:
    import distributed as _distributed
except ImportError:  # A cluster is an option; whoever asks for one without it is told so.
    _distributed = None  # type: ignore[assignment]

CLUSTER: Any = _distributed
WAITING = 30  # Seconds that a cluster's first worker may take to come.

Task = TypeVar("Task")
Result = TypeVar("Result")


class ExecutionError(ValueError):
    """The work cannot run where it was asked to; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Execution:
    """« sequential »; « processes », `workers` of them (all cores but what the machine cannot give: -1); or « dask », on the
    scheduler at `address` (tcp://host:port)."""

    mode: str = "sequential"
    workers: int = -1
    address: str = ""

    @classmethod
    def parse(cls, setting: str) -> Self:
        """Reads a setting: `sequential`, `processes`, `processes:4` or `dask:tcp://host:8786`.

        Raises
        ------
        ExecutionError
            When the setting is none of these.
        """
        mode, _, rest = setting.strip().partition(":")
        if mode == "sequential" and not rest:
            return cls()
        if mode == "processes" and (not rest or (rest.isdecimal() and int(rest) > 0)):
            return cls("processes", int(rest) if rest else -1)
        if mode == "dask" and "://" in rest:
            return cls("dask", address=rest)
        message = (
            f"« {setting} » is no way of running the analysis: write sequential, processes, processes:4 (a number of processes) "
            "or dask:tcp://host:8786 (the address of a scheduler)."
        )
        raise ExecutionError(message)


SEQUENTIAL = Execution()


def run(function: Callable[[Task], Result], tasks: Iterable[Task], execution: Execution = SEQUENTIAL) -> list[Result]:
    """The result of each task, in order.

    Parameters
    ----------
    function
        A function of a module (workers import it), of one task.
    tasks
        Its arguments: plain values and arrays, each with what it needs to draw the same numbers anywhere.
    execution
        Where to run.

    Raises
    ------
    ExecutionError
        When a cluster is asked for and dask is not installed, its scheduler does not answer, it has no worker, or one of them does
        not know the project.
    """
    listed = list(tasks)
    if execution.mode == "sequential":
        with threadpool_limits(1):
            return [function(task) for task in listed]
    if execution.mode == "processes":
        return list(joblib.Parallel(n_jobs=execution.workers)(joblib.delayed(_alone)(function, task) for task in listed))
    if execution.mode == "dask":
        return _on_cluster(function, listed, execution.address)
    message = f"No way of running is called {execution.mode!r}; known are sequential, processes and dask."
    raise ExecutionError(message)


def _on_cluster(function: Callable[[Task], Result], tasks: list[Task], address: str) -> list[Result]:
    if CLUSTER is None:
        message = "Running on a dask cluster needs the package « distributed »: pip install distributed, here and on each worker."
        raise ExecutionError(message)
    try:
        client = CLUSTER.Client(address, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        message = f"No dask scheduler answers at {address}: start one (dask scheduler) with workers, or correct the setting."
        raise ExecutionError(message) from error
    with client:
        _check_cluster(client, address)
        return _on_workers(client, function, tasks)


def _on_workers(client: Any, function: Callable[[Task], Result], tasks: list[Task]) -> list[Result]:
    with client.as_current(), joblib.parallel_config(backend="dask", wait_for_workers_timeout=WAITING):
        return list(joblib.Parallel()(joblib.delayed(_alone)(function, task) for task in tasks))


def _check_cluster(client: Any, address: str) -> None:
    """Refuses a cluster that could not run the tasks; sent to it, they would be tried again for ever.

    Raises
    ------
    ExecutionError
        When no worker comes, or the scheduler or a worker cannot import the project.
    """
    try:
        client.wait_for_workers(1, timeout=WAITING)
    except TimeoutError as error:
        message = f"The scheduler at {address} has no worker: start some (dask worker {address})."
        raise ExecutionError(message) from error
    package = __name__.partition(".")[0]
    asked = {f"the worker {name}": found for name, found in client.run(find_spec, package).items()}
    asked["the scheduler"] = client.run_on_scheduler(find_spec, package)
    without = sorted(name for name, found in asked.items() if found is None)
    if without:
        message = (
            f"The package « {package} » is not found by {', '.join(without)}: start scheduler and workers in the project's folder "
            "with PYTHONPATH=. (or install the project there)."
        )
        raise ExecutionError(message)


def _alone(function: Callable[[Task], Result], task: Task) -> Result:
    """Runs a task on one thread. The limit stays with the worker: a task beside it must not see it lifted in the middle."""
    threadpool_limits(1)
    return function(task)


def digest(*values: Any) -> str:
    """The SHA-256 of arrays, numbers, texts, and dictionaries, lists or tuples of them: equal results have equal digests.

    Raises
    ------
    TypeError
        For anything else, whose bytes could depend on where it lives.
    """
    found = hashlib.sha256()
    for value in values:
        _feed(found, value)
    return found.hexdigest()


def _feed(found: Any, value: Any) -> None:
    if isinstance(value, dict):
        found.update(b"{")
        for key in sorted(value, key=repr):
            found.update(repr(key).encode())
            _feed(found, value[key])
    elif isinstance(value, list | tuple):
        found.update(f"[{len(value)}".encode())
        for each in value:
            _feed(found, each)
    elif isinstance(value, np.ndarray) and value.dtype != object:
        found.update(f"{value.dtype.str}{value.shape}".encode() + np.ascontiguousarray(value).tobytes())
    elif value is None or isinstance(value, str | int | float | bool | np.generic):
        found.update(f"{type(value).__name__}:{value!r};".encode())
    else:
        message = f"A {type(value).__name__} has no digest."
        raise TypeError(message)
