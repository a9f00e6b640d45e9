"""Everything that one firm's indicators, flags and sentences read, computed once.

Comes in: plain answers and the parameters. Goes out: `Facts`, which never fails whatever answers are missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from analysis.arrays import Floats
from analysis.departures.costs import CostReading, costs_of
from analysis.departures.people import COLUMNS, basis_of, chosen, matrix, number, persons_of, text, visit_date
from analysis.departures.projection import FirmProjection, project_firm, shown_expectation, usable
from analysis.fragility.keyposts import key_post_count, key_posts
from analysis.parameters import Parameters
from analysis.portrait import KeyPost


@dataclass(frozen=True, slots=True)
class Facts:
    """One firm as the analysis reads it. `headcount` is 0 when nothing gives it; `projection` is None without enough ages."""

    answers: Mapping[str, Any]
    parameters: Parameters
    day: date
    persons: pd.DataFrame
    ages: Floats
    basis: str
    headcount: int
    projection: FirmProjection | None
    posts: tuple[KeyPost, ...]
    post_count: int | None
    cost: CostReading

    @classmethod
    def of(cls, answers: Mapping[str, Any], parameters: Parameters) -> "Facts":
        """The facts of a dossier, at the day of the visit (or the parameters' date when it has none)."""
        day = visit_date(answers) or parameters.reference_date
        # In an order that depends on the people alone: the rows of a roster may be entered in any.
        persons = persons_of(answers, reference_date=day).sort_values(list(COLUMNS), ignore_index=True)
        stated = number(answers.get("eff_total"))
        headcount = int(stated) if stated is not None and stated >= 1 else len(persons)
        projection = project_firm(persons, reference_date=day, parameters=parameters, headcount=headcount)
        known = projection if usable(projection, parameters) else None
        return cls(
            answers=answers,
            parameters=parameters,
            day=day,
            persons=persons,
            ages=persons["age"].dropna().to_numpy(float),
            basis=basis_of(answers),
            headcount=headcount,
            projection=known,
            posts=key_posts(answers),
            post_count=key_post_count(answers),
            cost=costs_of(answers, persons, known, parameters),
        )

    def number(self, name: str) -> float | None:
        """An answer as a number, or None."""
        return number(self.answers.get(name))

    def text(self, name: str) -> str:
        """An answer as a text or a choice code, "" when there is none."""
        return text(self.answers.get(name))

    def chosen(self, name: str) -> frozenset[str] | None:
        """The codes of a multiple choice, without « none »; None when it was not answered."""
        return chosen(self.answers.get(name))

    def code(self, name: str, *, unknown: float | None = 9) -> float | None:
        """A numbered choice as a number, None when it is missing or is the code of « does not know »."""
        value = self.number(name)
        return None if value is None or value == unknown else value

    @property
    def aged(self) -> int:
        """How many employees have a known age."""
        return len(self.ages)

    def count(self, youngest: int, oldest: int | None = None) -> int:
        """How many employees have an age from `youngest` to `oldest`, both included."""
        inside = self.ages >= youngest
        return int((inside & (self.ages <= oldest)).sum() if oldest is not None else inside.sum())

    def share(self, part: float | None, whole: float | None) -> float | None:
        """A part over a whole, or None when either is unknown or the whole is not positive."""
        return None if part is None or whole is None or whole <= 0 else part / whole

    def expected(self, years: int) -> float | None:
        """The expected departures within some years as they may be shown; None without a projection."""
        return None if self.projection is None else shown_expectation(self.projection, years, self.parameters)

    @property
    def contracts(self) -> dict[str, float] | None:
        """Employees by contract, from the roster or the matrix; None when neither says."""
        known = self.persons.loc[self.persons["contract"] != "", "contract"]
        if len(known):
            return {str(code): float(count) for code, count in known.value_counts().items()}
        counts: dict[str, float] = {}
        for columns in matrix(self.answers.get("mat_cat_contrat")).values():
            for code, count in columns.items():
                counts[code] = counts.get(code, 0.0) + count
        return counts if sum(counts.values()) > 0 else None

    @property
    def cash_months(self) -> float | None:
        """Cash in months of yearly costs."""
        return self._months("tresorerie")

    @property
    def equity_months(self) -> float | None:
        """Equity in months of yearly costs."""
        return self._months("fonds_propres")

    def _months(self, name: str) -> float | None:
        costs = self.number("charges_annuelles")
        return self.share(self.number(name), None if costs is None else costs / 12)
