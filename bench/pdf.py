"""Drawing a firm's report: median time over many draws, and the process's peak memory."""

import resource
import time

from bench.scene import instance, median, quantile
from diagnostics import create_app
from diagnostics.models import Diagnosis, ReportKind, State
from diagnostics.pdf.firm import render_firm
from diagnostics.tables import portrait_of

REPEATS = 30
FIRMS = 8


def main() -> bool:
    """Measures and prints."""
    with instance(60) as folder:
        app = create_app({"instance_path": folder, "log_level": "ERROR"})
        with app.app_context(), app.extensions["database"].read() as session:
            found = session.query(Diagnosis).where(Diagnosis.state == State.VALIDATED).order_by(Diagnosis.id).limit(FIRMS).all()
            started = time.perf_counter()
            portraits = [portrait_of(session, diagnosis, ReportKind.FINAL) for diagnosis in found]
            computed = (time.perf_counter() - started) / len(portraits)
        for portrait in portraits:
            render_firm(portrait, "fr")
        times = []
        for number in range(REPEATS):
            started = time.perf_counter()
            drawn = render_firm(portraits[number % len(portraits)], "fr")
            times.append(time.perf_counter() - started)
        app.extensions["database"].dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"pdf: {drawn.pages} pages, {len(drawn.data) / 1024:.0f} kB")
    print(
        f"  drawing: median {median(times) * 1000:.0f} ms, p90 {quantile(times, 0.9) * 1000:.0f} ms over {REPEATS} draws of {len(portraits)} firms; portrait computed in {computed * 1000:.0f} ms"
    )
    print(f"  peak memory of the process {peak:.0f} MB (application and analysis loaded)")
    return True
