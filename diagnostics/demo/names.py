"""Invented names. No firm and no person of the demonstration exists; the partner structures are the public list of 2013."""

import random
from collections.abc import Iterator

# Activity report 2013 of the chamber, list « Le Diagnostic renouvellement générationnel (Fondex) »: name and home département.
STRUCTURES: tuple[tuple[str, str], ...] = (
    ("UDESS 05", "05"),
    ("Comité d’expansion", "05"),
    ("ADELHA - FOL 05", "05"),
    ("Sport Objectif Plus", "13"),
    ("FOL 04", "04"),
    ("CLAIE 06", "06"),
    ("URIOPSS", "13"),
    ("Pôle Services à la Personne PACA", "13"),
    ("PROMESS", "13"),
    ("ACTIV CONSEIL", "06"),
    ("Fédération des centres sociaux", "13"),
    ("CBE Ventoux", "84"),
    ("CBE Apt", "84"),
    ("Domino", "84"),
    ("UNAT", "13"),
    ("FOL 83", "83"),
    ("Chantier École", "13"),
    ("Têtes de l’Art", "13"),
    ("FSPVA", "83"),
    ("UFCV PACA", "13"),
    ("CPCV 13", "13"),
    ("UDV", "83"),
    ("URSCOP PACA", "13"),
    ("CEMEA", "13"),
    ("UREI", "13"),
)

FIRST_NAMES = (
    "Amina", "Claire", "Nadège", "Sophie", "Inès", "Hélène", "Carole", "Myriam", "Lucie", "Fatou", "Élodie", "Mireille", "Noémie",
    "Anaïs", "Sandrine", "Leïla", "Pauline", "Magali", "Bastien", "Karim", "Julien", "Yannick", "Olivier", "Mehdi", "Laurent",
    "Thomas", "Antonin", "Rachid", "Fabrice", "Gaël", "Marius", "Damien", "Cyril", "Hugo", "Étienne", "Samir",
)  # fmt: skip
LAST_NAMES = (
    "Aubanel", "Brémond", "Cazaly", "Delmasso", "Estublier", "Fabrègues", "Garcinelle", "Hermitte", "Isnardon", "Jauffrin",
    "Kerbrat", "Lautierre", "Maurellin", "Nicolasse", "Orsinelli", "Pellencq", "Quintane", "Roumanille", "Sauvaire", "Tamarisque",
    "Ubaldi", "Vidalonne", "Wagnac", "Ysabeau", "Zérubia", "Ancelly", "Bouscarle", "Chabrière", "Daumassan", "Espitalet",
    "Fontvive", "Grimaudin", "Honorat", "Imbertin", "Jourdanet", "Lambesque", "Martelly", "Névache", "Olivesi", "Pignolet",
)  # fmt: skip

PLACES_OF_THE_MIND = (
    "Les Restanques", "La Garrigue", "Le Mistral", "Les Amandiers", "La Bergerie", "L’Oustau", "Le Cabanon", "Les Cigales", "La Calade",
    "Le Pressoir", "Les Lavandes", "La Sorgue", "Le Pin vert", "Les Mûriers", "La Draille", "L’Aubépine", "Le Fournil", "Les Bories",
    "La Source", "Le Relais", "Les Tilleuls", "La Passerelle", "Le Phare", "Les Alizés", "La Boussole", "L’Escale", "Le Trait d’union",
    "Les Platanes", "La Ruche", "Le Verger", "Les Genêts", "La Farandole", "L’Atelier", "Le Chemin", "Les Glycines", "La Navette",
    "Le Moulin", "Les Micocouliers", "La Clède", "L’Embellie", "Le Jardin", "Les Salins", "La Treille", "L’Étoile", "Le Sentier",
    "Les Roseaux", "La Fabrique", "L’Olivier", "Le Pas de côté", "Les Hirondelles",
)  # fmt: skip

# How a firm of each sector calls itself; `{}` is a place of the mind.
PATTERNS: dict[str, tuple[str, ...]] = {
    "aide_dom": ("{} Services", "Aide à domicile {}", "{} à domicile", "Présence {}"),
    "action_soc": ("Foyer {}", "Accueil {}", "Solidarités {}", "Association {}"),
    "petite_enf": ("Crèche {}", "Multi-accueil {}", "Les Petits de {}"),
    "anim": ("Foyer rural {}", "MJC {}", "Animation {}", "Loisirs {}"),
    "centre_soc": ("Centre social {}", "Espace de vie sociale {}"),
    "sport": ("Club omnisports {}", "{} Sports", "Union sportive {}"),
    "culture": ("Compagnie {}", "Théâtre {}", "{} Musiques", "Cinéma {}"),
    "tourisme": ("Village vacances {}", "Auberge {}", "Gîtes {}"),
    "iae": ("Chantier {}", "{} Insertion", "Ressourcerie {}", "Jardins d’insertion {}"),
    "env": ("{} Environnement", "Maison de la nature {}", "Agence {} climat"),
    "form": ("{} Formation", "École {}", "Organisme {}"),
    "sante": ("Centre de santé {}", "{} Soins", "Réseau santé {}"),
    "finance": ("Mutuelle {}", "{} Mutualité"),
    "prod": ("Scop {}", "Ateliers {}", "Coopérative {}", "Scic {}"),
    "autre": ("Association {}", "Collectif {}", "{} Ensemble"),
}


def people_names(rng: random.Random) -> Iterator[str]:
    """Endless different names of people."""
    pairs = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    rng.shuffle(pairs)
    for first, last in pairs:
        yield f"{first} {last}"


def firm_name(rng: random.Random, sector: str, commune: str, taken: set[str]) -> str:
    """A name for a firm that no other has; the commune tells two alike apart."""
    pattern = rng.choice(PATTERNS[sector])
    name = pattern.format(rng.choice(PLACES_OF_THE_MIND))
    if name in taken:
        name = f"{name} ({commune})"
    suffix = 2
    base = name
    while name in taken:
        name = f"{base} {suffix}"
        suffix += 1
    taken.add(name)
    return name
