"""The paradata and the indicators as files: five tables and their codebook in one ZIP.

Dossiers stand under their reference, people under a number: no name, no address, no value of an answer. The reasons given
against alerts are free text that a person wrote, in a file of their own, so that the rest can be passed on without them.
"""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

import pandas as pd

from diagnostics.exports import csv_of
from diagnostics.quality import Quality

# File, column, meaning in French and in English.
CODEBOOK: tuple[tuple[str, str, str, str], ...] = (
    ("events.csv", "session", "Pseudonyme de la session ; change à chaque connexion.", "Pseudonym of the session; changes at each sign-in."),
    ("events.csv", "dossier", "Référence du dossier.", "Reference of the dossier."),
    ("events.csv", "section", "Code de la partie.", "Code of the section."),
    ("events.csv", "kind", "opened, changed, shown, overridden ou left.", "opened, changed, shown, overridden or left."),
    ("events.csv", "at", "Moment, en UTC (ISO 8601).", "Moment in UTC (ISO 8601)."),
    ("events.csv", "seconds", "Secondes actives depuis le relevé précédent de la page ; vide si la page n’a rien dit.", "Active seconds since the page’s previous report; empty where the page said nothing."),
    ("events.csv", "questions", "Questions changées, ou dont l’alerte est montrée ou confirmée, séparées par des espaces.", "Questions changed, or whose alert is shown or confirmed, separated by spaces."),
    ("dossiers.csv", "dossier", "Référence du dossier.", "Reference of the dossier."),
    ("dossiers.csv", "person", "Numéro du diagnostiqueur dans la plateforme.", "Number of the diagnostician in the platform."),
    ("dossiers.csv", "answered", "Réponses données.", "Answers given."),
    ("dossiers.csv", "missing", "Questions laissées avec un motif.", "Questions left with a reason."),
    ("dossiers.csv", "overridden", "Réponses gardées malgré un contrôle à confirmer.", "Answers kept against a soft check."),
    ("dossiers.csv", "prefilled", "Réponses préremplies et laissées telles.", "Prefilled answers left as they were."),
    ("dossiers.csv", "sessions", "Sessions de saisie.", "Sessions of filling."),
    ("dossiers.csv", "changes", "Changements enregistrés.", "Changes saved."),
    ("dossiers.csv", "seconds", "Temps de saisie, en secondes.", "Time of filling, in seconds."),
    ("dossiers.csv", "measured", "1 : compté par la page ; 0 : déduit des requêtes, au moins en partie.", "1: counted by the page; 0: worked out from requests, at least in part."),
    ("dossiers.csv", "seconds_per_answer", "Secondes par question traitée, préremplies à part ; vide sous 20.", "Seconds per question settled, prefilled ones apart; empty under 20."),
    ("dossiers.csv", "missing_share", "Part des questions laissées avec un motif (0 à 1).", "Share of questions left with a reason (0 to 1)."),
    ("dossiers.csv", "overridden_share", "Part des réponses gardées malgré un contrôle (0 à 1).", "Share of answers kept against a check (0 to 1)."),
    ("dossiers.csv", "speed_score", "Écart robuste à la médiane du temps par question ; positif : plus vite.", "Robust distance from the median time per question; positive: faster."),
    ("dossiers.csv", "missing_score", "Écart robuste à la médiane de la part sans réponse.", "Robust distance from the median missing share."),
    ("dossiers.csv", "overridden_score", "Écart robuste à la médiane de la part gardée malgré un contrôle.", "Robust distance from the median overridden share."),
    ("pairs.csv", "first", "Référence d’un dossier.", "Reference of a dossier."),
    ("pairs.csv", "second", "Référence de l’autre.", "Reference of the other."),
    ("pairs.csv", "common", "Questions répondues dans les deux.", "Questions answered in both."),
    ("pairs.csv", "same", "Réponses identiques.", "Identical answers."),
    ("pairs.csv", "expected", "Part identique attendue du hasard (0 à 1).", "Identical share that chance leads to expect (0 to 1)."),
    ("pairs.csv", "score", "Écart robuste aux autres paires.", "Robust distance from the other pairs."),
    ("states.csv", "dossier", "Référence du dossier.", "Reference of the dossier."),
    ("states.csv", "section", "Code de la partie.", "Code of the section."),
    ("states.csv", "question", "Nom de la question.", "Name of the question."),
    ("states.csv", "state", "collected, edited, forced, prefilled, ou blank (effacée).", "collected, edited, forced, prefilled, or blank (taken back)."),
    ("states.csv", "missing", "unknown, refused, not_applicable, ou vide.", "unknown, refused, not_applicable, or empty."),
    ("states.csv", "checks", "Contrôles à confirmer auxquels une raison répond.", "Soft checks that a reason answers."),
    ("reasons.csv", "dossier", "Référence du dossier.", "Reference of the dossier."),
    ("reasons.csv", "section", "Code de la partie.", "Code of the section."),
    ("reasons.csv", "question", "Nom de la question.", "Name of the question."),
    ("reasons.csv", "check", "Code du contrôle.", "Code of the check."),
    ("reasons.csv", "reason", "Raison écrite par la personne : texte libre, à ne pas diffuser.", "Reason that the person wrote: free text, not to be passed on."),
)  # fmt: skip


def archive(found: Quality) -> bytes:
    """The ZIP: events, dossiers, pairs, states, reasons, and the codebook."""
    tables: dict[str, Iterable[Iterable[object]]] = {
        "events.csv": _events(found),
        "dossiers.csv": _dossiers(found),
        "pairs.csv": _pairs(found),
        "states.csv": _states(found),
        "reasons.csv": _reasons(found),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for name, lines in tables.items():
            files.writestr(name, csv_of(columns_of(name), lines))
        files.writestr("codebook.csv", csv_of(["file", "column", "fr", "en"], CODEBOOK))
    return packed.getvalue()


def columns_of(name: str) -> list[str]:
    """The columns of a file, as the codebook says."""
    return [column for file, column, _fr, _en in CODEBOOK if file == name]


def _records(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    """The rows of a table as plain mappings."""
    yield from ({str(name): value for name, value in row.items()} for row in frame.to_dict("records"))


def _reference(found: Quality, number: int) -> str:
    return found.named[number].reference if number in found.named else ""


def _events(found: Quality) -> Iterable[Iterable[object]]:
    for row in _records(found.events):
        yield (
            row["session"],
            _reference(found, row["dossier"]),
            row["section"],
            row["kind"],
            row["at"].isoformat(),
            _figure(row["seconds"]),
            " ".join(row["names"]),
        )


def _dossiers(found: Quality) -> Iterable[Iterable[object]]:
    columns = columns_of("dossiers.csv")[1:]
    for row in _records(found.dossiers.rename_axis("dossier").reset_index()):
        yield (_reference(found, row["dossier"]), *(_figure(row[column]) for column in columns))


def _figure(value: Any) -> object:
    """A figure without needless decimals; nothing for a missing one."""
    if value is None or pd.isna(value):
        return ""
    number = float(value)
    return int(number) if number.is_integer() else round(number, 4)


def _pairs(found: Quality) -> Iterable[Iterable[object]]:
    for row in _records(found.pairs):
        sides = (_reference(found, row["first"]), _reference(found, row["second"]))
        yield (*sides, row["common"], row["same"], _figure(row["expected"]), _figure(row["score"]))


def _states(found: Quality) -> Iterable[Iterable[object]]:
    for row in _records(found.states):
        yield (_reference(found, row["dossier"]), row["section"], row["question"], row["state"], row["missing"], row["checks"])


def _reasons(found: Quality) -> Iterable[Iterable[object]]:
    for row in _records(found.states[found.states["checks"] > 0]):
        for check, reason in row["reasons"].items():
            yield (_reference(found, row["dossier"]), row["section"], row["question"], check, reason)
