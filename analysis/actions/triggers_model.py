"""When the actions on the model are called for (A31 to A44: governance, funding, finance, project).

Each function takes the `Situation` of a firm and gives the reason in both languages, or None when its trigger does not hold or its
answers are missing. The thresholds are the catalogue's own (DOMAIN §4, `actions.psv`).
"""

# The thresholds below are the text of the catalogue's triggers; a name for each would only repeat its sentence.
# ruff: noqa: PLR2004

from analysis.actions.situation import Reason, Registry, Situation, cites, one_decimal, says
from analysis.fragility.flags import double_departure
from analysis.wording import euros, number, percent, points
from analysis.words import Words

TRIGGERS = Registry()


@TRIGGERS.entry("A31")
def _chair(s: Situation) -> Reason:
    return says(
        s.facts.text("pres_depart") == "h1" and s.facts.text("pres_succession") == "aucun",
        "La présidence part dans l’année, sans relève.",
        "The chair leaves within the year, without a successor.",
    )


@TRIGGERS.entry("A32")
def _board(s: Situation) -> Reason:
    return cites(
        s.above("I28", 0.50), percent, "{} des administrateurs ont 65 ans ou plus.", "{} of the board members are 65 or over."
    )


@TRIGGERS.entry("A33")
def _delegations(s: Situation) -> Reason:
    return says(
        s.facts.code("delegations") == 0,
        "Aucune délégation écrite entre élus et direction.",
        "No written delegation between board and manager.",
    )


@TRIGGERS.entry("A34")
def _transition(s: Situation) -> Reason:
    return says(
        double_departure(s.facts),
        "Présidence et direction partent toutes deux d’ici trois ans.",
        "Chair and manager both leave within three years.",
    )


@TRIGGERS.entry("A35")
def _diversify(s: Situation) -> Reason:
    return cites(
        s.above("I31", 60), points, "Le premier financeur apporte {} des ressources.", "The largest funder brings {} of the income."
    )


@TRIGGERS.entry("A36")
def _multi_year(s: Situation) -> Reason:
    return cites(
        s.below("I32", 25),
        points,
        "{} des ressources sont assurées au-delà de douze mois.",
        "{} of the income is secured beyond twelve months.",
    )


@TRIGGERS.entry("A37")
def _subsidised(s: Situation) -> Reason:
    share = s.facts.share(s.facts.number("aides_emploi_dep"), s.facts.headcount)
    return cites(
        share if share is not None and share >= 0.20 else None,
        percent,
        "{} des postes dépendent d’une aide qui finit sous deux ans.",
        "{} of the posts rely on a subsidy that ends within two years.",
    )


@TRIGGERS.entry("A38")
def _cash_plan(s: Situation) -> Reason:
    return cites(s.below("I34", 3), one_decimal, "La trésorerie couvre {} mois de charges.", "Cash covers {} months of costs.")


@TRIGGERS.entry("A39")
def _indemnities(s: Situation) -> Reason:
    five, cash = s.facts.cost.costs.indemnity_5, s.facts.number("tresorerie")
    if five is not None and cash is not None and cash > 0 and five.expected > cash / 2:
        amount, share = euros(five.expected), percent(five.expected / cash)
        return Words(
            f"Les indemnités attendues en cinq ans ({amount.fr}) représentent {share.fr} de la trésorerie.",
            f"The indemnities expected within five years ({amount.en}) are {share.en} of the cash.",
        )
    return says(
        s.facts.text("prov_retraite") == "non",
        "Rien n’est prévu pour les indemnités de départ.",
        "Nothing is set aside for retirement indemnities.",
    )


@TRIGGERS.entry("A40")
def _saving(s: Situation) -> Reason:
    gap = s.facts.number("ecart_noria")
    return cites(
        gap if gap is not None and gap > 0 else None,
        euros,
        "Chaque remplacement économise {} par an.",
        "Each replacement saves {} a year.",
    )


@TRIGGERS.entry("A41")
def _recovery(s: Situation) -> Reason:
    return cites(
        s.below("I36", 0),
        lambda value: number(value, 1),
        "Le résultat moyen est de {}\u202f% des produits.",
        "The mean result is {}% of income.",
    )


@TRIGGERS.entry("A42")
def _plan(s: Situation) -> Reason:
    return says(s.facts.code("projet_ecrit") == 0, "Aucun projet stratégique n’est à jour.", "No strategic plan is up to date.")


@TRIGGERS.entry("A43")
def _pooling(s: Situation) -> Reason:
    return says(s.value("I41") == 0, "Aucune coopération n’est engagée.", "No partnership is under way.")


@TRIGGERS.entry("A44")
def _workforce(s: Situation) -> Reason:
    trend, leaving = s.facts.code("activite_tend"), s.leavers()
    if trend is None or trend <= 0 or leaving is None:
        return None
    return Words(
        f"L’activité progresse, avec {leaving.fr} d’ici cinq ans.", f"Activity is growing, with {leaving.en} within five years."
    )
