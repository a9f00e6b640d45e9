"""Protection of tables: textbook-sized ones to their proven optimum, and a hierarchical two-way table of 20 by 30 with its bound.

The reference's own tables are measured where they are (beside the project); a made-up table of the same shape as each otherwise.
"""

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.disclosure.protection import Protected, Rules, Table, protect

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "disclosure"
# The reference's own rules: three respondents at least, an attacker is off by one.
PLAIN = Rules(threshold=3, count_margin=1.0, insiders=False)
PROMISED = {
    "63 cells": 0.5,
    "315 cells": 8.0,
    "99 cells, hierarchical": 2.0,
    "180 cells, amounts": 4.0,
    "20 x 30, hierarchical": 30.0,
}
LIMIT = 15.0


def firms(rows: int, sectors: int, zones: int, *, seed: int = 1) -> pd.DataFrame:
    """Made-up respondents: sectors in groups of four, zones in départements of five, a budget each."""
    random = np.random.default_rng(seed)
    sector = random.choice(sectors, rows, p=random.dirichlet(np.full(sectors, 2.0)))
    zone = random.choice(zones, rows, p=random.dirichlet(np.full(zones, 2.0)))
    return pd.DataFrame(
        {
            "group": [f"g{code // 4}" for code in sector],
            "sector": [f"s{code:02d}" for code in sector],
            "departement": [f"d{code // 5}" for code in zone],
            "zone": [f"z{code:02d}" for code in zone],
            "legal": random.choice(list("abcd"), rows, p=(0.8, 0.1, 0.06, 0.04)),
            "budget": random.lognormal(5, 1.2, rows),
        }
    )


def tables() -> dict[str, tuple[Table, Rules]]:
    """What is measured, by name."""
    two_way, three_way = ("sector", "departement"), ("sector", "departement", "legal")
    plain, amounts = firms(690, 8, 30), Rules(threshold=3, p_percent=None)
    return {
        "63 cells": (_reference("t1_sector_dept_freq", ("sector", "dept")) or Table.from_records(plain, two_way), PLAIN),
        "315 cells": (_reference("t2_sector_dept_legal_freq", ("sector", "dept", "legal")) or Table.from_records(plain, three_way), PLAIN),
        "99 cells, hierarchical": (Table.from_records(firms(690, 8, 30), [("group", "sector"), ("departement",)]), PLAIN),
        "180 cells, amounts": (Table.from_records(firms(690, 19, 40), ["sector", "departement"], ["budget"]), amounts),
        "20 x 30, hierarchical": (Table.from_records(firms(6000, 20, 30), [("group", "sector"), ("departement", "zone")]), PLAIN),
    }  # fmt: skip


def _reference(name: str, by: tuple[str, ...]) -> Table | None:
    path = REFERENCE / f"{name}.json"
    if not path.exists():
        return None
    cells = pd.DataFrame(json.loads(path.read_text())["cells"])
    return Table.from_cells(cells[(cells[list(by)] != "Total").all(axis=1)], by, counts="freq")


def main() -> bool:
    """Measures and prints; False where a table takes longer than promised."""
    kept = True
    for name, (table, rules) in tables().items():
        started = time.perf_counter()
        found = protect(table, rules, time_limit=LIMIT)
        seconds = time.perf_counter() - started
        kept &= seconds <= PROMISED[name]
        print(f"disclosure: {name} ({len(table.keys)} cells): {seconds:.2f} s, {_told(found)}")
    return kept


def _told(found: Protected) -> str:
    pattern = found.pattern
    distance = "proven optimum" if pattern.optimal else f"at most {pattern.gap:.0%} above the optimum"
    return f"{len(found.primary)} primary and {len(found.secondary)} secondary cells, {distance}"
