"""What a device that works without a network needs to know of the house: whose it is, and which static files go together."""

import hashlib
import hmac
from functools import lru_cache
from pathlib import Path

from diagnostics.access import Actor
from diagnostics.settings import ROOT

STATIC = ROOT / "static"
_KEPT = frozenset({".css", ".js", ".svg", ".woff2"})


def account_key(secret: str, who: Actor | None) -> str:
    """A person's mark on their devices: what one account keeps there, another never sees. Nobody, and a firm, have none.

    It is made with the application's own secret, so that it means nothing elsewhere.
    """
    if who is None or who.user_id is None:
        return ""
    return hmac.new(secret.encode(), f"device/{who.user_id}".encode(), hashlib.sha256).hexdigest()[:24]


def static_files(folder: Path = STATIC) -> list[str]:
    """The static files that pages need, as paths under `static/`."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in _KEPT and path.is_file())


@lru_cache(maxsize=1)
def static_version(folder: Path = STATIC) -> str:
    """A mark of all the static files together; it changes when one of them does."""
    mark = hashlib.blake2s(digest_size=8)
    for name in static_files(folder):
        mark.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return mark.hexdigest()
