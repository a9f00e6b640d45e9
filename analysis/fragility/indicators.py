"""The 41 indicators of fragility: one small function each, and the score that its anchors give.

Comes in: the `Facts` of a firm. Goes out: one value in the indicator's own unit, or None when its answers are missing, and a
score from 0 (solid) to 100 (fragile). Titles, units and anchors are data (`analysis/data/indicators.toml`); each function
declares the questions that it needs. Formulas: DOMAIN §2 and its `indicators.psv`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from analysis.departures.people import matrix, number
from analysis.fragility.facts import Facts
from analysis.fragility.keyposts import READY, SOON, manager_successor, seat_exposure
from analysis.parameters import Anchors, Parameters
from analysis.portrait import IndicatorResult

Value = float | None
AGES = ("mode_saisie", "registre", "mat_age_sexe", "v_date")
KEY_POSTS = ("nb_postes_cles", "postes_cles")
HR_TOOLS, STRAINS, WAYS = 9, 6, 4
MANDATORY_YEARLY_FROM = 11
DAYS_IN_YEAR = 366
YES = 1.0


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: its code, the questions that it needs, and the function from the facts to its value."""

    code: str
    needs: tuple[str, ...]
    compute: Callable[[Facts], Value]


INDICATORS: dict[str, Indicator] = {}


def _indicator(code: str, *needs: str) -> Callable[[Callable[[Facts], Value]], Callable[[Facts], Value]]:
    """Enters a function in the table of indicators."""

    def enter(function: Callable[[Facts], Value]) -> Callable[[Facts], Value]:
        INDICATORS[code] = Indicator(code, needs, function)
        return function

    return enter


def score(value: float, anchors: tuple[float, float, float]) -> float:
    """The score of a value: 0 at the first anchor, 50 at the second, 100 at the third, straight between, held beyond.

    The anchors rise when more is worse and fall when more is better.
    """
    low, middle, high = anchors
    sign = 1.0 if high > low else -1.0
    return float(np.interp(sign * value, [sign * low, sign * middle, sign * high], [0.0, 50.0, 100.0]))


def results(facts: Facts) -> dict[str, IndicatorResult]:
    """Every indicator of a firm, by code, with None where it cannot be computed."""
    return {code: _result(facts, INDICATORS[code], anchors) for code, anchors in facts.parameters.indicators.items()}


def needs(parameters: Parameters) -> Mapping[str, tuple[str, ...]]:
    """The questions that each indicator needs, by its code."""
    return {code: INDICATORS[code].needs for code in parameters.indicators}


def _result(facts: Facts, indicator: Indicator, anchors: Anchors) -> IndicatorResult:
    exact = indicator.compute(facts)
    # The score is that of the value that is shown: whoever reads the value finds the score again.
    value = None if exact is None else round(exact, 4)
    return IndicatorResult(
        code=indicator.code,
        title=anchors.title,
        unit=anchors.unit,
        value=value,
        score=None if value is None else round(score(value, anchors.values), 1),
        anchors=anchors.values,
        sourced=anchors.sourced,
    )


# D1 Demographic exposure


@_indicator("I01", *AGES)
def share_50(facts: Facts) -> Value:
    """The share of employees aged 50 and over, among those whose age is known."""
    return facts.share(facts.count(50), facts.aged)


@_indicator("I02", *AGES)
def share_55(facts: Facts) -> Value:
    """The share of employees aged 55 and over."""
    return facts.share(facts.count(55), facts.aged)


@_indicator("I03", *AGES, "eff_total", "dep_annonces")
def departures_5(facts: Facts) -> Value:
    """Departures expected within five years, as they may be shown, over the headcount."""
    return facts.share(facts.expected(5), facts.headcount)


@_indicator("I04", *AGES, "dep_annonces")
def concentration(facts: Facts) -> Value:
    """The largest share of the ten years' departures within three years; None when fewer than five people stand behind it."""
    forecast = facts.projection
    if forecast is None or forecast.carriers(10, facts.parameters.number("counts_from")) < facts.parameters.number("people_behind"):
        return None
    return forecast.concentration()


@_indicator("I05", *AGES)
def youth(facts: Facts) -> Value:
    """Employees under 30 for each of 55 and over (half a person at least below the line)."""
    return facts.share(facts.count(0, 29), max(facts.count(55), 0.5)) if facts.aged else None


# D2 Key posts, manager, succession


@_indicator("I06", *KEY_POSTS)
def posts_without_relief(facts: Facts) -> Value:
    """The share of key posts that are vacated within three years and whose successor is not ready."""
    known = [post for post in facts.posts if post.horizon]
    exposed = sum(post.horizon in SOON and post.successor != READY for post in known)
    return 0.0 if facts.post_count == 0 else facts.share(exposed, len(known))


@_indicator("I07", *KEY_POSTS)
def highest_criticality(facts: Facts) -> Value:
    """The criticality of the most exposed key post, from 0 to 1."""
    known = [post.criticality for post in facts.posts if post.criticality is not None]
    return 0.0 if facts.post_count == 0 else max(known, default=None)


@_indicator("I08", *KEY_POSTS)
def posts_without_backup(facts: Facts) -> Value:
    """The share of key posts that nobody can stand in for."""
    known = [post.backups for post in facts.posts if post.backups is not None]
    return 0.0 if facts.post_count == 0 else facts.share(sum(count == 0 for count in known), len(known))


@_indicator("I09", "dir_depart", *KEY_POSTS)
def manager_exposure(facts: Facts) -> Value:
    """How exposed the manager's seat is: 0, 0.5 or 1 by the horizon and the successor (`keyposts.seat_exposure`)."""
    return seat_exposure(facts.text("dir_depart"), manager_successor(facts.answers))


# D3 Transfer of know-how


@_indicator("I10", "savoirs_inventaire", "savoirs_ecrits")
def unwritten(facts: Facts) -> Value:
    """How much critical know-how is neither listed nor written: 0 both done, 1 neither."""
    known = [value for name in ("savoirs_inventaire", "savoirs_ecrits") if (value := facts.code(name)) is not None]
    return 1.0 - sum(known) / len(known) / 2 if known else None


@_indicator("I11", "trans_modalites")
def missing_ways(facts: Facts) -> Value:
    """Ways of passing on know-how that are missing, out of four."""
    ways = facts.chosen("trans_modalites")
    return None if ways is None else 1.0 - min(len(ways), WAYS) / WAYS


@_indicator("I12", "tuteurs_nb", "eff_total")
def mentors(facts: Facts) -> Value:
    """Trained mentors for ten employees."""
    found = facts.share(facts.number("tuteurs_nb"), facts.headcount)
    return None if found is None else found * 10


@_indicator("I13", "valeurs_projet")
def memory(facts: Facts) -> Value:
    """The risk of losing the project's memory, from 1 to 4."""
    return facts.code("valeurs_projet")


# D4 Attraction and retention


@_indicator("I14", "recrut_24m", "recrut_echec")
def failed_hires(facts: Facts) -> Value:
    """Hires abandoned or made in more than six months, over those attempted."""
    return facts.share(facts.number("recrut_echec"), facts.number("recrut_24m"))


@_indicator("I15", "entrees_12m", "sorties_12m", "eff_total")
def turnover(facts: Facts) -> Value:
    """Half the sum of permanent hires and exits, over the headcount."""
    joined, left = facts.number("entrees_12m"), facts.number("sorties_12m")
    return None if joined is None or left is None else facts.share((joined + left) / 2, facts.headcount)


@_indicator("I16", "registre", "mat_cat_contrat")
def short_contracts(facts: Facts) -> Value:
    """Fixed-term and apprenticeship contracts, over all contracts known (work-integration contracts are not counted as short)."""
    known = facts.contracts
    return None if known is None else facts.share(known.get("cdd", 0.0) + known.get("alt", 0.0), sum(known.values()))


@_indicator("I17", "eff_temps_partiel", "eff_total", "registre")
def part_time(facts: Facts) -> Value:
    """Part-time employees over the headcount; from the roster when the count was not given."""
    stated = facts.number("eff_temps_partiel")
    if stated is not None:
        return facts.share(stated, facts.headcount)
    known = facts.persons["quotity"].dropna()
    return facts.share(float((known < 1).sum()), len(known))


@_indicator("I18", "salaire_marche")
def pay_position(facts: Facts) -> Value:
    """Pay against the local market: -1 below, 0 level, 1 above."""
    return facts.code("salaire_marche")


# D5 Skills, training, HR function, dialogue


@_indicator("I19", "outils_rh")
def missing_tools(facts: Facts) -> Value:
    """Human-resources tools that are missing, out of nine."""
    tools = facts.chosen("outils_rh")
    return None if tools is None else 1.0 - min(len(tools), HR_TOOLS) / HR_TOOLS


@_indicator("I20", "epp_a_jour")
def interviews(facts: Facts) -> Value:
    """Career interviews up to date, in per cent."""
    return facts.number("epp_a_jour")


@_indicator("I21", "forma_nb", "eff_total")
def training(facts: Facts) -> Value:
    """Employees trained over twelve months, over the headcount."""
    return facts.share(facts.number("forma_nb"), facts.headcount)


@_indicator("I22", "forma_nb", "forma_nb50", *AGES)
def training_gap(facts: Facts) -> Value:
    """How far training access of the 50 and over stands behind that of the others."""
    trained, older = facts.number("forma_nb"), facts.number("forma_nb50")
    if trained is None or older is None:
        return None
    others = facts.share(trained - older, facts.aged - facts.count(50))
    senior = facts.share(older, facts.count(50))
    return None if others is None or senior is None else others - senior


@_indicator("I23", "dep_inconnu")
def schedule_kept(facts: Facts) -> Value:
    """Whether a schedule of departures is kept: 1 yes, 0.5 not known, 0 no."""
    value = facts.code("dep_inconnu", unknown=None)
    return None if value is None else {0.0: 0.0, 1.0: 1.0}.get(value, 0.5)


# D6 Working conditions, late careers


@_indicator("I24", "usure_facteurs")
def strain(facts: Facts) -> Value:
    """Strain factors reported, out of six."""
    factors = facts.chosen("usure_facteurs")
    return None if factors is None else len(factors) / STRAINS


@_indicator("I25", "absence_taux")
def absence(facts: Facts) -> Value:
    """The absence rate, in per cent."""
    return facts.number("absence_taux")


@_indicator("I26", "duerp_date", "outils_rh", "v_docs", "eff_total", "v_date")
def risk_assessment(facts: Facts) -> Value:
    """Whether the risk assessment is up to date: within the year from 11 employees on, in existence below.

    Without its date, it counts as existing when it was named among the tools or the documents seen, and as absent when the
    tools were listed without it; nothing is said otherwise.
    """
    made = facts.answers.get("duerp_date")
    if isinstance(made, date):
        return float(facts.headcount < MANDATORY_YEARLY_FROM or (facts.day - made).days <= DAYS_IN_YEAR)
    tools, seen = facts.chosen("outils_rh"), facts.chosen("v_docs") or frozenset()
    if tools is None:
        return YES if "duerp" in seen else None
    return float("duerp" in tools or "duerp" in seen)


@_indicator("I27", "amen_fin", *AGES)
def arrangements(facts: Facts) -> Value:
    """Late-career arrangements in use, when someone is 55 or over."""
    used = facts.chosen("amen_fin")
    return None if used is None or facts.count(55) == 0 else float(len(used))


# D7 Governance


@_indicator("I28", "ca_nb", "ca_65")
def board_65(facts: Facts) -> Value:
    """The share of board members aged 65 and over."""
    return facts.share(facts.number("ca_65"), facts.number("ca_nb"))


@_indicator("I29", "pres_depart", "pres_succession")
def chair_exposure(facts: Facts) -> Value:
    """How exposed the chair's seat is, as for the manager."""
    return seat_exposure(facts.text("pres_depart"), facts.text("pres_succession"))


@_indicator("I30", "ca_nb", "ca_entrants_3a")
def board_renewal(facts: Facts) -> Value:
    """New board members in three years, over the board."""
    return facts.share(facts.number("ca_entrants_3a"), facts.number("ca_nb"))


# D8 Funding


@_indicator("I31", "fin_principal")
def main_funder(facts: Facts) -> Value:
    """The share of the largest funder, in per cent."""
    return facts.number("fin_principal")


@_indicator("I32", "fin_pluriannuel")
def secured(facts: Facts) -> Value:
    """Income secured beyond twelve months, in per cent."""
    return facts.number("fin_pluriannuel")


@_indicator("I33", "ressources")
def income_concentration(facts: Facts) -> Value:
    """The Herfindahl index of the sources of income: the sum of squared shares, 1 for a single source."""
    amounts = income_by_source(facts)
    # Exact sums: the order in which the sources were stored changes nothing.
    total = math.fsum(amounts.values())
    return math.fsum((amount / total) ** 2 for amount in amounts.values()) if total > 0 else None


def income_by_source(facts: Facts) -> dict[str, float]:
    """Income by source in euros, from the one-column matrix; empty when it was not given."""
    stored = facts.answers.get("ressources")
    if not isinstance(stored, Mapping):
        return {}
    flat = {str(source): value for source, cell in stored.items() if (value := number(cell)) is not None}
    nested = {source: sum(columns.values()) for source, columns in matrix(stored).items()}
    return {source: value for source, value in {**flat, **nested}.items() if value > 0}


# D9 Financial soundness, cost of departures


@_indicator("I34", "tresorerie", "charges_annuelles")
def cash(facts: Facts) -> Value:
    """Cash in months of costs."""
    return facts.cash_months


@_indicator("I35", "fonds_propres", "charges_annuelles")
def equity(facts: Facts) -> Value:
    """Equity in months of costs."""
    return facts.equity_months


@_indicator("I36", "resultat_n", "resultat_n1", "resultat_n2", "produits")
def mean_result(facts: Facts) -> Value:
    """The mean net result of the years given (the last one at least), in per cent of income."""
    if facts.number("resultat_n") is None:
        return None
    given = [value for name in ("resultat_n", "resultat_n1", "resultat_n2") if (value := facts.number(name)) is not None]
    found = facts.share(sum(given) / len(given), facts.number("produits"))
    return None if found is None else found * 100


@_indicator("I37", "idcc_code", "registre", "prov_retraite", "prov_montant", "tresorerie", "masse_salariale", "etp_total")
def departure_shock(facts: Facts) -> Value:
    """Indemnities of five years that nothing covers, over cash; None when the agreement's scale is not verified."""
    return facts.cost.costs.uncovered_share_of_cash


@_indicator("I38", "masse_salariale", "produits")
def payroll(facts: Facts) -> Value:
    """Payroll in per cent of income."""
    found = facts.share(facts.number("masse_salariale"), facts.number("produits"))
    return None if found is None else found * 100


# D10 Strategy, activity, partnerships


@_indicator("I39", "activite_tend")
def trend(facts: Facts) -> Value:
    """The trend of activity, from -2 to 2."""
    return facts.code("activite_tend")


@_indicator("I40", "projet_ecrit")
def plan(facts: Facts) -> Value:
    """Whether the strategic plan is up to date: 2 yes, 1 partly, 0 no."""
    return facts.code("projet_ecrit")


@_indicator("I41", "cooperations")
def partnerships(facts: Facts) -> Value:
    """How many partnerships are under way."""
    found = facts.chosen("cooperations")
    return None if found is None else float(len(found))
