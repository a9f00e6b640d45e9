"""The first page of a synthesis: its title, its key figures and at most five messages, each with a number and its interval.

What comes in is a `Desk`; what goes out is bilingual. A message whose figure is not published is not written.
"""

from analysis.synthesis.desk import Desk, between, percent
from analysis.synthesis.edition import Cell, Message, Tile
from analysis.synthesis.measures import FLAGS
from analysis.words import Words

MOST = 5
EIGHTY = Words("intervalle à 80 %", "80% interval")
NINETY_FIVE = Words("intervalle à 95 %", "95% interval")


def tiles(desk: Desk) -> tuple[Tile, ...]:
    """The key figures."""
    here = desk.domain
    return (
        Tile("respondents", Words("entreprises diagnostiquées", "firms diagnosed"), "firms", desk.respondents(here), _framed(desk)),
        Tile(
            "share_55",
            Words("des salariés ont 55 ans ou plus", "of employees are 55 or over"),
            "share",
            desk.store.cell("staff_55", here),
            NINETY_FIVE,
        ),
        Tile(
            "departures_5",
            Words("départs à la retraite attendus d’ici cinq ans", "retirements expected within five years"),
            "people",
            desk.forecast.total(here, 5),
            EIGHTY,
        ),
        Tile(
            "keyposts_unready",
            Words("des postes clés n’ont pas de relève prête", "of key posts have no ready successor"),
            "share",
            desk.store.cell("keyposts_unready", here),
            NINETY_FIVE,
        ),
    )


def title(desk: Desk, label: Words) -> Words:
    """The finding that stands at the top: the departures to come, else what is described."""
    rate = desk.forecast.rate(desk.domain, 5)
    if rate.value is None:
        return Words(f"Renouvellement générationnel : {label.fr}", f"Generational renewal: {label.en}")
    one_in = round(100 / rate.value) if rate.value > 0 else 0
    if not 2 <= one_in <= 20:  # noqa: PLR2004 (« one in two » to « one in twenty » read well).
        figure = Words(f"{rate.value:.1f}".replace(".", ","), f"{rate.value:.1f}")
        return Words(
            f"{figure.fr} départs à la retraite pour 100 salariés d’ici cinq ans",
            f"{figure.en} retirements in 100 employees within five years",
        )
    return Words(
        f"Un salarié sur {one_in} devrait partir à la retraite d’ici cinq ans",
        f"One employee in {one_in} is expected to retire within five years",
    )


def messages(desk: Desk) -> tuple[Message, ...]:
    """At most five, in the order of what readers must know first."""
    candidates = [
        _departures(desk),
        _share(
            desk, "keyposts_unready", "alert", "des postes clés n’ont pas de relève prête", "of key posts have no ready successor"
        ),
        _share(desk, "recruit_hard", "watch", "des entreprises recrutent difficilement", "of firms find it hard to recruit"),
        _share(
            desk,
            "cash_under_3",
            "watch",
            "des entreprises ont moins de trois mois de trésorerie",
            "of firms have under three months of cash",
        ),
        _share(desk, "chair_65", "watch", "des présidences ont 65 ans ou plus", "of chairs are 65 or over"),
        _need(desk),
        _flagged(desk),
    ]
    return tuple(message for message in candidates if message is not None)[:MOST]


def _departures(desk: Desk) -> Message | None:
    cell = desk.forecast.total(desk.domain, 5)
    if cell.value is None or cell.low is None or cell.high is None:
        return None
    value, low, high = (_thousands(figure) for figure in (cell.value, cell.low, cell.high))
    return Message(
        "departures",
        "alert",
        Words(
            f"{value.fr} salariés devraient partir à la retraite d’ici cinq ans (de {low.fr} à {high.fr}, intervalle à 80 %).",
            f"{value.en} employees are expected to retire within five years ({low.en} to {high.en}, 80% interval).",
        ),
    )


def _share(desk: Desk, measure: str, tone: str, fr: str, en: str) -> Message | None:
    cell = desk.store.cell(measure, desk.domain)
    return None if cell.value is None else Message(measure, tone, _sentence(cell, fr, en))


def _need(desk: Desk) -> Message | None:
    found = [(code, desk.store.cell(code, desk.domain)) for code in desk.store.codes("needs:")]
    known = [(code, cell) for code, cell in found if cell.value and not code.endswith(":aucun")]
    if not known:
        return None
    code, cell = max(known, key=lambda pair: (pair[1].value or 0.0, pair[0]))
    label = desk.label("needs", code.partition(":")[2])
    return Message(
        "need",
        "support",
        _sentence(
            cell,
            f"des entreprises demandent un appui sur « {label.fr.lower()} », premier besoin exprimé",
            f"of firms ask for support with “{label.en.lower()}”, the first need",
        ),
    )


def _flagged(desk: Desk) -> Message | None:
    known = [(code, cell) for code in FLAGS if (cell := desk.store.cell(f"flag_{code}", desk.domain)).value]
    if not known:
        return None
    _, cell = max(known, key=lambda pair: (pair[1].value or 0.0, pair[0]))
    return Message(
        "flag",
        "alert",
        _sentence(cell, "des entreprises portent l’alerte rouge la plus fréquente", "of firms bear the most frequent red flag"),
    )


def _sentence(cell: Cell, fr: str, en: str) -> Words:
    return Words(f"{percent(cell).fr} {fr}{between(cell).fr}.", f"{percent(cell).en} {en}{between(cell).en}.")


def _thousands(value: float) -> Words:
    text = f"{round(value):,}"
    return Words(text.replace(",", "\u202f"), text)


def _framed(desk: Desk) -> Words:
    firms = _thousands(desk.framed(desk.domain))
    return Words(f"sur {firms.fr} entreprises de la base de sondage", f"of {firms.en} firms in the frame")
