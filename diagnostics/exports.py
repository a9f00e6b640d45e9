"""Open tables: the published cells of a stored synthesis as CSV, with their dictionary. Reads the frozen content and nothing else."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.synthesis.edition import Synthesis

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("scope", "Périmètre : region, sector ou departement.", "Scope: region, sector or departement."),
    ("code", "Code du périmètre.", "Code of the scope."),
    ("chapter", "Numéro du chapitre de la synthèse.", "Chapter number in the synthesis."),
    ("table", "Code du tableau.", "Code of the table."),
    ("row", "Code de la ligne.", "Code of the row."),
    ("row_label_fr", "Libellé de la ligne, en français.", "Row label in French."),
    ("row_label_en", "Libellé de la ligne, en anglais.", "Row label in English."),
    ("column", "Code de la colonne.", "Code of the column."),
    (
        "unit",
        "Unité : firms, people, share (0 à 1), score (0 à 100), months, years, euros, number, weight.",
        "Unit: firms, people, share (0 to 1), score (0 to 100), months, years, euros, number, weight.",
    ),
    ("value", "Estimation ; vide si elle n’est pas publiée.", "Estimate; empty where it is not published."),
    ("low", "Borne basse de l’intervalle.", "Lower bound of the interval."),
    ("high", "Borne haute de l’intervalle.", "Upper bound of the interval."),
    ("n", "Nombre d’entreprises répondantes derrière le chiffre.", "Number of respondent firms behind the figure."),
    (
        "status",
        "published, suppressed (secret statistique), unreliable (trop imprécis) ou empty.",
        "published, suppressed (confidentiality), unreliable (too imprecise) or empty.",
    ),
)


def table_csv(content: Mapping[str, Any]) -> bytes:
    """Every cell of a stored synthesis, one a line (UTF-8 with a signature, so that a spreadsheet reads the accents)."""
    synthesis = Synthesis.from_json(content)
    return csv_of([name for name, _fr, _en in COLUMNS], _lines(synthesis))


def _lines(synthesis: Synthesis) -> Iterable[tuple[object, ...]]:
    for chapter in synthesis.chapters:
        for table in chapter.tables:
            for row in table.rows:
                for column, cell in zip(table.columns, row.cells, strict=True):
                    yield (
                        synthesis.scope, synthesis.code, chapter.number, table.code, row.code, row.label.fr, row.label.en, column.code, column.unit,
                        cell.value, cell.low, cell.high, cell.n, cell.status,
                    )  # fmt: skip


def codebook_csv() -> bytes:
    """What each column of the open tables means, in both languages."""
    return csv_of(["column", "fr", "en"], COLUMNS)


def csv_of(header: list[str], lines: Iterable[Iterable[object]]) -> bytes:
    """A table as a CSV that a spreadsheet reads and takes for nothing else: UTF-8 with a signature, no formula."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(header)
    rows.writerows([_harmless(value) for value in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _harmless(value: object) -> object:
    """A text that a spreadsheet would take for a formula is quoted with an apostrophe; figures stay figures."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return "" if value is None else value
