"""The request as the application reads it: without the NUL characters that nobody types and that PostgreSQL refuses."""

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.utils import cached_property

NUL = "\0"


class CleanRequest(Request):
    """Leaves NULs out of what an address asks for and of what a form says; an address that has one in its path leads nowhere."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The address's own arguments."""
        return without_nul(super().args)

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """What the form says."""
        return ImmutableMultiDict(without_nul(super().form))


def without_nul(given: MultiDict[str, str]) -> MultiDict[str, str]:
    """The same values without NULs; the very same object where there was none."""
    if not any(NUL in value for values in given.listvalues() for value in values):
        return given
    return ImmutableMultiDict((name, value.replace(NUL, "")) for name, value in given.items(multi=True))


def refuse_nul(path: str) -> None:
    """Answers "not found" to a path with a NUL in it."""
    if NUL in path:
        raise NotFound
