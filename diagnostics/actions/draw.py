"""The draw of the panel and its reserves: a preview that changes nothing, then the draw itself, which opens the dossiers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from analysis.survey.sampling import SamplingError, draw
from diagnostics.access import Actor
from diagnostics.actions.base import ActionError, ConflictError, NotFoundError, log
from diagnostics.actions.panel import NO_CAMPAIGN, last_change, require_coordinator
from diagnostics.db import Database
from diagnostics.frame.known import STRATUM
from diagnostics.frame.tables import SECTORS, SIZE_CLASSES
from diagnostics.models import Campaign, Diagnosis, Firm, Selection, State

SERIES = "PACA"
LARGEST_SEED = 2**31 - 1
STALE = _l("La base de sondage a changé depuis cet aperçu ; rien n’a été tiré. Relisez l’aperçu, puis confirmez.")


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum of a draw: firms in the frame, drawn for the panel, named as reserves."""

    sector: str
    departement: str
    size_class: str
    frame: int
    panel: int
    reserve: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draw would give: each stratum, and a mark of the frame that it was computed on."""

    size: int
    seed: int
    strata: tuple[Stratum, ...]
    mark: str

    @property
    def frame(self) -> int:
        """How many firms may be drawn."""
        return sum(stratum.frame for stratum in self.strata)

    @property
    def reserve(self) -> int:
        """How many reserves are named."""
        return sum(stratum.reserve for stratum in self.strata)

    @property
    def without_panel(self) -> int:
        """How many strata have firms and none in the panel: they will have no weight of their own."""
        return sum(stratum.panel == 0 for stratum in self.strata)

    @property
    def without_reserve(self) -> int:
        """How many strata have a panel firm and no reserve to replace it."""
        return sum(stratum.panel > 0 and stratum.reserve == 0 for stratum in self.strata)

    def margin(self, column: str) -> list[Stratum]:
        """The strata added up by one of their columns; the other two are empty."""
        found: dict[str, list[Stratum]] = {}
        for stratum in self.strata:
            found.setdefault(getattr(stratum, column), []).append(stratum)
        names = sorted(found, key=lambda value: _in_order(tuple(value if name == column else "" for name in STRATUM)))
        return [
            Stratum(
                **{name: value if name == column else "" for name in ("sector", "departement", "size_class")},
                frame=sum(one.frame for one in group), panel=sum(one.panel for one in group), reserve=sum(one.reserve for one in group),
            )
            for value, group in ((value, found[value]) for value in names)
        ]  # fmt: skip


def why_not(session: Session, campaign_id: int) -> str | None:
    """Why the panel cannot be drawn (again) now, or None."""
    moved = (
        session.scalar(
            select(func.count()).select_from(Diagnosis).where(Diagnosis.campaign_id == campaign_id, Diagnosis.state != State.DRAWN)
        )
        or 0
    )
    if moved:
        return str(
            _l(
                "Des dossiers sont déjà affectés ou en cours (%(count)d) : tirer à nouveau les effacerait. Les remplacements se font dossier par dossier.",
                count=moved,
            )
        )
    if not session.scalar(select(Firm.id).where(*_drawable(campaign_id)).limit(1)):
        return str(_l("La base de sondage est vide : importez d’abord les entreprises."))
    return None


def _drawable(campaign_id: int) -> Sequence[ColumnElement[bool]]:
    return (Firm.campaign_id == campaign_id, Firm.exclusion == "", Firm.sector != "", Firm.departement != "", Firm.size_class != "")


def preview(session: Session, campaign_id: int, wanted: int, seed: int) -> Preview:
    """What a draw of this size with this seed gives; the same arguments on the same frame give the same panel.

    Raises `ActionError` when the panel cannot be drawn.
    """
    refused = why_not(session, campaign_id)
    if refused:
        raise ActionError(refused)
    drawn = _draw(session, campaign_id, wanted, seed)
    columns = (drawn[name].tolist() for name in ("sector", "departement", "size_class", "selection"))
    counted = Counter(zip(*columns, strict=True))
    places = sorted({key[:3] for key in counted}, key=_in_order)
    strata = tuple(
        Stratum(
            sector, departement, size,
            frame=sum(counted[sector, departement, size, made.value] for made in Selection),
            panel=counted[sector, departement, size, Selection.PANEL.value],
            reserve=counted[sector, departement, size, Selection.RESERVE.value],
        )
        for sector, departement, size in places
    )  # fmt: skip
    return Preview(wanted, seed, strata, str(last_change(session)))


def _in_order(place: tuple[str, ...]) -> tuple[int, str, int]:
    """Strata in the order that people read them: sectors and sizes as the study lists them."""
    sector, departement, size = place
    sizes = [code for code, _, _ in SIZE_CLASSES]
    return (
        SECTORS.index(sector) if sector in SECTORS else len(SECTORS),
        departement,
        sizes.index(size) if size in sizes else len(sizes),
    )


def _draw(session: Session, campaign_id: int, size: int, seed: int) -> pd.DataFrame:
    columns = ("id", "siret", "sector", "departement", "size_class")
    rows = session.execute(
        select(*(getattr(Firm, name) for name in columns)).where(*_drawable(campaign_id)).order_by(Firm.siret)
    ).all()
    if size < 1 or size > len(rows):
        raise ActionError(
            _l("La base compte %(count)d entreprises à tirer : demandez un panel entre 1 et %(count)d.", count=len(rows))
        )
    frame = pd.DataFrame(rows, columns=list(columns))
    strata = len(frame[["sector", "departement", "size_class"]].drop_duplicates())
    try:
        # A stratum without anybody in the panel would have no weight: each gets one, when the panel is large enough for that.
        return draw(frame, size, seed, minimum=1 if size >= strata else 0)
    except SamplingError as error:
        raise ActionError(str(error)) from error


def draw_panel(database: Database, actor: Actor, campaign_id: int, size: int, seed: int, *, mark: str | None = None) -> int:
    """Draws the panel and its ranked reserves, opens a dossier for each panel firm; gives how many.

    `mark` is the preview's, when a person confirmed one. An earlier draw whose dossiers nobody has been given is replaced.
    """
    require_coordinator(actor)
    if not 0 <= seed <= LARGEST_SEED:
        raise ActionError(_l("La graine est un nombre entier entre 0 et %(most)d.", most=LARGEST_SEED))
    with database.write() as session:
        campaign = session.scalars(select(Campaign).where(Campaign.id == campaign_id).with_for_update()).one_or_none()
        if campaign is None:
            raise NotFoundError(NO_CAMPAIGN)
        if mark is not None and mark != str(last_change(session)):
            raise ConflictError(STALE)
        refused = why_not(session, campaign_id)
        if refused:
            raise ActionError(refused)
        drawn = _draw(session, campaign_id, size, seed)
        session.execute(delete(Diagnosis).where(Diagnosis.campaign_id == campaign_id))
        session.execute(
            update(Firm)
            .where(Firm.campaign_id == campaign_id)
            .values(selection=Selection.FRAME, draw_rank=None, inclusion_probability=None)
        )
        _write(session, campaign, drawn)
        campaign.draw_seed = seed
        log(
            session,
            actor,
            "panel_drawn",
            "campaign",
            campaign_id,
            size=size,
            seed=seed,
            frame=len(drawn),
            reserves=int((drawn["selection"] == "reserve").sum()),
        )
        return size


def _write(session: Session, campaign: Campaign, drawn: pd.DataFrame) -> None:
    """Writes the draw; references follow the random order, so that they say nothing of a firm's name or place."""
    columns = (drawn[name].tolist() for name in ("id", "selection", "rank", "inclusion_probability"))
    ranked = [
        {"id": number, "selection": Selection(selection), "draw_rank": rank, "inclusion_probability": probability}
        for number, selection, rank, probability in zip(*columns, strict=True)
        if probability > 0
    ]
    session.execute(update(Firm), ranked)
    first = _first_number(session)
    panel = drawn[drawn["selection"] == "panel"].sort_values(["random_number", "siret"])
    session.add_all(
        Diagnosis(
            reference=f"{SERIES}-{first + place:04d}", campaign_id=campaign.id, firm_id=int(firm_id), state=State.DRAWN,
            questionnaire_version=campaign.questionnaire_version,
        )
        for place, firm_id in enumerate(panel["id"])
    )  # fmt: skip
    session.flush()


def _first_number(session: Session) -> int:
    """The first reference that no other campaign has used."""
    used = session.scalars(select(Diagnosis.reference).where(Diagnosis.reference.startswith(f"{SERIES}-"))).all()
    return max((int(number) for number in (reference.rpartition("-")[2] for reference in used) if number.isdigit()), default=0) + 1
