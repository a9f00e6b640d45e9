"""One firm: its row in the panel's table, the actions that it calls for, and its frozen `Portrait`.

Comes in: plain answers by question name (any subset of them), the frame's facts, the panel's position. Goes out: values that the
pages and the PDF draw. What cannot be computed is None and said so; nothing is invented.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from analysis.actions.catalogue import Proposal, by_code, propose
from analysis.actions.triggers import Situation
from analysis.departures.people import number, rows, text
from analysis.departures.projection import project_firm, shown_departures
from analysis.firm.features import features_of, firm_features
from analysis.firm.findings import findings, headline
from analysis.fragility.dimensions import DIMENSIONS, ECONOMIC, HR, dimension_results, dimension_scores, index, mark
from analysis.fragility.facts import Facts
from analysis.fragility.flags import red_flags
from analysis.fragility.indicators import results
from analysis.fragility.pyramid import pyramid
from analysis.parameters import Parameters
from analysis.portrait import SCHEMA, ActionLine, Identity, IndicatorResult, Portrait, Validation
from analysis.reference import NO_WORDS, FirmFacts, PanelReference, panel_reference
from analysis.words import Words

__all__ = ["FirmFacts", "PanelReference", "firm_features", "panel_reference", "propose_actions", "read_firm"]

VALIDATIONS: Mapping[str, str] = {
    "valide": "validated",
    "reserves": "validated_remarks",
    "desaccord": "disagreement",
    "refus": "disagreement",
}
REFUSED = "refusee"


def propose_actions(
    answers: Mapping[str, Any], *, parameters: Parameters, feasibility: Mapping[str, int] | None = None
) -> list[Proposal]:
    """The actions that a dossier calls for, from its answers alone (`analysis.actions.catalogue.propose`)."""
    facts = Facts.of(answers, parameters)
    indicators = results(facts)
    flags = red_flags(facts, indicators)
    row = features_of(facts, indicators, flags)
    return propose(answers, row, flags, consensus_of(answers), facts=facts, feasibility=feasibility)


def consensus_of(answers: Mapping[str, Any]) -> dict[str, int | None]:
    """The consensus mark of each dimension, None where there is none."""
    return {code: mark(answers, f"cons_{code}") for code in DIMENSIONS}


def read_firm(
    answers: Mapping[str, Any],
    *,
    facts: FirmFacts,
    parameters: Parameters,
    panel: PanelReference | None = None,
    kind: str = "firm",
    campaign: str = "",
    region: str = "",
    is_demo: bool = False,
    prepared_on: date,
    versions: Mapping[str, str] | None = None,
    validation: Mapping[str, Any] | None = None,
) -> Portrait:
    """The portrait of a firm, from whatever answers there are.

    Parameters
    ----------
    answers
        Plain answers.
    facts
        What the frame and the dossier know of the firm.
    parameters
        Dated figures; ages and departures are counted from the day of the visit, or from `parameters.reference_date`.
    panel
        Where the other firms stand; None when too few answered.
    kind, campaign, region, is_demo
        Printed as they are.
    prepared_on
        The day of the report.
    versions
        What made it: questionnaire, platform… The versions of the law and of the parameters are added.
    validation
        The firm's validation (valid_statut, valid_date, valid_signataire, valid_observations).
    """
    read = Facts.of(answers, parameters)
    indicators = results(read)
    flags = red_flags(read, indicators)
    dimensions = dimension_results(read, indicators, flags, panel)
    scores = dimension_scores(indicators, parameters)
    ages = pyramid(read, panel)
    forecast = read.projection or project_firm(
        read.persons, reference_date=read.day, parameters=parameters, headcount=read.headcount
    )
    leaving = shown_departures(forecast, answers, basis=read.basis, parameters=parameters)
    visited = answers.get("v_date")
    reliability = number(answers.get("fiabilite"))
    return Portrait(
        schema=SCHEMA,
        reference=facts.reference,
        kind=kind,
        campaign=campaign,
        region=region,
        is_demo=is_demo,
        prepared_on=prepared_on.isoformat(),
        visited_on=visited.isoformat() if isinstance(visited, date) else "",
        met=_codes(answers, "v_repondants"),
        documents_seen=_codes(answers, "v_docs"),
        data_reliability=None if reliability is None else int(reliability),
        firm=_identity(read, facts),
        pyramid=ages,
        departures=leaving,
        dimensions=dimensions,
        hr_index=index(scores, HR),
        economic_index=index(scores, ECONOMIC),
        panel_hr_median=panel.hr_median if panel is not None else None,
        panel_economic_median=panel.economic_median if panel is not None else None,
        panel_size=panel.size if panel is not None else 0,
        flags=flags,
        key_posts=read.posts,
        costs=read.cost.costs,
        actions=_plan(read, _reasons(read, indicators, facts)),
        findings=findings(read, ages, leaving, dimensions, flags),
        headline=headline(read, leaving),
        strengths_firm=text(answers.get("forces_firm")),
        weaknesses_firm=text(answers.get("fragil_firm")),
        strengths_diagnostician=text(answers.get("forces_diag")),
        weaknesses_diagnostician=text(answers.get("fragil_diag")),
        validation=_validation(validation or {}),
        versions={**(versions or {}), **parameters.versions()},
    )


def _codes(answers: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The codes of a multiple choice in the order given, « none » included, since a page prints them."""
    value = answers.get(name)
    return tuple(str(code) for code in value) if isinstance(value, (list, tuple)) else ()


def _identity(read: Facts, facts: FirmFacts) -> Identity:
    idcc = read.text("idcc_code") or facts.idcc
    known = read.parameters.scales.get(idcc)
    label = (
        facts.idcc_label
        if idcc == facts.idcc and facts.idcc_label != NO_WORDS
        else Words(known.name, known.name)
        if known
        else NO_WORDS
    )
    founded = read.number("annee_creation")
    return Identity(
        name=read.text("raison_sociale") or facts.name,
        siret=facts.siret or read.text("siret"),
        family=facts.family,
        family_label=facts.family_label,
        sector=facts.sector,
        sector_label=facts.sector_label,
        naf=facts.naf,
        idcc=idcc,
        idcc_label=label,
        commune=facts.commune,
        departement=facts.departement,
        epci=facts.epci,
        zone_emploi=facts.zone_emploi,
        founded=int(founded) if founded is not None else facts.founded,
        headcount=read.headcount or facts.headcount or 0,
        fte=read.number("etp_total"),
        structure=facts.structure,
        diagnostician=facts.diagnostician,
    )


def _reasons(read: Facts, indicators: Mapping[str, IndicatorResult], facts: FirmFacts) -> dict[str, Words]:
    """Why the platform proposed an action, by its code; also for those that did not reach the first eight."""
    situation = Situation.of(read, indicators)
    flags = red_flags(read, indicators)
    row = features_of(read, indicators, flags)
    proposed = propose(read.answers, row, flags, consensus_of(read.answers), facts=read, feasibility=facts.feasibility)
    reasons = {proposal.code: proposal.reason for proposal in proposed}
    for line in rows(read.answers.get("actions")):
        action = by_code(text(line.get("act_code")))
        if action is not None and action.code not in reasons:
            reasons[action.code] = action.trigger(situation) or NO_WORDS
    return reasons


def _plan(read: Facts, reasons: Mapping[str, Words]) -> tuple[ActionLine, ...]:
    """The lines of the plan in their order, the immediate ones first; the refused ones last, with their reason."""
    lines = [_line(read, row, reasons) for row in rows(read.answers.get("actions"))]
    return tuple(sorted(lines, key=lambda line: (line.refused, line.priority or "p9")))


def _line(read: Facts, row: Mapping[str, Any], reasons: Mapping[str, Words]) -> ActionLine:
    action = by_code(text(row.get("act_code")))
    written, own = text(row.get("act_titre")), text(row.get("act_dimension"))
    deadline = row.get("act_echeance")
    title = Words(written, written)
    if action is not None and written in {"", action.title.fr, action.title.en}:
        title = action.title
    return ActionLine(
        code=text(row.get("act_code")),
        title=title,
        dimensions=action.dimensions if action is not None and own in {"", *action.dimensions} else (own,) if own else (),
        priority=text(row.get("act_priorite")) or (action.priority if action is not None else ""),
        pilot=text(row.get("act_pilote")),
        deadline=deadline.isoformat() if isinstance(deadline, date) else text(deadline),
        funding=text(row.get("act_financement")),
        indicator=text(row.get("act_indicateur")),
        schemes=action.schemes_on(read.day) if action is not None else NO_WORDS,
        reason=reasons.get(text(row.get("act_code")), NO_WORDS),
        refused=text(row.get("act_decision")) == REFUSED,
        refusal_reason=text(row.get("act_motif")),
    )


def _validation(stored: Mapping[str, Any]) -> Validation:
    day = stored.get("valid_date")
    return Validation(
        status=VALIDATIONS.get(text(stored.get("valid_statut")), "pending"),
        date=day.isoformat() if isinstance(day, date) else text(day),
        signatory=text(stored.get("valid_signataire")),
        remarks=text(stored.get("valid_observations")),
    )
