"""Tiny questionnaires, one for each feature: rows of the sheets with the labels filled in."""

from collections.abc import Callable, Iterator, Sequence

from questionnaires.model import Question, Questionnaire
from questionnaires.sheets import ENGLISH, FRENCH

Rows = Sequence[dict[str, str]]
Tiny = Callable[..., Questionnaire]

CHOICES = {
    "yes_no": [("1", "Oui", "Yes", ""), ("0", "Non", "No", "")],
    "tools": [("a", "Premier", "First", ""), ("b", "Deuxième", "Second", ""), ("none", "Aucun", "None", "yes")],
    "sex": [("F", "Femme", "Woman", ""), ("H", "Homme", "Man", "")],
    "bands": [("young", "Jeunes", "Young", ""), ("old", "Moins jeunes", "Less young", "")],
}


def survey_row(row: dict[str, str]) -> dict[str, str]:
    """A row with what every sheet has; the label is the name unless given."""
    filled = {"type": "", "name": "", f"label::{FRENCH}": row.get("name", ""), f"label::{ENGLISH}": row.get("name", "")} | row
    if "constraint" in filled:
        filled |= {f"constraint_message::{FRENCH}": "Corrigez.", f"constraint_message::{ENGLISH}": "Correct it."}
    return filled


def sheets_of(rows: Rows, checks: Rows = (), *, wrap: bool = True) -> dict[str, Rows]:
    """Sheets with one section around the rows, and the lists of choices that the rows use."""
    survey = [{"type": "begin group", "name": "S0"}, *rows, {"type": "end group"}] if wrap else list(rows)
    used = {
        word
        for row in survey
        for word in (*row.get("type", "").split()[-1:], row.get("bind::diag:rows", ""), row.get("bind::diag:across", ""))
    }
    return {
        "survey": [survey_row(row) for row in survey],
        "choices": [
            {"list_name": name, "name": code, f"label::{FRENCH}": fr, f"label::{ENGLISH}": en, "diag:exclusive": exclusive}
            for name, offered in CHOICES.items()
            if name in used
            for code, fr, en, exclusive in offered
        ],
        "checks": [
            {f"message::{FRENCH}": "Vérifiez.", f"message::{ENGLISH}": "Check it.", "severity": "soft"} | row for row in checks
        ],
        "settings": [{"form_id": "tiny", "version": "1", f"form_title::{FRENCH}": "Petit", f"form_title::{ENGLISH}": "Tiny"}],
    }


def every(catalogue: Questionnaire) -> Iterator[Question]:
    """Every question and every column of a roster, in order."""
    for _section, question in catalogue.questions():
        yield question
        yield from question.columns
