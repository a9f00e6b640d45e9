"""The menu of each role: one table of entries, and which one is open."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from diagnostics.access import Actor
from diagnostics.models import Role

C, R, D, A, T, P, X = (
    Role.COORDINATOR,
    Role.REFERENT,
    Role.DIAGNOSTICIAN,
    Role.ANALYST,
    Role.COMMITTEE,
    Role.PARTNER,
    Role.ADMIN,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the menu: its words, its page, and who has it."""

    label: LazyString
    endpoint: str
    roles: frozenset[Role]
    # Other blueprints whose pages belong to it.
    also: frozenset[str] = frozenset()

    def is_open(self, endpoint: str) -> bool:
        """Whether the page shown belongs to this entry (same blueprint, or one of `also`)."""
        return endpoint.partition(".")[0] in {self.endpoint.partition(".")[0], *self.also}


MENU = (
    Entry(_l("Programme"), "programme.index", frozenset({C}), also=frozenset({"versions"})),
    Entry(_l("Panel"), "panel.index", frozenset({C})),
    Entry(_l("Dossiers"), "dossiers.index", frozenset({C, R, D})),
    Entry(_l("Fils"), "threads.index", frozenset({C, R, D})),
    Entry(_l("Relecture"), "review.index", frozenset({C})),
    Entry(_l("Qualité"), "quality.index", frozenset({C})),
    Entry(_l("Quarantaine"), "quarantine.index", frozenset({C})),
    Entry(_l("Réseau"), "network.index", frozenset({C, R})),
    Entry(_l("Hors ligne"), "offline.index", frozenset({D})),
    Entry(_l("Rapports"), "reports.index", frozenset({C, R, D})),
    Entry(_l("Synthèses"), "syntheses.index", frozenset({C, A, T, P})),
    Entry(_l("Analyse"), "analysis.index", frozenset({C, A})),
    Entry(_l("Administration"), "admin.index", frozenset({X})),
)


def navigation(actor: Actor | None, endpoint: str) -> list[tuple[str, str, bool]]:
    """The menu's `(label, url, is_open)` for this person; nobody signed in, and a firm in its room, have none."""
    if actor is None:
        return []
    return [(str(entry.label), url_for(entry.endpoint), entry.is_open(endpoint)) for entry in MENU if actor.role in entry.roles]


def home_of(actor: Actor) -> str:
    """The page where this person's work begins."""
    if actor.is_firm:
        return url_for("firm.index")
    return next(url_for(entry.endpoint) for entry in MENU if actor.role in entry.roles)
