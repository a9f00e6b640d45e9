"""`flask --app wsgi consolidate` on the demonstration of 690 firms: the whole process, from its start to its end."""

import resource
import time

from bench.scene import flask, instance


def main() -> bool:
    """Measures and prints."""
    with instance(690) as folder:
        started = time.perf_counter()
        said = flask(folder, "consolidate", "--seed", "2013")
        elapsed = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"consolidate: {elapsed:.1f} s whole process, peak memory {peak:.0f} MB (largest child)")
    print(f"  {said.strip().splitlines()[-1]}")
    return True
