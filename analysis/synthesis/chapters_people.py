"""The chapters on people: the sample, the teams and their departures.

What comes in is a `Desk`; what goes out are chapters whose titles state findings where there are any. Everything is bilingual.
"""

from analysis.disclosure.editions import Domain
from analysis.synthesis.desk import HEADERS, NOTHING, SOURCE, Desk, between, count_cell, first_published, kept, percent, top_title
from analysis.synthesis.edition import Cell, Chapter, Column, Row, Table
from analysis.synthesis.measures import COARSE, HORIZONS
from analysis.words import Words

BAND_LABELS = {
    "b1": Words("25 ans et moins", "25 and under"),
    "b2": Words("26–29 ans", "26–29"),
    "b3": Words("30–34 ans", "30–34"),
    "b4": Words("35–39 ans", "35–39"),
    "b5": Words("40–44 ans", "40–44"),
    "b6": Words("45–49 ans", "45–49"),
    "b7": Words("50–54 ans", "50–54"),
    "b8": Words("55–59 ans", "55–59"),
    "b9": Words("60–61 ans", "60–61"),
    "b10": Words("62–64 ans", "62–64"),
    "b11": Words("65 ans et plus", "65 and over"),
    "c1": Words("moins de 30 ans", "under 30"),
    "c2": Words("30–39 ans", "30–39"),
    "c3": Words("40–49 ans", "40–49"),
    "c4": Words("50–54 ans", "50–54"),
    "c5": Words("55–59 ans", "55–59"),
    "c6": Words("60 ans et plus", "60 and over"),
}
SHAPES = {
    "champignon": Words("Champignon (équipe âgée)", "Mushroom (older staff)"),
    "pelote": Words("Pelote de laine (deux pôles)", "Ball of wool (two poles)"),
    "toupie": Words("Toupie (âges moyens)", "Spinning top (middle ages)"),
    "poire": Words("Poire écrasée (équipe jeune)", "Squashed pear (young staff)"),
    "cylindre": Words("Cylindre (âges équilibrés)", "Cylinder (balanced ages)"),
}
MODEL = Words(
    "Intervalle à 80 % : incertitude du modèle de départ et de l’échantillon.",
    "80% interval: uncertainty of the departure model and of the sample.",
)


def people_chapters(desk: Desk) -> list[Chapter]:
    """Chapters 2 to 4."""
    return [
        sample(desk),
        teams(desk),
        departures(desk),
    ]


def sample(desk: Desk) -> Chapter:
    """The panel beside its frame."""
    columns = (
        Column("frame", Words("Base de sondage", "Frame"), "firms"),
        Column("frame_share", Words("Part", "Share"), "share"),
        Column("respondents", Words("Répondantes", "Respondents"), "firms"),
        Column("weighted", Words("Entreprises représentées par répondante", "Firms stood for by a respondent"), "weight"),
    )
    whole = max(desk.framed(desk.domain), 1)

    def cells(domain: Domain) -> tuple[Cell, ...]:
        firms, answered = desk.framed(domain), desk.respondents(domain)
        weight = Cell(None, None, None, answered.n, answered.status)
        if answered.value:
            stood = float(desk.store.survey.weights[desk.store.members(domain)].mean())
            weight = Cell(round(stood, 1), None, None, answered.n, answered.status)
        elif answered.n == 0:
            weight = Cell(None, None, None, 0, "empty")
        return count_cell(firms), count_cell(round(firms / whole, 3)), answered, weight

    subject = Words("Entreprises de la base de sondage et entreprises diagnostiquées", "Firms of the frame and firms diagnosed")
    tables = tuple(
        Table(
            f"sample_{name}",
            subject,
            subject,
            HEADERS[name],
            "grid",
            columns,
            (*desk.rows_by(name, cells), desk.total_row(cells)),
            NOTHING,
            SOURCE,
        )
        for name in desk.breakdowns()
    )
    total = desk.respondents(desk.domain)
    finding = Words(
        f"{total.n} entreprises diagnostiquées représentent {desk.framed(desk.domain)} entreprises de la base de sondage.",
        f"{total.n} firms diagnosed stand for {desk.framed(desk.domain)} firms of the frame.",
    )
    return Chapter("sample", 2, Words("Caractérisation de l’échantillon", "The sample"), finding, tables)


def teams(desk: Desk) -> Chapter:
    """Ages, sexes and shapes."""
    older = desk.store.cell("staff_55", desk.domain)
    ages = [
        ("staff_under35", Words("Moins de 35 ans", "Under 35")),
        ("staff_50", Words("50 ans et plus", "50 and over")),
        ("staff_55", Words("55 ans et plus", "55 and over")),
        ("staff_women", Words("Femmes", "Women")),
        ("part_time", Words("Temps partiel", "Part-time")),
    ]
    staff = desk.list_table("staff", Words("Part des salariés", "Share of employees"), ages, ranked=False)
    shapes = [(f"shape:{code}", label) for code, label in SHAPES.items()]
    shown = desk.list_table(
        "shapes",
        Words(
            "Forme des pyramides, dans les entreprises d’au moins dix salariés",
            "Shapes of pyramids, in firms of ten employees or more",
        ),
        shapes,
    )
    tables = [pyramid(desk), staff, shown]
    if desk.scope == "region":
        tables.append(
            desk.by_table(
                "staff_55_sector",
                top_title(desk, "sector", "staff_55"),
                Words("Salariés de 55 ans et plus", "Employees aged 55 and over"),
                name="sector",
                measure="staff_55",
            )
        )
    finding = NOTHING
    if older.value is not None:
        finding = Words(
            f"{percent(older).fr} des salariés ont 55 ans ou plus{between(older).fr}.",
            f"{percent(older).en} of employees are 55 or over{between(older).en}.",
        )
    return Chapter("teams", 3, Words("Les équipes", "The teams"), finding, kept(tables))


def pyramid(desk: Desk) -> Table:
    """The pyramid: fine bands for the region, merged ones elsewhere."""
    codes = (
        tuple(code for code in BAND_LABELS if code.startswith("b")) if desk.scope == "region" else tuple(code for code, _ in COARSE)
    )
    columns = (Column("women", Words("Femmes", "Women"), "share"), Column("men", Words("Hommes", "Men"), "share"))
    rows = tuple(
        Row(
            code,
            BAND_LABELS[code],
            (desk.store.cell(f"age:{code}:F", desk.domain), desk.store.cell(f"age:{code}:H", desk.domain)),
            total=False,
        )
        for code in codes
    )
    subject = Words(
        "Pyramide des âges : part de l’ensemble des salariés, par sexe et par âge",
        "Age pyramid: share of all employees, by sex and age",
    )
    return Table("pyramid", subject, subject, Words("Âge", "Age"), "pyramid", columns, rows, NOTHING, SOURCE)


def departures(desk: Desk) -> Chapter:
    """Departures by year and by horizon, and key posts."""
    five = desk.forecast.total(desk.domain, 5)
    rate = desk.forecast.rate(desk.domain, 5)
    tables = [table for table in (path(desk),) if table is not None]
    tables += [horizons(desk, name) for name in desk.breakdowns()]
    posts = [
        ("keyposts_unready", Words("Postes clés sans relève prête", "Key posts without a ready successor")),
        (
            "manager_leaving",
            Words(
                "Entreprises dont la direction part d’ici trois ans sans succession",
                "Firms whose manager leaves within three years without succession",
            ),
        ),
    ]
    tables.append(desk.list_table("keyposts", Words("Postes clés et direction", "Key posts and managers"), posts, ranked=False))
    finding = NOTHING
    if five.value is not None and rate.value is not None:
        finding = Words(
            f"{_people(five).fr} salariés devraient partir à la retraite d’ici cinq ans, soit {_decimal(rate.value).fr} pour 100 salariés.",
            f"{_people(five).en} employees are expected to retire within five years, {_decimal(rate.value).en} in 100 employees.",
        )
    return Chapter("departures", 4, Words("Les départs à la retraite", "Retirements"), finding, kept(tables))


def path(desk: Desk) -> Table | None:
    """Departures by calendar year, three scenarios beside the central one."""
    years = desk.forecast.path(desk.domain)
    if not years:
        return None
    columns = (
        Column("central", Words("Scénario central", "Central scenario"), "people"),
        Column("later", Words("Départs six mois plus tard", "Departures six months later"), "people"),
        Column("earlier", Words("Départs six mois plus tôt", "Departures six months earlier"), "people"),
        Column("no_early", Words("Sans départs anticipés", "No early departures"), "people"),
    )
    rows = tuple(
        Row(str(year.year), Words(str(year.year), str(year.year)), (year.central, *year.scenarios), total=False) for year in years
    )
    subject = Words("Départs à la retraite attendus chaque année", "Retirements expected each year")
    title = subject
    top = first_published(rows)
    if top is not None:
        title = Words(
            f"{top.label.fr} serait l’année du plus grand nombre de départs",
            f"{top.label.en} would be the year with most departures",
        )
    return Table("path", title, subject, Words("Année", "Year"), "path", columns, rows, MODEL, SOURCE)


def horizons(desk: Desk, name: str) -> Table:
    """Departures within 5, 1, 3 and 10 years by a variable."""
    order = (5, *(horizon for horizon in HORIZONS if horizon != 5))  # noqa: PLR2004 (five years lead: they are the programme's horizon).
    columns = (
        *(
            Column(
                f"within{years}",
                Words(f"D’ici {years} an{'s' if years > 1 else ''}", f"Within {years} year{'s' if years > 1 else ''}"),
                "people",
            )
            for years in order
        ),
        Column("rate5", Words("Pour 100 salariés, d’ici 5 ans", "In 100 employees, within 5 years"), "rate"),
    )

    def cells(domain: Domain) -> tuple[Cell, ...]:
        return (*(desk.forecast.total(domain, years) for years in order), desk.forecast.rate(domain, 5))

    rows = (*desk.rows_by(name, cells), desk.total_row(cells))
    subject = Words("Départs à la retraite attendus", "Retirements expected")
    title, last = subject, len(columns) - 1
    rated = [row for row in rows if not row.total and row.cells[last].value is not None]
    if rated:
        top = max(rated, key=lambda row: row.cells[last].value or 0.0)
        rate = _decimal(top.cells[last].value or 0.0)
        title = Words(
            f"{top.label.fr} : {rate.fr} départs pour 100 salariés d’ici cinq ans",
            f"{top.label.en}: {rate.en} departures in 100 employees within five years",
        )
    return Table(f"departures_{name}", title, subject, HEADERS[name], "bars", columns, rows, MODEL, SOURCE)


def _people(cell: Cell) -> Words:
    value = round(cell.value or 0.0)
    return Words(f"{value:,}".replace(",", "\u202f"), f"{value:,}")


def _decimal(value: float) -> Words:
    return Words(f"{value:.1f}".replace(".", ","), f"{value:.1f}")
