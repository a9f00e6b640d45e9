"""When the actions on people are called for (A01 to A30: ages, key posts, know-how, hiring, skills, working conditions).

Each function takes the `Situation` of a firm and gives the reason in both languages, or None when its trigger does not hold or its
answers are missing. The thresholds are the catalogue's own (DOMAIN §4, `actions.psv`).
"""

# The thresholds below are the text of the catalogue's triggers; a name for each would only repeat its sentence.
# ruff: noqa: PLR2004

from analysis.actions.situation import Reason, Registry, Situation, cites, one_decimal, says
from analysis.fragility.flags import announced_within_year
from analysis.fragility.keyposts import READY, SOON
from analysis.fragility.pyramid import shape
from analysis.wording import counted, number, percent, points
from analysis.words import Words

TRIGGERS = Registry()


@TRIGGERS.entry("A01")
def _schedule(s: Situation) -> Reason:
    older, leaving = s.value("I02"), s.value("I03")
    if older is not None and older >= 0.20:
        return cites(older, percent, "{} des salariés ont 55 ans ou plus.", "{} of the employees are 55 or over.")
    if leaving is None or leaving < 0.15:
        return None
    return cites(
        leaving,
        percent,
        "Environ {} de l’équipe devrait partir d’ici cinq ans.",
        "About {} of the staff should leave within five years.",
    )


@TRIGGERS.entry("A02")
def _interviews_held(s: Situation) -> Reason:
    return says(s.facts.code("dep_inconnu") == 0, "Aucun échéancier des départs n’est tenu.", "No schedule of departures is kept.")


@TRIGGERS.entry("A03")
def _younger(s: Situation) -> Reason:
    return cites(
        s.below("I05", 0.5),
        one_decimal,
        "{} salarié de moins de 30 ans pour un de 55 ans ou plus.",
        "{} employee under 30 for each one of 55 or over.",
    )


@TRIGGERS.entry("A04")
def _apprentice(s: Situation) -> Reason:
    leaving = s.leavers()
    if leaving is None or s.facts.aged == 0 or s.facts.count(0, 25) > 0:
        return None
    return Words(
        f"Aucun salarié de moins de 26 ans, et {leaving.fr} d’ici cinq ans.",
        f"No employee under 26, and {leaving.en} within five years.",
    )


@TRIGGERS.entry("A05")
def _spread(s: Situation) -> Reason:
    if shape(s.facts) != "champignon":
        return None
    return cites(
        s.value("I01"),
        percent,
        "La pyramide est en champignon\u00a0: {} des salariés ont 50 ans ou plus.",
        "The pyramid is top-heavy: {} of the employees are 50 or over.",
    )


@TRIGGERS.entry("A06")
def _succession(s: Situation) -> Reason:
    count = sum(post.horizon in SOON and post.successor != READY for post in s.facts.posts)
    posts = counted(count, ("poste clé se libère", "postes clés se libèrent"), ("key post", "key posts"))
    return says(
        count,
        f"{posts.fr} d’ici trois ans sans relève prête.",
        f"{posts.en} vacated within three years without a successor ready.",
    )


@TRIGGERS.entry("A07")
def _next_manager(s: Situation) -> Reason:
    return says(
        s.facts.text("dir_depart") in SOON,
        "Le départ de la direction est attendu d’ici trois ans.",
        "The manager is expected to leave within three years.",
    )


@TRIGGERS.entry("A08")
def _backups(s: Situation) -> Reason:
    count = sum(post.backups == 0 for post in s.facts.posts)
    posts = counted(count, ("poste clé n’a", "postes clés n’ont"), ("key post has", "key posts have"))
    return says(count, f"{posts.fr} personne pour suppléer.", f"{posts.en} nobody to stand in.")


@TRIGGERS.entry("A09")
def _licence(s: Situation) -> Reason:
    return says(
        s.facts.code("agrement_depend") == 1,
        "Un agrément ou un diplôme exigé dépend d’une seule personne.",
        "A required licence depends on one person.",
    )


@TRIGGERS.entry("A10")
def _inventory(s: Situation) -> Reason:
    return says(
        s.facts.code("savoirs_inventaire") == 0,
        "Les savoirs critiques ne sont pas recensés.",
        "Critical know-how has not been listed.",
    )


@TRIGGERS.entry("A11")
def _procedures(s: Situation) -> Reason:
    return says(
        s.facts.code("savoirs_ecrits") == 0,
        "Les procédures essentielles ne sont pas écrites.",
        "Essential procedures are not written.",
    )


@TRIGGERS.entry("A12")
def _overlap(s: Situation) -> Reason:
    ways = s.facts.chosen("trans_modalites")
    missing = (ways is not None and "tuilage" not in ways) or s.facts.number("tuilage_duree") == 0
    return says(
        missing and announced_within_year(s.facts),
        "Un départ est attendu dans l’année, et aucun tuilage n’est pratiqué.",
        "A departure is expected within the year, and no overlap is practised.",
    )


@TRIGGERS.entry("A13")
def _mentors(s: Situation) -> Reason:
    return says(
        s.facts.code("volontaires_50") == 1,
        "Des salariés de 50 ans et plus souhaitent transmettre.",
        "Employees of 50 and over wish to pass on what they know.",
    )


@TRIGGERS.entry("A14")
def _values(s: Situation) -> Reason:
    risk = s.facts.code("valeurs_projet")
    return cites(
        risk if risk is not None and risk >= 3 else None,
        number,
        "Le risque de perdre la mémoire du projet est noté {} sur 4.",
        "The risk of losing the project’s memory is marked {} out of 4.",
    )


@TRIGGERS.entry("A15")
def _offers(s: Situation) -> Reason:
    difficulty = s.facts.code("recrut_diff")
    hires, failed = s.facts.number("recrut_24m"), s.facts.number("recrut_echec")
    if difficulty is None or difficulty < 2:
        return None
    if hires and failed:
        return Words(
            f"Recruter est souvent difficile\u00a0: {failed:.0f} échec{'s' if failed >= 2 else ''} sur {hires:.0f} en deux ans.",
            f"Hiring is often difficult: {failed:.0f} of {hires:.0f} attempts failed in two years.",
        )
    return Words("Les difficultés de recrutement sont fréquentes.", "Recruitment difficulties are frequent.")


def _cause(s: Situation, cause: str, fr: str, en: str) -> Reason:
    return says(cause in (s.facts.chosen("recrut_causes") or ()), fr, en)


@TRIGGERS.entry("A16")
def _part_time(s: Situation) -> Reason:
    return _cause(
        s,
        "temps_partiel",
        "Le temps partiel est cité parmi les causes de recrutement difficile.",
        "Part-time work is named among the causes of difficult hiring.",
    )


@TRIGGERS.entry("A17")
def _onboarding(s: Situation) -> Reason:
    keeping = s.facts.code("fidel_diff")
    if keeping is not None and keeping >= 3:
        return cites(
            keeping,
            number,
            "La difficulté à garder les salariés récents est notée {} sur 4.",
            "The difficulty of keeping recent hires is marked {} out of 4.",
        )
    return cites(
        s.above("I15", 0.30), percent, "La rotation des CDI atteint {} par an.", "Turnover of permanent staff reaches {} a year."
    )


@TRIGGERS.entry("A18")
def _mobility(s: Situation) -> Reason:
    return _cause(
        s,
        "transport",
        "Le transport ou le logement est cité parmi les causes de recrutement difficile.",
        "Transport or housing is named among the causes of difficult hiring.",
    )


@TRIGGERS.entry("A19")
def _pay(s: Situation) -> Reason:
    return says(
        s.facts.code("salaire_marche") == -1,
        "Les salaires sont jugés en dessous du marché local.",
        "Pay is judged below the local market.",
    )


@TRIGGERS.entry("A20")
def _pool(s: Situation) -> Reason:
    return says(
        s.facts.number("jeunes_12m") == 0, "Aucune embauche de moins de 30 ans en deux ans.", "No hire under 30 in two years."
    )


@TRIGGERS.entry("A21")
def _kit(s: Situation) -> Reason:
    tools = s.facts.chosen("outils_rh")
    if tools is None or len(tools) > 2:
        return None
    words = counted(len(tools), ("outil RH en place", "outils RH en place"), ("HR tool in place", "HR tools in place"))
    return Words(f"{words.fr} sur neuf.", f"{words.en} out of nine.")


@TRIGGERS.entry("A22")
def _overdue(s: Situation) -> Reason:
    return cites(
        s.below("I20", 80), points, "{} des entretiens obligatoires sont à jour.", "{} of mandatory interviews are up to date."
    )


@TRIGGERS.entry("A23")
def _training(s: Situation) -> Reason:
    low = s.below("I21", 0.30)
    if low is not None:
        return cites(
            low, percent, "{} des salariés ont été formés dans l’année.", "{} of the employees were trained over the year."
        )
    gap = s.above("I22", 0.15)
    return cites(
        gap,
        lambda value: number(value * 100),
        "L’accès des 50 ans et plus à la formation est inférieur de {} points.",
        "Training access of those of 50 and over is {} points lower.",
    )


@TRIGGERS.entry("A24")
def _shared_hr(s: Situation) -> Reason:
    return says(s.facts.text("fonction_rh") == "personne", "Personne ne porte la fonction RH.", "Nobody holds the HR function.")


@TRIGGERS.entry("A25")
def _committee(s: Situation) -> Reason:
    missing = s.facts.code("cse") == 0 and s.facts.headcount >= 11
    return cites(
        s.facts.headcount if missing else None,
        number,
        "Pas de CSE pour {} salariés, alors qu’il est obligatoire dès 11.",
        "No works committee for {} employees, though it is mandatory from 11.",
    )


@TRIGGERS.entry("A26")
def _new_skills(s: Situation) -> Reason:
    return says(
        s.facts.text("besoin_competences"),
        "Des compétences nouvelles sont jugées nécessaires d’ici trois ans.",
        "New skills are judged necessary within three years.",
    )


@TRIGGERS.entry("A27")
def _risk(s: Situation) -> Reason:
    return says(
        s.value("I26") == 0,
        "Le document unique (DUERP) est absent ou date de plus d’un an.",
        "The risk assessment is missing or over a year old.",
    )


@TRIGGERS.entry("A28")
def _strain(s: Situation) -> Reason:
    factors, older = s.facts.chosen("usure_facteurs"), s.value("I02")
    if factors is None or len(factors) < 2 or older is None or older < 0.15:
        return None
    share = percent(older)
    return Words(
        f"{len(factors)} facteurs d’usure cités, et {share.fr} de salariés de 55 ans ou plus.",
        f"{len(factors)} strain factors reported, and {share.en} of employees of 55 or over.",
    )


@TRIGGERS.entry("A29")
def _retention(s: Situation) -> Reason:
    unfit = s.facts.number("inaptitudes_3a")
    if unfit:
        words = counted(unfit, ("inaptitude prononcée", "inaptitudes prononcées"), ("unfitness decision", "unfitness decisions"))
        return Words(f"{words.fr} en trois ans.", f"{words.en} in three years.")
    return cites(s.above("I25", 8), points, "Le taux d’absence atteint {}.", "The absence rate reaches {}.")


@TRIGGERS.entry("A30")
def _late_career(s: Situation) -> Reason:
    used, older = s.facts.chosen("amen_fin"), s.facts.count(55)
    if used is None or used or older == 0:
        return None
    words = counted(older, ("salarié a", "salariés ont"), ("employee is", "employees are"))
    return Words(
        f"{words.fr} 55 ans ou plus, sans aménagement de fin de carrière.",
        f"{words.en} 55 or over, without any late-career arrangement.",
    )
