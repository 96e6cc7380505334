"""Passwords → what is kept of them: scrypt (RFC 7914), with the parameters beside the hash."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from crawler.errors import ConfigurationError

# One of the settings of OWASP's password storage cheat sheet that it calls equal: this one takes 32 MB at a time.
COST, BLOCK, PARALLEL = 2**15, 8, 3
_MEMORY = 64 * 1024 * 1024
SHORTEST = 10
# Longer is no safer, and is work for whoever sends it.
LONGEST = 1024


def hashed(password: str) -> str:
    """`scrypt$N$r$p$salt$hash`. Takes a third of a second and 32 MB. Raises ConfigurationError for a bad password."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConfigurationError(f"a password has at least {SHORTEST} characters; a few words make a good one")
    salt = secrets.token_bytes(16)
    made = _scrypt(password, salt, COST, BLOCK, PARALLEL)
    return "$".join(["scrypt", str(COST), str(BLOCK), str(PARALLEL), _text(salt), _text(made)])


def matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one that was hashed. Takes as long where there is none, and says no."""
    try:
        _, cost, block, parallel, salt, wanted = (kept or _NOBODYS).split("$")
        made = _scrypt(password[:LONGEST], _bytes(salt), int(cost), int(block), int(parallel))
        same = hmac.compare_digest(made, _bytes(wanted))
    except (ValueError, binascii.Error):
        return False
    return same and kept is not None and len(password) <= LONGEST


def _scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    words = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(words, salt=salt, n=cost, r=block, p=parallel, maxmem=_MEMORY, dklen=32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


# What the password of somebody unknown is held against.
_NOBODYS = "$".join(["scrypt", str(COST), str(BLOCK), str(PARALLEL), _text(bytes(16)), _text(bytes(32))])
