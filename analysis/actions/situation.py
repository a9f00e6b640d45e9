"""What the triggers of the catalogue read, and the small grammar of their reasons.

Comes in: the `Facts` of a firm and its indicators. Goes out: a `Situation`, and the helpers with which a trigger cites its figure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analysis.departures.projection import shown_departures
from analysis.fragility.facts import Facts
from analysis.portrait import Horizon, IndicatorResult
from analysis.wording import departures, number
from analysis.words import Words

Reason = Words | None


@dataclass(frozen=True, slots=True)
class Situation:
    """What the triggers read: the facts, the indicators, and the horizons as they may be shown, by their years."""

    facts: Facts
    indicators: Mapping[str, IndicatorResult]
    horizons: Mapping[int, Horizon]

    @classmethod
    def of(cls, facts: Facts, indicators: Mapping[str, IndicatorResult]) -> "Situation":
        """The situation of a firm."""
        shown = (
            ()
            if facts.projection is None
            else shown_departures(facts.projection, facts.answers, basis=facts.basis, parameters=facts.parameters).horizons
        )
        return cls(facts, indicators, {horizon.years: horizon for horizon in shown})

    def value(self, code: str) -> float | None:
        """The value of an indicator."""
        return self.indicators[code].value

    def above(self, code: str, limit: float) -> float | None:
        """The value of an indicator when it exceeds a limit, else None."""
        value = self.value(code)
        return value if value is not None and value > limit else None

    def below(self, code: str, limit: float) -> float | None:
        """The value of an indicator when it is under a limit, else None."""
        value = self.value(code)
        return value if value is not None and value < limit else None

    def leavers(self, years: int = 5) -> Words | None:
        """The departures of a horizon in words, when at least one may happen."""
        horizon = self.horizons.get(years)
        return None if horizon is None or horizon.high90 == 0 else departures(horizon)


Trigger = Callable[[Situation], Reason]


class Registry(dict[str, Trigger]):
    """Triggers by the code of their action; `entry` is the decorator that enters one."""

    def entry(self, code: str) -> Callable[[Trigger], Trigger]:
        """Enters a function under a code."""

        def enter(function: Trigger) -> Trigger:
            self[code] = function
            return function

        return enter


def cites(value: float | None, as_words: Callable[[float], Words], fr: str, en: str) -> Reason:
    """A reason that cites a value, when there is one; {} stands for it."""
    if value is None:
        return None
    words = as_words(value)
    return Words(fr.format(words.fr), en.format(words.en))


def one_decimal(value: float) -> Words:
    """A number with one decimal at most."""
    return number(value, 1)


def says(holds: object, fr: str, en: str) -> Reason:
    """A reason when something holds."""
    return Words(fr, en) if holds else None
