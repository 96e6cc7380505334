"""That a form was filled in on one of our own pages, in the browser that sends it.

A form holds a word that is made of a secret in the browser's cookie: of its session where somebody is logged in, else
of one that is set with the form. Who cannot read the cookie cannot make the word. It looks different in every answer,
so that a compressed answer does not give it away by its length.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from fastapi import HTTPException, Request
from markupsafe import Markup

from web.door.guard import SAFE_METHODS
from web.door.identity import is_secure, session_cookie
from web.door.who import came_of

FIELD = "csrf"
HEADER = "x-csrf-token"
_LENGTH = 32
_FORM, _FORM_SECURE = "palimpsest-form", "__Host-palimpsest-form"
# What the header of every browser says that was ever given a form to fill in.
FORM_COOKIE = _FORM.encode()


def csrf_field(request: Request) -> Markup:
    """The hidden field that every form with method=post must hold."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token(request))


def csrf_token(request: Request) -> str:
    """The word itself, for the header X-CSRF-Token. An answer that has it is for this one reader."""
    request.state.personal = True
    mask = secrets.token_bytes(_LENGTH)
    return base64.urlsafe_b64encode(mask + _mixed(mask, _word(_secret(request)))).decode()


async def checked(request: Request) -> None:
    """Raises HTTPException 403 for what a browser writes without the word. For every route of the application."""
    if request.method in SAFE_METHODS or not came_of(request).browser:
        return
    given = request.headers.get(HEADER)
    if given is None:
        field = (await request.form()).get(FIELD)
        given = field if isinstance(field, str) else ""
    cookie = _cookie(request)
    if cookie is None or not _is_word(given, cookie):
        raise HTTPException(403, "The form was too old, or not ours, and nothing was done. Open the page again.")


def form_cookie(*, secure: bool) -> str:
    """The name of the cookie of a browser in which nobody is logged in."""
    return _FORM_SECURE if secure else _FORM


def set_cookie(name: str, value: str, *, secure: bool, seconds: int | None = None) -> str:
    """A cookie that no script reads and that only a link from elsewhere, never a form from there, sends along."""
    words = [f"{name}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if seconds is not None:
        words.append(f"Max-Age={seconds}")
    if secure:
        words.append("Secure")
    return "; ".join(words)


def _secret(request: Request) -> str:
    """The secret of this browser; a new one is set with the answer where it has none."""
    known = _cookie(request)
    if known is None:
        known = secrets.token_urlsafe(_LENGTH)
        secure = is_secure(request)
        request.state.cookies.append(set_cookie(form_cookie(secure=secure), known, secure=secure))
        request.state.form_secret = known
    return known


def _cookie(request: Request) -> str | None:
    secure = is_secure(request)
    if came_of(request).session is not None:
        return request.cookies.get(session_cookie(secure=secure))
    fresh: str | None = getattr(request.state, "form_secret", None)
    return fresh or request.cookies.get(form_cookie(secure=secure)) or None


def _word(secret: str) -> bytes:
    return hmac.digest(secret.encode("utf-8", "replace"), b"palimpsest form", hashlib.sha256)


def _mixed(mask: bytes, word: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, word, strict=True))


def _is_word(given: str, secret: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(given.encode("ascii", "replace"))
    except (binascii.Error, ValueError):
        return False
    if len(raw) != 2 * _LENGTH:
        return False
    return hmac.compare_digest(_mixed(raw[:_LENGTH], raw[_LENGTH:]), _word(secret))
