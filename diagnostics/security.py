"""Secrets: passwords, session keys, links, one-time codes. Nothing here knows the web or the database."""

import hashlib
import hmac
import secrets
import time

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106's second recommendation, and OWASP's: 19 MiB, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when no account matches, so that an unknown address takes as long as a wrong password.
_DECOY = _HASHER.hash(secrets.token_urlsafe(16))
SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 200
TOTP_PERIOD = 30
RECOVERY_CODES = 10


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return _HASHER.hash(password)


def password_matches(stored: str | None, given: str) -> bool:
    """Whether `given` is the password behind `stored`; takes the same time when there is none."""
    try:
        return _HASHER.verify(stored or _DECOY, given[:LONGEST_PASSWORD]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def new_secret() -> str:
    """A random secret of 256 bits, fit for a URL or a cookie."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a random secret; a plain hash is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compares two digests in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def new_code() -> str:
    """A six-digit code for a message; it lives minutes and allows few tries."""
    return f"{secrets.randbelow(1_000_000):06d}"


def new_recovery_codes() -> list[str]:
    """Ten codes that each replace the second factor once."""
    return [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]


def new_totp_secret() -> str:
    """A secret for an authenticator application."""
    return pyotp.random_base32()


def totp_address(secret: str, account: str) -> str:
    """The `otpauth:` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name="Diagnostics partagés")


def totp_step(secret: str, code: str, last_step: int, at: float | None = None) -> int | None:
    """The time step that `code` belongs to, or None if it is wrong or was already used (a step at or before `last_step`)."""
    present = int((time.time() if at is None else at) // TOTP_PERIOD)
    totp = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if step > last_step and same(totp.generate_otp(step), code.strip().replace(" ", "")):
            return step
    return None
