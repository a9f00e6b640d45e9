"""A profile under another name, wherever a stored synthesis says it.

What comes in is a `Synthesis` and names by profile code; what goes out is the synthesis that would have been built with these names:
no figure changes, nor what is hidden.
"""

from collections.abc import Mapping
from dataclasses import replace

from analysis.synthesis.edition import ProfileSet, Row, Synthesis, Table
from analysis.words import Words

SHARES, BY_SECTOR = "profile_shares", "profiles_sector"


def renamed(synthesis: Synthesis, names: Mapping[str, Words]) -> Synthesis:
    """The synthesis with these names; profiles that are not named keep theirs."""
    if synthesis.profiles is None or not synthesis.profiles.profiles:
        return synthesis
    chapters = tuple(
        replace(chapter, tables=tuple(_table(table, names) for table in chapter.tables)) for chapter in synthesis.chapters
    )
    return replace(synthesis, profiles=_profiles(synthesis.profiles, names), chapters=chapters)


def _profiles(profiles: ProfileSet, names: Mapping[str, Words]) -> ProfileSet:
    found = tuple(replace(profile, name=names.get(profile.code, profile.name)) for profile in profiles.profiles)
    return replace(profiles, profiles=found)


def _table(table: Table, names: Mapping[str, Words]) -> Table:
    if table.code == SHARES:
        return replace(table, rows=tuple(_row(row, names) for row in table.rows))
    if table.code == BY_SECTOR:
        columns = tuple(replace(column, label=names[column.code]) if column.code in names else column for column in table.columns)
        return replace(table, columns=columns)
    return table


def _row(row: Row, names: Mapping[str, Words]) -> Row:
    code = row.code.rpartition(":")[2]
    return replace(row, label=names[code]) if code in names else row
