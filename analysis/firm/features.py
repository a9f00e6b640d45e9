"""One firm as one flat row: what the panel's tables, profiles and syntheses are made of.

Comes in: plain answers. Goes out: the row of `firm_features`. It is an analyst's table: nothing of it is shown to a firm but
through a `Portrait`, nor published but through a `Synthesis`.
"""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from analysis.departures.people import SEXES, number, rows, text
from analysis.departures.projection import HORIZONS, declared_within
from analysis.fragility.dimensions import ECONOMIC, HR, dimension_scores, index, mark
from analysis.fragility.facts import Facts
from analysis.fragility.flags import FLAG_TITLES, double_departure, red_flags
from analysis.fragility.indicators import results
from analysis.fragility.keyposts import READY
from analysis.fragility.pyramid import shape
from analysis.parameters import Parameters
from analysis.portrait import Flag, IndicatorResult
from analysis.reference import BANDS, DIMENSION_CODES

ACCEPTED = frozenset({"retenue", "modifiee"})


def firm_features(answers: Mapping[str, Any], *, parameters: Parameters) -> dict[str, Any]:
    """One flat row for the panel's table.

    Counts and marks are floats, nan where unknown (a mark of 9, « not covered », is nan too); flags are booleans. Shares run
    from 0 to 1: `funder_share`, `secured_share`, `interviews_uptodate`, `training_access`, `training_access_50`,
    `part_time_share`, `recruit_failed_share`, `board_share65`, `turnover`. `women`, `n_under35`, `n50`, `n55` and `age_*` count
    people. `dep1` … `dep10` are exact expectations of the model, `declared1` … `declared10` what the firm itself expects.
    `idr5` is in euros, charges included, nan when the agreement's scale is not verified; `noria` in euros a year.
    `past3` counts the retirements of the last three years; `I01` … `I41` are the indicators' values in their own units.
    `recruit_difficulty` runs from 0 to 3 (nan: no hiring), `duerp_recent` is 1, 0 or nan, `pyramid_shape` a word or None.
    `needs`, `actions` (codes of the plan that were kept), `transfer_modes`, `recruit_causes`, `strain` and `economic_effects`
    are lists of codes, sorted, empty when nothing was answered.
    """
    facts = Facts.of(answers, parameters)
    indicators = results(facts)
    return features_of(facts, indicators, red_flags(facts, indicators))


def features_of(facts: Facts, indicators: Mapping[str, IndicatorResult], flags: tuple[Flag, ...]) -> dict[str, Any]:
    """The row of a firm whose facts are already known."""
    scores = dimension_scores(indicators, facts.parameters)
    up = {flag.code for flag in flags}
    return {
        **_staff(facts),
        **_leavers(facts),
        **{f"score_{code}": _known(scores[code][0]) for code in DIMENSION_CODES},
        "hr_index": _known(index(scores, HR)),
        "economic_index": _known(index(scores, ECONOMIC)),
        **{f"flag_{code}": code in up for code in FLAG_TITLES},
        **{code: _known(result.value) for code, result in sorted(indicators.items())},
        **{
            f"{voice}_{code}": _known(mark(facts.answers, f"{voice}_{code}"))
            for voice in ("ent", "diag", "cons")
            for code in DIMENSION_CODES
        },
        **_practices(facts, {code: result.value for code, result in indicators.items()}),
        **_money(facts),
        "pyramid_shape": shape(facts),
        "needs": _list(facts, "besoins_appui"),
        "actions": accepted_codes(facts.answers),
        "transfer_modes": _list(facts, "trans_modalites"),
        "recruit_causes": _list(facts, "recrut_causes"),
        "strain": _list(facts, "usure_facteurs"),
        "economic_effects": _list(facts, "depart_eco"),
        "idcc": facts.text("idcc_code"),
    }


def accepted_codes(answers: Mapping[str, Any]) -> list[str]:
    """The catalogue's codes of the actions that were kept, as they are or changed."""
    return [
        code
        for row in rows(answers.get("actions"))
        if (code := text(row.get("act_code"))) and text(row.get("act_decision")) in ACCEPTED | {""}
    ]


def _known(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _percent(value: float | None) -> float:
    return math.nan if value is None else value / 100


def _list(facts: Facts, name: str) -> list[str]:
    return sorted(facts.chosen(name) or ())


def _staff(facts: Facts) -> dict[str, Any]:
    """Headcounts and ages."""
    aged = facts.aged > 0
    cells = Counter(zip(facts.persons["band"], facts.persons["sex"], strict=True))
    ages = {f"age_{band}_{sex}": float(cells[band, sex]) if aged else math.nan for band in BANDS for sex in SEXES}
    counts = {
        "women": sum(count for (_, sex), count in cells.items() if sex == "F"),
        "n_under35": facts.count(0, 34),
        "n50": facts.count(50),
        "n55": facts.count(55),
    }
    return {
        "headcount": float(facts.headcount) if facts.headcount else math.nan,
        "fte": _known(facts.number("etp_total")),
        **{name: float(count) if aged else math.nan for name, count in counts.items()},
        **ages,
        "mean_age": float(facts.ages.mean()) if aged else math.nan,
    }


def _leavers(facts: Facts) -> dict[str, Any]:
    """The model's departures and the firm's own."""
    forecast = facts.projection
    model = {f"dep{years}": math.nan if forecast is None else forecast.expected(years) for years in HORIZONS}
    model["past3"] = _known(facts.number("dep_passes_3a"))
    return model | {f"declared{years}": _known(declared_within(facts.answers, years)) for years in HORIZONS}


def _practices(facts: Facts, values: Mapping[str, float | None]) -> dict[str, Any]:
    """Key posts, practices and governance."""
    tools, strains = facts.chosen("outils_rh"), facts.chosen("usure_facteurs")
    older = facts.count(50)
    chair = facts.number("pres_naissance")
    described = [post for post in facts.posts if post.successor]
    unready = sum(post.successor != READY for post in described) if described or facts.post_count == 0 else None
    return {
        "keyposts": _known(facts.post_count),
        "keyposts_unready": _known(unready),
        "hr_tools": _known(None if tools is None else len(tools)),
        "training_access": _known(values["I21"]),
        "training_access_50": _known(facts.share(facts.number("forma_nb50"), older)),
        "interviews_uptodate": _percent(values["I20"]),
        "recruit_difficulty": _known(facts.code("recrut_diff")),
        "recruit_failed_share": _known(values["I14"]),
        "turnover": _known(values["I15"]),
        "part_time_share": _known(values["I17"]),
        "duerp_recent": _known(values["I26"]),
        "strain_factors": _known(None if strains is None else len(strains)),
        "board_size": _known(facts.number("ca_nb")),
        "board_share65": _known(values["I28"]),
        "chair_age": _known(None if chair is None else facts.day.year - chair),
        "double_departure": double_departure(facts),
    }


def _money(facts: Facts) -> dict[str, Any]:
    """Cash, funding and the cost of departures."""
    return {
        "cash_months": _known(facts.cash_months),
        "equity_months": _known(facts.equity_months),
        "funder_share": _percent(facts.number("fin_principal")),
        "secured_share": _percent(facts.number("fin_pluriannuel")),
        "idr5": _known(facts.cost.indemnity_5 if facts.cost.verified else None),
        "noria": _known(number(facts.answers.get("ecart_noria"))),
    }
