"""The chapters on what firms do: practices, handing on, recruitment, working conditions, governance.

What comes in is a `Desk`; what goes out are chapters whose findings bear a number. Everything is bilingual.
"""

from dataclasses import replace

from analysis.synthesis.desk import Desk, kept, options, told, top_title
from analysis.synthesis.edition import Chapter
from analysis.words import Words


def practice_chapters(desk: Desk) -> list[Chapter]:
    """Chapters 5 to 9."""
    return [practices(desk), transmission(desk), recruitment(desk), conditions(desk), governance(desk)]


def practices(desk: Desk) -> Chapter:
    """Interviews and tools."""
    shares = [
        ("interviews_uptodate", Words("Entretiens de parcours professionnel à jour", "Career interviews up to date")),
        ("turnover", Words("Rotation annuelle du personnel", "Yearly staff turnover")),
        ("part_time", Words("Temps partiel", "Part-time")),
    ]
    tools = desk.list_table(
        "hr_tools",
        Words("Nombre moyen d’outils RH en place", "Mean number of HR tools in place"),
        [("hr_tools", Words("Outils RH", "HR tools"))],
        unit="number",
        ranked=False,
    )
    table = desk.list_table("hr_shares", Words("Part moyenne des salariés", "Mean share of employees"), shares, ranked=False)
    return Chapter(
        "hr",
        5,
        Words("Pratiques de gestion des ressources humaines", "Human-resources practices"),
        told(
            desk,
            "interviews_uptodate",
            "des salariés en moyenne ont un entretien à jour",
            "of employees on average have an up-to-date interview",
        ),
        kept([table, tools]),
    )


def transmission(desk: Desk) -> Chapter:
    """Training and handing on."""
    training = [
        ("training_access", Words("Salariés formés dans l’année", "Employees trained in the year")),
        ("training_access_50", Words("Salariés de 50 ans et plus formés", "Employees of 50 and over trained")),
    ]
    tables = [
        desk.list_table(
            "training", Words("Accès à la formation, part moyenne", "Access to training, mean share"), training, ranked=False
        ),
        desk.list_table(
            "transfer", Words("Modes de transmission pratiqués", "Ways of handing on"), options(desk, "transfer_modes")
        ),
    ]
    return Chapter(
        "training",
        6,
        Words("Formation et transmission", "Training and handing on"),
        told(
            desk,
            "training_access",
            "des salariés en moyenne ont été formés dans l’année",
            "of employees on average were trained in the year",
        ),
        kept(tables),
    )


def recruitment(desk: Desk) -> Chapter:
    """Difficulties and their causes."""
    shares = [
        ("recruit_hard", Words("Entreprises qui recrutent difficilement", "Firms that find it hard to recruit")),
        ("recruit_failed_share", Words("Recrutements infructueux, part moyenne", "Failed recruitments, mean share")),
    ]
    tables = [
        desk.list_table("recruiting", Words("Recrutement", "Recruitment"), shares, ranked=False),
        desk.list_table(
            "recruit_causes",
            Words("Causes des difficultés de recrutement", "Causes of recruitment difficulties"),
            options(desk, "recruit_causes"),
        ),
    ]
    if desk.scope == "region":
        tables.append(
            desk.by_table(
                "recruiting_sector",
                top_title(desk, "sector", "recruit_hard"),
                Words("Entreprises qui recrutent difficilement", "Firms that find it hard to recruit"),
                name="sector",
                measure="recruit_hard",
            )
        )
    return Chapter(
        "recruitment",
        7,
        Words("Recrutement et attractivité", "Recruitment and attraction"),
        told(desk, "recruit_hard", "des entreprises recrutent difficilement", "of firms find it hard to recruit"),
        kept(tables),
    )


def conditions(desk: Desk) -> Chapter:
    """Strain and prevention."""
    tables = [
        desk.list_table("strain", Words("Facteurs d’usure professionnelle", "Strain factors"), options(desk, "strain")),
        desk.list_table(
            "prevention",
            Words("Prévention", "Prevention"),
            [("duerp_recent", Words("Document unique (DUERP) à jour", "Up-to-date risk assessment"))],
            ranked=False,
        ),
    ]
    return Chapter(
        "conditions",
        8,
        Words("Conditions de travail et fins de carrière", "Working conditions and late careers"),
        told(desk, "duerp_recent", "des entreprises ont un document unique à jour", "of firms have an up-to-date risk assessment"),
        kept(tables),
    )


def governance(desk: Desk) -> Chapter:
    """Boards and chairs."""
    shares = [
        ("board_share65", Words("Administrateurs de 65 ans et plus, part moyenne", "Board members of 65 and over, mean share")),
        ("chair_65", Words("Présidences de 65 ans et plus", "Chairs of 65 and over")),
        (
            "double_departure",
            Words(
                "Présidence et direction partant toutes deux d’ici trois ans", "Chair and manager both leaving within three years"
            ),
        ),
    ]
    table = desk.list_table("boards", Words("Gouvernance", "Governance"), shares, ranked=False)
    note = Words(
        "Repère national : 47 % des présidences avaient 65 ans ou plus en 2021 (Centre d’économie de la Sorbonne, 2023).",
        "National benchmark: 47% of chairs were 65 or over in 2021 (Centre d’économie de la Sorbonne, 2023).",
    )
    return Chapter(
        "governance",
        9,
        Words("Gouvernance et bénévolat", "Governance and volunteers"),
        told(desk, "chair_65", "des présidences ont 65 ans ou plus", "of chairs are 65 or over"),
        kept([replace(table, note=note)]),
    )
