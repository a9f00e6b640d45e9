"""The eight red flags: what no average may hide.

Comes in: the `Facts` of a firm and its indicators. Goes out: the flags that are up, each with the figure that raised it.
"""

from collections.abc import Callable, Mapping

from analysis.departures.people import rows
from analysis.fragility.facts import Facts
from analysis.fragility.keyposts import SOON, manager_successor
from analysis.portrait import Flag, IndicatorResult
from analysis.wording import counted, euros, listed, number, percent
from analysis.words import Words

Indicators = Mapping[str, IndicatorResult]
SUCCESSORS = frozenset({"pret", "identifie", "externe"})
FLAG_TITLES: Mapping[str, tuple[str, Words]] = {
    "R1": ("D2", Words("La direction part sans succession", "The manager is leaving without a successor")),
    "R2": ("D7", Words("Présidence et direction partent en même temps", "Chair and manager leave at the same time")),
    "R3": ("D2", Words("Un agrément repose sur une personne qui part", "A licence hangs on someone who is leaving")),
    "R4": ("D2", Words("Un poste clé part dans l’année sans doublure", "A key post leaves within the year without a back-up")),
    "R5": ("D9", Words("La trésorerie ou les fonds propres ne protègent plus", "Cash or equity no longer protects the firm")),
    "R6": ("D9", Words("Les indemnités de départ dépassent la trésorerie", "Retirement indemnities exceed the cash")),
    "R7": (
        "D1",
        Words("Près d’un tiers de l’équipe ou plus part en cinq ans", "Close to a third of the staff or more leaves in five years"),
    ),
    "R8": ("D6", Words("Pas de document unique (DUERP)", "No risk assessment (DUERP)")),
}
SOON_WORDS: Mapping[str, Words] = {
    "h1": Words("dans l’année", "within the year"),
    "h3": Words("d’ici trois ans", "within three years"),
}


def red_flags(facts: Facts, indicators: Indicators) -> tuple[Flag, ...]:
    """The flags that are up, in the order of their codes."""
    found = []
    for code, (dimension, title) in FLAG_TITLES.items():
        explanation = _CHECKS[code](facts, indicators)
        if explanation is not None:
            found.append(Flag(code, dimension, title, explanation))
    return tuple(found)


def _manager(facts: Facts, _: Indicators) -> Words | None:
    """R1: the manager leaves within three years, and nobody is even identified."""
    horizon = facts.text("dir_depart")
    if horizon not in SOON or manager_successor(facts.answers) in SUCCESSORS:
        return None
    when = SOON_WORDS[horizon]
    return Words(
        f"Le départ de la direction est attendu {when.fr} et aucune relève n’est enregistrée.",
        f"The manager is expected to leave {when.en} and no successor is on record.",
    )


def _both(facts: Facts, _: Indicators) -> Words | None:
    """R2: chair and manager both leave within three years."""
    manager, chair = facts.text("dir_depart"), facts.text("pres_depart")
    if manager not in SOON or chair not in SOON:
        return None
    return Words(
        f"La direction part {SOON_WORDS[manager].fr}, la présidence {SOON_WORDS[chair].fr}\u00a0: le relais n’a plus de témoin.",
        f"The manager leaves {SOON_WORDS[manager].en}, the chair {SOON_WORDS[chair].en}: nobody is left to hand over.",
    )


def _licence(facts: Facts, _: Indicators) -> Words | None:
    """R3: a licence hangs on one person, and a key person leaves within three years."""
    leavers = sum(post.horizon in SOON for post in facts.posts)
    if facts.code("agrement_depend") != 1 or not (leavers or facts.text("dir_depart") in SOON):
        return None
    if leavers:
        posts = counted(leavers, ("poste clé", "postes clés"), ("key post", "key posts"))
        verb = "se libère" if leavers == 1 else "se libèrent"
        return Words(
            f"Un agrément ou un diplôme exigé dépend d’une seule personne, et {posts.fr} {verb} d’ici trois ans.",
            f"A required licence depends on one person, and {posts.en} will be vacated within three years.",
        )
    return Words(
        "Un agrément ou un diplôme exigé dépend d’une seule personne, et la direction part d’ici trois ans.",
        "A required licence depends on one person, and the manager leaves within three years.",
    )


def _backup(facts: Facts, _: Indicators) -> Words | None:
    """R4: a key post is vacated within the year, and nobody can stand in."""
    bare = [post for post in facts.posts if post.horizon == "h1" and post.backups == 0]
    if not bare:
        return None
    names = listed(
        Words(f"«\u00a0{post.title}\u00a0»" if post.title else "un poste clé", f"“{post.title}”" if post.title else "a key post")
        for post in bare
    )
    return Words(
        f"Départ attendu dans l’année, et personne pour suppléer\u00a0: {names.fr}.",
        f"Leaving within the year, with nobody to stand in: {names.en}.",
    )


def _finance(facts: Facts, _: Indicators) -> Words | None:
    """R5: under a month of costs in cash, or negative equity."""
    cash, equity = facts.cash_months, facts.number("fonds_propres")
    if cash is not None and cash < facts.parameters.number("flag_cash_months"):
        held = number(cash, 1)
        return Words(f"La trésorerie couvre {held.fr} mois de charges.", f"Cash covers {held.en} months of costs.")
    if equity is not None and equity < 0:
        amount = euros(equity)
        return Words(f"Les fonds propres sont négatifs\u00a0: {amount.fr}.", f"Equity is negative: {amount.en}.")
    return None


def _indemnities(facts: Facts, _: Indicators) -> Words | None:
    """R6: the indemnities expected within three years exceed the cash."""
    due, cash = facts.cost.indemnity_3, facts.number("tresorerie")
    if due is None or cash is None or due <= max(cash, 0.0):
        return None
    amount, held = euros(round(due / 100) * 100), euros(cash)
    floor = Words("", "") if facts.cost.verified else Words(" au moins", " at least")
    return Words(
        f"Les indemnités attendues en trois ans ({amount.fr}{floor.fr}) dépassent la trésorerie ({held.fr}).",
        f"The indemnities expected within three years ({amount.en}{floor.en}) exceed the cash ({held.en}).",
    )


def _exodus(facts: Facts, indicators: Indicators) -> Words | None:
    """R7: a large share of the staff is expected to leave within five years."""
    value = indicators["I03"].value
    if value is None or value < facts.parameters.number("flag_share_leaving"):
        return None
    share = percent(value)
    staff = counted(facts.headcount, ("salarié", "salariés"), ("employee", "employees"))
    return Words(
        f"Les départs attendus en cinq ans représentent environ {share.fr} de l’équipe ({staff.fr}).",
        f"The departures expected within five years are about {share.en} of the staff ({staff.en}).",
    )


def _risk(facts: Facts, _: Indicators) -> Words | None:
    """R8: no risk assessment: no date, and neither the tools nor the documents seen name it."""
    tools, seen = facts.chosen("outils_rh"), facts.chosen("v_docs") or frozenset()
    if facts.answers.get("duerp_date") is not None or tools is None or "duerp" in tools or "duerp" in seen:
        return None
    return Words(
        "Aucun document unique d’évaluation des risques n’a été daté, cité ni vu pendant la visite\u202f; il est obligatoire dès le premier salarié.",
        "No risk assessment was dated, named or seen during the visit; it is mandatory from the first employee.",
    )


_CHECKS: Mapping[str, Callable[[Facts, Indicators], Words | None]] = {
    "R1": _manager,
    "R2": _both,
    "R3": _licence,
    "R4": _backup,
    "R5": _finance,
    "R6": _indemnities,
    "R7": _exodus,
    "R8": _risk,
}


def double_departure(facts: Facts) -> bool:
    """Whether chair and manager both leave within three years."""
    return facts.text("dir_depart") in SOON and facts.text("pres_depart") in SOON


def announced_within_year(facts: Facts) -> bool:
    """Whether someone is known to leave within the year: a key post, the manager, or an announced departure."""
    announced = any(row.get("da_horizon") == "h1" for row in rows(facts.answers.get("dep_annonces")))
    return announced or facts.text("dir_depart") == "h1" or any(post.horizon == "h1" for post in facts.posts)
