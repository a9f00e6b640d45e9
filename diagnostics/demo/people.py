"""The invented network: 25 real structures, 32 diagnosticians, a referent for each structure, and one person of every other role."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from diagnostics.demo.names import STRUCTURES, people_names
from diagnostics.models import AccreditationState, Role

DIAGNOSTICIANS = 32
TRAINING_SESSIONS = 4


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account. `stable` addresses are the ones that `make run` prints."""

    email: str
    name: str
    role: Role
    structure: str | None = None
    departement: str | None = None
    accreditation: AccreditationState | None = None
    trained_on: date | None = None
    decided_on: date | None = None


def invent_people(rng: random.Random, starts_on: date) -> list[Person]:
    """Everybody who signs in, the seven demonstration accounts first."""
    names = people_names(rng)
    people = [
        Person("coordination@demo.invalid", next(names), Role.COORDINATOR),
        Person("referent@demo.invalid", next(names), Role.REFERENT, STRUCTURES[10][0], STRUCTURES[10][1]),
        _diagnostician("diagnostic@demo.invalid", next(names), 10, 0, starts_on),
        Person("analyse@demo.invalid", next(names), Role.ANALYST),
        Person("comite@demo.invalid", next(names), Role.COMMITTEE),
        Person("partenaires@demo.invalid", next(names), Role.PARTNER),
        Person("administration@demo.invalid", next(names), Role.ADMIN),
    ]
    people += _referents(names)
    people += _diagnosticians(names, starts_on)
    return people


def _referents(names: Iterator[str]) -> list[Person]:
    return [
        Person(f"referent{index + 1}@demo.invalid", next(names), Role.REFERENT, name, home)
        for index, (name, home) in enumerate(STRUCTURES)
        if index != 10
    ]


def _diagnostician(email: str, name: str, structure: int, rank: int, starts_on: date) -> Person:
    trained = starts_on - timedelta(days=45 - 10 * (rank % TRAINING_SESSIONS))
    return Person(
        email, name, Role.DIAGNOSTICIAN, *STRUCTURES[structure], AccreditationState.ACCREDITED, trained, trained + timedelta(days=9)
    )


def _diagnosticians(names: Iterator[str], starts_on: date) -> list[Person]:
    """One for each structure, and a second one for the seven largest; three more people are still in training."""
    posts = [index for index in range(len(STRUCTURES)) if index != 10] + [10, 7, 13, 15, 22, 6, 3]
    people = [
        _diagnostician(f"diagnostic{rank + 1}@demo.invalid", next(names), structure, rank, starts_on)
        for rank, structure in enumerate(posts, start=1)
    ]
    waiting = (AccreditationState.ENROLLED, AccreditationState.TRAINED, AccreditationState.SUSPENDED)
    people += [
        Person(
            f"diagnostic{len(posts) + 2 + index}@demo.invalid",
            next(names),
            Role.DIAGNOSTICIAN,
            *STRUCTURES[4 + index],
            state,
            starts_on if state is not AccreditationState.ENROLLED else None,
        )
        for index, state in enumerate(waiting)
    ]
    return people
