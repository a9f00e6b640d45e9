"""What the measurements share: an instance with the demonstration, a server of its own, and medians."""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def instance(firms: int) -> Iterator[Path]:
    """A throw-away instance folder with the demonstration of `firms`, without its edition and reports."""
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        flask(folder, "db", "upgrade")
        flask(folder, "demo", "--firms", str(firms), "--seed", "2013", "--bare")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(folder: Path) -> dict[str, str]:
    """The environment of a process on that instance."""
    return os.environ | {
        "DIAGNOSTICS_INSTANCE_PATH": str(folder),
        "DIAGNOSTICS_LOG_LEVEL": "ERROR",
        "DIAGNOSTICS_RATE_LIMITS": "false",
    }


def flask(folder: Path, *arguments: str) -> str:
    """Runs a command of the application on that instance."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    return subprocess.run(command, check=True, cwd=ROOT, env=environment(folder), capture_output=True, text=True).stdout


@contextmanager
def served(folder: Path, application: str, health: str) -> Iterator[int]:
    """The application under gunicorn, as `make run` serves it; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
        "--threads",
        "8",
        "--worker-class",
        "gthread",
        "--log-level",
        "error",
        "--keep-alive",
        "30",
        application,
    ]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(folder), stderr=subprocess.DEVNULL)
    try:
        for _attempt in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{health}", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def quantile(values: Sequence[float], share: float) -> float:
    """The value under which that share of the sorted values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)
