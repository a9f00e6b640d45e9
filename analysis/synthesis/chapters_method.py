"""The chapter on how firm the results are: what other weights, anchors and bounds would have said.

What comes in is a `Desk` and the edition's `Firmness`; what goes out is a chapter of protected cells. Everything is bilingual.
"""

from analysis.fragility.dimensions import DIMENSIONS as FRAMEWORK
from analysis.fragility.dimensions import ECONOMIC, HR
from analysis.synthesis.desk import NOTHING, SOURCE, Desk, kept, percent
from analysis.synthesis.edition import PUBLISHED, Cell, Chapter, Column, Row, Table
from analysis.synthesis.firmness import Firmness
from analysis.synthesis.measures import DIMENSIONS
from analysis.words import Words

MOST_INFLUENTIAL = 10
INDICES = {
    HR: Words("Ressources humaines", "Human resources"),
    ECONOMIC: Words("Modèle économique", "Economic model"),
}


def method_chapters(desk: Desk, firmness: Firmness) -> list[Chapter]:
    """Chapter 14, empty where no indicator is known."""
    return [firm_results(desk, firmness)] if firmness.measures else []


def firm_results(desk: Desk, firmness: Firmness) -> Chapter:
    """Classes that stay, places that move, and the indicators that matter most (for the region)."""
    table = classes(desk, firmness)
    tables = [table, places(desk, firmness)]
    if desk.scope == "region":
        tables += influences(desk, firmness)
    known = [row for row in table.rows if row.cells[0].value is not None]
    finding = NOTHING
    if known:
        least = min(known, key=lambda row: (row.cells[0].value or 0.0, DIMENSIONS.index(row.code)))
        kept_share = percent(least.cells[0])
        finding = Words(
            f"Classe la moins assurée : « {least.label.fr} », gardée en moyenne dans {kept_share.fr} des variantes.",
            f"Least firm class: “{least.label.en}”, kept on average in {kept_share.en} of the variants.",
        )
    return Chapter("firmness", 14, Words("Solidité des résultats", "How firm these results are"), finding, kept(tables))


def classes(desk: Desk, firmness: Firmness) -> Table:
    """By dimension: runs that keep the class, firms whose class is stable, firms whose class hangs on one indicator."""
    columns = (
        Column("kept", Words("Variantes qui gardent la classe", "Variants that keep the class"), "share"),
        Column("stable", Words("Entreprises dont la classe tient", "Firms whose class holds"), "share"),
        Column("leaveout", Words("Classe qui tient à un seul indicateur", "Class that hangs on one indicator"), "share"),
    )
    rows = tuple(
        Row(
            code,
            FRAMEWORK[code][0],
            tuple(desk.store.cell(f"{column.code}_{code}", desk.domain) for column in columns),
            total=False,
        )
        for code in DIMENSIONS
    )
    subject = Words(
        "Classe de chaque dimension quand les choix du cadre changent",
        "Class of each dimension when the framework’s choices change",
    )
    note = Words(
        f"{firmness.draws} variantes : poids des indicateurs, repères et seuils des classes déplacés ensemble, au plus d’un cinquième pour les repères et les seuils. "
        "Une classe tient si elle reste dans quatre variantes sur cinq ; elle tient à un seul indicateur si l’absence d’un indicateur suffit à la changer.",
        f"{firmness.draws} variants: indicators’ weights, anchors and class bounds moved together, anchors and bounds by a fifth at most. "
        "A class holds if it stays in four variants out of five; it hangs on one indicator if leaving one out is enough to change it.",
    )
    held = [row for row in rows if row.cells[1].value is not None]
    title = subject
    if held:
        top = max(held, key=lambda row: (row.cells[1].value or 0.0, -DIMENSIONS.index(row.code)))
        share = percent(top.cells[1])
        title = Words(
            f"{top.label.fr} : la classe tient pour {share.fr} des entreprises, le plus de toutes les dimensions",
            f"{top.label.en}: the class holds for {share.en} of firms, the most of all dimensions",
        )
    return Table("firmness", title, subject, Words("Dimension", "Dimension"), "bars", columns, rows, note, SOURCE)


def places(desk: Desk, firmness: Firmness) -> Table:
    """How far a firm's place among the others moves over the runs."""
    columns = (Column("width", Words("Largeur de la place, à 80 %", "Width of the place, at 80%"), "share"),)
    rows = tuple(Row(code, label, (desk.store.cell(f"place_{code}", desk.domain),), total=False) for code, label in INDICES.items())
    subject = Words("De combien la place d’une entreprise bouge dans chaque indice", "How far a firm’s place moves in each index")
    note = Words(
        f"Part du classement parcourue par une entreprise dans huit variantes sur dix ({firmness.draws} variantes). Une place ne se publie pas.",
        f"Share of the ranking that a firm covers in eight variants out of ten ({firmness.draws} variants). A place is never published.",
    )
    return Table("places", subject, subject, Words("Indice", "Index"), "bars", columns, rows, note, SOURCE)


def influences(desk: Desk, firmness: Firmness) -> list[Table]:
    """The indicators that move the scores most, over all respondents; those that twice the threshold gave."""
    columns = (
        Column("weight", Words("Part due à son poids", "Share due to its weight"), "share"),
        Column("anchors", Words("Part due à ses repères", "Share due to its anchors"), "share"),
        Column(
            "change", Words("Score de la dimension sans lui, écart moyen", "Dimension’s score without it, mean change"), "score"
        ),
    )
    enough = [one for one in firmness.influences if one.n >= 2 * desk.store.protection.threshold]
    rows = tuple(
        Row(
            one.code,
            one.label,
            (
                *(Cell(round(value, 3) + 0.0, None, None, one.n, PUBLISHED) for value in (one.weight, one.anchors)),
                Cell(round(one.change, 1) + 0.0, None, None, one.n, PUBLISHED),
            ),
            total=False,
        )
        for one in enough[:MOST_INFLUENTIAL]
    )
    subject = Words("Les indicateurs qui pèsent le plus sur les scores", "The indicators that weigh most on the scores")
    note = Words(
        "Part de la variance du score de la dimension, d’une variante à l’autre ; moyenne des répondantes, sans pondération.",
        "Share of the variance of the dimension’s score over the variants; mean over respondents, unweighted.",
    )
    title = subject
    if rows:
        title = Words(
            f"« {rows[0].label.fr} » : l’indicateur qui pèse le plus sur les scores",
            f"“{rows[0].label.en}”: the indicator that weighs most on the scores",
        )
    table = Table("influence", title, subject, Words("Indicateur", "Indicator"), "bars", columns, rows, note, SOURCE)
    return [table] if rows else []
