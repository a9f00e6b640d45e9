"""The chapters on money, fragility, the two voices and what to do: 10 to 13.

What comes in is a `Desk` and the profiles; what goes out are chapters of protected cells. Everything is bilingual.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from analysis.disclosure.editions import Domain
from analysis.fragility.agreement import kappa
from analysis.fragility.dimensions import DIMENSIONS as FRAMEWORK
from analysis.synthesis.desk import HEADERS, NOTHING, SOURCE, Desk, by_value, kept, options, percent, told
from analysis.synthesis.edition import HIDDEN, PUBLISHED, UNRELIABLE, VOID, Cell, Chapter, Column, Profile, ProfileSet, Row, Table
from analysis.synthesis.measures import DIMENSIONS, FLAGS
from analysis.words import Words

FLAG_LABELS: Mapping[str, Words] = {
    "R1": Words("Direction partant d’ici trois ans sans succession", "Manager leaving within three years without succession"),
    "R2": Words("Présidence et direction partant ensemble", "Chair and manager leaving together"),
    "R3": Words("Agrément reposant sur une personne qui part", "Licence hanging on someone who is leaving"),
    "R4": Words("Poste clé partant dans l’année sans doublure", "Key post leaving within the year without a back-up"),
    "R5": Words("Trésorerie inférieure à un mois ou fonds propres négatifs", "Under a month of cash, or negative equity"),
    "R6": Words("Indemnités de départ supérieures à la trésorerie", "Retirement indemnities above the cash"),
    "R7": Words(
        "Près d’un tiers de l’équipe ou plus part d’ici cinq ans", "Close to a third of the staff or more leaves within five years"
    ),
    "R8": Words("Pas de document unique (DUERP)", "No risk assessment (DUERP)"),
}
MARKS = Words("Notes de 0 (solide) à 4 (critique).", "Marks from 0 (solid) to 4 (critical).")


def money_chapters(desk: Desk, profiles: ProfileSet) -> list[Chapter]:
    """Chapters 10 to 13."""
    return [economy(desk), fragility(desk, profiles), voices(desk), needs(desk)]


def economy(desk: Desk) -> Chapter:
    """Cash, funding, cost of departures."""
    shares = [
        ("cash_under_3", Words("Moins de trois mois de trésorerie", "Under three months of cash")),
        ("cash_under_1", Words("Moins d’un mois de trésorerie", "Under a month of cash")),
    ]
    funding = [
        ("funder_share", Words("Part du premier financeur", "Share of the first funder")),
        ("secured_share", Words("Ressources garanties au-delà de douze mois", "Income secured beyond twelve months")),
    ]
    costs = [
        ("idr5", Words("Indemnités de départ attendues en cinq ans", "Retirement indemnities expected in five years")),
        ("noria", Words("Écart annuel entre un sortant et son remplaçant", "Yearly gap between a leaver and the replacement")),
    ]
    floor = Words(
        "Repère national : 31 % des associations employeuses ont moins de trois mois de trésorerie (avril 2025).",
        "National benchmark: 31% of employing associations have under three months of cash (April 2025).",
    )
    cost_note = Words(
        "Ordre de grandeur par entreprise, charges comprises ; accords dont le barème n’est pas vérifié exclus.",
        "Order of magnitude for a firm, charges included; agreements whose scale is not verified are left out.",
    )
    tables = [
        replace(
            desk.list_table("cash", Words("Trésorerie : part des entreprises", "Cash: share of firms"), shares, ranked=False),
            note=floor,
        ),
        quartile_table(
            desk, "cash_quartiles", Words("Mois de trésorerie : quartiles", "Months of cash: quartiles"), "cash_months", "months"
        ),
        desk.list_table("funding", Words("Ressources : part moyenne des produits", "Income: mean share"), funding, ranked=False),
        quartile_table(
            desk,
            "funder_quartiles",
            Words("Part du premier financeur : quartiles", "Share of the first funder: quartiles"),
            "funder_quartiles",
            "share",
        ),
        replace(
            desk.list_table(
                "costs",
                Words("Coût des départs : moyenne par entreprise", "Cost of departures: mean by firm"),
                costs,
                unit="euros",
                ranked=False,
            ),
            note=cost_note,
        ),
        desk.list_table(
            "economic_effects",
            Words("Effets attendus des départs sur le modèle économique", "Expected effects of departures on the model"),
            options(desk, "economic_effects"),
        ),
    ]
    finding = told(
        desk, "cash_under_3", "des entreprises ont moins de trois mois de trésorerie", "of firms have under three months of cash"
    )
    return Chapter("economy", 10, Words("Modèle économique", "Economic model"), finding, kept(tables))


def quartile_table(desk: Desk, code: str, subject: Words, measure: str, unit: str) -> Table:
    """The three quartiles of an amount, here and in the region."""
    names = (
        ("q1", Words("Premier quart", "First quarter")),
        ("median", Words("Médiane", "Median")),
        ("q3", Words("Dernier quart", "Last quarter")),
    )
    columns = tuple(Column(name, label, unit) for name, label in names)
    rows = [Row("here", Words("Ensemble", "All"), desk.store.quartiles(measure, desk.domain), total=True)]
    if desk.scope != "region":
        rows.append(Row("region", Words("Région", "Region"), desk.store.quartiles(measure, ()), total=False))
    note = Words(
        "Un quart des entreprises est au-dessous du premier quartile, un quart au-dessus du dernier.",
        "A quarter of firms are below the first quartile, a quarter above the last.",
    )
    return Table(code, subject, subject, Words("Entreprises", "Firms"), "grid", columns, tuple(rows), note, SOURCE)


def fragility(desk: Desk, profiles: ProfileSet) -> Chapter:
    """The ten dimensions, the red flags and the profiles."""
    flags = [(f"flag_{code}", FLAG_LABELS[code]) for code in FLAGS]
    tables = [
        dimensions(desk),
        desk.list_table("flags", Words("Alertes rouges : part des entreprises", "Red flags: share of firms"), flags),
    ]
    if profiles.profiles:
        tables += profile_tables(desk, profiles.profiles)
    return Chapter("profiles", 11, Words("Fragilités et profils", "Fragilities and profiles"), _most_fragile(desk), kept(tables))


def dimensions(desk: Desk) -> Table:
    """The weighted distribution of the ten scores."""
    columns = (
        Column("mean", Words("Moyenne", "Mean"), "score"),
        Column("q1", Words("Premier quart", "First quarter"), "score"),
        Column("median", Words("Médiane", "Median"), "score"),
        Column("q3", Words("Dernier quart", "Last quarter"), "score"),
    )
    rows = tuple(
        Row(
            code,
            FRAMEWORK[code][0],
            (desk.store.cell(f"score_{code}", desk.domain), *desk.store.quartiles(f"score_{code}:quartiles", desk.domain)),
            total=False,
        )
        for code in DIMENSIONS
    )
    subject = Words(
        "Dix dimensions de fragilité, de 0 (solide) à 100 (fragile)", "Ten dimensions of fragility, from 0 (solid) to 100 (fragile)"
    )
    return Table("dimensions", subject, subject, Words("Dimension", "Dimension"), "quartiles", columns, rows, NOTHING, SOURCE)


def profile_tables(desk: Desk, profiles: Sequence[Profile]) -> list[Table]:
    """The share of each profile, overall and by sector."""
    subject = Words("Part des entreprises de chaque profil", "Share of firms in each profile")
    shares = desk.list_table(
        "profile_shares", subject, [(f"profile:{profile.code}", profile.name) for profile in profiles], ranked=False
    )
    if desk.scope != "region":
        return [shares]
    columns = tuple(Column(profile.code, profile.name, "share") for profile in profiles)

    def cells(domain: Domain) -> tuple[Cell, ...]:
        return tuple(desk.store.cell(f"profile:{profile.code}", domain) for profile in profiles)

    rows = (*desk.rows_by("sector", cells), desk.total_row(cells))
    return [
        shares,
        Table(
            "profiles_sector",
            Words("Les profils selon le secteur", "Profiles by sector"),
            subject,
            HEADERS["sector"],
            "stack",
            columns,
            rows,
            NOTHING,
            SOURCE,
        ),
    ]


def voices(desk: Desk) -> Chapter:
    """What the firm and the diagnostician each see."""
    columns = (
        Column("optimistic", Words("Entreprise plus confiante", "Firm more confident"), "share"),
        Column("blind", Words("Entreprise plus inquiète", "Firm more worried"), "share"),
        Column("firm", Words("Note de l’entreprise", "Firm’s mark"), "number"),
        Column("diagnostician", Words("Note du diagnostiqueur", "Diagnostician’s mark"), "number"),
        Column("consensus", Words("Note partagée", "Shared mark"), "number"),
        Column("kappa", Words("Accord (kappa pondéré)", "Agreement (weighted kappa)"), "number"),
    )
    rows = [
        Row(
            code,
            FRAMEWORK[code][0],
            (
                *(desk.store.cell(f"{prefix}_{code}", desk.domain) for prefix in ("optimistic", "blind", "ent", "diag", "cons")),
                kappa_cell(desk, code),
            ),
            total=False,
        )
        for code in DIMENSIONS
    ]
    subject = Words(
        "Écarts d’au moins deux points entre les deux voix, par dimension",
        "Gaps of two points or more between the two voices, by dimension",
    )
    top = by_value(rows)[0]
    title = subject
    if top.cells[0].value:
        share = percent(top.cells[0])
        title = Words(
            f"{top.label.fr} : {share.fr} des entreprises sont plus confiantes que le diagnostiqueur",
            f"{top.label.en}: {share.en} of firms are more confident than the diagnostician",
        )
    table = Table("voices", title, subject, Words("Dimension", "Dimension"), "bars", columns, tuple(rows), MARKS, SOURCE)
    return Chapter("voices", 12, Words("Regards croisés", "Two voices"), NOTHING, kept([table]))


def kappa_cell(desk: Desk, code: str) -> Cell:
    """The weighted kappa of a dimension with its 95 % interval, where twice the threshold gave both marks."""
    if not desk.store.protection.shows(desk.domain):
        return HIDDEN
    here = desk.store.members(desk.domain)
    firm, other = (desk.store.values(f"{voice}_{code}")[here] for voice in ("ent", "diag"))
    count = int((np.isfinite(firm) & np.isfinite(other)).sum())
    if count == 0:
        return VOID
    found = kappa(firm, other)
    if count < 2 * desk.store.protection.threshold or found.value is None:
        return Cell(None, None, None, count, UNRELIABLE)
    low, high = (None if bound is None else round(bound, 2) for bound in (found.low, found.high))
    return Cell(round(found.value, 2), low, high, count, PUBLISHED)


def needs(desk: Desk) -> Chapter:
    """What firms ask for, and the actions of their plans."""
    tables = [
        desk.list_table("needs", Words("Besoins d’appui exprimés", "Support needs"), options(desk, "needs")),
        desk.list_table("actions", Words("Actions retenues dans les plans", "Actions kept in the plans"), options(desk, "actions")),
    ]
    finding = NOTHING
    top = next((row for row in tables[0].rows if row.cells[0].value), None)
    if top is not None:
        share = percent(top.cells[0])
        finding = Words(
            f"Premier besoin exprimé : {top.label.fr.lower()}, par {share.fr} des entreprises.",
            f"First need: {top.label.en.lower()}, for {share.en} of firms.",
        )
    return Chapter("needs", 13, Words("Besoins et pistes d’action", "Needs and actions"), finding, kept(tables))


def _most_fragile(desk: Desk) -> Words:
    rows = by_value(
        [Row(code, FRAMEWORK[code][0], (desk.store.cell(f"score_{code}", desk.domain),), total=False) for code in DIMENSIONS]
    )
    top = rows[0]
    if top.cells[0].value is None:
        return NOTHING
    value = top.cells[0].value
    return Words(
        f"La dimension la plus fragile est « {top.label.fr} », avec un score moyen de {round(value)} sur 100.",
        f"The most fragile dimension is “{top.label.en}”, with a mean score of {round(value)} out of 100.",
    )
