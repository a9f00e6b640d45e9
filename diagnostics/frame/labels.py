"""The words for the frame's codes, in French and English: sectors, families, layouts, outcomes, columns."""

from collections.abc import Iterable

from diagnostics.frame.columns import Layout
from diagnostics.frame.known import Outcome

Words = tuple[str, str]

SECTORS: dict[str, Words] = {
    "aide_dom": ("Services à la personne, aide à domicile", "Home care"),
    "action_soc": ("Action sociale et médico-sociale", "Social work"),
    "petite_enf": ("Petite enfance", "Early childhood"),
    "anim": ("Animation, jeunesse, éducation populaire", "Youth and popular education"),
    "centre_soc": ("Centres sociaux", "Social centres"),
    "sport": ("Sport", "Sport"),
    "culture": ("Culture", "Culture"),
    "tourisme": ("Tourisme social et familial", "Social tourism"),
    "iae": ("Insertion par l’activité économique", "Work integration"),
    "env": ("Environnement", "Environment"),
    "form": ("Enseignement et formation", "Education and training"),
    "sante": ("Santé", "Health"),
    "finance": ("Activités financières et mutualistes", "Finance and mutuals"),
    "prod": ("Production, BTP, agriculture", "Production, building, farming"),
    "autre": ("Autre", "Other"),
    "hors_champ": ("Hors champ de l’étude", "Outside the study"),
}
FAMILIES: dict[str, Words] = {
    "asso": ("Association", "Association"),
    "scop": ("Scop", "Worker co-operative"),
    "scic": ("Scic", "Multi-stakeholder co-operative"),
    "cae": ("CAE", "Business and employment co-operative"),
    "coop": ("Autre coopérative", "Other co-operative"),
    "mutuelle": ("Mutuelle", "Mutual"),
    "fondation": ("Fondation", "Foundation"),
    "soc_ess": ("Société commerciale de l’ESS, ESUS", "Social company (ESUS)"),
    "autre": ("Autre", "Other"),
    "hors_champ": ("Hors champ de l’étude", "Outside the study"),
}
DEPARTEMENTS: dict[str, str] = {
    "04": "Alpes-de-Haute-Provence",
    "05": "Hautes-Alpes",
    "06": "Alpes-Maritimes",
    "13": "Bouches-du-Rhône",
    "83": "Var",
    "84": "Vaucluse",
}
SIZES: dict[str, Words] = {
    "3-5": ("3 à 5 salariés", "3 to 5 employees"),
    "6-9": ("6 à 9 salariés", "6 to 9 employees"),
    "10-19": ("10 à 19 salariés", "10 to 19 employees"),
    "20-50": ("20 à 50 salariés", "20 to 50 employees"),
}
LAYOUTS: dict[Layout, Words] = {
    Layout.UNITS: ("Sirene, StockUniteLegale", "Sirene, StockUniteLegale"),
    Layout.ESTABLISHMENTS: ("Sirene, StockEtablissement", "Sirene, StockEtablissement"),
    Layout.SIRENE: ("Sirene, unités légales et établissements joints", "Sirene, joined units and establishments"),
    Layout.API: ("API Recherche d’entreprises", "Recherche d’entreprises API"),
    Layout.API_PAGE: ("Annuaire des entreprises (page enregistrée)", "Annuaire des entreprises (saved page)"),
    Layout.PLAIN: ("Colonnes simples", "Plain columns"),
    Layout.UNKNOWN: ("Non reconnu", "Not recognised"),
}
OUTCOMES: dict[Outcome, Words] = {
    Outcome.NEW: ("Nouvelles", "New"),
    Outcome.UPDATED: ("Mises à jour", "Updates"),
    Outcome.IDENTICAL: ("Déjà là, identiques", "Already there, identical"),
    Outcome.CONFLICTING: ("En conflit avec la base", "In conflict with the frame"),
    Outcome.DUPLICATE: ("Doublons du fichier", "Duplicates in the file"),
    Outcome.CLOSED: ("Fermées", "Closed"),
    Outcome.OUT_OF_SCOPE: ("Hors champ", "Out of scope"),
    Outcome.FAULTY: ("À corriger", "To correct"),
}
COLUMNS: dict[str, Words] = {
    "name": ("nom", "name"),
    "legal_category": ("catégorie juridique", "legal category"),
    "family": ("famille", "family"),
    "naf": ("code NAF", "NAF code"),
    "sector": ("secteur", "sector"),
    "idcc": ("convention collective", "collective agreement"),
    "address": ("adresse", "address"),
    "postcode": ("code postal", "postcode"),
    "commune_code": ("code de la commune", "commune code"),
    "commune_name": ("commune", "commune"),
    "departement": ("département", "département"),
    "arrondissement": ("arrondissement", "arrondissement"),
    "epci": ("EPCI", "EPCI"),
    "epci_name": ("nom de l’EPCI", "EPCI name"),
    "zone_emploi": ("zone d’emploi", "employment zone"),
    "zone_emploi_name": ("nom de la zone d’emploi", "employment zone name"),
    "headcount_band": ("tranche d’effectif", "headcount band"),
    "headcount": ("effectif", "headcount"),
    "size_class": ("classe de taille", "size class"),
    "contact_name": ("contact", "contact"),
    "contact_email": ("adresse électronique", "e-mail address"),
    "contact_phone": ("téléphone", "telephone"),
}


def words(pair: Words, locale: str) -> str:
    """One of the two languages."""
    return pair[1] if locale == "en" else pair[0]


def columns(names: Iterable[str], locale: str) -> str:
    """Several columns in words, in the table's order."""
    wanted = set(names)
    return ", ".join(words(pair, locale) for name, pair in COLUMNS.items() if name in wanted)
