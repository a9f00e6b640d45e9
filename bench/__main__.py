"""Runs the measurements named on the command line, or all."""

import sys

from bench import analysis, consolidate, disclosure, expressions, paradata, pdf, saves

MEASURES = {
    "analysis": analysis.main,
    "saves": saves.main,
    "pdf": pdf.main,
    "consolidate": consolidate.main,
    "disclosure": disclosure.main,
    "expressions": expressions.main,
    "paradata": paradata.main,
}


def main() -> int:
    """Runs each measure and gives the exit status: 1 if one misses what was promised."""
    wanted = sys.argv[1:] or list(MEASURES)
    unknown = [name for name in wanted if name not in MEASURES]
    if unknown:
        print(f"unknown: {', '.join(unknown)} (known: {', '.join(MEASURES)})")
        return 2
    results = [MEASURES[name]() for name in wanted]
    return 0 if all(results) else 1


raise SystemExit(main())
