"""The request as the application reads it: without the NUL characters that nobody types and that PostgreSQL refuses."""

from typing import cast
from wsgiref.types import WSGIEnvironment

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.utils import cached_property

NUL = "\0"
DRAINED_AT_MOST = 100 * 2**20
_CHUNK = 2**16


class CleanRequest(Request):
    """Leaves NULs out of what an address asks for and of what a form says; an address that has one in its path leads nowhere."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The address's own arguments."""
        return without_nul(super().args)

    @cached_property
    def form(self) -> ImmutableMultiDict[str, str]:
        """What the form says."""
        return cast("ImmutableMultiDict[str, str]", without_nul(super().form))


def without_nul(given: MultiDict[str, str]) -> MultiDict[str, str]:
    """The same values without NULs; the very same object where there was none."""
    if not any(NUL in value for values in dict.values(given) for value in values):
        return given
    return ImmutableMultiDict((name, value.replace(NUL, "")) for name, value in given.items(multi=True))


def refuse_nul(path: str) -> None:
    """Answers "not found" to a path with a NUL in it."""
    if NUL in path:
        raise NotFound


def read_to_end(environ: WSGIEnvironment) -> None:
    """Reads what a refused request still sends, and forgets it.

    A browser that is answered while it is still sending says "connection reset" instead of showing the page that tells why.
    Only where the server marks the end of the body; what is larger than anybody could send by mistake is cut off.
    """
    if not environ.get("wsgi.input_terminated"):
        return
    left = DRAINED_AT_MOST
    while left > 0 and (found := environ["wsgi.input"].read(_CHUNK)):
        left -= len(found)
