"""Basic and Digest authentication (RFC 7617, RFC 7616), and the secrets behind them. Nothing here knows the web or the database.

A device's password is worked out from its salt, which the database keeps, and the application's secret, which it does not: so
that Digest can be checked for either algorithm without any stored value that would open a door by itself. Nonces carry their
own date and signature; that one is used once per count is `diagnostics.actions.devices`'s to see to.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

REALM = "diagnostics-partages"
NONCE_SECONDS = 600
_LENGTH, _GROUP = 28, 7
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_COUNT_LENGTH = 8
_LONGEST = 400


class Nonce(StrEnum):
    """What a nonce that came back is worth."""

    FRESH = "fresh"
    STALE = "stale"
    FOREIGN = "foreign"


def _keyed(secret: str, purpose: str, text: str) -> bytes:
    key = hmac.digest(secret.encode(), purpose.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256")


def new_salt() -> str:
    """The random part of a device's password: 256 bits."""
    return secrets.token_urlsafe(32)


def new_login() -> str:
    """A name for a device to sign in with: short to type, and nobody's name."""
    return "tel-" + "".join(secrets.choice(_ALPHABET) for _ in range(8))


def password_of(secret: str, salt: str) -> str:
    """A device's password: 28 letters and figures (140 bits) in four groups."""
    text = base64.b32encode(_keyed(secret, "device password", salt)).decode().lower()[:_LENGTH]
    return "-".join(text[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def new_nonce(secret: str, at: float | None = None) -> str:
    """A nonce that says when it was made and that it is ours."""
    body = f"{int(time.time() if at is None else at):x}.{secrets.token_urlsafe(12)}"
    return f"{body}.{_keyed(secret, 'digest nonce', body).hex()[:32]}"


def judge_nonce(secret: str, nonce: str, at: float | None = None) -> Nonce:
    """Whether a nonce is ours, and recent."""
    body, _dot, mark = nonce[:_LONGEST].rpartition(".")
    if not body or not same(mark, _keyed(secret, "digest nonce", body).hex()[:32]):
        return Nonce.FOREIGN
    age = (time.time() if at is None else at) - int(body.partition(".")[0], 16)
    return Nonce.FRESH if -1 <= age <= NONCE_SECONDS else Nonce.STALE


def same(left: str, right: str) -> bool:
    """Compares two texts in constant time, whatever they hold."""
    return hmac.compare_digest(left.encode("utf-8", "replace"), right.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class DigestAnswer:
    """What a client answers to a Digest challenge."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: str
    qop: str
    cnonce: str
    count: str

    @classmethod
    def of(cls, given: Mapping[str, str | None]) -> "DigestAnswer":
        """The answer in an Authorization header's parameters; what is absent is empty."""
        names = ("username", "realm", "nonce", "uri", "response", "algorithm", "qop", "cnonce", "nc")
        username, realm, nonce, uri, response, algorithm, qop, cnonce, count = ((given.get(name) or "") for name in names)
        return cls(username, realm, nonce, uri, response, (algorithm or "MD5").upper(), qop, cnonce, count.lower())

    def fits(self, targets: Collection[str]) -> bool:
        """Whether the answer has the form that we asked for, and is about what is asked for now."""
        return (
            self.realm == REALM
            and self.algorithm in _HASHES
            and self.qop == "auth"
            and 0 < len(self.cnonce) <= _LONGEST
            and len(self.count) == _COUNT_LENGTH
            and all(sign in "0123456789abcdef" for sign in self.count)
            and self.uri in targets
        )

    def matches(self, password: str, method: str) -> bool:
        """Whether the answer proves that its sender knows the password."""
        made = _HASHES.get(self.algorithm)
        if made is None:
            return False

        def hashed(*parts: str) -> str:
            return made(":".join(parts).encode()).hexdigest()

        ours = hashed(self.username, REALM, password)
        asked = hashed(method, self.uri)
        return same(hashed(ours, self.nonce, self.count, self.cnonce, self.qop, asked), self.response.lower())


def challenges(nonce: str, *, stale: bool, basic: bool) -> list[str]:
    """The WWW-Authenticate headers of a refusal.

    MD5 comes first, though SHA-256 is stronger: OpenRosa names it, and many clients read the first header only. The password
    is random, and nothing shorter than trying all of them is known against MD5 here.
    """
    flag = ", stale=true" if stale else ""
    offered = [
        f'Digest realm="{REALM}", domain="/openrosa", nonce="{nonce}", qop="auth", algorithm={name}{flag}' for name in _HASHES
    ]
    return [*offered, f'Basic realm="{REALM}", charset="UTF-8"'] if basic else offered
