"""Editions that follow each other: what one shows must not give away what another hides, nor the firms that changed between them.

What comes in are the earlier editions (who was in them, with which answers, and which domains they showed) and the respondents of
today; what goes out are the domains to hide besides, so that an attacker who keeps all editions bounds nothing too closely.

A firm that answered the same in two editions is the same unknown in both; one that joined, left or changed its answers is another.
Every domain of every edition is then a sum of such unknowns, one for each history (« in the first and the second », « in the second
only »…), and the linear programs of `analysis.disclosure.separation` apply. Histories without a firm are taken to be known: the network knows
who answered. Since weights are calibrated anew, amounts of two editions do not subtract exactly; each firm counts for one here,
the worst case.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.arrays import Booleans, Floats
from analysis.disclosure.cells import DisclosureError, Layer, Relation, System
from analysis.disclosure.rules import MAGNITUDE
from analysis.disclosure.separation import out_of_reach, unfooled
from analysis.disclosure.suppression import protect
from analysis.words import Words

Domain = tuple[str, ...]
Firm = tuple[str, str]  # Its reference, and the digest of its answers.

# Columns that move with the date and the law while the firm's answers stay: no change of the firm.
DRIFTING = ("dep", "age_", "n_", "n5", "mean_age", "idr", "noria", "score_", "flag_", "hr_index", "economic_index", "pyramid_", "leaving", "chair_age", "double_")  # fmt: skip


@dataclass(frozen=True, slots=True)
class EarlierEdition:
    """What readers may remember of an edition.

    `places` are the levels of each variable by firm; `shown` the domains that it showed; `hidden_measures` the domains in which it
    did not show a measure though it showed the domain.
    """

    name: str
    places: Mapping[Firm, Mapping[str, str]]
    shown: frozenset[Domain]
    hidden_measures: Mapping[str, frozenset[Domain]]
    _members: dict[Domain, frozenset[Firm]] = field(default_factory=dict, repr=False, compare=False)

    def members(self, domain: Domain) -> frozenset[Firm]:
        """Who was in a domain."""
        if domain not in self._members:
            wanted = dict(zip(domain[::2], domain[1::2], strict=True)).items()
            self._members[domain] = frozenset(firm for firm, place in self.places.items() if wanted <= place.items())
        return self._members[domain]

    def shows(self, domain: Domain, measure: str | None = None) -> bool:
        """Whether it showed a domain (and a measure there)."""
        return domain in self.shown and (measure is None or domain not in self.hidden_measures.get(measure, frozenset()))

    @classmethod
    def from_summary(cls, name: str, summary: Mapping[str, Any]) -> "EarlierEdition":
        """The edition that a stored summary remembers (`memory_of`).

        Raises `DisclosureError` where it remembers nothing: an edition of before this protection cannot be protected against.
        """
        memory = summary.get("memory") or {}
        if not memory.get("firms"):
            message = (
                f"Edition {name} does not say who was in it: it cannot be protected against. Withdraw it, or start a new campaign."
            )
            raise DisclosureError(message, words=Words(
                f"L’édition {name} ne dit pas qui y figurait : on ne peut pas protéger la suivante contre elle.",
                f"Edition {name} does not say who was in it: the next one cannot be protected against it.",
            ))  # fmt: skip
        columns = memory["columns"]
        return cls(
            name,
            {
                (reference, digest): dict(zip(columns, levels, strict=True))
                for reference, (digest, *levels) in memory["firms"].items()
            },
            frozenset(tuple(domain) for domain in memory["shown"]),
            {code: frozenset(tuple(domain) for domain in where) for code, where in memory["measures"].items()},
        )


def memory_of(
    table: pd.DataFrame, columns: Sequence[str], shown: Sequence[Domain], measures: Mapping[str, Sequence[Domain]]
) -> dict[str, Any]:
    """What an edition must keep so that later ones can be protected against it, as plain JSON values."""
    kept = [name for name in columns if name in table.columns]
    firms = {
        reference: [digest, *levels]
        for (reference, digest), levels in zip(firms_of(table), table[kept].astype(str).to_numpy().tolist(), strict=True)
    }
    return {
        "columns": kept,
        "firms": firms,
        "shown": [list(domain) for domain in sorted(shown)],
        "measures": {code: [list(domain) for domain in sorted(where)] for code, where in sorted(measures.items()) if where},
    }


def firms_of(table: pd.DataFrame) -> list[Firm]:
    """Each respondent with the digest of its answers, in the order of the rows; what only drifts with the date is left out."""
    stable = sorted(name for name in table.columns if name != "reference" and not str(name).startswith(DRIFTING))
    rows = table[stable].to_dict("records")
    return [(str(reference), _digest(row)) for reference, row in zip(table["reference"], rows, strict=True)]


def _digest(row: Mapping[Any, Any]) -> str:
    text = json.dumps({str(name): _plain(value) for name, value in row.items()}, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(map(str, value))
    if value is None or value is pd.NA or (isinstance(value, float | np.floating) and np.isnan(value)):
        return None
    return f"{float(value):.9g}" if isinstance(value, bool | int | float | np.number | np.bool_) else str(value)


@dataclass(frozen=True, slots=True)
class Ages:
    """All editions as one system: `today` gives the cell of a domain today, `past` the cells that earlier editions showed."""

    system: System
    layer: Layer
    targets: tuple[int, ...]
    today: Mapping[Domain, int]
    past: Booleans


class Succession:
    """Today's respondents beside those of earlier editions, cut by history."""

    def __init__(self, firms: Sequence[Firm], earlier: Sequence[EarlierEdition], *, threshold: int) -> None:
        self.earlier = tuple(earlier)
        self.threshold = threshold
        self._firms = tuple(firms)
        self._warned: set[str] = set()

    @property
    def given_away(self) -> tuple[str, ...]:
        """What earlier editions give away by themselves, whatever is hidden today."""
        return tuple(sorted(self._warned))

    def refuse_few_changes(self) -> None:
        """Raises `DisclosureError` where so few firms joined, left or changed that the region's figures alone would tell theirs."""
        now = set(self._firms)
        for edition in self.earlier:
            changed = _references(now ^ set(edition.places))
            if edition.shows(()) and 0 < len(changed) < self.threshold:
                message = (
                    f"Only {len(changed)} firms joined, left or changed since edition {edition.name}: comparing both would tell what they "
                    f"answered. Wait until {self.threshold} did, or keep that edition."
                )
                raise DisclosureError(
                    message,
                    words=Words(
                        f"Depuis l’édition {edition.name}, seuls {len(changed)} dossiers sont entrés, sortis ou modifiés : comparer les deux éditions dirait ce qu’ils ont répondu. Attendez qu’ils soient au moins {self.threshold}.",
                        f"Since edition {edition.name}, only {len(changed)} files were added, removed or changed: comparing both editions would tell what they answered. Wait until at least {self.threshold} are.",
                    ),
                )

    def hidden_besides(
        self,
        domains: Sequence[Domain],
        relations: Sequence[Relation],
        members: Booleans,
        hidden: Booleans,
        never: Booleans,
        cost: Floats,
        *,
        private: Booleans | None = None,
        measure: str | None = None,
        time_limit: float = 10.0,
    ) -> Booleans:
        """The domains to hide besides `hidden` today, so that all editions together give nothing away.

        Parameters
        ----------
        domains, relations, members
            Today's domains, their sums, and (domains, firms) who is in them.
        hidden, never, cost
            Which are hidden or not published today, and what hiding another costs.
        private
            Which are published in no edition; those of `never` without it.
        measure
            The code of the figure concerned; the domains' own figures without it.
        time_limit
            Seconds of the search.

        Raises
        ------
        DisclosureError
            Where hiding everything today would still give a change away.
        """
        private = never if private is None else private
        ages = self._ages(domains, relations, members, (hidden, never, private), measure)
        places = np.asarray([ages.today[domain] for domain in domains])
        irreparable = {cell for cell, _ in out_of_reach(ages.system, [ages.layer], ages.targets)}
        self._warned.update(ages.system.names[cell] for cell in irreparable)
        irreparable.update(_settled_alone(ages, places[hidden & ~never]))
        levels = {name: getattr(ages.layer, name).copy() for name in ("below", "above", "width")}
        for array in levels.values():
            array[sorted(irreparable)] = 0.0
        layer = replace(ages.layer, **levels)
        primary = np.zeros(len(ages.system.names), dtype=bool)
        primary[[cell for cell in ages.targets if cell not in irreparable]] = True
        primary[places[(hidden | self._few_changes(domains, members, measure)) & ~never]] = True
        primary &= ~ages.system.shown
        price = np.zeros(len(primary))
        price[places] = cost
        pattern = protect(ages.system, [layer], primary, price, time_limit=time_limit)
        return np.asarray((pattern.hidden[places] | hidden) & ~never, dtype=bool)

    def few_newcomers(self, domain: Domain, known: Booleans, measure: str) -> bool:
        """Whether some of those with an answer (`known`, by respondent), and fewer than the threshold, are new since an edition that
        showed the measure there."""
        now = {self._firms[place] for place in np.flatnonzero(known)}
        return any(
            edition.shows(domain, measure) and 0 < len(_references(now - edition.members(domain))) < self.threshold
            for edition in self.earlier
        )

    def _few_changes(self, domains: Sequence[Domain], members: Booleans, measure: str | None) -> Booleans:
        """The domains shown before in which some firms, and fewer than the threshold, joined, left or changed since."""
        found = np.zeros(len(domains), dtype=bool)
        for place, domain in enumerate(domains):
            now = {self._firms[row] for row in np.flatnonzero(members[place])}
            for edition in self.earlier:
                changed = len(_references(now ^ edition.members(domain)))
                found[place] |= edition.shows(domain, measure) and 0 < changed < self.threshold
        return found

    def _ages(
        self,
        domains: Sequence[Domain],
        relations: Sequence[Relation],
        members: Booleans,
        flags: tuple[Booleans, Booleans, Booleans],
        measure: str | None,
    ) -> Ages:
        now = [{self._firms[place] for place in np.flatnonzero(row)} for row in members]
        before = [[edition.members(domain) for domain in domains] for edition in self.earlier]
        everyone = sorted({*self._firms, *(firm for edition in self.earlier for firm in edition.places)})
        own = set(self._firms)
        history = {firm: (*(firm in edition.places for edition in self.earlier), firm in own) for firm in everyone}
        return _Builder(self, domains, relations, now, before, history, flags, measure).built()


class _Builder:
    """Writes the cells and sums of all editions down."""

    def __init__(
        self,
        succession: Succession,
        domains: Sequence[Domain],
        relations: Sequence[Relation],
        now: Sequence[set[Firm]],
        before: Sequence[Sequence[frozenset[Firm]]],
        history: Mapping[Firm, tuple[bool, ...]],
        flags: tuple[Booleans, Booleans, Booleans],
        measure: str | None,
    ) -> None:
        self._earlier, self._threshold = succession.earlier, succession.threshold
        self._domains, self._old, self._measure = domains, relations, measure
        self._now, self._before = now, before
        self._hidden, self._never, self._private = flags
        self._names: list[str] = []
        self._values: list[float] = []
        self._kinds: list[str] = []
        self._relations: list[Relation] = []
        self._targets: list[int] = []
        self._patterns = sorted(set(history.values()))
        self._groups = {pattern: {firm for firm, bits in history.items() if bits == pattern} for pattern in self._patterns}

    def built(self) -> Ages:
        parts = self._histories()
        for old in self._old:
            for pattern in self._patterns:
                self._sum(parts.get((old.total, pattern)), [parts.get((part, pattern)) for part in old.parts])
        for number, edition in enumerate(self._earlier):
            for place, domain in enumerate(self._domains):
                self._edition(number, edition, place, domain, parts)
        today = {}
        for place, domain in enumerate(self._domains):
            cells = [parts.get((place, pattern)) for pattern in self._patterns if pattern[-1]]
            cell = self._cell(_called(domain, "today"), len(self._now[place]), "never" if self._never[place] else "open")
            today[domain] = cell
            self._sum(cell, cells)
            if self._hidden[place] and 0 < len(self._now[place]) < self._threshold:
                self._targets.append(cell)
        return self._finished(today)

    def _histories(self) -> dict[tuple[int, tuple[bool, ...]], int]:
        """A cell for the firms of each domain with each history, where there are any."""
        found = {}
        for place, domain in enumerate(self._domains):
            everyone = self._now[place].union(*(edition[place] for edition in self._before))
            for pattern in self._patterns:
                size = len(everyone & self._groups[pattern])
                if size:
                    text = "".join("01"[bit] for bit in pattern)
                    found[place, pattern] = self._cell(_called(domain, f"history {text}"), size, "never")
        return found

    def _edition(
        self, number: int, edition: EarlierEdition, place: int, domain: Domain, parts: Mapping[tuple[int, tuple[bool, ...]], int]
    ) -> None:
        """What an earlier edition showed of a domain; who was hidden there, and who changed since, are to be protected."""
        size = len(self._before[number][place])
        public = not self._private[place]
        shown = public and edition.shows(domain, self._measure)
        cell = self._cell(_called(domain, f"edition {edition.name}"), size, "always" if shown else "never")
        self._sum(cell, [parts.get((place, pattern)) for pattern in self._patterns if pattern[number]])
        if not shown and public and size and (self._measure is not None or size < self._threshold):
            self._targets.append(cell)
        for label, moved in (("came", (False, True)), ("went", (True, False))):
            cells = [parts.get((place, pattern)) for pattern in self._patterns if (pattern[number], pattern[-1]) == moved]
            people = sum(self._values[each] for each in cells if each is not None)
            if 0 < people < self._threshold and public:
                change = self._cell(_called(domain, f"{label} since edition {edition.name}"), people, "never")
                self._sum(change, cells)
                self._targets.append(change)

    def _cell(self, name: str, value: float, kind: str) -> int:
        self._names.append(name)
        self._values.append(float(value))
        self._kinds.append(kind)
        return len(self._names) - 1

    def _sum(self, total: int | None, parts: Sequence[int | None]) -> None:
        kept = tuple(part for part in parts if part is not None)
        if total is not None and kept:
            self._relations.append(Relation(total, kept))

    def _finished(self, today: Mapping[Domain, int]) -> Ages:
        values = np.asarray(self._values)
        kinds = np.asarray(self._kinds)
        none, reach = np.zeros(len(values)), np.full(len(values), 2 * float(values.max(initial=0.0)) + 10.0)
        margin = none.copy()
        margin[self._targets] = MAGNITUDE * values[self._targets]
        known = (kinds == "always") | (values == 0)
        never = (kinds == "never") & ~known
        system = System(tuple(self._names), tuple(self._relations), never, known)
        return Ages(
            system,
            Layer("firms over time", values, none, reach, margin, margin, none),
            tuple(self._targets),
            today,
            kinds == "always",
        )


def _settled_alone(ages: Ages, hidden: NDArray[np.int64]) -> list[int]:
    """Today's hidden cells that somebody who knows who answered could bound from this edition alone: its own protection judged them."""
    system = replace(ages.system, never=ages.system.never | ages.past, always=ages.system.shown & ~ages.past)
    away = np.zeros(len(system.names), dtype=bool)
    away[hidden] = True
    return unfooled(
        system, ages.layer, away & ~system.shown, [cell for cell in ages.targets if away[cell] and not system.shown[cell]]
    )


def _called(domain: Domain, what: str) -> str:
    return f"{' × '.join(domain) or 'region'} ({what})"


def _references(firms: Iterable[Firm]) -> set[str]:
    return {reference for reference, _ in firms}
