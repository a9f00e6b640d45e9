"""Made-up syntheses for the tests of documents: a region, a sector with hidden cells, a withheld one."""

from dataclasses import replace

from analysis.synthesis.edition import (
    EMPTY,
    HIDDEN,
    PUBLISHED,
    UNRELIABLE,
    Area,
    AreaMap,
    Cell,
    Chapter,
    Column,
    Criterion,
    Message,
    Method,
    Profile,
    ProfileSet,
    Row,
    Synthesis,
    Table,
    Tile,
    Trait,
)
from analysis.words import Words

NOTHING = Words("", "")
SECTORS = (
    ("Aide à domicile", "Home care", 0.31, 122),
    ("Action sociale et médico-sociale", "Social work", 0.28, 93),
    ("Tourisme social et familial", "Social tourism", 0.25, 42),
    ("Insertion par l’activité économique", "Work integration", 0.22, 96),
    ("Culture", "Culture", 0.2, 74),
    ("Animation, jeunesse, éducation populaire", "Youth work", 0.17, 141),
    ("Sport", "Sport", 0.14, 118),
)
BANDS = (
    "Moins de 26 ans",
    "26–29 ans",
    "30–34 ans",
    "35–39 ans",
    "40–44 ans",
    "45–49 ans",
    "50–54 ans",
    "55–59 ans",
    "60–64 ans",
    "65 ans et plus",
)


def both(text: str) -> Words:
    return Words(text, text)


def figure(value: float, spread: float = 0.03, n: int = 60) -> Cell:
    return Cell(value, value - spread, value + spread, n, PUBLISHED)


def bars() -> Table:
    rows = [
        Row(f"s{index}", Words(french, english), (figure(value, 0.035, n), figure(value + 0.12, 0.05, n)), total=False)
        for index, (french, english, value, n) in enumerate(SECTORS)
    ]
    rows.append(Row("s8", Words("Environnement", "Environment"), (HIDDEN, HIDDEN), total=False))
    rows.append(
        Row(
            "s9",
            Words("Santé", "Health"),
            (Cell(None, None, None, 6, UNRELIABLE), Cell(None, None, None, 6, UNRELIABLE)),
            total=False,
        )
    )
    rows.append(Row("all", Words("Région", "Region"), (figure(0.24, 0.01, 690), figure(0.36, 0.02, 690)), total=True))
    columns = (
        Column("share55", Words("55 ans et plus", "Aged 55 and over"), "share"),
        Column("share50", Words("50 ans et plus", "Aged 50 and over"), "share"),
    )
    return Table(
        "t4",
        Words("L’aide à domicile et le médico-social vieillissent plus vite", "Home care and social work age faster"),
        Words("Part des salariés par âge, par secteur", "Share of employees by age, by sector"),
        Words("Secteur", "Sector"),
        "bars",
        columns,
        tuple(rows),
        NOTHING,
        Words("Champ : entreprises de l’ESS de 3 à 50 salariés.", "Field: firms of 3 to 50 employees."),
    )


def pyramid() -> Table:
    women = (0.03, 0.04, 0.06, 0.07, 0.08, 0.09, 0.08, 0.07, 0.04, 0.01)
    rows = tuple(
        Row(f"b{index}", both(label), (figure(share, 0.005), figure(share * 0.6, 0.005)), total=False)
        for index, (label, share) in enumerate(zip(BANDS, women, strict=True))
    )
    columns = (Column("women", Words("Femmes", "Women"), "share"), Column("men", Words("Hommes", "Men"), "share"))
    return Table(
        "f4",
        NOTHING,
        Words("Pyramide des âges pondérée", "Weighted age pyramid"),
        Words("Âge", "Age"),
        "pyramid",
        columns,
        rows,
        NOTHING,
        NOTHING,
    )


def path() -> Table:
    rows = []
    for index in range(10):
        value = 1800.0 + 160 * index
        cells = (
            Cell(value, value * 0.9, value * 1.12, 690, PUBLISHED),
            Cell(value * 0.92, None, None, 690, PUBLISHED),
            Cell(value * 1.1, None, None, 690, PUBLISHED),
        )
        rows.append(Row(str(2027 + index), both(str(2027 + index)), cells, total=False))
    columns = (
        Column("central", Words("Scénario central", "Central scenario"), "people"),
        Column("later", Words("Départs plus tardifs", "Later departures"), "people"),
        Column("earlier", Words("Départs plus précoces", "Earlier departures"), "people"),
    )
    return Table(
        "f6",
        NOTHING,
        Words("Départs à la retraite par an", "Retirements by year"),
        Words("Année", "Year"),
        "path",
        columns,
        tuple(rows),
        NOTHING,
        NOTHING,
    )


def quartiles() -> Table:
    rows = tuple(
        Row(
            f"D{index + 1}",
            Words(f"Dimension {index + 1}", f"Dimension {index + 1}"),
            (figure(30 + index, 0), figure(45 + index, 0), figure(60 + index, 0), figure(46 + index, 2)),
            total=False,
        )
        for index in range(10)
    )
    columns = tuple(Column(code, both(code), "score") for code in ("q1", "median", "q3", "mean"))
    return Table(
        "q",
        NOTHING,
        Words("Scores par dimension", "Scores by dimension"),
        Words("Dimension", "Dimension"),
        "quartiles",
        columns,
        rows,
        NOTHING,
        NOTHING,
    )


def stack() -> Table:
    rows = [
        Row(f"s{index}", Words(french, english), (figure(0.2), figure(0.25), figure(0.15), figure(0.3), figure(0.1)), total=False)
        for index, (french, english, *_) in enumerate(SECTORS)
    ]
    rows.append(Row("s8", Words("Environnement", "Environment"), (HIDDEN,) * 5, total=False))
    columns = tuple(Column(f"p{index}", Words(f"Profil {index + 1}", f"Profile {index + 1}"), "share") for index in range(5))
    return Table(
        "stack",
        NOTHING,
        Words("Profils par secteur", "Profiles by sector"),
        Words("Secteur", "Sector"),
        "stack",
        columns,
        tuple(rows),
        NOTHING,
        NOTHING,
    )


def grid() -> Table:
    rows = tuple(
        Row(
            f"g{index}",
            Words(
                f"Besoin {index + 1} : recrutement, transmission ou gouvernance",
                f"Need {index + 1}: hiring, transfer or governance",
            ),
            (figure(0.5 - index / 20), Cell(None, None, None, 0, EMPTY), Cell(1200.0 * index, None, None, 50, PUBLISHED)),
            total=False,
        )
        for index in range(9)
    )
    columns = (
        Column("share", Words("Part des entreprises", "Share of firms"), "share"),
        Column("months", Words("Trésorerie médiane", "Median cash"), "months"),
        Column("cost", Words("Coût moyen", "Mean cost"), "euros"),
    )
    return Table(
        "t12",
        Words("Les besoins d’appui exprimés", "Needs for support"),
        Words("Part des entreprises, en pourcentage", "Share of firms"),
        Words("Besoin", "Need"),
        "grid",
        columns,
        rows,
        NOTHING,
        NOTHING,
    )


def profiles() -> ProfileSet:
    traits = (
        Trait("score_D2", Words("Postes clés, relève", "Key posts, succession"), "score", 71.0, 45.0, 1.1, 7.2, significant=True),
        Trait("dep5", Words("Départs à cinq ans", "Departures in five years"), "share", 0.22, 0.1, 0.9, 5.4, significant=True),
    )
    names = (
        ("Départs imminents, relève absente", "Departures at hand"),
        ("Employeur sous tension", "Employer under strain"),
        ("Anticipateurs", "Ahead of the change"),
    )
    found = tuple(
        Profile(
            f"P{index + 1}",
            Words(*name),
            figure(0.3 - index / 20, 0.04),
            0.82,
            "firm" if index else "indicative",
            traits,
            (70.0, 62.0, 40.0, 30.0, 22.0, 46.0, 68.0, 55.0, 31.0, None),
            Words("Des équipes âgées, peu de relève, une trésorerie correcte.", "Older teams, little succession, fair cash."),
        )
        for index, name in enumerate(names)
    )
    criteria = tuple(
        Criterion(k, 0.1, 0.2 + k / 50, 0.9 - k / 20, 0.3 / k, 60 // k, eligible=k < 5, chosen=k == 3) for k in range(2, 7)
    )
    return ProfileSet(
        "clear",
        Words("Le plus grand nombre de profils stables est retenu.", "The largest stable number is kept."),
        Words(
            "Les entreprises se rangent en trois profils, stables quand on refait l’analyse sur d’autres tirages.",
            "Firms fall into three stable profiles.",
        ),
        criteria,
        found,
    )


def area_map() -> AreaMap:
    places = (
        ("04", "Alpes-de-Haute-Provence", 0.31, 118.0),
        ("84", "Vaucluse", 0.29, 239.0),
        ("83", "Var", 0.26, 342.0),
        ("06", "Alpes-Maritimes", 0.24, 286.0),
        ("13", "Bouches-du-Rhône", 0.22, 655.0),
    )
    areas = [
        Area(code, both(name), figure(value), Cell(count, count * 0.9, count * 1.1, 60, PUBLISHED))
        for code, name, value, count in places
    ]
    areas.append(Area("05", both("Hautes-Alpes"), HIDDEN, HIDDEN))
    return AreaMap(
        "departement",
        Words(
            "Dans les Alpes et le Vaucluse, près d’un salarié sur trois a 55 ans et plus",
            "In the Alps and Vaucluse nearly one employee in three is 55 or over",
        ),
        Words("Part des 55 ans et plus, par département", "Share aged 55 and over"),
        "share",
        tuple(areas),
        NOTHING,
    )


def method() -> Method:
    return Method(
        respondents=690,
        frame_firms=13290,
        effective_n=512.0,
        design_effect=1.35,
        weight_min=4.2,
        weight_median=17.8,
        weight_max=63.0,
        calibration="raking",
        margins=(Words("secteur", "sector"), Words("département", "département"), Words("taille", "size")),
        collapsed=(),
        threshold=5,
        hidden_cells=42,
        published_cells=1380,
        narrowest_interval=None,
        paragraphs=(
            Words(
                "Le panel est tiré au sort dans chaque strate de secteur, de taille et de département.",
                "The panel is drawn at random in each stratum.",
            ),
        ),
    )


def region(**changes: object) -> Synthesis:
    tiles = (
        Tile("t1", Words("entreprises diagnostiquées", "firms diagnosed"), "firms", Cell(690, None, None, 690, PUBLISHED), NOTHING),
        Tile(
            "t2", Words("des salariés ont 55 ans et plus", "of employees are 55 or over"), "share", figure(0.24, 0.01, 690), NOTHING
        ),
        Tile(
            "t3",
            Words("départs attendus d’ici cinq ans", "departures expected within five years"),
            "people",
            Cell(14820.0, 13100.0, 16400.0, 690, PUBLISHED),
            NOTHING,
        ),
        Tile("t4", Words("de trésorerie médiane", "of median cash"), "months", figure(4.2, 0.3, 600), NOTHING),
        Tile(
            "t5",
            Words("des postes clés sans relève", "of key posts without a successor"),
            "share",
            figure(0.31, 0.02, 500),
            NOTHING,
        ),
        Tile("t6", Words("indice de fragilité RH", "HR fragility index"), "score", HIDDEN, NOTHING),
    )
    messages = (
        Message(
            "m1",
            "alert",
            Words(
                "Un salarié sur quatre a 55 ans et plus (24 %, entre 23 et 25 %).",
                "One employee in four is 55 or over (24%, between 23 and 25%).",
            ),
        ),
        Message(
            "m2",
            "watch",
            Words("Trois postes clés sur dix n’ont aucune relève identifiée.", "Three key posts in ten have no successor."),
        ),
        Message(
            "m3", "support", Words("La trésorerie médiane couvre plus de quatre mois.", "Median cash covers more than four months.")
        ),
    )
    chapters = (
        Chapter(
            "teams",
            3,
            Words("Les équipes", "The teams"),
            Words(
                "L’aide à domicile et le médico-social comptent près d’un tiers de salariés de 55 ans et plus.",
                "Home care and social work have nearly a third aged 55 or over.",
            ),
            (bars(), pyramid()),
        ),
        Chapter(
            "departures",
            4,
            Words("Les départs à la retraite", "Retirements"),
            Words(
                "Les départs augmentent d’année en année : de 1 800 en 2027 à plus de 3 200 en 2036 dans le scénario central, avec un écart de dix pour cent entre les scénarios.",
                "Departures rise from year to year in every scenario.",
            ),
            (path(),),
        ),
        Chapter("fragility", 11, Words("Fragilités", "Fragility"), NOTHING, (quartiles(), stack())),
        Chapter(
            "needs",
            13,
            Words("Besoins et pistes d’action", "Needs and actions"),
            Words("Une entreprise sur deux demande un appui au recrutement.", "One firm in two asks for support with hiring."),
            (grid(),),
        ),
    )
    plain = Synthesis(
        schema=1,
        scope="region",
        code="93",
        label=Words("Provence-Alpes-Côte d’Azur", "Provence-Alpes-Côte d’Azur"),
        status="published",
        reason=None,
        campaign="CRESS Provence-Alpes-Côte d’Azur, campagne 2026",
        region=Words("Provence-Alpes-Côte d’Azur", "Provence-Alpes-Côte d’Azur"),
        is_demo=False,
        prepared_on="2026-11-20",
        title=Words(
            "Près de 15 000 départs en cinq ans, et trois postes clés sur dix sans relève",
            "Nearly 15,000 departures in five years, and three key posts in ten without a successor",
        ),
        tiles=tiles,
        messages=messages,
        chapters=chapters,
        profiles=profiles(),
        area_map=area_map(),
        method=method(),
        versions={"law": "2026-09-01", "analysis": "0.1.0"},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def withheld() -> Synthesis:
    return region(
        scope="sector",
        label=Words("Environnement", "Environment"),
        status="withheld",
        reason=Words("Moins de cinq entreprises ont répondu.", "Fewer than five firms answered."),
        tiles=(),
        messages=(),
        chapters=(),
        profiles=None,
        area_map=None,
        method=None,
        is_demo=True,
    )


def sector() -> Synthesis:
    return region(
        scope="sector",
        label=Words("Aide à domicile", "Home care"),
        profiles=None,
        area_map=None,
        chapters=region().chapters[:2],
        is_demo=True,
    )


ALL = {"region": region, "sector": sector, "withheld": withheld}
