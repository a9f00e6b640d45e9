"""A sampling frame for tests of the panel: firms of three sectors over two départements, and the coordinator who acts."""

from diagnostics.access import Actor
from diagnostics.actions import panel
from diagnostics.db import Database
from diagnostics.models import Role
from tests.conftest import World
from tests.frame.files import row, table

PLACES = ("13055", "84007", "83137")
ACTIVITIES = ("88.10A", "90.01Z")


def coordinator(world: World) -> Actor:
    person = world.people["coordinator"]
    return Actor(Role.COORDINATOR, person.name, user_id=person.id)


def frame_file(count: int = 48) -> bytes:
    """The bytes of a file of `count` good firms, even over three places, two activities and two sizes."""
    rows = [
        row(
            number,
            nom=f"Association {number:03d}",
            code_commune=PLACES[number % 3],
            naf=ACTIVITIES[number // 3 % 2],
            effectif="8" if number // 6 % 2 else "12",
        )
        for number in range(count)
    ]
    return table(rows).encode()


def load_frame(database: Database, world: World, count: int = 48) -> int:
    """Imports such a file; gives the import's number."""
    number = panel.upload(database, coordinator(world), world.campaign_id, "base.csv", frame_file(count))
    panel.accept(database, coordinator(world), number)
    return number
