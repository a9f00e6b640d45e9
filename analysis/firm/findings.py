"""The first page in words: one headline and three findings, built from the figures, honest where they are missing.

Comes in: what the report already holds. Goes out: bilingual sentences. No figure is told here more precisely than it may be.
"""

from collections.abc import Sequence

from analysis.fragility.facts import Facts
from analysis.fragility.keyposts import READY, SOON
from analysis.portrait import Departures, DimensionResult, Finding, Flag, Horizon, Pyramid
from analysis.wording import counted, departures, listed, lower_first, number, percent, spelled, upper_first
from analysis.words import Words

GOOD, WATCH, BAD, MISSING = "good", "warn", "bad", "info"
FRAGILE_FROM, SOLID_UNDER = 45.0, 25.0
LOW_SHARE_55, HIGH_SHARE_55 = 0.08, 0.15
# Shares that differ by less are told as alike.
CLOSE_SHARES = 0.02
SMALLEST_TOLD = 0.05
HEADLINE_YEARS = 5


def headline(facts: Facts, shown: Departures) -> Words:
    """The report in one sentence: the departures of five years, and the key posts without a successor ready."""
    horizon = _horizon(shown, HEADLINE_YEARS)
    unready = sum(post.horizon in SOON and post.successor != READY for post in facts.posts)
    if horizon is None:
        if facts.headcount == 0:
            return Words(
                "Les effectifs manquent\u00a0: le diagnostic ne peut pas encore conclure.",
                "The staff is not known: the diagnosis cannot conclude yet.",
            )
        start = Words("Trop d’âges manquent pour projeter les départs", "Too many ages are missing to project departures")
    else:
        start = expected_by(horizon, facts)
    if not unready:
        return Words(f"{start.fr}.", f"{start.en}.")
    posts = spelled(unready, ("poste clé n’a", "postes clés n’ont"), ("key post has", "key posts have"))
    return Words(f"{start.fr}, et {posts.fr} pas de relève prête.", f"{start.en}, and {posts.en} no successor ready.")


def expected_by(horizon: Horizon, facts: Facts) -> Words:
    """« D’ici 2031, 3,4 départs sont attendus sur 23 salariés », with what may be told of them."""
    year = facts.day.year + horizon.years
    staff = counted(facts.headcount, ("salarié", "salariés"), ("employee", "employees"))
    words = departures(horizon)
    most = horizon.high90
    if most == 0 or (horizon.precise and horizon.expected < SMALLEST_TOLD):
        fr, en = "aucun départ à la retraite n’est attendu", "no retirement is expected"
    elif horizon.precise:
        fr = f"{words.fr} à la retraite {'sont attendus' if horizon.expected >= 2 else 'est attendu'}"  # noqa: PLR2004 (French plural)
        en = f"{words.en.replace('departure', 'retirement')} {'is' if horizon.expected == 1 else 'are'} expected"
    elif most == 1:
        fr, en = "un départ à la retraite est possible", "one retirement is possible"
    elif horizon.low90 == 0:
        some = spelled(
            most,
            ("départ à la retraite est possible", "départs à la retraite sont possibles"),
            ("retirement is possible", "retirements are possible"),
        )
        fr, en = f"jusqu’à {some.fr}", f"up to {some.en}"
    else:
        fr = f"entre {horizon.low90} et {most} départs à la retraite sont attendus"
        en = f"between {horizon.low90} and {most} retirements are expected"
    return Words(f"D’ici {year}, {fr} sur {staff.fr}", f"By {year}, {en} out of {staff.en}")


def findings(
    facts: Facts, ages: Pyramid, shown: Departures, dimensions: Sequence[DimensionResult], flags: Sequence[Flag]
) -> tuple[Finding, ...]:
    """Three findings: the ages and departures, what is most fragile, and what the firm can lean on (or what is not known)."""
    found = [_ages(facts, ages, shown), _fragile(dimensions, flags), _strength(dimensions)]
    return tuple(one for one in found if one is not None)


def _horizon(shown: Departures, years: int) -> Horizon | None:
    return next((horizon for horizon in shown.horizons if horizon.years == years), None)


def _ages(facts: Facts, ages: Pyramid, shown: Departures) -> Finding:
    """How old the team is, beside the panel, and when departures come."""
    if ages.share_55 is None or ages.count_55 is None:
        return Finding(
            MISSING,
            Words("Les âges ne sont pas connus", "Ages are not known"),
            Words(
                "Sans les âges de l’équipe, aucun départ ne peut être projeté. Compléter le registre ou les tableaux d’effectifs.",
                "Without the ages of the staff no departure can be projected. Complete the roster or the staff tables.",
            ),
        )
    share = percent(ages.share_55)
    older = counted(ages.count_55, ("salarié a", "salariés ont"), ("employee is", "employees are"))
    first = (
        Words("Aucun salarié n’a 55 ans ou plus.", "No employee is 55 or over.")
        if ages.count_55 == 0
        else Words(f"{older.fr} 55 ans ou plus, soit {share.fr} de l’équipe.", f"{older.en} 55 or over, {share.en} of the staff.")
    )
    sentences = [first, _beside_panel(ages), _coming(facts, shown)]
    tone, title = _age_title(ages)
    return Finding(tone, title, _text(sentences))


def _age_title(ages: Pyramid) -> tuple[str, Words]:
    share, panel = ages.share_55 or 0.0, ages.panel_share_55
    if panel is not None and share > max(panel + CLOSE_SHARES, LOW_SHARE_55):
        return WATCH, Words("Une équipe plus âgée que le panel", "A team older than the panel")
    if share >= HIGH_SHARE_55:
        return WATCH, Words("Une équipe où les départs approchent", "A team where departures are near")
    return GOOD, Words("Une équipe que l’âge n’expose pas encore", "A team that age does not yet expose")


def _beside_panel(ages: Pyramid) -> Words | None:
    if ages.panel_share_55 is None:
        return None
    panel = percent(ages.panel_share_55)
    return Words(
        f"Dans les entreprises comparables, cette part est de {panel.fr}.", f"In comparable firms this share is {panel.en}."
    )


def _coming(facts: Facts, shown: Departures) -> Words | None:
    horizon = _horizon(shown, 10)
    if horizon is None:
        return Words("Trop d’âges manquent pour projeter les départs.", "Too many ages are missing to project departures.")
    sentence = expected_by(horizon, facts)
    return Words(f"{sentence.fr}.", f"{sentence.en}.")


def _fragile(dimensions: Sequence[DimensionResult], flags: Sequence[Flag]) -> Finding | None:
    """The red flags when some are up, else the most fragile dimension, else what is missing."""
    if flags:
        first = flags[0]
        if len(flags) == 1:
            return Finding(BAD, first.title, first.explanation)
        others = listed(lower_first(flag.title) for flag in flags[1:])
        count = upper_first(spelled(len(flags), ("signal d’alerte", "signaux d’alerte"), ("red flag", "red flags")))
        text = Words(
            f"{first.explanation.fr} À traiter aussi\u00a0: {others.fr}.",
            f"{first.explanation.en} To be dealt with as well: {others.en}.",
        )
        return Finding(
            BAD, Words(f"{count.fr}\u00a0: {lower_first(first.title).fr}", f"{count.en}: {lower_first(first.title).en}"), text
        )
    scored = [one for one in dimensions if one.score is not None]
    if not scored:
        return Finding(
            MISSING,
            Words("Trop de réponses manquent pour un score", "Too many answers are missing for a score"),
            Words(
                "Aucune des dix dimensions n’a assez de réponses pour être calculée\u202f; les deux notes restent la seule lecture.",
                "None of the ten dimensions has enough answers to be computed; the two marks are the only reading.",
            ),
        )
    worst = max(scored, key=lambda one: one.score or 0.0)
    tone = WATCH if (worst.score or 0.0) >= FRAGILE_FROM else GOOD
    start = (
        Words("Le point le plus fragile", "The weakest point")
        if tone == WATCH
        else Words("Rien d’alarmant\u202f; à surveiller", "Nothing alarming; to be watched")
    )
    title = lower_first(worst.title)
    return Finding(tone, Words(f"{start.fr}\u00a0: {title.fr}", f"{start.en}: {title.en}"), _score_text(worst, weakest=True))


def _strength(dimensions: Sequence[DimensionResult]) -> Finding | None:
    """The most solid dimension to lean on; nothing when none is solid enough, or when it is the only one that was scored."""
    scored = [one for one in dimensions if one.score is not None and not one.raised]
    if len(scored) < 2:  # noqa: PLR2004 (one dimension alone is both the best and the worst)
        return None
    best = min(scored, key=lambda one: one.score or 0.0)
    if (best.score or 0.0) >= FRAGILE_FROM:
        return None
    solid = (best.score or 0.0) < SOLID_UNDER
    start = Words("Un appui solide", "A solid base") if solid else Words("Le point le mieux tenu", "The best held point")
    title = lower_first(best.title)
    return Finding(GOOD, Words(f"{start.fr}\u00a0: {title.fr}", f"{start.en}: {title.en}"), _score_text(best, weakest=False))


def _score_text(dimension: DimensionResult, *, weakest: bool) -> Words:
    """The score, its place in the panel, and the indicator that weighs most."""
    score = number(dimension.score or 0.0)
    sentences: list[Words | None] = [
        Words(
            f"Le score est de {score.fr} sur 100 (100 étant le plus fragile).",
            f"The score is {score.en} out of 100 (100 being the most fragile).",
        )
    ]
    if dimension.panel_median is not None:
        gap = (dimension.score or 0.0) - dimension.panel_median
        size = number(abs(gap))
        median = number(dimension.panel_median)
        if size.en == "0":
            sentences.append(Words("C’est la médiane du panel.", "This is the panel’s median."))
        else:
            side = ("au-dessus", "above") if gap > 0 else ("au-dessous", "below")
            unit = counted(abs(gap), ("point", "points"), ("point", "points"))
            sentences.append(
                Words(
                    f"C’est {unit.fr} {side[0]} de la médiane du panel ({median.fr}).",
                    f"This is {unit.en} {side[1]} the panel’s median ({median.en}).",
                )
            )
    known = [one for one in dimension.indicators if one.score is not None]
    if known:
        told = (max if weakest else min)(known, key=lambda one: one.score or 0.0)
        what = lower_first(told.title)
        start = (
            Words("L’indicateur qui pèse le plus", "The indicator that weighs most")
            if weakest
            else Words("L’indicateur le plus favorable", "The most favourable indicator")
        )
        sentences.append(Words(f"{start.fr}\u00a0: «\u00a0{what.fr}\u00a0».", f"{start.en}: “{what.en}”."))
    return _text(sentences)


def _text(sentences: Sequence[Words | None]) -> Words:
    known = [sentence for sentence in sentences if sentence is not None]
    return Words(" ".join(one.fr for one in known), " ".join(one.en for one in known))
