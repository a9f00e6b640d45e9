"""The first catalogue version: everything the programme asks is there, in good French and in English, and holds together.

1. Every one of the 148 items is a question, a column, or ten marks.
2. Every text has French and English, in French typography; no list is an orphan.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from questionnaires.answers import is_asked_of_people
from questionnaires.catalogue import load
from questionnaires.expressions import names
from questionnaires.model import Kind, Party, Questionnaire, Severity, Stage, Text
from tests.questionnaires.tiny import every

VERSION = "2026-1"
CODES = [
    line for line in Path(__file__).with_name("codes_2026.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")
]


@pytest.fixture
def catalogue() -> Questionnaire:
    return load(VERSION)


def words(catalogue: Questionnaire) -> Iterator[tuple[str, Text]]:
    yield "title", catalogue.title
    for section in catalogue.sections:
        yield section.code, section.title
        yield f"{section.code} intro", section.intro
    for question in every(catalogue):
        yield f"{question.name} label", question.label
        yield f"{question.name} help", question.help
        yield f"{question.name} unit", question.unit
        yield from ((f"{question.name} {rule.code}", rule.message) for rule in question.checks)
    for name, choices in catalogue.lists.items():
        yield from ((f"{name} {choice.code}", choice.label) for choice in choices)


# --- 1. completeness ------------------------------------------------------------------------------------------------------


def test_every_item_of_the_programme_is_asked(catalogue: Questionnaire) -> None:
    assert len(CODES) == 148
    found = {question.name for question in every(catalogue)}
    marks = {f"{voice}_D{n}" for voice in ("ent", "diag", "cons") for n in range(1, 11)}
    assert marks <= found
    assert [code for code in CODES if code not in found and not code.startswith(("rc_D", "cons_D"))] == []


def test_sections_follow_the_thirteen_chapters(catalogue: Questionnaire) -> None:
    visit = [f"S{n}" for n in range(11)]
    assert [section.code for section in catalogue.sections] == [*visit, "S11F", "S11D", "S11C", "S12", "S12V"]
    assert list(dict.fromkeys(section.chapter for section in catalogue.sections)) == [*visit, "S11", "S12"]
    stages = catalogue.stages()
    assert {stages[code] for code in visit} == {Stage.VISIT.value}
    assert [stages[code] for code in ("S11F", "S11D", "S11C", "S12", "S12V")] == [
        "marks_firm",
        "marks_diagnostician",
        "restitution",
        "restitution",
        "validation",
    ]


def test_rosters_have_the_columns_that_the_analysis_reads(catalogue: Questionnaire) -> None:
    columns = {
        question.name: [column.name for column in question.columns] for question in every(catalogue) if question.kind is Kind.ROSTER
    }
    assert columns == {
        "registre": [
            f"reg_{name}"
            for name in ("code", "naissance", "sexe", "categorie", "metier", "contrat", "quotite", "entree", "salaire")
        ],
        "dep_annonces": ["da_code", "da_horizon", "da_fonction"],
        "postes_cles": [
            f"pc_{name}"
            for name in ("intitule", "categorie", "naissance", "horizon", "impact", "rarete", "delai", "doublure", "successeur")
        ],
        "actions": [
            f"act_{name}"
            for name in (
                "code",
                "titre",
                "dimension",
                "priorite",
                "decision",
                "pilote",
                "echeance",
                "financement",
                "indicateur",
                "motif",
            )
        ],
    }


def test_what_the_report_computes_is_not_asked(catalogue: Questionnaire) -> None:
    computed = {question.name: question for question in every(catalogue) if not is_asked_of_people(question)}
    assert {name for name, question in computed.items() if question.calculation is None} == {
        "type_pyramide",
        "dep_modele",
        "idr_modele",
    }
    assert {name for name, question in computed.items() if not question.label} == {"eff_cad", "eff50", "eff55", "eff60"}
    assert {question.party for question in computed.values()} == {Party.COMPUTED}


def test_few_questions_are_indispensable(catalogue: Questionnaire) -> None:
    needed = {question.name for _section, question in catalogue.questions() if question.required and question.relevant is None}
    assert needed == {"v_date", "v_accord", "siret", "famille", "secteur_ess", "dept", "mode_saisie", "eff_total", "valid_statut"}


def test_the_core_is_what_the_visit_form_holds(catalogue: Questionnaire) -> None:
    assert {
        question.name
        for question in every(catalogue)
        if question.name in CODES and not question.core and question.name.startswith("ca_")
    } == {"ca_35", "ca_femmes", "ca_entrants_3a"}
    assert catalogue.question("tresorerie").core
    assert not catalogue.question("resultat_n2").core


# --- 2. words ---------------------------------------------------------------------------------------------------------------


def test_every_text_has_both_languages(catalogue: Questionnaire) -> None:
    assert [place for place, text in words(catalogue) if bool(text.fr) != bool(text.en)] == []
    unlabelled = [question.name for question in every(catalogue) if not question.label]
    assert unlabelled == ["eff_cad", "eff50", "eff55", "eff60"]
    assert all(choice.label.fr for choices in catalogue.lists.values() for choice in choices)


def test_french_typography(catalogue: Questionnaire) -> None:
    faults = {
        "apostrophe": re.compile(r"'"),
        "double space": re.compile(r"\s{2,}"),
        "space before ; ! ?": re.compile(r"[^\u202f][;!?]"),
        "space before :": re.compile(r"[^\u00a0]:"),
        "space inside guillemets": re.compile(r"«[^\u00a0]|[^\u00a0]»"),
        "space before a unit": re.compile(r" [€%]"),
        "dots": re.compile(r"\.\.\."),
        "edges": re.compile(r"\A\s|\s\Z"),
        "straight quotes": re.compile(r'"'),
    }
    wrong = [
        (place, name, text.fr) for place, text in words(catalogue) for name, pattern in faults.items() if pattern.search(text.fr)
    ]
    assert wrong == []


def test_english_typography(catalogue: Questionnaire) -> None:
    pattern = re.compile(r"['\"\u00a0\u202f«»]|\s{2,}|\.\.\.| [;:!?]")
    assert [(place, text.en) for place, text in words(catalogue) if pattern.search(text.en)] == []


def test_questions_end_as_questions_and_help_as_sentences(catalogue: Questionnaire) -> None:
    for _section, question in catalogue.questions():
        if question.kind is not Kind.CALCULATE and question.kind is not Kind.ROSTER:
            assert question.label.fr.endswith("\u202f?"), question.name
            assert question.label.en.endswith("?"), question.name
    for question in every(catalogue):
        if question.help:
            assert question.help.fr[-1] in ".…?", question.name


def test_help_is_given_where_a_person_would_ask_what_counts(catalogue: Questionnaire) -> None:
    helped = {question.name for question in every(catalogue) if question.help}
    assert len(helped) >= 150
    assert {
        "eff_total",
        "etp_total",
        "dep_passes_3a",
        "nb_postes_cles",
        "fonds_propres",
        "tresorerie",
        "fin_principal",
        "duerp_date",
        "epp_a_jour",
        "absence_taux",
    } <= helped


def test_every_check_says_what_to_do(catalogue: Questionnaire) -> None:
    for question in every(catalogue):
        for rule in question.checks:
            assert len(rule.message.fr) > 30, rule.code
            assert rule.message.fr.endswith("."), rule.code
    codes = [rule.code for question in every(catalogue) for rule in question.checks]
    assert len(codes) == len(set(codes))
    assert sum(rule.severity is Severity.SOFT for question in every(catalogue) for rule in question.checks) >= 45


def test_expressions_name_existing_questions_and_lists_serve(catalogue: Questionnaire) -> None:
    known = {question.name for question in every(catalogue)}
    for question in every(catalogue):
        trees = [question.relevant, question.calculation, *(rule.tree for rule in question.checks)]
        assert frozenset().union(*(names(tree) for tree in trees)) <= known
    used = {name for question in every(catalogue) for name in (question.choices, question.rows, question.across) if name}
    assert used == set(catalogue.lists)


def test_nothing_stands_beside_an_exclusive_answer(catalogue: Questionnaire) -> None:
    lone = {(name, choice.code) for name, choices in catalogue.lists.items() for choice in choices if choice.exclusive}
    several = {question.choices for question in every(catalogue) if question.kind is Kind.SELECT_MULTIPLE}
    expected = {(name, choice.code) for name in several for choice in catalogue.choices(name) if choice.code in {"aucun", "aucune"}}
    assert lone == expected | {("depart_eco", "neutre")}


def test_age_bands_are_words(catalogue: Questionnaire) -> None:
    assert [choice.label.fr for choice in catalogue.choices("bande_age")][:2] == ["Moins de 26 ans", "26 à 29 ans"]
    assert catalogue.label("bande_age", "b11", "en") == "65 and over"
