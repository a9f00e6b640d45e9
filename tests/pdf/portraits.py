"""Made-up portraits for the tests of documents: a rich one, a small firm, degenerate ones, and a hostile one."""

from dataclasses import replace

from analysis.portrait import (
    ActionLine,
    Amount,
    Band,
    Costs,
    Departures,
    DimensionResult,
    Finding,
    Flag,
    Horizon,
    Identity,
    IndicatorResult,
    KeyPost,
    Portrait,
    Pyramid,
    Validation,
    YearPoint,
)
from analysis.words import Words

NO_WORDS = Words("", "")
TITLES = (
    Words("Exposition démographique", "Demographic exposure"),
    Words("Postes clés, direction et relève", "Key posts, management and succession"),
    Words("Transmission des savoirs et mémoire du projet", "Knowledge transfer and project memory"),
    Words("Attractivité, recrutement, fidélisation", "Attraction, recruitment, retention"),
    Words("Compétences, formation, fonction RH, dialogue", "Skills, training, HR function, dialogue"),
    Words("Conditions de travail, usure, fins de carrière", "Working conditions, strain, late careers"),
    Words("Gouvernance et bénévolat", "Governance and volunteers"),
    Words("Dépendance et visibilité des ressources", "Funding dependency and visibility"),
    Words("Solidité financière et coût des départs", "Financial soundness, cost of departures"),
    Words("Projet, activité, coopérations", "Strategy, activity, partnerships"),
)
BANDS = ((16, 25), (26, 29), (30, 34), (35, 39), (40, 44), (45, 49), (50, 54), (55, 59), (60, 64), (65, None))


def band_label(youngest: int, oldest: int | None) -> Words:
    if youngest == 16:
        return Words(f"Moins de {(oldest or 0) + 1} ans", f"Under {(oldest or 0) + 1}")
    if oldest is None:
        return Words(f"{youngest} ans et plus", f"{youngest} and over")
    return Words(f"{youngest}–{oldest} ans", f"{youngest}–{oldest}")


def identity(**changes: object) -> Identity:
    plain = Identity(
        name="Association Les Restanques",
        siret="80032984900018",
        family="asso",
        family_label=Words("Association", "Association"),
        sector="aide_dom",
        sector_label=Words("Services à la personne, aide à domicile", "Home care"),
        naf="88.10A",
        idcc="2941",
        idcc_label=Words("BAD (aide à domicile)", "BAD (home care)"),
        commune="Apt",
        departement="84",
        epci="CC Pays d’Apt-Luberon",
        zone_emploi="Cavaillon",
        founded=1987,
        headcount=23,
        fte=18.9,
        structure="CBE Apt",
        diagnostician="Camille Barthélemy",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def pyramid(women: tuple[int, ...], men: tuple[int, ...], *, panel: bool = True) -> Pyramid:
    bands = tuple(Band(band_label(low, high), low, high, w, m, w + m) for (low, high), w, m in zip(BANDS, women, men, strict=True))
    total = sum(band.total for band in bands)
    old, older = sum(band.total for band in bands[7:]), sum(band.total for band in bands[6:])
    return Pyramid(
        merged=False,
        bands=bands,
        mean_age=49.6,
        share_50=older / total,
        share_55=old / total,
        count_50=older,
        count_55=old,
        count_under_35=sum(band.total for band in bands[:3]),
        shape="champignon",
        source="roster",
        panel_mean_age=44.1 if panel else None,
        panel_share_55=0.24 if panel else None,
        panel_shares=(0.07, 0.08, 0.1, 0.11, 0.13, 0.14, 0.13, 0.12, 0.1, 0.02) if panel else (),
    )


def merged_pyramid(totals: tuple[int, ...] = (1, 1, 2, 1, 1)) -> Pyramid:
    limits = ((16, 29), (30, 39), (40, 49), (50, 59), (60, None))
    bands = tuple(
        Band(band_label(low, high), low, high, None, None, total) for (low, high), total in zip(limits, totals, strict=True)
    )
    return Pyramid(
        merged=True,
        bands=bands,
        mean_age=48.0,
        share_50=None,
        share_55=None,
        count_50=None,
        count_55=None,
        count_under_35=None,
        shape=None,
        source="bands",
        panel_mean_age=None,
        panel_share_55=None,
        panel_shares=(),
    )


def horizon(
    years: int,
    expected: float,
    half: tuple[int, int],
    ninety: tuple[int, int],
    *,
    declared: int | None = None,
    precise: bool = True,
) -> Horizon:
    return Horizon(years, expected, *half, half[0], half[1], *ninety, 0.9, declared, precise)


def departures() -> Departures:
    expected = (0.4, 1.2, 2.4, 3.6, 4.8, 5.9, 7.1, 8.3, 9.4, 10.2, 10.9)
    path = tuple(
        YearPoint(2026 + index, value, max(value - 0.6, 0) // 1, (value + 1.4) // 1, max(value - 2.0, 0) // 1, (value + 2.6) // 1)
        for index, value in enumerate(expected)
    )
    return Departures(
        basis="roster",
        reference_date="2026-10-14",
        law_version="2026-09-01",
        horizons=(
            horizon(1, 1.0, (0, 2), (0, 2), declared=1, precise=False),
            horizon(3, 3.1, (2, 4), (1, 5), declared=2),
            horizon(5, 5.6, (5, 6), (3, 8), declared=4),
            horizon(10, 10.7, (10, 12), (8, 13)),
        ),
        path=path,
        announced=1,
        past_3_years=2,
        gap_to_declared=1.6,
        ask_about_gap=True,
        withheld=None,
    )


def indicator(code: str, score: float | None, unit: str = "share", value: float | None = 0.42) -> IndicatorResult:
    titles = {
        "share": Words("Part des salariés de 50 ans et plus", "Share of employees aged 50 and over"),
        "months": Words("Mois de trésorerie devant soi", "Months of cash ahead"),
        "ratio": Words(
            "Salariés de moins de 30 ans pour un salarié de 55 ans et plus", "Employees under 30 for each aged 55 and over"
        ),
    }
    return IndicatorResult(
        code, titles[unit], unit, value, score, (0.2, 0.3, 0.45) if unit == "share" else (6.0, 3.0, 1.0), sourced=unit == "share"
    )


def dimensions() -> tuple[DimensionResult, ...]:
    scores = (71.0, 62.0, 55.0, 34.0, 48.0, 41.0, 66.0, 52.0, 18.0, 24.0)
    marks = ((3, 3, 3), (1, 3, 3), (2, 2, 2), (2, 1, 1), (2, 2, 2), (1, 2, 2), (3, 3, 3), (2, 3, 2), (0, 1, 1), (1, 1, 1))
    grades = ("D", "C", "C", "B", "C", "B", "D", "C", "A", "A")
    found = []
    for index, (score, (firm, diag, cons), grade) in enumerate(zip(scores, marks, grades, strict=True)):
        found.append(
            DimensionResult(
                code=f"D{index + 1}",
                title=TITLES[index],
                family="HR" if index < 6 else "economic",
                score=score,
                answered=0.9,
                grade=grade,
                raised=index == 1,
                firm_mark=firm,
                diagnostician_mark=diag,
                consensus=cons,
                comment="La directrice annonce son départ : la relève est à ouvrir." if index == 1 else "",
                reading="firm_optimistic" if index == 1 else "agreement",
                panel_q1=32.0 + index,
                panel_median=44.0 + index,
                panel_q3=58.0 + index,
                indicators=tuple(
                    indicator(f"I{index * 4 + step:02d}", score, ("share", "ratio", "months", "share")[step]) for step in range(4)
                ),
            )
        )
    return tuple(found)


def key_posts() -> tuple[KeyPost, ...]:
    rows = (
        ("Direction", "CAD", "h3", 4, 4, 12, 0, "aucun", 0.8, "critical"),
        ("Responsable de secteur", "PI", "h5", 4, 3, 8, 0, "aucun", 0.49, "high"),
        ("Comptabilité et paie", "PI", "h3", 3, 3, 6, 1, "identifie", 0.34, "medium"),
        ("Coordination des plannings", "EMP", "h10", 3, 2, 4, 1, "pret", 0.14, "low"),
        ("Encadrement technique", "PI", "hx", 3, 3, 6, None, "externe", 0.21, "medium"),
        ("Accueil et secrétariat", "EMP", "h10", 2, 1, 3, 2, "pret", 0.03, "low"),
    )
    return tuple(KeyPost(*row) for row in rows)


def costs() -> Costs:
    return Costs(
        agreement="BAD (IDCC 2941)",
        agreement_status="agreement",
        reference="Art. 29.2 (avenant 1 du 24 mars 2011)",
        indemnity_5=Amount(18300, 11200, 25900),
        indemnity_10=Amount(36400, 27800, 45100),
        charges_rate=0.43,
        overlap_5=Amount(21500, 14300, 28800),
        noria_yearly=3200,
        balance_5=Amount(24700, 12100, 36900),
        provision="non",
        provision_amount=None,
        cash=84000,
        uncovered_share_of_cash=0.22,
        withheld=None,
    )


def actions() -> tuple[ActionLine, ...]:
    rows = (
        (
            "A07",
            "Préparer le remplacement de la direction : profil, tuilage, mandat du conseil",
            "Prepare the manager’s succession",
            ("D2",),
            "p1",
            "Conseil d’administration",
            "2027-03-31",
            "Appui-conseil OPCO",
            "Calendrier voté en conseil",
        ),
        (
            "A11",
            "Écrire les dix procédures vitales et un dossier de passation",
            "Write the ten vital procedures and a handover file",
            ("D3",),
            "p1",
            "Direction",
            "2027-02-28",
            "Interne",
            "Dix fiches relues",
        ),
        (
            "A08",
            "Former une doublure pour chaque tâche vitale",
            "Train a back-up for each vital task",
            ("D2", "D3"),
            "p1",
            "Comptabilité",
            "2027-06-30",
            "AFEST, plan de développement des compétences",
            "Une clôture menée seule",
        ),
        (
            "A21",
            "Prévenir l’usure : évaluer les postes exposés, aménager les tournées",
            "Prevent strain: assess exposed posts, adapt the rounds",
            ("D6",),
            "p2",
            "Direction, CSE",
            "2027-09-30",
            "Carsat",
            "Arrêts longs en baisse",
        ),
        (
            "A02",
            "Mener les entretiens de parcours professionnel",
            "Hold the career interviews",
            ("D1", "D5"),
            "p2",
            "Direction",
            "2027-12-15",
            "Interne",
            "Tous proposés",
        ),
        (
            "",
            "Rejoindre le groupement d’employeurs du Luberon",
            "Rejoindre le groupement d’employeurs du Luberon",
            ("D10",),
            "p2",
            "Présidente",
            "2028-01-31",
            "CRESS",
            "Convention signée",
        ),
        (
            "A04",
            "Accueillir deux apprentis sur les métiers qui partent",
            "Take two apprentices in jobs that are leaving",
            ("D4",),
            "p3",
            "Responsables de secteur",
            "2028-09-01",
            "Aide à l’apprentissage",
            "Deux contrats signés",
        ),
    )
    found = [
        ActionLine(
            code=code,
            title=Words(french, english),
            dimensions=dims,
            priority=priority,
            pilot=pilot,
            deadline=deadline,
            funding=funding,
            indicator=sign,
            schemes=Words("PCRH ; appui-conseil de l’OPCO ; DLA", "PCRH; OPCO advice; DLA"),
            reason=Words(
                "La direction part d’ici trois ans et personne n’est prêt à la reprendre.",
                "The manager leaves within three years and nobody is ready.",
            ),
            refused=False,
            refusal_reason="",
        )
        for code, french, english, dims, priority, pilot, deadline, funding, sign in rows
    ]
    refused = replace(
        found[0],
        code="A30",
        title=Words("Renégocier le forfait avec le Département", "Renegotiate with the Département"),
        refused=True,
        refusal_reason="Déjà négocié cette année, nous attendons la réponse.",
    )
    return (*found, refused)


def rich(**changes: object) -> Portrait:
    plain = Portrait(
        schema=1,
        reference="PACA-0042",
        kind="final",
        campaign="CRESS Provence-Alpes-Côte d’Azur",
        region="Provence-Alpes-Côte d’Azur",
        is_demo=False,
        prepared_on="2026-11-20",
        visited_on="2026-10-14",
        met=("direction", "president", "rp"),
        documents_seen=("registre", "bilan", "duerp"),
        data_reliability=3,
        firm=identity(),
        pyramid=pyramid((0, 0, 1, 1, 1, 2, 2, 3, 4, 2), (0, 0, 2, 0, 1, 0, 1, 2, 1, 0)),
        departures=departures(),
        dimensions=dimensions(),
        hr_index=52.0,
        economic_index=40.0,
        panel_hr_median=46.0,
        panel_economic_median=44.0,
        panel_size=84,
        flags=(
            Flag(
                "R1",
                "D2",
                Words("Départ de la direction sans relève", "Manager leaving without a successor"),
                Words(
                    "La direction part d’ici trois ans ; personne n’est identifié pour lui succéder.",
                    "The manager leaves within three years; nobody is identified to take over.",
                ),
            ),
            Flag(
                "R8",
                "D6",
                Words("Pas de document unique à jour", "No up-to-date risk assessment"),
                Words(
                    "L’évaluation des risques professionnels est obligatoire dès le premier salarié.",
                    "The risk assessment is compulsory from the first employee.",
                ),
            ),
        ),
        key_posts=key_posts(),
        costs=costs(),
        actions=actions(),
        findings=(
            Finding(
                "alert",
                Words("Une équipe plus âgée que le panel", "An older team than the panel"),
                Words(
                    "12 salariés sur 23 ont 55 ans et plus, contre 24 % dans le panel.",
                    "12 employees out of 23 are 55 or over, against 24% in the panel.",
                ),
            ),
            Finding(
                "watch",
                Words("La direction part sans relève", "The manager leaves without a successor"),
                Words(
                    "Le départ est attendu d’ici trois ans et le recrutement demande douze mois.",
                    "The departure is expected within three years and hiring takes twelve months.",
                ),
            ),
            Finding(
                "support",
                Words("Des comptes solides", "Sound accounts"),
                Words(
                    "La trésorerie couvre cinq mois : elle laisse le temps d’organiser la suite.",
                    "Cash covers five months: there is time to organise what comes next.",
                ),
            ),
        ),
        headline=Words(
            "L’entreprise a deux à trois ans pour organiser la relève : engager les trois priorités avant l’été 2027 permet de garder la main.",
            "The firm has two to three years to organise succession: starting the three priorities before summer 2027 keeps it in control.",
        ),
        strengths_firm="Une équipe soudée.\nUn ancrage local reconnu par les communes.\nDes comptes sains.",
        weaknesses_firm="La direction porte trop de choses.\nLes plannings tiennent dans une seule tête.",
        strengths_diagnostician="Trésorerie confortable ; gouvernance présente.",
        weaknesses_diagnostician="Aucune procédure écrite. Deux départs probables la même année sur le même secteur.",
        validation=Validation(
            "validated_remarks",
            "2026-11-18",
            "présidente",
            "Nous partageons le constat. Le départ de la directrice est prévu en juin 2028, et non en 2029.",
        ),
        versions={"questionnaire": "2026-1", "analysis": "0.1.0"},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def small(**changes: object) -> Portrait:
    tiny = replace(
        departures(),
        basis="bands",
        horizons=(horizon(5, 1.0, (0, 2), (0, 2), precise=False), horizon(10, 2.0, (1, 2), (1, 2), precise=False)),
        path=(),
        announced=0,
        ask_about_gap=False,
    )
    plain = rich(
        firm=identity(
            name="Scop Les Trois Oliviers", headcount=6, fte=5.2, commune="Digne-les-Bains", departement="04", founded=None
        ),
        pyramid=merged_pyramid(),
        departures=tiny,
        panel_size=0,
        key_posts=key_posts()[:2],
        flags=(),
        costs=replace(
            costs(), agreement="CCN 66 (IDCC 413)", agreement_status="unverified", balance_5=None, uncovered_share_of_cash=None
        ),
        actions=actions()[:2],
        validation=Validation("pending", "", "", ""),
        dimensions=tuple(replace(item, panel_q1=None, panel_median=None, panel_q3=None) for item in dimensions()),
        panel_hr_median=None,
        panel_economic_median=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def bare(**changes: object) -> Portrait:
    """Three people, hardly an answer: no ages, no scores, no marks, no posts, no actions."""
    nothing = replace(
        departures(),
        basis="bands",
        horizons=(),
        path=(),
        announced=0,
        past_3_years=None,
        ask_about_gap=False,
        gap_to_declared=None,
        withheld="ages",
    )
    unscored = tuple(
        replace(
            item,
            score=None,
            answered=0.0,
            grade=None,
            raised=False,
            firm_mark=None,
            diagnostician_mark=None,
            consensus=None,
            comment="",
            reading=None,
            panel_q1=None,
            panel_median=None,
            panel_q3=None,
            indicators=(),
        )
        for item in dimensions()
    )
    plain = rich(
        kind="draft",
        is_demo=True,
        met=(),
        documents_seen=(),
        data_reliability=None,
        firm=identity(name="Le Petit Atelier", headcount=3, fte=None, founded=None, zone_emploi="", idcc_label=NO_WORDS),
        pyramid=replace(merged_pyramid((0, 0, 0, 0, 0)), mean_age=None),
        departures=nothing,
        dimensions=unscored,
        hr_index=None,
        economic_index=None,
        panel_hr_median=None,
        panel_economic_median=None,
        panel_size=0,
        flags=(),
        key_posts=(),
        costs=Costs("", "legal", "C. trav., art. D1237-1", None, None, 0.43, None, None, None, "", None, None, None, "ages"),
        actions=(),
        findings=(),
        headline=NO_WORDS,
        strengths_firm="",
        weaknesses_firm="",
        strengths_diagnostician="",
        weaknesses_diagnostician="",
        validation=Validation("pending", "", "", ""),
        versions={},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def large(**changes: object) -> Portrait:
    """Fifty people, thirty key posts, a long disagreement."""
    posts = tuple(replace(key_posts()[index % 6], title=f"Poste clé n° {index + 1}, coordination et appui") for index in range(30))
    remarks = " ".join(f"Phrase numéro {index} de notre désaccord, écrite en entier." for index in range(60))
    plain = rich(
        firm=identity(name="Mutuelle des Deux Rives", headcount=50, fte=44.5),
        pyramid=pyramid((1, 2, 3, 3, 3, 4, 4, 5, 5, 1), (0, 1, 2, 2, 2, 3, 2, 3, 3, 1)),
        key_posts=posts,
        validation=Validation("disagreement", "2026-11-18", "directeur", remarks),
        actions=(*actions(), *actions()[:5]),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


HOSTILE = '<script>alert("x")</script> <img src="file:///etc/passwd"/> &amp; <b>gras</b> ${7*7} {{ 7*7 }} %s {name} 🙂👩‍🔧 مرحبا بكم في الشركة '
LONG_WORD = "Anticonstitutionnellement" * 12


def hostile(**changes: object) -> Portrait:
    """Answers that try everything."""
    worst = HOSTILE + LONG_WORD
    plain = rich(
        firm=identity(
            name=(HOSTILE + LONG_WORD)[:200],
            commune="Saint-Étienne-les-Orgues <br/>",
            structure="<para>",
            diagnostician="O'Neil & {fils}",
        ),
        key_posts=(replace(key_posts()[0], title=worst), *key_posts()[1:]),
        actions=tuple(
            replace(action, code="", title=Words(worst, worst), pilot=worst, funding=worst, indicator=worst, refusal_reason=worst)
            for action in actions()[:3]
        ),
        strengths_firm=worst * 8,
        weaknesses_firm="\x00\x07\u200b\ufeffNul\r\nLigne\tTab",
        strengths_diagnostician="مرحبا بكم في الشركة، لدينا 12 موظفا و3 متطوعين",
        weaknesses_diagnostician="שלום עולם 2026",
        validation=Validation("disagreement", "2026-11-18", worst[:80], (worst + " ") * 9),
        versions={"analysis": HOSTILE, "<x>": "1"},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def odd(**changes: object) -> Portrait:
    """Marks without scores, scores without marks, unknown codes, one of everything."""
    items = list(dimensions())
    items[0] = replace(items[0], score=None, grade=None)
    items[3] = replace(items[3], firm_mark=None, reading=None)
    items[5] = replace(items[5], diagnostician_mark=None, consensus=None, reading=None)
    items[8] = replace(items[8], score=100.0, grade="D", firm_mark=4, diagnostician_mark=4, consensus=4)
    items[9] = replace(items[9], score=0.0, firm_mark=0, diagnostician_mark=0, consensus=0)
    plain = rich(
        firm=identity(headcount=11),
        dimensions=tuple(items),
        met=("inconnu",),
        documents_seen=("x",),
        key_posts=key_posts()[:1],
        flags=rich().flags[:1],
        actions=(replace(actions()[0], deadline="", pilot="", funding="", indicator="", priority=""),),
        departures=replace(
            departures(),
            horizons=(horizon(10, 0.0, (0, 0), (0, 0)),),
            path=tuple(YearPoint(2026 + step, 0, 0, 0, 0, 0) for step in range(11)),
        ),
        validation=Validation("validated", "", "", ""),
        costs=replace(costs(), indemnity_5=Amount(0, 0, 0), indemnity_10=None, overlap_5=None, balance_5=Amount(-1200, -3000, 400)),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


ALL = {"rich": rich, "small": small, "bare": bare, "large": large, "hostile": hostile, "odd": odd}
